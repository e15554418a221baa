"""The form of the program after lowering: JavaScript statements and expressions in evaluation order.

In: nothing. Out: the record types that `anf` makes and `emitter` prints. An expression in this form has no
statement inside (functions apart), so JavaScript's own left-to-right evaluation is the Lisp's.
`at` is the Lisp span the text is mapped to.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .forms import Span


@dataclass(slots=True, eq=False)
class Expr:
    at: Span | None


@dataclass(slots=True, eq=False)
class Text(Expr):
    """A literal, spelled."""

    text: str


@dataclass(slots=True, eq=False)
class Name(Expr):
    """An identifier. `stable`: it always holds the same value, so it may be read later than written here."""

    text: str
    stable: bool = True
    label: str | None = None  # the Lisp name, for the source map


@dataclass(slots=True, eq=False)
class Binary(Expr):
    op: str
    left: Expr
    right: Expr


@dataclass(slots=True, eq=False)
class Unary(Expr):
    op: str
    value: Expr


@dataclass(slots=True, eq=False)
class Cond(Expr):
    test: Expr
    then: Expr
    other: Expr


@dataclass(slots=True, eq=False)
class CallExpr(Expr):
    fn: Expr
    args: list[Expr]
    new: bool = False


@dataclass(slots=True, eq=False)
class Dot(Expr):
    obj: Expr
    name: str


@dataclass(slots=True, eq=False)
class Sub(Expr):
    obj: Expr
    key: Expr


@dataclass(slots=True, eq=False)
class Array(Expr):
    items: list[Expr]


@dataclass(slots=True, eq=False)
class Object(Expr):
    """Key: a string (plain property name) or an expression (computed)."""

    pairs: list[tuple[str | Expr, Expr]]


@dataclass(slots=True, eq=False)
class TemplateText(Expr):
    parts: list[str | Expr]


@dataclass(slots=True, eq=False)
class AwaitExpr(Expr):
    value: Expr


@dataclass(slots=True, eq=False)
class YieldExpr(Expr):
    value: Expr | None
    delegate: bool


@dataclass(slots=True, eq=False)
class SpreadExpr(Expr):
    value: Expr


@dataclass(slots=True, eq=False)
class AssignExpr(Expr):
    target: Expr
    value: Expr


@dataclass(slots=True, eq=False)
class Function(Expr):
    """`params` are identifiers; `rest` is the rest parameter. An arrow when `arrow`."""

    name: str | None
    params: list[str]
    rest: str | None
    body: list[Stmt]
    arrow: bool
    is_async: bool
    is_generator: bool
    label: str | None = None


@dataclass(slots=True, eq=False)
class ClassMember:
    kind: str  # method get set field block
    key: str | Expr
    static: bool
    fn: Function | None
    value: Expr | None
    body: list[Stmt] | None
    at: Span | None


@dataclass(slots=True, eq=False)
class ClassExpr(Expr):
    name: str | None
    parent: Expr | None
    members: list[ClassMember]


@dataclass(slots=True, eq=False)
class Exit:
    """Where a `break` goes; gets a label when something stands between."""

    label: str | None = None


@dataclass(slots=True, eq=False)
class Stmt:
    at: Span | None


@dataclass(slots=True, eq=False)
class Declare(Stmt):
    """`kind target = value`; target is an identifier or an array pattern's text."""

    kind: str
    target: str
    value: Expr | None


@dataclass(slots=True, eq=False)
class Assign(Stmt):
    target: Expr
    value: Expr


@dataclass(slots=True, eq=False)
class Do(Stmt):
    value: Expr


@dataclass(slots=True, eq=False)
class IfStmt(Stmt):
    test: Expr
    then: list[Stmt]
    other: list[Stmt]


@dataclass(slots=True, eq=False)
class WhileStmt(Stmt):
    test: Expr
    body: list[Stmt]
    exit: Exit | None = None


@dataclass(slots=True, eq=False)
class ForOf(Stmt):
    target: str
    iterable: Expr
    body: list[Stmt]
    is_await: bool = False
    exit: Exit | None = None


@dataclass(slots=True, eq=False)
class ForCount(Stmt):
    """`for (let i = 0; i < limit; i++)`."""

    name: str
    limit: Expr
    body: list[Stmt]
    exit: Exit | None = None


@dataclass(slots=True, eq=False)
class Return(Stmt):
    value: Expr | None


@dataclass(slots=True, eq=False)
class ThrowStmt(Stmt):
    value: Expr


@dataclass(slots=True, eq=False)
class Break(Stmt):
    exit: Exit | None = None


@dataclass(slots=True, eq=False)
class Continue(Stmt):
    exit: Exit | None = None


@dataclass(slots=True, eq=False)
class TryStmt(Stmt):
    body: list[Stmt]
    param: str | None
    handler: list[Stmt] | None
    final: list[Stmt] | None


@dataclass(slots=True, eq=False)
class Labeled(Stmt):
    exit: Exit
    body: list[Stmt]


@dataclass(slots=True, eq=False)
class Switch(Stmt):
    value: Expr
    cases: list[tuple[list[Expr], list[Stmt]]]  # no expressions: default


@dataclass(slots=True, eq=False)
class FunctionDecl(Stmt):
    fn: Function = field(default_factory=lambda: Function(None, None, [], None, [], False, False, False))


def is_stable(e: Expr) -> bool:
    """May `e` be evaluated later than written without anybody noticing? Constants, fixed names, closures."""
    kind = type(e)
    if kind is Name:
        return e.stable  # type: ignore[attr-defined]
    if kind is Text or kind is Function:
        return True
    if kind is Array:
        for item in e.items:  # type: ignore[attr-defined]
            if not is_stable(item):
                return False
        return True
    if kind is Binary:
        # operators are only written where operands are known numbers, strings, or merely compared
        return is_stable(e.left) and is_stable(e.right)  # type: ignore[attr-defined]
    if kind is Unary:
        return e.op in ("-", "!", "typeof ") and type(e.value) is Text  # type: ignore[attr-defined]
    return False


def is_simple(e: Expr) -> bool:
    """An identifier or a literal: may be written twice."""
    return type(e) is Name or type(e) is Text


def ends(body: list[Stmt]) -> bool:
    """Does control never reach the end of the body?"""
    if not body:
        return False
    last = body[-1]
    kind = type(last)
    if kind in (Return, ThrowStmt, Break, Continue):
        return True
    if kind is IfStmt:
        return bool(last.other) and ends(last.then) and ends(last.other)  # type: ignore[attr-defined]
    if kind is TryStmt:
        if last.final is not None and ends(last.final):  # type: ignore[attr-defined]
            return True
        return ends(last.body) and (last.handler is None or ends(last.handler))  # type: ignore[attr-defined]
    return False
