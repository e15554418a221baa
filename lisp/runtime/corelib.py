"""What the core runtime offers: names, call shapes and docs, as the table says; and its source.

In: the table of the runtime (table.py) and its files, which are package data. Out: `table()`: Lisp name ->
Entry. A core function is a top-level `/** (name args): text */` directly followed by its `export`; an export
without such a comment is a helper of the compiler's, no Lisp name.
"""

from __future__ import annotations

from functools import lru_cache

from .table import load, text_of


class Entry:
    """One core function.

    Args:
        name, js: its Lisp name, its JavaScript name.
        file: the file of the runtime that it is in.
        arglists: call shapes as `(get m key)`.
        doc: what it does, in a sentence or two.
        arities: how many arguments each shape takes: (least, most), None for any number.
    """

    __slots__ = ("arglists", "arities", "doc", "file", "js", "name")

    def __init__(
        self,
        name: str,
        js: str,
        file: str,
        arglists: list[str],
        doc: str,
        arities: list[tuple[int, int | None]],
    ) -> None:
        self.name = name
        self.js = js
        self.file = file
        self.arglists = tuple(arglists)
        self.doc = doc
        self.arities = arities

    def accepts(self, count: int) -> bool:
        """Does some call shape take so many arguments?"""
        return any(low <= count and (high is None or count <= high) for low, high in self.arities)


@lru_cache(maxsize=1)
def table() -> dict[str, Entry]:
    """Lisp name -> what is known of the core function."""
    return {name: Entry(name, *entry) for name, entry in load()["core"].items()}


@lru_cache(maxsize=1)
def runtime_files() -> dict[str, str]:
    """File name -> text of every .mjs of the runtime."""
    return {name: text_of(name) for name in load()["files"]}


def source(entry: Entry) -> tuple[str, int]:
    """The text of a core function, and the line of its file that it begins on."""
    for names, file, start, _, end, *_ in load()["declarations"]:
        if file == entry.file and entry.js in names:
            text = runtime_files()[file]
            return text[start:end], text.count("\n", 0, start) + 1
    raise KeyError(entry.name)
