"""The form of the program after lowering: JavaScript statements and expressions in evaluation order.

In: nothing. Out: the record types that lower/ makes and emitter.py prints. An expression in this form has no
statement inside (functions apart), so JavaScript's own left-to-right evaluation is the Lisp's.
`at` is the Lisp span the text is mapped to.
"""

from __future__ import annotations

from ..forms import Span


class Expr:
    __slots__ = ("at",)

    def __init__(self, at: Span | None) -> None:
        self.at = at


class Text(Expr):
    """A literal, spelled."""

    __slots__ = ("text",)

    def __init__(self, at: Span | None, text: str) -> None:
        self.at = at
        self.text = text


class Name(Expr):
    """An identifier. `stable`: it always holds the same value, so it may be read later than written here."""

    __slots__ = ("label", "stable", "text")

    def __init__(self, at: Span | None, text: str, stable: bool = True, label: str | None = None) -> None:
        self.at = at
        self.text = text
        self.stable = stable
        self.label = label  # the Lisp name, for the source map


class Binary(Expr):
    __slots__ = ("left", "op", "right")

    def __init__(self, at: Span | None, op: str, left: Expr, right: Expr) -> None:
        self.at = at
        self.op = op
        self.left = left
        self.right = right


class Unary(Expr):
    __slots__ = ("op", "value")

    def __init__(self, at: Span | None, op: str, value: Expr) -> None:
        self.at = at
        self.op = op
        self.value = value


class Cond(Expr):
    __slots__ = ("other", "test", "then")

    def __init__(self, at: Span | None, test: Expr, then: Expr, other: Expr) -> None:
        self.at = at
        self.test = test
        self.then = then
        self.other = other


class CallExpr(Expr):
    __slots__ = ("args", "fn", "new")

    def __init__(self, at: Span | None, fn: Expr, args: list[Expr], new: bool = False) -> None:
        self.at = at
        self.fn = fn
        self.args = args
        self.new = new


class Dot(Expr):
    """`asked`: the function that is told of which object the code is about to read (`$read`), or None."""

    __slots__ = ("asked", "name", "obj")

    def __init__(self, at: Span | None, obj: Expr, name: str, asked: Name | None = None) -> None:
        self.at = at
        self.obj = obj
        self.name = name
        self.asked = asked


class Sub(Expr):
    """`asked`: as in `Dot`."""

    __slots__ = ("asked", "key", "obj")

    def __init__(self, at: Span | None, obj: Expr, key: Expr, asked: Name | None = None) -> None:
        self.at = at
        self.obj = obj
        self.key = key
        self.asked = asked


class Array(Expr):
    __slots__ = ("items",)

    def __init__(self, at: Span | None, items: list[Expr]) -> None:
        self.at = at
        self.items = items


class Object(Expr):
    """Key: a string (plain property name) or an expression (computed)."""

    __slots__ = ("pairs",)

    def __init__(self, at: Span | None, pairs: list[tuple[str | Expr, Expr]]) -> None:
        self.at = at
        self.pairs = pairs


class TemplateText(Expr):
    __slots__ = ("parts",)

    def __init__(self, at: Span | None, parts: list[str | Expr]) -> None:
        self.at = at
        self.parts = parts


class AwaitExpr(Expr):
    __slots__ = ("value",)

    def __init__(self, at: Span | None, value: Expr) -> None:
        self.at = at
        self.value = value


class YieldExpr(Expr):
    __slots__ = ("delegate", "value")

    def __init__(self, at: Span | None, value: Expr | None, delegate: bool) -> None:
        self.at = at
        self.value = value
        self.delegate = delegate


class SpreadExpr(Expr):
    __slots__ = ("value",)

    def __init__(self, at: Span | None, value: Expr) -> None:
        self.at = at
        self.value = value


class AssignExpr(Expr):
    __slots__ = ("target", "value")

    def __init__(self, at: Span | None, target: Expr, value: Expr) -> None:
        self.at = at
        self.target = target
        self.value = value


class Function(Expr):
    """`params` are identifiers; `rest` is the rest parameter. An arrow when `arrow`; `doc`: its comment."""

    __slots__ = ("arrow", "body", "doc", "is_async", "is_generator", "label", "name", "params", "rest")

    def __init__(
        self,
        at: Span | None,
        name: str | None,
        params: list[str],
        rest: str | None,
        body: list[Stmt],
        arrow: bool,
        is_async: bool,
        is_generator: bool,
        label: str | None = None,
        doc: str | None = None,
    ) -> None:
        self.at = at
        self.name = name
        self.params = params
        self.rest = rest
        self.body = body
        self.arrow = arrow
        self.is_async = is_async
        self.is_generator = is_generator
        self.label = label
        self.doc = doc


