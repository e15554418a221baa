"""Operators of the core that have JavaScript operators: which, with how many operands, and their types.

In: a call of a core function by name. Out: an `Op` node (or None: an ordinary call). How an `Op` becomes
JavaScript is decided in `anf_ops`, when operand types are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .forms import List, Span
from .nodes import Call, CoreRef, GlobalRef, Lit, LocalRef, Node, Op

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .scope import Scope

ARITHMETIC = {"+", "-", "*", "/", "**"}
COMPARISON = {"<", "<=", ">", ">=", "=", "not=", "==", "identical?"}
UNARY = {
    "inc", "dec", "not", "nil?", "some?", "zero?", "pos?", "neg?", "even?", "odd?", "true?", "false?",
    "number?", "string?", "undefined?", "typeof",
}  # fmt: skip
BITS = {
    "bit-and": "&", "bit-or": "|", "bit-xor": "^", "bit-shift-left": "<<", "bit-shift-right": ">>",
    "unsigned-bit-shift-right": ">>>",
}  # fmt: skip
OPERATORS = ARITHMETIC | COMPARISON | UNARY | {"instance?", "mod", "rem", "quot"}

# The type of each operator's value; "join" is decided from the operands.
RESULT: dict[str, str] = dict.fromkeys(COMPARISON | UNARY | {"instance?"}, "bool")
RESULT |= dict.fromkeys(ARITHMETIC | {"inc", "dec", "mod", "rem", "quot"}, "join")
RESULT["typeof"] = "str"

# Core functions that surely return a number, a boolean, a string (whatever they are given).
RETURNS: dict[str, str] = {
    **dict.fromkeys(("count", "compare", "rand", "rand-int", "hash", "parse-int", "parse-float"), "num"),
    **dict.fromkeys(("str", "pr-str", "name", "join", "subs", "upper-case", "lower-case", "trim"), "str"),
    **dict.fromkeys(
        ("empty?", "contains?", "every?", "promise?", "array?", "vector?", "map?", "set?", "list?", "symbol?",
         "keyword?", "fn?", "boolean?", "coll?", "seq?", "some-fn", "not-empty?"),
        "bool",
    ),
}  # fmt: skip
for _name in ("some-fn", "count"):
    RETURNS.pop(_name, None)
RETURNS["count"] = "num"
RETURNS |= dict.fromkeys(("%isMapLike", "%isSequenceOf", "%matches"), "bool")
# What gives a collection of either language, or nil: to be called, it is looked up in.
COLLECTIONS = frozenset(
    ("set", "vec", "vector", "mapv", "filterv", "hash-map", "hash-set", "zipmap", "select-keys", "assoc",
     "assoc-in", "dissoc", "update", "update-in", "merge", "merge-with", "into", "conj", "disj", "union",
     "frequencies", "group-by", "rename-keys", "update-vals", "update-keys")
)  # fmt: skip
# Functions of JavaScript itself.
JS_RETURNS = {
    "Number": "num",
    "parseInt": "num",
    "parseFloat": "num",
    "String": "str",
    "Boolean": "bool",
    "isNaN": "bool",
}


def build_operator(an: Analyzer, name: str, form: List, scope: Scope) -> Node | None:
    """The node for `(name args..)`, or None when the number of operands needs the function itself."""
    args = an.values(form.items[1:], scope)
    return operator_node(an, name, args, form.span)


def operator_node(an: Analyzer, name: str, args: list[Node], span: Span | None) -> Node:
    count = len(args)
    for arg in args:
        warn_unawaited(an, arg, name)
    node: Node
    if name in UNARY:
        if count == 1:
            return Op(span, name, args)
    elif name in ARITHMETIC:
        if count == 0 and name in "+*":
            node = Lit(span, "0" if name == "+" else "1")
            node.ty = "num"
            return node
        if count == 1:
            if name == "-":
                return Op(span, "neg", args)
            if name in "+*":
                return args[0]
            if name == "/":
                one = Lit(span, "1")
                one.ty = "num"
                return Op(span, "/", [one, args[0]])
        if count >= 2:
            if name == "**" and count > 2:
                node = args[-1]  # right-associative
                for arg in reversed(args[:-1]):
                    node = Op(span, "**", [arg, node])
                return node
            node = Op(span, name, args[:2])
            for arg in args[2:]:
                node = Op(span, name, [node, arg])
            return node
    elif name in COMPARISON:
        if count == 2:
            return Op(span, name, args)
        if count > 2:
            return Op(span, name, args)  # a chain: each operand once
    elif count == 2:
        return Op(span, name, args)
    call = Call(span, CoreRef(span, name), args)
    an.world.check_arity(an, name, args, span)
    return call


def warn_unawaited(an: Analyzer, arg: Node, name: str) -> None:
    """`(+ 1 (f))`, `(if (f) ..)`, `(:a (f))` where f is known to be async: surely a forgotten await."""
    if type(arg) is not Call or name in ("=", "not=", "nil?", "some?", "identical?", "instance?"):
        return
    fn = arg.fn
    known = (type(fn) is GlobalRef and fn.is_async_fn) or (
        type(fn) is LocalRef and fn.local.is_async_fn and not fn.local.assigned
    )
    if known:
        label = fn.name if type(fn) is GlobalRef else fn.local.name  # type: ignore[attr-defined]
        text = arg.span.text if arg.span is not None and not arg.span.expansion else f"({label} ..)"
        an.warn(
            "missing-await", arg.span, f"{label} is async: its result is a promise", f"write (await {text})"
        )
