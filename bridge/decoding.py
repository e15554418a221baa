"""Values of wire forms: what a Marshal's `decode` does, by the tag of a form; `node/marshal.mjs` has both.

In: the wire form of a value, the frame's binary part, the tables of handles. Out: the value. A form that
makes no sense is `Malformed`, whatever is wrong with it.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from .errors import Uncopied
from .handles import Exports, Imports
from .midst import came_between
from .protocol import TAGS
from .segments import LARGE as _LARGE

if TYPE_CHECKING:  # late: most programs share nothing
    from .sharing import End

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
# JavaScript's typed arrays as struct formats, in order of the wire's format letters.
FORMATS = {
    "i1": "b", "u1": "B", "c1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I",
    "i8": "q", "u8": "Q", "f2": "e", "f4": "f", "f8": "d",
}  # fmt: skip

_TYPED, _COLUMNS = TAGS["TYPED"], frozenset(("i4", "f8"))  # columns of integers, of others


class Malformed(Exception):
    """A wire value that makes no sense."""


class Tables(Protocol):
    """What is needed of a Marshal."""

    exports: Exports
    imports: Imports
    revive: dict[str, Callable[[Any], Any]]
    end: End | None

    def decode(self, wire: Any, body: bytes | memoryview, shared: list[Any] | None = None) -> Any:
        """Value of a part."""

    def sharing(self) -> End:
        """The shared memory, begun if it was not."""


_COLLISION = (
    "a {} that are equal in Python (1 and true, undefined and null, two arrays with the same items) cannot "
    "be copied without loss: pass it by reference"
)
_CYCLE = "a Map key or Set member that contains itself cannot be copied: pass it by reference"
_COPIED = (list, set, dict)


# Containers hold what runs code of others (hashes, decoders): they look for themselves what is malformed.


def _array(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    result: list[Any] = []
    shared.append(result)
    items = wire[1:]
    if len(items) > 8 and list not in map(type, items):
        result += items
        return result
    decode = self.decode
    for item in items:
        result.append(decode(item, body, shared) if item.__class__ is list else item)
    return result


def _object(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    if not len(wire) & 1:
        raise Malformed
    result: dict[Any, Any] = {}
    shared.append(result)
    decode = self.decode
    for index in range(1, len(wire), 2):
        key = decode(wire[index], body, shared)
        value = decode(wire[index + 1], body, shared)
        result[key if type(key) is str else _hashable(key)] = value
    if len(result) != len(wire) // 2:
        raise Uncopied(_COLLISION.format("Map with keys"))
    return result


def _column(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    tag, letters, start, size = wire[1]
    if tag != _TYPED or letters not in _COLUMNS:
        raise Malformed
    numbers: list[Any] = _part(self, body, start, size).cast(FORMATS[letters]).tolist()
    shared.append(numbers)
    return numbers


def _set(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    result: set[Any] = set()
    shared.append(result)
    for item in wire[1:]:
        result.add(_hashable(self.decode(item, body, shared)))
    if len(result) != len(wire) - 1:
        raise Uncopied(_COLLISION.format("Set with members"))
    return result


def _custom(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    if len(wire) < 3 or wire[1].__class__ is not str:
        raise Malformed
    revive = self.revive.get(wire[1])
    value = self.decode(wire[2], body)
    return value if revive is None else revive(value)


def _hashable(value: Any, around: tuple[int, ...] = ()) -> Any:
    """A Map may have arrays and objects as keys; Python needs something hashable in the place of the copies.
    Raises Uncopied where there is nothing."""
    if type(value) not in _COPIED:
        try:
            hash(value)
        except (TypeError, ValueError):  # a memoryview of numbers raises the latter
            if not issubclass(type(value), _COPIED):
                why = f"a Map key or Set member that Python cannot hash ({type(value).__name__})"
                raise Uncopied(f"{why} cannot be copied: pass it by reference") from None
        else:
            return value
    if id(value) in around:
        raise Uncopied(_CYCLE)
    around = (*around, id(value))
    if issubclass(type(value), list):
        return tuple(_hashable(item, around) for item in value)
    if issubclass(type(value), set):
        return frozenset(value)
    return tuple((_hashable(k, around), _hashable(v, around)) for k, v in value.items())


# What has no parts: nothing of others' runs here, so whatever is raised is the value's fault.


def _leaf(
    decode: Callable[[Tables, Any, Any, list[Any]], Any],
) -> Callable[[Tables, Any, Any, list[Any]], Any]:
    def decoder(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
        try:
            return decode(self, wire, body, shared)
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, MemoryError) as error:
            if came_between(error):
                raise
            raise Malformed from None

    return decoder


def _part(self: Tables, body: Any, start: Any, size: int) -> Any:
    if start.__class__ is list:
        return _block_part(self, start, size)
    if start.__class__ is not int or size.__class__ is not int or not 0 <= start <= start + size <= len(body):
        raise Malformed
    if size >= _LARGE and self.end is None:
        self.sharing()  # the next one need not go in a frame
    # A view, so that a large part is copied once or not at all.
    return memoryview(body)[start : start + size]


def _block_part(self: Tables, where: list[Any], size: int) -> Any:
    """Bytes in a block: of Node's, which we hold from now on, or of ours that comes home."""
    if self.end is None or not all(number.__class__ is int and number >= 0 for number in (*where, size)):
        raise Malformed
    at = where[-1]
    if len(where) == 4:
        block = self.end.came(*where[:3])
        where[0] = 0  # it has been taken
    else:
        block = self.exports.get(where[0])
    if not self.end.is_block(block) or at + size > block.size:
        raise Malformed
    return memoryview(block)[at : at + size]


