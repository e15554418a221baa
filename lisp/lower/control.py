"""Lowering of control: let letfn do if and/or.

In: a node and a destination. Out: statements. Branch code stays in its branch; a value flows to its
destination by return, by one assignment, or nowhere.
"""

from __future__ import annotations

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..nodes import Bind, Local, Node
from .lifts import lifts
from .lowerer import EFFECT, Dest, Lowerer, delivering, expression, null
from .operators import negate, test, truth_of
from .questions import ends
from .types import TRUTHY, type_of

STATEMENTS = (n.Loop, n.Try, n.Match, n.Case, n.With)


def bind(lw: Lowerer, step: Bind) -> None:
    """One step of a binding list, as declarations."""
    if step.elements is not None:
        array_pattern(lw, step)
        return
    local = step.local
    kind = "let" if local.assigned else "const"
    if step.init is None:
        # a default: the name is declared already (a parameter, an element)
        assert step.default is not None
        missing(lw, local, step.default)
        return
    if step.default is not None:
        e = lw.expr(step.init)
        name = lw.name_of(local)
        lw.stmts.append(ir.Declare(step.span, "let", name, e))
        missing(lw, local, step.default)
        return
    if needs_statements(step.init):
        name = declare_first(lw, local)
        lw.stmts.append(ir.Declare(step.span, "let", name, None))
        before = len(lw.stmts)
        lw.into(step.init, Dest("assign", name))
        lw.merge_declaration(before)
        return
    e = lw.expr(step.init)
    lw.stmts.append(ir.Declare(step.span, kind, lw.name_of(local), e))


def declare_first(lw: Lowerer, local: Local) -> str:
    """The name of a local whose initial value is assigned by statements."""
    return lw.name_of(local)


def needs_statements(node: Node) -> bool:
    """Will the value arrive by assignment from statements (so that a declaration must come first)?"""
    while True:
        if isinstance(node, n.Let):
            return False
        if isinstance(node, STATEMENTS):
            return True
        if isinstance(node, (n.If, n.Logic)):
            return lifts(node)
        return False


def missing(lw: Lowerer, local: Local, default: Node) -> None:
    """`if (x === undefined) x = default`."""
    target = Name(None, lw.name_of(local), False)
    test_ = ir.Binary(None, "===", target, Text(None, "undefined"))
    lw.stmts.append(ir.IfStmt(None, test_, lw.block(default, Dest("assign", target.text)), []))


def array_pattern(lw: Lowerer, step: Bind) -> None:
    """`const [a, , b] = part(value, 3)`, `const [a, ...more] = whole(value)`; a default makes it a `let`."""
    assert step.elements is not None and step.init is not None
    e = lw.expr(step.init)
    parts: list[str] = []
    mutable = False
    for local in step.elements:
        if local is None:
            parts.append("")
        else:
            parts.append(lw.name_of(local))
            mutable = mutable or local.assigned
    if step.rest is not None:
        parts.append("..." + lw.name_of(step.rest))
        mutable = mutable or step.rest.assigned
    text = "[" + ", ".join(parts) + ("," if parts and not parts[-1] else "") + "]"
    if type_of(step.init) == "arr":
        pass
    elif step.rest is None:  # JavaScript would close a generator that somebody holds
        count = Text(None, str(len(step.elements)))
        e = ir.CallExpr(step.init.span, lw.core("part"), [e, count])
    else:  # `...more` takes all there is: of an endless sequence that would only end with the memory
        e = ir.CallExpr(step.init.span, lw.core("whole"), [e])
    lw.stmts.append(ir.Declare(step.span, "let" if mutable or step.default is not None else "const", text, e))


@expression(n.Let)
def let_expr(lw: Lowerer, node: n.Let) -> Expr:
    for step in node.binds:
        bind(lw, step)
    return lw.expr(node.body)


@delivering(n.Let)
def let_into(lw: Lowerer, node: n.Let, dest: Dest) -> None:
    for step in node.binds:
        bind(lw, step)
    lw.into(node.body, dest)


