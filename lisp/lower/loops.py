"""Lowering of loop, recur and while: native loops, a fresh binding for each iteration where it can be seen.

In: a node and a destination. Out: statements. With polls on, loops look at the interrupt flag (polls.py).
"""

from __future__ import annotations

from typing import NamedTuple

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..forms import Span
from ..nodes import Local, Node
from ..stack import apart_when_full
from .control import bind
from .gathering import in_loop
from .lefts import in_loop as in_lefts
from .lifts import lifts
from .lowerer import EFFECT, Dest, Lowerer, delivering, expression, null
from .operators import negate, test
from .order import assigns, is_pure, mentions, reorder, some_assign
from .polls import after_poll, all_short, endless_loop, is_short, while_loop
from .questions import is_simple


@apart_when_full
def recurs(node: Node, loop: n.Loop) -> bool:
    """Does some tail path of the node recur to the loop?"""
    match node:
        case n.Recur():
            return node.loop is loop
        case n.If():
            return recurs(node.then, loop) or (node.other is not None and recurs(node.other, loop))
        case n.Do():
            return recurs(node.body[-1], loop)
        case n.Let() | n.Letfn() | n.With():
            return recurs(node.body, loop)
        case n.Logic():
            return recurs(node.args[-1], loop)
        case n.Try():
            return some_recurs([node.body, *[clause.body for clause in node.catches]], loop)
        case n.Case():
            arms = [body for _, body in node.arms]
            return some_recurs(arms if node.default is None else [*arms, node.default], loop)
        case n.Match():
            return some_recurs([arm.body for arm in node.arms], loop)
    return False


def some_recurs(nodes: list[Node], loop: n.Loop) -> bool:
    # a plain loop: any() over a generator would put C frames between the levels of a deep program
    for node in nodes:  # noqa: SIM110
        if recurs(node, loop):
            return True
    return False


@apart_when_full
def always_recurs(node: Node, loop: n.Loop) -> bool:
    """Do all tail paths recur to the loop (or throw)?"""
    match node:
        case n.Recur():
            return node.loop is loop
        case n.Throw():
            return True
        case n.If():
            return (
                node.other is not None and always_recurs(node.then, loop) and always_recurs(node.other, loop)
            )
        case n.Do():
            return always_recurs(node.body[-1], loop)
        case n.Let() | n.Letfn():
            return always_recurs(node.body, loop)
    return False


@delivering(n.Loop)
def loop_into(lw: Lowerer, node: n.Loop, dest: Dest) -> None:
    lw.loop_tries[id(node)] = lw.tries
    in_loop(node)
    per_iteration = per_iteration_locals(node)
    closures = any(not harmless(step.init) for step in node.binds[1:])
    copied: list[tuple[Local, str]] = []
    for step in node.binds:
        local = step.local
        if local not in per_iteration or step.init is None or step.default is not None or node.extra:
            bind(lw, step)
            continue
        e = lw.expr(step.init)
        local.js = local.outer_js = lw.fresh(local.name)
        first = local.captured and closures and step is not node.binds[-1]
        lw.stmts.append(ir.Declare(step.span, "const" if first and not local.mutated else "let", local.js, e))
        if first:
            # a later initial value may hold a closure over this one's first value
            copied.append((local, local.js))
    for local, js in copied:
        local.outer_js = lw.fresh(local.name)
        lw.stmts.append(ir.Declare(None, "let", local.outer_js, Name(None, js)))
    for local in per_iteration:
        local.outer_js = local.outer_js or lw.name_of(local)
        local.js = lw.fresh(local.name)
    body_loop(lw, node, dest, per_iteration)


@apart_when_full
def harmless(node: Node | None) -> bool:
    """Surely no closure is made while evaluating it."""
    if isinstance(node, (n.ArrayLit, n.Op)):
        return all(harmless(item) for item in (node.items if isinstance(node, n.ArrayLit) else node.args))
    return isinstance(node, (n.Lit, n.LocalRef, n.KeywordLit)) or (
        isinstance(node, n.ObjectLit) and not node.pairs
    )


def per_iteration_locals(node: n.Loop) -> list[Local]:
    """Rule 6: a loop variable that a closure, or a finally crossed by recur, sees is fresh each time."""
    if node.crosses_finally:
        return list(node.locals)
    return [local for local in node.locals if local.captured]


