"""Values on the wire, both directions side by side; `node/marshal.mjs` is the mirror.

In/out: Python values <-> JSON-able data plus binary segments. Scalars and bytes cross by value; everything
else of Python's crosses by handle (mutable things keep their identity), while JavaScript's literals arrive
copied. What comes home is the very same object.
"""

from __future__ import annotations

import copy
import datetime
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import traits
from .arrays import Items, array
from .beginnings import cut
from .decoding import DECODERS, Malformed
from .errors import BridgeError, JSError, ProtocolError
from .foreign import beginning
from .functions import Itself, Left
from .handles import Exports, Imports
from .protocol import SAFE_INTEGER, TAGS, TRAITS
from .proxy import JsProxy, Keyword
from .segments import LARGE as _LARGE
from .segments import Segments, place, place_array
from .text import excerpt

if TYPE_CHECKING:  # late: most programs share nothing
    from .sharing import End

_BUFFER = TRAITS["BUFFER"]
_FLOAT, _INT, _BYTES, _TYPED, _HOME = (TAGS[name] for name in ("FLOAT", "INT", "BYTES", "TYPED", "HOME"))
_KEYWORD, _CUSTOM, _HANDLE, _EXCEPTION = TAGS["KEYWORD"], TAGS["CUSTOM"], TAGS["HANDLE"], TAGS["EXCEPTION"]
_MOST_MESSAGE = 1_000_000  # characters of an exception's message that cross before it is read

# Values that are the same in both languages, however they cross; of integers those within the safe ones, the
# outermost of which Pyodide takes for BigInts.
SINGLE = frozenset({int, float, str, bool, type(None)})


def is_single(value: Any) -> bool:
    """Whether it is one of them."""
    kind = type(value)
    return kind in SINGLE and (kind is not int or -SAFE_INTEGER < value < SAFE_INTEGER)


