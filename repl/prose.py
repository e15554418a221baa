"""Prose on the screen: long lines are broken between words.

In: text and the width. Out: text.
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
