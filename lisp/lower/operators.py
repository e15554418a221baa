"""Operators: native where operands are known, guarded by `typeof` where they are not.

In: an `Op` node. Out: an expression.

    both known numbers      (+ i 1)       i + 1
    names of unknown type   (+ a b)       typeof a === "number" && typeof b === "number" ? a + b : add(a, b)
    a tree of them          (* (+ a b) 2) typeof a === "number" && .. ? (a + b) * 2 : mul(add(a, b), 2)
    a comparison of one     (< (* a 2) 5) typeof a === "number" ? a * 2 < 5 : lt(mul(a, 2), 5)

The slow path knows BigInt promotion and Python's operators. A loop's own test against a known number is
native without a guard (a call in a hot loop costs even when it is never taken): JavaScript then asks a
Python object for its number.
"""

from __future__ import annotations

from itertools import pairwise

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Binary, Expr, Name, Text
from ..emit.mangle import mangle
from ..forms import Span
from ..nodes import Node
from ..stack import apart_when_full
from .lifts import TREE, lifts
from .lowerer import Lowerer, expression
from .questions import is_simple, is_stable
from .trees import are_numbers, fold, leaves, overtaken
from .types import NATIVE, TRUTHY, type_of

SLOW = {
    "+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow", "<": "lt", "<=": "le", ">": "gt", ">=": "ge",
    "neg": "neg", "inc": "inc", "dec": "dec", "mod": "mod", "=": "$e", "==": "$e", "not=": "not$e",
}  # fmt: skip
NATIVELY = {"=": "===", "==": "===", "not=": "!=="}
COMPARE = {"<", "<=", ">", ">="}
NUMERIC = ('"number"', '"bigint"')
ON_NUMBERS = {"zero?": "===", "pos?": ">", "neg?": "<"}
OWN = {"%number": "", "%whole": "", "%even": "===", "%odd": "!=="}
HALVES = {"even?": "0", "odd?": "1"}
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
    if name in NATIVELY:
        if len(node.args) > 2:
            return chain(lw, node, name == "not=")
        if compares_tree(node):
            return arithmetic(lw, node)
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
    if name in ("rem", "quot"):
        return division(lw, node)
    return unary(lw, node)


def division(lw: Lowerer, node: n.Op) -> Expr:
    a, b = lw.args(node.args)
    if node.op == "rem" and all(type_of(arg) == "num" for arg in node.args):
        return remainder(lw, node, a, b)
    return ir.CallExpr(node.span, lw.core(mangle(node.op)), [a, b])


def remainder(lw: Lowerer, node: n.Op, a: Expr, b: Expr) -> Expr:
    """`mod` and `rem` of numbers: JavaScript's `%` where that is the same, of what is above 0.

    Of 0 and below `%` can give -0, or the other sign; by 0 `rem` raises.
    """
    at = node.span
    call = ir.CallExpr(at, lw.core(mangle(node.op)), [a, b])
    if type(a) is not Name:
        return call
    guard = Binary(at, ">", a, Text(None, "0"))
    if type(b) is Name:
        fits = Binary(at, ">" if node.op == "mod" else "!==", b, Text(None, "0"))
        guard = Binary(at, "&&", guard, fits)
    elif not (type(b) is Text and b.text.isdecimal() and b.text.strip("0")):
        return call
    return ir.Cond(at, guard, Binary(at, "%", a, b), call)


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
    if name == "number?" and is_simple(e):
        number, big = (Binary(at, "===", ir.Unary(at, "typeof ", e), Text(at, t)) for t in NUMERIC)
        return Binary(at, "||", number, big)
    if name in OWN:
        return own(at, name, e)
    call = ir.CallExpr(at, lw.core(mangle(name)), [e])
    if name in HALVES and kind in ("num", "any") and type(e) is Name:
        # what is no whole number is refused by the function itself
        plain = Binary(at, "===", Binary(at, "%", e, Text(at, "2")), Text(at, HALVES[name]))
        return Binary(at, "||", plain if kind == "num" else Binary(at, "&&", are_numbers([e]), plain), call)
    if name not in ON_NUMBERS or not (kind == "num" or (kind == "any" and type(e) is Name)):
        return call
    plain = Binary(at, ON_NUMBERS[name], e, Text(at, "0"))
    return plain if kind == "num" else ir.Cond(at, are_numbers([e]), plain, call)


def own(at: Span | None, name: str, e: Expr) -> Expr:
    """Operators that only the compiler writes (see fusing.py)."""
    if name == "%number":
        return Binary(at, "===", ir.Unary(at, "typeof ", e), Text(at, NUMERIC[0]))
    if name == "%whole":
        return ir.CallExpr(at, ir.Dot(at, Name(None, "Number"), "isInteger"), [e])
    return Binary(at, OWN[name], Binary(at, "%", e, Text(at, "2")), Text(at, "0"))


# -- arithmetic -----------------------------------------------------------------------------------


