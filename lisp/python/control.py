"""let, letfn, do, if, case, match, try, with, throw.

In: a node and a destination. Out: statements of Python's. Branch code stays in its branch.
"""

from __future__ import annotations

import ast

from .. import nodes as n
from ..nodes import Bind, Local, Node
from .defs import function_into
from .operators import test
from .writer import Dest, Writer, constant, delivering, expression, is_stable, locate, stable

_ERRORS = {"Error": "Exception", "TypeError": "TypeError", "SyntaxError": "SyntaxError"}


# -- binding --------------------------------------------------------------------------------------


def bind_all(w: Writer, binds: list[Bind]) -> None:
    """A binding list, step by step."""
    defaults = {step.local for step in binds if step.init is None and step.default is not None}
    for step in binds:
        bind(w, step, defaults)


def bind(w: Writer, step: Bind, defaults: set[Local]) -> None:
    local = step.local
    if step.elements is not None:
        pattern(w, step, defaults)
    elif step.init is None:  # a default of what is bound already
        assert step.default is not None
        missing(w, local, step.default)
    elif step.default is not None:
        assert isinstance(step.init, n.Lookup)
        found = [*w.args([step.init.obj, step.init.key]), w.glob(("missing", None), "MISSING")]
        w.give(local, w.call("get", *found), step.span)
        missing(w, local, step.default)
    elif type(step.init) is n.Fn:
        function_into(w, step.init, local)
    elif local in w.boxed or not in_statements(step.init):
        w.give(local, w.expr(step.init), step.span)
    else:
        name = w.declare(local)
        if local in w.boxed:
            w.give(local, w.expr(step.init), step.span)
        else:
            w.into(step.init, Dest("assign", name))


def in_statements(node: Node) -> bool:
    return isinstance(node, (n.If, n.Loop, n.Try, n.Match, n.Case, n.With, n.Logic))


def missing(w: Writer, local: Local, default: Node) -> None:
    """`if x is MISSING: x = default`."""
    value = w.load(local)
    truth = ast.Compare(value, [ast.Is()], [w.glob(("missing", None), "MISSING")])
    w.put(ast.If(truth, w.block(lambda: w.give(local, w.expr(default), default.span)), []), default.span)


def pattern(w: Writer, step: Bind, defaults: set[Local]) -> None:
    """`a, b = part(value, 2)`, `a, *more = whole(value, 1)`."""
    assert step.elements is not None and step.init is not None
    value = w.expr(step.init)
    names: list[ast.expr] = []
    later: list[tuple[Local, str]] = []
    with_default = any(local in defaults for local in step.elements if local is not None)
    for local in step.elements:
        name = w.fresh("_") if local is None else w.declare(local)
        if local is not None and local in w.boxed:
            name = w.fresh(local.name)
            later.append((local, name))
        names.append(ast.Name(name, ast.Store()))
    if step.rest is not None:
        name = w.declare(step.rest)
        if step.rest in w.boxed:
            name = w.fresh(step.rest.name)
            later.append((step.rest, name))
        names.append(ast.Starred(ast.Name(name, ast.Store()), ast.Store()))
    args: list[ast.expr] = [value, constant(len(step.elements))]
    if with_default:
        args.append(w.glob(("missing", None), "MISSING"))
    taken = w.call("%whole" if step.rest is not None else "%part", *args)
    if not names:
        w.put(ast.Expr(taken), step.span)
        return
    w.put(ast.Assign([ast.Tuple(names, ast.Store())], taken), step.span)
    for local, name in later:
        w.give(local, ast.Name(name, ast.Load()), step.span)
    if with_default:
        for local in step.elements:
            if local is not None and local not in defaults:
                missing(w, local, n.Lit(step.span, "null"))


@expression(n.Let)
def let(w: Writer, node: n.Let) -> ast.expr:
    bind_all(w, node.binds)
    return w.expr(node.body)


@delivering(n.Let)
def let_into(w: Writer, node: n.Let, dest: Dest) -> None:
    bind_all(w, node.binds)
    w.into(node.body, dest)


@expression(n.Letfn)
def letfn(w: Writer, node: n.Letfn) -> ast.expr:
    define_fns(w, node)
    return w.expr(node.body)


@delivering(n.Letfn)
def letfn_into(w: Writer, node: n.Letfn, dest: Dest) -> None:
    define_fns(w, node)
    w.into(node.body, dest)


def define_fns(w: Writer, node: n.Letfn) -> None:
    """Functions that know each other; in a loop each has a box, which is there before any of them."""
    for local, _ in node.fns:
        w.declare(local)
        if local in w.fresh_each_turn and len(node.fns) > 1:
            w.boxed.add(local)
    for local, _ in node.fns:
        if local in w.boxed:
            w.give(local, constant(None), node.span)
    for local, fn in node.fns:
        if type(fn) is n.Fn:
            function_into(w, fn, local, made=True)
        else:
            w.give(local, w.expr(fn), fn.span)


# -- do, if ---------------------------------------------------------------------------------------


@expression(n.Do)
def do(w: Writer, node: n.Do) -> ast.expr:
    for item in node.body[:-1]:
        w.into(item, Dest("effect"))
    return w.expr(node.body[-1])


