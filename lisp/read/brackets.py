"""Which bracket is missing, or one too many, judged by indentation.

In: text that has failed to read, and where. Out: a sentence for the error's hint, or None. People indent
by meaning and count brackets badly, so the first line that stands as if a bracket were closed (or still
open) tells where the mistake is, long before the place where reading fails.
"""

from __future__ import annotations

from ..forms import Source
from .lexer import tokens


class _Open:
    __slots__ = ("column", "line", "start", "text")

    def __init__(self, text: str, start: int, line: int, column: int) -> None:
        self.text = text
        self.start = start
        self.line = line
        self.column = column


class Findings:
    """`early`: a line that stands as if a bracket had been closed. `late`: one that stands as if inside a
    form that has ended. Each is the first of its kind since the last top-level form began."""

    __slots__ = ("early", "last_line", "late")

    def __init__(self, early: str | None = None, late: str | None = None, last_line: int = 1) -> None:
        self.early = early
        self.late = late
        self.last_line = last_line


CLOSING = {"(": ")", "[": "]", "{": "}", "#(": ")", "#{": "}"}


def examine(source: Source, start: int, end: int) -> Findings:
    """Follow brackets and indentation from `start` (outside of all brackets) to `end`."""
    text = source.text
    found = Findings()
    stack: list[_Open] = []
    ended: _Open | None = None  # the last top-level form and the line of its last bracket
    ended_line = 0
    last_line = 0
    for token in tokens(text, start):
        if token.start >= end:
            break
        if token.kind in ("comment", "block-comment"):
            continue
        line, column = source.position(token.start)
        shown = text[token.start : token.end]
        closes = token.kind in ("close", "hole-close")
        if line != last_line and last_line and not closes:
            if stack:
                top = stack[-1]
                if column <= top.column and found.early is None and top.text in CLOSING:
                    found.early = (
                        f"line {line} stands as if the {top.text} of {top.line}:{top.column} were closed: "
                        f"is {CLOSING[top.text]} missing at the end of line {last_line}?"
                    )
            elif ended is not None and column > ended.column and found.late is None:
                found.late = (
                    f"line {line} stands as if inside the {ended.text} of {ended.line}:{ended.column}, "
                    f"which is closed on line {ended_line}: is there a {CLOSING[ended.text]} too many?"
                )
        last_line = source.position(max(token.start, token.end - 1))[0]
        if closes:
            if stack:
                opened = stack.pop()
                if not stack:
                    ended, ended_line = opened, line
                    found.early = None
        elif token.kind in ("open", "hole-open"):
            if not stack and column == 1:
                found.late = None
            stack.append(_Open(shown, token.start, line, column))
    found.last_line = last_line or 1
    return found


def swallowed_quote(source: Source, end: int) -> str | None:
    """Before an unclosed string: is there one that runs over a line's end and stops right before a word?

    `(f "a)` and on the next line `(g "b")` make the string `"a)\\n(g "` and then a stray `b`.
    """
    text = source.text
    for token in tokens(text[:end]):
        if token.kind == "string" and token.end < end and "\n" in text[token.start : token.end]:
            after = text[token.end]
            if after.isalnum() or after in "_.:-/\\":
                line, column = source.position(token.start)
                return f'the string of {line}:{column} runs over the end of its line: is " missing there?'
    return None
