"""defclass and class.

In: `(defclass Name (extends Parent) [fields..] (constructor [x] ..) (method [a] ..) (static make [..] ..)
(get area [] ..) (set area [v] ..) (field count 0) (static field n 0))`. Out: a `Class` node.
"""

from __future__ import annotations

from ...forms import Form, Keyword, List, Str, Symbol, Vector, plain
from ...nodes import Call, Class, Define, Frame, JsRef, Member, MethodCall, Node
from ..analyzer import Analyzer
from ..rules import special
from ..scope import Scope
from .functions import build_fn
from .shapes import name_of


@special("defclass")
def defclass(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) < 2:
        raise an.fail(
            "arity", form, "defclass needs a name", "(defclass Point (constructor [x y] ..) (method [] ..))"
        )
    name = name_of(an, form.items[1])
    known = an.world.define(an, name)
    node = build_class(an, form, name.name, form.items[2:], scope)
    return Define(form.span, name.name, known.js, node)


@special("class")
def class_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items[1:]
    inner = scope
    name: Symbol | None = None
    if items and isinstance(items[0], Symbol):
        name, items = items[0], items[1:]
        inner = Scope(scope)
    local = an.local(name, inner) if name is not None else None
    node = build_class(an, form, name.name if name else None, items, inner)
    node.self_local = local
    return node


def build_class(an: Analyzer, form: List, name: str | None, items: tuple[Form, ...], scope: Scope) -> Class:
    node = Class(form.span, name)
    rest = list(items)
    if rest and isinstance(told := rest[0], Str):
        node.doc = told.value
        rest.pop(0)
    if len(rest) >= 2 and isinstance(rest[0], (Keyword, Symbol)) and rest[0].name in ("extends", "<"):
        node.parent = an.value(rest[1], scope)
        rest = rest[2:]
    elif (
        rest
        and isinstance(rest[0], List)
        and rest[0].items
        and rest[0].items[0] in (Symbol("extends"), Keyword("extends"))
    ):
        if len(rest[0].items) != 2:
            raise an.fail("bad-class", rest[0], "extends takes one class", "(extends Parent)")
        node.parent = an.value(rest[0].items[1], scope)
        rest = rest[1:]
    elif (
        rest
        and isinstance(rest[0], List)
        and len(rest[0].items) == 1
        and isinstance(rest[0].items[0], Symbol)
    ):
        node.parent = an.value(rest[0].items[0], scope)  # (defclass Dog (Animal) ..)
        rest = rest[1:]
    elif rest and isinstance(rest[0], Vector) and len(rest[0].items) <= 1 and len(rest) > 1:
        if rest[0].items:
            node.parent = an.value(rest[0].items[0], scope)
        rest = rest[1:]
    with an.inside(enclosing=node):
        for item in rest:
            made = member(an, item, scope, node)
            check_member(an, made, item, node)
            node.members.append(made)
    return node


def check_member(an: Analyzer, made: Member, item: Form, owner: Class) -> None:
    """What JavaScript's classes refuse."""
    if made.kind in ("get", "set") and made.fn is not None:
        arity = made.fn.arities[0]
        wanted = 1 if made.kind == "set" else 0
        if len(arity.params) != wanted or arity.rest is not None:
            told = "one parameter" if wanted else "no parameters"
            raise an.fail("bad-class", item, f"a {made.kind}ter has {told}")
    if made.static and made.key == "prototype":
        raise an.fail("bad-class", item, "a class has its own static prototype", "choose another name")
    if made.key == "constructor" and not made.static:
        if made.kind != "constructor":
            raise an.fail("bad-class", item, f"a {made.kind} cannot be called constructor")
        if any(other.kind == "constructor" for other in owner.members):
            raise an.fail("bad-class", item, "a second constructor", "use default or rest parameters")


