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

_MAGIC = re.compile(r"(?:^|(?<=\n))[ \t]*(?P<word>(?P<sign>%%?|!)(?P<name>[A-Za-z]\w*))")
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


def magic_hint(text: str, said: str) -> str | None:
    """What helps who wrote an IPython magic, or a marker out of its place, in a Lisp cell.

    Args:
        text: the cell.
        said: what the Lisp reader or compiler said of it.
    """
    for found in _MAGIC.finditer(text):
        first = not re.sub(r";[^\n]*", "", text[: found.start()]).strip()
        if not first and said.strip() != f"unbound symbol {found['word']}":
            continue
        if found["sign"] == "%%" and found["name"].lower() in MARKERS:
            return f"%%{found['name'].lower()} stands alone on the very first line of its cell"
        return f"{found['word']} is IPython's: it works in a Python cell, below %%py"
    return None
