"""Operators of the core that have JavaScript operators: which, and with how many operands.

In: a call of a core function by name. Out: an `Op` node (or None: an ordinary call). How an `Op` becomes
JavaScript is decided in lower/operators.py, when operand types are known.
"""

from __future__ import annotations

from ..emit.spelling import integer
from ..forms import List, Span
from ..nodes import Call, CoreRef, GlobalRef, LocalRef, Logic, Node, Op
from .analyzer import Analyzer
from .rules import calls
from .scope import CoreFn, Scope

ARITHMETIC = {"+", "-", "*", "/", "**"}
COMPARISON = {"<", "<=", ">", ">=", "=", "not=", "==", "identical?"}
UNARY = {
    "inc", "dec", "not", "nil?", "some?", "zero?", "pos?", "neg?", "even?", "odd?", "true?", "false?",
    "number?", "string?", "undefined?", "typeof",
}  # fmt: skip
OPERATORS = ARITHMETIC | COMPARISON | UNARY | {"instance?", "mod", "rem", "quot"}


@calls(CoreFn)
def operator_call(an: Analyzer, meaning: CoreFn, form: List, scope: Scope, tail: bool) -> Node | None:
    """The node for `(name args..)`, or None when the core function is no operator."""
    if meaning.name not in OPERATORS:
        return None
    return operator_node(an, meaning.name, an.values(form.items[1:], scope), form.span)


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
            return integer(0 if name == "+" else 1, span)
        if count == 1:
            if name == "-":
                return Op(span, "neg", args)
            if name in "+*":
                return args[0]
            if name == "/":
                return Op(span, "/", [integer(1, span), args[0]])
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
        if count >= 2:  # more than two are a chain: each operand once
            return Op(span, name, args)
    elif count == 2:
        return Op(span, name, args)
    call = Call(span, CoreRef(span, name), args)
    an.world.check_arity(an, name, args, span)
    return call


def warn_unawaited(an: Analyzer, arg: Node, name: str) -> None:
    """`(+ 1 (f))`, `(if (f) ..)`, `(:a (f))` where f is known to be async: surely a forgotten await.

    So it is with a name that was given such a call (`if-let`), and with the last part of `and` and `or`.
    """
    if name in ("=", "not=", "nil?", "some?", "identical?", "instance?"):
        return
    while type(arg) is Logic:
        arg = arg.args[-1]
    call: Node = arg
    if type(arg) is LocalRef and not arg.local.assigned and arg.local.sources and len(arg.local.sources) == 1:
        call = arg.local.sources[0]
    if type(call) is not Call or not is_async(call.fn):
        return
    fn = call.fn
    label = fn.name if type(fn) is GlobalRef else fn.local.name  # type: ignore[attr-defined]
    text = call.span.text if call.span is not None and not call.span.expansion else ""
    if not text.startswith((f"({label} ", f"({label})", f"({label}\n")):
        text = f"({label} ..)"  # the call is a macro's, or is written in another way
    an.warn("missing-await", call.span, f"{label} is async: its result is a promise", f"write (await {text})")


def warn_tested(an: Analyzer, test: Node, name: str) -> None:
    """What is wrong with a test that is surely true: of a promise, of the rest of a sequence (never nil)."""
    warn_unawaited(an, test, name)
    while type(test) is Logic:
        test = test.args[-1]
    value = test
    for _ in range(4):  # names that stand for each other
        if type(value) is not LocalRef or value.local.is_rest:
            break
        if value.local.assigned or not value.local.sources or len(value.local.sources) != 1:
            return
        value = value.local.sources[0]
    if type(value) is LocalRef and value.local.is_rest and type(test) is LocalRef:
        shown = test.local.name
        said = f"{shown} is an array, which is true also when it is empty"
        an.warn("always-true", test.span, said, f"write (seq {shown})")


def is_async(fn: Node) -> bool:
    """Is this a function that is known to be async?"""
    if type(fn) is GlobalRef:
        return fn.is_async_fn
    return type(fn) is LocalRef and fn.local.is_async_fn and not fn.local.assigned
