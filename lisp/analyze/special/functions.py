"""Functions: fn, defn, parameters, arities.

In: `(fn name? [a (b 10) & more] body ..)` or several `([params] body ..)`. Out: a `Fn` node, analyzed in a
frame of its own. Multi-arity iff every form after name and docstring is a list that starts with `[..]`.
"""

from __future__ import annotations

from ...forms import Form, Keyword, List, Map, Str, Symbol, Vector, plain
from ...nodes import Arity, Bind, Fn, Frame, Local, Loop, Node, Param
from ..analyzer import Analyzer
from ..patterns import bind_pattern, fill, rest_target
from ..rules import special
from ..scope import Scope
from .bodies import define_local, function_body
from .definitions import define
from .shapes import definition_of


def clauses_of(an: Analyzer, forms: tuple[Form, ...], owner: Form) -> list[tuple[Form, tuple[Form, ...]]]:
    """(parameters, body) of each arity. Several iff every form is a list that starts with a vector."""
    if not forms:
        raise an.fail("bad-function", owner, "a function needs parameters", "(fn [x] body ..)")
    if all(isinstance(f, List) and f.items and isinstance(f.items[0], Vector) for f in forms):
        return [(f.items[0], f.items[1:]) for f in forms if isinstance(f, List)]
    if not isinstance(forms[0], (List, Vector)):
        raise an.fail(
            "bad-function", forms[0], "a function needs parameters", "(fn [x] body ..) or (fn (x) body ..)"
        )
    return [(forms[0], forms[1:])]


@special("fn", "lambda", "fn*")
def fn_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items[1:]
    name: Symbol | None = None
    inner = scope
    first = plain(items[0]) if items else None
    if isinstance(first, Symbol):
        name, items = first, items[1:]
        inner = Scope(scope)
    doc = None
    if len(items) > 1 and isinstance(items[0], Str) and isinstance(items[1], (List, Vector)):
        doc, items = items[0].value, items[1:]
    self_local = an.local(name, inner) if name is not None else None
    fn = build_fn(an, clauses_of(an, items, form), form, inner, name.name if name else None)
    fn.self_local, fn.doc = self_local, doc
    if self_local is not None and not self_local.assigned:
        self_local.sources = [fn]
    return fn


