"""Literals: numbers, strings, keywords, f-strings, vectors, maps and sets -> nodes.

In: a form. Out: its node; parts of collections are analyzed in order.
"""

from __future__ import annotations

from ..emit.spelling import big_text, constant, regex_text, string
from ..forms import BigInt, Const, FString, Keyword, Map, Number, Regex, Set, Str, Vector
from ..nodes import ArrayLit, KeywordLit, Lit, Node, ObjectLit, SetLit, Template
from .analyzer import Analyzer
from .rules import analyzes
from .scope import Scope


@analyzes(Number)
def number_form(an: Analyzer, form: Number, scope: Scope, tail: bool) -> Node:
    return Lit(form.span, form.source, "num")


@analyzes(BigInt)
def bigint_form(an: Analyzer, form: BigInt, scope: Scope, tail: bool) -> Node:
    return Lit(form.span, big_text(form.value), "big")


@analyzes(Str)
def str_form(an: Analyzer, form: Str, scope: Scope, tail: bool) -> Node:
    return string(form.value, form.span)


@analyzes(Const)
def const_form(an: Analyzer, form: Const, scope: Scope, tail: bool) -> Node:
    return constant(form.value, form.span)


@analyzes(Keyword)
def keyword_form(an: Analyzer, form: Keyword, scope: Scope, tail: bool) -> Node:
    return KeywordLit(form.span, form.name)


@analyzes(Regex)
def regex_form(an: Analyzer, form: Regex, scope: Scope, tail: bool) -> Node:
    return Lit(form.span, regex_text(form.pattern, form.flags), "data")


@analyzes(FString)
def fstring_form(an: Analyzer, form: FString, scope: Scope, tail: bool) -> Node:
    parts: list[str | Node] = []
    for part in form.parts:
        if isinstance(part, str):
            parts.append(part)
        else:
            parts.append(an.value(part, scope))
    return Template(form.span, parts)


@analyzes(Vector)
def vector_form(an: Analyzer, form: Vector, scope: Scope, tail: bool) -> Node:
    return ArrayLit(form.span, an.values(form.items, scope))


@analyzes(Set)
def set_form(an: Analyzer, form: Set, scope: Scope, tail: bool) -> Node:
    return SetLit(form.span, an.values(form.items, scope))


@analyzes(Map)
def map_form(an: Analyzer, form: Map, scope: Scope, tail: bool) -> Node:
    pairs: list[tuple[Node, Node]] = []
    items = form.items
    for at in range(0, len(items), 2):
        key = an.value(items[at], scope)
        pairs.append((key, an.value(items[at + 1], scope)))
    return ObjectLit(form.span, pairs)
