"""A form -> Lisp text that reads back as an equal form: for `macroexpand`, error messages and tests.

In: a form. Out: its text on one line, or, given a width, laid out as `format` would lay it out. Shorthands
are used where they read back the same: `(quote x)` is `'x`, a `fn` of `%1 %2` is `#(..)`. What no reader
makes (a name with a blank in it, a bare `%1`) is written as it is and does not read back.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import TypeAlias

from ..forms import BigInt, Const, Form, FString, Keyword, List, Map, Number, Regex, Set, Str, Symbol, Vector
from .indent import body_form

_SHORT = {"quote": "'", "quasiquote": "`", "unquote": "~", "unquote-splicing": "~@"}
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\", "\0": "\\0"}
_ODD = re.compile(
    r'[\x00-\x1f"\\\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]'
)
_PAIRS = frozenset(["let", "loop", "for", "doseq", "with", "binding", "if-let", "when-let"])
_Piece: TypeAlias = tuple[Form | str, int, bool]
_ARGUMENT = re.compile(r"%(\d+|&)")


def write_form(form: Form, width: int | None = None) -> str:
    """The text of `form`; with `width`, lists that are longer are broken over lines."""
    flat = "".join(_pieces(form))
    if width is None or len(flat) <= width:
        return flat
    return "".join(_broken(form, width))


def _pieces(form: Form) -> Iterator[str]:
    """The text in pieces. A stack instead of recursion: forms may be nested a thousand levels deep."""
    stack: list[Form | str] = [form]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
            continue
        parts = _parts(item)
        if isinstance(parts, str):
            yield parts
        else:
            stack.extend(reversed(parts))


def _parts(form: Form) -> str | list[Form | str]:
    """An atom's text, or what a compound form is made of: texts and forms."""
    match form:
        case List(items=(Symbol(name=name), inner)) if name in _SHORT and not (
            name == "unquote" and isinstance(inner, Symbol) and inner.name.startswith("@")
        ):
            return [_SHORT[name], inner]
        case List(items=items):
            body = _short_fn(form)
            return ["#", *_spaced("(", body.items, ")")] if body else _spaced("(", items, ")")
        case Vector(items=items):
            return _spaced("[", items, "]")
        case Map(items=items):
            return _spaced("{", items, "}")
        case Set(items=items):
            return _spaced("#{", items, "}")
        case FString(parts=parts):
            out: list[Form | str] = ['f"']
            for part in parts:
                if isinstance(part, str):
                    out.append(_escaped(part).replace("{", "{{").replace("}", "}}"))
                else:  # {{ would be a brace of the text
                    out += ["{ " if isinstance(part, Map) else "{", part, "}"]
            return [*out, '"']
        case _:
            return write_atom(form)


def _spaced(opener: str, items: tuple[Form, ...], closer: str) -> list[Form | str]:
    out: list[Form | str] = [opener]
    for item in items:
        if len(out) > 1:
            out.append(" ")
        out.append(item)
    out.append(closer)
    return out


def write_atom(form: Form) -> str:
    """The text of a form that holds no forms."""
    match form:
        case Symbol(name=name):
            return name
        case Keyword(name=name):
            return ":" + name
        case Number():
            if not form.text and isinstance(form.value, float) and math.isinf(form.value):
                return "1e999" if form.value > 0 else "-1e999"  # Infinity would be read as a name
            return form.source
        case BigInt(value=value):
            return f"{value}n"
        case Str(value=value):
            return f'"{_escaped(value)}"'
        case Const(value=value):
            return "nil" if value is None else "true" if value else "false"
        case Regex(pattern=pattern, flags=flags):
            return (
                '#"'
                + (f"(?{flags})" if flags else "")
                + re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', pattern)
                + '"'
            )
        case _:
            raise TypeError(f"not an atom: {type(form).__name__}")