def body_loop(lw: Lowerer, node: n.Loop, dest: Dest, per_iteration: list[Local]) -> None:
    in_lefts(node)
    body = node.body
    if isinstance(body, n.If) and not node.inner and not per_iteration and not lifts(body.test):
        other = body.other
        if always_recurs(body.then, node) and not (other is not None and recurs(other, node)):
            while_shape(lw, node, Tested(body.test), body.then, other, dest)
            return
        if other is not None and always_recurs(other, node) and not recurs(body.then, node):
            while_shape(lw, node, Tested(body.test, negated=True), other, body.then, dest)
            return
    short = lw.polls and not node.inner and not per_iteration and is_short(body)
    exit_ = ir.Exit(lw.fresh("out") if short and dest.kind != "return" else None)
    inside = dest if dest.kind == "return" else Dest(dest.kind, dest.name, exit_, lw.switches)
    stmts: list[Stmt] = []
    with lw.inside(stmts=stmts):
        for local in per_iteration:
            assert local.outer_js is not None
            kind = "let" if local.mutated else "const"
            lw.stmts.append(ir.Declare(None, kind, lw.name_of(local), Name(None, local.outer_js)))
        for step in node.inner:
            bind(lw, step)
        lw.into(body, inside)
    strip_continue(stmts)
    lw.stmts.append(endless_loop(lw, node.span, stmts, exit_, short))
    after_poll(lw, dest.kind == "return")
    if dest.kind != "return":
        lw.leave(dest)


class Tested(NamedTuple):
    """What a loop asks before each turn: a node, and whether it goes on where that is false."""

    node: Node
    negated: bool = False


def while_shape(
    lw: Lowerer, node: n.Loop, tested: Tested, again: Node, result: Node | None, dest: Dest
) -> None:
    """A loop whose body is `(if test again result)`: a while with its test, the result after it."""
    turns(lw, node.span, tested, again)
    if result is not None:
        lw.into(result, dest)
    else:
        lw.finish(null(node.span), dest, node.span)


def turns(lw: Lowerer, at: Span | None, tested: Tested, again: Node) -> None:
    """A while with its look at the interrupt flag. What its test needs before it is made in each turn."""
    before: list[Stmt] = []
    with lw.inside(stmts=before):
        cond = test(lw, tested.node, loop=True)
    if tested.negated:
        cond = negate(cond)
    body = lw.block(again, EFFECT)
    strip_continue(body)
    if before:
        body = [*before, ir.IfStmt(None, negate(cond), [ir.Break(None)], []), *body]
        cond = Text(None, "true")
    short = lw.polls and not before and not assigns(cond) and all_short([tested.node, again])
    lw.stmts.append(while_loop(lw, at, cond, body, short))
    after_poll(lw)


@apart_when_full
def strip_continue(stmts: list[Stmt]) -> None:
    """Drop the `continue` at the end of a loop body, also at the ends of its last if."""
    while stmts:
        last = stmts[-1]
        if type(last) is ir.Continue:
            stmts.pop()
            continue
        if type(last) is ir.IfStmt and last.other:
            strip_continue(last.then)
            strip_continue(last.other)
        break


@delivering(n.Recur)
def recur_into(lw: Lowerer, node: n.Recur, dest: Dest) -> None:
    """All arguments first, then the assignments, then round again."""
    args = lw.args(node.args)
    targets = [local.outer_js or lw.name_of(local) for local in node.loop.locals]
    steps: list[tuple[str, Expr]] = []
    for at, (name, e) in enumerate(zip(targets, args, strict=True)):
        # a variable keeps its value by itself, unless a later argument sets it
        if not (type(e) is Name and e.text == name) or some_assign(args[at + 1 :]):
            steps.append((name, e))
    if lw.tries > lw.loop_tries.get(id(node.loop), 0) and any(not is_pure(e) for _, e in steps[1:]):
        # an argument that throws must leave the variables alone: the loop's own catch may read them
        steps = [(target, e if type(e) is Text else lw.spill(e, "next")) for target, e in steps]
    # An assignment may be written before a later one only if that one does not read the variable.
    for at, (name, _) in enumerate(steps):
        if at < len(steps) - 1 and any(mentions(later, name) for _, later in steps[at + 1 :]):
            ordered = reorder(steps)
            if ordered is not None:
                steps = ordered
            else:
                steps = [
                    (
                        target,
                        value if is_simple(value) and type(value) is Text else lw.spill(value, "next"),
                    )
                    for target, value in steps
                ]
            break
    for name, e in steps:
        lw.stmts.append(ir.Assign(node.span, Name(None, name), e))
    lw.stmts.append(ir.Continue(None))


@delivering(n.While)
def while_into(lw: Lowerer, node: n.While, dest: Dest) -> None:
    turns(lw, node.span, Tested(node.test), node.body)
    deliver_nil(lw, node, dest)


def deliver_nil(lw: Lowerer, node: Node, dest: Dest) -> None:
    if dest.kind == "effect":
        lw.leave(dest)
    else:
        lw.finish(null(node.span), dest, node.span)


@expression(n.Recur)
def recur_expr(lw: Lowerer, node: n.Recur) -> Expr:
    recur_into(lw, node, EFFECT)
    return null(node.span)
