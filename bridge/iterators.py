"""Iterators and generators of Python's, which JavaScript goes through step by step.

In: an iterator and how many items at the most, or a generator and what it is sent. Out: wire forms of what
comes, and whether that was the end.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

from .answers import Wired
from .bulk import plain
from .managers import raised
from .marshal import Marshal
from .protocol import TAGS
from .segments import Segments

Encode = Callable[[Any, Segments], Any]
_ARRAY, _AS_IS = TAGS["ARRAY"], TAGS["AS_IS"]
_PATIENCE = 0.002  # seconds that one batch may take: its first items are wanted
_LOOK = 7  # the clock is looked at after every eighth
# of these nobody's code runs for an item
_AT_HAND = {type(iter([])), type(iter(())), type(iter(range(1))), type(iter(range(1 << 70)))}
_PART = 512  # items at hand that are looked at together


def batch(marshal: Marshal, iterator: Any, count: int, pairs: bool, segments: Segments) -> list[Any]:
    """The next items, at most `count`, fewer when they are slow to come.

    Args:
        pairs: each is a key and a value.

    Returns:
        Whether it has ended, the items' wire form, and perhaps that of what was raised behind them.

    Raises:
        What the iterator raises where there are no items, and whatever is no Exception.
    """
    encode = marshal.encode
    items: list[Any] = [_ARRAY]
    end = time.perf_counter() + _PATIENCE
    try:
        if type(iterator) in _AT_HAND and not pairs:
            return at_hand(encode, iterator, count, items, segments, end)
        for item in itertools.islice(iterator, count):
            items.append(
                [_ARRAY, encode(item[0], segments), encode(item[1], segments)]
                if pairs
                else encode(item, segments)
            )
            if len(items) & _LOOK == 0 and time.perf_counter() > end:
                return [False, items]
    except BaseException as error:
        if len(items) == 1 or not isinstance(error, Exception):
            marshal.take_back(segments)
            raise
        return [False, items, marshal.encode_exception(error, segments)]
    return [len(items) <= count, items]


def at_hand(
    encode: Encode, iterator: Any, count: int, items: list[Any], segments: Segments, end: float
) -> list[Any]:
    """`batch` of a list, tuple or range; what is its own wire form goes as it is."""
    left = count
    while left > 0:
        part = list(itertools.islice(iterator, min(left, _PART)))
        ended = len(part) < min(left, _PART)
        if plain(part):
            if left == count and (ended or len(part) == count):
                return [ended, [_AS_IS, part]]
            items += part
        else:
            for item in part:
                items.append(encode(item, segments))
        if ended:
            return [True, items]
        left -= len(part)
        if time.perf_counter() > end:
            break
    return [False, items]


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