@expression(n.Letfn)
def letfn_expr(lw: Lowerer, node: n.Letfn) -> Expr:
    declare_fns(lw, node)
    return lw.expr(node.body)


@delivering(n.Letfn)
def letfn_into(lw: Lowerer, node: n.Letfn, dest: Dest) -> None:
    declare_fns(lw, node)
    lw.into(node.body, dest)


def declare_fns(lw: Lowerer, node: n.Letfn) -> None:
    for local, _ in node.fns:
        lw.name_of(local)
    for local, fn in node.fns:
        e = lw.expr(fn)
        lw.stmts.append(ir.Declare(fn.span, "let" if local.assigned else "const", lw.name_of(local), e))


@expression(n.Do)
def do_expr(lw: Lowerer, node: n.Do) -> Expr:
    for item in node.body[:-1]:
        lw.into(item, EFFECT)
    return lw.expr(node.body[-1])


@delivering(n.Do)
def do_into(lw: Lowerer, node: n.Do, dest: Dest) -> None:
    for item in node.body[:-1]:
        lw.into(item, EFFECT)
    lw.into(node.body[-1], dest)


# -- if, and, or ----------------------------------------------------------------------------------


@expression(n.If)
def if_expr(lw: Lowerer, node: n.If) -> Expr:
    if lifts(node.then) or (node.other is not None and lifts(node.other)):
        return lw.through_temp(node)
    cond = test(lw, node.test)
    if type(cond) is Text and cond.text in ("true", "false"):
        return lw.expr(node.then) if cond.text == "true" else other_expr(lw, node)
    then_stmts: list[Stmt] = []
    other_stmts: list[Stmt] = []
    with lw.inside(stmts=then_stmts):
        then = lw.expr(node.then)
    with lw.inside(stmts=other_stmts):
        other = other_expr(lw, node)
    if not then_stmts and not other_stmts:
        return ir.Cond(node.span, cond, then, other)
    name = lw.fresh("v")
    target = Name(None, name)
    lw.stmts.append(ir.Declare(node.span, "let", name, None))
    then_stmts.append(ir.Assign(None, target, then))
    other_stmts.append(ir.Assign(None, target, other))
    lw.stmts.append(ir.IfStmt(node.span, cond, then_stmts, other_stmts))
    return Name(node.span, name)


def other_expr(lw: Lowerer, node: n.If) -> Expr:
    return lw.expr(node.other) if node.other is not None else null(node.span)


@delivering(n.If)
def if_into(lw: Lowerer, node: n.If, dest: Dest) -> None:
    then: list[Stmt]
    other: list[Stmt]
    cond = test(lw, node.test)
    if type(cond) is Text and cond.text in ("true", "false"):
        if cond.text == "true":
            lw.into(node.then, dest)
        elif node.other is not None:
            lw.into(node.other, dest)
        else:
            lw.finish(null(node.span), dest, node.span)
        return
    if dest.kind != "effect" and short(node) and dest.exit is None:
        then, other = [], []
        with lw.inside(stmts=then):
            then_value = lw.expr(node.then)
        with lw.inside(stmts=other):
            other_value = other_expr(lw, node)
        if not then and not other:
            lw.finish(ir.Cond(node.span, cond, then_value, other_value), dest, node.span)
            return
        with lw.inside(stmts=then):
            lw.finish(then_value, dest, node.span)
        with lw.inside(stmts=other):
            lw.finish(other_value, dest, node.span)
        lw.stmts.append(ir.IfStmt(node.span, cond, then, other))
        return
    then = lw.block(node.then, dest)
    if node.other is not None:
        other = lw.block(node.other, dest)
    elif dest.kind == "effect" and dest.exit is None:
        other = []
    else:
        other = []
        with lw.inside(stmts=other):
            lw.finish(null(node.span), dest, node.span)
    if not then and other:
        cond, then, other = negate(cond), other, then
    if not then and not other:
        lw.stmts.append(ir.Do(node.span, cond))
        return
    if other and ends(then):
        lw.stmts.append(ir.IfStmt(node.span, cond, then, []))
        lw.stmts.extend(other)
        return
    lw.stmts.append(ir.IfStmt(node.span, cond, then, other))


