"""Iteration and resources: for doseq dotimes with.

In: a form. Out: `For` and `With` nodes. Clauses nest in order; `:let :when :while` belong to the clauses
before them; a source after `:await` is iterated with `for await`.
"""

from __future__ import annotations

from ...emit.spelling import integer
from ...forms import Form, Keyword, List, Symbol, Vector, plain
from ...nodes import Bind, Clause, For, Node, With
from ...nodes.facts import SYNCHRONOUS
from ..analyzer import Analyzer
from ..operators import warn_tested
from ..patterns import bind_pattern
from ..rules import special
from ..scope import Scope
from .bind import pairs_of
from .core import statement


@special("for", "doseq")
def for_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    name = items[0].name if isinstance(items[0], Symbol) else "for"
    if len(items) < 2 or not isinstance(items[1], (Vector, List)):
        raise an.fail(
            "arity",
            items[1] if len(items) > 1 else form,
            f"{name} needs its sources in brackets",
            f"({name} [x xs] body ..)",
        )
    inner = Scope(scope)
    clauses = clauses_of(an, items[1], name, inner)
    body = statement(an, items[2:], inner, form)
    return For(form.span, clauses, body, name == "for", an.frame.has_yield)


def clauses_of(an: Analyzer, binding: Vector | List, name: str, scope: Scope) -> list[Clause]:
    items = list(binding.items)
    if isinstance(binding, List) and items and all(isinstance(item, (List, Vector)) for item in items):
        items = [part for item in items if isinstance(item, (List, Vector)) for part in item.items]
    clauses: list[Clause] = []
    at = 0
    while at < len(items):
        item = plain(items[at])
        is_await = isinstance(item, Keyword) and item.name == "await"
        if is_await:
            at += 1
            if at >= len(items):
                raise an.fail(
                    "odd-bindings", item, ":await needs a source after it", f"({name} [:await x xs] ..)"
                )
            item = plain(items[at])
        if at + 1 >= len(items):
            raise an.fail("odd-bindings", item, "binding without a value", f"({name} [x xs] body ..)")
        source = items[at + 1]
        at += 2
        if isinstance(item, Keyword):
            clauses.append(modifier(an, item, source, name, scope, bool(clauses)))
            continue
        value = an.value(source, scope)
        binds: list[Bind] = []
        if isinstance(item, Symbol):
            local = an.local(item, scope)
        else:
            local = an.temp("item", item.span)
            bind_pattern(an, item, an.refer(local, item.span), scope, binds)
        if is_await:
            if an.frame.kind in SYNCHRONOUS:
                raise an.fail("await-here", item, f"await cannot stand in a {an.frame.kind}")
            an.frame.has_await = True
        clauses.append(Clause("await" if is_await else "in", local, value, binds, item.span))
    if not any(clause.kind in ("in", "await") for clause in clauses):
        raise an.fail("odd-bindings", binding, f"{name} needs a source", f"({name} [x xs] body ..)")
    return clauses


def modifier(an: Analyzer, item: Keyword, source: Form, name: str, scope: Scope, after: bool) -> Clause:
    if item.name == "let":
        binds: list[Bind] = []
        for target, value in pairs_of(an, source, ":let"):
            bind_pattern(an, target, an.value(value, scope), scope, binds)
        return Clause("let", None, None, binds, item.span)
    if item.name in ("when", "while", "unless", "if"):
        if not after:
            raise an.fail(
                "bad-clause",
                item,
                f":{item.name} needs a source before it",
                f"({name} [x xs :{item.name} test] ..)",
            )
        node = an.value(source, scope)
        warn_tested(an, node, f":{item.name}")
        if item.name == "unless":
            node = an.operator("not", [node], item.span)
        return Clause("while" if item.name == "while" else "when", None, node, [], item.span)
    raise an.fail("bad-clause", item, f"unknown clause :{item.name}", ":let :when :while or :await")


@special("dotimes")
def dotimes(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) < 2:
        raise an.fail("arity", form, "dotimes needs a name and a count", "(dotimes [i 10] body ..)")
    pairs = pairs_of(an, pair_list(form.items[1]), "dotimes")
    if len(pairs) != 1 or not isinstance(pairs[0][0], Symbol):
        raise an.fail(
            "arity", form.items[1], "dotimes takes one name and one count", "(dotimes [i 10] body ..)"
        )
    count = an.value(pairs[0][1], scope)
    inner = Scope(scope)
    local = an.local(pairs[0][0], inner)
    local.sources = [integer(0)]
    body = statement(an, form.items[2:], inner, form)
    return For(form.span, [Clause("range", local, count, [], form.items[1].span)], body, False)


def pair_list(form: Form) -> Form:
    """`(i 10)` is accepted as `[i 10]` where exactly one pair is meant."""
    if isinstance(form, List) and len(form.items) == 2 and isinstance(form.items[0], Symbol):
        return Vector(form.items, form.span)
    return form


@special("with", "with-open")
def with_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(with [f (open ..)] body)`: entered in order, left in reverse, also on errors."""
    if len(form.items) < 2:
        raise an.fail("arity", form, "with needs a binding list", "(with [f (py.open path)] body ..)")
    binding = form.items[1]
    items = list(binding.items) if isinstance(binding, Vector) else []
    is_async = bool(items) and items[0] == Keyword("await")
    if is_async:
        binding = Vector(tuple(items[1:]), binding.span)
        if an.frame.kind in SYNCHRONOUS:
            raise an.fail("await-here", form, f"await cannot stand in a {an.frame.kind}")
        an.frame.has_await = True
    inner = Scope(scope)
    steps: list[With] = []
    for target, source in pairs_of(an, binding, "with"):
        manager = an.temp("manager", source.span)
        node = With(form.span, manager, an.value(source, inner), [], is_async=is_async)
        local_value = an.temp("entered", source.span)
        node.entered = local_value
        target = plain(target)
        if isinstance(target, Symbol):
            node.entered = an.local(target, inner)
        else:
            bind_pattern(an, target, an.refer(local_value, target.span), inner, node.binds)
        steps.append(node)
    with an.inside(loop=None):
        body = statement(an, form.items[2:], inner, form)
    for node in reversed(steps):
        node.body = body
        body = node
    return body
