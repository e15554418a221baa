"""Source maps, version 3, written while emitting.

In: one `add` per emitted piece of text. Out: the v3 map as a plain dict (`to_json` for its text). All lines
and columns are counted from 0, as the format does. Columns of generated text are UTF-16 units where the
caller counts them so (V8 reports them that way); this module only carries the numbers. (Which Lisp a piece of
JavaScript is, the session asks `Compiled.span_at`, which needs no map.)
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, overload

from ..forms import Span

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


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


Mapping = tuple[int, int, Span, str | None]


class Mappings(Sequence[Mapping]):
    """(line, column, span, name) for each mapped place, in the order of the text.

    Kept in one `flat` list: a tuple for each would be one more object for the garbage collector to follow.
    """

    __slots__ = ("flat",)

    def __init__(self) -> None:
        self.flat: list[Any] = []  # line, column, span, name; line, column, ..

    def extend(self, other: Mappings, lines: int) -> None:
        """All of another's, so many lines further down."""
        flat = other.flat[:]
        if lines:
            flat[::4] = [line + lines for line in flat[::4]]
        self.flat += flat

    def span_at(self, line: int, column: int) -> Span | None:
        """The span that the text at a place was written for; None where the line has none before it."""
        flat = self.flat
        at = bisect_right(range(len(self)), (line, column), key=lambda at: (flat[4 * at], flat[4 * at + 1]))
        span: Span | None = None
        if at and flat[4 * at - 4] == line:
            span = flat[4 * at - 2]
        return span

    def places(self) -> str:
        """For whoever has the text alone: as JSON the name of the Lisp's file, the number of the line in it
        that the first place stands in, the offsets at which that line and those after it begin, and (line,
        column, offset in the Lisp) for each place. "" where nothing is mapped."""
        if not self.flat:
            return ""
        source = self.flat[2].source
        places: list[int] = []
        for line, column, span in zip(self.flat[::4], self.flat[1::4], self.flat[2::4], strict=True):
            if span.source is source:
                places += (line, column, span.start)
        starts = source.line_starts()
        first, last = (bisect_right(starts, edge(places[2::3])) for edge in (min, max))
        told = {
            "file": source.name,
            "first": first + source.first_line - 1,
            "starts": starts[first - 1 : last],
        }
        return json.dumps({**told, "places": places}, separators=(",", ":"))

    def __len__(self) -> int:
        return len(self.flat) >> 2

    @overload
    def __getitem__(self, at: int) -> Mapping: ...

    @overload
    def __getitem__(self, at: slice) -> tuple[Mapping, ...]: ...

    def __getitem__(self, at: int | slice) -> Mapping | tuple[Mapping, ...]:
        if isinstance(at, slice):
            return tuple(self[index] for index in range(len(self))[at])
        at = range(len(self))[at] * 4
        line, column, span, name = self.flat[at : at + 4]
        return line, column, span, name

    def __iter__(self) -> Iterator[Mapping]:
        flat = self.flat
        return zip(flat[::4], flat[1::4], flat[2::4], flat[3::4], strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mappings) and self.flat == other.flat

    def __hash__(self) -> int:
        return hash(tuple(self.flat))


class SourceMapBuilder:
    """Collects mappings in any order of lines; `build` sorts, drops repeats and encodes."""

    __slots__ = ("_names", "_rows", "_sources", "_texts")

    def __init__(self) -> None:
        self._rows: list[tuple[int, int, int, int, int, int]] = []
        self._sources: dict[str, int] = {}
        self._texts: dict[str, str | None] = {}
        self._names: dict[str, int] = {}

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
    import base64  # late: a start needs none

    data = base64.b64encode(to_json(map_).encode()).decode()
    return f"//# sourceMappingURL=data:application/json;charset=utf-8;base64,{data}"
