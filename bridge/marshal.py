"""Values on the wire, both directions side by side; `node/marshal.mjs` is the mirror.

In/out: Python values <-> JSON-able data plus binary segments. Scalars and bytes cross by value; everything
else of Python's crosses by handle (mutable things keep their identity), while JavaScript's literals arrive
copied. What comes home is the very same object.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from typing import Any

from . import traits
from .errors import BridgeError, JSError, ProtocolError
from .handles import Exports, Imports, Segments
from .protocol import SAFE_INTEGER, TRAITS
from .proxy import JsProxy, Keyword

_BUFFER = TRAITS["BUFFER"]
_UTC = datetime.UTC
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=_UTC)
# JavaScript's typed arrays as struct formats, in order of the wire's format letters.
FORMATS = {
    "i1": "b", "u1": "B", "c1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I",
    "i8": "q", "u8": "Q", "f2": "e", "f4": "f", "f8": "d",
}  # fmt: skip


class Marshal:
    """Encoder and decoder of one conversation."""

    def __init__(
        self,
        exports: Exports,
        imports: Imports,
        custom: dict[type, tuple[str, Callable[[Any], Any]]],
        revive: dict[str, Callable[[Any], Any]],
    ) -> None:
        self.exports = exports
        self.imports = imports
        self.custom = custom
        self.revive = revive

    # ---- Python -> wire

    def encode(self, value: Any, segments: list[Any]) -> Any:
        """Wire form of a value; binary data is appended to segments."""
        kind = type(value)
        if value is None or kind is str or kind is bool:
            return value
        if kind is int:
            if -SAFE_INTEGER <= value <= SAFE_INTEGER:
                return value
            return ["n", f"{value:x}"]
        if kind is float:
            if value - value == 0.0:
                return value
            return ["f", "nan" if value != value else "inf" if value > 0 else "-inf"]
        if kind is bytes:
            return self._segment("b", value, segments)
        if isinstance(value, JsProxy):
            if value._imports is self.imports:
                if value._handle < 0:
                    raise BridgeError("this JavaScript object was given back with release()")
                return ["h", value._handle]
            return self._handle(value, segments)
        if isinstance(value, BaseException):
            return self.encode_exception(value, segments)
        if kind is Keyword:
            return ["k", str(value)]
        if self.custom:
            for base in kind.__mro__:
                entry = self.custom.get(base)
                if entry is not None:
                    from .deep import encode_deep

                    return ["c", entry[0], encode_deep(self, entry[1](value), segments)]
        module = kind.__module__
        if module == "numpy":
            scalar = self._numpy_scalar(value)
            if scalar is not value:
                return self.encode(scalar, segments)
        return self._handle(value, segments)

    def _handle(self, value: Any, segments: list[Any]) -> Any:
        bits = traits.of(value)
        if bits & _BUFFER:
            # So that JavaScript's collector knows what a small proxy pins.
            size = int(getattr(value, "nbytes", 0) or len(value))
            return ["p", self.give(value, segments), bits, size]
        return ["p", self.give(value, segments), bits]

    def give(self, value: Any, segments: list[Any]) -> int:
        """Handle of a value that the frame being made mentions."""
        handle = self.exports.add(value)
        if isinstance(segments, Segments):
            if segments.given is None:
                segments.given = [handle]
            else:
                segments.given.append(handle)
        return handle

    def take_back(self, segments: list[Any]) -> None:
        """The frame is never sent: nobody will give back what it mentions."""
        if isinstance(segments, Segments):
            given, segments.given = segments.given, None
            for handle in given or ():
                self.exports.release(handle, 1)

    @staticmethod
    def _segment(tag: str, data: Any, segments: list[Any]) -> list[Any]:
        offset = sum(len(part) for part in segments)
        segments.append(data)
        return [tag, offset, len(data)]

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
        if isinstance(error, JSError):
            value = error.value
            if not isinstance(value, JsProxy) or value._imports is self.imports:
                return self.encode(value, segments)
        try:
            message = str(error)
        except Exception as second:
            message = f"<{type(second).__name__} in __str__>"
        return ["x", self.give(error, segments), traits.of(error), type(error).__name__, message]

    # ---- wire -> Python

    def decode(self, wire: Any, body: bytes | memoryview, shared: list[Any] | None = None) -> Any:
        """Value of a wire form. Raises ProtocolError for an unknown tag or handle."""
        if wire.__class__ is not list:
            return wire
        try:
            decoder = _DECODERS[wire[0]]
        except (KeyError, IndexError, TypeError):
            raise ProtocolError(f"unknown value {str(wire)[:60]}") from None
        try:
            return decoder(self, wire, body, [] if shared is None else shared)
        except IndexError:
            raise ProtocolError(f"malformed value {str(wire)[:60]}") from None

    def _array(self, wire: Any, body: Any, shared: list[Any]) -> Any:
        result: list[Any] = []
        shared.append(result)
        decode = self.decode
        for item in wire[1:]:
            result.append(decode(item, body, shared) if item.__class__ is list else item)  # noqa: PERF401
        return result

    def _object(self, wire: Any, body: Any, shared: list[Any]) -> Any:
        result: dict[Any, Any] = {}
        shared.append(result)
        decode = self.decode
        for index in range(1, len(wire), 2):
            key = decode(wire[index], body, shared)
            try:
                result[key] = decode(wire[index + 1], body, shared)
            except TypeError:
                result[_hashable(key)] = decode(wire[index + 1], body, shared)
        if len(result) != len(wire) // 2:
            raise ValueError(_COLLISION.format("Map with keys"))
        return result

    def _set(self, wire: Any, body: Any, shared: list[Any]) -> Any:
        result: set[Any] = set()
        shared.append(result)
        for item in wire[1:]:
            value = self.decode(item, body, shared)
            try:
                result.add(value)
            except TypeError:
                result.add(_hashable(value))
        if len(result) != len(wire) - 1:
            raise ValueError(_COLLISION.format("Set with members"))
        return result

    def _typed(self, wire: Any, body: Any, shared: list[Any]) -> Any:
        data = memoryview(_part(body, wire[2], wire[3]))
        kind: Any = FORMATS[wire[1]]
        if kind == "e":
            # Half floats: no memoryview before Python 3.14 reads them, an array of floats does.
            import array
            import struct

            return memoryview(array.array("f", struct.unpack(f"<{len(data) // 2}e", data)))
        return (data if wire[3] else memoryview(b"")).cast(kind)

    def _proxy(self, wire: Any, body: Any, shared: list[Any]) -> Any:
        return self.imports.adopt(wire[1], wire[2])

    def _custom(self, wire: Any, body: Any, shared: list[Any]) -> Any:
        revive = self.revive.get(wire[1])
        value = self.decode(wire[2], body)
        return value if revive is None else revive(value)


_COLLISION = (
    "a {} that are equal in Python (1 and true, undefined and null, two arrays with the same items) cannot "
    "be copied without loss: pass it by reference"
)


def _hashable(value: Any) -> Any:
    """A Map may have arrays and objects as keys; Python needs something hashable in their place."""
    if isinstance(value, list):
        return tuple(_hashable(item) for item in value)
    if isinstance(value, set):
        return frozenset(value)
    if isinstance(value, dict):
        return tuple((_hashable(k), _hashable(v)) for k, v in value.items())
    return value


def _part(body: Any, start: int, size: int) -> Any:
    if not 0 <= start <= start + size <= len(body):
        raise IndexError(start)
    # A view, so that a large part is copied once or not at all.
    return memoryview(body)[start : start + size]


def _units(units: list[int]) -> str:
    return b"".join(unit.to_bytes(2, "little") for unit in units).decode("utf-16-le", "surrogatepass")


_DECODERS: dict[str, Callable[[Marshal, Any, Any, list[Any]], Any]] = {
    "a": Marshal._array,
    "o": Marshal._object,
    "M": Marshal._object,
    "S": Marshal._set,
    "p": Marshal._proxy,
    "h": lambda self, wire, body, shared: self.exports.get(wire[1]),
    "f": lambda self, wire, body, shared: float(wire[1]),
    "n": lambda self, wire, body, shared: int(wire[1], 16),
    "k": lambda self, wire, body, shared: wire[1],
    "u": lambda self, wire, body, shared: _units(wire[1]),
    "b": lambda self, wire, body, shared: bytes(_part(body, wire[1], wire[2])),
    "t": Marshal._typed,
    "d": lambda self, wire, body, shared: _EPOCH + datetime.timedelta(milliseconds=wire[1]),
    "r": lambda self, wire, body, shared: shared[wire[1]],
    "c": Marshal._custom,
}
