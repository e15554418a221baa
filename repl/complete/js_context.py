"""The name at the cursor of a JavaScript text.

In: the text and the cursor. Out: the name. What takes a parser (the string that a text ends in, the call) is
repl/node/javascript_parser.mjs's.
"""

from __future__ import annotations


def word_at(text: str, cursor: int) -> str:
    """The whole dotted name under or before the cursor."""
    start = end = cursor
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_$."):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
        end += 1
    word = text[start:end].strip(".")
    return "" if word[:1].isdigit() else word
