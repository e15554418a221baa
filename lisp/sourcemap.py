"""Source maps, version 3: written while emitting, looked up when a stack trace comes home.

In: one `add` per emitted piece of text. Out: the v3 map as a plain dict (`to_json` for its text), and
`original_position`, which answers "which Lisp is this JavaScript". All lines and columns are counted from
0, as the format does. Columns of generated text are UTF-16 units where the caller counts them so (V8
reports them that way); this module only carries the numbers.
"""

from __future__ import annotations

import base64
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {char: value for value, char in enumerate(_DIGITS)}


@lru_cache(maxsize=4096)
def encode_vlq(value: int) -> str:
    """One signed number as base-64 VLQ digits: 5 bits each, the sign in the lowest bit of the first."""
    rest = (-value << 1) | 1 if value < 0 else value << 1
    if rest < 32:
        return _DIGITS[rest]
    out = []
    while rest > 31:
        out.append(_DIGITS[rest & 31 | 32])
        rest >>= 5
    out.append(_DIGITS[rest])
    return "".join(out)


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


@dataclass(slots=True)
class SourceMapBuilder:
    """Collects mappings in any order of lines; `build` sorts, drops repeats and encodes."""

    _rows: list[tuple[int, int, int, int, int, int]] = field(default_factory=list)
    _sources: dict[str, int] = field(default_factory=dict)
    _texts: dict[str, str | None] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        gen_line: int,
        gen_col: int,
        source: str | None = None,
        line: int = 0,
        col: int = 0,
        name: str | None = None,
    ) -> None:
        """Text from (gen_line, gen_col) on came from (source, line, col); without a source, from nowhere."""
        index = -1
        if source is not None:
            index = self._sources.setdefault(source, len(self._sources))
        label = -1 if name is None else self._names.setdefault(name, len(self._names))
        self._rows.append((gen_line, gen_col, index, line, col, label))

    def set_content(self, source: str, text: str) -> None:
        """Embed a source's text (`sourcesContent`)."""
        self._sources.setdefault(source, len(self._sources))
        self._texts[source] = text

    def build(self, file: str | None = None) -> dict[str, Any]:
        """The v3 map. Later mappings win where two were added for one generated place."""
        unique = {(row[0], row[1]): row for row in self._rows}
        vlq = encode_vlq
        lines: list[str] = []
        segments: list[str] = []
        at_line = col = source = line = column = label = 0
        last: tuple[int, ...] | None = None
        for key in sorted(unique):
            row = unique[key]
            while at_line < row[0]:
                lines.append(",".join(segments))
                segments = []
                at_line += 1
                col = 0
                last = None
            if last == row[2:]:
                continue  # the mapping before covers this text already
            last = row[2:]
            text = vlq(row[1] - col)
            col = row[1]
            if row[2] >= 0:
                text += vlq(row[2] - source) + vlq(row[3] - line) + vlq(row[4] - column)
                source, line, column = row[2], row[3], row[4]
                if row[5] >= 0:
                    text += vlq(row[5] - label)
                    label = row[5]
            segments.append(text)
        lines.append(",".join(segments))
        result: dict[str, Any] = {"version": 3}
        if file is not None:
            result["file"] = file
        result["sources"] = list(self._sources)
        if self._texts:
            result["sourcesContent"] = [self._texts.get(name) for name in self._sources]
        result["names"] = list(self._names)
        result["mappings"] = ";".join(lines)
        return result


def to_json(map_: dict[str, Any]) -> str:
    """The map as compact JSON, ASCII only."""
    return json.dumps(map_, separators=(",", ":"))


def inline_comment(map_: dict[str, Any]) -> str:
    """The `//# sourceMappingURL=` line that carries the whole map."""
    data = base64.b64encode(to_json(map_).encode()).decode()
    return f"//# sourceMappingURL=data:application/json;charset=utf-8;base64,{data}"


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


def locate(mappings: Sequence[Mapping], map_: dict[str, Any], line: int, col: int) -> Position | None:
    """As `original_position`, over mappings already decoded (keep them when many frames are looked up)."""
    index = bisect_right(mappings, (line, col), key=lambda m: (m.gen_line, m.gen_col)) - 1
    if index < 0:
        return None
    hit = mappings[index]
    if hit.gen_line != line or hit.source is None:
        return None
    name = None if hit.name is None else str(map_["names"][hit.name])
    return Position(str(map_["sources"][hit.source]), hit.line, hit.col, name)


def original_position(map_: dict[str, Any], line: int, col: int) -> Position | None:
    """Lisp position of generated (line, col), both from 0; None where the map says nothing.

    The mapping that starts last at or before the column counts, on the same line only.
    """
    return locate(decode(map_), map_, line, col)
