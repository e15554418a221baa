"""What nobody caught in Python, where it came through JavaScript: told like what nobody caught in JavaScript.

In: what Python gives to `threading.excepthook`, `sys.unraisablehook`, `warnings.showwarning` and an event
loop's exception handler.
Out: the error with its place in the Lisp, on standard error. Python itself would show how the bridge was
called, and not where the program failed. What has not come through us, Python tells as ever.
"""

from __future__ import annotations

import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any

from polyrepl.bridge import JSError, JSExit, NodeLost
from polyrepl.bridge.foreign import own, said, visible
from polyrepl.lisp.python.placing import entries

from .trace import BRIDGE, Trace, is_ours, outcome_of, theirs

if TYPE_CHECKING:
    import asyncio
    import logging

_AT_EXIT = "atexit"
_LOGGER = "asyncio"  # of every loop that has no handler of its own


class Uncaught:
    """The reporters of a process.

    Args:
        trace: makes problems of errors.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._leaves: Callable[[SystemExit], object] | None = None
        self._ends: Callable[[SystemExit], object] | None = None
        self._before = sys.unraisablehook, threading.excepthook
        self._hooks = self._unraisable, self._in_thread
        self._warns: Any = warnings.showwarning
        self._warning: Any = self._warned

    def install(
        self,
        leaves: Callable[[SystemExit], object] | None = None,
        ends: Callable[[SystemExit], object] | None = None,
    ) -> None:
        """From now on Python's hooks are ours.

        Args:
            leaves: of a program; called with an exit handler's SystemExit.
            ends: of a program; called in a thread that `(exit n)` was asked in.
        """
        self._leaves, self._ends = leaves, ends
        self._before = sys.unraisablehook, threading.excepthook
        sys.unraisablehook, threading.excepthook = self._hooks
        self._warns, warnings.showwarning = warnings.showwarning, self._warning

    def remove(self) -> None:
        """They are what they were, unless the program has set its own."""
        if (sys.unraisablehook, threading.excepthook) == self._hooks:
            sys.unraisablehook, threading.excepthook = self._before
        if warnings.showwarning == self._warning:
            warnings.showwarning = self._warns
        if (logging := sys.modules.get("logging")) is not None:
            logging.getLogger(_LOGGER).removeFilter(self._logged)

    def _warned(
        self, message: Any, category: Any, file: str, line: int, to: Any = None, text: str | None = None
    ) -> None:
        """A warning. One whose place is where we call what Lisp calls has none that says anything."""
        if to is not None or not is_ours(file):
            self._warns(message, category, file, line, to, text)
        elif sys.stderr is not None:
            with suppress(OSError):
                sys.stderr.write(f"{category.__name__}: {visible(str(message))}\n")

    def heed(self, loop: asyncio.AbstractEventLoop) -> None:
        """From now on a loop's errors are told as ours, and of all other loops, those that the program makes,
        what they log."""
        import logging

        loop.set_exception_handler(self._in_loop)
        logging.getLogger(_LOGGER).addFilter(self._logged)

    def _in_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The exception handler of an event loop."""
        error = context.get("exception")
        if isinstance(error, SystemExit) and "future" in context:
            return  # of a task that has ended by it: the loop has let it through then
        if not isinstance(error, BaseException):
            loop.default_exception_handler(context)
        elif not self._tell(error):
            loop.default_exception_handler({**context, "exception": _without_ours(error)})

    def _logged(self, record: logging.LogRecord) -> bool:
        """Whether a record of asyncio's is told. An error of ours has its place in the Lisp, any other knows
        nothing of who of us has called the program."""
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is None:
            return True
        if came_through(error):
            if isinstance(error, NodeLost) and error.exit_status is not None:
                return False  # the program's end
            record.msg, record.args = visible(f"Uncaught (late) {self.text(error)}"), ()
            record.exc_info = record.exc_text = None
        else:
            error = _without_ours(error)
            record.exc_info = type(error), error, own(error, "__traceback__")
        return True

    def _in_thread(self, args: Any) -> None:
        error = args.exc_value
        if isinstance(error, JSExit) and self._ends is not None:
            self._ends(error)
        elif error is None or (isinstance(error, SystemExit) and not isinstance(error, JSExit)):
            self._before[1](args)
        elif not self._tell(error):
            traceback = own(_without_ours(error), "__traceback__")
            self._before[1](threading.ExceptHookArgs((args.exc_type, error, traceback, args.thread)))

    def _unraisable(self, args: Any) -> None:
        error = args.exc_value
        at_exit = _AT_EXIT in (args.err_msg or "")
        if at_exit and isinstance(error, SystemExit) and self._leaves is not None:
            self._leaves(error)
        elif error is None or not self._tell(error):
            self._before[0](args)

    def _tell(self, error: BaseException) -> bool:
        """Tell of it, if it is ours to tell. Raises nothing."""
        try:
            if not came_through(error):
                return False
            if not (isinstance(error, NodeLost) and error.exit_status is not None):  # else the program's end
                told = visible(f"Uncaught (late) {self.text(error)}\n")
                print(told, end="", file=sys.stderr, flush=True)  # in one piece, beside other threads
        except Exception:  # Python is being taken down, or nobody reads
            return False
        return True

    def tell(self, error: BaseException) -> None:
        """Tell of what a loop has let through."""
        if not self._tell(error):
            print(f"Uncaught (late) {type(error).__name__}: {said(error)}", file=sys.stderr, flush=True)

    def text(self, error: BaseException) -> str:
        """An exception with its place in the Lisp."""
        if isinstance(error, NodeLost):
            return f"NodeLost: {error}"
        return self._trace.runtime_problem(outcome_of(error)).text


def came_through(error: BaseException) -> bool:
    """Has an exception come from JavaScript, or passed through it?"""
    return isinstance(error, (JSError, NodeLost)) or any(
        is_ours(step.tb_frame.f_code.co_filename, BRIDGE) for step in _steps(error)
    )


def _steps(error: BaseException) -> list[TracebackType]:
    return entries(own(error, "__traceback__"))


def _without_ours(error: BaseException) -> BaseException:
    """The exception; its traceback knows no more who of us has called the program."""
    kept = theirs(own(error, "__traceback__"))
    with suppress(BaseException):  # its class does anything
        error.__traceback__ = kept
    return error
