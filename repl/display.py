"""How a value looks where only text can be shown.

In: a `Value`. Out: plain text. What a terminal adds (layout, colour, pages, pictures) is in showing.py.
"""

from __future__ import annotations

from .events import Value


def plain_text(value: Value) -> str:
    """The text of a value: a Python object's own repr, anything else in Lisp notation."""
    if not value.is_python:
        return value.text
    try:
        return repr(value.python)
    except Exception as error:
        kind = type(value.python).__name__
        return f"#<{kind}: its repr raised {type(error).__name__}: {error}>"
