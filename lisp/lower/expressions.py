"""Lowering of literals, references, calls, property access and assignment.

In: a node. Out: an expression, as lowerer.py says.
"""

from __future__ import annotations

import re

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..emit.mangle import mangle
from ..emit.spelling import js_string
from ..forms import Span, Symbol
from ..nodes import Node
from ..nodes.facts import is_collection, is_object
from .data import data
from .fusing import LAST, fused
from .gathering import STEPS, gathered
from .lowerer import EFFECT, Dest, Lowerer, delivering, expression, label, null
from .questions import is_stable
from .types import is_javascript, type_of

IN_GLOBAL = " in globalThis"
COMPUTED = (n.Await, n.Call, n.Index, n.Lookup, n.MethodCall, n.PyCall, n.If, n.Let, n.Logic, n.Do)
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


@expression(n.Lit)
def lit(lw: Lowerer, node: n.Lit) -> Expr:
    if lw.module and node.text.endswith(IN_GLOBAL):  # defonce: a module's names are not on the global object
        name = Name(None, node.text.removesuffix(IN_GLOBAL).strip('"'), False)
        return ir.Binary(node.span, "!==", name, Text(None, "undefined"))
    return Text(node.span, node.text)


@expression(n.KeywordLit)
def keyword(lw: Lowerer, node: n.KeywordLit) -> Expr:
    return lw.keyword(node.name, node.span)


def string(text: str, at: Span | None = None) -> Text:
    return Text(at, js_string(text))


@expression(n.LocalRef)
def local_ref(lw: Lowerer, node: n.LocalRef) -> Expr:
    return lw.ref(node.local, node.span)


@expression(n.GlobalRef)
def global_ref(lw: Lowerer, node: n.GlobalRef) -> Expr:
    return Name(node.span, node.js, False, label(node.span, node.name))


@expression(n.CoreRef)
def core_ref(lw: Lowerer, node: n.CoreRef) -> Expr:
    name = node.name
    return lw.core(name[1:] if name[0] == "%" else mangle(name), node.span)


@expression(n.JsRef)
def js_ref(lw: Lowerer, node: n.JsRef) -> Expr:
    name = node.name
    if node.imported:
        return lw.host(name, node.span)
    if name[0] == "$":
        root, _, rest = name.partition(".")
        e: Expr = lw.host(root, node.span)
        return ir.Dot(node.span, e, rest) if rest else e
    if name == "this" and lw.method is not None and lw.own_this:
        return Name(node.span, lw.method.name_of_this(lw), True)
    return Name(node.span, name, name in ("this", "super", "globalThis", "new.target"))


@expression(n.DataLit)
def data_lit(lw: Lowerer, node: n.DataLit) -> Expr:
    assert node.form is not None
    return data(lw, node.form)


@expression(n.ArrayLit)
def array(lw: Lowerer, node: n.ArrayLit) -> Expr:
    return ir.Array(node.span, lw.args(node.items))


@expression(n.SetLit)
def set_lit(lw: Lowerer, node: n.SetLit) -> Expr:
    items = lw.args(node.items)
    if all(type_of(item) in ("num", "str", "bool", "nil", "fn") for item in node.items):
        return ir.CallExpr(node.span, Name(None, "Set"), [ir.Array(node.span, items)] if items else [], True)
    return ir.CallExpr(node.span, lw.core("hash_set"), items)


@expression(n.ObjectLit)
def obj(lw: Lowerer, node: n.ObjectLit) -> Expr:
    """An object; a Map where a key is written that is no name. The text of a computed key counts."""
    if not is_object(node):
        parts = [part for pair in node.pairs for part in pair]
        return ir.CallExpr(node.span, lw.core("hash_map"), lw.args(parts))
    flat: list[Node] = []
    for key, value in node.pairs:
        flat.append(name_of(key) or key)
        flat.append(value)
    made = lw.args(flat)
    pairs: list[tuple[str | Expr, Expr]] = []
    for at in range(len(node.pairs)):
        e, item = made[2 * at], made[2 * at + 1]
        if type(e) is Text and e.text[0] == '"':
            name = e.text[1:-1]
            if name == "__proto__":
                pairs.append((e, item))  # computed: an own property, not the prototype
            else:
                pairs.append((name if IDENTIFIER.fullmatch(name) else e.text, item))
        else:
            known = type_of(node.pairs[at][0]) in ("str", "num", "bool", "nil", "big")
            pairs.append((e if known else ir.CallExpr(e.at, lw.core("propKey"), [e]), item))
    return ir.Object(node.span, pairs)


