"""Where IPython's shell is not left as it is.

In: the shell. Out: the same, in which a group of exceptions is an error like any other (IPython prints it and
tells no front end), `%pip` is the installed pip whatever lies beside the notebook, and there is `%npm`.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import shlex
import sys
import traceback
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


def holds_group(error: BaseException | None) -> bool:
    """Is an exception a group, or was it raised while one was handled?"""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, BaseExceptionGroup):
            return True
        seen.add(id(error))
        error = error.__context__
    return False
