"""What may be done with code that is made already: evaluated later, written twice, followed by more.

In: ir. Out: a bool, judged by its look alone.
"""

from __future__ import annotations

from ..emit import ir
from ..emit.ir import Expr, Name, Text
from ..stack import apart, apart_when_full, full


def is_stable(e: Expr) -> bool:
    """May `e` be evaluated later than written without anybody noticing? Constants, fixed names, closures."""
    kind = type(e)
    if kind is Name:
        return bool(e.stable)  # type: ignore[attr-defined]
    if kind is Text or kind is ir.Function:
        return True
    if kind is ir.Array:
        if full():
            return apart(is_stable, e)
        for item in e.items:  # type: ignore[attr-defined]  # noqa: SIM110
            if not is_stable(item):
                return False
        return True
    if kind is ir.Binary:
        # operators are only written where operands are known numbers, strings, or merely compared
        if full():
            return apart(is_stable, e)
        return is_stable(e.left) and is_stable(e.right)  # type: ignore[attr-defined]
    if kind is ir.Unary:
        return e.op in ("-", "!", "typeof ") and type(e.value) is Text  # type: ignore[attr-defined]
    return False


def is_simple(e: Expr) -> bool:
    """An identifier or a literal: may be written twice."""
    return type(e) is Name or type(e) is Text


@apart_when_full
def ends(body: list[ir.Stmt]) -> bool:
    """Does control never reach the end of the body?"""
    if not body:
        return False
    last = body[-1]
    kind = type(last)
    if kind in (ir.Return, ir.ThrowStmt, ir.Break, ir.Continue):
        return True
    if kind is ir.IfStmt:
        return bool(last.other) and ends(last.then) and ends(last.other)  # type: ignore[attr-defined]
    if kind is ir.TryStmt:
        if last.final is not None and ends(last.final):  # type: ignore[attr-defined]
            return True
        return ends(last.body) and (last.handler is None or ends(last.handler))  # type: ignore[attr-defined]
    return False
