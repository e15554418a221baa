"""Trees of arithmetic: their operands, put together again, and the guard that stands before all of them.

In: an `Op` node, or the code of its operands. Out: nodes, or an expression.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Binary, Expr, Name, Text
from ..nodes import Node, Type
from .lifts import TREE, simple
from .order import is_pure
from .types import type_of


def leaves(tree: n.Op) -> list[Node]:
    """The operands of an arithmetic tree, or of a comparison of such, left to right.

    An operation that may fail is an operand itself where one on its right does something: that comes after.
    """
    out: list[Node] = []
    stack = tree.args[:]
    quiet = True
    while stack:
        node = stack.pop()
        if type(node) is n.Op and node.op in TREE and (quiet or type_of(node) in ("num", "str")):
            stack.extend(node.args)
        else:
            out.append(node)
            quiet = quiet and simple(node)
    out.reverse()
    return out


def fold(
    tree: n.Op, found: list[Node], operands: list[Expr], join: Callable[[n.Op, list[Expr]], Expr]
) -> Expr:
    """The tree put together again over the operands that were found in it; `join` makes each operation."""
    if len(found) == len(tree.args) and all(map(operator.is_, found, tree.args)):
        return join(tree, operands)  # the usual case
    left = zip(found, operands, strict=True)
    leaf: Node | None
    leaf, value = next(left)
    done: list[Expr] = []
    stack: list[tuple[Node, bool]] = [(tree, False)]
    while stack:
        node, ready = stack.pop()
        if node is leaf:
            done.append(value)
            leaf, value = next(left, (None, value))
        elif ready:
            assert isinstance(node, n.Op)
            args = done[-len(node.args) :]
            del done[-len(node.args) :]
            done.append(join(node, args))
        else:
            assert isinstance(node, n.Op)
            stack.append((node, True))
            stack.extend((arg, False) for arg in reversed(node.args))
    return done[0]


def are_numbers(names: Sequence[Expr]) -> Expr:
    """The test that each of them, at least one, is a number."""
    found: Expr | None = None
    for e in names:
        one = Binary(None, "===", ir.Unary(None, "typeof ", e), Text(None, '"number"'))
        found = one if found is None else Binary(None, "&&", found, one)
    assert found is not None
    return found


def overtaken(operands: list[Expr], kinds: Sequence[Type | None]) -> bool:
    """Would a guard, which looks at names first, see one before an operand on its left may have set it?"""
    effects = False
    for e, kind in zip(operands, kinds, strict=True):
        if effects and kind != "num" and type(e) is Name and not e.stable:
            return True
        effects = effects or not is_pure(e)
    return False
