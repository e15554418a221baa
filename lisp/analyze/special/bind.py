"""Special forms that bind: let letfn loop.

In: a form. Out: its node. Binding lists come in two styles, told apart by the bracket alone:
`((x 1) (y 2))` and `[x 1 y 2]`.
"""

from __future__ import annotations

from ...forms import Form, FString, List, Map, Set, Symbol, Vector, plain
from ...nodes import Bind, CheckAwait, Let, Letfn, Local, LocalRef, Loop, NamedCall, Node
from ..analyzer import Analyzer
from ..patterns import bind_pattern, note
from ..recur import locals_of
from ..rules import special
from ..scope import Scope
from .bodies import body
from .functions import build_fn, clauses_of


def pairs_of(an: Analyzer, form: Form, owner: str) -> list[tuple[Form, Form]]:
    """The (pattern, value) pairs of a binding list in either style."""
    if isinstance(form, Vector):
        items = form.items
        if len(items) % 2:
            raise an.fail(
                "odd-bindings",
                items[-1],
                "binding without a value",
                f"({owner} [name value ..] ..): values are missing",
            )
        return [(items[at], items[at + 1]) for at in range(0, len(items), 2)]
    if isinstance(form, List):
        pairs: list[tuple[Form, Form]] = []
        for entry in form.items:
            if not isinstance(entry, (List, Vector)) and isinstance(form.items[0], List):
                raise an.fail(
                    "binding-style",
                    entry,
                    "a binding list in parentheses holds (name value) pairs",
                    f"write ({entry.span.text if entry.span else 'name'} value)",
                )
            if not isinstance(entry, (List, Vector)):
                inner = " ".join(item.span.text if item.span else "x" for item in form.items)
                short = inner if len(inner) < 40 else "name value"
                raise an.fail(
                    "binding-style",
                    form,
                    "a binding list in parentheses holds (name value) pairs",
                    f"write (({short})) or [{short}]",
                )
            if len(entry.items) == 1:
                raise an.fail(
                    "odd-bindings", entry, "binding without a value", f"({owner} ((name value)) ..)"
                )
            if len(entry.items) != 2:
                raise an.fail(
                    "arity",
                    entry,
                    "a binding is a name and one value",
                    f"({owner} ((name value) (name value)) ..)",
                )
            pairs.append((entry.items[0], entry.items[1]))
        return pairs
    raise an.fail(
        "binding-style",
        form,
        f"{owner} needs a binding list",
        f"({owner} [x 1 y 2] ..) or ({owner} ((x 1)) ..)",
    )


@special("let", "let*")
def let(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "let needs a binding list", "(let [x 1] body ..)")
    if isinstance(items[1], Symbol):
        return named_let(an, form, scope, tail)
    inner = Scope(scope)
    binds: list[Bind] = []
    for target, source in pairs_of(an, items[1], "let"):
        bind_pattern(an, target, an.value(source, inner), inner, binds)
    return Let(form.span, binds, body(an, items[2:], inner, tail, form.span))


