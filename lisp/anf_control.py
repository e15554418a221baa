"""Lowering of control: let do if and/or loop recur while try throw case match.

In: a node and a destination. Out: statements. Branch code stays in its branch; a value flows to its
destination by return, by one assignment, or nowhere.
"""

from __future__ import annotations

from . import ir
from . import nodes as n
from .anf import EFFECT, RETURN, Dest, Lowerer, delivering, expression, null
from .anf_ops import negate, test, truth_of
from .ir import Expr, Name, Stmt, Text
from .lifts import lifts
from .nodes import Bind, Local, Node
from .types import type_of

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
    """`const [a, , b, ...more] = value ?? []`; an element with a default is declared by `let`."""
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
    if type_of(step.init) != "arr":
        e = ir.Binary(None, "??", e, ir.Array(None, []))
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
    saved = lw.stmts
    lw.stmts = then_stmts = []
    then = lw.expr(node.then)
    lw.stmts = other_stmts = []
    other = other_expr(lw, node)
    lw.stmts = saved
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
        saved, lw.stmts = lw.stmts, []
        then_value, then = lw.expr(node.then), lw.stmts
        lw.stmts = []
        other_value, other = other_expr(lw, node), lw.stmts
        lw.stmts = saved
        if not then and not other:
            lw.finish(ir.Cond(node.span, cond, then_value, other_value), dest, node.span)
            return
        for lw.stmts, value in ((then, then_value), (other, other_value)):
            lw.finish(value, dest, node.span)
        lw.stmts = saved
        lw.stmts.append(ir.IfStmt(node.span, cond, then, other))
        return
    then = lw.block(node.then, dest)
    if node.other is not None:
        other = lw.block(node.other, dest)
    elif dest.kind == "effect" and dest.exit is None:
        other = []
    else:
        saved, lw.stmts = lw.stmts, []
        lw.finish(null(node.span), dest, node.span)
        other, lw.stmts = lw.stmts, saved
    if not then and other:
        cond, then, other = negate(cond), other, then
    if not then and not other:
        lw.stmts.append(ir.Do(node.span, cond))
        return
    if other and ir.ends(then):
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
        return isinstance(node.key, str) and small(node.obj, budget - 1) and all(small(a, budget - 1) for a in node.args)
    if isinstance(node, n.ArrayLit):
        return len(node.items) <= 3 and all(small(item, budget - 1) for item in node.items)
    return False


@expression(n.Logic)
def logic_expr(lw: Lowerer, node: n.Logic) -> Expr:
    if lifts(node):
        return lw.through_temp(node)
    saved = lw.stmts
    found: Expr | None = None
    for at, arg in reversed(list(enumerate(node.args))):
        lw.stmts = made = []
        e = lw.expr(arg)
        if made and at:
            # lifts() was wrong: what must run first may not run before the operands on the left
            lw.stmts = saved
            node.lift = True
            return lw.through_temp(node)
        if found is None:
            found = e
        elif type_of(arg) == "bool":
            found = ir.Binary(node.span, "&&" if node.op == "and" else "||", e, found)
        elif type_of(arg) in ("num", "str", "big", "arr", "data", "fn"):
            found = found if node.op == "and" else e
        elif type_of(arg) == "nil":
            found = e if node.op == "and" else found
        elif node.op == "and":
            found = ir.Cond(node.span, truth_of(lw, e), found, e)
        else:
            found = ir.Cond(node.span, truth_of(lw, e), e, found)
        saved.extend(made)
    lw.stmts = saved
    assert found is not None
    return found


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
    outer = lw.stmts
    level: list[Stmt] = outer
    for at, arg in enumerate(node.args):
        lw.stmts = level
        if at == len(node.args) - 1:
            lw.into(arg, dest)
            break
        if dest.kind == "assign" and dest.exit is None:
            lw.into(arg, Dest("assign", dest.name))
            value: Expr = Name(None, dest.name)
        else:
            value = lw.simple(lw.expr(arg))
        level = lw.stmts
        truth = value if type_of(arg) == "bool" else truth_of(lw, value)
        if dest.kind == "assign" and dest.exit is None:
            inner: list[Stmt] = []
            level.append(ir.IfStmt(node.span, truth if node.op == "and" else negate(truth), inner, []))
            level = inner
        else:
            lw.stmts = []
            lw.finish(value, dest, node.span)
            level.append(ir.IfStmt(node.span, truth if node.op == "or" else negate(truth), lw.stmts, []))
    lw.stmts = outer