def name_of(key: Node) -> n.Lit | None:
    """The string that a key of an object surely is: a string, a keyword, a quoted symbol."""
    if type(key) is n.Lit and key.ty == "str":
        return key
    name: str | None = None
    if type(key) is n.KeywordLit:
        name = key.name
    elif type(key) is n.DataLit and type(key.form) is Symbol:
        name = key.form.name
    return None if name is None else n.Lit(key.span, js_string(name), "str")


@expression(n.Template)
def template(lw: Lowerer, node: n.Template) -> Expr:
    holes = [part for part in node.parts if not isinstance(part, str)]
    made = iter(lw.args(holes))
    parts: list[str | Expr] = []
    for part in node.parts:
        if isinstance(part, str):
            parts.append(part)
            continue
        e = next(made)
        known = type_of(part) in ("str", "bool", "big") or (
            type(part) is n.Lit and type_of(part) == "num" and part.text != "-0"
        )
        parts.append(e if known else ir.CallExpr(part.span, lw.core("interpolate"), [e]))
    return ir.TemplateText(node.span, parts)


@expression(n.Spread)
def spread(lw: Lowerer, node: n.Spread) -> Expr:
    return ir.SpreadExpr(node.span, lw.expr(node.value))


@expression(n.Prop)
def prop(lw: Lowerer, node: n.Prop) -> Expr:
    return member(lw.expr(node.obj), node.name, node.span, asked(lw, node.obj, node.name))


def asked(lw: Lowerer, obj: Node, name: str) -> Name | None:
    """What the code tells that the Lisp reads a property of `obj`; None where that is surely JavaScript's."""
    if lw.plain or name[:1] == "#" or is_javascript(obj):
        return None
    if type(obj) is n.JsRef and obj.name == "this" and lw.plain_this:
        return None
    return lw.host("$read")


def member(e: Expr, name: str, at: Span | None, asked: Name | None = None) -> Expr:
    if IDENTIFIER.fullmatch(name) or (name[:1] == "#" and IDENTIFIER.fullmatch(name[1:])):
        return ir.Dot(at, e, name, asked)
    return ir.Sub(at, e, string(name), asked)


@expression(n.Index)
def index(lw: Lowerer, node: n.Index) -> Expr:
    o, key = lw.args([node.obj, node.key])
    if native_index(node):
        return ir.Sub(node.span, o, key)
    return ir.CallExpr(node.span, lw.core("index"), [o, key])


def native_index(node: n.Index) -> bool:
    """Is it surely a JavaScript array or object with a key that is a property key?"""
    return type_of(node.obj) in ("arr", "data", "str") and type_of(node.key) in ("num", "str")


@expression(n.Lookup)
def lookup(lw: Lowerer, node: n.Lookup) -> Expr:
    return ir.CallExpr(node.span, lw.core("lookup"), lw.args([node.obj, node.key]))


@expression(n.Call)
def call(lw: Lowerer, node: n.Call) -> Expr:
    fn = node.fn
    if type(fn) is n.CoreRef:
        if fn.name in LAST:
            loop = fused(node, lw.name_of)
            if loop is not None:
                return lw.expr(loop)
        args = gathered(node, fn.name) if fn.name in STEPS else node.args
        return ir.CallExpr(node.span, core_ref(lw, fn), lw.args(args))
    made = lw.args([fn, *node.args])
    if 1 <= len(node.args) <= 2:
        if (type_of(fn) in ("arr", "data") and type(fn) is not n.Lit) or is_collection(fn):
            return ir.CallExpr(node.span, lw.core("get"), made)
        if type(fn) is n.GlobalRef and fn.is_collection:
            return ir.CallExpr(node.span, lw.core("invoke"), made)
        unknown = unknown_callee(fn)
        if unknown is not None and not any(type(arg) is n.Spread for arg in node.args):
            callee = ir.CallExpr(fn.span, lw.core("callable"), [made[0], string(unknown)])
            return ir.CallExpr(node.span, callee, made[1:])
    if type(made[0]) is ir.Text and made[0].text.startswith("-"):
        made[0] = lw.spill(made[0], "f")  # -1(x) would be read as -(1(x))
    return ir.CallExpr(node.span, made[0], made[1:])


