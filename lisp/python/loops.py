"""loop, recur, while, for, doseq.

In: a node and a destination. Out: Python's own loops. `recur` assigns and continues; a value that a loop
gives is assigned and the loop left.
"""

from __future__ import annotations

import ast

from .. import nodes as n
from ..lower.loops import always_recurs, recurs
from ..lower.types import type_of
from .control import bind_all
from .operators import test
from .writer import Dest, Writer, constant, delivering, expression, stable


@delivering(n.Loop)
def loop_into(w: Writer, node: n.Loop, dest: Dest) -> None:
    for local in node.locals:
        w.declare(local, each_turn=True)
    bind_all(w, node.binds)
    turns(w, node, dest)


def turns(w: Writer, node: n.Loop, dest: Dest) -> None:
    """The loop after its variables have their first values."""
    body = node.body
    if (
        isinstance(body, n.If)
        and not node.inner
        and not node.crosses_finally
        and while_shape(w, node, body, dest)
    ):
        return
    inside = dest if dest.kind == "return" else Dest(dest.kind, dest.name, True)
    made: list[ast.stmt] = []
    if node.crosses_finally:  # which reads the variables of its own turn, also when the next ones are known
        w.nexts[node] = [w.fresh("next_" + w.names[local]) for local in node.locals]
        for local, name in zip(node.locals, w.nexts[node], strict=True):
            w.assign(name, w.load(local), node.span)
    with w.inside(stmts=made):
        w.at.loops += 1
        for local, name in zip(node.locals, w.nexts.get(node, ()), strict=False):
            w.give(local, ast.Name(name, ast.Load()), node.span)
        bind_all(w, node.inner)
        w.into(body, inside)
        w.at.loops -= 1
    w.put(ast.While(constant(True), made, []), node.span)
    after(w, node, dest)


def after(w: Writer, node: n.Node, dest: Dest) -> None:
    if dest.leaves:
        w.put(ast.Break(), node.span)


def while_shape(w: Writer, node: n.Loop, body: n.If, dest: Dest) -> bool:
    """`(if test (recur ..) result)` is a while with its test, the result after it."""
    other = body.other if body.other is not None else n.Lit(body.span, "null", "nil")
    if always_recurs(body.then, node) and not recurs(other, node):
        again, result, negated = body.then, other, False
    elif always_recurs(other, node) and not recurs(body.then, node):
        again, result, negated = other, body.then, True
    else:
        return False
    if any(local in w.fresh_each_turn for local in node.locals):
        return False
    w.at.loops += 1
    before: list[ast.stmt] = []
    with w.inside(stmts=before):
        truth = test(w, body.test)
    if negated:
        truth = ast.UnaryOp(ast.Not(), truth)
    made = w.block(lambda: w.into(again, Dest("effect")))
    w.at.loops -= 1
    if made and isinstance(made[-1], ast.Continue):
        made.pop()
    if before:
        leave = ast.If(ast.UnaryOp(ast.Not(), truth), [ast.Break()], [])
        truth, made = constant(True), [*before, leave, *made]
    w.put(ast.While(truth, made or [ast.Pass()], []), node.span)
    w.into(result, dest)
    return True


@delivering(n.Recur)
def recur_into(w: Writer, node: n.Recur, dest: Dest) -> None:
    """All values first, then the assignments, then round again."""
    targets: list[ast.expr] = []
    values: list[ast.expr] = []
    nexts = w.nexts.get(node.loop)
    names = nexts or [w.names[local] for local in node.loop.locals]
    for local, name, value in zip(node.loop.locals, names, w.args(node.args), strict=True):
        if isinstance(value, ast.Name) and value.id == name:
            continue
        targets.append(ast.Name(name, ast.Store()))
        in_box = local in w.boxed and nexts is None
        values.append(ast.List([value], ast.Load()) if in_box else value)
    if len(targets) == 1:
        w.put(ast.Assign(targets, values[0]), node.span)
    elif targets:
        w.put(ast.Assign([ast.Tuple(targets, ast.Store())], ast.Tuple(values, ast.Load())), node.span)
    w.put(ast.Continue(), node.span)


