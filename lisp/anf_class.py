"""Lowering of classes: a native `class` expression."""

from __future__ import annotations

from . import ir
from . import nodes as n
from .anf import Lowerer, Scope, expression
from .anf_expr import IDENTIFIER
from .anf_fn import lower_fn
from .ir import Expr, Text
from .literals import js_string
from .mangle import mangle


@expression(n.Class)
def class_(lw: Lowerer, node: n.Class) -> Expr:
    parent = lw.expr(node.parent) if node.parent is not None else None
    saved = lw.scope
    lw.scope = Scope(lw.scope)
    name: str | None = None
    if node.self_local is not None:
        name = lw.name_of(node.self_local)
    elif node.name:
        name = mangle(node.name)
    members: list[ir.ClassMember] = []
    for member in node.members:
        key: str | Expr
        if isinstance(member.key, str):
            plain = member.key.removeprefix("#")
            key = member.key if IDENTIFIER.fullmatch(plain) else Text(None, js_string(member.key))
        else:
            key = lw.expr(member.key)
        fn = value = None
        if member.fn is not None:
            fn = lower_fn(lw, member.fn, method=True)
            if member.kind == "constructor":
                strip_value(fn)
        elif member.value is not None:
            outer, lw.stmts = lw.stmts, []
            inner_scope, lw.scope = lw.scope, Scope(lw.scope)
            value = lw.expr(member.value)
            made, lw.stmts, lw.scope = lw.stmts, outer, inner_scope
            if made:
                # an initialiser that needs statements: the one place where a function must hold them
                made.append(ir.Return(None, value))
                value = ir.CallExpr(
                    member.span, ir.Function(member.span, None, [], None, made, True, False, False), []
                )
        members.append(ir.ClassMember(member.kind, key, member.static, fn, value, None, member.span))
    lw.scope = saved
    return ir.ClassExpr(node.span, name, parent, members)


def strip_value(fn: ir.Function) -> None:
    """A constructor returns nothing: its last value is only evaluated."""
    body = fn.body
    last = body[-1] if body else None
    if isinstance(last, ir.Return):
        body.pop()
        value = last.value
        if type(value) is ir.AssignExpr:
            body.append(ir.Assign(last.at, value.target, value.value))
        elif value is not None and type(value) not in (ir.Text, ir.Name):
            body.append(ir.Do(last.at, value))
