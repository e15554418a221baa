"""Text of exceptions that others made, whatever they do while it is asked for.

In: any exception of a program's, any text of its. Out: text of bounded length. Nothing is raised here but
what Python itself raises when Ctrl-C is typed in the midst of it: an exception whose `__str__` raises is
shown by its class, as Python's own traceback does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .beginnings import cut, repr_of, said_by

LONGEST = 10_000
"""Characters of a message that are shown."""
LONGEST_STACK = 200_000
"""Characters of a stack, from its end, that are looked at."""
_MOST_NOTES = 100
_LONGEST_PATH = 1000
_AROUND = 40  # characters of a very long line on either side of a place


def clip(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text, and how much more there is: at most `longest` characters (at least 30)."""
    return cut(text, longest)[0]


_SENT = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {
    code: 0xFFFD if code > 127 else 0x2421 for code in range(127, 160)
}


def visible(text: str) -> str:
    """Text whose control characters are shown (␛), not sent to a terminal; line ends and tabs stay."""
    return text.translate(_SENT)


def message(error: BaseException, longest: int = LONGEST) -> str:
    """The beginning of `str(error)`; what it raises instead is told in its place."""
    return beginning(error, longest)[0]


def beginning(error: BaseException, longest: int) -> tuple[str, bool]:
    """As `message`, and whether there is more."""
    try:
        return said_by(error, longest)
    except BaseException as second:
        return f"<{type(second).__name__} in __str__>", False


def own(error: BaseException, name: str) -> Any:
    """`__traceback__`, `__cause__`, `__context__` or `__suppress_context__` as Python keeps them, whatever
    the exception's class says of that name."""
    return getattr(BaseException, name).__get__(error)


def exception_only(error: BaseException) -> str:
    """The last lines of a traceback: class, message and notes, each cut; no newline at the end."""
    import traceback

    text, is_long = beginning(error, LONGEST)
    try:
        if is_long:
            kind = type(error)
            module = "" if kind.__module__ in ("__main__", "builtins") else f"{kind.__module__}."
            return "\n".join(
                [clip(f"{module}{kind.__qualname__}: {text}", LONGEST + _LONGEST_PATH), *notes(error)]
            )
        if isinstance(error, SyntaxError) and isinstance(error.text, str) and len(error.text) > LONGEST:
            return "\n".join(
                [*_excerpt(error, error.text), f"{type(error).__name__}: {error.msg}", *notes(error)]
            )
        text = "".join(traceback.format_exception_only(error))
    except BaseException:  # its class, its attributes or its notes do anything
        text = f"{type(error).__name__}: {text}"
    return text.removesuffix("\n")


def _excerpt(error: SyntaxError, text: str) -> list[str]:
    """Where it is, in a line of any length."""
    at = (error.offset or 1) - 1
    start = max(0, at - _AROUND)
    lines = text[start : at + _AROUND].split("\n")[:1]
    place = f'  File "{clip(str(error.filename), _LONGEST_PATH)}", line {error.lineno}'
    return [place, *(f"    …{line}…" for line in lines), " " * (5 + at - start) + "^"]


def notes(error: BaseException) -> list[str]:
    """`__notes__`, as Python's own traceback shows them: what is no sequence of texts by its repr."""
    try:
        found = getattr(error, "__notes__", None)
        if found is None:
            return []
        if isinstance(found, Sequence) and not isinstance(found, (str, bytes)):
            return [clip(said(note)) for note in found[:_MOST_NOTES]]
        return [repr_of(found, LONGEST)[0]]
    except BaseException as second:
        return [f"<{type(second).__name__} in __notes__>"]


def said(value: object) -> str:
    """`str(value)`; what it raises instead is told in its place."""
    try:
        return str(value)
    except BaseException as second:
        return f"<{type(second).__name__} in __str__>"
