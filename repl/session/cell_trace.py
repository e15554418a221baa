"""Tracebacks with places in JavaScript cells.

In: what Trace takes, the text of each JavaScript cell, and where in it the parts of the code that runs it
stood (repl/node/edits.mjs). Out: the same Problems, whose position, excerpt and caret may also stand in a
JavaScript cell.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from polyrepl.lisp.errors import excerpt
from polyrepl.lisp.forms import Source, Span
from polyrepl.lisp.records import changed

from .events import Problem
from .trace import Frame, Trace

REMEMBERED_CELLS = 1_000

_PLACE = re.compile(r"^(?P<file>.+):(?P<line>\d+):(?P<column>\d+)$")
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029]")  # as JavaScript counts lines
_UNKNOWN = re.compile(r"(\S+) is not defined$|Cannot access '(\S+)' before initialization$")
_WORD = re.compile(r"[\w$.]+|.", re.DOTALL)


class Cell:
    """One JavaScript cell and what was made of it.

    Args:
        source: the text as it was typed.
        code: what runs; an empty text before that is known.
        places: triples (offset in the code, offset in the text, length) of what was kept, in UTF-16 units.
        names: offsets of the names in the text that are no properties, in UTF-16 units.
    """

    def __init__(
        self, source: Source, code: str = "", places: Sequence[int] = (), names: Sequence[int] = ()
    ) -> None:
        self.source = source
        self.code = code
        self.places = places
        self.names = names

    def span(self, unit: int) -> Span | None:
        """The word at an offset of the text, in UTF-16 units; the last character if it is after the end."""
        text = self.source.text
        end = len(text.rstrip())
        if end == 0:
            return None
        before = text.encode("utf-16-le", "surrogatepass")[: 2 * unit].decode("utf-16-le", "surrogatepass")
        start = min(len(before), end - 1)
        word = _WORD.match(text, start)
        return Span(self.source, start, word.end() if word is not None else start + 1)

    def span_at(self, line: int, column: int) -> Span | None:
        """The word that stood where a stack says, which counts lines and columns of the code from 1."""
        start = 0
        ends = _LINE_END.finditer(self.code)
        for _ in range(line - 1):
            ended = next(ends, None)
            if ended is None:
                return None
            start = ended.end()
        units = len(self.code[:start].encode("utf-16-le", "surrogatepass")) // 2 + column - 1
        at = bisect_right(self.places[::3], units) - 1
        if at >= 0:
            made, text, length = self.places[3 * at : 3 * at + 3]
            if units < made + length:
                return self.span(text + units - made)
        # Put in for the cell's own sake: what follows it was meant.
        following = self.places[3 * at + 4 : 3 * at + 5]
        return self.span(following[0]) if following else None

    def named(self, name: str, span: Span) -> Span | None:
        """Where `name` stands, first at `span` or behind it; V8 tells the `=` behind one that is set."""
        text = self.source.text.encode("utf-16-le", "surrogatepass")
        sought = name.encode("utf-16-le", "surrogatepass")
        start = len(self.source.text[: span.start].encode("utf-16-le", "surrogatepass"))
        units = sorted(self.names)
        first = bisect_left(units, start // 2)
        for unit in units[max(0, first - (span.text == "=")) :]:
            if text.startswith(sought, 2 * unit):
                found = self.span(unit)
                assert found is not None
                if re.match(r"[\w$]+", found.text)[0] == name:  # type: ignore[index]
                    return Span(found.source, found.start, found.start + len(name))
        return None


class CellTrace(Trace):
    """Trace that remembers JavaScript cells."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: OrderedDict[str, Cell] = OrderedDict()

    def remember_cell(
        self, filename: str, text: str, code: str = "", places: Sequence[int] = (), names: Sequence[int] = ()
    ) -> None:
        """Keep a JavaScript cell and the code that runs it (see Cell); stacks name it by `filename`."""
        self._cells[filename] = Cell(Source(filename, text), code, places, names)
        self._cells.move_to_end(filename)
        while len(self._cells) > REMEMBERED_CELLS:
            self._cells.popitem(last=False)

    def syntax_problem(self, name: str, message: str, filename: str, at: int) -> Problem:
        """A cell that V8 could not compile, because of what stands at an offset of it, in UTF-16 units."""
        said = f"{name}: {message}"
        span = self._cells[filename].span(at)
        lines = [said]
        if span is not None:
            lines = [f"{span!r}: {said}", *("  " + line for line in excerpt(span, self.columns))]
        return Problem("error", name, message, "\n".join(lines))

    def frames(self, outcome: dict[str, Any]) -> list[Frame]:
        """As in Trace. V8 tells the statement that an unknown name stands in; here it is the name itself."""
        found = super().frames(outcome)
        unknown = _UNKNOWN.match(outcome["message"]) if outcome["name"] == "ReferenceError" else None
        span = found[-1].span if found else None
        cell = self._cells.get(span.source.name) if span is not None else None
        if unknown is not None and span is not None and cell is not None and cell.source is span.source:
            span = cell.named(unknown[1] or unknown[2], span)
            if span is not None:
                found[-1] = changed(found[-1], where=repr(span), span=span)
        return found

    def js_frame(self, line: str) -> Frame | None:
        frame = super().js_frame(line)
        if frame is None or frame.span is not None:
            return frame
        place = _PLACE.match(frame.where)
        if place is None or place["file"] not in self._cells:
            return frame
        span = self._cells[place["file"]].span_at(int(place["line"]), int(place["column"]))
        return None if span is None else changed(frame, where=repr(span), span=span)
