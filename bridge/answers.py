"""Answers, ours and theirs; the mirror of `node/answers.mjs`.

In: the outcome of a request of JavaScript's. Out: its one answer, whatever the value does while it is sent:
what goes wrong on the way is answered in its place, and what cannot even be described is an error that says
so. Beside it the other direction, an answer of JavaScript's as a value or an exception.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from . import traits
from .errors import (
    Awaits,
    BridgeError,
    Interrupted,
    JSError,
    JSErrorGroup,
    JSExit,
    ProtocolError,
    WouldBlock,
    crossed,
)
from .marshal import Marshal
from .midst import came_between
from .protocol import KINDS, TAGS
from .segments import Segments
from .text import DEEP, Reader, depth
from .transport import Frame

if TYPE_CHECKING:
    import asyncio

_ERROR, _REPLY = KINDS["ERROR"], KINDS["REPLY"]
_HANDLE, _MISSING_TAG = TAGS["HANDLE"], TAGS["MISSING"]
# What JavaScript has no exception of its own for.
_OWN: dict[str, type[Exception]] = {
    "attribute": AttributeError,
    "key": KeyError,
    "index": IndexError,
    "await": Awaits,
    "protocol": ProtocolError,
}
_DEEPEST_CAUSE = 20
_REMEMBERED = 16

MISSING = object()  # a result: there is no such attribute


class Plain:
    """A result that is to be copied deeply to the other side instead of shown by handle; as JSON writes it if
    `json`."""

    __slots__ = ("json", "value")

    def __init__(self, value: Any, json: bool = False) -> None:
        self.value = value
        self.json = json


class Shared:
    """A result that is to go by handle even where its type crosses by value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Later:
    """A result that is still to come; only an asynchronous request can wait for it. What is asked after it
    waits for `quiet`, if there is one."""

    __slots__ = ("coroutine", "quiet")

    def __init__(self, coroutine: Coroutine[Any, Any, Any], quiet: asyncio.Event | None = None) -> None:
        self.coroutine = coroutine
        self.quiet = quiet


class Wired:
    """A result that is in wire form already."""

    __slots__ = ("segments", "wire")

    def __init__(self, wire: Any, segments: list[Any]) -> None:
        self.wire = wire
        self.segments = segments


class Packer(Protocol):
    """What an answer asks of the connection it will go out on: its bytes, or whatever that one sends. Raises
    what the data raises, before anything is sent."""

    def __call__(self, kind: int, ident: int, sync: bool, wire: Any, segments: list[Any]) -> Any: ...


# What is ready to be sent; its segments, whose handles are taken back when it never is; and what has to live
# until it is sent, because the answer may be all that mentions it.
Answer = tuple[Any, list[Any], Any]


