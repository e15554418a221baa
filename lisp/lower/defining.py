"""Lowering of global definitions: an assignment to the global object, or a declaration of the module.

In: a `Define` node. Out: statements. A function that only counts is defined with its numeric twin (twins.py).
"""

from __future__ import annotations

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..emit.mangle import mangle, rename
from .functions import lower_fn
from .known import digest
from .lowerer import Dest, Lowerer, delivering, null
from .trees import are_numbers
from .twins import Twin, numeric_twins


@delivering(n.Define)
def define(lw: Lowerer, node: n.Define, dest: Dest) -> None:
    value = defined(lw, node)
    if node.js in lw.module_constants and type(value) is ir.Function and not value.arrow:
        value.name = node.js
        lw.stmts.append(ir.FunctionStmt(node.span, value))
    elif node.js in lw.module_constants:
        lw.stmts.append(ir.Declare(node.span, "const", node.js, value))
    else:
        lw.stmts.append(ir.Assign(node.span, lw.global_place(node.js, node.span), value))
    if dest.kind != "effect":
        lw.finish(null(node.span) if dest.kind == "assign" else Text(node.span, "undefined"), dest, node.span)
    else:
        lw.leave(dest)


def defined(lw: Lowerer, node: n.Define) -> Expr:
    """The value of a definition; a function's twin stands before it, with the twins that it calls."""
    group = numeric_twins(node, lw.polls, lw.known)
    late = group is not None and group.calls_first and node.js not in lw.module_fixed
    if group is None or (late and node.js in lw.module_constants):  # of a declaration there is one name only
        return lw.expr(node.value)
    assert isinstance(node.value, n.Fn)
    twin, *others = group.twins.values()
    # the function's own name, inside of which the twin is called
    lw.scope.names.add(rename(twin.own.name, 1))
    if late:
        lw.scope.names.add(mangle(twin.own.name))
        node.value.self_global = True
    same = [(other.js, known_function(lw, other)) for other in others]
    for each in group.twins.values():
        each.own.js = lw.fresh(each.own.name)
    for each in group.twins.values():
        lw.stmts.append(ir.FunctionStmt(node.span, lower_fn(lw, each.fn)))
    params = node.value.arities[0].params

    def enter(own: str | None) -> list[Stmt]:
        names: list[Expr] = [lw.ref(param.local) for param in params]
        guard = are_numbers(names)
        assert own is not None and twin.own.js is not None
        # what it calls by a name may be defined anew
        for js, name in [*([(node.js, own)] if late else []), *same]:
            is_it = ir.Binary(None, "===", lw.global_place(js, None), Name(None, name))
            guard = ir.Binary(None, "&&", guard, is_it)
        call = ir.CallExpr(node.span, Name(None, twin.own.js), names)
        return [ir.IfStmt(None, guard, [ir.Return(node.span, call)], [])]

    return lower_fn(lw, node.value, first=enter)


def known_function(lw: Lowerer, other: Twin) -> str:
    """The constant that holds a function of an earlier form, if its name still means it."""
    assert other.code is not None
    size, found = digest(other.code)
    args = [lw.global_place(other.js, None), Text(None, str(size)), Text(None, str(found))]
    return lw.spill(ir.CallExpr(None, lw.core("ofCode"), args), other.own.name).text
