"""How a value looks where only text can be shown.

In: a `Value`. Out: plain text. What a terminal adds (layout, colour, pages, pictures) is in showing.py.
"""

from __future__ import annotations

import sys
from typing import Any

from polyrepl.bridge.beginnings import cut, repr_of
from polyrepl.bridge.foreign import message

from .events import Value


def plain_text(value: Value) -> str:
    """The text of a value: a Python object's own repr, anything else in Lisp notation."""
    if not value.is_python:
        return value.text
    return own_repr(value.python)


def cut_text(value: Value, longest: int) -> tuple[str, bool]:
    """At most so many characters of it, and whether something was left out."""
    return _told(value.python, longest) if value.is_python else cut(value.text, longest)


def own_repr(value: Any) -> str:
    """`repr(value)`; what it raises instead is told in its place, but for Ctrl-C."""
    return _told(value, sys.maxsize)[0]


def cut_repr(value: Any, longest: int) -> str:
    """The beginning of it, which is all that is made of Python's own strings and containers."""
    return _told(value, longest)[0]


def _told(value: Any, longest: int) -> tuple[str, bool]:
    try:
        return repr_of(value, longest) if longest < sys.maxsize else (repr(value), False)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: to be looked at does not end a session
        kind = type(value).__name__
        return f"#<{kind}: its repr raised {type(error).__name__}: {message(error)}>", False
