"""Deep copies on their way to JavaScript (`py->js`).

In: any Python value. Out: its wire form with lists, tuples, sets, dicts, dates and arrays by value; cycles
and shared parts are kept. What has no counterpart (functions, instances, modules) still goes by handle.
"""

from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Callable
from typing import Any

from .marshal import Marshal
from .proxy import Keyword

# Not the classes themselves: str(x) would call the subclass's __str__.
_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (bytes, bytes.__bytes__),
)
_PLAIN = (str, int, float, bool, bytes, Keyword)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
# Struct formats to the wire's typed-array letters.
_LETTERS = {
    "b": "i1", "B": "u1", "h": "i2", "H": "u2", "i": "i4", "I": "u4", "q": "i8", "Q": "u8",
    "e": "f2", "f": "f4", "d": "f8",
}  # fmt: skip


def encode_deep(marshal: Marshal, value: Any, segments: list[Any]) -> Any:
    """Wire form of a deep copy."""
    return _encode(marshal, value, segments, {})


# Numbers of the containers opened so far. Each is kept alive beside its number: a temporary one that died
# would leave its id to another, which would then be taken for it.
_Seen = dict[int, tuple[int, Any]]


def _encode(marshal: Marshal, value: Any, segments: list[Any], seen: _Seen) -> Any:
    kind = type(value)
    if value is None or kind in _PLAIN or _registered(marshal, kind):
        return marshal.encode(value, segments)
    for base, bare in _SCALARS:
        if isinstance(value, base):
            return marshal.encode(bare(value), segments)  # IntEnum, a str of the user's own
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        known = seen.get(id(value))
        if known is not None:
            return ["r", known[0]]
        seen[id(value)] = (len(seen), value)
        if isinstance(value, dict):
            plain = all(isinstance(key, str) for key in value)
            wire = ["o" if plain else "M"]
            for key, item in value.items():
                wire.append(_encode(marshal, key, segments, seen))
                wire.append(_encode(marshal, item, segments, seen))
            return wire
        wire = ["S" if isinstance(value, (set, frozenset)) else "a"]
        wire.extend(_encode(marshal, item, segments, seen) for item in value)
        return wire
    if isinstance(value, datetime.datetime):
        if value != value:
            return None  # pandas.NaT
        moment = value if value.tzinfo is not None else value.astimezone()
        return ["d", (moment - _EPOCH) / datetime.timedelta(milliseconds=1)]
    if isinstance(value, bytearray):
        return marshal._segment("b", bytes(value), segments)
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.ndarray, numpy.datetime64)):
        return _ndarray(numpy, marshal, numpy.asarray(value), segments, seen)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        known = seen.get(id(value))
        if known is not None:
            return ["r", known[0]]
        seen[id(value)] = (len(seen), value)
        wire = ["o"]
        for field in dataclasses.fields(value):
            wire += (field.name, _encode(marshal, getattr(value, field.name), segments, seen))
        return wire
    buffer = _buffer(value)
    if buffer is not None:
        return _typed("t", *buffer, segments)
    return marshal.encode(value, segments)


def _registered(marshal: Marshal, kind: type) -> bool:
    return bool(marshal.custom) and any(base in marshal.custom for base in kind.__mro__)


def _typed(tag: str, letters: str, data: Any, segments: list[Any]) -> list[Any]:
    offset = sum(len(part) for part in segments)
    padding = -offset % 8
    if padding:
        segments.append(bytes(padding))
    segments.append(data)
    return [tag, letters, offset + padding, len(data)]


def _ndarray(numpy: Any, marshal: Marshal, array: Any, segments: list[Any], seen: _Seen) -> Any:
    """A typed array of the same numbers, whatever the byte order and strides; more dimensions become arrays
    of such rows over one buffer. Other kinds become Arrays: dates as Date (NaT as null), the rest item by
    item."""
    kind, size = array.dtype.kind, array.dtype.itemsize
    if kind in "iuf" and size <= 8 and array.ndim:
        little = numpy.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        data = memoryview(little.reshape(-1)).cast("B") if little.size else b""
        wire = _typed("t" if array.ndim == 1 else "g", f"{kind}{size}", data, segments)
        return wire if array.ndim == 1 else [*wire, *array.shape]
    if kind == "M":
        numbers = array.astype("datetime64[ms]").astype("int64").tolist()
        return _dates(numbers, numpy.iinfo("int64").min, seen)
    return _encode(marshal, array.tolist(), segments, seen)


def _dates(numbers: Any, missing: int, seen: _Seen) -> Any:
    if isinstance(numbers, list):
        seen[id(numbers)] = (len(seen), numbers)
        return ["a", *[_dates(item, missing, seen) for item in numbers]]
    return None if numbers == missing else ["d", numbers]


def _buffer(value: Any) -> tuple[str, Any] | None:
    """Format letters and contiguous bytes of an array.array or memoryview."""
    try:
        view = memoryview(value)
    except TypeError:
        return None
    letters = _LETTERS.get({"l": "q", "L": "Q"}.get(view.format, view.format))
    if letters is None:
        return None
    if view.format in "lL" and view.itemsize == 4:
        letters = letters[0] + "4"
    return letters, view.cast("B") if view.c_contiguous else view.tobytes()
