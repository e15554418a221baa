"""Deep copies on their way to JavaScript (`py->js`).

In: any Python value. Out: its wire form with lists, tuples, sets, dicts, dates and arrays by value; cycles and
shared parts are kept. What has no counterpart (functions, instances, modules) still goes by handle.
"""

from __future__ import annotations

import datetime
import sys
from typing import Any

from .marshal import Marshal

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
# numpy kind+size, and struct format, to the wire's typed-array letters.
_LETTERS = {
    "b": "i1", "B": "u1", "h": "i2", "H": "u2", "i": "i4", "I": "u4", "q": "i8", "Q": "u8",
    "e": "f2", "f": "f4", "d": "f8", "?": "u1",
}  # fmt: skip


def encode_deep(marshal: Marshal, value: Any, segments: list[Any]) -> Any:
    """Wire form of a deep copy."""
    return _encode(marshal, value, segments, {})


def _encode(marshal: Marshal, value: Any, segments: list[Any], seen: dict[int, int]) -> Any:
    kind = type(value)
    if value is None or kind in (str, int, float, bool, bytes):
        return marshal.encode(value, segments)
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        number = seen.get(id(value))
        if number is not None:
            return ["r", number]
        seen[id(value)] = len(seen)
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
        moment = value if value.tzinfo is not None else value.astimezone()
        return ["d", (moment - _EPOCH) / datetime.timedelta(milliseconds=1)]
    if isinstance(value, bytearray):
        return marshal._segment("b", bytes(value), segments)
    array = _typed(value)
    if array is not None:
        letters, data = array
        offset = sum(len(part) for part in segments)
        padding = -offset % 8
        if padding:
            segments.append(bytes(padding))
        segments.append(data)
        return ["t", letters, offset + padding, len(data)]
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        return _encode(marshal, value.tolist(), segments, seen)
    return marshal.encode(value, segments)


def _typed(value: Any) -> tuple[str, Any] | None:
    """Format letters and little-endian contiguous bytes of a one-dimensional buffer, if it is one."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.ndarray):
        if value.dtype.kind not in "biuf" or value.dtype.itemsize > 8:
            return None
        dtype = value.dtype.newbyteorder("<") if value.dtype.kind != "b" else numpy.dtype("u1")
        flat = numpy.ascontiguousarray(value, dtype=dtype).reshape(-1)
        return f"{dtype.kind}{dtype.itemsize}", memoryview(flat).cast("B")
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