@delivering(n.Do)
def do_into(w: Writer, node: n.Do, dest: Dest) -> None:
    for item in node.body[:-1]:
        w.into(item, Dest("effect"))
    w.into(node.body[-1], dest)


def other_of(node: n.If) -> Node:
    return node.other if node.other is not None else n.Lit(node.span, "null", "nil")


@expression(n.If)
def if_(w: Writer, node: n.If) -> ast.expr:
    truth = test(w, node.test)
    if isinstance(truth, ast.Constant):
        return w.expr(node.then if truth.value else other_of(node))
    then_stmts: list[ast.stmt] = []
    other_stmts: list[ast.stmt] = []
    with w.inside(stmts=then_stmts):
        then = w.expr(node.then)
    with w.inside(stmts=other_stmts):
        other = w.expr(other_of(node))
    if not then_stmts and not other_stmts:
        return ast.IfExp(truth, then, other)
    name = w.fresh("v")
    with w.inside(stmts=then_stmts):
        w.assign(name, then, node.then.span)
    with w.inside(stmts=other_stmts):
        w.assign(name, other, other_of(node).span)
    w.put(ast.If(truth, then_stmts, other_stmts), node.span)
    return stable(ast.Name(name, ast.Load()), True)


@delivering(n.If)
def if_into(w: Writer, node: n.If, dest: Dest) -> None:
    truth = test(w, node.test)
    if isinstance(truth, ast.Constant):
        w.into(node.then if truth.value else other_of(node), dest)
        return
    then = w.body(node.then, dest)
    nothing = node.other is None and dest.kind == "effect" and not dest.leaves
    other = [] if nothing else w.block(lambda: w.into(other_of(node), dest))
    w.put(ast.If(truth, then, other), node.span)


# -- case, match ----------------------------------------------------------------------------------


@delivering(n.Case)
def case_into(w: Writer, node: n.Case, dest: Dest) -> None:
    value = w.simple(w.expr(node.value))
    with w.inside(stmts=w.stmts):
        for keys, arm in node.arms:
            tests = [same(w, value, key) for key in keys]
            truth = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
            other: list[ast.stmt] = []
            w.put(ast.If(truth, w.body(arm, dest), other), node.span)
            w.stmts = other
        w.into(node.default if node.default is not None else n.Lit(node.span, "null", "nil"), dest)
        if not w.stmts:
            w.stmts.append(ast.Pass())


def same(w: Writer, value: ast.expr, key: Node) -> ast.expr:
    wanted = w.expr(key)
    if isinstance(wanted, ast.Constant) and (wanted.value is None or isinstance(wanted.value, bool)):
        return ast.Compare(value, [ast.Is()], [wanted])
    if isinstance(wanted, ast.Constant) and wanted.value not in (0, 1):
        return ast.Compare(value, [ast.Eq()], [wanted])
    return w.call("%eq", value, wanted)


@delivering(n.Match)
def match_into(w: Writer, node: n.Match, dest: Dest) -> None:
    """Each arm is a nest of ifs that leaves where it matches; all stand in a loop of one turn if need be."""
    w.give(node.subject, w.expr(node.value), node.span)
    around = dest.kind != "return" and not dest.leaves
    inside = Dest(dest.kind, dest.name, True) if around else dest
    made: list[ast.stmt] = []
    with w.inside(stmts=made):
        for arm in node.arms:
            with w.inside(stmts=w.stmts):
                match_arm(w, arm, inside)
        if not any(arm.guard is None and all(isinstance(s, Bind) for s in arm.steps) for arm in node.arms):
            wrong = w.call("%noClause", constant("match"), w.load(node.subject))
            w.put(ast.Raise(wrong, None), node.span)
    if around:
        w.put(ast.While(constant(True), made, []), node.span)
    else:
        w.stmts.extend(made)


def match_arm(w: Writer, arm: n.MatchArm, dest: Dest) -> None:
    """Tests and bindings in order; what follows a test stands in its `if`."""
    for at, step in enumerate(arm.steps):
        if isinstance(step, Bind):
            following = arm.steps[at + 1] if at + 1 < len(arm.steps) else None
            if isinstance(step.init, n.Lookup) and asks_presence(following, step.local):
                found = [*w.args([step.init.obj, step.init.key]), w.glob(("missing", None), "MISSING")]
                w.give(step.local, w.call("get", *found), step.span)
            else:
                bind(w, step, set())
        elif (local := presence(step)) is not None:
            enter(w, ast.Compare(w.load(local), [ast.IsNot()], [w.glob(("missing", None), "MISSING")]), step)
        else:
            enter(w, test(w, step), step)
    if arm.guard is not None:
        enter(w, test(w, arm.guard), arm.guard)
    w.into(arm.body, dest)
    if not w.stmts:
        w.stmts.append(ast.Pass())


def presence(step: Node | Bind | None) -> Local | None:
    """The local of which a step asks whether a key was there."""
    match step:
        case n.Op(op="not", args=[n.Op(op="undefined?", args=[n.LocalRef(local=local)])]):
            return local
    return None