class Marshal:
    """Encoder and decoder of one conversation."""

    by_handle = True  # containers of Python's cross so

    def __init__(
        self,
        exports: Exports,
        imports: Imports,
        custom: dict[type, tuple[str, Callable[[Any], Any]]],
        revive: dict[str, Callable[[Any], Any]],
        ends: Callable[[], End],
    ) -> None:
        self.exports = exports
        self.imports = imports
        self.custom = custom
        self.revive = revive
        self.end: End | None = None  # of the shared memory, once an array was shared or large
        self._ends = ends
        self._beginning = threading.RLock()

    # ---- Python -> wire

    def encode(self, value: Any, segments: list[Any]) -> Any:
        """Wire form of a value; binary data is appended to segments."""
        kind = type(value)
        if value is None or kind is str or kind is bool:
            return value
        if kind is int:
            if -SAFE_INTEGER <= value <= SAFE_INTEGER:
                return value
            return [_INT, f"{value:x}"]
        if kind is float:
            if value - value == 0.0:
                return value
            return [_FLOAT, "nan" if value != value else "inf" if value > 0 else "-inf"]
        if kind is bytes:
            return self.octets(value, segments)
        # By its class, not by what it says that is: a stand-in may stand for nothing yet (`flask.request`).
        if issubclass(kind, JsProxy):
            if value._js_imports is self.imports:
                if value._js_handle < 0:
                    raise BridgeError("this JavaScript object was given back with release()")
                return [_HOME, value._js_handle]
            return self._handle(value, segments)
        if issubclass(kind, BaseException):
            return self.encode_exception(value, segments)
        if kind is Keyword:
            return [_KEYWORD, str(value)]
        if kind is Left:
            return Left.wire
        if kind is Itself:
            return self._handle(value.value, segments)
        if kind is Items:
            return array(self, value, segments)
        if self.custom:
            for base in kind.__mro__:
                entry = self.custom.get(base)
                if entry is not None:
                    return [_CUSTOM, entry[0], self.encode_deep(entry[1](value), segments)]
        module = kind.__module__
        if module == "numpy":
            scalar = self._numpy_scalar(value)
            if scalar is not value:
                return self.encode(scalar, segments)
            if self.end is not None:
                shared = self.end.shared(value)
                if shared is not None:
                    block, at, letters = shared
                    where = [self.give(block, segments), block.start, block.size, at]
                    return [_TYPED, letters, where, value.nbytes, *(value.shape or (None,))]
        return self._handle(value, segments)

    def _handle(self, value: Any, segments: list[Any]) -> Any:
        bits = traits.of(value)
        if bits & _BUFFER:
            # So that JavaScript's collector knows what a small proxy pins.
            size = int(getattr(value, "nbytes", 0) or len(value))
            return [_HANDLE, self.give(value, segments), bits, size]
        return [_HANDLE, self.give(value, segments), bits]

    def give(self, value: Any, segments: list[Any]) -> int:
        """Handle of a value that the frame being made mentions."""
        if not isinstance(segments, Segments):
            return self.exports.add(value)
        return self.exports.add(value, segments.handles())

    def refuse(self, wire: Any) -> None:
        """What is in a wire form and was not decoded never will be: its handles are given back."""
        parts = [wire]
        while parts:
            part = parts.pop()
            if part.__class__ is not list or not part:
                continue
            tag, held = part[0], part[1:2]
            if tag in (_TYPED, _BYTES):
                where = part[2:3] if tag == _TYPED else held
                held = where[0][:1] if where and where[0].__class__ is list and len(where[0]) == 4 else []
            elif tag != _HANDLE:
                parts += part
                continue
            if held and held[0].__class__ is int and held[0] > 0:
                self.imports.refuse(held[0])

    def reviving(self, name: str, revive: Callable[[Any], Any]) -> Marshal:
        """The same tables and the same memory, where one more type of JavaScript's has a form here."""
        made = copy.copy(self)
        made.revive = {**self.revive, name: revive}
        made._ends = self.sharing  # there is one end, whoever asks for it first
        return made

    # ---- bytes: in the frame, or in the shared memory

    def sharing(self) -> End:
        """This connection's part of the shared memory; begun if it was not."""
        if self.end is None:
            with self._beginning:
                if self.end is None:
                    self.end = self._ends()
                self.end.begin()
        return self.end

    def clear(self) -> None:
        """The other side is gone: forget what it held."""
        self.exports.clear()
        if self.end is not None:
            self.end.close()

    def sharing_stats(self) -> dict[str, Any]:
        """See Conversation.stats."""
        end = self.end
        if end is None:
            why = "no array was shared yet, and none was large"
            return {"shared": False, "why": why, "live": 0, "cached": 0}
        return {"shared": end.ready, "why": end.why, "live": end.live, "cached": end.cached}

    def octets(self, data: Any, segments: list[Any]) -> list[Any]:
        """Wire form of bytes."""
        where = self._place(data, 1, segments)
        return place(_BYTES, data, segments) if where is None else [_BYTES, where, len(data)]

    def array(self, tag: str, letters: str, data: Any, segments: list[Any]) -> list[Any]:
        """Wire form of the contiguous bytes of an array: [tag, format, where, length]."""
        where = self._place(data, int(letters[1]), segments)
        if where is None:
            return place_array(tag, letters, data, segments)
        return [tag, letters, where, len(data)]

    def _place(self, data: Any, itemsize: int, segments: list[Any]) -> list[Any] | None:
        if not isinstance(segments, Segments) or (self.end is None and len(data) < _LARGE):
            return None
        found = self.sharing().place(data, itemsize)
        if found is None:
            return None
        block, at = found
        return [self.give(block, segments), block.start, block.size, at]

    def take_back(self, segments: list[Any], mark: tuple[int, int] = (0, 0)) -> None:
        """What came after a mark (Segments.mark) is never sent: nobody will give back what it mentions."""
        if isinstance(segments, Segments):
            for handle in segments.cut(mark):
                self.exports.release(handle, 1)

    def encode_deep(self, value: Any, segments: list[Any], json: bool = False) -> Any:
        """Wire form of a deep copy; dates, paths and the like as text if `json`."""
        from .deep import encode_deep  # late: what it imports is not needed at the start

        return encode_deep(self, value, segments, json)

    @staticmethod
    def _numpy_scalar(value: Any) -> Any:
        numpy = sys.modules.get("numpy")
        if numpy is None or not isinstance(value, numpy.generic):
            return value
        if isinstance(value, (numpy.bool_, numpy.integer)) and not isinstance(value, numpy.timedelta64):
            return value.item()
        if isinstance(value, numpy.floating) and value.dtype.itemsize <= 8:
            return float(value)
        if isinstance(value, numpy.str_):
            return str(value)
        if isinstance(value, numpy.bytes_):
            return bytes(value)
        return value

    def encode_exception(self, error: BaseException, segments: list[Any]) -> Any:
        """A live exception; one that came from JavaScript goes home as the value that was thrown."""
        name, text = type(error).__name__, None
        if isinstance(error, JSError):
            value = error.value
            if value is None and error.name:  # it was pickled, and the Error is in another process
                name, text = error.name, error.message
            elif isinstance(value, (dict, list)):
                return self.encode_deep(value, segments)  # a literal, which came as a copy
            elif not isinstance(value, JsProxy) or value._js_imports is self.imports:
                return self.encode(value, segments)
        text, more = beginning(error, _MOST_MESSAGE) if text is None else cut(text, _MOST_MESSAGE)
        wire = [_EXCEPTION, self.give(error, segments), traits.of(error), name, text]
        left = error.__dict__.get("_js_left") if isinstance(error, JSError) else None
        if left is not None:
            return [*wire, more, self.encode_deep(left, segments)]
        return [*wire, True] if more else wire

    # ---- wire -> Python

    def decode(self, wire: Any, body: bytes | memoryview, shared: list[Any] | None = None) -> Any:
        """Value of a wire form. Raises ProtocolError for one that makes no sense, whatever is wrong with it,
        Uncopied for a copy that would lose something, and what a type's own decoder raises."""
        if wire.__class__ is not list:
            return wire
        try:
            decoder = DECODERS[wire[0]]
        except (KeyError, IndexError, TypeError):
            raise ProtocolError(f"unknown value {excerpt(wire)}") from None
        try:
            return decoder(self, wire, body, [] if shared is None else shared)
        except Malformed:
            raise ProtocolError(f"malformed value {excerpt(wire)}") from None


class Copying(Marshal):
    """For what is asked of a side that cannot look at Python's objects at once, as a page cannot: it gets
    copies of containers, dates and buffers. The tables are the other one's.
    """

    by_handle = False

    @classmethod
    def of(cls, marshal: Marshal) -> Copying:
        """One beside another."""
        made = cls(marshal.exports, marshal.imports, marshal.custom, marshal.revive, marshal.sharing)
        made.end = marshal.end
        return made

    def encode(self, value: Any, segments: list[Any]) -> Any:
        """Wire form of a value."""
        if type(value) in _COPIES:
            return [_CUSTOM, "", self.encode_deep(value, segments)]  # which numbers its parts by itself
        return super().encode(value, segments)


_COPIES = frozenset((list, tuple, dict, set, frozenset, bytearray, memoryview, datetime.datetime))
