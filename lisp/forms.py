"""Source as data: what the reader makes and every later stage up to the analyzer passes on.

In: nothing. Out: the form types. A form knows its span; equality and hash ignore spans (two forms are
equal when they read the same), so tests and macros compare forms by what they say.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TypeAlias


class Source:
    """One text and its name (a path, `<pipe>`, `In[3]`); turns offsets into positions.

    `first_line` is the number of the text's first line: a pipe hands over one piece at a time.
    """

    __slots__ = ("_starts", "first_line", "name", "text")

    def __init__(self, name: str, text: str, first_line: int = 1, _starts: list[int] | None = None) -> None:
        self.name = name
        self.text = text
        self.first_line = first_line
        self._starts = _starts

    def line_starts(self) -> list[int]:
        """The offset at which each line begins."""
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


class Span:
    """A piece of a text, `source.text[start:end]`; as text `name:line:column`.

    Attributes:
        source: the text and its name.
        start: offset of its first character, in code points from 0.
        end: offset behind its last.
        expansion: of code that a macro made, the span of the macro call; else None.
        macro: the name of that macro.
    """

    __slots__ = ("end", "expansion", "macro", "source", "start")

    def __init__(
        self, source: Source, start: int, end: int, expansion: Span | None = None, macro: str | None = None
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.expansion = expansion
        self.macro = macro

    @property
    def text(self) -> str:
        """The piece itself."""
        return self.source.text[self.start : self.end]

    def __repr__(self) -> str:
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"


Marks: TypeAlias = tuple[int, ...]


class Symbol:
    """A name. `marks` are the expander's hygiene marks; `name` may be dotted (`np.linalg.norm`)."""

    __slots__ = ("marks", "name", "span")

    def __init__(self, name: str, span: Span | None = None, marks: Marks = ()) -> None:
        self.name = name
        self.span = span
        self.marks = marks

    def __repr__(self) -> str:
        return f"Symbol(name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Symbol):
            return NotImplemented
        return (self.name, self.marks) == (other.name, other.marks)

    def __hash__(self) -> int:
        return hash((self.name, self.marks))


class Keyword:
    """`:name`; `name` has no colon."""

    __slots__ = ("name", "span")

    def __init__(self, name: str, span: Span | None = None) -> None:
        self.name = name
        self.span = span

    def __repr__(self) -> str:
        return f"Keyword(name={self.name!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Keyword):
            return NotImplemented
        return self.name == other.name

    def __hash__(self) -> int:
        return hash((self.name,))


class Number:
    """A JavaScript number. `value` is int or float; `text` is JavaScript source for it."""

    __slots__ = ("span", "text", "value")

    def __init__(self, value: int | float, text: str = "", span: Span | None = None) -> None:
        self.value = value
        self.text = text
        self.span = span

    def __repr__(self) -> str:
        return f"Number(value={self.value!r}, text={self.text!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Number):
            return NotImplemented
        return (self.value,) == (other.value,)  # NaN is itself

    def __hash__(self) -> int:
        return hash((self.value,))

    @property
    def source(self) -> str:
        """JavaScript source, which is Lisp source too (there infinity is a name unless it has a text)."""
        return self.text or number_text(self.value)


def number_text(value: int | float) -> str:
    """A number as JavaScript writes it: `1`, `-0`, `1.5`, `1e+22`, `Infinity`, `NaN`."""
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)


class BigInt:
    """`10n`."""

    __slots__ = ("span", "value")

    def __init__(self, value: int, span: Span | None = None) -> None:
        self.value = value
        self.span = span

    def __repr__(self) -> str:
        return f"BigInt(value={self.value!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BigInt):
            return NotImplemented
        return self.value == other.value

    def __hash__(self) -> int:
        return hash((self.value,))


