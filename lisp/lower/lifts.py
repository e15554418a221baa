"""Which nodes need statements: `lifts(node)` says that lowering it as an expression would emit some.

In: a node. Out: a bool, kept on the node. It chooses between `a ? b : c` and `if`, and never affects
meaning: lowering copes with statements wherever they turn up (an arm that emits some after all
becomes a branch of an `if`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import nodes as n
from ..nodes import Node
from ..stack import apart, full
from .types import type_of

TREE = {"+", "-", "*", "/", "**", "mod", "inc", "dec", "neg"}


def lifts(node: Node) -> bool:
    if node.lift is None:
        rule = _RULES.get(type(node))
        if rule is None:
            node.lift = True
        elif rule is _never:
            node.lift = False
        else:
            node.lift = apart(lifts, node) if full() else rule(node)
    return node.lift


def _any(items: list[Node]) -> bool:
    for item in items:  # noqa: SIM110
        if lifts(item):
            return True
    return False


def _map(node: n.ObjectLit) -> bool:
    for key, value in node.pairs:  # noqa: SIM110
        if lifts(key) or lifts(value):
            return True
    return False


def simple(node: Node) -> bool:
    return type(node) in (n.LocalRef, n.Lit, n.GlobalRef)


def _op(node: n.Op) -> bool:
    for arg in node.args:
        if lifts(arg):
            return True
    if node.op in TREE:
        kinds = [type_of(arg) for arg in node.args]
        if all(kind == "num" for kind in kinds):
            return False
        return any(
            not simple(arg) and kind == "any" and not (type(arg) is n.Op and arg.op in TREE)
            for arg, kind in zip(node.args, kinds, strict=True)
        )
    # a chain uses its inner operands twice
    return len(node.args) > 2 and not all(simple(arg) for arg in node.args)


def _logic(node: n.Logic) -> bool:
    for arg in node.args:
        if lifts(arg):
            return True
    return any(type_of(arg) != "bool" and not simple(arg) for arg in node.args[:-1])


def _if(node: n.If) -> bool:
    return lifts(node.test) or lifts(node.then) or (node.other is not None and lifts(node.other))


def _never(node: Any) -> bool:
    return False


_RULES: dict[type, Callable[[Any], bool]] = {
    n.Lit: _never,
    n.KeywordLit: _never,
    n.LocalRef: _never,
    n.GlobalRef: _never,
    n.CoreRef: _never,
    n.JsRef: _never,
    n.DataLit: _never,
    n.Fn: _never,
    n.Class: lambda node: node.parent is not None and lifts(node.parent),
    n.ArrayLit: lambda node: _any(node.items),
    n.SetLit: lambda node: _any(node.items),
    n.ObjectLit: _map,
    n.Template: lambda node: _any([p for p in node.parts if not isinstance(p, str)]),
    n.Spread: lambda node: lifts(node.value),
    n.Prop: lambda node: lifts(node.obj),
    n.Index: lambda node: lifts(node.obj) or lifts(node.key),
    n.Lookup: lambda node: lifts(node.obj) or lifts(node.key),
    n.Call: lambda node: lifts(node.fn) or _any(node.args),
    n.NamedCall: lambda node: _any(node.args),
    n.MethodCall: lambda node: (
        lifts(node.obj) or _any(node.args) or (isinstance(node.key, Node) and lifts(node.key))
    ),
    n.New: lambda node: lifts(node.fn) or _any(node.args),
    n.PyCall: lambda node: lifts(node.root) or _any(node.args),
    n.Op: _op,
    n.If: _if,
    n.Logic: _logic,
    n.Do: lambda node: len(node.body) > 1 or lifts(node.body[0]),
    n.Await: lambda node: lifts(node.value),
    n.CheckAwait: lambda node: True,
    n.Yield: lambda node: node.value is not None and lifts(node.value),
    n.SetLocal: lambda node: lifts(node.value),
    n.SetPlace: lambda node: lifts(node.place) or lifts(node.value),
    n.Delete: lambda node: lifts(node.place),
}