def compares_tree(node: n.Op) -> bool:
    """Is it a comparison of arithmetic that one guard can stand before?"""
    for arg in node.args:
        if type(arg) is n.Op and arg.op in TREE and type_of(arg) == "any":
            break
    else:
        return False
    unknown: set[int] = set()
    for leaf in leaves(node):
        kind = type_of(leaf)
        if kind == "any":
            unknown.add(id(leaf.local) if type(leaf) is n.LocalRef else id(leaf))
        elif kind != "num" or is_nan(leaf):
            return False
    return len(unknown) <= MAX_GUARDS


def arithmetic(lw: Lowerer, node: n.Op) -> Expr:
    found = leaves(node)
    kinds = [type_of(leaf) for leaf in found]
    if type_of(node) in ("num", "str"):
        return build(lw, node, found, lw.args(found))
    made = lw.args(found)
    if any(kind not in ("num", "any", None) for kind in kinds) or any(
        type(e) is Text and kind != "num" for e, kind in zip(made, kinds, strict=True)
    ):
        return slow(lw, node, found, made)
    unknown: list[str] = []
    fresh = 1 if overtaken(made, kinds) else 0
    for e, kind in zip(made, kinds, strict=True):
        if kind == "num":
            continue
        if type(e) is not Name:
            fresh += 1
        elif e.text not in unknown:
            unknown.append(e.text)
    if len(unknown) + fresh > MAX_GUARDS:
        return slow(lw, node, found, made)
    if fresh:
        # the operands are read again after the guard, so all of them are fixed first
        for at, e in enumerate(made):
            if not is_simple(e) or (type(e) is Name and not e.stable):
                if type(e) is Name:
                    unknown.remove(e.text) if e.text in unknown else None
                made[at] = lw.spill(e, "n")
                if kinds[at] != "num":
                    unknown.append(made[at].text)  # type: ignore[attr-defined]
    guard = are_numbers([Name(None, text) for text in unknown])
    plain, other = build(lw, node, found, made), slow(lw, node, found, made)
    if type(plain) is ir.CallExpr and found == node.args:
        return other  # the same call
    if type(plain) is ir.Cond:  # a remainder, whose own second way is the slow one
        guard, plain = Binary(None, "&&", guard, plain.test), plain.then
    return ir.Cond(node.span, guard, plain, other)


def build(lw: Lowerer, node: n.Op, found: list[Node], operands: list[Expr]) -> Expr:
    """The tree with JavaScript's own operators."""
    return fold(node, found, operands, lambda op, made: native(lw, op, made))


def slow(lw: Lowerer, node: n.Op, found: list[Node], operands: list[Expr]) -> Expr:
    """The tree with the runtime's operators."""

    def one(op: n.Op, made: list[Expr]) -> Expr:
        if type_of(op) == "num":
            return native(lw, op, made)
        return ir.CallExpr(op.span, lw.core(SLOW[op.op]), made)

    return fold(node, found, operands, one)


def native(lw: Lowerer, node: n.Op, made: list[Expr]) -> Expr:
    if node.op == "mod":
        return remainder(lw, node, made[0], made[1])
    if node.op == "neg":
        return ir.Unary(node.span, "-", made[0])
    if node.op in ("inc", "dec"):
        return Binary(node.span, "+" if node.op == "inc" else "-", made[0], Text(node.span, "1"))
    return Binary(node.span, NATIVELY.get(node.op, node.op), made[0], made[1])


# -- comparison -----------------------------------------------------------------------------------


def compare(lw: Lowerer, node: n.Op, unguarded: bool) -> Expr:
    if not (unguarded and "num" in (type_of(node.args[0]), type_of(node.args[1]))) and compares_tree(node):
        return arithmetic(lw, node)
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
    unknown = [e for e, kind in ((a, kinds[0]), (b, kinds[1])) if kind != "num"]
    if any(type(e) is not Name for e in unknown) or overtaken([a, b], kinds):
        return call
    return ir.Cond(node.span, are_numbers(unknown), plain, call)


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
    python = not in_test and "any" in kinds and "str" in kinds  # may be Python's own =
    name = mangle("not=" if negated else "=")
    if kinds in (("any", "num"), ("num", "any")) and not is_nan(left) and not is_nan(right):
        # 1n is 1, and so are some Python objects
        unknown = a if kinds[0] == "any" else b
        call = ir.CallExpr(at, lw.core(name), [a, b])
        if type(unknown) is not Name or overtaken([a, b], kinds):
            return call
        return ir.Cond(at, are_numbers([unknown]), Binary(at, "!==" if negated else "===", a, b), call)
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
    last = max((at for at, e in enumerate(made) if not is_simple(e)), default=-1)
    for at in range(last + 1):  # the operands are read again, so that those before a spilled one are fixed
        if not is_stable(made[at]) or not is_simple(made[at]):
            made[at] = lw.spill(made[at], "n")
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
            return negate(lw.stack.level(test, lw, node.args[0]))
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
        if not is_stable(e):
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
    for arg in node.args[1:]:
        if lifts(arg) and not (type(arg) is n.Logic and all(not lifts(inner) for inner in arg.args)):
            return None
    found: Expr | None = None
    for arg in node.args:
        before = len(lw.stmts)
        one = lw.stack.level(test, lw, arg)
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


@apart_when_full
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