def unknown_callee(fn: Node) -> str | None:
    """What messages call a callee that may be data: `(m :a)` then looks up, `((first ms) :a)` too. None for a
    known function."""
    if type(fn) is n.LocalRef and type_of(fn) == "any" and not fn.local.is_python:
        return mangle(fn.local.name)
    if type(fn) is n.GlobalRef:
        return mangle(fn.name) if fn.may_be_data else None
    if type(fn) is n.Call and type(fn.fn) in (n.CoreRef, n.GlobalRef, n.LocalRef):
        head = fn.fn
        return f"({head.local.name if type(head) is n.LocalRef else head.name} ..)"  # type: ignore[attr-defined]
    if type(fn) is n.Lookup and type(fn.key) is n.KeywordLit:
        return f"(:{fn.key.name} ..)"
    return "(..)" if isinstance(fn, COMPUTED) and type_of(fn) == "any" else None


@expression(n.NamedCall)
def named_call(lw: Lowerer, node: n.NamedCall) -> Expr:
    made = lw.args([node.fn, *node.args])
    e: Expr = ir.CallExpr(node.span, made[0], made[1:])
    return awaited(lw, e, node.span) if node.frame.has_await else e


@expression(n.New)
def new(lw: Lowerer, node: n.New) -> Expr:
    made = lw.args([node.fn, *node.args])
    return ir.CallExpr(node.span, made[0], made[1:], True)


@expression(n.MethodCall)
def method_call(lw: Lowerer, node: n.MethodCall) -> Expr:
    """Receiver, method lookup, arguments: natively, or spilled in that order around Reflect.apply."""
    key = node.key
    heads: list[Expr]
    heads = lw.args([node.obj]) if isinstance(key, str) else lw.args([node.obj, key])
    is_super = type(heads[0]) is Name and heads[0].text == "super"
    before = len(lw.stmts)
    args = lw.args(node.args)
    if isinstance(key, str):
        native = True
    else:
        native = type_of(node.obj) in ("arr", "data") or type_of(key) in ("num", "str")
    if len(lw.stmts) > before and not is_super:
        later: list[Stmt] = lw.stmts[before:]
        del lw.stmts[before:]
        o = heads[0] if is_stable(heads[0]) else lw.spill(heads[0], "o")
        method = lw.spill(
            method_of(lw, node, [o, *heads[1:]], native), key if isinstance(key, str) else "method"
        )
        lw.stmts.extend(later)
        target = ir.Dot(None, Name(None, "Reflect"), "apply")
        return ir.CallExpr(node.span, target, [method, o, ir.Array(None, args)])
    if native:
        return ir.CallExpr(node.span, method_of(lw, node, heads, True), args)
    return ir.CallExpr(node.span, lw.core("callMethod"), [heads[0], heads[1], *args])


def method_of(lw: Lowerer, node: n.MethodCall, heads: list[Expr], native: bool) -> Expr:
    if isinstance(node.key, str):
        return member(heads[0], node.key, node.span, asked(lw, node.obj, node.key))
    if native:
        return ir.Sub(node.span, heads[0], heads[1])
    return ir.CallExpr(node.span, lw.core("index"), heads)


@expression(n.PyCall)
def py_call(lw: Lowerer, node: n.PyCall) -> Expr:
    made = lw.args([node.root, *node.args])
    path = ir.Array(None, [string(part) for part in node.path])
    target = ir.Dot(None, lw.host("$py", None), node.mode)
    if node.mode == "get":
        return ir.CallExpr(node.span, target, [made[0], path])
    return ir.CallExpr(node.span, target, [made[0], path, ir.Array(None, made[1:])])


def awaited(lw: Lowerer, e: Expr, at: Span | None) -> Expr:
    e = until(lw, e)
    if lw.await_wrapper:
        e = ir.CallExpr(at, lw.host("$w"), [e])
    return ir.AwaitExpr(at, e)


def until(lw: Lowerer, e: Expr) -> Expr:
    """What is awaited in the body of an asynchronous manager: where Python ends the block, it is left."""
    for block in reversed(lw.blocks):
        e = ir.CallExpr(None, ir.Dot(None, block, "until"), [e])
    return e


@expression(n.Await)
def await_(lw: Lowerer, node: n.Await) -> Expr:
    value = node.value
    if is_own_promise(value):  # its own awaits are wrapped, so an interrupt comes through it
        return ir.AwaitExpr(node.span, until(lw, lw.expr(value)))
    return awaited(lw, lw.expr(value), node.span)


