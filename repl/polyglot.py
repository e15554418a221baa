"""Python and JavaScript at the prompt, beside Lisp.

In: source text. Out: the same events as a Session's.

What sees what: Python runs in `__main__`, where Lisp's `(py.eval ..)` looks too, and finds JavaScript's and
Lisp's globals as `js.name`. JavaScript runs in the one global scope that Lisp's `def` defines in, and finds
Python's names as `py.name`. The Lisp name `my-name` is `my_name` for both (`js.my_name`, `my_name`); a
JavaScript name is used in Lisp exactly as it is.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import linecache
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, cast

from polyrepl.bridge import BridgeError, Interrupted
from polyrepl.bridge.foreign import LONGEST_STACK, clip, exception_only, message, own, visible
from polyrepl.bridge.frames import traceback_text

from .complete.modes import PY_FLAGS
from .session.events import Event, Exit, Problem, Value
from .session.js_names import JsNames
from .session.outcomes import exit_code
from .session.run_hints import python_hint
from .session.session import Session
from .session.trace import Trace, is_ours, python_frames


class Python:
    """Runs Python texts in `__main__`, with top-level await.

    Args:
        session: which keeps the values and errors for Lisp.
        main: gives the namespace of `__main__`.
    """

    def __init__(self, session: Session, main: Callable[[], dict[str, Any]]) -> None:
        self.session = session
        self._main = main
        self._js = JsNames(session.bridge)
        self._count = 0
        self._in_code = False
        self._runs = self._asked = False
        self._task: asyncio.Task[Any] | None = None

    async def run(self, text: str, name: str = "") -> AsyncIterator[Event]:
        """The value of the last expression, or the problem; `name` is what stacks call the text."""
        self._count += 1
        name = name or f"<py {self._count}>"
        main = self._main()
        if isinstance(main.get("js", self._js), JsNames):  # a `js` of the user's own stays theirs
            main["js"] = self._js
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        event: Event
        self._runs, self._asked = True, self.session.stopped_early()
        try:
            await self.session.node.share_place()
            try:
                event = await self._run(text, name, main)
            finally:
                await self.session.node.share_place()
            self._stop_if_asked()
        except SystemExit as exit_:
            event = Exit(exit_code(exit_))
        except (KeyboardInterrupt, Interrupted, asyncio.CancelledError):
            event = Problem("interrupt", "KeyboardInterrupt", "", "Interrupted")
        except BaseException as error:
            event = python_problem(error, self.session.trace)
            with contextlib.suppress(BridgeError):
                self.session.node.remember_error(error)
        finally:
            self._runs = False
        yield event  # what is raised while it is shown is not the program's

    async def _run(self, text: str, name: str, main: dict[str, Any]) -> Value:
        # Not ast.parse: a SyntaxError would come with a frame of it.
        flags = ast.PyCF_ONLY_AST
        tree = cast(ast.Module, compile(text, name, "exec", flags, dont_inherit=True))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        await self._evaluate(compile(tree, name, "exec", PY_FLAGS, dont_inherit=True), main)
        if last is None:
            return Value("", quiet=True)
        assert isinstance(last, ast.Expr)
        expression = compile(ast.Expression(last.value), name, "eval", PY_FLAGS, dont_inherit=True)
        value = await self._evaluate(expression, main)
        if value is None or text.rstrip().endswith(";"):
            return Value("", quiet=True)
        main["_"] = value
        self.session.node.remember(value)
        return Value("", is_python=True, python=value)

    def _stop_if_asked(self) -> None:
        if self._asked:
            raise KeyboardInterrupt

    async def _evaluate(self, code: Any, main: dict[str, Any]) -> Any:
        self._in_code = True
        try:
            self._stop_if_asked()
            with self.session.bridge.forms.joined():
                value = eval(code, main)  # the person's own code, which they typed to be run
        finally:
            self._in_code = False
        if not code.co_flags & inspect.CO_COROUTINE:
            return value
        self._task = asyncio.ensure_future(value)
        try:
            return await self._task
        finally:
            self._task = None

    def interrupt_code(self) -> bool:
        """Stop code of the running text that is on the stack. Called from the signal handler.

        Raises:
            KeyboardInterrupt: Python code is on top.
        """
        if not self._in_code:
            return False
        bridge = self.session.bridge
        if bridge.javascript_on_top and bridge.interrupt():
            return True
        raise KeyboardInterrupt

    def interrupt(self) -> bool:
        """Stop what the running text awaits, or the text where no code of it is on the stack yet. Called from
        the signal handler."""
        if self._task is None:
            self._asked = self._runs
            return self._runs
        task = self._task
        task.get_loop().call_soon_threadsafe(task.cancel)
        return True


def python_problem(error: BaseException, trace: Trace) -> Problem:
    """A Python exception of a `,py` text, with the frames that are the user's."""
    name = type(error).__name__
    tb = own(error, "__traceback__")
    frames = [entry for entry in traceback.extract_tb(tb) if not is_ours(entry.filename)]
    only = clip(exception_only(error)).rstrip()
    lines = [line.rstrip() for line in traceback.format_list(frames)]
    text = "\n".join([*(["Traceback (most recent call last):", *lines] if lines else []), only])
    text = "\n".join([text, *trace.part_lines(error)])
    for cause in causes(error):
        text += f"\n  caused by {type(cause).__name__}: {message(cause)}"
    hint = python_hint(error)
    if hint is not None:
        text += f"\n  hint: {hint}"
    text, full = visible(text), visible(clip(traceback_text(error).rstrip(), LONGEST_STACK))
    where = tuple(map(str, python_frames(tb)))
    return Problem("error", name, message(error), text, where, full, error)


def causes(error: BaseException, most: int = 10) -> Iterator[BaseException]:
    """What led to an exception, as Python's own traceback tells it, the nearest first."""
    for _ in range(most):
        cause, context = own(error, "__cause__"), own(error, "__context__")
        following = cause if cause is not None else None if own(error, "__suppress_context__") else context
        if following is None:
            return
        yield following
        error = following


class JavaScript:
    """Runs JavaScript texts in the global scope, with top-level await."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._count = 0

    async def run(self, text: str, name: str = "") -> AsyncIterator[Event]:
        """The value of the last expression, or the problem; `name` is what stacks call the text."""
        self._count += 1
        # A Node that has died is replaced, and told of, by the Session.
        with contextlib.suppress(BridgeError):
            self.session.node.share_names()
        async for event in self.session.eval_javascript(text, name or f"js-{self._count}.js"):
            yield event
