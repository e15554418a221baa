"""Whether operators only count: with operands of the types that they have, none raises or asks anybody.

In: the node of a function's body, all locals of which have their types. Out: nothing, or NotCounting.
"""

from __future__ import annotations

from .. import nodes as n
from ..nodes import Node
from ..stack import apart_when_full
from .polls import COUNTED
from .twins import NotCounting
from .types import type_of

ARITHMETIC = frozenset({"+", "-", "*", "/", "**", "inc", "dec", "neg", "mod", "rem", "quot"})
ORDERED = frozenset({"<", "<=", ">", ">=", "zero?", "pos?", "neg?"})
ANY = frozenset({
    "=", "==", "not=", "not", "identical?", "nil?", "some?", "true?", "false?", "number?",
})  # fmt: skip


@apart_when_full
def suits(node: Node) -> None:
    """Raises NotCounting where an operator may raise, or ask anybody, with operands of these types."""
    match node:
        case n.Op(op=op, args=args):
            kinds = {type_of(arg) for arg in args}
            if op in ARITHMETIC or op in ORDERED or op[0] == "%":
                if kinds != {"num"}:
                    raise NotCounting
                if op in ("rem", "quot") and not (type(args[1]) is n.Lit and args[1].text.strip("0.") != ""):
                    raise NotCounting
            elif op not in ANY or not kinds <= set(COUNTED):
                raise NotCounting
            parts = args
        case n.If():
            parts = [node.test, node.then, *([] if node.other is None else [node.other])]
        case n.Logic():
            parts = node.args
        case n.Do():
            parts = node.body
        case n.Let():
            parts = [*[step.init for step in node.binds if step.init is not None], node.body]
        case n.Lit() | n.LocalRef():
            parts = []
        case _:
            raise NotCounting
    for part in parts:
        suits(part)
