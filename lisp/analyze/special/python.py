"""Calls of Python: py-> py.async py.eval py.exec.

In: a form. Out: calls as the bridge knows them (`PyCall`), or methods of `$py`.
"""

from __future__ import annotations

from ...forms import List, Str, Symbol
from ...nodes import JsRef, MethodCall, Node, Prop, PyCall
from ..analyzer import Analyzer
from ..rules import special
from ..scope import Scope
from .core import exactly


@special("py->")
def py_arrow(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(py-> o m args ..)` is `(await (.m o args ..))`; m may be dotted."""
    items = form.items
    if len(items) < 3 or not isinstance(items[2], (Symbol, Str)):
        at = items[2] if len(items) > 2 else form
        raise an.fail(
            "arity", at, "py-> takes an object, a method name and arguments", "(py-> np sum [1 2 3])"
        )
    name = items[2].name if isinstance(items[2], Symbol) else items[2].value
    target = an.property_chain(an.value(items[1], scope), name.lstrip(".").split("."), items[2].span)
    with an.inside(auto=False):
        node = an.apply(target, an.values(items[3:], scope), form.span)
    return an.await_node(node, form.span)


@special("py.async")
def py_async(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) < 2:
        raise an.fail("arity", form, "py.async needs a function", "(py.async f x :k v)")
    target = an.value(form.items[1], scope)
    args = an.values(form.items[2:], scope)
    if isinstance(target, PyCall) and target.mode == "get":
        return PyCall(form.span, target.root, target.path, args, "async")
    if isinstance(target, Prop):
        return PyCall(form.span, target.obj, [target.name], args, "async")
    return PyCall(form.span, target, [], args, "async")


@special("py.eval", "py.exec")
def py_eval(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    name = form.items[0].name if isinstance(form.items[0], Symbol) else "py.eval"
    exactly(an, form, 1, f"{name} takes Python source text", f'({name} "1 + 1")')
    return MethodCall(form.span, JsRef(form.span, "$py"), name[3:], [an.value(form.items[1], scope)])
