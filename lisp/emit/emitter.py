"""ir -> JavaScript text, recording which Lisp each piece came from.

In: statements. Out: text that reads as if typed: two-space indents, as few parentheses as JavaScript
allows, long calls and literals broken one item a line. A mapping (line, UTF-16 column, span, name) is
recorded at each write of something that has a span.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import ir
from .expressions import ASSIGN, WIDTH, Writer
from .ir import Function, Stmt
from .width import leftmost, width


class Emitter(Writer):
    """Writes one unit: statements, and the expressions in them."""

    def block(self, body: list[Stmt], doc: str | None = None) -> None:
        if not body and not doc:
            self.write("{}")
            return
        self.write("{")
        self.indent += 1
        if doc:
            self.comment(doc)
        stack = self.stack
        stack.depth += 1
        if stack.depth <= stack.room:
            self.body(body)
        else:
            stack.deeper(self.body, body)
        stack.depth -= 1
        self.indent -= 1
        self.newline()
        self.write("}")

    def comment(self, text: str) -> None:
        """A text as the comment that documents the function whose body begins here."""
        first, *more = text.replace("*/", "*\\/").splitlines() or [""]
        self.newline()
        self.write(f"/** {first}")
        for line in more:
            self.newline()
            self.write(f" * {line}".rstrip())
        self.write(" */")

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

    def function_stmt(self, s: ir.FunctionStmt) -> None:
        self.mark(s.at)
        self.function(s.fn)

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
        if s.also is not None:
            self.write(" && ")
            self.expr(s.also, 4)
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


_STMT: dict[type, Callable[[Emitter, Any], None]] = {
    ir.Declare: Emitter.declare,
    ir.FunctionStmt: Emitter.function_stmt,
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
