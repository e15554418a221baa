"""Where the cursor is in Python text, as far as completion wants to know.

In: the text before the cursor. Out: the string or comment it is in, the import it is in. The text is
unfinished, so nothing is parsed: a few patterns tell, and what they do not know is plain code.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PYTHON = re.compile(
    r"""\#[^\n]*
    | [\"]{3}(?:\\.|[^\\])*?(?:(?P<a>[\"]{3})|\Z)
    | '{3}(?:\\.|[^\\])*?(?:(?P<b>'{3})|\Z)
    | "(?:\\.|[^"\\\n])*(?:(?P<c>["\n])|\Z)
    | '(?:\\.|[^'\\\n])*(?:(?P<d>['\n])|\Z)""",
    re.DOTALL | re.VERBOSE,
)
_NAMES = r"(?:[\w.]+(?:\s+as\s+\w+)?\s*,\s*)*"
_MODULE = re.compile(rf"(?:^|[\n;])\s*(?:from\s+|import\s+{_NAMES})(?P<typed>[\w.]*)\Z")
_MEMBER = re.compile(rf"(?:^|[\n;])\s*from\s+(?P<module>[\w.]+)\s+import\s+\(?\s*{_NAMES}(?P<typed>\w*)\Z")


class Import(NamedTuple):
    """The import statement that the cursor is in: of which module (None: a module is being named)."""

    typed: str
    module: str | None = None


def python_import(before: str) -> Import | None:
    """The Python import that `before` ends in."""
    if found := _MODULE.search(before):
        return Import(found["typed"])
    if found := _MEMBER.search(before):
        return Import(found["typed"], found["module"])
    return None


def is_python_text(before: str) -> bool:
    """Does `before` end in a string or a comment, where no name is meant? The holes of f-strings are code."""
    token = _unfinished(before)
    if token is None:
        return False
    at = len(before) - len(token)
    return not (re.search(r"[fF][rR]?\Z", before[:at]) and token.rfind("{") > token.rfind("}"))


def _unfinished(before: str) -> str | None:
    last = None
    for last in _PYTHON.finditer(before):  # noqa: B007  (the last one is what is wanted)
        pass
    if last is None or last.end() != len(before) or last.lastgroup is not None:
        return None
    return last[0]