def member(an: Analyzer, item: Form, scope: Scope, owner: Class) -> Member:
    if isinstance(item, Symbol):
        return Member("field", item.name, value=None, span=item.span)
    if not isinstance(item, List) or not item.items:
        raise an.fail(
            "bad-class", item, "not a member of a class", "(method [args] body ..) or (field name value)"
        )
    kind, static, forced_async, parts = words_of(item)
    target = plain(parts[0])
    key: str | Node
    if isinstance(target, (Symbol, Keyword)):
        key = target.name
    elif isinstance(target, Str):
        key = target.value
    elif isinstance(target, Vector) and len(target.items) == 1:
        key = an.value(target.items[0], scope)
    else:
        raise an.fail("bad-class", target, "a member needs a name", "(method [args] body ..)")
    if kind == "field" or len(parts) == 1 or not isinstance(parts[1], (Vector, List)):
        if len(parts) > 2:
            raise an.fail("bad-class", parts[2], "a field has one value", "(field name value)")
        return field(an, item, key, parts[1] if len(parts) > 1 else None, static, scope)
    if kind == "method" and key == "constructor" and not static:
        kind = "constructor"
    body = tuple(parts[2:])
    doc = None
    if body and isinstance(body[0], Str) and len(body) > 1:
        doc, body = body[0].value, body[1:]
    inner = Scope(scope)
    fn = build_fn(
        an, [(parts[1], body)], item, inner, key if isinstance(key, str) else None,
        kind={"get": "getter", "set": "getter", "constructor": "constructor"}.get(kind, "method"),
    )  # fmt: skip
    fn.doc = doc
    if forced_async:
        fn.frame.has_await = True
    if kind in ("get", "set") and fn.frame.has_await:
        raise an.fail("await-here", item, f"a {kind}ter cannot await")
    return Member(kind, key, static, fn, None, item.span)


def words_of(item: List) -> tuple[str, bool, bool, list[Form]]:
    """The words before a member's name: (kind, static, async, what follows them, from the name on).

    Each may be a name as well: `(get [] ..)` is a method called get, `(static [x] ..)` one called static.
    """
    parts = list(item.items)
    kind, static = "method", False
    while len(parts) > 1 and isinstance(parts[0], (Symbol, Keyword)):
        word, following, more = parts[0].name, parts[1], len(parts) > 2
        named = isinstance(following, (Symbol, Str))
        if word == "static" and (
            named or isinstance(following, (Keyword, List)) or computed_name(following, parts)
        ):
            static = True
        elif (
            word in ("get", "set", "getter", "setter") and more and (named or isinstance(following, Keyword))
        ):
            kind = word[:3]
        elif word == "async" and more and named:
            return kind, static, True, parts[1:]
        elif word == "field" and named:
            kind = "field"
        elif not (word in ("method", "defn", "fn", "generator") and more and named):
            break
        parts = parts[1:]
        if static and len(parts) == 1 and isinstance(parts[0], List):
            parts = list(parts[0].items)
    return kind, static, False, parts


def computed_name(form: Form, parts: list[Form]) -> bool:
    """`[key]` after static: a name, unless it is the parameters of a method called static."""
    return isinstance(form, Vector) and not (len(parts) > 2 and not isinstance(parts[2], Vector))


def field(
    an: Analyzer, item: List, key: str | Node, value: Form | None, static: bool, scope: Scope
) -> Member:
    node: Node | None = None
    if value is not None:
        with an.inside(frame=Frame(an.frame, kind="field"), loop=None):
            node = an.value(value, scope)
    return Member("field", key, static, None, node, item.span)


@special("super")
def super_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(super x)` calls the parent's constructor; `(super.method x)` a method of the parent."""
    frame: Frame | None = an.frame
    while frame is not None and frame.kind == "fn":
        frame = frame.parent
    if frame is None or frame.kind not in ("constructor", "method", "getter"):
        raise an.fail("super-here", form, "super outside a class", "write it in a constructor or a method")
    args = an.values(form.items[1:], scope)
    if (
        frame.kind != "constructor"
        and form.items[1:]
        and isinstance(form.items[1], Symbol)
        and form.items[1].name[:1] == "."
    ):
        return MethodCall(form.span, JsRef(form.span, "super"), form.items[1].name[1:], args[1:])
    if frame.kind != "constructor":
        raise an.fail(
            "super-here",
            form,
            "super is called only in a constructor",
            "a parent's method is (super.method args)",
        )
    if an.enclosing is None or an.enclosing.parent is None:
        raise an.fail("super-here", form, "super in a class without a parent", "(defclass A (extends B) ..)")
    return Call(form.span, JsRef(form.items[0].span, "super"), args)
