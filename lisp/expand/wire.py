"""Forms <-> plain JSON data, for the macro host. The twin is runtime/macros.mjs.

A form is a flat list of tokens, parents before their parts, so that depth costs nothing on the way:

    nil true 1.5 "s"  -> themselves            NaN Infinity -0 -> ["f", "NaN"]
    symbol  ["y", name, id]                    keyword ["k", name]       big ["b", "12"]
    list    ["l", count, id]   vector ["v", count, id]   map ["m", count, id]   set ["s", count, id]
    regex   ["r", pattern, flags]              f-string ["F", ["text", null, ..]] (null: a form that follows)

`(f [1])` is [["l", 2, 0], ["y", "f", 1], ["v", 1, 2], 1].

`id` is opaque to JavaScript: a number indexes the table of forms of this expansion (their marks and
spans), "t<n>" marks a symbol written in a template of namespace n, "g<n>" one made by `gensym` or `x#`;
null (or none) means the macro made it up.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..forms import (
    BigInt,
    Const,
    Form,
    FString,
    Keyword,
    List,
    Map,
    Number,
    Regex,
    Set,
    Span,
    Str,
    Symbol,
    Vector,
    number_text,
    plain,
)

MAX_SAFE = 2**53


def encode(form: Form, table: list[Form]) -> list[Any]:
    """The wire form; forms with a span or marks are entered in `table` and referred to by index."""
    out: list[Any] = []
    stack: list[Form] = [form]
    while stack:
        form = plain(stack.pop())
        match form:
            case Symbol():
                table.append(form)
                out.append(["y", form.name, len(table) - 1])
            case List() | Vector() | Set() | Map():
                table.append(form)
                out.append([_TAGS[type(form)], len(form.items), len(table) - 1])
                stack.extend(reversed(form.items))
            case Keyword():
                out.append(["k", form.name])
            case Str() | Const():
                out.append(form.value)
            case Number():
                out.append(number(form.value))
            case BigInt():
                out.append(["b", hex(form.value) if form.value >= 0 else "-" + hex(-form.value)])
            case Regex():
                out.append(["r", form.pattern, form.flags])
            case FString():
                out.append(["F", [part if isinstance(part, str) else None for part in form.parts]])
                stack.extend(part for part in reversed(form.parts) if not isinstance(part, str))
            case _:
                raise TypeError(type(form).__name__)
    return out


_TAGS: dict[type, str] = {List: "l", Vector: "v", Set: "s", Map: "m"}


def number(value: int | float) -> Any:
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE else ["f", str(value)]
    if not math.isfinite(value) or (value == 0 and math.copysign(1, value) < 0):
        return ["f", number_text(value)]
    return value


def decode(data: Any, table: list[Form], symbol: Callable[[str, Any], Symbol], span: Span | None) -> Form:
    """The form. `symbol(name, id)` makes symbols that are not in the table; new forms get `span`.

    Raises ValueError for data that is no form (a promise, a class instance).
    """
    if not isinstance(data, list):
        raise ValueError(f"not a form: {data!r}")
    open_: list[tuple[list[Any], int, list[Form]]] = []  # head, how many parts it has, those that are done
    for at, token in enumerate(data):
        parts = _count(token)
        if parts:
            open_.append((token, parts, []))
            continue
        form = _whole(token, [], table, span) if parts == 0 else _atom(token, table, symbol, span)
        while open_:
            head, count, done = open_[-1]
            done.append(form)
            if len(done) < count:
                break
            open_.pop()
            form = _whole(head, done, table, span)
        else:
            if at < len(data) - 1:
                raise ValueError("more than a form")
            return form
    raise ValueError("not a whole form")


def _count(token: Any) -> int | None:
    """How many parts follow; None: the token is a form by itself."""
    if isinstance(token, list) and len(token) > 1:
        if token[0] in _CLASSES:
            return int(token[1])
        if token[0] == "F":
            return sum(part is None for part in token[1])
    return None


def _whole(head: list[Any], parts: list[Form], table: list[Form], span: Span | None) -> Form:
    if head[0] == "F":
        left = iter(parts)
        return FString(tuple([text if isinstance(text, str) else next(left) for text in head[1]]), span)
    if head[0] == "m" and len(parts) % 2:
        raise ValueError("a map form with a key but no value")
    id = head[2] if len(head) > 2 else None
    made_at = table[id].span if isinstance(id, int) and 0 <= id < len(table) else span
    return _CLASSES[head[0]](tuple(parts), made_at)


def _atom(data: Any, table: list[Form], symbol: Callable[[str, Any], Symbol], span: Span | None) -> Form:
    if data is None or data is True or data is False:
        return Const(data, span)
    if isinstance(data, str):
        return Str(data, span)
    if isinstance(data, (int, float)):
        return Number(data, number_text(data), span)
    if not isinstance(data, list) or len(data) < 2:
        raise ValueError(f"not a form: {data!r}")
    tag = data[0]
    if tag == "y":
        id = data[2] if len(data) > 2 else None
        if isinstance(id, int) and 0 <= id < len(table):
            known = table[id]
            if isinstance(known, Symbol) and known.name == data[1]:
                return known
        return symbol(str(data[1]), id)
    if tag == "k":
        return Keyword(str(data[1]), span)
    if tag == "b":
        return BigInt(int(str(data[1]), 0), span)
    if tag == "r":
        return Regex(str(data[1]), str(data[2]), span)
    if tag == "f":
        value = float(data[1])
        return Number(value, number_text(value), span)
    raise ValueError(f"not a form: {tag}")


_CLASSES: dict[str, Callable[[tuple[Form, ...], Span | None], Form]] = {
    "l": List,
    "v": Vector,
    "s": Set,
    "m": Map,
}
