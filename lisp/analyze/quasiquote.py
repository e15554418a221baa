"""Quasiquote: a template -> the code that builds it.

In: the template form. Out: a node that builds the same form at run time with the unquoted values in place.
Template symbols carry an id that says which namespace they were written in (expand/host_macros.py gives
them meaning), `x#` becomes one fresh symbol for the whole template.
"""

from __future__ import annotations

from ..emit.spelling import string
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
from ..nodes import ArrayLit, Bind, Call, CoreRef, Let, Local, Node, Spread
from .analyzer import Analyzer
from .scope import Scope


class _Template:
    def __init__(self, an: Analyzer, scope: Scope) -> None:
        self.an = an
        self.scope = scope
        self.fresh: dict[str, Local] = {}

    def build(self, form: Form, depth: int) -> Node:
        return self.an.stack.level(self.one, form, depth)

    def one(self, form: Form, depth: int) -> Node:
        an = self.an
        form = plain(form)
        match form:
            case Symbol(name=name):
                return self.symbol(form, name)
            case List(items=(Symbol(name="unquote"), inner)):
                if depth == 1:
                    return an.value(inner, self.scope)
                return self.wrap("unquote", inner, depth - 1, form)
            case List(items=(Symbol(name="quasiquote"), inner)):
                return self.wrap("quasiquote", inner, depth + 1, form)
            case List(items=(Symbol(name="unquote-splicing"), _)) if depth == 1:
                raise an.fail("stray-unquote", form, "~@ needs a list around it", "write `(f ~@xs)")
            case List(items=items):
                return Call(form.span, CoreRef(form.span, "list"), self.items(items, depth))
            case Vector(items=items):
                return ArrayLit(form.span, self.items(items, depth))
            case Set(items=items):
                return Call(
                    form.span, CoreRef(form.span, "%setForm"), [ArrayLit(form.span, self.items(items, depth))]
                )
            case Map(items=items):
                return Call(
                    form.span, CoreRef(form.span, "%mapForm"), [ArrayLit(form.span, self.items(items, depth))]
                )
            case FString(parts=parts):
                nodes: list[Node] = []
                for part in parts:
                    nodes.append(  # noqa: PERF401
                        an.quoted(Str(part, form.span))
                        if isinstance(part, str)
                        else ArrayLit(form.span, [self.build(part, depth)])
                    )
                return Call(form.span, CoreRef(form.span, "%fstringForm"), [ArrayLit(form.span, nodes)])
            case Keyword() | Number() | BigInt() | Str() | Const() | Regex():
                return an.quoted(form)
        raise an.fail("bad-template", form, "not a template")

    def wrap(self, name: str, inner: Form, depth: int, form: Form) -> Node:
        head = self.symbol(Symbol(name, form.span), name)
        return Call(form.span, CoreRef(form.span, "list"), [head, self.build(inner, depth)])

    def items(self, items: tuple[Form, ...], depth: int) -> list[Node]:
        nodes: list[Node] = []
        for item in items:
            if (
                depth == 1 and isinstance(item, List) and len(item.items) == 2
                and item.items[0] == Symbol("unquote-splicing")
            ):  # fmt: skip
                nodes.append(Spread(item.span, splice(self.an.value(item.items[1], self.scope))))
            else:
                nodes.append(self.build(item, depth))
        return nodes

    def symbol(self, form: Symbol, name: str) -> Node:
        span = form.span
        if len(name) > 1 and name.endswith("#"):
            local = self.fresh.get(name)
            if local is None:
                local = self.fresh[name] = self.an.temp(name[:-1], span)
            return self.an.refer(local, span)
        return Call(span, CoreRef(span, "%templateSymbol"), [string(name), string(f"t{self.namespace()}")])

    def namespace(self) -> int:
        world = self.an.world
        return world.namespace.number


def splice(node: Node) -> Node:
    """`~@nil` splices nothing."""
    return Call(node.span, CoreRef(node.span, "%spliced"), [node])


def quasiquote(an: Analyzer, form: Form, scope: Scope) -> Node:
    template = _Template(an, scope)
    node = template.build(form, 1)
    if not template.fresh:
        return node
    binds = [
        Bind(form.span, local, Call(form.span, CoreRef(form.span, "%freshSymbol"), [string(name[:-1])]))
        for name, local in template.fresh.items()
    ]
    for bind in binds:
        bind.local.sources = None
    return Let(form.span, binds, node)