def named_let(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(let go ((i 0)) ..)`: a loop when every `(go ..)` is a tail call, else a local function."""
    items = form.items
    name = items[1]
    if len(items) < 3 or not isinstance(name, Symbol):
        raise an.fail("arity", form, "a named let needs a binding list", "(let go ((i 0)) body ..)")
    pairs = pairs_of(an, items[2], "let")
    inits = an.values([source for _, source in pairs], scope)
    outer = Scope(scope)
    local = an.local(name, outer)
    params = Vector(tuple(target for target, _ in pairs), items[2].span)
    fn = build_fn(an, [(params, items[3:])], form, outer, name.name, named=local)
    arity = fn.arities[0]
    if not local.used and not any(param.default for param in arity.params):
        an.frame.has_await |= fn.frame.has_await
        an.frame.has_yield |= fn.frame.has_yield
        an.frame.uses_this |= fn.frame.uses_this
        binds = [Bind(p.local.span, p.local, init) for p, init in zip(arity.params, inits, strict=True)]
        for bind in binds:
            bind.local.sources = [bind.init] if bind.init is not None else None
        loop = arity.loop
        assert loop is not None
        if not loop.recurs:
            made: Node = Let(form.span, binds + arity.binds, arity.body)
            return CheckAwait(form.span, made) if fn.frame.has_await else made
        for args in loop.recur_args:
            for bind, arg in zip(binds, args, strict=True):
                if bind.local.sources is not None:
                    bind.local.sources.append(arg)
        loop.binds, loop.inner, loop.body, loop.is_fn, loop.span = (
            binds,
            arity.binds,
            arity.body,
            False,
            form.span,
        )
        # as a function it would be async, and its first call awaited
        return CheckAwait(form.span, loop) if fn.frame.has_await else loop
    local.is_async_fn = False
    if not local.assigned:
        local.sources = [fn]
    call = NamedCall(form.span, LocalRef(name.span, local), inits, fn.frame)
    if fn.frame.has_await:
        an.frame.has_await = True
    return Letfn(form.span, [(local, fn)], call)


@special("letfn")
def letfn(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2 or not isinstance(items[1], (Vector, List)):
        raise an.fail("arity", form, "letfn needs a list of functions", "(letfn [(f [x] ..)] body ..)")
    inner = Scope(scope)
    entries: list[tuple[List, Symbol, Local]] = []
    for entry in items[1].items:
        name = plain(entry.items[0]) if isinstance(entry, List) and len(entry.items) >= 2 else None
        if not isinstance(entry, List) or not isinstance(name, Symbol):
            raise an.fail("bad-function", entry, "letfn binds functions", "(letfn [(f [x] ..)] body ..)")
        entries.append((entry, name, an.local(name, inner)))
    fns: list[tuple[Local, Node]] = []
    for entry, name, local in entries:
        fn = build_fn(an, clauses_of(an, entry.items[1:], entry), entry, inner, name.name)
        note(local, fn)
        fns.append((local, fn))
    inside = body(an, items[2:], inner, tail, form.span)
    for local, made in fns:
        if not local.assigned:
            local.sources = [made]
    return Letfn(form.span, fns, inside)


@special("loop")
def loop_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "loop needs a binding list", "(loop [i 0] body ..)")
    pairs = [(plain(target), source) for target, source in pairs_of(an, items[1], "loop")]
    inner = Scope(scope)
    loop = Loop(form.span)
    later: list[tuple[Form, Local]] = []
    for at, (target, source) in enumerate(pairs):
        init = an.value(source, inner)
        if isinstance(target, Symbol):
            local = an.local(target, inner)
            local.sources = [init]
            note(local, init)
            loop.binds.append(Bind(target.span, local, init))
        else:
            local = an.temp("value", target.span)
            loop.binds.append(Bind(target.span, local, init))
            if not loop.extra and all(
                isinstance(other, Symbol) and constant(value) for other, value in pairs[at + 1 :]
            ):
                later.append((target, local))
            else:
                # a later initial value may use the names, so they are loop variables themselves
                early: list[Bind] = []
                bind_pattern(an, target, an.refer(local, target.span), inner, early)
                loop.binds += early
                loop.extra += locals_of(early)
                loop.targets = [target for target, _ in pairs]
                loop.scope = scope
        loop.locals.append(local)
    for local in loop.extra:
        local.assigned = True
        local.sources = None
    loop.locals += loop.extra
    for target, local in later:
        bind_pattern(an, target, an.refer(local, target.span), inner, loop.inner)
    with an.inside(loop=loop):
        loop.body = body(an, items[2:], inner, True, form.span)
    if not loop.recurs:
        return Let(form.span, loop.binds + loop.inner, loop.body)
    return loop


def constant(form: Form) -> bool:
    """Does no name stand in it, so that it means the same wherever it is evaluated?"""
    stack = [form]
    for each in stack:
        if isinstance(each, (Symbol, List, FString)):
            return False
        if isinstance(each, (Vector, Map, Set)):
            stack.extend(each.items)
    return True
