"""`polyrepl web build DIR` and `polyrepl web serve [DIR]`: the page in a browser.

In: arguments. Out: an exit code: 0 fine, 1 what was asked for can not be had, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

PORT = 8000

_BUILD = """\
Build a page: a folder of static files with Python, JavaScript, the Lisp and an editor, for any web host. What
it is made of is fetched now and checked; the page itself asks nobody else for anything.
"""
_SERVE = """\
Serve a page to this machine alone. Without DIR: a plain page, which is built where there is none yet.
"""


def parser() -> argparse.ArgumentParser:
    """The arguments of both."""
    made = argparse.ArgumentParser(prog="polyrepl web", description="The page that runs in a browser.")
    kinds = made.add_subparsers(dest="kind", metavar="build|serve", required=True)
    building = kinds.add_parser("build", help="build a page", description=_BUILD)
    building.add_argument(
        "folder", metavar="DIR", type=Path, help="a new or empty folder, or one with an earlier page"
    )
    for option, what in (
        ("--packages", "Python packages: pure ones, or built for the browser"),
        ("--npm", "JavaScript packages, for js.import"),
    ):
        building.add_argument(option, type=_names, default=(), metavar="NAME,NAME", help=what)
    building.add_argument(
        "--files", metavar="FOLDER", type=Path, help="files that programs find in their folder"
    )
    building.add_argument(
        "--examples", metavar="FOLDER", type=Path, help="programs (.lisp, .js, .py) for the list"
    )
    building.add_argument(
        "--snapshot",
        action="store_true",
        help="keep Python's memory after its start: more to load, a quicker start",
    )
    building.add_argument(
        "--lite", action="store_true", help="a JupyterLite with the kernel too, in the folder `lite`"
    )
    building.add_argument(
        "--wheels-from-cdn",
        nargs="?",
        const="",
        metavar="ADDRESS",
        help="take packages that Pyodide has built (numpy, pandas ..) from its own host, or ADDRESS, now; "
        "their digests are pinned",
    )
    serving = kinds.add_parser("serve", help="serve a page to this machine", description=_SERVE)
    serving.add_argument(
        "folder", metavar="DIR", type=Path, nargs="?", help="what `polyrepl web build` has built"
    )
    serving.add_argument(
        "--port", type=_port, default=PORT, help=f"the port, {PORT} if none is given; 0: a free one"
    )
    serving.add_argument("--open", action="store_true", help="open it in the browser")
    return made


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def web(arguments: list[str]) -> int:
    """Build or serve a page.

    Raises:
        KeyboardInterrupt: Ctrl-C ended it.
    """
    options = parser().parse_args(arguments)
    from polyrepl.bridge import NodeNotFound

    from ..web.problem import WebProblem

    try:
        return build(options) if options.kind == "build" else serve(options)
    except (WebProblem, NodeNotFound) as problem:
        from polyrepl.bridge.foreign import visible

        print(f"polyrepl: {visible(str(problem))}", file=sys.stderr)
    except OSError as error:
        print(f"polyrepl: {error}", file=sys.stderr)
    return 1


def tell(text: str) -> None:
    """What is being done, for who waits."""
    print(f"polyrepl: {text}", file=sys.stderr, flush=True)


def build(options: argparse.Namespace) -> int:
    """Build, and say how large it has become."""
    from ..web.build import Wanted
    from ..web.build import build as make

    sizes = make(
        Wanted(
            options.folder,
            packages=options.packages,
            npm=options.npm,
            files=options.files,
            examples=options.examples,
            snapshot=options.snapshot,
            lite=options.lite,
            cdn=options.wheels_from_cdn,
        ),
        tell,
    )
    parts = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in sorted(sizes.items()))
    print(f"{options.folder}: {sum(sizes.values()) / 1e6:.1f} MB ({parts})")
    print(f"look at it: polyrepl web serve {options.folder} --open")
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from ..web import folders
    from ..web.problem import WebProblem
    from ..web.server import Server

    folder = options.folder or _plain_page()
    if folders.manifest(folder) is None:
        raise WebProblem(f"{folder} has no page in it: polyrepl web build {folder}")
    try:
        server = Server(folder, options.port)
    except OSError as error:
        raise WebProblem(
            f"port {options.port}: {error.strerror}; --port names another, 0 a free one"
        ) from None
    with server:
        print(f"{server.address} serves {folder}; Ctrl-C ends it", flush=True)
        if options.open:
            import webbrowser

            webbrowser.open(server.address)
        server.serve_forever()
    return 0


def _plain_page() -> Path:
    """A page without anything of the user's, built anew where polyrepl has changed."""
    from ..web.assets import cache
    from ..web.build import Wanted
    from ..web.build import build as make
    from ..web.snapshot import NoSnapshot

    folder = cache() / "page"
    try:
        make(Wanted(folder, snapshot=True), tell)
    except NoSnapshot as problem:
        tell(str(problem))
        make(Wanted(folder), tell)
    return folder
