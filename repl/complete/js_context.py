"""The name at the cursor of a JavaScript text.

In: the text and the cursor. Out: the name. What takes a parser (the string that a text ends in, the call,
what a property is of) is repl/node/chains.mjs's.
"""

from __future__ import annotations

SPREAD = "..."


def start_of(text: str, cursor: int) -> int:
    """Where the dotted name before the cursor begins; with its dot where it is of no plain name."""
    start = cursor
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_$."):
        start -= 1
    return start + len(SPREAD) if text.startswith(SPREAD, start, cursor) else start


def span_at(text: str, cursor: int) -> tuple[int, int]:
    """Where the whole dotted name under or before the cursor begins and ends."""
    end = cursor
    while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
        end += 1
    return start_of(text, cursor), end


def is_plain(dotted: str) -> bool:
    """Does a dotted name begin with a name? In `[1].map` it begins with the dot."""
    return not dotted.startswith(".") and not dotted[:1].isdigit()
