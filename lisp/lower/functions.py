"""Lowering of functions: parameters, defaults and destructuring in the body, recur as a loop, arities.

In: a `Fn` node. Out: a JavaScript function. It is async when its own body awaits, a generator when it
yields; an arrow unless it needs `this` or a name.
"""

from __future__ import annotations

from collections.abc import Callable

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..emit.mangle import rename
from ..emit.spelling import js_string
from .control import bind
from .loops import body_loop, per_iteration_locals
from .lowerer import RETURN, Lowerer, Method, Scope, expression


@expression(n.Fn)
def function(lw: Lowerer, node: n.Fn) -> Expr:
    return lower_fn(lw, node)


def lower_fn(
    lw: Lowerer, node: n.Fn, *, method: bool = False, first: Callable[[str | None], list[Stmt]] | None = None
) -> ir.Function:
    """`first`: what stands before all else in the body, by the function's own name."""
    frame = node.frame
    scope = Scope(lw.scope)
    body: list[Stmt] = []
    wrapping = lw.await_wrapper and frame.has_await and not frame.has_yield
    around = Method(scope) if method else lw.method
    with lw.inside(
        scope=scope,
        stmts=body,
        tries=0,
        blocks=(),
        switches=0,
        wrap_returns=wrapping,
        method=around,
        own_this=lw.own_this,
    ):
        name = own_name(lw, node, method)
        arrow = not (name is not None or frame.uses_this or frame.has_yield or method)
        lw.own_this = not method and (lw.own_this or not arrow)
        if first is not None:
            lw.stmts.extend(first(name))
        if len(node.arities) == 1:
            params, rest = one_arity(lw, node.arities[0])
        else:
            params, rest = [], lw.fresh("args")
            many_arities(lw, node, rest)
    if frame.has_yield and body and type(body[-1]) is ir.Return:
        last = body[-1].value
        if type(last) is Text and last.text == "null":
            body.pop()  # a generator's last value is nobody's
    if method and around is not None and around.alias is not None:
        at = next((at + 1 for at, stmt in enumerate(body) if calls_super(stmt)), 0)
        body.insert(at, ir.Declare(None, "const", around.alias, Name(None, "this")))
    return ir.Function(
        node.span, name, params, rest, body, arrow, frame.has_await, frame.has_yield, node.name, node.doc
    )


def own_name(lw: Lowerer, node: n.Fn, method: bool) -> str | None:
    """The name of the function expression, where it needs one."""
    if node.self_local is not None:
        if node.self_local.used:
            return lw.name_of(node.self_local)
        return lw.fresh(node.name) if node.name else None
    if not node.name or method:
        return None
    return rename(node.name, 1) if node.self_global else lw.fresh(node.name)


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
    cases: list[tuple[list[Expr], list[Stmt]]] = []
    default: list[Stmt] | None = None
    fixed = [arity for arity in node.arities if arity.rest is None]
    for arity in sorted(fixed, key=lambda arity: len(arity.params)) + [a for a in node.arities if a.rest]:
        body: list[Stmt] = []
        # each case is a block of its own
        with lw.inside(stmts=body, scope=Scope(lw.scope), switches=lw.switches + 1):
            params, rest = one_arity(lw, arity)
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
        name = Text(None, "null" if node.name is None else js_string(node.name))
        count = ir.Dot(None, Name(None, args), "length")
        wrong = ir.CallExpr(None, lw.core("arityError"), [name, count])
        default = [ir.ThrowStmt(None, wrong)]
    cases.append(([], default))
    lw.stmts.append(ir.Switch(node.span, ir.Dot(None, Name(None, args), "length"), cases))
