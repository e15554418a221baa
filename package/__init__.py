"""polyrepl: an interactive Lisp whose programs use Python's and JavaScript's libraries at once.

Nothing is loaded here; take what you need:

    polyrepl.bridge     Python and JavaScript in one conversation, without Lisp (standard library and orjson)
    polyrepl.lisp       the compiler, text -> JavaScript (standard library only)
    polyrepl.repl       Session, and the terminal around it
    polyrepl.kernel     the Jupyter kernel

`polyrepl.__version__` is the version that is installed. `python -m polyrepl` is the command `polyrepl`.

Here is only where a program's own modules are looked for. `python -m` and a console script put their folder
before the standard library in `sys.path`; there a `json.py` of the program would stand in for Python's. So
that folder goes, and the program's own is put behind the standard library and before site-packages, where its
`utils` still wins over a stranger's. IPython does the same for its kernels. So do those of PYTHONPATH, which
Python has before its library too.
"""

from __future__ import annotations

import os
import sys

SITES = ("site-packages", "dist-packages")


def __getattr__(name: str) -> str:
    """`__version__` when it is asked for. The name of the folder with the metadata says it; to load what
    reads them takes longer than the rest of an import."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for folder in filter(os.path.isabs, sys.path):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for found in names:
            if found.startswith("polyrepl-") and found.endswith(".dist-info"):
                return found.removeprefix("polyrepl-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version("polyrepl")


def drop_started_from() -> None:
    """Take out of `sys.path` what Python has put first for the start of this process: the working folder
    (`python -m`), or the folder of the script `polyrepl`. Called before anything else is imported."""
    if sys.flags.safe_path or not sys.path:
        return
    folders = [os.path.dirname(os.path.realpath(sys.argv[0]))] if sys.argv and sys.argv[0] else []
    try:
        folders.append(os.getcwd())
    except OSError:  # it has been deleted
        folders.append("")
    if sys.path[0] in folders:
        del sys.path[0]


def put_library_first() -> None:
    """Take the folders of PYTHONPATH in `sys.path` behind the standard library. Called in a process of ours,
    before anything else is imported."""
    named = os.environ.get("PYTHONPATH")
    if not named or sys.flags.ignore_environment:
        return
    library = os.path.dirname(os.__file__)
    own = {os.path.abspath(folder) for folder in named.split(os.pathsep)} - {library}
    of_library = (library, os.path.join(library, "lib-dynload"))
    last = max((at for at, path in enumerate(sys.path) if path in of_library), default=-1)
    ahead = [path for path in sys.path[:last] if os.path.abspath(path) in own]
    sys.path[: last + 1] = [*(path for path in sys.path[: last + 1] if path not in ahead), *ahead]


def stand_before_sites(*folders: str) -> None:
    """Put folders into `sys.path` before the first site-packages, in their order.

    Args:
        folders: absolute, or "" for whatever the working folder is at the time of an import. One that
            `sys.path` has already stays where it is.
    """
    new = [folder for folder in dict.fromkeys(folders) if folder not in sys.path]
    sites = (at for at, path in enumerate(sys.path) if os.path.basename(os.path.normpath(path)) in SITES)
    at = next(sites, len(sys.path))
    sys.path[at:at] = new
