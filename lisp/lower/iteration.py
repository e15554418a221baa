"""Lowering of for, doseq, dotimes, with, case and match.

In: a node and a destination. Out: native `for .. of` loops, `switch`, `try .. finally`. A comprehension
pushes onto one array; every iteration has its own `const`, so closures see their own values.
"""

from __future__ import annotations

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..nodes import Clause
from .control import bind
from .expressions import awaited
from .loops import deliver_nil
from .lowerer import EFFECT, Dest, Lowerer, delivering, expression
from .operators import negate, test
from .polls import after_poll, poll
from .questions import ends, is_stable
from .types import type_of


@expression(n.For)
def for_expr(lw: Lowerer, node: n.For) -> Expr:
    if not node.collect:
        for_into(lw, node, EFFECT)
        return Text(node.span, "null")
    name = lw.fresh("result")
    lw.stmts.append(ir.Declare(node.span, "const", name, ir.Array(None, [])))
    clauses(lw, node, 0, name, [])
    return Name(node.span, name)


@delivering(n.For)
def for_into(lw: Lowerer, node: n.For, dest: Dest) -> None:
    if node.collect and dest.kind != "effect":
        lw.finish(for_expr(lw, node), dest, node.span)
        return
    clauses(lw, node, 0, None, [])
    deliver_nil(lw, node, dest)


def clauses(lw: Lowerer, node: n.For, at: int, result: str | None, exits: list[ir.Exit]) -> None:
    """Append what clause `at` and those after it do; `result` is the array that collects."""
    while at < len(node.clauses):
        clause = node.clauses[at]
        if clause.kind in ("in", "await", "range"):
            source(lw, node, clause, at, result, exits)
            return
        if clause.kind == "let":
            for step in clause.binds:
                bind(lw, step)
        else:
            assert clause.value is not None
            cond = negate(test(lw, clause.value))
            if clause.kind == "while":
                lw.stmts.append(ir.IfStmt(clause.span, cond, [ir.Break(None, exits[-1])], []))
            else:
                lw.stmts.append(ir.IfStmt(clause.span, cond, [ir.Continue(None, None)], []))
        at += 1
    if result is None:
        lw.into(node.body, EFFECT)
        return
    value = lw.expr(node.body)
    push = ir.CallExpr(node.span, ir.Dot(None, Name(None, result), "push"), [value])
    lw.stmts.append(ir.Do(node.span, push))


def source(
    lw: Lowerer, node: n.For, clause: Clause, at: int, result: str | None, exits: list[ir.Exit]
) -> None:
    local = clause.local
    assert local is not None and clause.value is not None
    items = lw.expr(clause.value)
    if clause.kind == "range":
        counted(lw, node, clause, items, at, result, exits)
        return
    exit_ = ir.Exit()
    body: list[Stmt] = []
    with lw.inside(stmts=body):
        name = lw.name_of(local)
        if local.assigned:
            inner = lw.fresh(local.name)
            lw.stmts.append(ir.Declare(None, "let", name, Name(None, inner)))
            name = inner
        for step in clause.binds:
            bind(lw, step)
        clauses(lw, node, at + 1, result, [*exits, exit_])
    body = guard_clauses(body)
    is_await = clause.kind == "await"
    if not is_await and type_of(clause.value) != "arr":
        to_end = result is not None and not node.yields and not ends_early(node, at)
        items = ir.CallExpr(clause.span, lw.core("iterableToEnd" if to_end else "iterable"), [items])
    if is_await and (lw.await_wrapper or lw.blocks):
        waits: list[Expr] = [ir.Dot(None, block, "until") for block in reversed(lw.blocks)]
        waits += [lw.host("$w")] if lw.await_wrapper else []
        items = ir.CallExpr(clause.span, lw.core("asyncIterable"), [items, *waits])
    lw.stmts.append(ir.ForOf(clause.span or node.span, name, items, poll(lw) + body, is_await, exit_))
    after_poll(lw)


def ends_early(node: n.For, at: int) -> bool:
    """Has the source of clause `at` a `:while` of its own?"""
    for clause in node.clauses[at + 1 :]:
        if clause.kind in ("in", "await", "range"):
            return False
        if clause.kind == "while":
            return True
    return False


def counted(
    lw: Lowerer,
    node: n.For,
    clause: Clause,
    limit: Expr,
    at: int,
    result: str | None,
    exits: list[ir.Exit],
) -> None:
    """`for (let i = 0; i < n; i++)`; JavaScript gives closures a fresh `i` each time round."""
    local = clause.local
    assert local is not None
    name = lw.name_of(local)
    counter = name
    body: list[Stmt] = []
    with lw.inside(stmts=body):
        if local.assigned:
            counter = lw.fresh(local.name)
            lw.stmts.append(ir.Declare(None, "let", name, Name(None, counter)))
        clauses(lw, node, at + 1, result, exits)
    body = guard_clauses(body)
    if not is_stable(limit):
        limit = lw.spill(limit, "limit")
    lw.stmts.append(ir.ForCount(node.span, counter, limit, poll(lw) + body))
    after_poll(lw)


def guard_clauses(body: list[Stmt]) -> list[Stmt]:
    """`if (!test) continue; one;` reads better as `if (test) one;`."""
    if len(body) >= 2:
        last = body[-2]
        if (
            type(last) is ir.IfStmt
            and len(last.then) == 1
            and type(last.then[0]) is ir.Continue
            and not last.other
        ):
            return [*body[:-2], ir.IfStmt(last.at, negate(last.test), [body[-1]], [])]
    return body


# -- with -----------------------------------------------------------------------------------------


