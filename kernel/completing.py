"""Completions as the kernel's reply needs them.

In: code and a cursor. Out: where the completed name begins and ends, and items with text, kind, signature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Item:
    """One completion; `kind` is a word that front ends have an icon for."""

    text: str
    kind: str = "instance"
    signature: str = ""


Found = tuple[int, int, list[Item]]


async def complete_lisp(lisp: Any, code: str, cursor: int) -> Found:
    """Completions in a Lisp cell."""
    start, found = lisp.complete(code, cursor)
    return start, cursor, [Item(text) for text in found]


def complete_python(shell: Any, code: str, cursor: int) -> Found:
    """Completions in a Python cell, by IPython's completer."""
    from IPython.core.completer import provisionalcompleter, rectify_completions

    with provisionalcompleter():
        found = list(rectify_completions(code, shell.Completer.completions(code, cursor)))
    if not found:
        return cursor, cursor, []
    items = [Item(c.text, c.type or "instance", c.signature or "") for c in found]
    return found[0].start, found[0].end, items
