"""The special forms without bindings: quote do if while throw await yield new . set! and friends.

In: a form headed by the special form's name. Out: its node. Every message names the shape that was meant.
"""

from __future__ import annotations

from ...emit.spelling import constant, nil
from ...forms import Form, Keyword, List, Str, Symbol, Vector
from ...nodes import (
    Call,
    CoreRef,
    Delete,
    GlobalRef,
    If,
    Index,
    JsRef,
    LocalRef,
    Logic,
    New,
    Node,
    Prop,
    PyCall,
    SetLocal,
    SetPlace,
    Throw,
    While,
    Yield,
)
from ...nodes.facts import SYNCHRONOUS
from ..analyzer import Analyzer
from ..operators import warn_tested
from ..quasiquote import quasiquote
from ..rules import special
from ..scope import CoreFn, Scope
from .bodies import body, sequence


def exactly(an: Analyzer, form: List, count: int, what: str, shape: str) -> None:
    """Check the number of arguments; the error is at the first one too many, or the form."""
    given = len(form.items) - 1
    if given != count:
        at: Form = form.items[count + 1] if given > count else form
        raise an.fail("arity", at, what, f"write {shape}")


@special("quote")
def quote(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    exactly(an, form, 1, "quote takes exactly one form", "(quote x)")
    return an.quoted(form.items[1])


@special("quasiquote")
def quasi(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    exactly(an, form, 1, "quasiquote takes exactly one form", "`x")
    return quasiquote(an, form.items[1], scope)


@special("unquote", "unquote-splicing")
def unquote(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    raise an.fail("stray-unquote", form, "~ outside a quasiquote", "put a ` in front of the template")


@special("do", "begin")
def do(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    return sequence(an, form, scope, tail)


@special("if")
def if_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if not 3 <= len(items) <= 4:
        at = items[4] if len(items) > 4 else form
        raise an.fail(
            "arity",
            at,
            "if takes a test, a then and an optional else",
            "(if test then else); several forms: (do ..)",
        )
    test = an.value(items[1], scope)
    warn_tested(an, test, "if")
    then = an.form(items[2], scope, tail)
    other = an.form(items[3], scope, tail) if len(items) == 4 else None
    return If(form.span, test, then, other)


@special("and", "or")
def logic(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    op = items[0].name if isinstance(items[0], Symbol) else "and"
    if len(items) == 1:
        return constant(True if op == "and" else None, form.span)
    if len(items) == 2:
        return an.form(items[1], scope, tail)
    args = an.values(items[1:-1], scope)
    for arg in args:
        warn_tested(an, arg, op)
    args.append(an.form(items[-1], scope, tail))
    return Logic(form.span, op, args)


@special("while")
def while_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) < 2:
        raise an.fail("arity", form, "while needs a test", "(while test body ..)")
    test = an.value(form.items[1], scope)
    warn_tested(an, test, "while")
    return While(form.span, test, statement(an, form.items[2:], scope, form))


def statement(an: Analyzer, forms: tuple[Form, ...], scope: Scope, form: Form) -> Node:
    """A body whose value nobody uses and from which no recur may leave."""
    return body(an, forms, Scope(scope), False, form.span)


@special("throw")
def throw(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    exactly(an, form, 1, "throw takes exactly one expression", '(throw (error "message"))')
    return Throw(form.span, an.value(form.items[1], scope))


@special("await")
def await_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    exactly(an, form, 1, "await takes exactly one expression", "(await promise)")
    if an.frame.kind in SYNCHRONOUS:
        raise an.fail(
            "await-here",
            form,
            f"await cannot stand in a {an.frame.kind}",
            "JavaScript runs it synchronously: await before, or in an async method",
        )
    with an.inside(auto=False):
        value = an.value(form.items[1], scope)
    return an.await_node(value, form.span)


@special("auto")
def auto(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    with an.inside(auto=True):
        return an.body(form.items[1:], scope, tail, form.span)


@special("yield", "yield*")
def yield_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    delegate = isinstance(form.items[0], Symbol) and form.items[0].name == "yield*"
    if len(form.items) > 2:
        raise an.fail("arity", form.items[2], "yield takes at most one expression", "(yield x)")
    if delegate and len(form.items) != 2:
        raise an.fail("arity", form, "yield* takes one iterable", "(yield* xs)")
    if an.frame.kind in ("top", *SYNCHRONOUS):
        raise an.fail("yield-here", form, "yield outside a function", "write it in the body of a fn or defn")
    an.frame.has_yield = True
    value = an.value(form.items[1], scope) if len(form.items) == 2 else None
    return Yield(form.span, value, delegate)


@special("new")
def new(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) < 2:
        raise an.fail("arity", form, "new needs a class", "(new Date 0)")
    return New(form.span, an.value(form.items[1], scope), an.values(form.items[2:], scope))


def is_named(form: Form, name: str) -> bool:
    return isinstance(form, Symbol) and form.name == name


@special("catch", "finally")
def stray(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    name = form.items[0].name if isinstance(form.items[0], Symbol) else "catch"
    raise an.fail(
        "bad-try", form.items[0], f"{name} outside of a try", "(try body .. (catch e ..) (finally ..))"
    )


@special("syntax-error")
def syntax_error(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """R7RS 4.3.3: a macro refuses its call."""
    from ...layout.write import write_form as form_text  # late: a start should not wait for the writer

    if len(form.items) < 2 or not isinstance(form.items[1], Str):
        raise an.fail(
            "arity", form, "syntax-error takes a message and forms", '(syntax-error "message" form ..)'
        )
    shown = " ".join([form_text(item) for item in form.items[2:]])
    span = form.span.expansion if form.span is not None and form.span.expansion is not None else form.span
    raise an.fail("syntax-error", span, form.items[1].value + (f": {shown}" if shown else ""))


@special(".", "..")
def dot(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(. o a [i] (m x))`: a path; a Symbol is a property, a vector an index, a list a method call."""
    items = form.items
    if len(items) < 3:
        raise an.fail(
            "arity", form, ". needs an object and a member", "(. obj prop), (. obj (method x)), (. obj [i])"
        )
    return path(an, an.value(items[1], scope), items[2:], scope, form)


def path(an: Analyzer, node: Node, steps: tuple[Form, ...], scope: Scope, form: List) -> Node:
    for step in steps:
        match step:
            case Symbol(name=name):
                plain = name[1:] if name[0] == "-" and len(name) > 1 else name
                node = an.property_chain(node, plain.split(".") if plain.strip(".") else [plain], form.span)
            case Keyword(name=name) | Str(value=name):
                node = an.property_chain(node, [name], form.span)
            case Vector(items=keys) if keys:
                key = index_key(an, keys, scope, step)
                if type(key) is Call and type(key.fn) is CoreRef and key.fn.name == "%pySlice":
                    node = Call(form.span, CoreRef(key.span, "%indexSlice"), [node, *key.args])
                else:
                    node = Index(form.span, node, key)
            case List(items=(Symbol(name=name), *args)):
                target = an.property_chain(node, name.lstrip(".").split("."), step.span)
                node = an.apply(target, an.values(args, scope), form.span)
            case List(items=(Vector(items=keys) as inner, *args)) if keys:
                target = Index(step.span, node, index_key(an, keys, scope, inner))
                node = an.apply(target, an.values(args, scope), form.span)
            case _:
                raise an.fail(
                    "bad-member", step, "not a member of an object", "write name, [index] or (method args ..)"
                )
    return node


def index_key(an: Analyzer, keys: tuple[Form, ...], scope: Scope, at: Form) -> Node:
    """`[k]` is a key, `[i j]` a Python tuple of keys; `(slice 1 3)` in brackets is a slice."""
    nodes: list[Node] = []
    for key in keys:
        if isinstance(key, List) and key.items and isinstance(key.items[0], Symbol):
            meaning = an.world.resolve(key.items[0], scope)
            if isinstance(meaning, CoreFn) and meaning.name == "slice":
                target = CoreRef(key.items[0].span, "%pySlice")
                nodes.append(Call(key.span, target, an.values(key.items[1:], scope)))
                continue
        nodes.append(an.value(key, scope))
    if len(nodes) == 1:
        return nodes[0]
    return Call(at.span, CoreRef(at.span, "index-tuple"), nodes)


@special("set!")
def set_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if (
        len(form.items) == 4
        and isinstance(form.items[2], (Symbol, Keyword))
        and isinstance(form.items[1], (Symbol, List))
    ):
        # (set! obj prop value) as in JavaScript-minded Lisps is not ours; say so precisely
        raise an.fail(
            "arity", form.items[3], "set! takes a place and a value", "write (set! (. obj prop) value)"
        )
    exactly(an, form, 2, "set! takes a place and a value", "(set! x 1), (set! (. obj prop) 1)")
    target, source = form.items[1:]
    if isinstance(target, Symbol):
        place = an.reference(target, scope) if "." in target.name else set_name(an, target, scope)
    elif isinstance(target, List) and target.items:
        place = an.value(target, scope)
    else:
        raise an.fail(
            "bad-place", target, "set! cannot assign to this", "a name, (. obj prop) or (. obj [key])"
        )
    value = an.value(source, scope)
    if isinstance(place, LocalRef):
        place.local.assigned = place.local.mutated = True
        if place.local.sources is not None:
            place.local.sources.append(value)
        return SetLocal(form.span, place.local, value)
    if isinstance(place, PyCall) and place.mode == "get" and place.path:
        owner: Node = (
            place.root if len(place.path) == 1 else PyCall(place.span, place.root, place.path[:-1], [], "get")
        )
        return SetPlace(form.span, Prop(place.span, owner, place.path[-1]), value)
    if isinstance(place, Call) and isinstance(place.fn, CoreRef):
        if place.fn.name == "%indexSlice":
            key = Call(place.span, CoreRef(place.span, "%pySlice"), place.args[1:])
            return SetPlace(form.span, Index(place.span, place.args[0], key), value)
        if place.fn.name in ("get", "aget", "nth") and len(place.args) == 2:
            return SetPlace(form.span, Index(place.span, place.args[0], place.args[1]), value)
    if isinstance(place, GlobalRef):
        an.reassigned.add(place.js)
    if isinstance(place, (GlobalRef, Prop, Index)):
        return SetPlace(form.span, place, value)
    raise an.fail("bad-place", target, "set! cannot assign to this", "a name, (. obj prop) or (. obj [key])")


def set_name(an: Analyzer, target: Symbol, scope: Scope) -> Node:
    node = an.reference(target, scope)
    if isinstance(node, CoreRef):
        raise an.fail(
            "set-core",
            target,
            f"{target.name} is a core function and cannot be assigned",
            f"(def {target.name} ..) makes your own",
        )
    if isinstance(node, JsRef):
        return Prop(target.span, JsRef(target.span, "globalThis"), node.name)
    return node


@special("delete!")
def delete(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) == 3:
        obj, key = an.values(form.items[1:], scope)
        return Delete(form.span, Index(form.span, obj, key))
    exactly(an, form, 1, "delete! takes a place", "(delete! (. obj prop)) or (delete! obj key)")
    place = an.value(form.items[1], scope)
    if not isinstance(place, (Prop, Index)):
        raise an.fail("bad-place", form.items[1], "delete! cannot delete this", "(delete! (. obj prop))")
    return Delete(form.span, place)


@special("with-meta*")
def with_meta(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """Metadata on an expression has no meaning at run time."""
    return an.form(form.items[1], scope, tail) if len(form.items) > 1 else nil(form.span)


@special("comment")
def comment(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    return nil(form.span)


@special("macroexpand", "macroexpand-1")
def macroexpand(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """A quoted form is expanded now, at compile time; any other by the running compiler."""
    exactly(an, form, 1, "macroexpand takes a form", "(macroexpand '(when a b))")
    quoted = form.items[1]
    name = form.items[0].name if isinstance(form.items[0], Symbol) else "macroexpand"
    once = name == "macroexpand-1"
    if not (isinstance(quoted, List) and len(quoted.items) == 2 and is_named(quoted.items[0], "quote")):
        return Call(form.span, CoreRef(form.span, name), [an.value(quoted, scope)])
    return an.quoted(an.world.macroexpand(an, quoted.items[1], scope, once))


@special("this-as")
def this_as(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) < 2 or not isinstance(form.items[1], Symbol):
        raise an.fail("bad-name", form, "this-as needs a name", "(this-as self body ..)")
    binding = Vector((form.items[1], Symbol("this", form.items[1].span)), form.items[1].span)
    return an.form(List((an.world.core("let", form.span), binding, *form.items[2:]), form.span), scope, tail)
