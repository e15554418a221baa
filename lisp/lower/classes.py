"""Lowering of classes.

In: a `Class` node. Out: a native `class` expression; where the parent may turn out to be Python's, `derived`
of it, which makes a Python class of such a one.
"""

from __future__ import annotations

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Text
from ..emit.mangle import mangle
from ..emit.spelling import js_string
from .expressions import IDENTIFIER
from .functions import lower_fn
from .lowerer import Lowerer, Scope, expression

# Parents that are surely JavaScript's: a name of the program, or of a module, may stand for anything.
_STANDARD = """AggregateError Array ArrayBuffer Boolean DataView Date Error EvalError Event EventTarget
Float64Array Function HTMLElement Map Number Object Promise RangeError ReferenceError RegExp Set String
SyntaxError TypeError URIError Uint8Array WeakMap WeakRef WeakSet"""
STANDARD = frozenset(_STANDARD.split())


@expression(n.Class)
def class_(lw: Lowerer, node: n.Class) -> Expr:
    parent = lw.expr(node.parent) if node.parent is not None else None
    members: list[ir.ClassMember] = []
    with lw.inside(scope=Scope(lw.scope), plain_this=parent is None):
        name: str | None = None
        if node.self_local is not None:
            name = lw.name_of(node.self_local)
        elif node.name:
            name = mangle(node.name)
        for member in node.members:
            members.append(member_of(lw, member))  # noqa: PERF401
    made = ir.ClassExpr(node.span, name, parent, members)
    if node.parent is None or (type(node.parent) is n.JsRef and node.parent.name in STANDARD):
        return made
    inner: Expr = made
    if name is not None and node.self_local is None and not needed_early(node, name):
        # In its own body the name is to mean what is made of the class: it has no binding of its own there.
        made.name = None
        inner = ir.Dot(None, ir.Object(None, [(name, made)]), name)
    starts = any(member.kind in ("constructor", "field") and not member.static for member in node.members)
    args = [inner, Text(None, "true" if starts else "false")]
    docs = [("", node.doc)] + [(m.key, m.fn.doc) for m in node.members if m.fn and isinstance(m.key, str)]
    hidden = name is not None and any(member.static and member.key == "name" for member in node.members)
    if hidden or any(doc for _, doc in docs):
        pairs = [ir.Array(None, [Text(None, js_string(k)), Text(None, js_string(d))]) for k, d in docs if d]
        args.append(ir.Array(None, list(pairs)))
    if hidden and name is not None:
        args.append(Text(None, js_string(name)))
    return ir.CallExpr(node.span, lw.core("derived"), args)


def needed_early(node: n.Class, js: str) -> bool:
    """Does the value of a static field mention the class, which is defined only later?"""
    stack: list[object] = [m.value for m in node.members if m.static and m.value is not None]
    while stack:
        match stack.pop():
            case n.GlobalRef(js=name) if name == js:
                return True
            case list() | tuple() as items:
                stack.extend(items)
            case n.Node() | n.Arity() | n.Param() | n.Member() | n.MatchArm() | n.Bind() as part:
                slots = (getattr(kind, "__slots__", ()) for kind in type(part).__mro__)
                stack.extend(getattr(part, slot, None) for names in slots for slot in names)
    return False


def member_of(lw: Lowerer, member: n.Member) -> ir.ClassMember:
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
        made: list[ir.Stmt] = []
        with lw.inside(stmts=made, scope=Scope(lw.scope)):
            value = lw.expr(member.value)
        if made:
            # an initialiser that needs statements: the one place where a function must hold them
            made.append(ir.Return(None, value))
            value = ir.CallExpr(
                member.span, ir.Function(member.span, None, [], None, made, True, False, False), []
            )
    return ir.ClassMember(member.kind, key, member.static, fn, value, None, member.span)


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
