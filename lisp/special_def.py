"""Global definitions: def define defonce declare.

In: a definition. Out: a `Define` node; the world knows the name before its value is analyzed.
"""

from __future__ import annotations

from .analyzer import Analyzer
from .forms import (
    Form,
    List,
    Str,
    Symbol,
)
from .literals import nil
from .nodes import (
    Define,
    Fn,
    If,
    Lit,
    Node,
    Nothing,
)
from .scope import Scope
from .special_core import special


@special("def", "define", "defonce")
def def_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if (
        len(items) > 1
        and isinstance(items[1], List)
        and isinstance(items[0], Symbol)
        and items[0].name == "define"
    ):
        target = items[1]
        if target.items and isinstance(target.items[0], Symbol) and target.items[0].name != "with-meta*":
            rest = List(target.items[1:], target.span)
            call = List((an.world.core("defn", form.span), target.items[0], rest, *items[2:]), form.span)
            return an.form(call, scope, tail)
    if len(items) < 2:
        raise an.fail("arity", form, "def needs a name", "(def name value)")
    name, _ = meta_of(an, items[1])
    doc = None
    if len(items) == 4 and isinstance(items[2], Str):
        doc, source = items[2].value, items[3]
    elif len(items) == 3:
        source = items[2]
    elif len(items) == 2:
        return declare(an, form, scope, tail)
    else:
        raise an.fail("arity", items[3], "def takes one value", "(def name value); several forms: (do ..)")
    once = isinstance(items[0], Symbol) and items[0].name == "defonce"
    return define(an, form, name, source, scope, doc=doc, once=once)


def meta_of(an: Analyzer, form: Form) -> tuple[Symbol, Form | None]:
    """The symbol a definition names, without its metadata."""
    meta: Form | None = None
    if (
        isinstance(form, List)
        and len(form.items) == 3
        and isinstance(form.items[0], Symbol)
        and form.items[0].name == "with-meta*"
    ):
        meta, form = form.items[2], form.items[1]
    if not isinstance(form, Symbol):
        raise an.fail("bad-name", form, "a definition needs a name", "(def name value)")
    if "." in form.name.strip("."):
        raise an.fail(
            "bad-name",
            form,
            f"{form.name} cannot be defined: a name has no dot",
            f"to set a property: (set! {form.name} value)",
        )
    return form, meta


def define(
    an: Analyzer,
    form: List,
    name: Symbol,
    source: Form,
    scope: Scope,
    *,
    doc: str | None = None,
    once: bool = False,
) -> Node:
    """A global definition. The name is known before its value is analyzed, so functions may recur."""
    known = an.world.define(an, name)
    previous = an.world.pending
    an.world.pending = known
    refs = known.refs
    value = an.value(source, scope)
    an.world.pending = previous
    if isinstance(value, Fn):
        value.self_global = known.refs > refs
        value.name = value.name or name.name
        value.doc = doc or value.doc
    an.world.describe(known, value, doc)
    node = Define(form.span, name.name, known.js, value)
    if once:
        exists = Lit(form.span, f'"{known.js}" in globalThis')
        exists.ty = "bool"
        return If(form.span, exists, nil(form.span), node)
    return node


@special("declare")
def declare(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    for name in form.items[1:]:
        if not isinstance(name, Symbol):
            raise an.fail("bad-name", name, "declare takes names", "(declare f g)")
        an.world.define(an, name, declared=True)
    return Nothing(form.span)
