"""ir -> JavaScript text, recording which Lisp each piece came from.

In: statements. Out: text that reads as if typed: two-space indents, as few parentheses as JavaScript
allows, long calls and literals broken one item a line. A mapping (line, UTF-16 column, span, name) is
recorded at each write of something that has a span.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from . import ir
from .forms import Span
from .ir import Expr, Function, Stmt

WIDTH = 100

PRECEDENCE = {
    "??": 3, "||": 3, "&&": 4, "|": 5, "^": 6, "&": 7, "==": 8, "!=": 8, "===": 8, "!==": 8,
    "<": 9, ">": 9, "<=": 9, ">=": 9, "instanceof": 9, "in": 9, "<<": 10, ">>": 10, ">>>": 10,
    "+": 11, "-": 11, "*": 12, "/": 12, "%": 12, "**": 13,
}  # fmt: skip
ASSIGN, CONDITIONAL, UNARY, CALL, MEMBER, ATOM = 1, 2, 14, 16, 17, 20
NUMBER = re.compile(r"[\d.]+")


class Emitter:
    """Writes one unit. `mappings` are (line, column, span, name), all counted from 0."""

    def __init__(self, *, mapped: bool = True) -> None:
        self.out: list[str] = []
        self.line = 0
        self.column = 0
        self.indent = 0
        self.mapped = mapped
        self.mappings: list[tuple[int, int, Span, str | None]] = []

    # -- writing ------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        self.out.append(text)
        if text.isascii():
            self.column += len(text)
        else:
            self.column += len(text.encode("utf-16-le", "surrogatepass")) >> 1

    def newline(self) -> None:
        self.out.append("\n" + "  " * self.indent)
        self.line += 1
        self.column = 2 * self.indent

    def mark(self, span: Span | None, name: str | None = None) -> None:
        if span is not None and self.mapped:
            self.mappings.append((self.line, self.column, span, name))

    def text(self) -> str:
        return "".join(self.out)

    # -- statements ---------------------------------------------------------------------------

    def block(self, body: list[Stmt]) -> None:
        if not body:
            self.write("{}")
            return
        self.write("{")
        self.indent += 1
        self.body(body)
        self.indent -= 1
        self.newline()
        self.write("}")

    def body(self, body: list[Stmt]) -> None:
        for stmt in body:
            self.newline()
            _STMT[type(stmt)](self, stmt)

    def stmt(self, stmt: Stmt) -> None:
        _STMT[type(stmt)](self, stmt)

    def declare(self, s: ir.Declare) -> None:
        self.mark(s.at)
        self.write(f"{s.kind} {s.target}")
        if s.value is not None:
            self.write(" = ")
            self.expr(s.value, ASSIGN)
        self.write(";")

    def assign(self, s: ir.Assign) -> None:
        self.mark(s.at)
        value = s.value
        if type(s.target) is ir.Name and type(value) is ir.Binary and value.op in "+-*/":
            left = value.left
            if type(left) is ir.Name and left.text == s.target.text:
                if type(value.right) is ir.Text and value.right.text == "1" and value.op in "+-":
                    self.write(f"{left.text}{value.op}{value.op};")
                    return
                self.write(f"{left.text} {value.op}= ")
                self.expr(value.right, ASSIGN)
                self.write(";")
                return
        if type(leftmost(s.target)) in (ir.Object, ir.ClassExpr, Function):
            self.write("(")
            self.expr(s.target, 0)
            self.write(")")
        else:
            self.expr(s.target, ASSIGN)
        self.write(" = ")
        self.expr(value, ASSIGN)
        self.write(";")

    def do(self, s: ir.Do) -> None:
        self.mark(s.at)
        e = s.value
        first = leftmost(e)
        if type(first) in (ir.Object, ir.ClassExpr) or (type(first) is Function and not first.arrow):
            self.write("(")
            self.expr(e, 0)
            self.write(")")
        else:
            self.expr(e, 0)
        self.write(";")

    def if_stmt(self, s: ir.IfStmt) -> None:
        self.mark(s.at)
        while True:
            self.write("if (")
            self.expr(s.test, 0)
            self.write(") ")
            if not s.other and len(s.then) == 1 and self.fits(s.then[0]):
                self.stmt(s.then[0])
                return
            self.block(s.then)
            if not s.other:
                return
            self.write(" else ")
            if len(s.other) == 1 and type(s.other[0]) is ir.IfStmt:
                s = s.other[0]
                self.mark(s.at)
                continue
            self.block(s.other)
            return

    def fits(self, s: Stmt) -> bool:
        """May the statement follow its `if (..)` on the same line?"""
        if type(s) not in _ONE_LINERS:
            return False
        value = getattr(s, "value", None)
        return value is None or self.column + width(value, WIDTH) < WIDTH

    def label(self, exit_: ir.Exit | None) -> None:
        if exit_ is not None and exit_.label is not None:
            self.write(f"{exit_.label}: ")

    def while_stmt(self, s: ir.WhileStmt) -> None:
        self.mark(s.at)
        self.label(s.exit)
        self.write("while (")
        self.expr(s.test, 0)
        self.write(") ")
        self.block(s.body)

    def for_of(self, s: ir.ForOf) -> None:
        self.mark(s.at)
        self.label(s.exit)
        self.write(f"for {'await ' if s.is_await else ''}(const {s.target} of ")
        self.expr(s.iterable, ASSIGN)
        self.write(") ")
        self.block(s.body)

    def for_count(self, s: ir.ForCount) -> None:
        self.mark(s.at)
        self.label(s.exit)
        self.write(f"for (let {s.name} = 0; {s.name} < ")
        self.expr(s.limit, 10)
        self.write(f"; {s.name}++) ")
        self.block(s.body)

    def return_(self, s: ir.Return) -> None:
        self.mark(s.at)
        if s.value is None or (type(s.value) is ir.Text and s.value.text == "undefined"):
            self.write("return;")
            return
        self.write("return ")
        self.expr(s.value, 0)
        self.write(";")

    def throw(self, s: ir.ThrowStmt) -> None:
        self.mark(s.at)
        self.write("throw ")
        self.expr(s.value, 0)
        self.write(";")

    def break_(self, s: ir.Break) -> None:
        self.write(f"break {s.exit.label};" if s.exit is not None and s.exit.label else "break;")

    def continue_(self, s: ir.Continue) -> None:
        self.write(f"continue {s.exit.label};" if s.exit is not None and s.exit.label else "continue;")

    def try_(self, s: ir.TryStmt) -> None:
        self.mark(s.at)
        self.write("try ")
        self.block(s.body)
        if s.handler is not None:
            self.write(f" catch ({s.param}) " if s.param else " catch ")
            self.block(s.handler)
        if s.final is not None:
            self.write(" finally ")
            self.block(s.final)

    def labeled(self, s: ir.Labeled) -> None:
        self.label(s.exit)
        self.block(s.body)

    def switch(self, s: ir.Switch) -> None:
        self.mark(s.at)
        self.write("switch (")
        self.expr(s.value, 0)
        self.write(") {")
        self.indent += 1
        for values, body in s.cases:
            self.newline()
            for at, value in enumerate(values):
                if at:
                    self.newline()
                self.write("case ")
                self.expr(value, 0)
                self.write(":")
            if not values:
                self.write("default:")
            if any(type(inner) is ir.Declare for inner in body):
                self.write(" ")
                self.block(body)
            else:
                self.indent += 1
                self.body(body)
                self.indent -= 1
        self.indent -= 1
        self.newline()
        self.write("}")

    # -- expressions --------------------------------------------------------------------------

    def expr(self, e: Expr, least: int) -> None:
        """Write `e`, in parentheses if it binds less tightly than `least`."""
        if e.at is not None and self.mapped:
            self.mappings.append((self.line, self.column, e.at, e.label if type(e) is ir.Name else None))
        if _binding(e) < least:
            self.write("(")
            _EXPR[type(e)](self, e)
            self.write(")")
        else:
            _EXPR[type(e)](self, e)

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
        self.write(f" {op} ")
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
        if e.new:
            self.write("new ")
            self.expr(e.fn, MEMBER if not _has_call(e.fn) else ATOM + 1)
        else:
            self.expr(e.fn, CALL)
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
        if type(obj) is ir.Text and NUMBER.fullmatch(obj.text):
            self.write(f"({obj.text})")
        else:
            self.expr(obj, CALL)
        self.write("." + e.name)

    def sub(self, e: ir.Sub) -> None:
        self.expr(e.obj, CALL)
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
        total = sum(width(value, WIDTH) + (len(key) if isinstance(key, str) else width(key, WIDTH) + 2) + 4 for key, value in e.pairs)
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
            self.write(f"{head}function{'*' if e.is_generator else ''}{' ' + e.name if e.name else ' '}({', '.join(params)}) ")
            self.block(e.body)
            return
        self.write(f"{head}({', '.join(params)}) => ")
        if len(e.body) == 1 and type(e.body[0]) is ir.Return and e.body[0].value is not None:
            value = e.body[0].value
            first = leftmost(value)
            if type(first) is ir.Object:
                self.write("(")
                self.expr(value, 0)
                self.write(")")
            else:
                self.expr(value, ASSIGN)
            return
        self.block(e.body)

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
                self.method(member.fn, member.key, static + (member.kind + " " if member.kind in ("get", "set") else ""))
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


def template_text(text: str) -> str:
    out = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${").replace("\r", "\\r")
    if out.isascii():
        return out
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in out)


def leftmost(e: Expr) -> Expr:
    """The expression whose text comes first."""
    while True:
        match e:
            case ir.Binary(left=inner) | ir.Cond(test=inner) | ir.Dot(obj=inner) | ir.Sub(obj=inner):
                e = inner
            case ir.AssignExpr(target=inner):
                e = inner
            case ir.CallExpr(fn=inner, new=False):
                e = inner
            case _:
                return e


def _has_call(e: Expr) -> bool:
    while True:
        match e:
            case ir.Dot(obj=inner) | ir.Sub(obj=inner):
                e = inner
            case ir.CallExpr():
                return True
            case _:
                return False


def width(e: Expr, limit: int) -> int:
    """About how many columns `e` takes on one line; counting stops soon after `limit`."""
    total = 0
    stack: list[Any] = [e]
    while stack and total <= limit:
        item = stack.pop()
        match item:
            case str():
                total += len(item)
            case ir.Text() | ir.Name():
                total += len(item.text)
            case ir.Binary():
                total += len(item.op) + 2
                stack += (item.left, item.right)
            case ir.Unary():
                total += len(item.op)
                stack.append(item.value)
            case ir.Cond():
                total += 6
                stack += (item.test, item.then, item.other)
            case ir.CallExpr():
                total += 2 * len(item.args) + 2
                stack.append(item.fn)
                stack += item.args
            case ir.Dot():
                total += len(item.name) + 1
                stack.append(item.obj)
            case ir.Sub():
                total += 2
                stack += (item.obj, item.key)
            case ir.Array():
                total += 2 * len(item.items) + 2
                stack += item.items
            case ir.Object():
                total += 4 * len(item.pairs) + 2
                for key, value in item.pairs:
                    stack += (key, value)
            case ir.TemplateText():
                total += 2
                stack += item.parts
            case ir.AwaitExpr() | ir.SpreadExpr():
                total += 6
                stack.append(item.value)
            case Function():
                total += 10 + sum(len(p) + 2 for p in item.params)
                if len(item.body) == 1 and type(item.body[0]) is ir.Return and item.body[0].value is not None:
                    stack.append(item.body[0].value)
            case _:
                total += 12
    return total


def _binding(e: Expr) -> int:
    kind = type(e)
    if kind is ir.Name:
        return ATOM
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
    ir.TemplateText: ATOM, ir.ClassExpr: ATOM,
}  # fmt: skip

_EXPR: dict[type, Callable[[Emitter, Any], None]] = {
    ir.Text: Emitter.plain,
    ir.Name: Emitter.plain,
    ir.Binary: Emitter.binary,
    ir.Unary: Emitter.unary,
    ir.Cond: Emitter.cond,
    ir.CallExpr: Emitter.call,
    ir.Dot: Emitter.dot,
    ir.Sub: Emitter.sub,
    ir.Array: Emitter.array,
    ir.Object: Emitter.object,
    ir.TemplateText: Emitter.template,
    ir.AwaitExpr: Emitter.await_,
    ir.YieldExpr: Emitter.yield_,
    ir.SpreadExpr: Emitter.spread,
    ir.AssignExpr: Emitter.assign_expr,
    Function: Emitter.function,
    ir.ClassExpr: Emitter.class_,
}

_STMT: dict[type, Callable[[Emitter, Any], None]] = {
    ir.Declare: Emitter.declare,
    ir.Assign: Emitter.assign,
    ir.Do: Emitter.do,
    ir.IfStmt: Emitter.if_stmt,
    ir.WhileStmt: Emitter.while_stmt,
    ir.ForOf: Emitter.for_of,
    ir.ForCount: Emitter.for_count,
    ir.Return: Emitter.return_,
    ir.ThrowStmt: Emitter.throw,
    ir.Break: Emitter.break_,
    ir.Continue: Emitter.continue_,
    ir.TryStmt: Emitter.try_,
    ir.Labeled: Emitter.labeled,
    ir.Switch: Emitter.switch,
}

_ONE_LINERS = (ir.Return, ir.ThrowStmt, ir.Break, ir.Continue, ir.Assign)
