"""`(py.fn [x] ..)` in a program: the call that makes the function in Python.

In: a `PyFn` node. Out: JavaScript that hands Python the text of the function's syntax tree and the values of
the names that it takes along, read at that moment:

    $py.call($py("polyrepl.lisp.python.making"), ["made"], ["{..}", [np, x]])
"""

from __future__ import annotations

import ast
import json
from typing import Any

from .. import nodes as n
from ..emit import ir
from ..emit.spelling import js_string
from ..errors import LispError
from ..forms import Source, Span
from ..lower.lowerer import Lowerer
from ..nodes import Node
from ..stack import Stack
from . import control, expressions, loops, operators
from .defs import bound, definition
from .writer import Writer, python_name

LOADED = (control, expressions, loops, operators)
MODULE = "polyrepl.lisp.python.making"


def made_in_python(lw: Lowerer, node: n.PyFn) -> ir.Expr:
    """The call that makes the function.

    Raises:
        LispError: something in it is JavaScript's, or Python does not take it.
    """
    if lw.plain:
        raise LispError("not-in-browser", node.span, "a browser has no Python", "write (fn [x] ..)")
    text, captured = written(node, lw.stack)
    values = [
        given_later(value) if is_later(made) else value
        for made, value in zip(captured, lw.args(captured), strict=True)
    ]
    python = ir.CallExpr(None, lw.host("$py"), [ir.Text(None, js_string(MODULE))])
    path = ir.Array(None, [ir.Text(None, '"made"')])
    args = ir.Array(None, [ir.Text(None, js_string(text)), ir.Array(None, values)])
    return ir.CallExpr(node.span, ir.Dot(None, lw.host("$py"), "call"), [python, path, args])


def written(node: n.PyFn, stack: Stack) -> tuple[str, list[Node]]:
    """The text of a function, and the nodes of the values that it takes along."""
    from .making import code_of  # late: with Python's compiler

    w = Writer(stack)
    fn = node.fn
    wanted = python_name(fn.name or "fn")
    params = [param.local.name for arity in fn.arities for param in arity.params]
    params += [arity.rest.name for arity in fn.arities if arity.rest is not None]
    name = wanted + "_" if wanted in map(python_name, params) else wanted
    w.taken.add(name)
    if fn.self_local is not None:
        w.names[fn.self_local] = name
        w.homes[fn.self_local] = w.at
        w.keywords.add(fn.self_local)
    w.inner = bound(fn)
    tree = definition(w, fn, name, node.annotations, node.returns, keywords=True)
    named = w.settle()
    outer = [(named[key], spelled(made), made) for key, made in w.outer.captured.items()]
    source = node.span.source if node.span is not None else Source("<lisp>", "")
    places = Places(source)
    first, last = places.lines(node.span)
    text = json.dumps(
        {
            "name": wanted,
            "def": name,
            "file": source.name,
            "line": first,
            "lines": [source.line(at) for at in range(first, last + 1)],
            "core": {
                **{made: key[1] for key, made in named.items() if key[0] == "core"},
                **{made: "" for key, made in named.items() if key[0] == "missing"},
            },
            "builtins": {made: key[1] for key, made in named.items() if key[0] == "builtin"},
            "names": [(name, lisp_name, is_later(made)) for name, lisp_name, made in outer],
            "tree": places.encoded(tree, node.span),
        },
        separators=(",", ":"),
    )
    try:
        code_of(text)
    except SyntaxError as error:
        raise LispError(
            "not-in-python", node.span, f"Python does not take this function: {error.msg}"
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise LispError("too-deep", node.span, "the function nests too deeply for Python") from None
    return text, [made for _, _, made in outer]


def is_later(node: Node) -> bool:
    """Is it a global that was declared, and has no value yet?"""
    return isinstance(node, n.GlobalRef) and node.announced


def given_later(value: ir.Expr) -> ir.Expr:
    """`() => name`."""
    return ir.Function(None, None, [], None, [ir.Return(None, value)], True, False, False)


def spelled(node: Node) -> str:
    """The Lisp name of what a function takes along."""
    if isinstance(node, n.LocalRef):
        return node.local.name
    return node.name if isinstance(node, n.GlobalRef) else "it"


class Places:
    """Spans of one text as Python counts: lines from 1, columns in bytes of UTF-8 from 0."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def lines(self, span: Span | None) -> tuple[int, int]:
        if span is None:
            return 1, 0
        return self.source.position(span.start)[0], self.source.position(max(span.start, span.end - 1))[0]

    def place(self, span: Span | None) -> list[int] | None:
        """None for what stands in another text; what a macro made stands where the macro was called."""
        while span is not None and span.expansion is not None:
            span = span.expansion
        if span is None or span.source is not self.source:
            return None
        return [*self._position(span.start), *self._position(span.end)]

    def _position(self, offset: int) -> tuple[int, int]:
        line, column = self.source.position(offset)
        column -= 1
        before = self.source.text[offset - column : offset]
        return line, column if before.isascii() else len(before.encode("utf-8", "surrogatepass"))

    def encoded(self, item: Any, around: Span | None) -> Any:
        """A part of the tree as data for JSON."""
        if isinstance(item, list):
            return [self.encoded(part, around) for part in item]
        if not isinstance(item, ast.AST):
            return item
        made: dict[str, Any] = {"_": type(item).__name__}
        span = getattr(item, "span", None)
        if span is not None and span is not around:
            at = self.place(span)
            if at is not None:
                made["@"], around = at, span
        for name in item._fields:
            value = getattr(item, name, None)
            if value is not None or isinstance(item, ast.Constant):
                made[name] = self.encoded(value, around)
        return made
