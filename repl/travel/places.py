"""Where the code of a capsule stood in the Lisp, so that an error elsewhere shows its line.

In: for each function the line that it begins at in the capsule, and where it was written; the forms that are
remembered. Out: `Places`, which travel with the capsule: span of a place in its code, with the text of
its lines.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Any

from polyrepl.lisp.compiler import Compiled
from polyrepl.lisp.forms import Source, Span

Lookup = Callable[[str], Compiled | None]
"""The form that was run under a file name."""
_WIDTH = 5


class Places:
    """See above.

    Args:
        sources: (name, number of the first line, text) of the pieces of Lisp.
        packed: line and column in the code, which source, start and end there, and so on, in order: numbers
            of four bytes.
    """

    __slots__ = ("packed", "sources")

    def __init__(self, sources: tuple[tuple[str, int, str], ...] = (), packed: bytes = b"") -> None:
        self.sources = sources
        self.packed = packed

    def span_at(self, line: int, column: int) -> Span | None:
        """The Lisp of a place in the code, both counted from 0; None where it is not known."""
        flat = memoryview(self.packed).cast("I").tolist()
        places = list(zip(flat[::_WIDTH], flat[1::_WIDTH], strict=True))
        at = bisect_right(places, (line, column))
        if not at or flat[(at - 1) * _WIDTH] != line:
            return None
        _, _, which, start, end = flat[(at - 1) * _WIDTH : at * _WIDTH]
        name, first, text = self.sources[which]
        return Span(Source(name, text, first), start, end)


def places_of(functions: Iterable[list[Any]], lookup: Lookup) -> Places:
    """The places of functions.

    Args:
        functions: (line in the capsule, file name of the form, line and column of the function in its code,
            the function's text) of each; lines and columns count from 0.
        lookup: gives the form of a file name.
    """
    found: list[tuple[int, int, Span]] = []
    for into, url, line, column, text in functions:
        compiled = lookup(url)
        if compiled is not None:
            found += _of_one(compiled, int(into), int(line), int(column), text)
    pieces: dict[int, tuple[int, Source, int, int]] = {}
    for _, _, span in found:
        number, source, low, high = pieces.get(id(span.source), (len(pieces), span.source, span.start, 0))
        pieces[id(source)] = number, source, min(low, span.start), max(high, span.end)
    sources, starts = [], []
    for _, source, low, high in pieces.values():
        first, column = source.position(low)
        start = low - column + 1
        end = source.text.find("\n", high)
        sources.append((source.name, first, source.text[start : None if end < 0 else end]))
        starts.append(start)
    flat: list[int] = []
    for line, column, span in sorted(found, key=lambda each: each[:2]):
        number = pieces[id(span.source)][0]
        flat += (line, column, number, span.start - starts[number], span.end - starts[number])
    return Places(tuple(sources), array("I", flat).tobytes())


def _of_one(
    compiled: Compiled, into: int, line: int, column: int, text: str
) -> Iterable[tuple[int, int, Span]]:
    """(line in the capsule, column, span) of one function."""
    code = compiled.code
    lines = code.split("\n")
    if line >= len(lines):
        return
    place = sum(len(each) + 1 for each in lines[:line]) + column
    start, at = -1, code.find(text)
    while 0 <= at <= place:  # the last one that begins before the place, and reaches it
        if place <= at + len(text):
            start = at
        at = code.find(text, at + 1)
    if start < 0:
        return
    first = code.count("\n", 0, start)
    margin = _units(code[code.rfind("\n", 0, start) + 1 : start])
    height = text.count("\n")
    last = _units(text[text.rfind("\n") + 1 :]) + (0 if height else margin)
    for at_line, at_column, span, _ in compiled.mappings:
        row = at_line - first
        if 0 <= row <= height and (row or at_column >= margin) and (row < height or at_column < last):
            yield into + row, at_column - (0 if row else margin), span


def _units(text: str) -> int:
    """Length as JavaScript counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) >> 1
