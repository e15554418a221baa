"""A Python value as text for the terminal: its own repr, laid out for the width and not longer than wanted.

In: a value and limits. Out: text, and whether something was left out. Built-in containers are laid out and
elided here, item by item, so a list of a million items costs no more than what is shown; everything else
is its own repr, cut by lines.
"""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    dict: ("{", "}"),
    frozenset: ("frozenset({", "})"),
}
# Containers whose own repr writes all that they hold: laid out here only when that is too much.
_LISTS: tuple[type, ...] = (deque, UserList, type({}.keys()), type({}.values()), type({}.items()))
_MAPS: tuple[type, ...] = (OrderedDict, defaultdict, Counter, UserDict, ChainMap)
_LINE = 5  # a repr of one line may be so many times as long as a string


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is shown; `width` in columns."""

    width: int = 80
    items: int = 100
    depth: int = 8
    string: int = 2000
    lines: int = 60


class Shown:
    """The text of one value; `more` says that something was left out."""

    def __init__(self, value: Any, limits: Limits) -> None:
        self.limits = limits
        self.more = False
        self._path: list[int] = []
        try:
            text = self._text(value, 0, 0)
        except RecursionError:
            text = f"#<{type(value).__name__} nested too deeply to show>"
        lines = text.split("\n")
        if len(lines) > limits.lines and type(value) not in _BRACKETS:
            self.more = True
            hidden = len(lines) - limits.lines
            text = "\n".join([*lines[: limits.lines], f"… +{hidden} lines"])
        self.text = text

    def _text(self, value: Any, column: int, after: int, length: int | None = None) -> str:
        """Text of a value that begins at `column` and is followed by `after` closing characters; `length`
        is that of the container whose first items the value holds."""
        kind = type(value)
        if kind is str or kind is bytes or kind is bytearray:
            return self._string(value)
        if kind in (*_LISTS, *_MAPS) and len(value) > self.limits.items:
            return self._long(value, column, after)
        brackets = _BRACKETS.get(kind)
        if brackets is None or not value:
            return self._repr(value)
        if id(value) in self._path:
            return f"{brackets[0]}...{brackets[1]}"
        if len(self._path) >= self.limits.depth:
            self.more = True
            return f"{brackets[0]}… {len(value)} item{'s' * (len(value) != 1)}{brackets[1]}"
        self._path.append(id(value))
        try:
            return self._container(value, brackets, column, after, len(value) if length is None else length)
        finally:
            self._path.pop()

    def _string(self, value: str | bytes | bytearray) -> str:
        if len(value) <= self.limits.string:
            return repr(value)
        self.more = True
        unit = "chars" if isinstance(value, str) else "bytes"
        return f"{value[: self.limits.string]!r}… +{len(value) - self.limits.string} {unit}"

    def _long(self, value: Any, column: int, after: int) -> str:
        """The beginning of a container that has more items than are shown."""
        name = type(value).__name__ + "("
        is_map = type(value) in _MAPS
        first = islice(value.items() if is_map else value, self.limits.items)
        head: Any = dict(first) if is_map else list(first)
        return name + self._text(head, column + len(name), after + 1, len(value)) + ")"

    def _repr(self, value: Any) -> str:
        try:
            text = repr(value)
        except Exception as error:
            return f"#<{type(value).__name__}: its repr raised {type(error).__name__}: {error}>"
        room = _LINE * self.limits.string
        if "\n" in text or len(text) <= room:
            return text
        self.more = True
        return f"{text[:room]}… +{len(text) - room} chars"

    def _container(self, value: Any, brackets: tuple[str, str], column: int, after: int, length: int) -> str:
        opened, closed = brackets
        if type(value) is tuple and len(value) == 1:
            closed = ",)"
        inside = column + len(opened)
        items: list[str] = []
        limit = self.limits.items
        for count, item in enumerate(value.items() if type(value) is dict else value):
            if count >= limit:
                break
            if type(value) is dict:
                key = self._text(item[0], inside, 0)
                items.append(f"{key}: {self._text(item[1], inside + len(key) + 2, 1)}")
            else:
                items.append(self._text(item, inside, 1))
        if length > limit:
            self.more = True
            items.append(f"… +{length - limit} more")
        flat = opened + ", ".join(items) + closed
        if column + len(flat) + after <= self.limits.width and "\n" not in flat:
            return flat
        pad = "\n" + " " * inside
        if len(items) > 5 and all(len(item) <= 20 and "\n" not in item for item in items):
            return opened + self._filled(items, inside, pad) + closed
        return opened + ("," + pad).join(items) + closed

    def _filled(self, items: list[str], inside: int, pad: str) -> str:
        """Short items next to each other, as many as a line holds."""
        out: list[str] = []
        column = inside
        for at, item in enumerate(items):
            if at and column + len(item) + 2 > self.limits.width:
                out.append("," + pad)
                column = inside
            elif at:
                out.append(", ")
                column += 2
            out.append(item)
            column += len(item)
        return "".join(out)
