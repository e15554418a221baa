"""Quoted data.

In: a form. Out: the expression that builds it with the runtime's lists, symbols and keywords.
"""

from __future__ import annotations

from ..emit import ir
from ..emit.ir import Expr, Text
from ..emit.spelling import big_text, js_string, regex_text
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
    Str,
    Symbol,
    Vector,
    plain,
)
from .lowerer import Lowerer


def data(lw: Lowerer, form: Form) -> Expr:
    form = plain(form)
    at = form.span
    match form:
        case Symbol(name=name):
            return ir.CallExpr(at, lw.core("symbol"), [Text(at, js_string(name))])
        case Keyword(name=name):
            return ir.CallExpr(at, lw.core("keyword"), [Text(at, js_string(name))])
        case Str(value=value):
            return Text(at, js_string(value))
        case Number():
            return Text(at, form.source)
        case BigInt(value=big):
            return Text(at, big_text(big))
        case Const(value=const):
            return Text(at, "null" if const is None else "true" if const else "false")
        case Regex():
            return Text(at, regex_text(form.pattern, form.flags))
        case List(items=items):
            return ir.CallExpr(at, lw.core("list"), all_of(lw, items))
        case Vector(items=items):
            return ir.Array(at, all_of(lw, items))
        case Set(items=items):
            return ir.CallExpr(at, lw.core("hash_set"), all_of(lw, items))
        case Map(items=items):
            return quoted_map(lw, form, items)
        case FString(parts=parts):
            made: list[Expr] = []
            for part in parts:
                made.append(  # noqa: PERF401
                    Text(at, js_string(part))
                    if isinstance(part, str)
                    else ir.Array(at, [lw.stack.level(data, lw, part)])
                )
            return ir.CallExpr(at, lw.core("fstringForm"), [ir.Array(at, made)])
    raise TypeError(type(form).__name__)


def all_of(lw: Lowerer, items: tuple[Form, ...]) -> list[Expr]:
    made = []
    for item in items:
        made.append(lw.stack.level(data, lw, item))  # noqa: PERF401
    return made


def quoted_map(lw: Lowerer, form: Map, items: tuple[Form, ...]) -> Expr:
    """`'{:a b}` is a plain object where its keys are names, else a map form."""
    if all(isinstance(key, (Keyword, Str)) for key in items[::2]):
        pairs: list[tuple[str | Expr, Expr]] = []
        for key, value in zip(items[::2], items[1::2], strict=True):
            name = key.name if isinstance(key, Keyword) else key.value if isinstance(key, Str) else ""
            quoted = js_string(name)
            plain = name.isascii() and name.isidentifier() and name != "__proto__"
            pairs.append((name if plain else Text(key.span, quoted), lw.stack.level(data, lw, value)))
        return ir.Object(form.span, pairs)
    return ir.CallExpr(form.span, lw.core("mapForm"), [ir.Array(form.span, all_of(lw, items))])