@special("defn", "defn-")
def defn(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    found = definition_of(an, form)
    if an.block is not None:
        return define_local(an, found, scope)
    assert isinstance(found.target, Symbol) and isinstance(found.source, List)
    an.world.check_binder(found.target, defining=True)
    clauses_of(an, found.source.items[1:], form)
    return define(an, form, found.target, found.source, scope, doc=found.doc)


def build_fn(
    an: Analyzer,
    clauses: list[tuple[Form, tuple[Form, ...]]],
    form: Form,
    scope: Scope,
    name: str | None,
    *,
    kind: str = "fn",
    named: Local | None = None,
) -> Fn:
    """A function node from its arities; analyzed in a frame of its own."""
    frame = Frame(an.frame, name, kind=kind)
    if named is not None:
        named.frame, named.named_frame = frame, frame
    with an.inside(frame=frame, loop=None, finals=(), tries=0):
        arities = [build_arity(an, params, body, scope, named, form) for params, body in clauses]
    if named is not None:
        named.frame = an.frame
    if kind == "fn" and frame.uses_this and not named and frame.parent and in_method(frame.parent):
        frame.uses_this = False
        frame.parent.uses_this = True
    seen: dict[object, Form] = {}
    for (params, _), arity in zip(clauses, arities, strict=True):
        key: object = "rest" if arity.rest else len(arity.params)
        if key in seen:
            raise an.fail("bad-function", params, "two arities take the same number of arguments")
        seen[key] = params
    return Fn(form.span, name, None, arities, frame)


def in_method(frame: Frame | None) -> bool:
    """Is `this` already the object of an enclosing method (arrows keep it)?"""
    while frame is not None:
        if frame.kind not in ("fn", "top"):
            return True
        frame = frame.parent
    return False


def build_arity(
    an: Analyzer, params: Form, body: tuple[Form, ...], scope: Scope, named: Local | None, owner: Form
) -> Arity:
    if not isinstance(params, (List, Vector)):
        raise an.fail("bad-function", params, "a function needs parameters", "(fn [x] body ..)")
    inner = Scope(scope)
    check_duplicates(an, params)
    made: list[Param] = []
    binds: list[Bind] = []
    rest: Local | None = None
    later: list[tuple[Form, Local]] = []
    items = params.items
    required = 0
    at = 0
    while at < len(items):
        item = plain(items[at])
        if isinstance(item, Symbol) and item.name in ("&", "&rest"):
            target = rest_target(an, items, at, "parameter")
            if isinstance(target, Symbol):
                rest = an.local(target, inner)
                rest.is_rest = True
            else:
                rest = an.temp("rest", target.span)
                later.append((target, rest))
            break
        item, default = parameter(an, item)
        node = an.value(default, inner) if default is not None else None
        if isinstance(item, Symbol):
            local = an.local(item, inner)
        elif isinstance(item, (Vector, Map)):
            local = an.temp("arg", item.span)
        else:
            raise an.fail(
                "bad-params", item, "not a parameter", "a name, (name default), [a b] or {:keys [a b]}"
            )
        if node is not None:
            made.append(Param(local, node))
            binds.append(Bind(item.span, local, None, node))
        else:
            made.append(Param(local))
            required = at + 1
        if not isinstance(item, Symbol):
            bind_pattern(an, item, an.refer(local, item.span), inner, binds)
        at += 1
    for target, local in later:
        fill(an, target, local, inner, binds)
    loop = Loop(owner.span, is_fn=True, has_rest=rest is not None)
    loop.locals = [param.local for param in made] + ([rest] if rest else [])
    if named is not None:
        named.loop = loop
    with an.inside(loop=loop):
        node = function_body(an, conditions(an, body), inner, owner.span)
    return Arity(made, rest, binds, node, loop, required)


def parameter(an: Analyzer, item: Form) -> tuple[Form, Form | None]:
    """A parameter without its default, and that; None where it has none."""
    if not isinstance(item, List):
        return item, None
    if len(item.items) != 2:
        raise an.fail("bad-params", item, "a parameter with a default is (name default)", "[a (b 10)]")
    return plain(item.items[0]), item.items[1]


def conditions(an: Analyzer, body: tuple[Form, ...]) -> tuple[Form, ...]:
    """`{:pre [tests]}` before other forms of a body asserts what a call must keep to."""
    if len(body) < 2 or not isinstance(body[0], Map):
        return body
    made: list[Form] = []
    for key, tests in zip(body[0].items[::2], body[0].items[1::2], strict=True):
        if key == Keyword("post"):
            raise an.fail(
                "no-post", key, "a function has no :post tests", "(let [result ..] (assert ..) result)"
            )
        if key == Keyword("pre"):
            if not isinstance(tests, Vector):
                raise an.fail("bad-function", tests, ":pre takes tests in brackets", "{:pre [(number? x)]}")
            assert_ = an.world.core("assert", key.span)
            made += [List((assert_, test), test.span) for test in tests.items]
    return (*made, *body[1:]) if made else body


def check_duplicates(an: Analyzer, params: List | Vector) -> None:
    seen: set[Symbol] = set()
    for item in params.items:
        name = plain(item)
        if isinstance(name, List) and name.items:
            name = plain(name.items[0])
        if isinstance(name, Symbol) and name.name not in ("_", "&"):
            if name in seen:
                raise an.fail(
                    "bad-params",
                    name,
                    f"the parameter {name.name} stands there twice",
                    "give each its own name",
                )
            seen.add(name)
