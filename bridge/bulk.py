"""Many values at once, at the speed of Python's own loops in C.

In: a sequence. Out: whether its items cross as they are; rows (dicts of the same keys, lists) as columns, and
columns of numbers as the bytes of a typed array. A table of 100,000 rows is a few lists and buffers on the
wire."""

from __future__ import annotations

import array
import struct
import sys
from collections.abc import Callable, Iterable, Sequence, Set
from itertools import chain, compress
from math import isfinite
from operator import itemgetter
from typing import Any

from .protocol import SAFE_INTEGER, TAGS
from .segments import place_array

_TYPED, _AS_IS, _WHOLE = TAGS["TYPED"], TAGS["AS_IS"], TAGS["WHOLE"]
_TEXTS = frozenset((str, bool, type(None)))
_SIMPLE = _TEXTS | {int, float}
_TEXT = {str}
_NUMBERS = frozenset((int, float))
_WIDE = 64  # items of a row, up to which a column each is made of them
_DEEPEST = 100  # levels of a tree; the JSON writer knows some more
_CONTAINERS = frozenset((dict, list, tuple))
LISTS = frozenset((list,))
LISTS_AND_TUPLES = LISTS | {tuple}
FEW = 8  # below, columns do not pay
_references: Callable[[Any], int] = getattr(sys, "getrefcount", lambda _: sys.maxsize)
_ONE_OWNER = max(map(_references, [[]])) + 1  # of what stands in a list of ours and in one container


def plain(items: Sequence[Any], kinds: Set[type] | None = None) -> bool:
    """Whether all items are their own wire form: texts, booleans, None, safe integers, finite numbers.
    Their classes are `kinds`, where those are known."""
    if kinds is None:
        kinds = set(map(type, items))
    if not kinds <= _SIMPLE:
        return False
    if int in kinds:
        whole = items if len(kinds) == 1 else [item for item in items if item.__class__ is int]
        if min(whole) < -SAFE_INTEGER or max(whole) > SAFE_INTEGER:
            return False
    if float in kinds:
        parts = items if len(kinds) == 1 else [item for item in items if item.__class__ is float]
        return all(map(isfinite, parts))
    return True


def tree(value: Any, arrays: Set[type] = LISTS, whole: bool = False) -> set[int] | None:
    """The containers of a value that is its own wire form all through: dicts of texts, lists (of the classes
    `arrays`, perhaps tuples, too) and what `plain` lets by, each container mentioned once. None for anything
    else. If `whole`, the value is all that there is, and of the containers only those are given that may be
    in other places, too."""
    dicts: list[Any] = [value] if type(value) is dict else []
    lists: list[Any] = [value] if type(value) in arrays else []
    ids: set[int] = set()
    columns: list[Sequence[Any]] = []
    column: Sequence[Any] = ()
    for _ in range(_DEEPEST):
        if not set(map(type, chain.from_iterable(dicts))) <= _TEXT:
            return None
        for containers in (dicts, lists):
            numbers = list(map(id, _with_more_owners(containers) if whole else containers))
            count = len(ids) + len(numbers)
            ids.update(numbers)
            if len(ids) < count:
                return None
        columns = [*_columns_of_dicts(dicts), *_columns_of_lists(lists)]
        dicts, lists = [], []
        for column in columns:
            kinds = set(map(type, column))
            if kinds == {dict}:
                dicts += column
            elif kinds <= arrays:
                lists += column
            elif dict not in kinds and kinds.isdisjoint(arrays):
                if not plain(column):
                    return None
            else:
                dicts += [item for item in column if type(item) is dict]
                lists += [item for item in column if type(item) in arrays]
                if not plain([item for item in column if not (type(item) is dict or type(item) in arrays)]):
                    return None
        columns, column = [], ()  # nothing of ours but `dicts` and `lists` may hold what is in them
        if not dicts and not lists:
            return ids
    return None


def _with_more_owners(containers: list[Any]) -> Iterable[Any]:
    """Those that something beside one container holds: no other can be met twice."""
    counts = list(map(_references, containers))
    if not counts or max(counts) <= _ONE_OWNER:
        return ()
    return compress(containers, map(_ONE_OWNER.__lt__, counts))


# All items, in sequences mostly of one kind: columns where the containers are rows. No view or iterator of
# each container is kept meanwhile, which would make the garbage collector run.


def _columns_of_dicts(dicts: list[Any]) -> Iterable[Sequence[Any]]:
    if len(dicts) >= FEW and len(set(map(len, dicts))) == 1 and len(dicts[0]) <= _WIDE:
        try:
            return [list(map(itemgetter(key), dicts)) for key in dicts[0]]
        except KeyError:
            pass  # other keys
    return [list(chain.from_iterable(map(dict.values, dicts)))]


