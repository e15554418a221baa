"""The runtime as text to embed: just the functions that a program uses, with the helpers they need.

In: exported names of the runtime. Out: JavaScript declarations in an order that works. What there is and what
needs which is in the table of the runtime (table.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .corelib import runtime_files
from .table import load


@dataclass(frozen=True, slots=True)
class Declaration:
    """One top-level declaration of the runtime, without its `export`: `text[start:end]` of its file."""

    names: tuple[str, ...]
    file: str
    start: int
    end: int
    needs: tuple[str, ...]

    @property
    def text(self) -> str:
        return runtime_files()[self.file][self.start : self.end]


@lru_cache(maxsize=1)
def declarations() -> dict[str, Declaration]:
    """Every name that the runtime declares at the top, in an order that works."""
    found = {}
    for names, file, _, start, end, needs in load()["declarations"]:
        made = Declaration(tuple(names), file, start, end, tuple(needs))
        found.update(dict.fromkeys(names, made))
    return found


@lru_cache(maxsize=16)
def embed(wanted: frozenset[str]) -> str:
    """Declarations of the wanted names and of all they need, in the runtime's own order."""
    table = declarations()
    done: set[str] = set()
    stack = [name for name in wanted if name in table]
    while stack:
        name = stack.pop()
        if name not in done:
            done.update(table[name].names)
            stack.extend(table[name].needs)
    return "\n\n".join(dict.fromkeys(made.text for name, made in table.items() if name in done))
