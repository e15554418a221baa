"""Operators: native where operands are known, guarded by `typeof` where they are not.

In: an `Op` node. Out: an expression.

    both known numbers      (+ i 1)       i + 1
    names of unknown type   (+ a b)       typeof a === "number" && typeof b === "number" ? a + b : add(a, b)
    a tree of them          (* (+ a b) 2) typeof a === "number" && .. ? (a + b) * 2 : mul(add(a, b), 2)

The slow path knows BigInt promotion and Python's operators. A loop's own test against a known number is
native without a guard (a call in a hot loop costs even when it is never taken): JavaScript then asks a
Python object for its number.
"""

from __future__ import annotations

from itertools import pairwise

from . import ir
from . import nodes as n
from .anf import Lowerer, expression
from .ir import (
    Binary,
    Expr,
    Name,
    Text,
)
from .mangle import mangle
from .nodes import Node
from .types import NATIVE, TRUTHY, type_of

SLOW = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
    "neg": "neg", "inc": "inc", "dec": "dec",
}  # fmt: skip
TREE = {"+", "-", "*", "/", "**", "inc", "dec", "neg"}
COMPARE = {"<", "<=", ">", ">="}
NUMERIC = ('"number"', '"bigint"')
SCALAR = {"num", "str", "bool", "fn"}
MAX_GUARDS = 3


@expression(n.Op)
def op_value(lw: Lowerer, node: n.Op) -> Expr:
    return op(lw, node, False)


def op(lw: Lowerer, node: n.Op, in_test: bool) -> Expr:
    name = node.op
    if name in TREE:
        return arithmetic(lw, node)
    if name in COMPARE:
        return chain(lw, node, False) if len(node.args) > 2 else compare(lw, node, False)
    if name in ("=", "==", "not="):
        if len(node.args) > 2:
            return chain(lw, node, name == "not=")
        a, b = lw.args(node.args)
        return equality(lw, node, node.args[0], node.args[1], a, b, name == "not=", in_test)
    if name == "identical?":
        args = lw.args(node.args)
        if len(args) == 2:
            return Binary(node.span, "===", args[0], args[1])
        return ir.CallExpr(node.span, lw.core(mangle(name)), args)
    if name == "instance?":
        cls, value = lw.args(node.args)
        return ir.CallExpr(node.span, lw.core("instance$q"), [cls, value])
    if name in ("mod", "rem", "quot"):
        return division(lw, node)
    return unary(lw, node)


def division(lw: Lowerer, node: n.Op) -> Expr:
    a, b = lw.args(node.args)
    if node.op == "rem" and all(type_of(arg) == "num" for arg in node.args):
        return Binary(node.span, "%", a, b)
    return ir.CallExpr(node.span, lw.core(mangle(node.op)), [a, b])


def unary(lw: Lowerer, node: n.Op) -> Expr:
    name, arg = node.op, node.args[0]
    at = node.span
    if name == "not":
        return negate(test(lw, arg))
    e = lw.expr(arg)
    kind = type_of(arg)
    if name == "nil?":
        return Binary(at, "==", e, Text(at, "null"))
    if name == "some?":
        return Binary(at, "!=", e, Text(at, "null"))
    if name in ("true?", "false?"):
        return Binary(at, "===", e, Text(at, name[:-1]))
    if name == "undefined?":
        return Binary(at, "===", e, Text(at, "undefined"))
    if name == "typeof":
        return ir.Unary(at, "typeof ", e)
    if name == "string?":
        return Binary(at, "===", ir.Unary(at, "typeof ", e), Text(at, '"string"'))
    if name == "number?" and ir.is_simple(e):
        number, big = (Binary(at, "===", ir.Unary(at, "typeof ", e), Text(at, t)) for t in NUMERIC)
        return Binary(at, "||", number, big)
    if kind == "num":
        zero = Text(at, "0")
        if name in ("zero?", "pos?", "neg?"):
            return Binary(at, {"zero?": "===", "pos?": ">", "neg?": "<"}[name], e, zero)
        if name in ("even?", "odd?"):
            rest = Binary(at, "%", e, Text(at, "2"))
            return Binary(at, "===" if name == "even?" else "!==", rest, zero)
    return ir.CallExpr(at, lw.core(mangle(name)), [e])