class Str:
    """A string; `value` may hold lone surrogates."""

    __slots__ = ("span", "value")

    def __init__(self, value: str, span: Span | None = None) -> None:
        self.value = value
        self.span = span

    def __repr__(self) -> str:
        return f"Str(value={self.value!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Str):
            return NotImplemented
        return self.value == other.value

    def __hash__(self) -> int:
        return hash((self.value,))


class Const:
    """`nil`, `true`, `false`: value None, True, False."""

    __slots__ = ("span", "value")
    __match_args__ = ("value", "span")

    def __init__(self, value: bool | None, span: Span | None = None) -> None:
        self.value = value
        self.span = span

    def __repr__(self) -> str:
        return f"Const(value={self.value!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Const):
            return NotImplemented
        return self.value == other.value

    def __hash__(self) -> int:
        return hash((self.value,))


class Regex:
    """`#"pattern"`; flags written as a leading `(?flags)` are moved to `flags`."""

    __slots__ = ("flags", "pattern", "span")

    def __init__(self, pattern: str, flags: str = "", span: Span | None = None) -> None:
        self.pattern = pattern
        self.flags = flags
        self.span = span

    def __repr__(self) -> str:
        return f"Regex(pattern={self.pattern!r}, flags={self.flags!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Regex):
            return NotImplemented
        return (self.pattern, self.flags) == (other.pattern, other.flags)

    def __hash__(self) -> int:
        return hash((self.pattern, self.flags))


class FString:
    """`f"a{x}b"`: literal strings (plain `str`) and forms in order."""

    __slots__ = ("parts", "span")

    def __init__(self, parts: tuple[str | Form, ...], span: Span | None = None) -> None:
        self.parts = parts
        self.span = span

    def __repr__(self) -> str:
        return f"FString(parts={self.parts!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FString):
            return NotImplemented
        return self.parts == other.parts

    def __hash__(self) -> int:
        return hash((self.parts,))


class List:
    """`( .. )`. Reader shorthands become lists: `'x` is `(quote x)`, see reader.py."""

    __slots__ = ("items", "span")

    def __init__(self, items: tuple[Form, ...], span: Span | None = None) -> None:
        self.items = items
        self.span = span

    def __repr__(self) -> str:
        return f"List(items={self.items!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, List):
            return NotImplemented
        return self.items == other.items

    def __hash__(self) -> int:
        return hash((self.items,))


class Vector:
    """`[ .. ]`."""

    __slots__ = ("items", "span")

    def __init__(self, items: tuple[Form, ...], span: Span | None = None) -> None:
        self.items = items
        self.span = span

    def __repr__(self) -> str:
        return f"Vector(items={self.items!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Vector):
            return NotImplemented
        return self.items == other.items

    def __hash__(self) -> int:
        return hash((self.items,))


class Map:
    """`{ .. }`: keys and values in source order, alternating (always an even number)."""

    __slots__ = ("items", "span")

    def __init__(self, items: tuple[Form, ...], span: Span | None = None) -> None:
        self.items = items
        self.span = span

    def __repr__(self) -> str:
        return f"Map(items={self.items!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Map):
            return NotImplemented
        return self.items == other.items

    def __hash__(self) -> int:
        return hash((self.items,))


class Set:
    """`#{ .. }` in source order."""

    __slots__ = ("items", "span")

    def __init__(self, items: tuple[Form, ...], span: Span | None = None) -> None:
        self.items = items
        self.span = span

    def __repr__(self) -> str:
        return f"Set(items={self.items!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Set):
            return NotImplemented
        return self.items == other.items

    def __hash__(self) -> int:
        return hash((self.items,))


Form: TypeAlias = (
    Symbol | Keyword | Number | BigInt | Str | Const | Regex | FString | List | Vector | Map | Set
)


def plain(form: Form) -> Form:
    """The form without its metadata: `^:async x` is read as `(with-meta* x {:async true})`, and means x."""
    while isinstance(form, List) and len(form.items) == 3:
        head = form.items[0]
        if not isinstance(head, Symbol) or head.name != "with-meta*":
            break
        form = form.items[1]
    return form
