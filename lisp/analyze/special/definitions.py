"""Global definitions: def define defonce declare.

In: a definition. Out: a `Define` node; the world knows the name before its value is analyzed.
"""

from __future__ import annotations

from ...emit.spelling import nil
from ...forms import Form, List, Symbol
from ...nodes import Bind, Define, Do, Fn, If, Let, Lit, Logic, Node, Nothing
from ..analyzer import Analyzer
from ..patterns import bind_pattern, pattern_names
from ..rules import special
from ..scope import Scope
from .bodies import define_local
from .shapes import definition_of


@special("def", "define", "defonce")
def def_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    word = form.items[0].name if isinstance(form.items[0], Symbol) else "def"
    found = definition_of(an, form)
    if an.block is not None:
        if word == "define":
            return define_local(an, found, scope)
        warn_global(an, form, word, found.target)
    once = word == "defonce"
    if not isinstance(found.target, Symbol):
        assert found.source is not None
        return define_pattern(an, form, found.target, found.source, scope, once)
    if found.source is None:
        return declare(an, form, scope, tail)
    return define(an, form, found.target, found.source, scope, doc=found.doc, once=once)


def warn_global(an: Analyzer, form: List, word: str, target: Form) -> None:
    """`def` in a function is one variable for all calls, which is seldom what was meant."""
    what = target.name if isinstance(target, Symbol) else "x"
    if word == "def":
        an.warn(
            "global-in-function",
            form.span,
            f"def in a function defines a global, the same for all calls: {what}",
            f"(define {what} ..) or (let [{what} ..] ..) is local; at the top level say (declare {what})",
        )


def define_pattern(an: Analyzer, form: List, pattern: Form, source: Form, scope: Scope, once: bool) -> Node:
    """`(def [a b] (f))`: a definition of every name in the pattern."""
    names = pattern_names(pattern)
    if not names:
        raise an.fail("bad-pattern", pattern, "the pattern has no name to define", "(def [a b] value)")
    made = [an.world.define(an, name) for name in names]
    value = an.value(source, scope)
    inner = Scope(scope)
    binds: list[Bind] = []
    bind_pattern(an, pattern, value, inner, binds)
    defines: list[Node] = []
    for name, known in zip(names, made, strict=True):
        local = an.value(name, inner)
        an.world.describe(known, local, None)
        defines.append(Define(name.span, name.name, known.js, local))
    node = Let(form.span, binds, Do(form.span, defines))
    if once:
        tests: list[Node] = [Lit(form.span, f'"{known.js}" in globalThis', "bool") for known in made]
        exists = tests[0] if len(tests) == 1 else Logic(form.span, "and", tests)
        return If(form.span, exists, nil(form.span), node)
    return node


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
    mentions = an.mentions.get(known.js, 0)
    value = an.value(source, scope)
    if isinstance(value, Fn):
        value.self_global = an.mentions.get(known.js, 0) > mentions
        value.name = value.name or name.name
        value.doc = doc or value.doc
    an.world.describe(known, value, doc)
    node = Define(form.span, name.name, known.js, value)
    if once:
        exists = Lit(form.span, f'"{known.js}" in globalThis', "bool")
        return If(form.span, exists, nil(form.span), node)
    return node


@special("declare")
def declare(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    for name in form.items[1:]:
        if not isinstance(name, Symbol):
            raise an.fail("bad-name", name, "declare takes names", "(declare f g)")
        an.world.define(an, name, declared=True)
    return Nothing(form.span)
