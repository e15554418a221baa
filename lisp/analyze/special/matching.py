"""case and match.

In: a form. Out: `Case` (constants, a `switch`) and `Match` (patterns with guards, tried in order).

    (match x  0 :zero  [a b] (+ a b)  {:kind :circle :r r} (* r r)  (n :when (> n 9)) :big  _ :other)
"""

from __future__ import annotations

from ...emit.spelling import constant, integer, string
from ...forms import BigInt, Const, Form, Keyword, List, Map, Number, Regex, Str, Symbol, Vector, plain
from ...nodes import (  # fmt: skip
    Bind,
    Call,
    Case,
    CoreRef,
    If,
    Index,
    Let,
    Local,
    LocalRef,
    Logic,
    Lookup,
    Match,
    MatchArm,
    Node,
    Op,
    Throw,
)
from ..analyzer import Analyzer
from ..operators import warn_tested, warn_unawaited
from ..patterns import bind_pattern
from ..rules import special
from ..scope import Scope

CONSTANT = (Number, Str, Keyword, Const, BigInt)


@special("case")
def case(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "case needs a value", "(case x 1 :one (2 3) :few :other)")
    value = an.value(items[1], scope)
    warn_unawaited(an, value, "case")
    rest = list(items[2:])
    default: Node | None = None
    arms: list[tuple[list[Node], Node]] = []
    simple = True
    if rest and all(isinstance(arm, Vector) and len(arm.items) >= 2 for arm in rest):
        rest = [part for arm in rest if isinstance(arm, Vector) for part in (arm.items[0], _body(an, arm))]
    if (
        len(rest) >= 2
        and not len(rest) % 2
        and isinstance(rest[-2], (Symbol, Keyword))
        and rest[-2].name in ("else", "default", "_")
    ):
        default = an.form(rest[-1], scope, tail)
        rest = rest[:-2]
    elif len(rest) % 2:
        default = an.form(rest[-1], scope, tail)
        rest = rest[:-1]
    seen: set[Form] = set()
    for at in range(0, len(rest), 2):
        test = rest[at]
        choices: list[Form] = (
            list(test.items) if isinstance(test, List) and test.items[:1] != (Symbol("quote"),) else [test]
        )
        if not choices:
            raise an.fail(
                "bad-case", test, "a list of no constants matches nothing", "(case x (1 2) :few :other)"
            )
        nodes = []
        for choice in choices:
            if isinstance(choice, List) and len(choice.items) == 2 and choice.items[0] == Symbol("quote"):
                choice = choice.items[1]
            if choice in seen:
                raise an.fail("duplicate-case", choice, "this constant already has a clause")
            seen.add(choice)
            simple = simple and isinstance(choice, CONSTANT)
            nodes.append(an.quoted(choice))
        arms.append((nodes, an.form(rest[at + 1], scope, tail)))
    if isinstance(value, LocalRef) or (simple and default is not None):
        return switch(form, value, arms, default or no_clause(form, value), simple)
    local = an.temp("value", items[1].span)  # several tests, or the error, ask it again
    local.sources = [value]
    once = LocalRef(items[1].span, local)
    inner = switch(form, once, arms, default or no_clause(form, LocalRef(None, local)), simple)
    return Let(form.span, [Bind(items[1].span, local, value)], inner)


def no_clause(form: List, value: Node) -> Node:
    return Throw(form.span, Call(form.span, CoreRef(form.span, "%noClause"), [string("case"), value]))


def _body(an: Analyzer, arm: Vector) -> Form:
    return (
        arm.items[1]
        if len(arm.items) == 2
        else List((an.world.core("do", arm.span), *arm.items[1:]), arm.span)
    )


def switch(form: List, value: Node, arms: list[tuple[list[Node], Node]], default: Node, simple: bool) -> Node:
    if simple:
        return Case(form.span, value, arms, default)
    made = default
    for tests, body in reversed(arms):
        checks: list[Node] = [Op(form.span, "=", [value, test]) for test in tests]
        condition = checks[0] if len(checks) == 1 else Logic(form.span, "or", checks)
        made = If(form.span, condition, body, made)
    return made