# -- arithmetic -----------------------------------------------------------------------------------


def leaves(node: Node, out: list[Node]) -> None:
    """The operands of an arithmetic tree, left to right."""
    if type(node) is n.Op and node.op in TREE:
        for arg in node.args:
            leaves(arg, out)
    else:
        out.append(node)


def arithmetic(lw: Lowerer, node: n.Op) -> Expr:
    found: list[Node] = []
    leaves(node, found)
    if type_of(node) == "num":
        return build(node, iter(lw.args(found)))
    kinds = [type_of(leaf) for leaf in found]
    if type_of(node) == "str":
        return build(node, iter(lw.args(found)))
    made = lw.args(found)
    if any(kind not in ("num", "any", None) for kind in kinds) or any(
        type(e) is Text and kind != "num" for e, kind in zip(made, kinds, strict=True)
    ):
        return slow(lw, node, iter(made))
    unknown: list[str] = []
    fresh = 0
    for e, kind in zip(made, kinds, strict=True):
        if kind == "num":
            continue
        if type(e) is not Name:
            fresh += 1
        elif e.text not in unknown:
            unknown.append(e.text)
    if len(unknown) + fresh > MAX_GUARDS:
        return slow(lw, node, iter(made))
    if fresh:
        # the operands are read again after the guard, so all of them are fixed first
        for at, e in enumerate(made):
            if not ir.is_simple(e) or (type(e) is Name and not e.stable):
                if type(e) is Name:
                    unknown.remove(e.text) if e.text in unknown else None
                made[at] = lw.spill(e, "n")
                if kinds[at] != "num":
                    unknown.append(made[at].text)  # type: ignore[attr-defined]
    guard: Expr | None = None
    for text in unknown:
        one: Expr = Binary(None, "===", ir.Unary(None, "typeof ", Name(None, text)), Text(None, '"number"'))
        guard = one if guard is None else Binary(None, "&&", guard, one)
    assert guard is not None
    return ir.Cond(node.span, guard, build(node, iter(made)), slow(lw, node, iter(made)))


def build(node: Node, operands: object) -> Expr:
    """The tree with JavaScript's own operators."""
    if type(node) is n.Op and node.op in TREE:
        made = []
        for arg in node.args:
            made.append(build(arg, operands))  # noqa: PERF401
        if node.op == "neg":
            return ir.Unary(node.span, "-", made[0])
        if node.op in ("inc", "dec"):
            return Binary(node.span, "+" if node.op == "inc" else "-", made[0], Text(node.span, "1"))
        return Binary(node.span, node.op, made[0], made[1])
    return next(operands)  # type: ignore[call-overload, no-any-return]


def slow(lw: Lowerer, node: Node, operands: object) -> Expr:
    """The tree with the runtime's operators."""
    if type(node) is n.Op and node.op in TREE:
        made = []
        for arg in node.args:
            made.append(slow(lw, arg, operands))  # noqa: PERF401
        if type_of(node) == "num":
            return native(node, made)
        return ir.CallExpr(node.span, lw.core(SLOW[node.op]), made)
    return next(operands)  # type: ignore[call-overload, no-any-return]


def native(node: n.Op, made: list[Expr]) -> Expr:
    if node.op == "neg":
        return ir.Unary(node.span, "-", made[0])
    if node.op in ("inc", "dec"):
        return Binary(node.span, "+" if node.op == "inc" else "-", made[0], Text(node.span, "1"))
    return Binary(node.span, node.op, made[0], made[1])


