"""Iterators and generators of Python's, which JavaScript goes through step by step.

In: an iterator and how many items at the most, or a generator and what it is sent. Out: wire forms of what
comes, and whether that was the end.
"""

from __future__ import annotations

import itertools
import operator
import time
from typing import Any

from .answers import Wired
from .arrays import beginning, joined
from .managers import raised
from .marshal import SINGLE, Marshal
from .protocol import TAGS
from .segments import Segments

_ARRAY = TAGS["ARRAY"]
_PATIENCE = 0.002  # seconds that one batch may take: its first items are wanted
_LOOK = 7  # the clock is looked at after every eighth
_LIST: type = type(iter([]))
# of these nobody's code runs for an item
_AT_HAND = {_LIST, type(iter(())), type(iter(range(1))), type(iter(range(1 << 70)))}
_PART = 2048  # items at hand that are looked at together


def batch(marshal: Marshal, iterator: Any, count: int, pairs: bool, segments: Segments) -> list[Any]:
    """The next items, at most `count`, fewer when they are slow to come.

    Args:
        pairs: each is a key and a value.

    Returns:
        Whether it has ended (None of a list's that has no more, and may get some), the items' wire form, and
        perhaps that of what was raised behind them.

    Raises:
        What the iterator raises where there are no items, and whatever is no Exception.
    """
    try:
        if type(iterator) in _AT_HAND and not pairs:
            return _at_hand(marshal, iterator, count, segments)
        return _one_by_one(marshal, iterator, count, pairs, segments)
    except BaseException:
        marshal.take_back(segments)
        raise


def _one_by_one(marshal: Marshal, iterator: Any, count: int, pairs: bool, segments: Segments) -> list[Any]:
    """`batch` of what runs code for its items."""
    encode = marshal.encode
    items: list[Any] = []
    error: Exception | None = None
    # Of what crosses by handle or is a scalar nothing is different when it is looked at later.
    later = not pairs and marshal.by_handle and not marshal.custom
    end = time.perf_counter() + _PATIENCE
    slow = False
    try:
        for item in itertools.islice(iterator, count):
            if pairs:
                items.append([_ARRAY, encode(item[0], segments), encode(item[1], segments)])
            else:
                items.append(item if later else encode(item, segments))
            if len(items) & _LOOK == 0 and time.perf_counter() > end:
                slow = True
                break
    except Exception as failure:
        if not items:
            raise
        error = failure
    if not later:
        wire = [_ARRAY, *items]
    else:
        wire, unfit = beginning(marshal, items, segments)
        error = error if unfit is None else unfit
    return _ended(marshal, not slow and len(items) < count, wire, error, segments)


def _at_hand(marshal: Marshal, iterator: Any, count: int, segments: Segments) -> list[Any]:
    """`batch` of a list, tuple or range."""
    known = operator.length_hint(iterator) if type(iterator) is _LIST else None
    if known:  # it does not come to its end: more may be added by who gets what is there
        count = min(count, known)
    left = count
    end = time.perf_counter() + _PATIENCE
    scalars: list[Any] = []  # all so far, which cross together
    kinds: set[type] = set()
    wire: list[Any] | None = None
    while True:
        size = min(left, _PART)
        part = list(itertools.islice(iterator, size))
        left -= size
        done = len(part) < size
        over = done or left == 0 or time.perf_counter() > end
        kinds.update(map(type, part))
        if wire is None:
            scalars += part
            if not over and kinds <= SINGLE:
                continue
            part, scalars = scalars, []
        items, error = beginning(marshal, part, segments, kinds, to_join=not over or wire is not None)
        kinds.clear()
        wire = items if wire is None else joined(wire, items)
        if error is not None or over or time.perf_counter() > end:
            at_end = not done and known is not None and known <= count and left == 0
            return _ended(marshal, None if at_end else done, wire, error, segments)


def _ended(
    marshal: Marshal, done: bool | None, wire: list[Any], error: Exception | None, segments: Segments
) -> list[Any]:
    return [done, wire] if error is None else [False, wire, marshal.encode_exception(error, segments)]


def advance(marshal: Marshal, generator: Any, method: str, value: Any) -> Wired:
    """[done, value] of a generator that goes on (`next`, with what it is sent), is thrown into (`throw`) or
    is left (`return`, with the value that the iteration has then). Raises what it raises."""
    done = False
    try:
        match method:
            case "next":
                result = next(generator) if value is None else generator.send(value)
            case "throw":
                result = generator.throw(raised(value))
            case _:
                if (close := getattr(generator, "close", None)) is not None:
                    close()
                done, result = True, value
    except StopIteration as stop:
        done, result = True, stop.value
    segments = Segments()
    return Wired([_ARRAY, done, marshal.encode(result, segments)], segments)
