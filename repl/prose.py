"""Words on the screen: long lines are broken between words, spans of time are said in fitting units.

In: text and the width; seconds. Out: text.
"""

from __future__ import annotations

import textwrap

NARROWEST = 24  # columns of the right side of a table


def wrapped(text: str, width: int) -> str:
    """The text with no line longer than `width`; each line keeps its own indentation."""
    return "\n".join(
        line
        if len(line) <= width
        else textwrap.fill(line, width, subsequent_indent=line[: len(line) - len(line.lstrip())])
        for line in text.split("\n")
    )


def row(left: str, right: str, at: int, width: int) -> str:
    """A line of a table: `right` begins at column `at`, and what does not fit goes on below it."""
    if width - at < NARROWEST:
        at = 4
        head = left + "\n" + " " * at
    else:
        head = left.ljust(at)
    return head + ("\n" + " " * at).join(textwrap.wrap(right, max(NARROWEST, width - at)))


def elapsed(seconds: float) -> str:
    """`0.8 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def precise(seconds: float) -> str:
    """`3.4 ns`, `120 us`, `3.4 ms`, `1.2 s`."""
    if seconds < 1e-3:
        unit, size = ("us", 1e-6) if seconds >= 1e-6 else ("ns", 1e-9)
        count = seconds / size
        return f"{count:.{2 if count < 10 else 1 if count < 100 else 0}f} {unit}"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else elapsed(seconds)
