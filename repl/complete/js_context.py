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
    | "(?:\\.|[^"\\\n])*(?:"|\Z|(?=\n)) | '(?:\\.|[^'\\\n])*(?:'|\Z|(?=\n))
    | [()\[\]{}`]""",
    re.DOTALL | re.VERBOSE,
)
# The text of a template, up to its end or to the next hole.
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*(`|\$\{)", re.DOTALL)
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
    for at in reversed(_open(before)):
        if before[at] == "(":
            head = _HEAD.search(before[:at].rstrip())
            if head is not None and not head[0][0].isdigit():
                return head[0].strip(".")
    return ""


def _open(text: str) -> list[int]:
    """Where the brackets and templates stand that are open at the end of a text."""
    found: list[int] = []
    at = 0
    while True:
        in_template = bool(found) and text[found[-1]] == "`"
        token = _TEMPLATE.match(text, at) if in_template else _TOKEN.search(text, at)
        if token is None:
            return found
        at = token.end()
        if in_template and token[1] == "`":
            found.pop()
        elif in_template:
            found.append(at - 1)  # the bracket of the hole
        elif token[0] in ("(", "[", "{", "`"):
            found.append(token.start())
        elif token[0] in (")", "]", "}") and found:
            found.pop()
