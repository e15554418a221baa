"""Completion from the tables alone: what `Session.complete` answers without asking anybody.

In: the compiler's tables, the text and the cursor. Out: where the name begins and the candidates. The
terminal's completer.py asks live objects too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from polyrepl.lisp.compiler import Compiler


def complete(compiler: Compiler, text: str, cursor: int) -> tuple[int, list[str]]:
    """Candidates for the symbol that ends at `cursor`.

    Returns:
        The offset where the symbol begins, and the sorted candidates.
    """
    from .context import place_at  # not needed by programs without a person at the keyboard
    from .names import table

    place = place_at(text, cursor)
    if place.what != "name" or not place.prefix:
        return place.start if place.what == "name" else cursor, []
    names = {*table(compiler), *place.local_names}
    return place.start, sorted(name for name in names if name.startswith(place.prefix))
