"""Operators, truth and tests.

In: an `Op`, or a node whose truth is asked. Out: Python's operator where it means the same, else a call of
the core.

    (+ a b)     a + b           (/ a 2)   a / 2         (if (< a b) ..)   if a < b:
    (/ a b)     div(a, b)       (= a 5)   a == 5        (if a ..)         if truthy(a):
    (mod a 3)   a % 3           (= a b)   eq(a, b)      (and a b)         b if truthy(a) else a
"""

from __future__ import annotations

import ast

from .. import nodes as n
from ..lower.types import TRUTHY, type_of
from ..nodes import Node
from .writer import EFFECT, Dest, Writer, constant, delivering, expression, is_stable, stable

_ARITHMETIC: dict[str, type[ast.operator]] = {
    "+": ast.Add, "-": ast.Sub, "*": ast.Mult, "/": ast.Div, "**": ast.Pow, "mod": ast.Mod,
}  # fmt: skip
_COMPARISON: dict[str, type[ast.cmpop]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_EQUALITY = ("=", "==", "not=")
_ZERO: dict[str, type[ast.cmpop]] = {"zero?": ast.Eq, "pos?": ast.Gt, "neg?": ast.Lt}
_HALVES = {"even?": 0, "odd?": 1}
_TESTS = {
    *_COMPARISON,
    *_EQUALITY,
    *_ZERO,
    *_HALVES,
    "nil?",
    "some?",
    "true?",
    "false?",
    "not",
    "string?",
    "number?",
}


@expression(n.Op)
def op(w: Writer, node: n.Op) -> ast.expr:
    name = node.op
    if name == "not":
        return ast.UnaryOp(ast.Not(), test(w, node.args[0]))
    made = w.args(node.args)
    if name in _ARITHMETIC:
        return arithmetic(w, node, made)
    if name in _COMPARISON:
        return chain(w, _COMPARISON[name], made)
    if name in _EQUALITY:
        return equality(w, node, made)
    a = made[0]
    if name in ("inc", "dec"):
        return ast.BinOp(a, ast.Add() if name == "inc" else ast.Sub(), constant(1))
    if name == "neg":
        return ast.UnaryOp(ast.USub(), a)
    if name in ("nil?", "some?", "true?", "false?"):
        value = {"true?": True, "false?": False}.get(name)
        return ast.Compare(a, [ast.IsNot() if name == "some?" else ast.Is()], [constant(value)])
    if name in _ZERO:
        return ast.Compare(a, [_ZERO[name]()], [constant(0)])
    if name in _HALVES:
        rest = ast.BinOp(a, ast.Mod(), constant(2))
        return ast.Compare(rest, [ast.Eq()], [constant(_HALVES[name])])
    if name == "string?":
        return ast.Call(w.builtin("isinstance"), [a, w.builtin("str")], [])
    if name == "instance?":
        return ast.Call(w.builtin("isinstance"), [made[1], a], [])
    if name in ("undefined?", "typeof"):
        raise w.refuse(node, f"{name} is JavaScript's", "(nil? x), or (py.type x)")
    return w.call(name, *made)


def arithmetic(w: Writer, node: n.Op, made: list[ast.expr]) -> ast.expr:
    name = node.op
    a, b = made
    if name == "+" and type_of(node) == "str":
        return w.call("str", a, b)
    plain = name in "+-*"
    if name in ("/", "mod"):
        plain = isinstance(b, ast.Constant) and isinstance(b.value, (int, float)) and b.value != 0
    elif name == "**":
        plain = isinstance(b, ast.Constant) and isinstance(b.value, int) and b.value >= 0
    if not plain:
        return w.call({"/": "%div"}.get(name, name), a, b)
    return ast.BinOp(a, _ARITHMETIC[name](), b)


def chain(w: Writer, kind: type[ast.cmpop], made: list[ast.expr]) -> ast.expr:
    """`(< a b c)`; all operands are evaluated, so those that Python might leave out come before."""
    if any(not is_stable(e) for e in made[2:]):
        made = [w.simple(e) for e in made]
    return ast.Compare(made[0], [kind() for _ in made[1:]], made[1:])


def equality(w: Writer, node: n.Op, made: list[ast.expr]) -> ast.expr:
    negated = node.op == "not="
    if len(made) > 2:
        return w.call(node.op, *made)
    a, b = made
    kinds = type_of(node.args[0]), type_of(node.args[1])
    if isinstance(a, ast.Constant) and not isinstance(b, ast.Constant):
        a, b, kinds = b, a, (kinds[1], kinds[0])
    if isinstance(b, ast.Constant) and b.value is None:
        return ast.Compare(a, [ast.IsNot() if negated else ast.Is()], [b])
    if is_plain(b) or kinds == ("num", "num"):
        return ast.Compare(a, [ast.NotEq() if negated else ast.Eq()], [b])
    found: ast.expr = w.call("%eq", a, b)
    return ast.UnaryOp(ast.Not(), found) if negated else found


def is_plain(e: ast.expr) -> bool:
    """A constant to which Python's `==` says what `=` says: of 0 and 1 it says that they equal booleans."""
    return isinstance(e, ast.Constant) and (
        isinstance(e.value, str)
        or (isinstance(e.value, (int, float)) and not isinstance(e.value, bool) and e.value not in (0, 1))
    )


# -- truth ----------------------------------------------------------------------------------------


def test(w: Writer, node: Node) -> ast.expr:
    """The node's truth as Python's condition: only nil and false are false."""
    if type(node) is n.Logic:
        return logic_test(w, node)
    known = type_of(node)
    e = w.expr(node)
    if is_test(node):
        return e
    if known in TRUTHY or known == "nil":
        w.finish(e, EFFECT, node.span)
        return constant(known != "nil")
    return w.call("%truthy", e)


def is_test(node: Node) -> bool:
    """Is it true or false as Python has it?"""
    return type_of(node) == "bool" or (type(node) is n.Op and node.op in _TESTS)


def logic_test(w: Writer, node: n.Logic) -> ast.expr:
    """`a and b` of truth values; what an operand needs before it stands in an `if` of those on its left."""
    found: ast.expr | None = None
    for arg in node.args:
        own: list[ast.stmt] = []
        with w.inside(stmts=own):
            one = w.deep(test, w, arg)
        if found is None:
            w.stmts.extend(own)
            found = one
        elif own:
            name = w.fresh("v")
            w.assign(name, found, node.span)
            with w.inside(stmts=own):
                w.assign(name, one, arg.span)
            asked: ast.expr = ast.Name(name, ast.Load())
            w.put(ast.If(asked if node.op == "and" else ast.UnaryOp(ast.Not(), asked), own, []), node.span)
            found = stable(ast.Name(name, ast.Load()), True)
        else:
            found = ast.BoolOp(ast.And() if node.op == "and" else ast.Or(), [found, one])
    assert found is not None
    return found


@expression(n.Logic)
def logic(w: Writer, node: n.Logic) -> ast.expr:
    """The first operand that decides, else the last one."""
    parts: list[tuple[list[ast.stmt], ast.expr]] = []
    for arg in node.args:
        own: list[ast.stmt] = []
        with w.inside(stmts=own):
            e = w.expr(arg)
        parts.append((own, e))
    if any(own for own, _ in parts[1:]):
        return logic_by_statements(w, node, parts)
    w.stmts.extend(parts[0][0])
    found = parts[-1][1]
    for arg, (_, e) in zip(reversed(node.args[:-1]), reversed(parts[:-1]), strict=True):
        found = joined(w, node.op, arg, e, found)
    return found


def joined(w: Writer, op: str, arg: Node, e: ast.expr, rest: ast.expr) -> ast.expr:
    if is_test(arg):
        return ast.BoolOp(ast.And() if op == "and" else ast.Or(), [e, rest])
    asked = e
    if not is_stable(e):
        name = w.fresh("v")
        asked = ast.NamedExpr(ast.Name(name, ast.Store()), e)
        e = ast.Name(name, ast.Load())
    truth: ast.expr = w.call("%truthy", asked)
    return ast.IfExp(truth, rest, e) if op == "and" else ast.IfExp(truth, e, rest)


def logic_by_statements(w: Writer, node: n.Logic, parts: list[tuple[list[ast.stmt], ast.expr]]) -> ast.expr:
    name = w.fresh("v")
    result = stable(ast.Name(name, ast.Load()), True)
    outer = w.stmts
    here = outer
    for at, (own, e) in enumerate(parts):
        with w.inside(stmts=here):
            here.extend(own)
            w.assign(name, e, node.args[at].span)
            if at < len(parts) - 1:
                truth: ast.expr = w.call("%truthy", result)
                inner: list[ast.stmt] = []
                w.put(
                    ast.If(truth if node.op == "and" else ast.UnaryOp(ast.Not(), truth), inner, []), node.span
                )
                here = inner
    return result


@delivering(n.Logic)
def logic_into(w: Writer, node: n.Logic, dest: Dest) -> None:
    """As statements, so that the last operand may be a `recur`."""
    if dest.kind == "effect" and not dest.leaves:
        first = n.Logic(node.span, node.op, node.args[:-1]) if len(node.args) > 2 else node.args[0]
        truth = test(w, first)
        if node.op == "or":
            truth = ast.UnaryOp(ast.Not(), truth)
        w.put(ast.If(truth, w.body(node.args[-1], dest), []), node.span)
        return
    if not tail_matters(node.args[-1]):
        w.finish(logic(w, node), dest, node.span)
        return
    with w.inside(stmts=w.stmts):
        for arg in node.args[:-1]:
            value = w.simple(w.expr(arg))
            truth = value if is_test(arg) else w.call("%truthy", value)
            inner: list[ast.stmt] = []
            decided = w.block(lambda value=value, at=arg.span: w.finish(value, dest, at)) or [ast.Pass()]  # type: ignore[misc]
            if node.op == "and":
                w.put(ast.If(truth, inner, decided), node.span)
            else:
                w.put(ast.If(truth, decided, inner), node.span)
            w.stmts = inner
        w.into(node.args[-1], dest)
        if not w.stmts:
            w.stmts.append(ast.Pass())


def tail_matters(node: Node) -> bool:
    """May it be a `recur`, or other statements that leave by themselves?"""
    return isinstance(
        node, (n.Recur, n.If, n.Do, n.Let, n.Letfn, n.Try, n.Case, n.Match, n.Logic, n.With, n.Loop, n.Throw)
    )
