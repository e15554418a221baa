"""Lowering of throw and try.

In: a node and a destination. Out: statements; all clauses of a try are one JavaScript catch.
"""

from __future__ import annotations

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt
from .lowerer import EFFECT, Dest, Lowerer, delivering, expression, null
from .questions import ends


@delivering(n.Throw)
def throw_into(lw: Lowerer, node: n.Throw, dest: Dest) -> None:
    lw.stmts.append(ir.ThrowStmt(node.span, lw.expr(node.value)))


@expression(n.Throw)
def throw_expr(lw: Lowerer, node: n.Throw) -> Expr:
    throw_into(lw, node, EFFECT)
    return null(node.span)


@delivering(n.Try)
def try_into(lw: Lowerer, node: n.Try, dest: Dest) -> None:
    with lw.inside(tries=lw.tries + 1):
        body = lw.block(node.body, dest)
    param: str | None = None
    handler: list[Stmt] | None = None
    if node.catches:
        with lw.inside(tries=lw.tries + (node.final is not None)):
            param, handler = catch_all(lw, node, dest)
    final = lw.block(node.final, EFFECT) if node.final is not None else None
    lw.stmts.append(ir.TryStmt(node.span, body, param, handler, final))


def catch_all(lw: Lowerer, node: n.Try, dest: Dest) -> tuple[str, list[Stmt]]:
    """One JavaScript catch for all clauses: typed ones in order, then the untyped, else throw on."""
    param = lw.name_of(node.catches[0].local)
    error = Name(None, param, True)
    handler: list[Stmt] = []
    rest = handler
    for clause in node.catches:
        cond: Expr | None = None
        with lw.inside(stmts=rest):
            if clause.interrupt:
                cond = ir.CallExpr(clause.span, lw.core("isInterrupt"), [error])
            elif clause.kind is not None:
                cond = ir.CallExpr(clause.kind.span, lw.core("caught"), [error, lw.expr(clause.kind)])
            elif lw.polls:
                lw.stmts.append(ir.Do(None, ir.CallExpr(None, lw.core("passInterrupt"), [error])))
        local = clause.local
        made: list[Stmt] = rest if cond is None else []
        with lw.inside(stmts=made):
            if local.js is None and local.assigned:
                lw.stmts.append(ir.Declare(None, "let", lw.name_of(local), error))
            elif local.js is None:
                local.js = param
            lw.into(clause.body, dest)
        if cond is None:
            break
        other: list[Stmt] = []
        if ends(made):
            rest.append(ir.IfStmt(clause.span, cond, made, []))
        else:
            rest.append(ir.IfStmt(clause.span, cond, made, other))
            rest = other
    else:
        rest.append(ir.ThrowStmt(None, error))
    return param, handler
