"""Literals: numbers, strings, keywords, f-strings, vectors, maps and sets -> nodes.

In: a form. Out: its node; parts of collections are analyzed in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .forms import BigInt, Const, FString, Keyword, Map, Number, Regex, Set, Str, Vector
from .literals import big_text, constant, js_string, number_text, regex_text
from .nodes import ArrayLit, KeywordLit, Lit, Node, ObjectLit, SetLit, Template

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .scope import Scope


def number_form(an: Analyzer, form: Number, scope: Scope, tail: bool) -> Node:
    node = Lit(form.span, form.text or number_text(form.value))
    node.ty = "num"
    return node


def bigint_form(an: Analyzer, form: BigInt, scope: Scope, tail: bool) -> Node:
    node = Lit(form.span, big_text(form.value))
    node.ty = "big"
    return node


def str_form(an: Analyzer, form: Str, scope: Scope, tail: bool) -> Node:
    node = Lit(form.span, js_string(form.value))
    node.ty = "str"
    return node


def const_form(an: Analyzer, form: Const, scope: Scope, tail: bool) -> Node:
    return constant(form.value, form.span)


def keyword_form(an: Analyzer, form: Keyword, scope: Scope, tail: bool) -> Node:
    return KeywordLit(form.span, form.name)


def regex_form(an: Analyzer, form: Regex, scope: Scope, tail: bool) -> Node:
    node = Lit(form.span, regex_text(form.pattern, form.flags))
    node.ty = "data"
    return node


def fstring_form(an: Analyzer, form: FString, scope: Scope, tail: bool) -> Node:
    parts: list[str | Node] = []
    for part in form.parts:
        if isinstance(part, str):
            parts.append(part)
        else:
            parts.append(an.value(part, scope))
    return Template(form.span, parts)


def vector_form(an: Analyzer, form: Vector, scope: Scope, tail: bool) -> Node:
    return ArrayLit(form.span, an.values(form.items, scope))


def set_form(an: Analyzer, form: Set, scope: Scope, tail: bool) -> Node:
    return SetLit(form.span, an.values(form.items, scope))


def map_form(an: Analyzer, form: Map, scope: Scope, tail: bool) -> Node:
    pairs: list[tuple[Node, Node]] = []
    items = form.items
    for at in range(0, len(items), 2):
        key = items[at]
        node: Node
        if type(key) is Keyword:
            node = Lit(key.span, js_string(key.name))
            node.ty = "str"
        else:
            node = an.value(key, scope)
            if isinstance(node, (ArrayLit, ObjectLit, SetLit)):
                raise an.fail(
                    "bad-key", key, "a collection cannot be a key of an object", "use (hash-map key value ..)"
                )
        pairs.append((node, an.value(items[at + 1], scope)))
    return ObjectLit(form.span, pairs)
