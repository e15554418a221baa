"""Where IPython's shell is not left as it is.

In: the shell. Out: the same, in which a group of exceptions is an error like any other (IPython prints it and
tells no front end), `%pip` is the installed pip whatever lies beside the notebook, and there is `%npm`; what
it imports late is what is installed (`Installed`). What a display method raises is told on stderr and fails
no cell; a request that wants to be silent gets its error in the reply alone. Tracebacks have no frames of
ours, and those of JavaScript.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import contextlib
import shlex
import sys
import traceback
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from operator import is_
from typing import Any

from IPython.utils.dir2 import get_real_method
from polyrepl.bridge.foreign import message, own
from polyrepl.repl.session.display import own_repr
from polyrepl.repl.session.run_hints import python_hint
from polyrepl.repl.session.trace import Trace, bounded, folded, is_ours, outcome_of, theirs

from .inspecting import name_cells


def adapt(shell: Any, trace: Trace) -> None:
    """Make these changes to a shell; `trace` knows the places of what stacks of JavaScript name."""
    show = shell.showtraceback

    def showtraceback(exc_tuple: Any = None, *args: Any, **options: Any) -> None:
        kind, error, frames = shell._get_exc_info(exc_tuple)
        if frames is not None and is_ours(frames.tb_frame.f_code.co_filename):
            options.setdefault("tb_offset", 0)  # else the first is IPython's, which calls the cell
        with without_ours(error):
            frames = theirs(frames)
            if not holds_group(error):
                shown = printable(error)
                show((type(shown), shown, frames), *args, **options)
                return
            below = frames and (frames.tb_next or frames)
            text = "".join(traceback.format_exception(kind, error, below))
        shell._showtraceback(kind, error, name_cells(shell, {"text": text})["text"].splitlines())

    def pip(line: str) -> None:
        """Run the pip of the kernel's own Python: `%pip install name`."""
        shell.system(f"{shlex.quote(sys.executable)} -P -m pip {line}")
        print("Note: you may need to restart the kernel to use updated packages.")

    def npm(line: str) -> None:
        """Run the npm of the kernel's own Node: `%npm install name`."""
        shell.system(f"{shlex.quote(sys.executable)} -P -m polyrepl npm {line}")

    publish = shell._showtraceback

    def _showtraceback(kind: Any, error: Any, lines: list[str]) -> None:
        if of_javascript := folded(trace.frames({**bounded(outcome_of(error)), "exception": None})):
            lines = [*lines[:-1], "\n".join(["  " + each for each in of_javascript]) + "\n", *lines[-1:]]
        if isinstance(error, ModuleNotFoundError) and (hint := python_hint(error, "%pip install")):
            lines = [*lines, f"hint: {hint}"]
        if (shell.parent_header or {}).get("content", {}).get("silent"):
            shell._last_traceback = lines  # for the reply
        else:
            publish(kind, error, lines)

    shell.showtraceback, shell._showtraceback = showtraceback, _showtraceback
    show_always(shell)
    if (keep := getattr(shell, "_format_exception_for_storage", None)) is not None:  # for its history

        def keep_printable(error: BaseException, *args: Any, **options: Any) -> Any:
            with without_ours(error):
                return keep(printable(error), *args, **options)

        shell._format_exception_for_storage = keep_printable
    shell.register_magic_function(pip, "line", "pip")
    shell.register_magic_function(npm, "line", "npm")


@contextlib.contextmanager
def without_ours(error: BaseException) -> Iterator[None]:
    """Within, neither an exception nor what it comes from, or holds, has frames of ours in its traceback."""
    before: dict[int, tuple[BaseException, Any]] = {}
    ahead = [error]
    while ahead and len(before) < MOST_ERRORS:
        each = ahead.pop()
        if id(each) in before:
            continue
        before[id(each)] = each, own(each, "__traceback__")
        parts = BaseExceptionGroup.exceptions.__get__(each) if isinstance(each, BaseExceptionGroup) else ()
        ahead += [
            one for one in (own(each, "__cause__"), own(each, "__context__"), *parts) if one is not None
        ]
    try:
        for each, frames in before.values():
            BaseException.with_traceback(each, theirs(frames))
        yield
    finally:
        for each, frames in before.values():
            BaseException.with_traceback(each, frames)


def show_always(shell: Any) -> None:
    """Have values shown whose display methods raise: at least as a text which tells that."""
    formatter = shell.display_formatter
    by_methods = formatter.format

    def shows_itself(value: Any) -> bool:
        with contextlib.suppress(KeyError):
            formatter.ipython_display_formatter.lookup(value)
            return True
        return get_real_method(value, "_ipython_display_") is not None

    def format(value: Any, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            with failures_as_text(shell):
                data, metadata = by_methods(value, include=include, exclude=exclude)
        except SystemExit:  # IPython tells of all others, and the text tells of this one
            return {"text/plain": own_repr(value)}, {}
        if "text/plain" in data or include or "text/plain" in (exclude or ()) or shows_itself(value):
            return data, metadata
        return {**data, "text/plain": own_repr(value)}, metadata

    formatter.format = format


@contextlib.contextmanager
def failures_as_text(shell: Any) -> Iterator[None]:
    """Within, what IPython has to say of a display method that raises goes to stderr.

    It would send an `error` message, which says of a cell that it has failed; this one has not.
    """

    def tell(kind: Any, error: Any, lines: list[str]) -> None:
        sys.stderr.write("\n".join(lines) + "\n")

    before, shell._showtraceback = shell._showtraceback, tell
    try:
        yield
    finally:
        shell._showtraceback = before


MOST_ERRORS = 100  # that one holds, or comes from

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


def printable(error: BaseException, deep: int = 20) -> BaseException:
    """The exception, or one in its place where it, or what it comes from, does not let itself be made into
    text: `SystemExit` in a `__str__` would end the kernel."""
    came_from = own(error, "__cause__"), own(error, "__context__")
    ahead = [each and deep and printable(each, deep - 1) for each in came_from]
    try:
        if isinstance(str(error), str) and all(map(is_, ahead, came_from)):
            return error
    except BaseException:
        pass
    text = message(error)
    kind = type(error)
    name = {"__str__": lambda _: text, "__module__": kind.__module__, "__qualname__": kind.__qualname__}
    made: BaseException = type(kind.__name__, (Exception,), name)()
    made.__cause__, made.__context__ = [each or None for each in ahead]
    made.__suppress_context__ = own(error, "__suppress_context__")
    return made.with_traceback(own(error, "__traceback__"))


def holds_group(error: BaseException | None) -> bool:
    """Is an exception a group, or was it raised while one was handled?"""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, BaseExceptionGroup):
            return True
        seen.add(id(error))
        error = error.__context__
    return False