@special("match")
def match(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "match needs a value", "(match x pattern body .. _ other)")
    value = an.value(items[1], scope)
    subject = an.temp("subject", items[1].span)
    subject.sources = [value]
    rest = list(items[2:])
    clauses: list[tuple[Form, Form | None, tuple[Form, ...]]] = []
    if rest and all(isinstance(arm, List) and len(arm.items) >= 2 for arm in rest) and len(rest) != 2:
        bracketed = True
    else:
        bracketed = False
    if bracketed and (len(rest) % 2 or not looks_flat(rest)):
        for arm in rest:
            assert isinstance(arm, List)
            pattern, body = arm.items[0], arm.items[1:]
            guard = None
            if len(body) >= 3 and body[0] == Keyword("when"):
                guard, body = body[1], body[2:]
            clauses.append((pattern, guard, body))
    else:
        at = 0
        while at < len(rest):
            pattern = rest[at]
            guard = None
            if at + 3 < len(rest) and rest[at + 1] == Keyword("when"):
                guard = rest[at + 2]
                at += 2
            if at + 1 >= len(rest):
                raise an.fail(
                    "odd-clauses", pattern, "pattern without a body", "(match x pattern body .. _ other)"
                )
            if guard is None and isinstance(pattern, List) and len(pattern.items) == 3:
                inner_items = pattern.items
                if inner_items[1] == Keyword("when"):
                    pattern, guard = inner_items[0], inner_items[2]
            clauses.append((pattern, guard, (rest[at + 1],)))
            at += 2
    node = Match(form.span, subject, value)
    for pattern, guard, body in clauses:
        inner = Scope(scope)
        steps: list[Node | Bind] = []
        pattern_steps(an, pattern, subject, inner, steps)
        guard_node = an.value(guard, inner) if guard is not None else None
        if guard_node is not None:
            warn_tested(an, guard_node, "match")
        node.arms.append(MatchArm(steps, guard_node, an.body(body, inner, tail, form.span)))
    return node


def looks_flat(rest: list[Form]) -> bool:
    return all(
        isinstance(item, List)
        and item.items
        and isinstance(item.items[0], Symbol)
        and item.items[0].name in ("or", "quote", "and", "as", "?")
        for item in rest[::2]
    )


def pattern_steps(an: Analyzer, form: Form, subject: Local, scope: Scope, out: list[Node | Bind]) -> None:
    """Append the tests and bindings that `form` means for `subject`."""
    an.stack.level(steps, an, plain(form), subject, scope, out)


def steps(an: Analyzer, form: Form, subject: Local, scope: Scope, out: list[Node | Bind]) -> None:
    here = LocalRef(form.span, subject)
    match form:
        case Symbol(name="_"):
            return
        case Symbol():
            local = an.local(form, scope)
            out.append(Bind(form.span, local, here))
        case Number() | Str() | Keyword() | Const() | BigInt():
            out.append(same(an, form, here, form))
        case Regex():
            out.append(Call(form.span, CoreRef(form.span, "%matches"), [an.quoted(form), here]))
        case List(items=(Symbol(name="quote"), inner)):
            out.append(same(an, form, here, inner))
        case List(items=(Symbol(name="or"), *options)) if options:
            checks: list[Node] = []
            for option in options:
                if not isinstance(option, CONSTANT):
                    raise an.fail("bad-pattern", option, "or patterns are constants", "(or 1 2 3)")
                checks.append(same(an, form, here, option))
            out.append(Logic(form.span, "or", checks) if len(checks) > 1 else checks[0])
        case List(items=(inner, Keyword(name="as"), Symbol() as name)):
            pattern_steps(an, inner, subject, scope, out)
            out.append(Bind(form.span, an.local(name, scope), here))
        case List(items=(Symbol(name="?"), predicate, *more)):
            out.append(answer_of(an, an.apply(an.value(predicate, scope), [here], form.span)))
            for inner in more:
                pattern_steps(an, inner, subject, scope, out)
        case Vector(items=items):
            vector_steps(an, form, items, subject, scope, out)
        case Map(items=items):
            out.append(Call(form.span, CoreRef(form.span, "%isMapLike"), [here]))
            for key, value in zip(items[::2], items[1::2], strict=True):
                if key == Keyword("keys") and isinstance(value, Vector):
                    for item in value.items:
                        if not isinstance(item, (Symbol, Keyword)):
                            raise an.fail("bad-pattern", item, ":keys lists names", "{:keys [a b]}")
                        symbol = item if isinstance(item, Symbol) else Symbol(item.name, item.span)
                        key_step(an, Keyword(item.name, item.span), symbol, subject, scope, out)
                    continue
                if key == Keyword("as") and isinstance(value, Symbol):
                    out.append(Bind(form.span, an.local(value, scope), here))
                    continue
                key_step(an, key, value, subject, scope, out)
        case _:
            raise an.fail(
                "bad-pattern",
                form,
                "not a pattern",
                "a name, _, a constant, [a b & rest], {:key pattern}, (or 1 2), 'symbol or (? predicate)",
            )


