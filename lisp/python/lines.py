"""The lines of the Lisp that a function of Python's was made of.

In: what form.py wrote of a function, or as much of that as has travelled with one. Out: lines that tracebacks
find, and a global of the function from which placing.py knows where a frame stands.
"""

from __future__ import annotations

import os
from typing import Any

TEXT = "__lisp__"
"""The global that holds the file, the number of the first line and the lines."""


def text_of(said: dict[str, Any]) -> dict[str, Any]:
    """As much of what form.py wrote as says where a function stands."""
    return {name: said[name] for name in ("file", "line", "lines")}


def keep_lines(said: dict[str, Any]) -> None:
    """Give tracebacks the lines of a text that is no file here."""
    import linecache  # late: a start needs none

    file, first, lines = said["file"], said["line"], said["lines"]
    if os.path.isfile(file):
        return
    known = linecache.cache.get(file)
    kept = list(known[2]) if known is not None and len(known) == 4 else []
    kept += ["\n"] * (first - 1 + len(lines) - len(kept))
    kept[first - 1 : first - 1 + len(lines)] = [line + "\n" for line in lines]
    linecache.cache[file] = (sum(map(len, kept)), None, kept, file)