# -- loops ----------------------------------------------------------------------------------------


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
    for node in nodes:
        if recurs(node, loop):
            return True
    return False


def always_recurs(node: Node, loop: n.Loop) -> bool:
    """Do all tail paths recur to the loop (or throw)?"""
    match node:
        case n.Recur():
            return node.loop is loop
        case n.Throw():
            return True
        case n.If():
            return node.other is not None and always_recurs(node.then, loop) and always_recurs(node.other, loop)
        case n.Do():
            return always_recurs(node.body[-1], loop)
        case n.Let() | n.Letfn():
            return always_recurs(node.body, loop)
    return False


@delivering(n.Loop)
def loop_into(lw: Lowerer, node: n.Loop, dest: Dest) -> None:
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


def harmless(node: Node | None) -> bool:
    """Surely no closure is made while evaluating it."""
    if isinstance(node, (n.ArrayLit, n.Op)):
        return all(harmless(item) for item in (node.items if isinstance(node, n.ArrayLit) else node.args))
    return isinstance(node, (n.Lit, n.LocalRef, n.KeywordLit)) or (isinstance(node, n.ObjectLit) and not node.pairs)


def per_iteration_locals(node: n.Loop) -> list[Local]:
    """Rule 6: a loop variable seen by a closure, or by a finally that a recur crosses, is fresh each time round."""
    if node.crosses_finally:
        return list(node.locals)
    return [local for local in node.locals if local.captured]


def body_loop(lw: Lowerer, node: n.Loop, dest: Dest, per_iteration: list[Local]) -> None:
    body = node.body
    if isinstance(body, n.If) and not node.inner and not per_iteration and not lifts(body.test):
        other = body.other
        if always_recurs(body.then, node) and not (other is not None and recurs(other, node)):
            while_shape(lw, node, test(lw, body.test, loop=True), body.then, other, dest)
            return
        if other is not None and always_recurs(other, node) and not recurs(body.then, node):
            while_shape(lw, node, negate(test(lw, body.test, loop=True)), other, body.then, dest)
            return
    exit_ = ir.Exit()
    inside = dest if dest.kind == "return" else Dest(dest.kind, dest.name, exit_, lw.switches)
    saved, lw.stmts = lw.stmts, poll(lw)
    for local in per_iteration:
        assert local.outer_js is not None
        kind = "let" if local.mutated else "const"
        lw.stmts.append(ir.Declare(None, kind, lw.name_of(local), Name(None, local.outer_js)))
    for step in node.inner:
        bind(lw, step)
    lw.into(body, inside)
    stmts, lw.stmts = lw.stmts, saved
    strip_continue(stmts)
    lw.stmts.append(ir.WhileStmt(node.span, Text(None, "true"), stmts, exit_))
    after_poll(lw, dest.kind == "return")
    if dest.kind != "return":
        lw.leave(dest)


def while_shape(lw: Lowerer, node: n.Loop, cond: Expr, again: Node, result: Node | None, dest: Dest) -> None:
    """A loop whose body is `(if test again result)`: a while with its test, the result after it."""
    stmts = lw.block(again, EFFECT)
    strip_continue(stmts)
    lw.stmts.append(ir.WhileStmt(node.span, cond, stmts + poll(lw)))
    after_poll(lw)
    if result is not None:
        lw.into(result, dest)
    else:
        lw.finish(null(node.span), dest, node.span)


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
    for name, e in zip(targets, args, strict=True):
        if not (type(e) is Name and e.text == name):
            steps.append((name, e))
    # Written one after another, an assignment may come before a later argument only if that argument does not read the variable.
    for at, (name, e) in enumerate(steps):
        if at < len(steps) - 1 and any(mentions(later, name) for _, later in steps[at + 1 :]):
            ordered = reorder(steps)
            if ordered is not None:
                steps = ordered
            else:
                steps = [(target, value if ir.is_simple(value) and type(value) is Text else lw.spill(value, "next")) for target, value in steps]
            break
    for name, e in steps:
        lw.stmts.append(ir.Assign(node.span, Name(None, name), e))
    lw.stmts.append(ir.Continue(None))


