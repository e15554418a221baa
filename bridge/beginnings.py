"""The beginning of a text that Python would make whole: the repr of a value, what an exception says.

In: any value, and how much of its text is wanted. Out: so much of `repr(value)`, or of `str(error)`, and
whether something was left out. Of Python's own strings, containers and exceptions no more is made than is
wanted: a KeyError of a string of 100 MB takes as long to show as any other. What a program's own class says
has to be made whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

_STRINGS = (str, bytes, bytearray)
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    dict: ("{", "}"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
}
LONG = 10_000_000
"""Characters of strings up to which a text is made whole, and what is left out counted."""
_MANY = 1_000_000  # items likewise
_DEEPEST = 20  # levels of what is not made whole
_REST = 30  # characters for what is said of what was cut


def repr_of(value: Any, longest: int) -> tuple[str, bool]:
    """At most `longest` characters (at least 30) of `repr(value)`, and whether something was left out.

    Raises what the repr raises.
    """
    kind = type(value)
    if kind in _STRINGS and len(value) > max(longest, LONG):
        kept = repr(value[:longest])[: longest - _REST]
        shown = _prefix(value, len(kept))
        return f"{kept}… +{len(value) - shown} {'chars' if kind is str else 'bytes'}", True
    if kind in _BRACKETS and _is_huge(value):
        pieces, room = [], longest
        for piece in _pieces(value, longest):
            pieces.append(piece[:room])
            room -= len(piece)
            if room <= 0:
                kept = "".join(pieces)[: longest - _REST]
                return f"{kept}… ({len(value)} item{'s' * (len(value) != 1)})", True
        return "".join(pieces), False
    return cut(repr(value), longest)


def cut(text: str, longest: int) -> tuple[str, bool]:
    """At most `longest` characters (at least 30) of a text, and whether something was left out."""
    if len(text) <= longest:
        return text, False
    kept = longest - _REST  # what was cut once is not cut again
    return f"{text[:kept]}… +{len(text) - kept} chars", True


def _prefix(value: Any, length: int) -> int:
    """How many characters of a string stand in so many of its repr, about."""
    low, high = 0, length
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(repr(value[:middle])) <= length + 1 else (low, middle - 1)
    return low


def _is_huge(value: Any) -> bool:
    """Would it take long to make a container's whole repr? Nothing of the program's is asked."""
    items, chars, containers = 0, 0, [value]
    while containers:
        each = containers.pop()
        items += len(each)
        if items > _MANY:
            return True
        for item in each if type(each) is not dict else chain(each.keys(), each.values()):
            kind = type(item)
            if kind in _STRINGS:
                chars += len(item)
                if chars > LONG:
                    return True
            elif kind in _BRACKETS:
                containers.append(item)
    return False


def _pieces(value: Any, longest: int, within: tuple[int, ...] = ()) -> Iterator[str]:
    """The repr of a value in pieces."""
    kind = type(value)
    brackets = _BRACKETS.get(kind)
    if kind in _STRINGS:
        yield repr(value[:longest]) if len(value) > longest else repr(value)
    elif brackets is None or not value:
        yield repr(value)
    elif id(value) in within or len(within) == _DEEPEST:
        yield "...".join(brackets)
    else:
        within = (*within, id(value))
        yield brackets[0]
        between = ""
        for each in value.items() if kind is dict else value:
            yield between
            between = ", "
            if kind is dict:
                yield from _pieces(each[0], longest, within)
                yield ": "
                each = each[1]
            yield from _pieces(each, longest, within)
        yield brackets[1] if kind is not tuple or len(value) > 1 else ",)"


def said_by(error: BaseException, longest: int) -> tuple[str, bool]:
    """At most `longest` characters (at least 30) of `str(error)`, and whether something was left out.

    Raises what the class of the exception raises.
    """
    how = type(error).__str__
    args = _own(BaseException, "args", error)
    if how is OSError.__str__ and _own(OSError, "errno", error) is not None:
        return _of_file(error, longest)
    if how is ImportError.__str__ and type(text := _own(ImportError, "msg", error)) is str:
        return cut(text, longest)
    if how in (BaseException.__str__, KeyError.__str__, OSError.__str__, ImportError.__str__):
        if len(args) != 1:
            return repr_of(args, longest) if args else ("", False)
        if type(args[0]) is str and how is not KeyError.__str__:
            return cut(args[0], longest)
        if how is KeyError.__str__ or type(args[0]) in (*_STRINGS, *_BRACKETS):
            return repr_of(args[0], longest)
    return cut(str(error), longest)


def _of_file(error: BaseException, longest: int) -> tuple[str, bool]:
    """What an OSError says that names a file."""
    number, why, *names = (
        _own(OSError, name, error) for name in ("errno", "strerror", "filename", "filename2")
    )
    names = [name for name in names if name is not None]
    if all(type(name) not in _STRINGS or len(name) <= LONG for name in names):
        return cut(str(error), longest)
    shown, left = zip(*(repr_of(name, longest) for name in names), strict=True)
    text, more = cut(f"[Errno {number}] {why}: {' -> '.join(shown)}", longest)
    return text, more or any(left)


def _own(kind: type, name: str, error: BaseException) -> Any:
    """What Python keeps of an exception, whatever its class says of that name."""
    return getattr(kind, name).__get__(error)