def _escaped(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        char = match[0]
        if char == "\0" and text[match.end() : match.end() + 1].isdigit():
            return "\\x00"
        return _NAMED.get(char) or f"\\u{ord(char):04X}"

    return _ODD.sub(one, text)


def _short_fn(form: List) -> List | None:
    """The body of a `fn` that `#(..)` reads as, or None."""
    match form.items:
        case (Symbol(name="fn"), Vector(items=names), List() as body):
            pass
        case _:
            return None
    shown = [name.name for name in names if isinstance(name, Symbol)]
    rest = shown[-2:] == ["&", "%&"]
    count = len(shown) - 2 if rest else len(shown)
    wanted = [f"%{number}" for number in range(1, count + 1)] + (["&", "%&"] if rest else [])
    if len(shown) != len(names) or shown != wanted or not shown:
        return None
    used: set[str] = set()
    stack: list[Form] = [body]
    while stack:
        item = stack.pop()
        match item:
            case Symbol(name=name) if _ARGUMENT.fullmatch(name):
                used.add(name)
            case List(items=items):
                if _is_percent_fn(items):
                    return None  # #( cannot stand inside #(
                stack.extend(items)
            case Vector(items=items) | Map(items=items) | Set(items=items):
                stack.extend(items)
            case FString(parts=parts):
                stack.extend(part for part in parts if not isinstance(part, str))
    most = max((int(name[1:]) for name in used if name != "%&"), default=0)
    return body if most == count and ("%&" in used) == rest else None


def _is_percent_fn(items: tuple[Form, ...]) -> bool:
    match items:
        case (Symbol(name="fn"), Vector(items=(Symbol(name=name), *_)), *_) if name[0] == "%":
            return True
    return False


def _broken(form: Form, width: int) -> Iterator[str]:
    """The text over several lines. Forms that fit into the rest of a line stay whole."""
    column = 0
    # (form or text, brackets that close right after it, are its elements pairs)
    stack: list[_Piece] = [(form, 0, False)]
    while stack:
        item, closers, paired = stack.pop()
        if isinstance(item, str):
            yield item
            column = len(item) - item.rfind("\n") - 1 if "\n" in item else column + len(item)
            continue
        parts = _parts(item)
        flat = parts if isinstance(parts, str) else "".join(_pieces(item))
        if isinstance(parts, str) or column + len(flat) + closers <= width or isinstance(item, FString):
            yield flat
            column += len(flat)
        elif len(parts) == 2:  # a prefix and its form
            stack += [(parts[1], closers, False), (parts[0], 0, False)]
        else:
            stack += reversed(_lines(parts, column, closers, paired or isinstance(item, Map)))


def _lines(parts: list[Form | str], column: int, closers: int, paired: bool) -> list[_Piece]:
    """The parts of a bracketed form with line breaks between its elements, or between pairs of them."""
    opener = "".join(part for part in parts[:2] if isinstance(part, str))
    items = [part for part in parts if not isinstance(part, str)]
    indent = column + len(opener)
    together = 1  # elements on the first line
    bindings = False
    if opener.endswith("(") and items and isinstance(items[0], (Symbol, Keyword)):
        name = items[0].name
        before = body_form(name)
        defines = name.removeprefix("py.")
        if before is not None:
            indent += 1
            together = 1 + max(before, defines.startswith("def")) + (defines in ("defn", "defmacro"))
            bindings = name in _PAIRS
        elif len(items) > 1 and len(name) < 16:
            indent += len(write_atom(items[0])) + 1
            together = 2
        else:
            indent += 1
    out: list[_Piece] = [(opener, 0, False)]
    for at, item in enumerate(items):
        if at:
            out.append((" " if at < together or (paired and at % 2) else "\n" + " " * indent, 0, False))
        pairs = bindings and at == 1 and isinstance(item, Vector)
        out.append((item, closers + 1 if at == len(items) - 1 else 0, pairs))
    out.append((parts[-1], 0, False))
    return out
