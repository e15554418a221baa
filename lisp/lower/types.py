"""Which values are surely numbers, booleans, strings: a small flow-insensitive inference.

In: the locals of a unit with the nodes they may hold. Out: `Local.type` for each; then `type_of(node)`.
A loop variable that starts as a number and is only ever updated by arithmetic on numbers is a number, so
its arithmetic needs no checks. "any" may be anything, also a Python object; None means no value at all
(a `recur`, a `throw`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import nodes as n
from ..emit.mangle import JS_GLOBALS
from ..nodes import Node, Type
from ..nodes.core_facts import JS_RETURNS, RETURNS
from ..nodes.facts import is_object
from ..stack import apart, full

TRUTHY = {"num", "str", "big", "arr", "data", "fn"}
JOINED = {"num", "str", "bool", "big"}  # what `+` joins to a string; anything else it looks at
NATIVE = {"num", "str", "bool", "nil", "big", "arr", "data", "fn"}  # surely no Python object


def join(a: Type | None, b: Type | None) -> Type | None:
    if a is None:
        return b
    if b is None or a == b:
        return a
    return "any"


def infer(locals_: list[n.Local]) -> None:
    """Give every local its type: the least fixed point, starting from "no value yet"."""
    work = []
    for local in locals_:
        if local.sources is None:
            local.type = "any"
        else:
            local.type = None
            work.append(local)
    changed = True
    rounds = 0
    while changed:
        changed = False
        rounds += 1
        for local in work:
            if local.type == "any":
                continue
            found: Type | None = local.type
            for source in local.sources or ():
                found = join(found, _type(source))
            if rounds > 20:
                found = "any"
            if found != local.type:
                local.type = found
                changed = True
    for local in work:
        if local.type is None:
            local.type = "any"


def type_of(node: Node) -> Type | None:
    """The type of a node's value, once `infer` has run."""
    if node.ty is None:
        node.ty = _type(node)
    return node.ty


def _type(node: Node) -> Type | None:
    if node.ty is not None:
        return node.ty
    kind = type(node)
    rule = _RULES.get(kind)
    if rule is None:
        return "any"
    return apart(_type, node) if kind in _NESTED and full() else rule(node)


def is_javascript(node: Node, depth: int = 0) -> bool:
    """Is it surely no Python object: a global of JavaScript's own, what it holds or makes, a module?"""
    match node:
        case n.JsRef(name=name):
            return name in JS_GLOBALS or name[0] == "$" or node.imported or name in ("super", "new.target")
        case n.GlobalRef():
            return node.is_module
        case n.Prop(obj=n.JsRef(name=name)):
            return name in JS_GLOBALS and name != "globalThis"
        case n.New(fn=n.JsRef(name=name)):
            return name in JS_GLOBALS and name != "Proxy"
        case n.LocalRef(local=local) if local.sources and depth < 8 and type_of(node) not in NATIVE:
            return all(is_javascript(source, depth + 1) for source in local.sources)
    return type_of(node) in NATIVE


def _op(node: n.Op) -> Type | None:
    op = node.op
    args = node.args
    if op in ("+", "-", "*", "/", "**", "mod", "rem", "quot", "inc", "dec", "neg"):
        kinds = []
        for arg in args:
            kinds.append(_type(arg))  # noqa: PERF401
        if None in kinds:
            return None
        if all(kind == "num" for kind in kinds):
            return "num"
        if op == "+" and "str" in kinds and all(kind in JOINED for kind in kinds):
            return "str"
        return "any"
    if op in ("<", "<=", ">", ">=", "=", "==", "not="):
        for arg in args:
            kind = _type(arg)
            if op in ("=", "==", "not=") and len(args) == 2 and kind in ("bool", "nil", "fn"):
                return "bool"
            if kind not in NATIVE:
                return "any"
        return "bool"
    return "str" if op == "typeof" else "bool"


def _logic(node: n.Logic) -> Type | None:
    found: Type | None = None
    for arg in node.args:
        found = join(found, _type(arg))
    return found


def _if(node: n.If) -> Type | None:
    return join(_type(node.then), _type(node.other) if node.other is not None else "nil")


def _call(node: n.Call) -> Type | None:
    fn = node.fn
    if type(fn) is n.CoreRef:
        return RETURNS.get(fn.name, "any")
    if type(fn) is n.JsRef:
        return JS_RETURNS.get(fn.name, "any")
    if type(fn) is n.LocalRef and fn.local.result is not None:
        return fn.local.result.type
    return "any"


def _math(node: n.MethodCall | n.Prop) -> Type | None:
    """`Math.PI`, `(Math.floor x)`: numbers, whatever they are given."""
    return "num" if type(node.obj) is n.JsRef and node.obj.name == "Math" else "any"


def _try(node: n.Try) -> Type | None:
    found = _type(node.body)
    for clause in node.catches:
        found = join(found, _type(clause.body))
    return found


def _always(kind: Type | None) -> Callable[[Any], Type | None]:
    return lambda node: kind


_RULES: dict[type, Callable[[Any], Type | None]] = {
    n.LocalRef: lambda node: node.local.type,
    n.Op: _op,
    n.Logic: _logic,
    n.If: _if,
    n.Call: _call,
    n.MethodCall: _math,
    n.Prop: _math,
    n.Do: lambda node: _type(node.body[-1]),
    n.Let: lambda node: _type(node.body),
    n.Letfn: lambda node: _type(node.body),
    n.Loop: lambda node: _type(node.body),
    n.Try: _try,
    n.SetLocal: lambda node: _type(node.value),
    n.SetPlace: lambda node: _type(node.value),
    n.KeywordLit: _always("fn"),
    n.Fn: _always("fn"),
    n.Class: _always("fn"),
    n.ArrayLit: _always("arr"),
    n.ObjectLit: lambda node: "data" if is_object(node) else "any",  # a Map is not indexed natively
    n.SetLit: _always("data"),
    n.DataLit: _always("data"),
    n.Template: _always("str"),
    n.Recur: _always(None),
    n.Throw: _always(None),
    n.While: _always("nil"),
    n.Define: _always("any"),
    n.For: lambda node: "arr" if node.collect else "nil",
}
_NESTED = {
    n.Op,
    n.Logic,
    n.If,
    n.Do,
    n.Let,
    n.Letfn,
    n.Loop,
    n.Try,
    n.SetLocal,
    n.SetPlace,
}  # ask further nodes