def _typed(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    data = _part(self, body, wire[2], wire[3])
    kind: Any = FORMATS[wire[1]]
    if self.end is not None and wire[2].__class__ is list and len(wire[2]) == 2:
        array = self.end.home(self.exports.get(wire[2][0]), wire[2][1], wire[3], wire[1])
        if array is not None:
            return array
        if kind == "e" and "numpy" in sys.modules:
            return sys.modules["numpy"].frombuffer(data, "<f2")
    if kind == "e":
        # Half floats: no memoryview before Python 3.14 reads them, an array of floats does.
        import array
        import struct

        if len(data) & 1:
            raise Malformed
        return memoryview(array.array("f", struct.unpack(f"<{len(data) // 2}e", data)))
    return (data if wire[3] else memoryview(b"")).cast(kind)


def _proxy(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    handle, bits = wire[1], wire[2]
    if handle.__class__ is not int or bits.__class__ is not int or handle < 1 or bits < 0:
        raise Malformed
    proxy = self.imports.adopt(handle, bits, wire)
    if len(wire) > 3:  # a function on which Python's code has left attributes
        kept = self.exports.get(wire[3])
        if kept.__class__ is not dict or not hasattr(proxy, "__dict__"):
            raise Malformed
        object.__setattr__(proxy, "__dict__", kept)
    return proxy


def _text(value: Any) -> str:
    if value.__class__ is not str:
        raise Malformed
    return value


def _ref(self: Tables, wire: Any, body: Any, shared: list[Any]) -> Any:
    number = wire[1]
    if number.__class__ is not int or number < 0:
        raise Malformed
    return shared[number]


DECODERS: dict[str, Callable[[Tables, Any, Any, list[Any]], Any]] = {
    TAGS["ARRAY"]: _array,
    TAGS["OBJECT"]: _object,
    TAGS["MAP"]: _object,
    TAGS["SET"]: _set,
    TAGS["CUSTOM"]: _custom,
    TAGS["HANDLE"]: _leaf(_proxy),
    TAGS["HOME"]: _leaf(lambda self, wire, body, shared: self.exports.get(wire[1])),
    TAGS["FLOAT"]: _leaf(lambda self, wire, body, shared: float(_text(wire[1]))),
    TAGS["INT"]: _leaf(lambda self, wire, body, shared: int(_text(wire[1]), 16)),
    TAGS["KEYWORD"]: _leaf(lambda self, wire, body, shared: _text(wire[1])),
    TAGS["BYTES"]: _leaf(lambda self, wire, body, shared: bytes(_part(self, body, wire[1], wire[2]))),
    TAGS["TYPED"]: _leaf(_typed),
    TAGS["DATE"]: _leaf(lambda self, wire, body, shared: _EPOCH + datetime.timedelta(milliseconds=wire[1])),
    TAGS["REF"]: _leaf(_ref),
    TAGS["COLUMN"]: _leaf(_column),
}