@delivering(n.With)
def with_into(lw: Lowerer, node: n.With, dest: Dest) -> None:
    """
    const manager = enter(value);  let failed = null;
    try { const f = manager.value; .. } catch (e) { leave with e, rethrow unless swallowed } finally { .. }
    """
    suffix = "Async" if node.is_async else ""
    entered: Expr = ir.CallExpr(node.span, lw.core("enter" + suffix), [lw.expr(node.value)])
    if node.is_async:
        entered = awaited(lw, entered, node.span)
    manager = lw.spill(entered, "resource")
    assert node.entered is not None
    body: list[Stmt] = []
    blocks = (*lw.blocks, manager) if node.is_async else lw.blocks
    with lw.inside(stmts=body, tries=lw.tries + 1, blocks=blocks):
        if node.entered.used or node.binds:
            kind = "let" if node.entered.assigned else "const"
            value = ir.Dot(None, manager, "value")
            lw.stmts.append(ir.Declare(node.span, kind, lw.name_of(node.entered), value))
        for step in node.binds:
            bind(lw, step)
        lw.into(node.body, dest)
    error = lw.fresh("e")
    failed: Expr = ir.CallExpr(None, ir.Dot(None, manager, "fail"), [Name(None, error)])
    close: Expr = ir.CallExpr(None, ir.Dot(None, manager, "close"), [])
    if node.is_async:
        with lw.inside(blocks=()):  # once it is begun, leaving goes to its end
            failed, close = awaited(lw, failed, node.span), awaited(lw, close, node.span)
    handler: list[Stmt] = [ir.Do(None, failed)]
    if dest.kind != "effect" or dest.exit is not None:
        with lw.inside(stmts=handler):
            lw.finish(Text(None, "null"), dest, node.span)
    lw.stmts.append(ir.TryStmt(node.span, body, error, handler, [ir.Do(None, close)]))


# -- case and match -------------------------------------------------------------------------------


@delivering(n.Case)
def case_into(lw: Lowerer, node: n.Case, dest: Dest) -> None:
    value = lw.expr(node.value)
    cases: list[tuple[list[Expr], list[Stmt]]] = []
    with lw.inside(switches=lw.switches + 1):
        for tests, arm in node.arms:
            labels = []
            for item in tests:
                labels.append(lw.expr(item))  # noqa: PERF401
            cases.append((labels, closed(lw.block(arm, dest))))
        if node.default is not None:
            body = lw.block(node.default, dest)
            if body:
                cases.append(([], body))
    lw.stmts.append(ir.Switch(node.span, value, cases))


def closed(body: list[Stmt]) -> list[Stmt]:
    return body if ends(body) else [*body, ir.Break(None)]


@delivering(n.Match)
def match_into(lw: Lowerer, node: n.Match, dest: Dest) -> None:
    """Each arm is a nest of ifs that returns, or leaves the block, when it matches."""
    value = lw.expr(node.value)
    if type(value) is Name and value.stable:
        node.subject.js = value.text
    else:
        lw.stmts.append(ir.Declare(node.span, "const", lw.name_of(node.subject), value))
    if dest.kind == "return" or dest.exit is not None:
        for arm in node.arms:
            match_arm(lw, arm, dest)
        if not certain(node):
            no_match(lw, node)
        return
    exit_ = ir.Exit(lw.fresh("matched"))
    inside = Dest(dest.kind, dest.name, exit_, lw.switches)
    body: list[Stmt] = []
    with lw.inside(stmts=body):
        for arm in node.arms:
            match_arm(lw, arm, inside)
        if not certain(node):
            no_match(lw, node)
    if body and type(body[-1]) is ir.Break:
        body.pop()
    lw.stmts.append(ir.Labeled(node.span, exit_, body))


def no_match(lw: Lowerer, node: n.Match) -> None:
    wrong = ir.CallExpr(node.span, lw.core("noClause"), [Text(None, '"match"'), lw.ref(node.subject)])
    lw.stmts.append(ir.ThrowStmt(node.span, wrong))


def certain(node: n.Match) -> bool:
    """Does some arm match everything?"""
    return any(arm.guard is None and all(isinstance(step, n.Bind) for step in arm.steps) for arm in node.arms)


def match_arm(lw: Lowerer, arm: n.MatchArm, dest: Dest) -> None:
    """Tests and bindings in order: what follows a test stands in its `if`, tests in a row share one."""
    with lw.inside(stmts=lw.stmts):
        pending: Expr | None = None
        for step in arm.steps:
            if not isinstance(step, n.Bind):
                pending = both(lw, pending, step)
                continue
            if pending is not None:
                enter(lw, pending)
                pending = None
            bind(lw, step)
        if arm.guard is not None:
            pending = both(lw, pending, arm.guard)
        if pending is not None:
            enter(lw, pending)
        lw.into(arm.body, dest)


def enter(lw: Lowerer, cond: Expr) -> None:
    """What is lowered from here on stands in an `if`."""
    inner: list[Stmt] = []
    lw.stmts.append(ir.IfStmt(cond.at, cond, inner, []))
    lw.stmts = inner


def both(lw: Lowerer, pending: Expr | None, step: n.Node) -> Expr:
    """The test of a step, after those pending; in an `if` of its own where it needs statements."""
    before = len(lw.stmts)
    cond = test(lw, step)
    if pending is None:
        return cond
    if len(lw.stmts) > before:
        later = lw.stmts[before:]
        del lw.stmts[before:]
        enter(lw, pending)
        lw.stmts.extend(later)
        return cond
    return ir.Binary(cond.at, "&&", pending, cond)
