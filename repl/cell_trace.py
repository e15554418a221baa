"""Tracebacks with places in JavaScript cells.

In: what Trace takes, and the text of each JavaScript cell. Out: the same Problems, whose position, excerpt
and caret may also stand in a JavaScript cell.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import replace
from difflib import SequenceMatcher

from polyrepl.bridge import JSError
from polyrepl.lisp.errors import excerpt
from polyrepl.lisp.forms import Source, Span

from .events import Problem
from .trace import Frame, Trace

REMEMBERED_CELLS = 1_000
LONGEST_COMPARED = 2_000  # characters of a line; comparing takes the square of it

_PLACE = re.compile(r"^(?P<file>.+):(?P<line>\d+):(?P<column>\d+)$")
# How V8 begins the stack of a SyntaxError: `In[3]:2`, the line, a caret.
_SYNTAX = re.compile(r"^(?P<file>.+):(?P<line>\d+)\n(?P<text>.*)\n(?P<indent>\s*)\^")
_WORD = re.compile(r"[\w$.]+|.")


class CellTrace(Trace):
    """Trace that remembers JavaScript cells."""

    def __init__(self) -> None:
        super().__init__()
        self._cells: OrderedDict[str, Source] = OrderedDict()
        self._codes: dict[str, str] = {}

    def remember_cell(self, filename: str, text: str) -> None:
        """Keep the text of a JavaScript cell; stacks name it by `filename`."""
        self._cells[filename] = Source(filename, text)
        self._cells.move_to_end(filename)
        while len(self._cells) > REMEMBERED_CELLS:
            self._codes.pop(self._cells.popitem(last=False)[0], None)

    def remember_code(self, filename: str, code: str) -> None:
        """Keep what was made of a cell, line for line, to run it; stacks count its columns."""
        self._codes[filename] = code

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
        file, row = place["file"], int(place["line"])
        column = self._column(file, row, int(place["column"]))
        return replace(frame, where=f"{file}:{row}:{column}", span=self._span(file, row, column))

    def _column(self, filename: str, row: int, column: int) -> int:
        """The column in the cell of a column in what was made of it."""
        code = self._codes.get(filename, "").split("\n")
        text = self._cells[filename].text.split("\n")
        if not 0 < row <= min(len(code), len(text)):
            return column
        return column_before(code[row - 1], text[row - 1], column - 1) + 1

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


def column_before(made: str, line: str, column: int) -> int:
    """Where in `line` the character at `column` of `made` stood, before words were put in and left out."""
    if max(len(made), len(line)) > LONGEST_COMPARED:
        at = made.find(line)
        return column - at if 0 <= at <= column else column
    end = 0
    for block in SequenceMatcher(None, line, made, autojunk=False).get_matching_blocks():
        if column < block.b:  # in what was put in: what follows was meant
            return block.a if block.size else end
        end = block.a + block.size
        if column < block.b + block.size:
            return block.a + column - block.b
    return end
