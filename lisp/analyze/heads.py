"""Calls whose head is no name of a function: `(:k m)`, `({:a 1} :a)`, `(.method o x)`, `(Date. 0)`.

In: the head and the call. Out: a node, or None for a name that means something after all.
"""

from __future__ import annotations

from ..emit.spelling import string
from ..forms import Form, Keyword, List, Map, Set, Symbol, Vector
from ..nodes import Call, CoreRef, New, Node
from .analyzer import Analyzer
from .operators import warn_unawaited
from .rules import heads_call
from .scope import Scope


@heads_call(Keyword)
def keyword_call(an: Analyzer, head: Keyword, form: List, scope: Scope) -> Node:
    args = an.values(form.items[1:], scope)
    if not 1 <= len(args) <= 2:
        raise an.fail("arity", form, f":{head.name} takes an object and an optional default")
    warn_unawaited(an, args[0], f":{head.name}")
    key = string(head.name, head.span)
    return Call(form.span, CoreRef(head.span, "get"), [args[0], key, *args[1:]])


@heads_call(Vector, Map, Set)
def data_call(an: Analyzer, head: Form, form: List, scope: Scope) -> Node:
    """`({:a 1} :a)`, `([10 20] 1)`, `(#{1} 1)`: data in head position is looked up."""
    args = an.values(form.items, scope)
    if not 2 <= len(args) <= 3:
        raise an.fail("arity", form, "data is called with a key and an optional default")
    return Call(form.span, CoreRef(head.span, "get"), args)


@heads_call(Symbol)
def shorthand(an: Analyzer, head: Symbol, form: List, scope: Scope) -> Node | None:
    """`(.method o)` and `(Class. x)`; None for any other name without a meaning."""
    name = head.name
    if name[0] == "." and len(name) > 1:
        return method_shorthand(an, head, form, scope)
    if name[-1] == "." and len(name) > 1 and name != "..":
        cls = an.reference(Symbol(name[:-1], head.span, head.marks), scope)
        return New(form.span, cls, an.values(form.items[1:], scope))
    return None


def method_shorthand(an: Analyzer, head: Symbol, form: List, scope: Scope) -> Node:
    """`(.-prop o)` and `(.method o args)`; the method may be a path."""
    items = form.items
    name = head.name
    if len(items) < 2:
        raise an.fail("arity", form, f"({name}) has no object", f"write ({name} object)")
    if name.startswith(".-") and len(name) > 2:
        if len(items) > 2:
            raise an.fail("arity", items[2], f"{name} reads a property and takes only an object")
        return an.property_chain(an.value(items[1], scope), name[2:].split("."), form.span)
    obj = an.value(items[1], scope)
    path = name[1:].split(".")
    if not all(path):
        raise an.fail("bad-name", head, f"{name} is not a method name")
    return an.apply(an.property_chain(obj, path, head.span), an.values(items[2:], scope), form.span)
