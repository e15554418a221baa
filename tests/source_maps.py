"""A reader of source maps, version 3, for the tests: which Lisp does the map say that some JavaScript is?

In: a map as a plain dict. Out: `decode`: its mappings; `original_position`: where a place came from.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, NamedTuple

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {char: value for value, char in enumerate(_DIGITS)}


def decode_vlq(text: str) -> list[int]:
    """All numbers of one mapping segment.

    Raises ValueError for a character that is no base-64 digit or a number that is cut off.
    """
    numbers: list[int] = []
    value = shift = 0
    for char in text:
        digit = _VALUES.get(char)
        if digit is None:
            raise ValueError(f"not a VLQ digit: {char!r}")
        value |= (digit & 31) << shift
        if digit & 32:
            shift += 5
            continue
        numbers.append(-(value >> 1) if value & 1 else value >> 1)
        value = shift = 0
    if shift:
        raise ValueError("VLQ number is cut off")
    return numbers


class Mapping(NamedTuple):
    """One decoded mapping. `source` and `name` are indexes into the map's tables, None where absent."""

    gen_line: int
    gen_col: int
    source: int | None
    line: int
    col: int
    name: int | None


class Position(NamedTuple):
    """Where some JavaScript came from: source name, line and column from 0, the Lisp name if recorded."""

    source: str
    line: int
    col: int
    name: str | None


def decode(map_: dict[str, Any]) -> list[Mapping]:
    """All mappings in generated order. Raises ValueError when `mappings` is malformed."""
    found: list[Mapping] = []
    source = line = column = label = 0
    for number, text in enumerate(map_["mappings"].split(";")):
        col = 0
        for segment in text.split(",") if text else ():
            numbers = decode_vlq(segment)
            if len(numbers) not in (1, 4, 5):
                raise ValueError(f"a mapping has 1, 4 or 5 numbers: {segment!r}")
            col += numbers[0]
            if len(numbers) == 1:
                found.append(Mapping(number, col, None, 0, 0, None))
                continue
            source += numbers[1]
            line += numbers[2]
            column += numbers[3]
            if len(numbers) == 5:
                label += numbers[4]
            found.append(Mapping(number, col, source, line, column, label if len(numbers) == 5 else None))
    return found


def original_position(map_: dict[str, Any], line: int, col: int) -> Position | None:
    """Lisp position of generated (line, col), both from 0; None where the map says nothing.

    The mapping that starts last at or before the column counts, on the same line only.
    """
    mappings = decode(map_)
    index = bisect_right(mappings, (line, col), key=lambda m: (m.gen_line, m.gen_col)) - 1
    if index < 0:
        return None
    hit = mappings[index]
    if hit.gen_line != line or hit.source is None:
        return None
    name = None if hit.name is None else str(map_["names"][hit.name])
    return Position(str(map_["sources"][hit.source]), hit.line, hit.col, name)
