"""How much macros may do in one top-level form, so that one that never ends is an error soon.

In: steps and items as they are counted. Out: nothing, or LispError `endless-macro`.
"""

from __future__ import annotations

from ..errors import LispError
from ..forms import Span

MAX_EXPANSIONS = 100_000
MAX_ITEMS = 1_500_000  # items that macros of one form may match and make: about a second


class Work:
    """What the macros of one top-level form have done so far."""

    __slots__ = ("_expansions", "_items")

    def __init__(self) -> None:
        self._expansions = 0
        self._items = 0

    def expand(self, span: Span | None, name: str) -> None:
        """Count an expansion."""
        self._expansions += 1
        if self._expansions > MAX_EXPANSIONS:
            raise LispError("endless-macro", span, f"the macro {name} expands for ever")

    def spend(self, items: int, span: Span | None, name: str) -> None:
        """Count items that a macro matched or made."""
        self._items += items
        if self._items > MAX_ITEMS:
            raise LispError("endless-macro", span, f"the macro {name} makes more and more code")
