"""Where the cursor is in JavaScript text: the name it is at, the call it is an argument of.

In: the text and the cursor. Out: names. The text is unfinished, so nothing is parsed: strings, templates
and comments are skipped, brackets counted; what a regular expression holds is taken for code.
"""

from __future__ import annotations

import re

LONGEST = 20_000
"""How much of the text before the cursor is looked at."""

_TOKEN = re.compile(
    r"""//[^\n]* | /\*.*?(?:\*/|\Z)
    | "(?:\\.|[^"\\\n])*(?:"|\Z|(?=\n)) | '(?:\\.|[^'\\\n])*(?:'|\Z|(?=\n)) | `(?:\\.|[^`\\])*(?:`|\Z)
    | [()\[\]{}]""",
    re.DOTALL | re.VERBOSE,
)
_HEAD = re.compile(r"[\w$.]+\Z")


def word_at(text: str, cursor: int) -> str:
    """The whole dotted name under or before the cursor."""
    start = end = cursor
    while start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_$."):
        start -= 1
    while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
        end += 1
    word = text[start:end].strip(".")
    return "" if word[:1].isdigit() else word


def call_head(text: str, cursor: int) -> str:
    """What is called by the innermost call around the cursor, `new` or not, where that is a plain name."""
    before = text[max(0, cursor - LONGEST) : cursor]
    open_at: list[int] = []
    for token in _TOKEN.finditer(before):
        if token[0] in "([{":
            open_at.append(token.start())
        elif token[0] in ")]}" and open_at:
            open_at.pop()
    for at in reversed(open_at):
        if before[at] == "(":
            head = _HEAD.search(before[:at].rstrip())
            if head is not None and not head[0][0].isdigit():
                return head[0].strip(".")
    return ""
