"""Lowering of functions: parameters, defaults and destructuring in the body, recur as a loop, arities.

In: a `Fn` node. Out: a JavaScript function. It is async when its own body awaits, a generator when it
yields; an arrow unless it needs `this` or a name.
"""

from __future__ import annotations

from . import ir
from . import nodes as n
from .anf import (
    RETURN,
    Lowerer,
    Method,
    Scope,
    expression,
)
from .anf_control import bind
from .anf_loops import body_loop, per_iteration_locals
from .ir import (
    Expr,
    Name,
    Stmt,
    Text,
)
from .mangle import rename


@expression(n.Fn)
def function(lw: Lowerer, node: n.Fn) -> Expr:
    return lower_fn(lw, node)


def frame_awaits(node: n.Fn) -> bool:
    return node.frame.has_await and not node.frame.has_yield


def lower_fn(lw: Lowerer, node: n.Fn, *, method: bool = False) -> ir.Function:
    saved = lw.scope, lw.stmts, lw.tries, lw.switches, lw.method, lw.own_this
    lw.scope = Scope(lw.scope)
    lw.tries = lw.switches = 0
    wrapping = lw.wrap_returns
    lw.wrap_returns = lw.await_wrapper and frame_awaits(node)
    name: str | None = None
    frame = node.frame
    if node.self_local is not None:
        if node.self_local.used:
            name = lw.name_of(node.self_local)
        elif node.name:
            name = lw.fresh(node.name)
    elif node.name and not method:
        name = rename(node.name, 1) if node.self_global else lw.fresh(node.name)
    named = name is not None
    arrow = not (named or frame.uses_this or frame.has_yield or method)
    if method:
        lw.method, lw.own_this = Method(lw.scope), False
    elif not arrow:
        lw.own_this = True
    made = lw.method
    lw.stmts = []
    if len(node.arities) == 1:
        params, rest = one_arity(lw, node.arities[0])
    else:
        params, rest = [], lw.fresh("args")
        many_arities(lw, node, rest)
    body = lw.stmts
    if frame.has_yield and body and type(body[-1]) is ir.Return:
        last = body[-1].value
        if type(last) is Text and last.text == "null":
            body.pop()  # a generator's last value is nobody's
    if method and made is not None and made.alias is not None:
        at = next((at + 1 for at, stmt in enumerate(body) if calls_super(stmt)), 0)
        body.insert(at, ir.Declare(None, "const", made.alias, Name(None, "this")))
    lw.scope, lw.stmts, lw.tries, lw.switches, lw.method, lw.own_this = saved
    lw.wrap_returns = wrapping
    return ir.Function(
        node.span, name, params, rest, body, arrow, frame.has_await, frame.has_yield, node.name
    )


def calls_super(stmt: Stmt) -> bool:
    """Is it `super(..);`? Before it there is no `this`."""
    value = stmt.value if isinstance(stmt, ir.Do) else None
    return isinstance(value, ir.CallExpr) and isinstance(value.fn, Name) and value.fn.text == "super"


def one_arity(lw: Lowerer, arity: n.Arity) -> tuple[list[str], str | None]:
    """Parameters of the JavaScript function; the body is appended to `lw.stmts`."""
    loop = arity.loop
    looping = loop is not None and loop.recurs > 0
    copies = per_iteration_locals(loop) if looping and loop is not None else []
    params: list[str] = []
    for param in arity.params:
        if param.local in copies:
            param.local.outer_js = lw.fresh(param.local.name)
            param.local.js = lw.fresh(param.local.name)
            params.append(param.local.outer_js)
        else:
            params.append(lw.name_of(param.local))
    rest: str | None = None
    if arity.rest is not None:
        if arity.rest in copies:
            arity.rest.outer_js = lw.fresh(arity.rest.name)
            arity.rest.js = lw.fresh(arity.rest.name)
            rest = arity.rest.outer_js
        else:
            rest = lw.name_of(arity.rest)
    if looping:
        assert loop is not None
        loop.inner = arity.binds
        loop.body = arity.body
        body_loop(lw, loop, RETURN, copies)
        return params, rest
    for step in arity.binds:
        bind(lw, step)
    lw.into(arity.body, RETURN)
    return params, rest


def many_arities(lw: Lowerer, node: n.Fn, args: str) -> None:
    """`switch (args.length)`, one case for each arity; the variadic one is the default."""
    outer = lw.stmts
    lw.switches += 1
    cases: list[tuple[list[Expr], list[Stmt]]] = []
    default: list[Stmt] | None = None
    fixed = [arity for arity in node.arities if arity.rest is None]
    scope = lw.scope
    for arity in sorted(fixed, key=lambda arity: len(arity.params)) + [a for a in node.arities if a.rest]:
        lw.stmts = []
        lw.scope = Scope(scope)  # each case is a block of its own
        params, rest = one_arity(lw, arity)
        body = lw.stmts
        names = params + ([f"...{rest}"] if rest else [])
        if names:
            mutable = any(param.local.assigned or param.default for param in arity.params) or (
                arity.rest is not None and arity.rest.assigned
            )
            loop = arity.loop
            mutable = mutable or bool(loop and loop.recurs)
            pattern = f"[{', '.join(names)}]"
            body.insert(0, ir.Declare(node.span, "let" if mutable else "const", pattern, Name(None, args)))
        if rest:
            default = body
        else:
            optional = [p for p in arity.params if p.default is not None]
            counts = range(len(arity.params) - len(optional), len(arity.params) + 1)
            cases.append(([Text(None, str(count)) for count in counts], body))
    if default is None:
        name = Text(None, "null" if node.name is None else _quote(node.name))
        count = ir.Dot(None, Name(None, args), "length")
        wrong = ir.CallExpr(None, lw.core("arityError"), [name, count])
        default = [ir.ThrowStmt(None, wrong)]
    cases.append(([], default))
    lw.switches -= 1
    lw.scope = scope
    lw.stmts = outer
    lw.stmts.append(ir.Switch(node.span, ir.Dot(None, Name(None, args), "length"), cases))


def _quote(text: str) -> str:
    from .literals import js_string

    return js_string(text)
