"""What the core runtime offers: names, call shapes and docs, scanned from runtime/*.mjs; and their source.

In: the runtime's files (package data). Out: `table()`: Lisp name -> Entry. A core function is a top-level
`/** (name args): text */` followed by its `export`. The scan is cached for the process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from .mangle import demangle

# The compiler's own helpers are exported too, but have no doc with a call shape: they are not Lisp names.
_DOC = re.compile(
    r"/\*\*(.*?)\*/\s*\nexport\s+(?:async\s+)?(?:function\*?|const|class)\s+([\w$]+)", re.DOTALL
)
_SHAPE = re.compile(r"\(([^\s()]+)((?:[^()]|\([^()]*\))*)\)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One core function. `arities` are the numbers of arguments of its shapes; (n, None) means n or more."""

    name: str
    js: str
    arglists: tuple[str, ...]
    doc: str
    arities: tuple[tuple[int, int | None], ...]
    file: str

    def accepts(self, count: int) -> bool:
        return not self.arities or any(
            low <= count and (high is None or count <= high) for low, high in self.arities
        )


def _arity(shape: str) -> tuple[int, int | None]:
    words = shape.split()
    if "&" in words or "..." in shape or ".." in words:
        cut = next((at for at, word in enumerate(words) if word in ("&", "..") or "..." in word), 0)
        return cut, None
    return len(words), len(words)


def runtime_files() -> dict[str, str]:
    """File name -> text of every .mjs of the runtime."""
    folder = files(__package__).joinpath("runtime")
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
        for match in _DOC.finditer(text):
            doc, js = match[1].rpartition("/**")[2], match[2]
            doc = " ".join(line.strip().lstrip("*").strip() for line in doc.strip().splitlines()).strip()
            name = demangle(js)
            shapes = []
            rest = doc
            while True:
                shape = _SHAPE.match(rest)
                if shape is None or shape[1] != name:
                    break
                shapes.append(shape)
                rest = rest[shape.end() :].lstrip(" ,|")
            if shapes:
                found[name] = Entry(
                    name,
                    js,
                    tuple(s[0] for s in shapes),
                    rest.lstrip(": "),
                    tuple(_arity(s[2]) for s in shapes),
                    file,
                )
    return found
