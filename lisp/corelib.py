"""What the core runtime offers: names, call shapes and docs, scanned from runtime/*.mjs; and their source.

In: the runtime's files (package data). Out: `table()`: Lisp name -> Entry. A core function is a top-level
`/** (name args): text */` directly followed by its `export`; an export without such a comment is a helper of
the compiler's, no Lisp name. Scanned once per process; shapes and docs are taken apart when asked for.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from .mangle import demangle

_EXPORT = re.compile(r"\*/\nexport (?:async )?(?:function\*?|const|class) ([\w$]+)")
_SHAPE = re.compile(r"\(([^\s()]+)((?:[^()]|\([^()]*\))*)\)")


class Entry:
    """One core function: its Lisp name, its JavaScript name, the file it is in."""

    __slots__ = ("_arglists", "_comment", "_doc", "file", "js", "name")

    def __init__(self, name: str, js: str, file: str, comment: str) -> None:
        self.name = name
        self.js = js
        self.file = file
        self._comment = comment
        self._arglists: tuple[str, ...] | None = None
        self._doc = ""

    @property
    def arglists(self) -> tuple[str, ...]:
        """Call shapes: `(get m key)`."""
        if self._arglists is None:
            rest = " ".join(line.strip().lstrip("*").strip() for line in self._comment.splitlines()).strip()
            shapes = []
            while True:
                shape = _SHAPE.match(rest)
                if shape is None or shape[1] != self.name:
                    break
                shapes.append(shape[0])
                rest = rest[shape.end() :].lstrip(" ,|")
            self._arglists = tuple(shapes)
            self._doc = rest.lstrip(": ")
        return self._arglists

    @property
    def doc(self) -> str:
        """What the function does, in a sentence or two."""
        _ = self.arglists
        return self._doc

    def accepts(self, count: int) -> bool:
        """Does some call shape take so many arguments?"""
        arities = [_arity(shape) for shape in self.arglists]
        return not arities or any(low <= count and (high is None or count <= high) for low, high in arities)


def _arity(shape: str) -> tuple[int, int | None]:
    """(name a b & more) -> (2, None); (name a b) -> (2, 2)."""
    words = shape[1:-1].split()[1:]
    if "&" in words or "..." in shape or ".." in words:
        return next((at for at, word in enumerate(words) if word in ("&", "..") or "..." in word), 0), None
    return len(words), len(words)


@lru_cache(maxsize=1)
def runtime_files() -> dict[str, str]:
    """File name -> text of every .mjs of the runtime."""
    folder = Path(__file__).with_name("runtime")  # Node needs real files too
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".mjs")
    }


@lru_cache(maxsize=1)
def table() -> dict[str, Entry]:
    """Lisp name -> what is known of the core function."""
    found: dict[str, Entry] = {}
    for file, text in runtime_files().items():
        for match in _EXPORT.finditer(text):
            comment = text[text.rfind("/**", 0, match.start()) + 3 : match.start()]
            name = demangle(match[1])
            head = comment.lstrip(" \n*")
            if head.startswith("(" + name) and head[len(name) + 1 : len(name) + 2] in (" ", ")"):
                found[name] = Entry(name, match[1], file, comment)
    return found