def asks_presence(step: Node | Bind | None, local: Local) -> bool:
    return presence(step) is local


def enter(w: Writer, truth: ast.expr, step: Node) -> None:
    """What is written from here on stands in an `if`."""
    if isinstance(truth, ast.Constant) and truth.value:
        return
    inner: list[ast.stmt] = []
    w.put(ast.If(truth, inner, []), step.span)
    w.stmts = inner


# -- errors ---------------------------------------------------------------------------------------


@delivering(n.Throw)
def throw(w: Writer, node: n.Throw, dest: Dest) -> None:
    value = w.expr(node.value)
    sure = type(node.value) is n.Call and type(node.value.fn) is n.CoreRef and node.value.fn.name != "get"
    sure = sure and node.value.fn.name in ("error", "ex-info", "%noClause")  # type: ignore[attr-defined]
    w.put(ast.Raise(value if sure else w.call("%thrown", value), None), node.span)


@delivering(n.Try)
def try_into(w: Writer, node: n.Try, dest: Dest) -> None:
    w.at.tries += 1
    body = w.body(node.body, dest)
    handlers = []
    for at, clause in enumerate(node.catches):
        if is_error(clause):  # it catches all exceptions, and what comes after it values that are none
            handlers.append(error_handler(w, clause, node.catches[at + 1 :], dest))
            break
        handlers.append(handler(w, clause, dest))
    final = w.body(node.final, Dest("effect")) if node.final is not None else []
    w.at.tries -= 1
    if not handlers and not final:
        w.stmts.extend(body)
        return
    w.put(ast.Try(body, handlers, [], final), node.span)


def is_error(clause: n.Catch) -> bool:
    return type(clause.kind) is n.JsRef and clause.kind.name == "Error"


def error_handler(w: Writer, clause: n.Catch, later: list[n.Catch], dest: Dest) -> ast.ExceptHandler:
    """`(catch Error e ..)`, which lets `(throw 5)` through, to the clause without a class if there is one."""
    raised = w.fresh("e")

    def work(clause: n.Catch) -> None:
        if clause.local.used:
            w.give(clause.local, w.call("%caught", ast.Name(raised, ast.Load())), clause.span)
        w.into(clause.body, dest)

    other = next((clause for clause in later if clause.kind is None), None)
    is_value = ast.Call(w.builtin("isinstance"), [ast.Name(raised, ast.Load()), w.core("%Thrown")], [])
    values: list[ast.stmt] = [ast.Raise(None, None)]
    if other is not None:
        values = w.block(lambda: work(other))
    branch = ast.If(is_value, values or [ast.Pass()], w.block(lambda: work(clause)) or [ast.Pass()])
    locate(branch, clause.span)
    return ast.ExceptHandler(w.builtin("Exception"), raised, [branch])


def handler(w: Writer, clause: n.Catch, dest: Dest) -> ast.ExceptHandler:
    kind: ast.expr
    if clause.kind is None:
        kind = w.builtin("KeyboardInterrupt" if clause.interrupt else "Exception")
    elif type(clause.kind) is n.JsRef:
        if clause.kind.name not in _ERRORS:
            hint = "catch Python's, as py.ValueError, or leave the class out"
            raise w.refuse(clause.kind, f"{clause.kind.name} is JavaScript's", hint)
        kind = w.builtin(_ERRORS[clause.kind.name])
    else:
        kind = w.expr(clause.kind)
        if not isinstance(kind, (ast.Name, ast.Attribute)):
            raise w.refuse(clause.kind, "a catch names a class", "(catch py.ValueError e ..)")
    raised = w.fresh("e") if clause.local.used else None

    def work() -> None:
        if raised is not None:
            w.give(clause.local, w.call("%caught", ast.Name(raised, ast.Load())), clause.span)
        w.into(clause.body, dest)

    return ast.ExceptHandler(kind, raised, w.block(work) or [ast.Pass()])


@delivering(n.With)
def with_into(w: Writer, node: n.With, dest: Dest) -> None:
    manager = w.expr(node.value)
    name: str | None = None
    if node.entered is not None and (node.entered.used or node.binds):
        name = w.fresh(node.entered.name)

    def work() -> None:
        if name is not None and node.entered is not None:
            w.give(node.entered, ast.Name(name, ast.Load()), node.span)
        bind_all(w, node.binds)
        w.into(node.body, dest)

    outer = dest
    if outer.kind == "assign" and not outer.leaves:  # the body may still read what is assigned
        dest = Dest("assign", w.fresh("entered"))
        w.assign(dest.name, constant(None), node.span)
    body = w.block(work) or [ast.Pass()]
    item = ast.withitem(manager, ast.Name(name, ast.Store()) if name is not None else None)
    kind = ast.AsyncWith if node.is_async else ast.With
    w.put(kind([item], body), node.span)
    if dest is not outer:
        w.finish(ast.Name(dest.name, ast.Load()), outer, node.span)
    elif dest.kind == "return" or dest.leaves:
        w.finish(constant(None), dest, node.span)  # the manager may have swallowed an exception


__all__ = ["bind_all", "is_stable"]