def short(node: n.If) -> bool:
    """Is it better written `a ? b : c` than as statements?"""
    return small(node.then, 2) and (node.other is None or small(node.other, 2)) and not lifts(node)


def small(node: Node, budget: int) -> bool:
    kind = type(node)
    if kind in (n.Lit, n.LocalRef, n.GlobalRef, n.KeywordLit, n.CoreRef, n.JsRef):
        return True
    if budget == 0 or lifts(node):
        return False
    if isinstance(node, (n.Call, n.Op)):
        if isinstance(node, n.Op) and type_of(node) not in ("num", "str", "bool"):
            return False
        for arg in node.args:
            if not small(arg, budget - 1):
                return False
        return len(node.args) <= 3
    if isinstance(node, n.Prop):
        return small(node.obj, budget - 1)
    if isinstance(node, n.MethodCall):
        return (
            isinstance(node.key, str)
            and small(node.obj, budget - 1)
            and all(small(a, budget - 1) for a in node.args)
        )
    if isinstance(node, n.ArrayLit):
        return len(node.items) <= 3 and all(small(item, budget - 1) for item in node.items)
    return False


@expression(n.Logic)
def logic_expr(lw: Lowerer, node: n.Logic) -> Expr:
    if lifts(node):
        return lw.through_temp(node)
    found: Expr | None = None
    for at, arg in reversed(list(enumerate(node.args))):
        made: list[Stmt] = []
        with lw.inside(stmts=made):
            e = lw.expr(arg)
        if made and at:
            # lifts() was wrong: what must run first may not run before the operands on the left
            node.lift = True
            return lw.through_temp(node)
        found = e if found is None else joined(lw, node, arg, e, found)
        lw.stmts.extend(made)
    assert found is not None
    return found


def joined(lw: Lowerer, node: n.Logic, arg: Node, e: Expr, rest: Expr) -> Expr:
    """`and`, `or` of an operand, which is `e`, and what its right neighbours became."""
    kind = type_of(arg)
    if kind == "bool":
        return ir.Binary(node.span, "&&" if node.op == "and" else "||", e, rest)
    if kind in TRUTHY:
        return rest if node.op == "and" else e
    if kind == "nil":
        return e if node.op == "and" else rest
    if node.op == "and":
        return ir.Cond(node.span, truth_of(lw, e), rest, e)
    return ir.Cond(node.span, truth_of(lw, e), e, rest)


@delivering(n.Logic)
def logic_into(lw: Lowerer, node: n.Logic, dest: Dest) -> None:
    if dest.kind == "effect" and dest.exit is None:
        cond = test(lw, n.Logic(node.span, node.op, node.args[:-1]) if len(node.args) > 2 else node.args[0])
        then = lw.block(node.args[-1], EFFECT)
        lw.stmts.append(ir.IfStmt(node.span, cond if node.op == "and" else negate(cond), then, []))
        return
    if not lifts(node):
        lw.finish(logic_expr(lw, node), dest, node.span)
        return
    nested = dest.kind == "assign" and dest.exit is None
    with lw.inside(stmts=lw.stmts):
        for arg in node.args[:-1]:
            if nested:
                lw.into(arg, Dest("assign", dest.name))
                value: Expr = Name(None, dest.name)
            else:
                value = lw.simple(lw.expr(arg))
            truth = value if type_of(arg) == "bool" else truth_of(lw, value)
            inner: list[Stmt] = []
            goes_in = (node.op == "and") == nested
            lw.stmts.append(ir.IfStmt(node.span, truth if goes_in else negate(truth), inner, []))
            if nested:  # the rest stands in the if
                lw.stmts = inner
                continue
            with lw.inside(stmts=inner):
                lw.finish(value, dest, node.span)
        lw.into(node.args[-1], dest)