# -- comparison -----------------------------------------------------------------------------------


def compare(lw: Lowerer, node: n.Op, unguarded: bool) -> Expr:
    a, b = lw.args(node.args)
    return pair(lw, node, node.args[0], node.args[1], a, b, unguarded)


def pair(lw: Lowerer, node: n.Op, left: Node, right: Node, a: Expr, b: Expr, unguarded: bool) -> Expr:
    kinds = type_of(left), type_of(right)
    plain = Binary(node.span, node.op, a, b)
    if kinds[0] in ("num", "str") and kinds[1] in ("num", "str"):
        return plain
    if unguarded and "num" in kinds:
        return plain
    call = ir.CallExpr(node.span, lw.core(SLOW[node.op]), [a, b])
    if any(kind not in ("num", "any") for kind in kinds) or (kinds[0] == kinds[1] and a is b):
        return call
    guard: Expr | None = None
    for e, kind in ((a, kinds[0]), (b, kinds[1])):
        if kind == "num":
            continue
        if type(e) is not Name:
            return call
        one: Expr = Binary(None, "===", ir.Unary(None, "typeof ", e), Text(None, '"number"'))
        guard = one if guard is None else Binary(None, "&&", guard, one)
    assert guard is not None
    return ir.Cond(node.span, guard, plain, call)


def equality(
    lw: Lowerer, node: n.Op, left: Node, right: Node, a: Expr, b: Expr, negated: bool, in_test: bool
) -> Expr:
    """Structural; `===` when one side is a scalar, `== null` for nil."""
    kinds = type_of(left), type_of(right)
    at = node.span
    if type(b) is not Text and type(a) is Text and kinds[0] == "nil":
        a, b = b, a
        kinds = kinds[1], kinds[0]
    if kinds[1] == "nil" and type(b) is Text:
        return Binary(at, "!=" if negated else "==", a, Text(at, "null"))
    python = not in_test and "any" in kinds and ("num" in kinds or "str" in kinds)  # may be Python's own =
    name = mangle("not=" if negated else "=")
    if in_test and kinds in (("any", "num"), ("num", "any")) and not is_nan(left) and not is_nan(right):
        # 1n is 1, and so are some Python objects
        unknown = a if kinds[0] == "any" else b
        call = ir.CallExpr(at, lw.core(name), [a, b])
        if type(unknown) is not Name:
            return call
        guard = Binary(None, "===", ir.Unary(None, "typeof ", unknown), Text(None, '"number"'))
        return ir.Cond(at, guard, Binary(at, "!==" if negated else "===", a, b), call)
    for side, kind in zip((left, right), kinds, strict=True):
        if "big" in kinds and kind == "num":
            continue  # 1n is 1
        if not python and kind in SCALAR and (kind != "num" or not is_nan(side)):
            return Binary(at, "!==" if negated else "===", a, b)
    return ir.CallExpr(at, lw.core(name), [a, b])


def is_nan(node: Node) -> bool:
    return type(node) is n.Lit and node.text == "NaN"


def chain(lw: Lowerer, node: n.Op, negated: bool) -> Expr:
    """`(< a b c)`: every operand once, `a < b && b < c`."""
    made = lw.args(node.args)
    if any(type_of(arg) not in ("num", "str") for arg in node.args):
        name = {"==": "=", "not=": "not="}.get(node.op, node.op)
        return ir.CallExpr(node.span, lw.core(mangle(name)), made)
    for at in range(len(made)):
        if not ir.is_simple(made[at]):
            for before in range(at + 1):
                if not ir.is_simple(made[before]):
                    made[before] = lw.spill(made[before], "n")
    found: Expr | None = None
    op_ = {"=": "===", "==": "===", "not=": "==="}.get(node.op, node.op)
    for a, b in pairwise(made):
        one = Binary(node.span, op_, a, b)
        found = one if found is None else Binary(node.span, "&&", found, one)
    assert found is not None
    return negate(found) if negated else found


