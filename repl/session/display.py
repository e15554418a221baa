"""How a value looks where only text can be shown.

In: a `Value`. Out: plain text. What a terminal adds (layout, colour, pages, pictures) is in showing.py.
"""

from __future__ import annotations

from typing import Any

from polyrepl.bridge.foreign import clip, message

from .events import Value


def plain_text(value: Value) -> str:
    """The text of a value: a Python object's own repr, anything else in Lisp notation."""
    if not value.is_python:
        return value.text
    return own_repr(value.python)


def own_repr(value: Any) -> str:
    """`repr(value)`; what it raises instead is told in its place, but for Ctrl-C."""
    try:
        return repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # SystemExit too: to be looked at does not end a session
        return f"#<{type(value).__name__}: its repr raised {type(error).__name__}: {clip(message(error))}>"
