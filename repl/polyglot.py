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
from typing import TYPE_CHECKING, Any, cast

from polyrepl.bridge import BridgeError, Interrupted

from .events import Event, Exit, Problem, Value
from .modes import PY_FLAGS
from .run_hints import python_hint
from .session import Session, exit_code
from .trace import python_frames

if TYPE_CHECKING:
    from .terminal import Terminal


class JsNames:
    """`js` in Python: the global names of JavaScript, and of Lisp under their JavaScript names."""

    def __init__(self, session: Session) -> None:
        object.__setattr__(self, "_session", session)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._session.bridge.eval("globalThis"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._session.bridge.eval("globalThis"), name, value)

    def __dir__(self) -> list[str]:
        return dir(self._session.bridge.eval("globalThis"))

    def __repr__(self) -> str:
        return "<the global names of JavaScript>"


class Python:
    """Runs Python texts in `__main__`, with top-level await."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._js = JsNames(terminal.session)
        self._count = 0
        self._in_code = False
        self._task: asyncio.Task[Any] | None = None

    async def run(self, text: str) -> AsyncIterator[Event]:
        """The value of the last expression, or the problem."""
        self._count += 1
        name = f"<py {self._count}>"
        main = self.terminal.services.main()
        if isinstance(main.get("js", self._js), JsNames):  # a `js` of the user's own stays theirs
            main["js"] = self._js
        linecache.cache[name] = (len(text), None, text.splitlines(True), name)
        try:
            yield await self._run(text, name, main)
        except SystemExit as exit_:
            yield Exit(exit_code(exit_))
        except (KeyboardInterrupt, Interrupted, asyncio.CancelledError):
            yield Problem("interrupt", "KeyboardInterrupt", "", "Interrupted")
        except BaseException as error:
            problem = python_problem(error)
            with contextlib.suppress(BridgeError):
                self.terminal.services.terminal().rememberError(_raiser(error))
            yield problem

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
        self.terminal.services.terminal().remember(value)
        return Value("", is_python=True, python=value)

    async def _evaluate(self, code: Any, main: dict[str, Any]) -> Any:
        self._in_code = True
        try:
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

    def interrupt(self) -> bool:
        """Stop the running text. Called from the signal handler.

        Raises:
            KeyboardInterrupt: Python code is on top.
        """
        if self._in_code:
            connection = self.terminal.session.bridge.connection
            if connection is not None and connection.waiting and not connection.top_python:
                self.terminal.session.bridge.interrupt()
                return True
            raise KeyboardInterrupt
        if self._task is not None:
            task = self._task
            task.get_loop().call_soon_threadsafe(task.cancel)
            return True
        return False


def _raiser(error: BaseException) -> Callable[[], None]:
    """What raises it again: so JavaScript gets it as it gets any exception of Python."""

    def raise_again() -> None:
        raise error

    return raise_again


def python_problem(error: BaseException) -> Problem:
    """A Python exception of a `,py` text, with the frames that are the user's."""
    name = type(error).__name__
    frames = [entry for entry in traceback.extract_tb(error.__traceback__) if not is_ours(entry.filename)]
    shown = traceback.TracebackException.from_exception(error)
    only = "".join(shown.format_exception_only()).rstrip()
    lines = [line.rstrip() for line in traceback.format_list(frames)]
    text = "\n".join([*(["Traceback (most recent call last):", *lines] if lines else []), only])
    for cause in causes(error):
        text += f"\n  caused by {type(cause).__name__}: {cause}"
    hint = python_hint(error)
    if hint is not None:
        text += f"\n  hint: {hint}"
    full = "".join(traceback.format_exception(error)).rstrip()
    return Problem(
        "error", name, str(error), text, tuple(map(str, python_frames(error.__traceback__))), full, error
    )


def causes(error: BaseException, most: int = 10) -> Iterator[BaseException]:
    """What led to an exception, as Python's own traceback tells it, the nearest first."""
    for _ in range(most):
        following = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if following is None:
            return
        yield following
        error = following


def is_ours(filename: str) -> bool:
    from .trace import _ROOMS

    return filename.startswith(_ROOMS) or "/polyrepl/" in filename


class JavaScript:
    """Runs JavaScript texts in the global scope, with top-level await."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._count = 0

    async def run(self, text: str) -> AsyncIterator[Event]:
        """The value of the last expression, or the problem."""
        self._count += 1
        # A Node that has died is replaced, and told of, by the Session.
        with contextlib.suppress(BridgeError):
            self.terminal.services.terminal().shareNames()
        async for event in self.terminal.session.eval_javascript(text, f"js-{self._count}.js"):
            yield event
