"""`polyrepl kernel install | uninstall | list`: make Jupyter know the kernel.

In: options of the command line. Out: a kernelspec folder, a line that says where, an exit code (0 done,
1 could not, 2 usage). The spec names this very interpreter, so that a Jupyter of another environment runs the
right one.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from polyrepl.repl.command_line.arguments import Parser

DEFAULT_NAME = "polyrepl"


def parser() -> argparse.ArgumentParser:
    """The options of `polyrepl kernel`."""
    made = Parser(prog="polyrepl kernel", description="Register the Jupyter kernel.", allow_abbrev=False)
    commands = made.add_subparsers(dest="command", required=True, metavar="install|uninstall|list")
    install = commands.add_parser("install", help="register the kernel", allow_abbrev=False)
    where = install.add_mutually_exclusive_group()
    where.add_argument(
        "--user", action="store_true", help="for this user (the default outside an environment)"
    )
    where.add_argument("--sys-prefix", action="store_true", help="in this Python environment")
    where.add_argument("--prefix", metavar="P", type=Path, help="under P/share/jupyter/kernels")
    install.add_argument("--name", metavar="N", default=DEFAULT_NAME, help="name of the kernelspec")
    install.add_argument("--display-name", metavar="D", help="what front ends show")
    install.add_argument(
        "--env",
        nargs=2,
        action="append",
        default=[],
        metavar=("K", "V"),
        help="environment variable of the kernel",
    )
    uninstall = commands.add_parser("uninstall", help="remove the kernel", allow_abbrev=False)
    uninstall.add_argument("--name", metavar="N", default=DEFAULT_NAME)
    uninstall.add_argument("--prefix", metavar="P", type=Path, help="look under P/share/jupyter/kernels only")
    commands.add_parser("list", help="show the kernels that run polyrepl", allow_abbrev=False)
    return made


def main(argv: list[str]) -> int:
    """Run `polyrepl kernel ARGV`; returns the exit code."""
    options = parser().parse_args(argv)
    match options.command:
        case "install":
            return install(options)
        case "uninstall":
            return uninstall(options)
        case _:
            return show()


def install(options: argparse.Namespace) -> int:
    """Write the kernelspec; refuses, with a reason, where it can not."""
    from jupyter_client.kernelspec import KernelSpecManager

    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), options.display_name or options.name, dict(options.env))
        target = folder_of(options)
        try:
            manager = KernelSpecManager()
            manager.ensure_native_kernel = False
            written = manager.install_kernel_spec(
                folder,
                options.name,
                user=options.user or target is None,
                prefix=str(target) if target else None,
            )
        except ValueError as error:
            return refuse(str(error), code=2)
        except OSError as error:
            return refuse(
                f"can not write {error.filename or target}: {error.strerror}.\n"
                "  --user writes to your home folder, --prefix P to a folder of your choice."
            )
    print(f"installed {options.name} in {written}")
    return 0


def folder_of(options: argparse.Namespace) -> Path | None:
    """The prefix to install under; None for the user's own folder."""
    if options.prefix is not None:
        return Path(options.prefix)
    if options.user:
        return None
    in_environment = sys.prefix != sys.base_prefix
    return Path(sys.prefix) if options.sys_prefix or in_environment else None


def fill(folder: Path, display_name: str, env: dict[str, str]) -> None:
    """Put kernel.json and the logos into a folder."""
    spec: dict[str, Any] = {
        # -P: what lies beside a notebook (json.py, select.py) is not imported in place of what we need.
        "argv": [sys.executable, "-P", "-m", "polyrepl.kernel", "-f", "{connection_file}"],
        "display_name": display_name,
        "language": "polyrepl",
        "interrupt_mode": "message",
        "metadata": {"debugger": False},
    }
    if env:
        spec["env"] = env
    (folder / "kernel.json").write_text(
        json.dumps(spec, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    for logo in logos():
        shutil.copy(logo, folder / logo.name)


def logos() -> list[Path]:
    """The logos of the installed package, or of the source tree; none, or none one may read, is no error."""
    here = Path(__file__).resolve()
    places = [
        Path(sys.prefix) / "share" / "jupyter" / "kernels" / DEFAULT_NAME,
        here.parents[1] / "kernelspec",
    ]
    for place in places:
        with contextlib.suppress(PermissionError):
            found = sorted(place.glob("logo-*"))
            if found:
                return found
    return []


def uninstall(options: argparse.Namespace) -> int:
    """Remove the kernelspec of that name."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    manager = KernelSpecManager()
    manager.ensure_native_kernel = False
    if options.prefix is not None:
        manager.kernel_dirs = [str(options.prefix / "share" / "jupyter" / "kernels")]
    try:
        spec = manager.get_kernel_spec(options.name)
        if not runs_polyrepl(spec.argv):
            return refuse(f"{options.name} is not a polyrepl kernel: {spec.resource_dir}")
        removed = manager.remove_kernel_spec(options.name)
    except NoSuchKernel:
        return refuse(f"there is no kernel named {options.name}; `polyrepl kernel list` shows what there is")
    except OSError as error:
        return refuse(f"can not remove {error.filename}: {error.strerror}")
    print(f"removed {removed}")
    return 0


def show() -> int:
    """Print name, folder and interpreter of each polyrepl kernel that Jupyter finds."""
    from jupyter_client.kernelspec import KernelSpecManager

    found = [
        (name, entry["resource_dir"], entry["spec"]["argv"][0])
        for name, entry in sorted(KernelSpecManager().get_all_specs().items())
        if runs_polyrepl(entry["spec"]["argv"])
    ]
    if not found:
        print("no polyrepl kernel is installed; `polyrepl kernel install` does it", file=sys.stderr)
        return 1
    width = max(len(name) for name, _, _ in found)
    for name, folder, python in found:
        which = python if "/" in python or "\\" in python else "the Python that runs Jupyter"
        print(f"{name:<{width}}  {folder}  ({which})")
    return 0


def runs_polyrepl(argv: list[str]) -> bool:
    return "polyrepl.kernel" in argv


def refuse(reason: str, code: int = 1) -> int:
    print(f"polyrepl kernel: {reason}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