def reorder(steps: list[tuple[str, Expr]]) -> list[tuple[str, Expr]] | None:
    """The steps in an order in which none reads what an earlier one assigned; only plain ones are moved."""
    targets = {name for name, _ in steps}
    effects = any(not plain(value) for _, value in steps)
    if any(assigns(value) for _, value in steps) or (effects and any(varies(value, targets) for _, value in steps)):
        return None
    left = list(steps)
    done: list[tuple[str, Expr]] = []
    while left:
        effects = False
        for at, (name, value) in enumerate(left):
            if not plain(value):
                if effects:
                    continue  # effects keep their order
                effects = True
            if not any(mentions(e, name) for other, (_, e) in enumerate(left) if other != at):
                done.append(left.pop(at))
                break
        else:
            return None
    return done


def varies(e: Expr, targets: set[str]) -> bool:
    """Does a plain argument read a variable that a call in another argument may set?"""
    match e:
        case Name():
            return not e.stable and e.text not in targets
        case ir.Binary():
            return varies(e.left, targets) or varies(e.right, targets)
        case ir.Unary():
            return varies(e.value, targets)
        case ir.Cond():
            return varies(e.test, targets) or varies(e.then, targets) or varies(e.other, targets)
    return False


def assigns(e: Expr) -> bool:
    """Might evaluating `e` assign a variable that another argument reads? Calls only assign captured ones."""
    match e:
        case Name() | Text() | ir.Function():
            return False
        case ir.Binary():
            return assigns(e.left) or assigns(e.right)
        case ir.Unary() | ir.AwaitExpr() | ir.SpreadExpr():
            return assigns(e.value)
        case ir.Cond():
            return assigns(e.test) or assigns(e.then) or assigns(e.other)
        case ir.CallExpr():
            return assigns(e.fn) or some_assign(e.args)
        case ir.Array():
            return some_assign(e.items)
        case ir.Dot():
            return assigns(e.obj)
        case ir.Sub():
            return assigns(e.obj) or assigns(e.key)
    return True


def some_assign(items: list[Expr]) -> bool:
    for item in items:
        if assigns(item):
            return True
    return False


def plain(e: Expr) -> bool:
    """Without effect: names, literals, native arithmetic (any order gives the same)."""
    kind = type(e)
    if kind in (Name, Text):
        return True
    if kind is ir.Binary:
        assert isinstance(e, ir.Binary)
        return plain(e.left) and plain(e.right)
    if kind is ir.Unary:
        assert isinstance(e, ir.Unary)
        return plain(e.value)
    if kind is ir.Cond:
        assert isinstance(e, ir.Cond)
        return plain(e.test) and plain(e.then) and plain(e.other)
    return False


def mentions(e: Expr, name: str) -> bool:
    """Might evaluating `e` read the variable? Calls cannot (a captured variable has a copy), closures neither."""
    match e:
        case Name():
            return e.text == name
        case ir.Binary():
            return mentions(e.left, name) or mentions(e.right, name)
        case ir.Unary() | ir.AwaitExpr() | ir.SpreadExpr():
            return mentions(e.value, name)
        case ir.Cond():
            return mentions(e.test, name) or mentions(e.then, name) or mentions(e.other, name)
        case ir.CallExpr():
            return mentions(e.fn, name) or some_mentions(e.args, name)
        case ir.Array():
            return some_mentions(e.items, name)
        case ir.Dot():
            return mentions(e.obj, name)
        case Text() | ir.Function():
            return False
        case ir.Sub():
            return mentions(e.obj, name) or mentions(e.key, name)
        case ir.Object():
            return some_mentions([part for pair in e.pairs for part in pair if not isinstance(part, str)], name)
        case ir.TemplateText():
            return some_mentions([part for part in e.parts if not isinstance(part, str)], name)
    return True


