"""Source as data: what the reader makes and every later stage up to the analyzer passes on.

In: nothing. Out: the form types. A form knows its span; equality and hash ignore spans (two forms are
equal when they read the same), so tests and macros compare forms by what they say.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True, eq=False)
class Source:
    """One text and its name (a path, `<pipe>`, `In[3]`); turns offsets into positions.

    `first_line` is the number of the text's first line: a pipe hands over one piece at a time.
    """

    name: str
    text: str
    first_line: int = 1
    _starts: list[int] | None = field(default=None, repr=False)

    def line_starts(self) -> list[int]:
        if self._starts is None:
            starts = [0]
            find = self.text.find
            at = find("\n")
            while at >= 0:
                starts.append(at + 1)
                at = find("\n", at + 1)
            self._starts = starts
        return self._starts

    def position(self, offset: int) -> tuple[int, int]:
        """Offset -> (line, column), both counted from 1; the column counts code points."""
        starts = self.line_starts()
        line = bisect_right(starts, offset)
        return line + self.first_line - 1, offset - starts[line - 1] + 1

    def line(self, number: int) -> str:
        """Line `number` (as `position` counts) without its line ending."""
        starts = self.line_starts()
        number -= self.first_line - 1
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")


@dataclass(slots=True, eq=False)
class Span:
    """`source.text[start:end]`. `expansion` is set on code a macro made: the span of the macro call."""

    source: Source
    start: int
    end: int
    expansion: Span | None = field(default=None, repr=False)
    macro: str | None = field(default=None, repr=False)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def __repr__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"


Marks: TypeAlias = tuple[int, ...]


@dataclass(slots=True, unsafe_hash=True)
class Symbol:
    """A name. `marks` are the expander's hygiene marks; `name` may be dotted (`np.linalg.norm`)."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)
    marks: Marks = field(default=(), compare=True, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Keyword:
    """`:name`; `name` has no colon."""

    name: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Number:
    """A JavaScript number. `value` is int or float; `text` is JavaScript source for it."""

    value: int | float
    text: str = field(default="", compare=False)
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class BigInt:
    """`10n`."""

    value: int
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Str:
    """A string; `value` may hold lone surrogates."""

    value: str
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Const:
    """`nil`, `true`, `false`: value None, True, False."""

    value: bool | None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Regex:
    """`#"pattern"`; flags written as a leading `(?flags)` are moved to `flags`."""

    pattern: str
    flags: str = ""
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class FString:
    """`f"a{x}b"`: literal strings (plain `str`) and forms in order."""

    parts: tuple[str | Form, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class List:
    """`( .. )`. Reader shorthands become lists: `'x` is `(quote x)`, see reader.py."""

    items: tuple[Form, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Vector:
    """`[ .. ]`."""

    items: tuple[Form, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Map:
    """`{ .. }`: keys and values in source order, alternating (always an even number)."""

    items: tuple[Form, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, unsafe_hash=True)
class Set:
    """`#{ .. }` in source order."""

    items: tuple[Form, ...]
    span: Span | None = field(default=None, compare=False, repr=False)


Form: TypeAlias = (
    Symbol | Keyword | Number | BigInt | Str | Const | Regex | FString | List | Vector | Map | Set
)