# -- truth ----------------------------------------------------------------------------------------


def test(lw: Lowerer, node: Node, *, loop: bool = False) -> Expr:
    """The node's truth as a JavaScript condition: only nil and false are false."""
    kind = type(node)
    if kind is n.Op:
        assert isinstance(node, n.Op)
        if node.op == "not":
            return negate(test(lw, node.args[0]))
        if node.op in COMPARE and len(node.args) == 2:
            return compare(lw, node, loop)
        if node.op in ("=", "not=", "==", "nil?", "some?") or node.op in COMPARE:
            return op(lw, node, True)
    if kind is n.Logic:
        assert isinstance(node, n.Logic)
        made = logic_test(lw, node)
        if made is not None:
            return made
    known = type_of(node)
    e = lw.expr(node)
    if known == "bool":
        return e
    if known in TRUTHY or known == "nil":
        if not ir.is_stable(e):
            lw.stmts.append(ir.Do(e.at, e))
        return Text(node.span, "false" if known == "nil" else "true")
    return truth_of(lw, e)


def truth_of(lw: Lowerer, e: Expr) -> Expr:
    if type(e) is Name:
        return Binary(
            e.at, "&&", Binary(e.at, "!=", e, Text(None, "null")), Binary(e.at, "!==", e, Text(None, "false"))
        )
    return ir.CallExpr(e.at, lw.core("truthy"), [e])


def logic_test(lw: Lowerer, node: n.Logic) -> Expr | None:
    """`a && b` on truth values, when no operand needs statements of its own."""
    from .lifts import lifts

    for arg in node.args[1:]:
        if lifts(arg) and not (type(arg) is n.Logic and all(not lifts(inner) for inner in arg.args)):
            return None
    found: Expr | None = None
    for arg in node.args:
        before = len(lw.stmts)
        one = test(lw, arg)
        if found is not None and len(lw.stmts) > before:
            # lifts() was wrong: keep the meaning with a nested condition
            later = lw.stmts[before:]
            del lw.stmts[before:]
            name = lw.fresh("v")
            lw.stmts.append(ir.Declare(None, "let", name, found))
            then = [*later, ir.Assign(None, Name(None, name), one)]
            cond = Name(None, name)
            lw.stmts.append(ir.IfStmt(None, cond if node.op == "and" else negate(cond), then, []))
            found = Name(None, name)
            continue
        found = one if found is None else Binary(node.span, "&&" if node.op == "and" else "||", found, one)
    return found


_OPPOSITE = {"===": "!==", "!==": "===", "==": "!=", "!=": "=="}


def negate(e: Expr) -> Expr:
    kind = type(e)
    if kind is Binary:
        assert isinstance(e, Binary)
        if e.op in _OPPOSITE:
            return Binary(e.at, _OPPOSITE[e.op], e.left, e.right)
        if e.op in ("&&", "||") and is_truth(e):
            return Binary(e.at, "||" if e.op == "&&" else "&&", negate(e.left), negate(e.right))
    if kind is ir.Unary:
        assert isinstance(e, ir.Unary)
        if e.op == "!" and type(e.value) is not Name:
            return e.value
    if kind is ir.Cond:
        assert isinstance(e, ir.Cond)
        if type(e.then) is Binary and e.then.op in _OPPOSITE:
            return ir.Cond(e.at, e.test, negate(e.then), negate(e.other))
    if kind is Text:
        assert isinstance(e, Text)
        if e.text in ("true", "false"):
            return Text(e.at, "false" if e.text == "true" else "true")
    return ir.Unary(e.at, "!", e)


def is_truth(e: Binary) -> bool:
    """Is it the `x != null && x !== false` that `truth_of` writes?"""
    right = e.right
    return type(right) is Binary and type(right.right) is Text and right.right.text == "false"


__all__ = ["NATIVE", "negate", "test", "truth_of"]
