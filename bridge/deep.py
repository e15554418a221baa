"""Deep copies on their way to JavaScript (`py->js`, `JSON.stringify`).

In: any Python value. Out: its wire form with mappings, sequences, sets, dates, enums, arrays and tables by
value; cycles and shared parts are kept. What has no counterpart (functions, instances, modules) still goes
by handle. As JSON writes it, days, times of day, spans, exact numbers, UUIDs and paths are texts. Many rows
at once: bulk.py."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import sys
from array import array
from collections import UserString
from collections.abc import Callable, Mapping, Sequence, ValuesView
from itertools import chain
from typing import Any, Protocol

from .bulk import (
    FEW,
    LISTS,
    LISTS_AND_TUPLES,
    columns_of,
    is_flat,
    lists_of_numbers,
    numbers_column,
    plain,
    scalar_column,
    tree,
    ways,
)
from .containers import items_of
from .protocol import TAGS
from .proxy import JsProxy, Keyword
from .scalars import json_text, milliseconds
from .segments import place_array
from .tables import columns_of_table, items_of_column
from .traits import collection

# Not the classes themselves: str(x) would call the subclass's __str__.
_SCALARS: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (str, str.__str__),
    (int, int.__int__),
    (float, float.__float__),
    (bytes, bytes.__bytes__),
)
_PLAIN = (str, int, float, bool, bytes, Keyword)
# Of numbers that a buffer may hold, whatever their size.
_KINDS = {
    letter: kind for kind, letters in (("i", "bhilqn"), ("u", "BHILQN"), ("f", "efd")) for letter in letters
}
_OTHER_ORDER = ">!" if sys.byteorder == "little" else "<"


_REF, _OBJECT, _MAP, _SET, _ARRAY = (TAGS[name] for name in ("REF", "OBJECT", "MAP", "SET", "ARRAY"))
_DATE, _DATES, _BYTES, _TYPED, _GRID = (TAGS[name] for name in ("DATE", "DATES", "BYTES", "TYPED", "GRID"))
_ROWS, _ITEMS, _AS_IS = TAGS["ROWS"], TAGS["ITEMS"], TAGS["AS_IS"]
_LISTS, _PICKS, _COLUMN = TAGS["LISTS"], TAGS["PICKS"], TAGS["COLUMN"]


class Encoder(Protocol):
    """What a deep copy asks of the marshal: the wire form of everything that is not copied."""

    @property
    def custom(self) -> Mapping[type, Any]:
        """The types that cross by value in a way of their own."""

    def encode(self, value: Any, segments: list[Any]) -> Any: ...
    def octets(self, data: Any, segments: list[Any]) -> list[Any]: ...
    def array(self, tag: str, letters: str, data: Any, segments: list[Any]) -> list[Any]: ...


def encode_deep(marshal: Encoder, value: Any, segments: list[Any], json: bool = False) -> Any:
    """Wire form of a deep copy; as JSON writes it if `json`."""
    return _Copy(marshal, segments, json).encode(value)


class _Copy:
    """One deep copy."""

    def __init__(self, marshal: Encoder, segments: list[Any], json: bool) -> None:
        self.marshal = marshal
        self.segments = segments
        self.json = json
        # Numbers of the containers opened so far. All are kept alive: a temporary one that died would leave
        # its id to another, which would then be taken for it.
        self.seen: dict[int, int] = {}
        self.kept: list[Any] = []
        # The containers of what went as it is: number of its root. Of each root, where they stand in it, as
        # soon as it is asked.
        self.inner: dict[int, int] = {}
        self.roots: dict[int, Any] = {}
        self.ways: dict[int, dict[int, tuple[Any, str | int]]] = {}
        self.arrays = LISTS if self.registered(tuple) else LISTS_AND_TUPLES

    def encode(self, value: Any) -> Any:
        kind = type(value)
        if kind is dict or kind is list:
            return self.container(value, kind is dict)
        if value is None or kind in _PLAIN or self.registered(kind) or issubclass(kind, JsProxy):
            return self.marshal.encode(value, self.segments)
        if issubclass(kind, enum.Enum):
            return self.encode(value._value_)
        for base, bare in _SCALARS:
            if issubclass(kind, base):
                return self.marshal.encode(bare(value), self.segments)  # a str of the user's own
        if issubclass(kind, datetime.datetime):
            moment = milliseconds(value, whole=True)
            return None if moment is None else [_DATE, moment]
        if issubclass(kind, UserString):
            return self.marshal.encode(value.data, self.segments)
        if issubclass(kind, bytearray):
            return self.marshal.octets(bytes(value), self.segments)
        sort = collection(kind)
        if sort is not None:
            return self.container(value, sort == "dict", sort == "set")
        text = json_text(value) if self.json else None
        return self.other(value) if text is None else text

    def registered(self, kind: type) -> bool:
        custom = self.marshal.custom
        return bool(custom) and any(base in custom for base in kind.__mro__)

    def container(self, value: Any, mapping: bool, members: bool = False) -> Any:
        """A mapping, set or sequence."""
        known = self.opened(value)
        if known is not None:
            return known
        kind = type(value)
        outermost = not self.seen
        if kind is dict or kind in self.arrays:
            if kind is not dict and len(value) >= FEW:
                wire = self.numbers(value, outermost)
                if wire is None:
                    wire = self.flat(value, outermost)
                if wire is not None:
                    return wire
            if outermost or len(value) >= FEW:
                ids = tree(value, self.arrays, whole=outermost)
                if ids is not None and outermost:
                    return [_AS_IS, value]
                if ids is not None and self.unknown(ids):
                    number = len(self.seen)
                    self.inner.update(dict.fromkeys(ids, number))
                    self.roots[number] = value
                    self.open(value)
                    return [_AS_IS, value]
        self.open(value)
        if mapping:
            return self.mapping(list(items_of(value)))
        items = value if issubclass(kind, (list, tuple)) else list(value)
        if members:
            return [_SET, *map(self.encode, items)]
        return self.sequence(items, outermost)

    def open(self, value: Any) -> None:
        self.seen[id(value)] = len(self.seen)
        self.kept.append(value)

    def open_all(self, values: Sequence[Any]) -> None:
        first = len(self.seen)
        self.seen.update(zip(map(id, values), range(first, first + len(values)), strict=True))
        self.kept += values

    def unknown(self, ids: set[int]) -> bool:
        """Whether none of these containers was opened before."""
        return self.seen.keys().isdisjoint(ids) and self.inner.keys().isdisjoint(ids)

    def opened(self, value: Any) -> Any:
        """A reference to a container that was opened before, or came in a tree; else None."""
        known = self.seen.get(id(value))
        if known is not None:
            return [_REF, known]
        number = self.inner.get(id(value))
        return None if number is None else [_REF, number, *self.way(number, value)]

    def way(self, number: int, value: Any) -> list[str | int]:
        """Keys and indices that lead from the root of a tree to one of its containers."""
        root = self.roots[number]
        if number not in self.ways:
            self.ways[number] = ways(root)
        path: list[str | int] = []
        while value is not root:
            value, key = self.ways[number][id(value)]
            path.append(key)
        return path[::-1]

    def mapping(self, pairs: list[tuple[Any, Any]]) -> Any:
        named = all(isinstance(key, str) for key, _ in pairs)
        if named and plain([item for _, item in pairs]):
            return [_OBJECT, *chain.from_iterable(pairs)]
        wire = [_OBJECT if named else _MAP]
        encode = self.encode
        for key, item in pairs:
            wire += (
                key if type(key) is str else encode(key),
                item if type(item) is str else encode(item),
            )
        return wire

    def sequence(self, items: Sequence[Any], outermost: bool) -> Any:
        """The items of a sequence that is open."""
        if plain(items):
            return [_ARRAY, *items]
        if len(items) < FEW:
            return [_ARRAY, *map(self.encode, items)]
        wire = self.rows(items, outermost)
        if wire is None:
            column = scalar_column(items, self.segments) or self.column(items, all_new=False)
            wire = [_ARRAY, *column[1:]] if column[0] == _ITEMS else [_COLUMN, column]
        return wire

    def numbers(self, value: Any, outermost: bool) -> Any:
        """Lists of numbers, as one column; None for anything else."""
        found = lists_of_numbers(value, self.arrays)
        if found is None:
            return None
        own = set(map(id, value))
        if len(own) < len(value) or not self.unknown(own):
            return None
        lengths, numbers = found
        column = scalar_column(numbers, self.segments)
        if column is None:
            return None
        self.open(value)
        if not outermost:
            self.open_all(value)
        return [_LISTS, numbers_column("i", lengths, self.segments), column]

    def flat(self, value: Any, outermost: bool) -> Any:
        """Dicts of scalars under the same texts, column by column; None for others. Columns take half the
        time of a text that repeats every key."""
        if not (is_flat(value[0]) and is_flat(value[-1])):
            return None  # a look at two spares the columns of what is deeper
        found = columns_of(value, self.arrays)
        own = set(map(id, value))
        if found is None or len(own) != len(value) or not self.unknown(own):
            return None
        keys, columns = found
        count = len(self.segments)
        wires = []
        for column in columns:
            wires.append(scalar_column(column, self.segments))
            if wires[-1] is None:
                del self.segments[count:]
                return None
        self.open(value)
        if not outermost:
            self.open_all(value)
        return [_ROWS, len(value), keys, *wires]

    def rows(self, items: Sequence[Any], outermost: bool) -> Any:
        """Dicts of the same texts as keys, or lists of as many items, column by column; None for others."""
        found = columns_of(items, self.arrays)
        if found is None:
            return None
        own = set(map(id, items))
        if len(own) != len(items) or not self.unknown(own):
            return None
        keys, columns = found
        wires = [scalar_column(column, self.segments) for column in columns]
        if not outermost or None in wires:
            self.open_all(items)
        for index, column in enumerate(columns):
            if wires[index] is None:
                wires[index] = self.column(column)
        return [_ROWS, len(items), keys, *wires]

    def column(self, items: Sequence[Any], all_new: bool = True) -> list[Any]:
        """Values of any kind; containers as an array of their own where some are the same or known, else if
        `all_new`."""
        kinds = set(map(type, items))
        wire = self.picks(items, all_new) if kinds == {dict} or kinds <= self.arrays else None
        return wire or [_ITEMS, *map(self.encode, items)]

    def picks(self, items: Sequence[Any], all_new: bool) -> Any:
        """Containers, each once; None where one came in a tree."""
        ids = list(map(id, items))
        distinct = dict(zip(ids, items, strict=True))
        if not self.inner.keys().isdisjoint(distinct.keys()):
            return None
        known = self.seen
        new = [item for each, item in distinct.items() if each not in known]
        if len(new) == len(items):
            return [_PICKS, self.container(new, False)] if all_new else None
        places = {each: known[each] for each in distinct if each in known}
        places.update((id(item), -1 - at) for at, item in enumerate(new))
        wire = self.container(new, False) if new else None
        return [_PICKS, wire, numbers_column("i", [places[each] for each in ids], self.segments)]

    def other(self, value: Any) -> Any:
        """Arrays, tables, dataclasses, buffers; everything else by handle."""
        numpy, kind = sys.modules.get("numpy"), type(value)
        if numpy is not None and issubclass(kind, (numpy.ndarray, numpy.datetime64)):
            if not masked(value):
                return self.ndarray(numpy, numpy.asarray(value))
            filled = value.filled(numpy.array("NaT", value.dtype)) if value.dtype.kind == "M" else None
            return self.encode(value.tolist()) if filled is None else self.ndarray(numpy, filled)
        if numpy is not None and issubclass(kind, numpy.generic):
            return self.marshal.encode(value, self.segments)
        if not self.json:
            pairs = columns_of_table(value)
            if pairs is not None:
                return self.known(value) or self.mapping(pairs)
            items = items_of_column(value)
            if items is not None:
                return self.encode(items)
        if issubclass(kind, ValuesView):
            return self.known(value) or [_ARRAY, *map(self.encode, value)]
        if dataclasses.is_dataclass(kind):
            return self.known(value) or self.mapping(
                [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
            )
        buffer = _buffer(value)
        if buffer is not None:
            letters, data, shape = buffer
            wire = self.marshal.array(_GRID if shape else _TYPED, letters, data, self.segments)
            return [*wire, *shape]
        pandas = sys.modules.get("pandas")
        if pandas is not None and value is getattr(pandas, "NA", None):
            return None  # as in a column
        return self.marshal.encode(value, self.segments)

    def known(self, value: Any) -> Any:
        """A reference to what was opened before; None, and it is opened now."""
        known = self.opened(value)
        if known is None:
            self.open(value)
        return known

    def ndarray(self, numpy: Any, array: Any) -> Any:
        """A typed array of the same numbers, whatever the byte order and strides; more dimensions become
        arrays of such rows over one buffer. Other kinds become Arrays: dates as Date (NaT as null), the rest
        item by item."""
        kind, size = array.dtype.kind, array.dtype.itemsize
        if kind in "iuf" and size <= 8 and array.ndim:
            little = numpy.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            data = memoryview(little.reshape(-1)).cast("B") if little.size else b""
            tag = _TYPED if array.ndim == 1 else _GRID
            wire = self.marshal.array(tag, f"{kind}{size}", data, self.segments)
            return wire if array.ndim == 1 else [*wire, *array.shape]
        if kind == "M":
            moments = array.astype("datetime64[ms]")
            numbers = moments.astype("<f8")
            numbers[numpy.isnat(moments)] = numpy.nan
            if array.ndim != 1 or array.size < FEW:
                return self.dates(numbers.tolist())
            self.open(numbers)
            data = memoryview(numbers).cast("B")
            return [_COLUMN, [_DATES, place_array(_TYPED, "f8", data, self.segments)]]
        return self.encode(array.tolist())

    def dates(self, numbers: Any) -> Any:
        """Dates, or arrays of them, of milliseconds, where nan is none."""
        if isinstance(numbers, list):
            self.open(numbers)
            return [_ARRAY, *map(self.dates, numbers)]
        return [_DATE, numbers] if numbers == numbers else None


def masked(array: Any) -> bool:
    """Whether something of an array is missing."""
    masks = sys.modules.get("numpy.ma")
    return masks is not None and isinstance(array, masks.MaskedArray) and masks.is_masked(array)


def _buffer(value: Any) -> tuple[str, Any, tuple[int, ...]] | None:
    """Format letters, contiguous bytes and, of several dimensions, shape of numbers that something exports:
    an array.array, a memoryview, an array of ctypes, of any byte order."""
    try:
        view = memoryview(value)
    except TypeError:
        return None
    letter = view.format.lstrip("@=<>!")
    kind = _KINDS.get(letter)
    if kind is None or not (view.ndim or isinstance(value, memoryview)):
        return None
    native = view.format in (letter, "@" + letter)
    data: Any = view.cast("B") if native and view.c_contiguous and view.nbytes else view.tobytes()
    if view.format[0] in _OTHER_ORDER and view.itemsize > 1:
        swapped = array("xBHxIxxxQ"[view.itemsize], data)
        swapped.byteswap()
        data = swapped.tobytes()
    return f"{kind}{view.itemsize}", data, (view.shape or ()) if view.ndim > 1 else ()