def _columns_of_lists(lists: list[Any]) -> Iterable[Sequence[Any]]:
    if len(lists) >= FEW and len(set(map(len, lists))) == 1 and len(lists[0]) <= _WIDE:
        return [list(map(itemgetter(index), lists)) for index in range(len(lists[0]))]
    return [list(chain.from_iterable(lists))]


def columns_of(items: Sequence[Any], arrays: Set[type]) -> tuple[list[str], list[list[Any]]] | None:
    """Keys and columns of rows: dicts of the same texts in the same order, or lists (of the classes `arrays`)
    of as many items, which have no keys. None for anything else."""
    kinds = set(map(type, items))
    if kinds != {dict}:
        if not kinds <= arrays:
            return None
        width = len(items[0])
        if not 0 < width <= _WIDE or set(map(len, items)) != {width}:
            return None
        return [], [list(map(itemgetter(index), items)) for index in range(width)]
    shapes = set(map(tuple, items)) if items[0].keys() == items[-1].keys() else ()
    if len(shapes) != 1:
        return None
    keys = list(items[0])
    if not keys or any(type(key) is not str for key in keys):
        return None
    return keys, [list(map(itemgetter(key), items)) for key in keys]


def is_flat(row: Any) -> bool:
    """Whether it is a dict of scalars."""
    return type(row) is dict and set(map(type, row.values())) <= _SIMPLE


def lists_of_numbers(items: Sequence[Any], arrays: Set[type]) -> tuple[list[int], list[Any]] | None:
    """The lengths of lists and all that is in them, where that is numbers; None for anything else."""
    first = items[0]
    if type(first) not in arrays or not set(map(type, first)) <= _NUMBERS:
        return None
    if not set(map(type, items)) <= arrays:
        return None
    numbers = list(chain.from_iterable(items))
    return (list(map(len, items)), numbers) if set(map(type, numbers)) <= _NUMBERS else None


def scalar_column(column: Sequence[Any], segments: list[Any]) -> Any:
    """The wire form of a column of numbers, or of other values that cross as they are; else None."""
    kinds = set(map(type, column))
    if kinds == {float} or (kinds and kinds <= _NUMBERS and _safe(column, kinds)):
        return numbers_column("d", column, segments)
    if kinds == {int}:
        return [_WHOLE, *[item if -SAFE_INTEGER <= item <= SAFE_INTEGER else f"{item:x}" for item in column]]
    return [_AS_IS, *column] if kinds <= _SIMPLE and plain(column) else None


def column_of_numbers(items: Sequence[Any], kinds: Set[type], segments: list[Any]) -> Any:
    """The wire form of a column of numbers, of these classes, that is shorter than its text; None of anything
    else."""
    if not kinds <= _NUMBERS:
        return None
    if float not in kinds:
        try:
            return numbers_column("i", items, segments)
        except struct.error:
            pass  # some need more than 32 bits
    if (float in kinds and len(kinds) == 1) or _safe(items, kinds):
        return numbers_column("d", items, segments)
    return scalar_column(items, segments)


def _safe(numbers: Sequence[Any], kinds: Set[type]) -> bool:
    """Whether doubles hold the integers among them."""
    whole = numbers if len(kinds) == 1 else [item for item in numbers if item.__class__ is int]
    return bool(min(whole) >= -SAFE_INTEGER and max(whole) <= SAFE_INTEGER)


def numbers_column(format: str, numbers: Sequence[Any], segments: list[Any]) -> list[Any]:
    """Numbers as a typed array of doubles ("d", of one number at least) or of 32 bits ("i"). Raises
    struct.error where these do not hold an integer."""
    letters = "f8" if format == "d" else "i4"
    # A third to two thirds of what an array takes, but twice of integers as doubles.
    if format == "i" or numbers[0].__class__ is float:
        return place_array(_TYPED, letters, struct.pack(f"<{len(numbers)}{format}", *numbers), segments)
    made = array.array(format, numbers)
    if sys.byteorder == "big":
        made.byteswap()
    return place_array(_TYPED, letters, memoryview(made).cast("B"), segments)


def ways(root: Any) -> dict[int, tuple[Any, str | int]]:
    """Where each container of a tree stands: in which other one, and under which key or index."""
    found: dict[int, tuple[Any, str | int]] = {}
    places = [root]
    for place in places:
        for key, item in place.items() if type(place) is dict else enumerate(place):
            if type(item) in _CONTAINERS:
                found[id(item)] = place, key
                places.append(item)
    return found
