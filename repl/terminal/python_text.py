"""A Python value as text for the terminal: its own repr, laid out for the width and not longer than wanted.

In: a value and limits. Out: text, and whether something was left out. Built-in containers are laid out and
elided here, item by item, so a list of a million items costs no more than what is shown: fewer items where
they take more rows than wanted, and where even a few do, an overview of the outer levels. Everything else is
its own repr, cut by lines.
"""

from __future__ import annotations

from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, defaultdict, deque
from itertools import islice
from typing import Any

from polyrepl.lisp.records import Record

from ..session.display import own_repr

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
_FEW = 5  # items that are shown whole; where fewer would fit, an overview says more
_INNER = (25, 10, _FEW)  # how many items of the containers inside are tried
_LINE = 5  # a repr of one line may be so many times as long as a string


class Limits(Record):
    """How much is shown; `width` in columns."""

    __slots__ = ("depth", "items", "lines", "string", "width")
    __match_args__ = ("width", "items", "depth", "string", "lines")

    def __init__(
        self, width: int = 80, items: int = 100, depth: int = 8, string: int = 2000, lines: int = 60
    ) -> None:
        self.width = width
        self.items = items
        self.depth = depth
        self.string = string
        self.lines = lines


class _TooMuch(Exception):
    """A container has more to show than there is room for."""


class Shown:
    """The text of one value; `more` says that something was left out."""

    def __init__(self, value: Any, limits: Limits) -> None:
        self.limits = limits
        self.more = False
        self._path: list[int] = []
        self._reprs: dict[int, tuple[Any, str]] = {}  # asked once, however often the text is laid out
        self._depth, self._top, self._inner, self._room = limits.depth, limits.items, limits.items, 0
        try:
            text = self._fitting(value) if type(value) in (*_BRACKETS, *_LISTS, *_MAPS) else None
            if text is None:
                self.more, self._room = False, limits.lines * limits.width
                self._depth, self._top, self._inner = limits.depth, limits.items, limits.items
                text = self._text(value, 0, 0)
        except RecursionError:
            text = f"#<{type(value).__name__} nested too deeply to show>"
        except _TooMuch:
            text = f"#<{type(value).__name__} of {len(value)} items>"
            self.more = True
        # A string by itself has a limit of its own.
        self.text = text if type(value) in (str, bytes, bytearray) else self._cut(text)

    def _cut(self, text: str) -> str:
        """As much of a text as fits."""
        lines, room, width = text.split("\n"), self.limits.lines, self.limits.width
        kept = 0
        while kept < len(lines) and (rows := max(1, -(-len(lines[kept]) // width))) <= room:
            room -= rows
            kept += 1
        if kept == len(lines):
            return text
        self.more = True
        if kept:
            return "\n".join([*lines[:kept], f"… +{len(lines) - kept} lines"])
        return f"{text[: room * width]}… +{len(text) - room * width} chars"

    def _fitting(self, value: Any) -> str | None:
        """A container in as many rows as are wanted: whole, else with fewer items, or fewer in those inside,
        else only its outer levels. None: not one item of it fits."""
        deep, items = self.limits.depth, self.limits.items
        if (text := self._tried(value, deep, items)) is not None:
            return text
        count, found = self._most(value, deep)
        if count >= _FEW:
            return found
        overview = None
        for inner in _INNER:
            if inner < items and (text := self._tried(value, deep, items, inner)) is not None:
                return text
        for depth in range(1, deep):
            text = self._tried(value, depth, items)
            if text is None:
                break
            overview = text
        if overview is None and not found:
            _, overview = self._most(value, 1)
        else:
            overview = overview or found
        if overview is not None:
            self.more = True
        return overview

    def _most(self, value: Any, depth: int) -> tuple[int, str | None]:
        """With how many items of the container itself it fits, and its text then."""
        low, high, found = 0, min(self.limits.items, len(value)), None
        while low < high:
            middle = (low + high + 1) // 2
            text = self._tried(value, depth, middle)
            if text is None:
                high = middle - 1
            else:
                low, found = middle, text
        if found is not None:
            self.more = True
        return low, found

    def _tried(self, value: Any, depth: int, items: int, inner: int | None = None) -> str | None:
        """The text with so many levels and items of the outermost and of those inside; None: it takes too
        many rows."""
        self.more = False
        self._path.clear()
        self._depth, self._top, self._inner = depth, items, inner or self.limits.items
        self._room = self.limits.lines * self.limits.width
        try:
            text = self._text(value, 0, 0)
        except _TooMuch:
            return None
        width = self.limits.width
        rows = sum(max(1, -(-len(line) // width)) for line in text.split("\n"))
        return text if rows <= self.limits.lines else None

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
        if len(self._path) >= self._depth:
            self.more = True
            count = len(value) if length is None else length
            return f"{brackets[0]}… {count} item{'s' * (count != 1)}{brackets[1]}"
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
        _, text = self._reprs.get(id(value)) or self._reprs.setdefault(id(value), (value, own_repr(value)))
        room = min(_LINE * self.limits.string, self.limits.lines * self.limits.width)
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
        limit = self._inner if len(self._path) > 1 else self._top
        for count, item in enumerate(value.items() if type(value) is dict else value):
            if count >= limit:
                break
            if type(value) is dict:
                key = self._text(item[0], inside, 0)
                items.append(f"{key}: {self._text(item[1], inside + len(key) + 2, 1)}")
            else:
                items.append(self._text(item, inside, 1))
            self._room -= 3  # an item takes no less, with what separates it
            if self._room < 0:
                raise _TooMuch
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