class ClassMember:
    __slots__ = ("at", "body", "fn", "key", "kind", "static", "value")

    def __init__(
        self,
        kind: str,
        key: str | Expr,
        static: bool,
        fn: Function | None,
        value: Expr | None,
        body: list[Stmt] | None,
        at: Span | None,
    ) -> None:
        self.kind = kind  # method get set field block
        self.key = key
        self.static = static
        self.fn = fn
        self.value = value
        self.body = body
        self.at = at


class ClassExpr(Expr):
    __slots__ = ("members", "name", "parent")

    def __init__(
        self, at: Span | None, name: str | None, parent: Expr | None, members: list[ClassMember]
    ) -> None:
        self.at = at
        self.name = name
        self.parent = parent
        self.members = members


class Exit:
    """Where a `break` goes; gets a label when something stands between."""

    __slots__ = ("label",)

    def __init__(self, label: str | None = None) -> None:
        self.label = label


class Stmt:
    __slots__ = ("at",)

    def __init__(self, at: Span | None) -> None:
        self.at = at


class Declare(Stmt):
    """`kind target = value`; target is an identifier or an array pattern's text."""

    __slots__ = ("kind", "target", "value")

    def __init__(self, at: Span | None, kind: str, target: str, value: Expr | None) -> None:
        self.at = at
        self.kind = kind
        self.target = target
        self.value = value


class Assign(Stmt):
    __slots__ = ("target", "value")

    def __init__(self, at: Span | None, target: Expr, value: Expr) -> None:
        self.at = at
        self.target = target
        self.value = value


class Do(Stmt):
    __slots__ = ("value",)

    def __init__(self, at: Span | None, value: Expr) -> None:
        self.at = at
        self.value = value


class IfStmt(Stmt):
    __slots__ = ("other", "test", "then")

    def __init__(self, at: Span | None, test: Expr, then: list[Stmt], other: list[Stmt]) -> None:
        self.at = at
        self.test = test
        self.then = then
        self.other = other


class WhileStmt(Stmt):
    __slots__ = ("body", "exit", "test")

    def __init__(self, at: Span | None, test: Expr, body: list[Stmt], exit: Exit | None = None) -> None:
        self.at = at
        self.test = test
        self.body = body
        self.exit = exit


class ForOf(Stmt):
    __slots__ = ("body", "exit", "is_await", "iterable", "target")

    def __init__(
        self,
        at: Span | None,
        target: str,
        iterable: Expr,
        body: list[Stmt],
        is_await: bool = False,
        exit: Exit | None = None,
    ) -> None:
        self.at = at
        self.target = target
        self.iterable = iterable
        self.body = body
        self.is_await = is_await
        self.exit = exit


class ForCount(Stmt):
    """`for (let i = 0; i < limit; i++)`; `also`: `i < limit && also`."""

    __slots__ = ("also", "body", "exit", "limit", "name")

    def __init__(
        self,
        at: Span | None,
        name: str,
        limit: Expr,
        body: list[Stmt],
        exit: Exit | None = None,
        also: Expr | None = None,
    ) -> None:
        self.also = also
        self.at = at
        self.name = name
        self.limit = limit
        self.body = body
        self.exit = exit


class Return(Stmt):
    __slots__ = ("value",)

    def __init__(self, at: Span | None, value: Expr | None) -> None:
        self.at = at
        self.value = value


class ThrowStmt(Stmt):
    __slots__ = ("value",)

    def __init__(self, at: Span | None, value: Expr) -> None:
        self.at = at
        self.value = value


class Break(Stmt):
    __slots__ = ("exit",)

    def __init__(self, at: Span | None, exit: Exit | None = None) -> None:
        self.at = at
        self.exit = exit


class Continue(Stmt):
    __slots__ = ("exit",)

    def __init__(self, at: Span | None, exit: Exit | None = None) -> None:
        self.at = at
        self.exit = exit


class TryStmt(Stmt):
    __slots__ = ("body", "final", "handler", "param")

    def __init__(
        self,
        at: Span | None,
        body: list[Stmt],
        param: str | None,
        handler: list[Stmt] | None,
        final: list[Stmt] | None,
    ) -> None:
        self.at = at
        self.body = body
        self.param = param
        self.handler = handler
        self.final = final


class Labeled(Stmt):
    __slots__ = ("body", "exit")

    def __init__(self, at: Span | None, exit: Exit, body: list[Stmt]) -> None:
        self.at = at
        self.exit = exit
        self.body = body


class FunctionStmt(Stmt):
    """A function declaration."""

    __slots__ = ("fn",)

    def __init__(self, at: Span | None, fn: Function) -> None:
        self.at = at
        self.fn = fn


class Switch(Stmt):
    __slots__ = ("cases", "value")

    def __init__(self, at: Span | None, value: Expr, cases: list[tuple[list[Expr], list[Stmt]]]) -> None:
        self.at = at
        self.value = value
        self.cases = cases  # no expressions: default