def some_mentions(items: list[Expr], name: str) -> bool:
    for item in items:
        if mentions(item, name):
            return True
    return False


@delivering(n.While)
def while_into(lw: Lowerer, node: n.While, dest: Dest) -> None:
    saved, lw.stmts = lw.stmts, []
    cond = test(lw, node.test, loop=True)
    before, lw.stmts = lw.stmts, saved
    body = lw.block(node.body, EFFECT)
    if before:
        body = [*before, ir.IfStmt(None, negate(cond), [ir.Break(None)], []), *body]
        cond = Text(None, "true")
    lw.stmts.append(ir.WhileStmt(node.span, cond, body + poll(lw)))
    after_poll(lw)
    deliver_nil(lw, node, dest)


def deliver_nil(lw: Lowerer, node: Node, dest: Dest) -> None:
    if dest.kind == "effect":
        lw.leave(dest)
    else:
        lw.finish(null(node.span), dest, node.span)


# -- throw and try --------------------------------------------------------------------------------


@delivering(n.Throw)
def throw_into(lw: Lowerer, node: n.Throw, dest: Dest) -> None:
    lw.stmts.append(ir.ThrowStmt(node.span, lw.expr(node.value)))


@expression(n.Throw)
def throw_expr(lw: Lowerer, node: n.Throw) -> Expr:
    throw_into(lw, node, EFFECT)
    return null(node.span)


@expression(n.Recur)
def recur_expr(lw: Lowerer, node: n.Recur) -> Expr:
    recur_into(lw, node, EFFECT)
    return null(node.span)


@delivering(n.Try)
def try_into(lw: Lowerer, node: n.Try, dest: Dest) -> None:
    lw.tries += 1
    body = lw.block(node.body, dest)
    if node.final is None:
        lw.tries -= 1
    param: str | None = None
    handler: list[Stmt] | None = None
    if node.catches:
        param, handler = catch_all(lw, node, dest)
    final: list[Stmt] | None = None
    if node.final is not None:
        lw.tries -= 1
        final = lw.block(node.final, EFFECT)
    lw.stmts.append(ir.TryStmt(node.span, body, param, handler, final))


def catch_all(lw: Lowerer, node: n.Try, dest: Dest) -> tuple[str, list[Stmt]]:
    """One JavaScript catch for all clauses: typed ones in order, then the untyped, else throw on."""
    param = lw.name_of(node.catches[0].local)
    error = Name(None, param, True)
    saved = lw.stmts
    handler: list[Stmt] = []
    rest = handler
    for clause in node.catches:
        lw.stmts = rest
        cond: Expr | None = None
        if clause.interrupt:
            cond = ir.CallExpr(clause.span, lw.core("isInterrupt"), [error])
        elif clause.kind is not None:
            cond = caught_by(lw, clause.kind, error)
        elif lw.polls:
            lw.stmts.append(ir.Do(None, ir.CallExpr(None, lw.core("passInterrupt"), [error])))
        local = clause.local
        if cond is not None:
            lw.stmts = []
        if local.js is None and local.assigned:
            lw.stmts.append(ir.Declare(None, "let", lw.name_of(local), error))
        elif local.js is None:
            local.js = param
        lw.into(clause.body, dest)
        if cond is None:
            break
        made = lw.stmts
        other: list[Stmt] = []
        if ir.ends(made):
            rest.append(ir.IfStmt(clause.span, cond, made, []))
        else:
            rest.append(ir.IfStmt(clause.span, cond, made, other))
            rest = other
    else:
        rest.append(ir.ThrowStmt(None, error))
    lw.stmts = saved
    return param, handler


def caught_by(lw: Lowerer, kind: Node, error: Expr) -> Expr:
    if isinstance(kind, n.JsRef) and kind.name[0] != "$":
        return ir.Binary(kind.span, "instanceof", error, Name(kind.span, kind.name))
    return ir.CallExpr(kind.span, lw.core("caught"), [error, lw.expr(kind)])


__all__ = ["RETURN", "bind", "body_loop", "deliver_nil", "per_iteration_locals", "poll"]
