"""Where IPython's shell is not left as it is.

In: the shell. Out: the same, in which a group of exceptions is an error like any other (IPython prints it and
tells no front end), `%pip` is the installed pip whatever lies beside the notebook, and there is `%npm`; what
it imports late is what is installed (`Installed`).
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import shlex
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

from .inspecting import name_cells


def adapt(shell: Any) -> None:
    """Make these changes to a shell."""
    show = shell.showtraceback

    def showtraceback(exc_tuple: Any = None, *args: Any, **options: Any) -> None:
        kind, error, frames = shell._get_exc_info(exc_tuple)
        if not holds_group(error):
            show(exc_tuple, *args, **options)
            return
        own = frames and (frames.tb_next or frames)  # the first is IPython's, which calls the cell
        text = "".join(traceback.format_exception(kind, error, own))
        shell._showtraceback(kind, error, name_cells(shell, {"text": text})["text"].splitlines())

    def pip(line: str) -> None:
        """Run the pip of the kernel's own Python: `%pip install name`."""
        shell.system(f"{shlex.quote(sys.executable)} -P -m pip {line}")
        print("Note: you may need to restart the kernel to use updated packages.")

    def npm(line: str) -> None:
        """Run the npm of the kernel's own Node: `%npm install name`."""
        shell.system(f"{shlex.quote(sys.executable)} -P -m polyrepl npm {line}")

    shell.showtraceback = showtraceback
    shell.register_magic_function(pip, "line", "pip")
    shell.register_magic_function(npm, "line", "npm")


# What IPython imports when it first needs it: for a traceback, a command of a shell's, a figure.
LATE = frozenset(
    ("stack_data", "executing", "asttokens", "pure_eval", "pexpect", "ptyprocess", "matplotlib_inline")
)


class Installed:
    """Finds what IPython imports late where it is installed, whatever of its name lies beside the notebook.

    An entry of `sys.meta_path`.
    """

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: Any = None) -> ModuleSpec | None:
        """The module's spec; None for all others, which are found as ever."""
        if path is not None or name not in LATE:
            return None
        return PathFinder.find_spec(name, [folder for folder in sys.path if folder])


def holds_group(error: BaseException | None) -> bool:
    """Is an exception a group, or was it raised while one was handled?"""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, BaseExceptionGroup):
            return True
        seen.add(id(error))
        error = error.__context__
    return False