def answer_of(an: Analyzer, call: Node) -> Node:
    """What `(? f)` tests: a promise is no answer, so what may give one is looked at when it has run."""
    warn_unawaited(an, call, "?")
    if type(call) is not Call or type(call.fn) is CoreRef:
        return call
    return Call(call.span, CoreRef(call.span, "%holds"), [call, string("match")])


def key_step(
    an: Analyzer, key: Form, value: Form, subject: Local, scope: Scope, out: list[Node | Bind]
) -> None:
    name = string(key.name) if isinstance(key, Keyword) else an.value(key, scope)
    here = LocalRef(key.span, subject)
    item = an.temp(key.name if isinstance(key, Keyword) else "item", key.span)
    out.append(Bind(key.span, item, Lookup(key.span, here, name)))
    if not (isinstance(value, Const) and value.value is None):
        out.append(Op(key.span, "not", [Op(key.span, "undefined?", [LocalRef(key.span, item)])]))
    if isinstance(value, Symbol) and value.name != "_":
        out.pop(-2)
        local = an.local(value, scope)
        out.insert(-1, Bind(key.span, local, Lookup(key.span, here, name)))
        out[-1] = Op(key.span, "not", [Op(key.span, "undefined?", [LocalRef(key.span, local)])])
        return
    pattern_steps(an, value, item, scope, out)


def vector_steps(
    an: Analyzer, form: Vector, items: tuple[Form, ...], subject: Local, scope: Scope, out: list[Node | Bind]
) -> None:
    rest: Form | None = None
    if len(items) >= 2 and isinstance(items[-2], Symbol) and items[-2].name == "&":
        rest, items = items[-1], items[:-2]
    here = LocalRef(form.span, subject)
    number = integer(len(items), form.span)
    exact = constant(rest is None, form.span)
    out.append(Call(form.span, CoreRef(form.span, "%isSequenceOf"), [here, number, exact]))
    for at, item in enumerate(items):
        item = plain(item)
        part = Index(item.span, here, integer(at, form.span))
        if isinstance(item, Symbol):
            if item.name != "_":
                out.append(Bind(item.span, an.local(item, scope), part))
            continue
        local = an.temp("item", item.span)
        out.append(Bind(item.span, local, part))
        pattern_steps(an, item, local, scope, out)
    if rest is not None and not (isinstance(rest, Symbol) and rest.name == "_"):
        steps: list[Bind] = []
        bind_pattern(an, rest, Call(form.span, CoreRef(form.span, "drop"), [number, here]), scope, steps)
        out.extend(steps)


def same(an: Analyzer, at: Form, value: Node, literal: Form) -> Node:
    """A value is a literal of a pattern: numbers as `case` compares them, anything else by `=`."""
    op = "identical?" if isinstance(literal, (Number, BigInt)) else "="
    return Op(at.span, op, [value, an.quoted(literal)])
