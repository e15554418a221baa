"""Lowering of for, doseq, dotimes, with, case and match.

In: a node and a destination. Out: native `for .. of` loops, `switch`, `try .. finally`. A comprehension
pushes onto one array; every iteration has its own `const`, so closures see their own values.
"""

from __future__ import annotations

from . import ir
from . import nodes as n
from .anf import (
    EFFECT,
    Dest,
    Lowerer,
    delivering,
    expression,
)
from .anf_control import bind
from .anf_expr import awaited
from .anf_loops import after_poll, deliver_nil, poll
from .anf_ops import negate, test
from .ir import (
    Expr,
    Name,
    Stmt,
    Text,
)
from .nodes import Clause
from .types import type_of


@expression(n.For)
def for_expr(lw: Lowerer, node: n.For) -> Expr:
    if not node.collect:
        for_into(lw, node, EFFECT)
        return Text(node.span, "null")
    simple = as_map(lw, node)
    if simple is not None:
        return simple
    name = lw.fresh("result")
    lw.stmts.append(ir.Declare(node.span, "const", name, ir.Array(None, [])))
    iterate(lw, node, name)
    return Name(node.span, name)


def as_map(lw: Lowerer, node: n.For) -> Expr | None:
    return None


@delivering(n.For)
def for_into(lw: Lowerer, node: n.For, dest: Dest) -> None:
    if node.collect and dest.kind != "effect":
        lw.finish(for_expr(lw, node), dest, node.span)
        return
    iterate(lw, node, None)
    deliver_nil(lw, node, dest)


def iterate(lw: Lowerer, node: n.For, result: str | None) -> None:
    """The nested loops; `result` is the array that collects."""
    first = node.clauses[0]
    exits: list[ir.Exit] = []
    clauses(lw, node, 0, result, exits)
    _ = first


def clauses(lw: Lowerer, node: n.For, at: int, result: str | None, exits: list[ir.Exit]) -> None:
    """Append what clause `at` and those after it do."""
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
    exit_ = ir.Exit()
    saved, lw.stmts = lw.stmts, []
    if clause.kind == "range":
        counted(lw, node, clause, items, at, result, exits, saved)
        return
    name = lw.name_of(local)
    if local.assigned:
        inner = lw.fresh(local.name)
        lw.stmts.append(ir.Declare(None, "let", name, Name(None, inner)))
        name = inner
    for step in clause.binds:
        bind(lw, step)
    clauses(lw, node, at + 1, result, [*exits, exit_])
    body = guard_clauses(lw.stmts)
    lw.stmts = saved
    is_await = clause.kind == "await"
    if not is_await and type_of(clause.value) != "arr":
        items = ir.CallExpr(clause.span, lw.core("iterable"), [items])
    if is_await and lw.await_wrapper:
        items = ir.CallExpr(clause.span, lw.core("asyncIterable"), [items, lw.host("$w")])
    lw.stmts.append(ir.ForOf(clause.span or node.span, name, items, body + poll(lw), is_await, exit_))
    after_poll(lw)


def counted(
    lw: Lowerer,
    node: n.For,
    clause: Clause,
    limit: Expr,
    at: int,
    result: str | None,
    exits: list[ir.Exit],
    saved: list[Stmt],
) -> None:
    """`for (let i = 0; i < n; i++)`; JavaScript gives closures a fresh `i` each time round."""
    local = clause.local
    assert local is not None
    name = lw.name_of(local)
    counter = name
    if local.assigned:
        counter = lw.fresh(local.name)
        lw.stmts.append(ir.Declare(None, "let", name, Name(None, counter)))
    clauses(lw, node, at + 1, result, exits)
    body = guard_clauses(lw.stmts)
    lw.stmts = saved
    if not ir.is_stable(limit):
        limit = lw.spill(limit, "limit")
    lw.stmts.append(ir.ForCount(node.span, counter, limit, body + poll(lw)))
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
    lw.tries += 1
    saved, lw.stmts = lw.stmts, []
    assert node.entered is not None
    if node.entered.used or node.binds:
        kind = "let" if node.entered.assigned else "const"
        lw.stmts.append(ir.Declare(node.span, kind, lw.name_of(node.entered), ir.Dot(None, manager, "value")))
    for step in node.binds:
        bind(lw, step)
    lw.into(node.body, dest)
    body, lw.stmts = lw.stmts, saved
    lw.tries -= 1
    error = lw.fresh("e")
    failed: Expr = ir.CallExpr(None, ir.Dot(None, manager, "fail"), [Name(None, error)])
    close: Expr = ir.CallExpr(None, ir.Dot(None, manager, "close"), [])
    if node.is_async:
        failed, close = awaited(lw, failed, node.span), awaited(lw, close, node.span)
    handler: list[Stmt] = [ir.Do(None, failed)]
    if dest.kind != "effect" or dest.exit is not None:
        lw_saved, lw.stmts = lw.stmts, handler
        lw.finish(Text(None, "null"), dest, node.span)
        handler, lw.stmts = lw.stmts, lw_saved
    lw.stmts.append(ir.TryStmt(node.span, body, error, handler, [ir.Do(None, close)]))


# -- case and match -------------------------------------------------------------------------------


@delivering(n.Case)
def case_into(lw: Lowerer, node: n.Case, dest: Dest) -> None:
    value = lw.expr(node.value)
    lw.switches += 1
    cases: list[tuple[list[Expr], list[Stmt]]] = []
    for tests, arm in node.arms:
        labels = []
        for item in tests:
            labels.append(lw.expr(item))  # noqa: PERF401
        cases.append((labels, closed(lw.block(arm, dest))))
    if node.default is not None:
        body = lw.block(node.default, dest)
        if body:
            cases.append(([], body))
    lw.switches -= 1
    lw.stmts.append(ir.Switch(node.span, value, cases))


def closed(body: list[Stmt]) -> list[Stmt]:
    return body if ir.ends(body) else [*body, ir.Break(None)]


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
    saved, lw.stmts = lw.stmts, []
    for arm in node.arms:
        match_arm(lw, arm, inside)
    if not certain(node):
        no_match(lw, node)
    body, lw.stmts = lw.stmts, saved
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
    outer = lw.stmts
    level = outer
    pending: Expr | None = None

    def open_(cond: Expr) -> None:
        nonlocal level
        inner: list[Stmt] = []
        level.append(ir.IfStmt(cond.at, cond, inner, []))
        level = lw.stmts = inner

    for step in arm.steps:
        if isinstance(step, n.Bind):
            if pending is not None:
                open_(pending)
                pending = None
            bind(lw, step)
            continue
        before = len(lw.stmts)
        cond = test(lw, step)
        if pending is not None and len(lw.stmts) > before:
            later = lw.stmts[before:]
            del lw.stmts[before:]
            open_(pending)
            lw.stmts.extend(later)
            pending = None
        pending = cond if pending is None else ir.Binary(cond.at, "&&", pending, cond)
    if arm.guard is not None:
        before = len(lw.stmts)
        cond = test(lw, arm.guard)
        if pending is not None and len(lw.stmts) > before:
            later = lw.stmts[before:]
            del lw.stmts[before:]
            open_(pending)
            lw.stmts.extend(later)
            pending = None
        pending = cond if pending is None else ir.Binary(cond.at, "&&", pending, cond)
    if pending is not None:
        open_(pending)
    elif any(isinstance(step, n.Bind) for step in arm.steps):
        pass
    lw.into(arm.body, dest)
    lw.stmts = outer
