"""Calls of single values, where both languages live in one process: they cross as they are, not as JSON.

In: calls whose arguments are numbers, strings, booleans and None. Out: what came of them; a result or an
error that is more than that crosses as it does otherwise. Values, errors, identities and the depth of calls
are the same: `tests/web/inside_lane.py` compares them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Final

from .asking import Asking, receiver
from .forms import current
from .handles import Dead
from .host import Host
from .marshal import SINGLE, is_single
from .protocol import KINDS, SAFE_INTEGER
from .proxy import JsProxy
from .transport import Frame

_REQUEST, _REPLY, _ERROR = KINDS["REQUEST"], KINDS["REPLY"], KINDS["ERROR"]
# The stack of a WebAssembly module cannot be looked at, and its overflow ends it.
DEEPEST = 60
TOO_DEEP = (
    f"calls between Python and JavaScript are nested deeper than {DEEPEST}, the limit where both live in one "
    "process"
)
# Before a text that is a value: others are answers, see local.Port.
_TEXT: Final = "'"


def sent(value: Any) -> Any:
    """A single value, as it is returned to JavaScript."""
    return _TEXT + value if type(value) is str else value


class Lane:
    """What a `local.Local` does for such calls, in both directions."""

    host: Host
    failure: BaseException | None
    depth: int
    top_python: bool
    _nested: int
    _dead: deque[Dead]
    ids: Callable[[], int]
    _call: Any

    def flush(self) -> None:
        """Tell JavaScript what was forgotten."""

    def call(self, handle: int, receiver: int | None, form: int, args: tuple[Any, ...]) -> Any:
        """Call a function of JavaScript's with single values. Returns what the port gives. Raises
        RecursionError when calls are nested too deeply."""
        if self.failure is not None:
            raise self.failure
        if self._nested >= DEEPEST:
            raise RecursionError(TOO_DEEP)
        top, self.top_python = self.top_python, False
        self.depth += 1
        self._nested += 1
        try:
            answer = self._call(self.ids(), handle, receiver, form, *args)
        finally:
            self._nested -= 1
            self.depth -= 1
            self.top_python = top
        if self._dead:
            self.flush()
        return answer

    def called(self, ident: int, flags: int, form: int, handle: int, depth: int, *rest: Any) -> Any:
        """A synchronous call with single values, of what is at the end of `depth` names: `rest` is these and
        the arguments. Returns what it comes to, see Port; raises nothing."""
        outermost = self._nested == 0
        self._nested += 1
        try:
            value = self.host.call(ident, flags, outermost, form, handle, rest[:depth], rest[depth:])
        except BaseException as error:  # of an interrupt, between two steps
            value = self.host.refuse(Frame(_REQUEST, ident, 0, flags, b"", b""), error)
        finally:
            self._nested -= 1
        if self._dead:
            self.host.flush_soon()
        if is_single(value):
            return sent(value)
        (_, text, body), _, _ = value
        return text if body is None else pair(text, body)


class Straight(Asking):
    """Requests of a conversation whose connection is a `local.Local`."""

    def call(self, function: JsProxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function, with the object that it was taken from."""
        if kwargs:
            return super().call(function, args, kwargs)
        for arg in args:
            kind = type(arg)
            if kind not in SINGLE or (kind is int and not -SAFE_INTEGER < arg < SAFE_INTEGER):
                return super().call(function, args, kwargs)
        exchange = self.home(function)
        conn: Any = exchange.connection
        try:
            answer = conn.call(function._js_handle, receiver(function), current(), args)
            kind = type(answer)
            if kind is str and answer[0] == _TEXT:
                return answer[1:]
            if kind is not str and kind in SINGLE:
                return answer
            return exchange.answers.read(answered(answer))
        finally:
            if not conn.depth:
                if exchange.server.managers.lost:
                    exchange.leave_lost()
                if exchange.answers.thrown:
                    exchange.answers.over()


def answered(answer: Any) -> Frame:
    """The frame that the answer of a synchronous request stands for."""
    return frame_of(0, answer) if type(answer) is str else frame_of(0, answer[0], answer[1])


def bytes_of(body: Any) -> bytes | memoryview:
    """What JavaScript has given as a body."""
    return b"" if body is None else memoryview(body.to_bytes())


def pair(text: str, body: Any) -> Any:
    """An answer with a body, as JavaScript takes it."""
    from pyodide.ffi import to_js

    return to_js([text, body])


def frame_of(ident: int, text: str, body: Any = None) -> Frame:
    """The frame that an answer of the port's stands for."""
    return Frame(_REPLY if text[0] == "=" else _ERROR, ident, 0, 0, text[1:].encode(), bytes_of(body))