class Answers:
    """What one conversation answers and what it is answered.

    Args:
        marshal: makes wire data of values, and back.
        text: reads what comes.
    """

    def __init__(self, marshal: Marshal, text: Reader) -> None:
        self.marshal = marshal
        self._text = text
        # Exceptions that went home to JavaScript and may come back, until the outermost call ends.
        self.thrown: deque[JSError] = deque(maxlen=_REMEMBERED)

    # ---- ours

    def make(self, pack: Packer, ident: int, sync: bool, value: Any) -> Answer:
        """The answer of a request that came to a value. Raises nothing."""
        segments: list[Any] = Segments()
        try:
            return pack(_REPLY, ident, sync, self._encode(value, segments), segments), segments, value
        except BaseException as error:
            self.marshal.take_back(segments)
            return self.make_error(pack, ident, sync, error)

    def make_error(self, pack: Packer, ident: int, sync: bool, error: BaseException) -> Answer:
        """The answer of a request that raised. Raises nothing."""
        if isinstance(error, JSError):
            self.thrown.append(error)
        segments: list[Any] = Segments()
        try:
            wire = self.marshal.encode_exception(error, segments)
            return pack(_ERROR, ident, sync, wire, segments), segments, error
        except BaseException as second:
            self.marshal.take_back(segments)
            why = f"{type(error).__name__} was raised, which cannot be sent ({type(second).__name__})"
        segments, told = Segments(), BridgeError(why)
        wire = self.marshal.encode_exception(told, segments)
        return pack(_ERROR, ident, sync, wire, segments), segments, told

    def _encode(self, value: Any, segments: list[Any]) -> Any:
        """Wire form of an operation's result."""
        kind = type(value)
        if kind is str or kind is int or value is None:
            return self.marshal.encode(value, segments)  # most are none of the below
        if kind is Wired:
            segments.extend(value.segments)
            if isinstance(segments, Segments) and isinstance(value.segments, Segments):
                segments.given = value.segments.given
            return value.wire
        if value is MISSING:
            return [_MISSING_TAG]
        if kind is Later:
            value.coroutine.close()
            raise WouldBlock("what is to be awaited cannot be waited for inside a synchronous call")
        if kind is Plain:
            return self.marshal.encode_deep(value.value, segments, value.json)
        if kind is Shared:
            value = value.value
            if value is None or type(value) in (bool, int, float, str):
                return self.marshal.encode(value, segments)
            return [_HANDLE, self.marshal.give(value, segments), traits.of(value)]
        return self.marshal.encode(value, segments)

    # ---- theirs

    def read(self, frame: Frame, unread: list[Frame] | None = None) -> Any:
        """Value of an answer. Raises the exception that it carries, ProtocolError when it makes no sense.
        `unread`: emptied once the handles in it are this function's affair, whatever exception comes."""
        wire = None
        try:
            if unread is not None:
                unread.clear()
            wire = self._text.loads(frame.head)
            if frame.kind == _ERROR:
                failure: BaseException = self._exception(wire, frame.body, 0)
            elif wire.__class__ is not list:
                return wire
            else:
                return self.marshal.decode(wire, frame.body)
        except BaseException as error:
            if wire is None and isinstance(error, (ValueError, MemoryError)) and not came_between(error):
                raise ProtocolError(f"malformed reply: {error}") from None
            self._refuse(frame, wire)
            if not isinstance(error, RecursionError) or (levels := depth(wire)) < DEEP:
                raise  # of a decoder that was registered, say
            raise ProtocolError(f"a reply of {levels} levels is nested too deeply") from error
        self.marshal.refuse(wire)  # what an exception that came home, or makes no sense, has beside it
        try:
            raise failure
        finally:
            del failure  # its traceback knows this frame

    def _refuse(self, frame: Frame, wire: Any) -> None:
        """What was not decoded of an answer never will be."""
        with contextlib.suppress(ValueError, RecursionError, MemoryError):
            self.marshal.refuse(self._text.loads(frame.head) if wire is None else wire)

    def _exception(self, wire: Any, body: Any, depth: int) -> BaseException:
        """The exception of an error envelope: the very object when it was Python's own."""
        decode = self.marshal.decode
        try:
            name, message, stack, value, kind, cause, errors = (*wire, None, None, None)[:7]
            name, message, stack = decode(name, body), decode(message, body), decode(stack, body)
            payload = decode(value, body)
            if not name.__class__ is message.__class__ is stack.__class__ is str:
                raise ProtocolError("a name, a message and a stack are texts")
            code = kind[1] if kind.__class__ is list and kind[0] == "exit" else None
            own = None if code is not None else _OWN.get(kind)
        except (ValueError, TypeError, IndexError, BridgeError, RecursionError) as error:
            if came_between(error):
                raise
            return ProtocolError(f"malformed error reply: {error}")
        if isinstance(payload, BaseException):
            crossed(payload, stack)
            return payload
        if own is not None:
            return own(message)
        if name == "Interrupt":
            return Interrupted(message or "JavaScript was interrupted")
        for known in self.thrown:
            if known.value is payload is not None:
                return known  # it came from here: the same exception, with all the frames it has passed
        result: JSError | None = None if code is None else JSExit(name, message, stack, payload, code)
        if result is None and errors.__class__ is list and errors and depth < _DEEPEST_CAUSE:
            parts = [self._exception(each, body, depth + 1) for each in errors]
            if all(isinstance(part, Exception) for part in parts):
                result = JSErrorGroup(name, message, stack, payload, parts)  # type: ignore[arg-type]
        result = result or JSError(name, message, stack, payload)
        if cause is not None and depth < _DEEPEST_CAUSE:
            result.__cause__ = self._exception(cause, body, depth + 1)
        return result

    def exception(self, envelope: Any) -> BaseException:
        """The exception of an error envelope that is no answer."""
        return self._exception(envelope, b"", 0)

    def over(self) -> None:
        """The outermost call has ended."""
        self.thrown.clear()
