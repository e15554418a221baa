"""The library of the shared memory, made of the C files in `native`.

In: a C compiler, where there is one. Out: the library, beside its source or where it is asked for. It is
called when a package is built (hatch_build.py), which reads this file by itself, and in a checkout, whose
library is made when it is first needed and again when the source is newer.
"""

from __future__ import annotations

import contextlib
import os
import sys

NATIVE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "native")
NAME = "plane.abi3.so"
_FLAGS = ("-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-pthread")


def refused() -> str | None:
    """Why this Python, or this system, has no use for it; None where it has."""
    if os.environ.get("POLYREPL_PURE"):
        return "POLYREPL_PURE is set"
    if not sys.platform.startswith("linux") or not hasattr(os, "memfd_create"):
        return f"{sys.platform} has no memfd"
    if "t" in sys.abiflags:
        return "a free-threaded Python has no stable interface for it"
    return None


def build(target: str) -> str | None:
    """Compile it. Returns why that could not be, or None. Another that does the same meanwhile does no harm.

    Args:
        target: where it is put, in one step.
    """
    import subprocess  # late, as all that is only for building: a start asks for the library too
    import tempfile

    compiler = _compiler()
    if compiler is None:
        return "there is no C compiler"
    try:
        made, name = tempfile.mkstemp(dir=os.path.dirname(target), suffix=".so")
    except OSError as error:
        return f"{os.path.dirname(target)} can not be written ({error.strerror})"
    os.close(made)
    try:
        command = [*compiler, *_FLAGS, *_sources(".c"), "-o", name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode:
            return f"the C compiler failed ({done.stderr.strip()[-300:]})"
        os.chmod(name, 0o755)
        os.replace(name, target)
        return None
    except (OSError, subprocess.SubprocessError) as error:
        return f"the C compiler failed ({error})"
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _sources(*ends: str) -> list[str]:
    return [os.path.join(NATIVE, name) for name in sorted(os.listdir(NATIVE)) if name.endswith(ends)]


def _compiler() -> list[str] | None:
    """The command, with the options that `CC` gives it: `ccache gcc -m64` is one."""
    import shlex
    import shutil

    try:
        chosen = shlex.split(os.environ.get("CC", ""))
    except ValueError:  # a quotation without its end
        chosen = []
    commands = (chosen, ["cc"], ["gcc"], ["clang"])
    return next((command for command in commands if command and shutil.which(command[0])), None)


def library() -> tuple[str, str | None]:
    """Path of the library, and why there is none. In a checkout it is made when it is missing or old."""
    path, root = os.path.join(NATIVE, NAME), os.path.dirname(os.path.dirname(NATIVE))
    made = os.path.getmtime(path) if os.path.isfile(path) else None
    sources = _sources(".c", ".h") if os.path.isfile(os.path.join(root, "hatch_build.py")) else []
    if sources and (made is None or made < max(map(os.path.getmtime, sources))):
        return path, build(path)
    return path, None if made is not None else "this package was built without a C compiler"
