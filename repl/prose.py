"""Prose on the screen: long lines are broken between words.

In: text and the width. Out: text.
"""

from __future__ import annotations

import textwrap


def wrapped(text: str, width: int) -> str:
    """The text with no line longer than `width`; each line keeps its own indentation."""
    return "\n".join(
        line
        if len(line) <= width
        else textwrap.fill(line, width, subsequent_indent=line[: len(line) - len(line.lstrip())])
        for line in text.split("\n")
    )
