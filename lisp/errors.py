"""Errors as data, and the one place that renders them.

In: a code, a span, a message, a hint. Out: `LispError`, the only exception `lisp/` raises on any text,
and its rendering:

    In[3]:1:9: error: unbound symbol long-nam
      (def f (long-nam 1))
              ^^^^^^^^
      hint: did you mean long-name?
"""

from __future__ import annotations

import unicodedata

from .forms import Span
from .records import Frozen

CHAIN_SHOWN = 8  # lines "in expansion of .." that an error shows
EXCERPT_WIDTH = 100
LEAST_WIDTH = 20
INDENT = 5  # of an excerpt, and the marks of what is cut
MESSAGE_LENGTH = 600


class Diagnostic(Frozen):
    """A warning: the shape of an error, but it stops nothing.

    Attributes:
        code: a stable short name.
        span: the text that it is about, or None.
        message: one sentence.
        hint: what to do, or None.
        severity: "warning".
    """

    __slots__ = ("code", "hint", "message", "severity", "span")
    __match_args__ = ("code", "span", "message", "hint", "severity")

    def __init__(
        self, code: str, span: Span | None, message: str, hint: str | None = None, severity: str = "warning"
    ) -> None:
        self.code = code
        self.span = span
        self.message = message
        self.hint = hint
        self.severity = severity


class LispError(Exception):
    """A program that cannot be read or compiled; as text the whole message: place, excerpt, caret, hint.

    Attributes:
        code: a stable short name (`unbound-symbol`, `unclosed`).
        span: exactly the text at fault; None where there is no place.
        message: one sentence.
        hint: what to do, or None.
        incomplete: more input could make the text valid.
        related: further places as (span, what is there).
    """

    def __init__(
        self,
        code: str,
        span: Span | None,
        message: str,
        hint: str | None = None,
        *,
        incomplete: bool = False,
        related: tuple[tuple[Span, str], ...] = (),
    ) -> None:
        message = shortened(message)
        super().__init__(message)
        self.code = code
        self.span = span
        self.message = message
        self.hint = shortened(hint) if hint is not None else None
        self.incomplete = incomplete
        self.related = related

    def __str__(self) -> str:
        return render(self)


def shortened(text: str) -> str:
    """A message may quote a name of any length."""
    return text if len(text) <= MESSAGE_LENGTH else f"{text[: MESSAGE_LENGTH - 60]} … {text[-50:]}"


def _width(text: str) -> int:
    """Terminal columns of `text`: wide East Asian characters take two, combining ones none."""
    columns = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        columns += 2 if unicodedata.east_asian_width(char) in "WF" else 1
    return columns


def excerpt(span: Span, columns: int | None = None) -> list[str]:
    """The span's first line and a caret line under it; long lines are cut around the span.

    `columns`: of the screen it is for, so that a caret stands under what it marks.
    Code that has no text (a form made by `eval`) has no excerpt.
    """
    if not span.source.text:
        return []
    line_number, column = span.source.position(span.start)
    line = span.source.line(line_number).replace("\t", " ")
    start = column - 1
    stop = max(start + 1, min(len(line), start + max(1, span.end - span.start)))
    if "\n" in span.text:
        stop = max(start + 1, len(line))
    left, width = 0, EXCERPT_WIDTH
    if columns is not None:
        width = max(LEAST_WIDTH, min(EXCERPT_WIDTH, columns - INDENT))
    if len(line) > width:
        left = max(0, min(start - width // 3, len(line) - width))
    shown = line[left : left + width]
    before = ("…" if left else "") + shown[: start - left]
    marked = shown[start - left : stop - left]
    after = shown[stop - left :] + ("…" if left + width < len(line) else "")
    clean = "".join(c if c.isprintable() else "\ufffd" for c in before + marked + after)
    caret = " " * _width(before) + "^" * max(1, _width(marked))
    return [clean, caret]


def expansions(span: Span) -> list[str]:
    """Lines that say which macros made the code at `span`, the innermost first."""
    chain = []
    inner = span
    while inner.expansion is not None:
        chain.append(f"  in expansion of {inner.macro or 'a macro'} at {inner.expansion!r}")
        inner = inner.expansion
    if len(chain) > CHAIN_SHOWN:
        left_out = len(chain) - CHAIN_SHOWN
        chain[CHAIN_SHOWN - 1 : -1] = [f"  … {left_out} more"]
    return chain


def render(problem: LispError | Diagnostic, columns: int | None = None) -> str:
    """`file:line:col: error: message`, the source line, the caret, the hint, the expansion chain.

    `columns`: of the screen it is for.
    """
    severity = problem.severity if isinstance(problem, Diagnostic) else "error"
    span = problem.span
    if span is None:
        lines = [f"{severity}: {problem.message}"]
    else:
        lines = [f"{span!r}: {severity}: {problem.message}"]
        lines += ["  " + line for line in excerpt(span, columns)]
        lines += expansions(span)
    for place, word in problem.related if isinstance(problem, LispError) else ():
        lines.append(f"  {place!r}: {word}")
        lines += ["    " + line for line in excerpt(place, columns)]
    if problem.hint:
        lines.append(f"  hint: {problem.hint}")
    # a message may quote an unpaired surrogate, which no terminal takes
    return "\n".join(lines).encode("utf-8", "backslashreplace").decode("utf-8")
