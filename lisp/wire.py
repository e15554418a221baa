"""Forms <-> plain JSON data, for the macro host. The twin is runtime/macros.mjs.

    nil true 1.5 "s"  -> themselves            NaN Infinity -0 -> ["f", "NaN"]
    symbol  ["y", name, id]                    keyword ["k", name]       big ["b", "12"]
    list    ["l", [..], id]  vector ["v", [..], id]  map ["m", [k v k v ..], id]  set ["s", [..], id]
    regex   ["r", pattern, flags]              f-string ["F", ["text", [form], ..]]

`id` is opaque to JavaScript: a number indexes the table of forms of this expansion (their marks and
spans), "t<n>" marks a symbol written in a template of namespace n, "g<n>" one made by `gensym` or `x#`;
null (or none) means the macro made it up.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .forms import (
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
)

MAX_SAFE = 2**53


def encode(form: Form, table: list[Form]) -> Any:
    """The wire form; forms with a span or marks are entered in `table` and referred to by index."""
    match form:
        case Symbol():
            table.append(form)
            return ["y", form.name, len(table) - 1]
        case List() | Vector() | Set() | Map():
            table.append(form)
            at = len(table) - 1
            items = []
            for item in form.items:
                items.append(encode(item, table))  # noqa: PERF401
            return [_TAGS[type(form)], items, at]
        case Keyword():
            return ["k", form.name]
        case Str() | Const():
            return form.value
        case Number():
            return number(form.value)
        case BigInt():
            return ["b", hex(form.value) if form.value >= 0 else "-" + hex(-form.value)]
        case Regex():
            return ["r", form.pattern, form.flags]
        case FString():
            parts: list[Any] = []
            for part in form.parts:
                parts.append(part if isinstance(part, str) else [encode(part, table)])  # noqa: PERF401
            return ["F", parts]
    raise TypeError(type(form).__name__)


_TAGS: dict[type, str] = {List: "l", Vector: "v", Set: "s", Map: "m"}


def number(value: int | float) -> Any:
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE else ["f", str(value)]
    if math.isnan(value):
        return ["f", "NaN"]
    if math.isinf(value) or (value == 0 and math.copysign(1, value) < 0):
        return ["f", "-0" if value == 0 else "Infinity" if value > 0 else "-Infinity"]
    return value


def decode(data: Any, table: list[Form], symbol: Callable[[str, Any], Symbol], span: Span | None) -> Form:
    """The form. `symbol(name, id)` makes symbols that are not in the table; new forms get `span`.

    Raises ValueError for data that is no form (a promise, a class instance).
    """
    if data is None or data is True or data is False:
        return Const(data, span)
    if isinstance(data, str):
        return Str(data, span)
    if isinstance(data, (int, float)):
        return Number(data, _text(data), span)
    if not isinstance(data, list) or not data:
        raise ValueError(f"not a form: {data!r}")
    tag = data[0]
    if tag in ("l", "v", "s", "m"):
        origin = data[2] if len(data) > 2 and isinstance(data[2], int) and 0 <= data[2] < len(table) else None
        made_at = table[origin].span if origin is not None else span
        items = []
        for item in data[1]:
            items.append(decode(item, table, symbol, span))  # noqa: PERF401
        if tag == "m" and len(items) % 2:
            raise ValueError("a map form with a key but no value")
        return _CLASSES[tag](tuple(items), made_at)
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
        return Number(value, _text(value), span)
    if tag == "F":
        parts: list[str | Form] = []
        for part in data[1]:
            parts.append(part if isinstance(part, str) else decode(part[0], table, symbol, span))  # noqa: PERF401
        return FString(tuple(parts), span)
    raise ValueError(f"not a form: {tag}")


_CLASSES: dict[str, Callable[[tuple[Form, ...], Span | None], Form]] = {
    "l": List,
    "v": Vector,
    "s": Set,
    "m": Map,
}


def _text(value: int | float) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "Infinity" if value > 0 else "-Infinity"
        if value == 0:
            return "-0" if math.copysign(1, value) < 0 else "0"
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    return str(value)
