"""Expressions of ir -> JavaScript text; the base of the emitter.

In: expressions. Out: text with as few parentheses as JavaScript allows, long lists broken one item a line,
and a mapping at each write of something that has a span.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..forms import Span
from ..stack import Stack
from . import ir
from .ir import Expr, Function, Stmt
from .sourcemap import Mappings
from .width import _has_call, leftmost, template_text, utf16, width

WIDTH = 100

PRECEDENCE = {
    "??": 3, "||": 3, "&&": 4, "|": 5, "^": 6, "&": 7, "==": 8, "!=": 8, "===": 8, "!==": 8,
    "<": 9, ">": 9, "<=": 9, ">=": 9, "instanceof": 9, "in": 9, "<<": 10, ">>": 10, ">>>": 10,
    "+": 11, "-": 11, "*": 12, "/": 12, "%": 12, "**": 13,
}  # fmt: skip
ASSIGN, CONDITIONAL, UNARY, CALL, MEMBER, ATOM = 1, 2, 14, 16, 17, 20
NUMBER = re.compile(r"[\d.]+")


class Writer:
    """Writes expressions. Lines and columns are counted from 0."""

    def __init__(self, stack: Stack, *, mapped: bool = True) -> None:
        self.stack = stack
        self.out: list[str] = []
        self.line = 0
        self.column = 0
        self.indent = 0
        self.mapped = mapped
        self.mappings = Mappings()

    # -- writing ------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        self.out.append(text)
        self.column += len(text) if text.isascii() else utf16(text)

    def newline(self) -> None:
        self.out.append("\n" + "  " * self.indent)
        self.line += 1
        self.column = 2 * self.indent

    def mark(self, span: Span | None, name: str | None = None) -> None:
        """What is written next comes from `span`; of several at one place the innermost counts."""
        if span is not None and self.mapped:
            line, column, flat = self.line, self.column, self.mappings.flat
            if flat and flat[-3] == column and flat[-4] == line:
                del flat[-4:]
            flat += (line, column, span, name)

    def text(self) -> str:
        return "".join(self.out)

    def append(self, other: Writer) -> None:
        """What another has written, from a new line on, comes next (at the very beginning, without that)."""
        skip = 0
        if not self.out:
            while skip < len(other.out) and other.out[skip] == "\n":
                skip += 1
        self.out += other.out[skip:]
        self.mappings.extend(other.mappings, self.line - skip)
        self.line += other.line - skip
        self.column = other.column

    def block(self, body: list[Stmt], doc: str | None = None) -> None:
        """Write statements in braces, behind a comment if there is one; the Emitter knows how."""
        raise NotImplementedError

    def expr(self, e: Expr, least: int) -> None:
        """Write `e`, in parentheses if it binds less tightly than `least`."""
        kind = type(e)
        at = e.at
        if at is not None and self.mapped:  # as in `mark`
            line, column, flat = self.line, self.column, self.mappings.flat
            if flat and flat[-3] == column and flat[-4] == line:
                del flat[-4:]
            flat += (line, column, at, e.label if kind is ir.Name else None)  # type: ignore[attr-defined]
        bare = (_BINDING.get(kind) or _binding(e)) >= least
        if bare and (kind is ir.Name or kind is ir.Text):
            text: str = e.text  # type: ignore[attr-defined]
            self.out.append(text)
            self.column += len(text) if text.isascii() else utf16(text)
            return
        rule = _EXPR[kind]
        if not bare:
            self.write("(")
        stack = self.stack
        stack.depth += 1
        if stack.depth <= stack.room:
            rule(self, e)
        else:
            stack.deeper(rule, self, e)
        stack.depth -= 1
        if not bare:
            self.write(")")

    def plain(self, e: Any) -> None:
        self.write(e.text)

    def binary(self, e: ir.Binary) -> None:
        op = e.op
        own = PRECEDENCE[op]
        left, right = own, own + 1
        if op == "**":
            left, right = UNARY + 1, own
        elif op == "??" or op == "||":
            for side in (e.left, e.right):
                if type(side) is ir.Binary and {op, side.op} in ({"??", "||"}, {"??", "&&"}):
                    left = right = UNARY
        elif op in ("&&", "+", "*"):
            # a && (b && c) is a && b && c; for + and * the order of operations stays as written
            right = own if op == "&&" else own + 1
        if type(e.left) is ir.Binary and op == "&&" and e.left.op == "??":
            left = UNARY
        self.expr(e.left, left)
        self.write(" ")
        self.mark(e.at)
        self.write(f"{op} ")
        self.expr(e.right, right)

    def unary(self, e: ir.Unary) -> None:
        self.write(e.op)
        inner = e.value
        if e.op == "-" and (
            (type(inner) is ir.Unary and inner.op == "-") or (type(inner) is ir.Text and inner.text[0] == "-")
        ):
            self.write("(")
            self.expr(inner, 0)
            self.write(")")
            return
        self.expr(inner, UNARY)

    def cond(self, e: ir.Cond) -> None:
        self.expr(e.test, CONDITIONAL + 1)
        if type(e.other) is ir.Cond:
            self.indent += 1
            while True:
                self.newline()
                self.write("? ")
                self.expr(e.then, ASSIGN)
                self.newline()
                self.write(": ")
                if type(e.other) is not ir.Cond:
                    self.expr(e.other, ASSIGN)
                    break
                e = e.other
                self.mark(e.at)
                self.expr(e.test, CONDITIONAL + 1)
            self.indent -= 1
            return
        self.write(" ? ")
        self.expr(e.then, ASSIGN)
        self.write(" : ")
        self.expr(e.other, ASSIGN)

    def call(self, e: ir.CallExpr) -> None:
        fn = e.fn
        if (
            isinstance(fn, (ir.Dot, ir.Sub))
            and fn.asked is not None
            and type(fn.obj) is ir.Name
            and not e.new
        ):
            # Said before the call, so that V8 finds the name of the object when there is no such method.
            self.write(f"({fn.asked.text}({fn.obj.text}), ")
            bare = ir.Dot(fn.at, fn.obj, fn.name) if isinstance(fn, ir.Dot) else ir.Sub(fn.at, fn.obj, fn.key)
            self.call(ir.CallExpr(e.at, bare, e.args))
            self.write(")")
            return
        if e.new:
            self.write("new ")
            self.expr(e.fn, MEMBER if not _has_call(e.fn) else ATOM + 1)
        elif type(e.fn) is ir.Name:
            at, label = e.at or e.fn.at, e.fn.label
            if label is not None and at is not e.fn.at:  # (f x): the name stands behind the parenthesis
                assert at is not None
                label = label if at.source.text.startswith(label, at.start + 1) else None
            self.mark(at, label)  # V8 gives the place of the name for the call
            self.write(e.fn.text)
        else:
            self.expr(e.fn, CALL)
            if type(e.fn) is ir.CallExpr:
                self.mark(e.at)
        self.write("(")
        self.items(e.args)
        self.write(")")

    def items(self, items: list[Expr]) -> None:
        """Items separated by commas: on one line, or each on its own when that gets too long."""
        if self.too_long(items):
            self.indent += 1
            for item in items:
                self.newline()
                self.expr(item, ASSIGN)
                self.write(",")
            self.indent -= 1
            self.newline()
            return
        first = True
        for item in items:
            if not first:
                self.write(", ")
            first = False
            self.expr(item, ASSIGN)

    def too_long(self, items: list[Expr]) -> bool:
        if len(items) < 2:
            return False
        room = WIDTH - self.column
        total = 0
        for item in items[:-1]:
            total += width(item, WIDTH) + 2
        if total <= room and type(items[-1]) is Function:
            return False  # a function as last argument opens its own block
        total += width(items[-1], WIDTH)
        return total > room and total > 30

    def dot(self, e: ir.Dot) -> None:
        obj = e.obj
        if e.asked is not None:
            self.asking(e.asked, obj)
        elif type(obj) is ir.Text and NUMBER.fullmatch(obj.text):
            self.write(f"({obj.text})")
        else:
            self.expr(obj, CALL)
        if e.asked is not None:
            self.mark(e.at)
        self.write(".")
        self.mark(e.at)  # V8 gives the place of the name when the access or the call fails
        self.write(e.name)

    def asking(self, told: ir.Name, obj: Expr) -> None:
        """An object of which the Lisp is about to read a property: a Python object wants to know who asks."""
        self.write(f"{told.text}(")
        self.expr(obj, ASSIGN)
        self.write(")")

    def sub(self, e: ir.Sub) -> None:
        if e.asked is not None:
            self.asking(e.asked, e.obj)
        else:
            self.expr(e.obj, CALL)
        self.mark(e.at)
        self.write("[")
        self.expr(e.key, 0)
        self.write("]")

    def array(self, e: ir.Array) -> None:
        self.write("[")
        self.items(e.items)
        self.write("]")

    def object(self, e: ir.Object) -> None:
        if not e.pairs:
            self.write("{}")
            return
        total = sum(
            width(value, WIDTH) + (len(key) if isinstance(key, str) else width(key, WIDTH) + 2) + 4
            for key, value in e.pairs
        )
        broken = len(e.pairs) > 1 and self.column + total > WIDTH
        self.write("{" if broken else "{ ")
        if broken:
            self.indent += 1
        first = True
        for key, value in e.pairs:
            if broken:
                self.newline()
            elif not first:
                self.write(", ")
            first = False
            if isinstance(key, str):
                if type(value) is ir.Name and value.text == key:
                    self.expr(value, ASSIGN)
                    if broken:
                        self.write(",")
                    continue
                self.write(key)
            elif type(key) is ir.Text and NUMBER.fullmatch(key.text):
                self.write(key.text)
            else:
                self.write("[")
                self.expr(key, ASSIGN)
                self.write("]")
            self.write(": ")
            self.expr(value, ASSIGN)
            if broken:
                self.write(",")
        if broken:
            self.indent -= 1
            self.newline()
            self.write("}")
        else:
            self.write(" }")

    def template(self, e: ir.TemplateText) -> None:
        self.write("`")
        for part in e.parts:
            if isinstance(part, str):
                self.write(template_text(part))
            else:
                self.write("${")
                self.expr(part, 0)
                self.write("}")
        self.write("`")

    def await_(self, e: ir.AwaitExpr) -> None:
        self.write("await ")
        self.expr(e.value, UNARY)

    def yield_(self, e: ir.YieldExpr) -> None:
        self.write("yield*" if e.delegate else "yield")
        if e.value is not None:
            self.write(" ")
            self.expr(e.value, ASSIGN)

    def spread(self, e: ir.SpreadExpr) -> None:
        self.write("...")
        self.expr(e.value, ASSIGN)

    def assign_expr(self, e: ir.AssignExpr) -> None:
        self.expr(e.target, CALL)
        self.write(" = ")
        self.expr(e.value, ASSIGN)

    def function(self, e: Function) -> None:
        params = list(e.params)
        if e.rest is not None:
            params.append("..." + e.rest)
        head = "async " if e.is_async else ""
        if not e.arrow:
            star = "*" if e.is_generator else ""
            self.write(f"{head}function{star} {e.name or ''}({', '.join(params)}) ")
            self.block(e.body, e.doc)
            return
        self.write(f"{head}({', '.join(params)}) => ")
        if len(e.body) == 1 and type(e.body[0]) is ir.Return and e.body[0].value is not None and not e.doc:
            value = e.body[0].value
            first = leftmost(value)
            if type(first) is ir.Object:
                self.write("(")
                self.expr(value, 0)
                self.write(")")
            else:
                self.expr(value, ASSIGN)
            return
        self.block(e.body, e.doc)

    def method(self, e: Function, name: str | Expr, prefix: str) -> None:
        self.write(prefix + ("async " if e.is_async else "") + ("*" if e.is_generator else ""))
        self.key(name)
        params = list(e.params)
        if e.rest is not None:
            params.append("..." + e.rest)
        self.write(f"({', '.join(params)}) ")
        self.block(e.body)

    def key(self, key: str | Expr) -> None:
        if isinstance(key, str):
            self.write(key)
        else:
            self.write("[")
            self.expr(key, ASSIGN)
            self.write("]")

    def class_(self, e: ir.ClassExpr) -> None:
        self.write("class" + (f" {e.name}" if e.name else ""))
        if e.parent is not None:
            self.write(" extends ")
            self.expr(e.parent, MEMBER)
        if not e.members:
            self.write(" {}")
            return
        self.write(" {")
        self.indent += 1
        for at, member in enumerate(e.members):
            if at and (member.fn is not None or e.members[at - 1].fn is not None):
                self.out.append("\n")
                self.line += 1
            self.newline()
            self.mark(member.at)
            static = "static " if member.static else ""
            if member.kind == "block":
                self.write("static ")
                self.block(member.body or [])
            elif member.fn is not None:
                self.method(
                    member.fn,
                    member.key,
                    static + (member.kind + " " if member.kind in ("get", "set") else ""),
                )
            else:
                self.write(static)
                self.key(member.key)
                if member.value is not None:
                    self.write(" = ")
                    self.expr(member.value, ASSIGN)
                self.write(";")
        self.indent -= 1
        self.newline()
        self.write("}")


def _binding(e: Expr) -> int:
    kind = type(e)
    if kind is ir.Text:
        return UNARY if e.text[0] == "-" else 9 if e.text.endswith(" in globalThis") else ATOM  # type: ignore[attr-defined]
    if kind is ir.Binary:
        return PRECEDENCE[e.op]  # type: ignore[attr-defined]
    if kind is Function:
        return ASSIGN if e.arrow else ATOM  # type: ignore[attr-defined]
    return _BINDING[kind]


_BINDING: dict[type, int] = {
    ir.Unary: UNARY, ir.AwaitExpr: UNARY, ir.Cond: CONDITIONAL, ir.AssignExpr: ASSIGN, ir.YieldExpr: ASSIGN,
    ir.SpreadExpr: ASSIGN, ir.CallExpr: CALL, ir.Dot: MEMBER, ir.Sub: MEMBER, ir.Array: ATOM, ir.Object: ATOM,
    ir.TemplateText: ATOM, ir.ClassExpr: ATOM, ir.Name: ATOM,
}  # fmt: skip

_EXPR: dict[type, Callable[[Writer, Any], None]] = {
    ir.Text: Writer.plain,
    ir.Name: Writer.plain,
    ir.Binary: Writer.binary,
    ir.Unary: Writer.unary,
    ir.Cond: Writer.cond,
    ir.CallExpr: Writer.call,
    ir.Dot: Writer.dot,
    ir.Sub: Writer.sub,
    ir.Array: Writer.array,
    ir.Object: Writer.object,
    ir.TemplateText: Writer.template,
    ir.AwaitExpr: Writer.await_,
    ir.YieldExpr: Writer.yield_,
    ir.SpreadExpr: Writer.spread,
    ir.AssignExpr: Writer.assign_expr,
    Function: Writer.function,
    ir.ClassExpr: Writer.class_,
}