@delivering(n.While)
def while_into(w: Writer, node: n.While, dest: Dest) -> None:
    w.at.loops += 1
    before: list[ast.stmt] = []
    with w.inside(stmts=before):
        truth = test(w, node.test)
    made = w.body(node.body, Dest("effect"))
    w.at.loops -= 1
    if before:
        leave = ast.If(ast.UnaryOp(ast.Not(), truth), [ast.Break()], [])
        truth, made = constant(True), [*before, leave, *made]
    w.put(ast.While(truth, made, []), node.span)
    if dest.kind != "effect" or dest.leaves:
        w.finish(constant(None), dest, node.span)


# -- for ------------------------------------------------------------------------------------------


@expression(n.For)
def for_(w: Writer, node: n.For) -> ast.expr:
    if not node.collect:
        clauses(w, node, 0, None)
        return constant(None)
    name = w.fresh("result")
    w.assign(name, ast.List([], ast.Load()), node.span)
    clauses(w, node, 0, name)
    return stable(ast.Name(name, ast.Load()), True)


@delivering(n.For)
def for_into(w: Writer, node: n.For, dest: Dest) -> None:
    if dest.kind == "effect" and not dest.leaves:
        clauses(w, node, 0, None)
    else:
        w.finish(for_(w, node), dest, node.span)


def clauses(w: Writer, node: n.For, at: int, result: str | None) -> None:
    """Append what clause `at` and those after it do; `result` is the list that collects."""
    if at == len(node.clauses):
        if result is None:
            w.into(node.body, Dest("effect"))
            return
        value = w.expr(node.body)
        push = ast.Attribute(ast.Name(result, ast.Load()), "append", ast.Load())
        w.put(ast.Expr(ast.Call(push, [value], [])), node.span)
        return
    clause = node.clauses[at]
    if clause.kind == "let":
        bind_all(w, clause.binds)
        clauses(w, node, at + 1, result)
    elif clause.kind in ("when", "while"):
        assert clause.value is not None
        truth = test(w, clause.value)
        if clause.kind == "when":
            made = w.block(lambda: clauses(w, node, at + 1, result))
            w.put(ast.If(truth, made or [ast.Pass()], []), clause.span)
        else:
            w.put(ast.If(ast.UnaryOp(ast.Not(), truth), [ast.Break()], []), clause.span)
            clauses(w, node, at + 1, result)
    else:
        source(w, node, clause, at, result)


def source(w: Writer, node: n.For, clause: n.Clause, at: int, result: str | None) -> None:
    assert clause.local is not None and clause.value is not None
    local = clause.local
    items = w.expr(clause.value)
    if clause.kind == "await":
        items = w.call("%asyncItems", items)
    elif clause.kind == "range":
        whole = isinstance(items, ast.Constant) and type(items.value) is int
        items = ast.Call(w.builtin("range") if whole else w.core("%turns"), [items], [])
    elif clause.kind == "in" and type_of(clause.value) != "arr" and not gives_range(clause.value):
        items = w.call("%items", items)
    w.at.loops += 1
    name = w.declare(local)
    turn = w.fresh(local.name) if local in w.boxed else name

    def work() -> None:
        if local in w.boxed:
            w.give(local, ast.Name(turn, ast.Load()), clause.span)
        bind_all(w, clause.binds)
        clauses(w, node, at + 1, result)

    made = w.block(work) or [ast.Pass()]
    w.at.loops -= 1
    kind = ast.AsyncFor if clause.kind == "await" else ast.For
    w.put(kind(ast.Name(turn, ast.Store()), items, made, []), clause.span or node.span)


def gives_range(node: n.Node) -> bool:
    return type(node) is n.Call and type(node.fn) is n.CoreRef and node.fn.name == "range"
