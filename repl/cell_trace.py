"""Tracebacks with places in JavaScript cells.

In: what Trace takes, and the text of each JavaScript cell. Out: the same Problems, whose position, excerpt
and caret may also stand in a JavaScript cell.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import replace

from polyrepl.bridge import JSError
from polyrepl.lisp.errors import excerpt
from polyrepl.lisp.forms import Source, Span

from .events import Problem
from .trace import Frame, Trace

REMEMBERED_CELLS = 1_000

_PLACE = re.compile(r"^(?P<file>.+):(?P<line>\d+):(?P<column>\d+)$")
# How V8 begins the stack of a SyntaxError: `In[3]:2`, the line, a caret.
_SYNTAX = re.compile(r"^(?P<file>.+):(?P<line>\d+)\n(?P<text>.*)\n(?P<indent>\s*)\^")
_WORD = re.compile(r"[\w$.]+|.")


class CellTrace(Trace):
    """Trace that remembers JavaScript cells."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: OrderedDict[str, Source] = OrderedDict()

    def remember_cell(self, filename: str, text: str) -> None:
        """Keep the text of a JavaScript cell; stacks name it by `filename`."""
        self._cells[filename] = Source(filename, text)
        self._cells.move_to_end(filename)
        while len(self._cells) > REMEMBERED_CELLS:
            self._cells.popitem(last=False)

    def syntax_problem(self, error: JSError, filename: str) -> Problem:
        """A cell that V8 could not compile."""
        said = f"{error.name}: {error.message}"
        found = _SYNTAX.match(error.stack)
        span = None
        if found is not None:
            span = self._span(filename, int(found["line"]), len(found["indent"]) + 1)
        lines = [said] if span is None else [f"{span!r}: {said}", *("  " + line for line in excerpt(span))]
        return Problem("error", error.name, error.message, "\n".join(lines))

    def _js_frame(self, line: str) -> Frame | None:
        frame = super()._js_frame(line)
        if frame is None or frame.span is not None:
            return frame
        place = _PLACE.match(frame.where)
        if place is None or place["file"] not in self._cells:
            return frame
        return replace(frame, span=self._span(place["file"], int(place["line"]), int(place["column"])))

    def _span(self, filename: str, line: int, column: int) -> Span | None:
        """The word at a place in a cell; for a place after the end, the last character."""
        source = self._cells.get(filename)
        if source is None or not source.text.strip():
            return None
        starts = source.line_starts()
        end = len(source.text.rstrip())
        start = starts[line - 1] + column - 1 if line <= len(starts) else end
        start = min(start, end - 1)
        word = _WORD.match(source.text, start)
        return Span(source, start, word.end() if word is not None else start + 1)
