"""The look of a loop at the interrupt flag: in every turn, or once in 512 where a turn is surely short.

In: a loop's test and body, as nodes and as made. Out: the loop with its look, where polls are on.

    while (i < n) {                                             while (f(i)) {
      for (let turn = 0; turn < 512 && i < n; turn++) i++;        if ($flag[0] !== 0) break;
      if ($flag[0] !== 0) break;                                  i++;
    }                                                           }

It comes first in a turn, since a `continue` would pass by one at the end.

A turn is short that only counts: it calls nothing of anybody's (at most the twin of a function that only
counts, and not in a loop) and reads no property, so 512 of them take
microseconds. Any other may take as long as it likes, a turn of a loop around a loop too.
"""

from __future__ import annotations

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Stmt, Text
from ..forms import Span
from ..nodes import Node
from ..stack import apart_when_full
from .lowerer import Lowerer
from .types import type_of

TURNS = "512"
LEFT = "%leftOf"  # the last that happens in a loop (see fusing.py)
COUNTED = ("num", "bool", "nil")
REPEATED = frozenset({
    "+", "-", "*", "/", "**", "mod", "rem", "quot", "inc", "dec", "neg", "<", "<=", ">", ">=", "=", "==",
    "not=", "not", "identical?", "nil?", "some?", "true?", "false?", "zero?", "pos?", "neg?", "even?", "odd?",
    "number?", "%number", "%whole", "%even", "%odd",
})  # fmt: skip


def poll(lw: Lowerer) -> list[Stmt]:
    if not lw.polls:
        return []
    return [ir.IfStmt(None, flag(lw), [ir.Break(None)], [])]


def flag(lw: Lowerer) -> Expr:
    return ir.Binary(None, "!==", ir.Sub(None, lw.host("$flag"), Text(None, "0")), Text(None, "0"))


def after_poll(lw: Lowerer, certain: bool = False) -> None:
    """After a polled loop: was it left because of an interrupt?"""
    if not lw.polls:
        return
    throw = ir.ThrowStmt(None, ir.CallExpr(None, lw.core("interrupt"), []))
    lw.stmts.append(throw if certain else ir.IfStmt(None, flag(lw), [throw], []))


def while_loop(lw: Lowerer, at: Span | None, cond: Expr, body: list[Stmt], short: bool) -> ir.WhileStmt:
    """`while (cond) body` with its look; nothing but its test ends it."""
    if not short:
        return ir.WhileStmt(at, cond, poll(lw) + body)
    return ir.WhileStmt(
        at, cond, [ir.ForCount(None, lw.fresh("turn"), Text(None, TURNS), body, also=cond), *poll(lw)]
    )


def endless_loop(lw: Lowerer, at: Span | None, body: list[Stmt], exit_: ir.Exit, short: bool) -> ir.WhileStmt:
    """`while (true) body` with its look; the body leaves it by `exit_`, labelled where it is short."""
    if not short:
        return ir.WhileStmt(at, Text(None, "true"), poll(lw) + body, exit_)
    turns = ir.ForCount(None, lw.fresh("turn"), Text(None, TURNS), body)
    return ir.WhileStmt(at, Text(None, "true"), [turns, *poll(lw)], exit_)


@apart_when_full
def is_short(node: Node) -> bool:
    """Does it only count: numbers and truth values, kept in locals, without a call or a loop?"""
    match node:
        case n.Lit() | n.LocalRef():
            return type_of(node) in COUNTED
        case n.Op():
            return node.op in REPEATED and all_short(node.args)
        case n.Index(obj=n.LocalRef()):
            return type_of(node.obj) == "arr" and is_short(node.key)
        case n.Prop(obj=n.LocalRef()):
            return node.ty == "num" and type_of(node.obj) == "arr"
        case n.If():
            return (
                is_short(node.test) and is_short(node.then) and (node.other is None or is_short(node.other))
            )
        case n.Logic() | n.Recur():
            return all_short(node.args)
        case n.Call(fn=n.LocalRef(local=local)):
            return local.is_quick and all_short(node.args)
        case n.Call(fn=n.CoreRef(name=name)):
            return name == LEFT
        case n.Do():
            return all_short(node.body)
        case n.SetLocal():
            return is_short(node.value)
        case n.Let():
            for step in node.binds:
                if (
                    step.init is None
                    or step.default is not None
                    or step.elements is not None
                    or not is_short(step.init)
                ):
                    return False
            return is_short(node.body)
    return False


def all_short(nodes: list[Node]) -> bool:
    # a plain loop: all() over a generator would put C frames between the levels of a deep program
    for node in nodes:  # noqa: SIM110
        if not is_short(node):
            return False
    return True
