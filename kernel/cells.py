"""Which language a cell is in.

In: the text of a cell. Out: its language and its code. The code keeps its line numbers: the marker line
becomes an empty one.

    %%py
    1 + 1        ->   Cell("py", "\\n1 + 1")
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polyrepl.repl.modes import Mode


MARKERS: dict[str, Mode] = {"py": "py", "python": "py", "js": "js", "javascript": "js", "lisp": "lisp"}

_MARKER = re.compile(r"\s*%%(\w+)[ \t]*(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Cell:
    """Code and its language: `lisp`, `py` or `js`."""

    language: Mode
    code: str

    @property
    def offset(self) -> int:
        """How many lines of the code stand for the marker."""
        return len(self.code) - len(self.code.lstrip("\n"))


def split(text: str) -> Cell:
    """The language of a cell and its code; Lisp unless a marker stands on the first line."""
    found = _MARKER.match(text)
    if found is None or found[1] not in MARKERS:
        return Cell("lisp", text)
    return Cell(MARKERS[found[1]], "\n" * found[0].count("\n") + text[found.end() :])


def shift(text: str, cursor: int) -> int:
    """Where a cursor of the text stands in the code of its cell."""
    code = split(text).code
    return max(0, cursor - (len(text) - len(code)))
