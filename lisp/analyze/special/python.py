"""Calls of Python: py-> py.async py.eval py.exec; functions that are Python's: py.fn py.defn.

In: a form. Out: calls as the bridge knows them (`PyCall`), methods of `$py`, or a function that is made there
(`PyFn`).
"""

from __future__ import annotations

import builtins
from types import NoneType

from ...forms import Form, Keyword, List, Map, Str, Symbol, Vector, plain
from ...nodes import Define, JsRef, Local, MethodCall, Node, Prop, PyCall, PyFn
from ..analyzer import Analyzer
from ..rules import SPECIALS, special
from ..scope import CoreFn, Scope, Special
from .core import exactly
from .functions import build_fn, clauses_of


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


# -- functions that are Python's ------------------------------------------------------------------


def py_fn(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(py.fn name? "doc"? [x] body ..)`: as `fn`."""
    items = form.items[1:]
    name = plain(items[0]) if items else None
    if isinstance(name, Symbol):
        items = items[1:]
    doc: str | None = None
    if len(items) > 1 and isinstance(items[0], Str):
        doc, items = items[0].value, items[1:]
    return python_function(an, form, items, name if isinstance(name, Symbol) else None, doc, scope)


@special("py.defn")
def py_defn(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(py.defn name "doc"? [x] body ..)`: a global."""
    items = form.items[1:]
    name = plain(items[0]) if items else None
    if not isinstance(name, Symbol) or "." in name.name:
        raise an.fail("bad-function", form, "py.defn needs a name", "(py.defn name [x] body ..)")
    if an.block is not None:
        hint = f"(define {name.name} (py.fn [x] ..)) is local"
        raise an.fail("bad-function", form, "py.defn defines a global, and stands at the top level", hint)
    items = items[1:]
    doc: str | None = None
    if len(items) > 1 and isinstance(items[0], Str):
        doc, items = items[0].value, items[1:]
    an.world.check_binder(name, defining=True)
    known = an.world.define(an, name, is_python=True)
    made = python_function(an, form, items, name, doc, scope)
    an.world.describe(known, made, doc)
    return Define(form.span, name.name, known.js, made)


def python_function(
    an: Analyzer, form: List, forms: tuple[Form, ...], name: Symbol | None, doc: str | None, scope: Scope
) -> PyFn:
    """The function, in which its name means itself."""
    clauses = clauses_of(an, unannotated(forms), form)
    inner = Scope(scope) if name is not None else scope
    own = an.local(name, inner) if name is not None else None
    with an.inside(auto=False):
        fn = build_fn(an, clauses, form, inner, name.name if name else None)
    fn.self_local = own
    fn.doc = doc
    if own is not None and not own.assigned:
        own.sources = [fn]
    made = PyFn(form.span, fn)
    if len(fn.arities) == 1:
        annotate(an, made, forms[0], scope)
    return made


def unannotated(forms: tuple[Form, ...]) -> tuple[Form, ...]:
    """`^float [x]` says what is returned; the parameters are `[x]`."""
    return (plain(forms[0]), *forms[1:]) if forms else forms


def annotate(an: Analyzer, made: PyFn, params: Form, scope: Scope) -> None:
    """What the metadata of parameters says is their annotation: `^float x`, `^{:tag np.ndarray} x`."""
    made.returns = tag(an, params, scope)
    arity = made.fn.arities[0]
    locals_: list[Local] = [param.local for param in arity.params] + ([arity.rest] if arity.rest else [])
    bare = plain(params)
    items = (
        [item for item in bare.items if plain(item) != Symbol("&")]
        if isinstance(bare, (List, Vector))
        else []
    )
    for item, local in zip(items, locals_, strict=False):
        bare = plain(item)
        inner = bare.items[0] if isinstance(bare, List) and bare.items else item
        found = tag(an, item, scope) or tag(an, inner, scope)
        if found is not None:
            made.annotations[local] = found


def tag(an: Analyzer, form: Form, scope: Scope) -> Node | None:
    """The value of `:tag` in a form's metadata; a name that only Python knows is Python's."""
    match form:
        case List(items=(Symbol(name="with-meta*"), _, Map(items=entries))):
            for key, value in zip(entries[::2], entries[1::2], strict=True):
                if key == Keyword("tag"):
                    if (
                        isinstance(value, Symbol)
                        and hasattr(builtins, value.name)
                        and isinstance(an.world.resolve(value, scope), (CoreFn, NoneType))
                    ):
                        return PyCall(value.span, JsRef(value.span, "$py.builtins"), [value.name], [], "get")
                    return an.value(value, scope)
    return None


def fn_of_python(an: Analyzer, symbol: Symbol) -> Node:
    """`py.fn` that is not called: Python's global `fn`."""
    return an.property_chain(JsRef(symbol.span, "$py.builtins"), ["fn"], symbol.span)


SPECIALS["py.fn"] = Special("py.fn", py_fn, as_value=fn_of_python)