def is_own_promise(node: Node) -> bool:
    """Is it a call of an async function that this compiler has made?"""
    if type(node) is not n.Call:
        return False
    fn = node.fn
    if type(fn) is n.LocalRef:
        return fn.local.is_async_fn and not fn.local.assigned
    return type(fn) is n.GlobalRef and fn.is_async_fn


@expression(n.CheckAwait)
def check_await(lw: Lowerer, node: n.CheckAwait) -> Expr:
    if type_of(node.value) not in ("any", "data"):
        return lw.expr(node.value)
    v = lw.simple(lw.expr(node.value))
    return ir.Cond(
        node.span, ir.CallExpr(node.span, lw.core("isThenable"), [v]), awaited(lw, v, node.span), v
    )


@expression(n.Yield)
def yield_(lw: Lowerer, node: n.Yield) -> Expr:
    value = lw.expr(node.value) if node.value is not None else None
    return ir.YieldExpr(node.span, value, node.delegate)


# -- assignment -----------------------------------------------------------------------------------


@expression(n.SetLocal)
def set_local(lw: Lowerer, node: n.SetLocal) -> Expr:
    value = lw.expr(node.value)
    return ir.AssignExpr(node.span, lw.ref(node.local, node.span), value)


@expression(n.SetPlace)
def set_place(lw: Lowerer, node: n.SetPlace) -> Expr:
    place = node.place
    if isinstance(place, n.GlobalRef):
        return ir.AssignExpr(node.span, global_ref(lw, place), lw.expr(node.value))
    if isinstance(place, n.Prop):
        o, value = lw.args([place.obj, node.value])
        return ir.AssignExpr(node.span, member(o, place.name, place.span), value)
    assert isinstance(place, n.Index)
    o, key, value = lw.args([place.obj, place.key, node.value])
    if native_index(place):
        return ir.AssignExpr(node.span, ir.Sub(place.span, o, key), value)
    return ir.CallExpr(node.span, lw.core("setIndex"), [o, key, value])


@expression(n.Delete)
def delete(lw: Lowerer, node: n.Delete) -> Expr:
    place = node.place
    if isinstance(place, n.Prop):
        return ir.Unary(node.span, "delete ", member(lw.expr(place.obj), place.name, place.span))
    assert isinstance(place, n.Index)
    o, key = lw.args([place.obj, place.key])
    if native_index(place):
        return ir.Unary(node.span, "delete ", ir.Sub(place.span, o, key))
    return ir.CallExpr(node.span, lw.core("deleteIndex"), [o, key])


@delivering(n.Nothing)
def nothing(lw: Lowerer, node: n.Nothing, dest: Dest) -> None:
    if dest.kind == "effect":
        lw.leave(dest)
    else:
        lw.finish(Text(node.span, "undefined"), dest, node.span)


@delivering(n.JsImport)
def js_import(lw: Lowerer, node: n.JsImport, dest: Dest) -> None:
    what = [lw.expr(node.spec)]
    if node.reload:
        what.append(Text(node.span, f'{{ reload: "{node.reload}" }}'))
    loaded = awaited(lw, ir.CallExpr(node.span, lw.host("$import"), what), node.span)
    whole = next((js for prop_, js in node.names if prop_ is None), None)
    here: Expr
    if len(node.names) == 1 and node.names[0][0] != "default":
        prop_, js = node.names[0]
        target = lw.global_place(js, node.span)
        lw.stmts.append(
            ir.Assign(node.span, target, loaded if prop_ is None else member(loaded, prop_, node.span))
        )
    elif node.names:
        here = lw.spill(loaded, "module")
        if whole is not None:
            lw.stmts.append(ir.Assign(node.span, lw.global_place(whole, node.span), here))
        for prop_, js in node.names:
            if prop_ is not None:
                target = lw.global_place(js, node.span)
                value: Expr = member(here, prop_, node.span)
                if prop_ == "default":
                    # What `require` gives of a CommonJS package is its default export.
                    value = ir.Binary(node.span, "??", value, here)
                lw.stmts.append(ir.Assign(node.span, target, value))
    else:
        lw.stmts.append(ir.Do(node.span, loaded))
    if dest is EFFECT or dest.kind == "effect":
        lw.leave(dest)
    else:
        lw.finish(Text(node.span, "undefined") if dest.kind == "return" else null(node.span), dest, node.span)
