"""Nodes -> ir: evaluation order made explicit, strictly left to right.

In: a node and where its value goes (`Dest`). Out: statements appended to `self.stmts` and, from `expr`, an
expression to be used right there. The one rule that everything here serves: when a later sibling needs
statements, every earlier sibling that is not constant is first spilled to a `const`; then the
statements follow, and JavaScript's own order does the rest. No function is ever made just to hold statements.

    (+ x (do (set! x 10) x))   ->   const v = x;  x = 10;  v + x
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypedDict, Unpack

from .. import nodes as n
from ..emit import ir
from ..emit.ir import Expr, Name, Stmt, Text
from ..emit.mangle import import_js, mangle, rename
from ..emit.spelling import js_string
from ..forms import Span
from ..inside import Inside
from ..nodes import Local, Node
from ..stack import Stack
from .known import Known
from .questions import is_simple, is_stable


class Dest:
    """Where a value goes: return it, assign it, or nowhere. `exit`: then leave the loop or block around."""

    __slots__ = ("exit", "kind", "name", "switches")

    def __init__(self, kind: str, name: str = "", exit: ir.Exit | None = None, switches: int = 0) -> None:
        self.kind = kind  # return | assign | effect
        self.name = name
        self.exit = exit
        self.switches = switches  # how many switch statements stood around the exit's loop


RETURN = Dest("return")
EFFECT = Dest("effect")


class Scope:
    """The identifiers taken in one JavaScript function."""

    __slots__ = ("names", "parent")

    def __init__(self, parent: Scope | None) -> None:
        self.parent = parent
        self.names: set[str] = set()


class Method:
    """A method being lowered. Functions in it that are no arrows see its `this` by a name of its own."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.alias: str | None = None

    def name_of_this(self, lw: Lowerer) -> str:
        if self.alias is None:
            self.alias = lw.fresh("self")
            self.scope.names.add(self.alias)
        return self.alias


# core functions, often the last thing a function calls, that surely give no promise
_NO_PROMISE = """$w add sub mul div pow neg lt le gt ge $e not$e inc dec str count keyword list map filter
conj assoc vec range println prn interpolate"""
NO_PROMISE = frozenset(_NO_PROMISE.split())


def label(at: Span | None, name: str) -> str | None:
    """The Lisp name that the source map gives to an identifier: only one that stands in the source there."""
    return name if at is not None and at.source.text.startswith(name, at.start) else None


class Context(TypedDict, total=False):
    """Where lowered code goes and what stands around it (see `Lowerer`)."""

    scope: Scope
    stmts: list[Stmt]
    tries: int
    switches: int
    wrap_returns: bool
    method: Method | None
    own_this: bool
    plain_this: bool
    blocks: tuple[Expr, ...]


class Lowerer:
    """Lowers one unit. `reserved`: identifiers of globals that the unit refers to."""

    def __init__(
        self, reserved: set[str], stack: Stack, *, polls: bool = False, await_wrapper: bool = False
    ) -> None:
        self.stack = stack
        self.stmts: list[Stmt] = []
        self.reserved = reserved
        self.imports: dict[str, str] = {}
        self.host_imports: set[str] = set()
        self.keywords: dict[str, str] = {}  # that functions use -> the constants that hold them
        self.scope = Scope(None)
        self.everything: set[str] = set()
        self.counters: dict[str, int] = {}
        self.polls = polls
        self.await_wrapper = await_wrapper
        self.tries = 0
        self.blocks: tuple[Expr, ...] = ()  # asynchronous managers whose bodies stand around it
        self.wrap_returns = False  # in an async function of a session
        self.loop_tries: dict[int, int] = {}  # loop (by id) -> how many try bodies stand around it
        self.switches = 0
        self.method: Method | None = None
        self.own_this = False  # inside a function that is no arrow, inside the method
        self.plain_this = False  # inside a class that extends nothing
        self.plain = False  # where there is no Python: in a browser
        self.module = False  # definitions are the module's own variables, not the global object's
        self.module_constants: set[str] = set()  # defined once
        self.module_fixed: set[str] = set()  # and never set
        self.known: Mapping[str, Known] = {}  # functions of a session's earlier forms

    def inside(self, **context: Unpack[Context]) -> Inside:
        """`with lw.inside(stmts=made): ..`: what is different for what is lowered in the block."""
        return Inside(self, {**context})

    def global_place(self, js: str, at: Span | None) -> Expr:
        """Where a definition is kept."""
        return Name(at, js, False) if self.module else ir.Dot(at, Name(None, "globalThis"), js)

    # -- names --------------------------------------------------------------------------------

    def taken(self, name: str) -> bool:
        if name in self.reserved:
            return True
        scope: Scope | None = self.scope
        while scope is not None:
            if name in scope.names:
                return True
            scope = scope.parent
        return False

    def fresh(self, lisp_name: str) -> str:
        """A JavaScript identifier, free here, for a Lisp name."""
        name = mangle(lisp_name)
        if self.taken(name):
            count = self.counters.get(lisp_name, 0)
            while True:
                count += 1
                name = rename(lisp_name, count)
                if not self.taken(name):
                    break
            self.counters[lisp_name] = count
        self.scope.names.add(name)
        self.everything.add(name)
        return name

    def name_of(self, local: Local) -> str:
        if local.js is None:
            local.js = self.fresh(local.name)
        return local.js

    def ref(self, local: Local, at: Span | None = None) -> Name:
        return Name(at, self.name_of(local), not local.mutated, label(at, local.name))

    def core(self, js: str, at: Span | None = None) -> Name:
        """A function of the runtime, imported under its own name where that is free."""
        alias = self.imports.get(js)
        if alias is None:
            alias = js
            count = 0
            while alias in self.reserved or alias in self.everything:
                count += 1
                alias = f"{js}${count}"
            self.imports[js] = alias
            self.reserved.add(alias)
        return Name(at, alias, True)

    def keyword(self, name: str, at: Span | None = None) -> Expr:
        """A keyword: looked up once for the unit where a function uses it, however often that is called."""
        if self.scope.parent is None:
            return ir.CallExpr(at, self.core("keyword"), [Text(None, js_string(name))])
        constant = self.keywords.get(name)
        if constant is None:
            self.core("keyword")
            constant = self.keywords[name] = mangle(f":{name}")  # no name of a program begins so
        return Name(at, constant, True)

    def constants(self) -> list[Stmt]:
        """What stands before all else in the unit."""
        made: list[Stmt] = []
        for name, constant in self.keywords.items():
            value = ir.CallExpr(None, self.core("keyword"), [Text(None, js_string(name))])
            made.append(ir.Declare(None, "const", constant, value))
        return made

    def host(self, name: str, at: Span | None = None) -> Name:
        self.host_imports.add(name)
        return Name(at, import_js(name), True)

    # -- statements ---------------------------------------------------------------------------

    def spill(self, e: Expr, hint: str = "v") -> Name:
        """Put the value of `e`, evaluated now, into a const."""
        name = self.fresh(hint)
        self.stmts.append(ir.Declare(e.at, "const", name, e))
        return Name(e.at, name, True)

    def simple(self, e: Expr, hint: str = "v") -> Expr:
        """`e` itself when it may be written twice, else a const that holds it."""
        return e if is_simple(e) else self.spill(e, hint)

    def take(self) -> list[Stmt]:
        """The statements so far; the next ones begin a new list."""
        made, self.stmts = self.stmts, []
        return made

    def block(self, node: Node, dest: Dest) -> list[Stmt]:
        """The statements that deliver a node's value, as a list of their own."""
        made: list[Stmt] = []
        with self.inside(stmts=made):
            self.into(node, dest)
        return made

    def into(self, node: Node, dest: Dest) -> None:
        """Append the statements that evaluate `node` and deliver its value to `dest`."""
        rule = INTO.get(type(node))
        if rule is not None:
            stack = self.stack
            stack.depth += 1
            if stack.depth <= stack.room:
                rule(self, node, dest)
            else:
                stack.deeper(rule, self, node, dest)
            stack.depth -= 1
            return
        self.finish(self.expr(node), dest, node.span)

    def finish(self, e: Expr, dest: Dest, at: Span | None) -> None:
        kind = dest.kind
        if kind == "return":
            if type(e) is ir.AwaitExpr and not self.tries:
                e = e.value
            elif self.wrap_returns:
                e = self.wrapped(e)
            self.stmts.append(ir.Return(at, e))
            return
        if kind == "assign":
            if not (type(e) is Name and e.text == dest.name):
                self.stmts.append(ir.Assign(at, Name(None, dest.name), e))
        elif type(e) is ir.AssignExpr:
            self.stmts.append(ir.Assign(e.at, e.target, e.value))
        elif type(e) is ir.Cond:
            self.stmts.append(ir.IfStmt(e.at, e.test, _effect(e.then), _effect(e.other)))
        else:
            self.stmts.extend(_effect(e))
        self.leave(dest)

    def wrapped(self, e: Expr) -> Expr:
        """What an async function returns may be somebody else's promise: an interrupt has to reach it too."""
        if type(e) is ir.Cond:
            level = self.stack.level
            return ir.Cond(e.at, e.test, level(self.wrapped, e.then), level(self.wrapped, e.other))
        if type(e) is not ir.CallExpr:
            return e
        name = e.fn.text if type(e.fn) is Name else ""
        if name in NO_PROMISE or (e.new and name != "Promise"):
            return e
        return ir.CallExpr(e.at, self.host("$w"), [e])

    def leave(self, dest: Dest) -> None:
        """After a value has been delivered: out of the loop it is the result of."""
        if dest.exit is not None:
            if self.switches > dest.switches and dest.exit.label is None:
                dest.exit.label = self.fresh("out")
            self.stmts.append(ir.Break(None, dest.exit))

    # -- expressions --------------------------------------------------------------------------

    def expr(self, node: Node) -> Expr:
        """The node's value as an expression; what must run before it is appended to `stmts`."""
        stack = self.stack
        stack.depth += 1
        rule = EXPR.get(type(node), Lowerer.through_temp)
        e = rule(self, node) if stack.depth <= stack.room else stack.deeper(rule, self, node)
        stack.depth -= 1
        return e

    def through_temp(self, node: Node, hint: str = "v") -> Expr:
        name = self.fresh(hint)
        self.stmts.append(ir.Declare(node.span, "let", name, None))
        before = len(self.stmts)
        INTO[type(node)](self, node, Dest("assign", name))
        self.merge_declaration(before)
        return Name(node.span, name, True)

    def merge_declaration(self, at: int) -> None:
        """`let v; v = x;` is `let v = x;`: statement `at` follows the declaration."""
        if len(self.stmts) <= at:
            return
        declared, first = self.stmts[at - 1], self.stmts[at]
        if type(declared) is not ir.Declare or type(first) is not ir.Assign or declared.value is not None:
            return
        if type(first.target) is Name and first.target.text == declared.target:
            self.stmts[at - 1 : at + 1] = [ir.Declare(declared.at, "let", declared.target, first.value)]

    def args(self, nodes: list[Node]) -> list[Expr]:
        """Siblings, left to right."""
        made: list[Expr] = []
        for node in nodes:
            before = len(self.stmts)
            e = self.expr(node)
            if len(self.stmts) > before:
                self.spill_before(made, before)
            made.append(e)
        return made

    def spill_before(self, made: list[Expr], at: int) -> None:
        """Spill the unstable ones of `made` in front of the statements from index `at` on."""
        later = self.stmts[at:]
        del self.stmts[at:]
        for index, e in enumerate(made):
            if type(e) is ir.SpreadExpr:
                if not is_stable(e.value):
                    made[index] = ir.SpreadExpr(e.at, self.spill(ir.Array(e.at, [e])))
            elif not is_stable(e):
                made[index] = self.spill(e)
        self.stmts.extend(later)


def _effect(e: Expr) -> list[Stmt]:
    """Evaluate for effect; nothing at all when there is none."""
    if type(e) in (Text, Name, ir.Function):
        return []
    if type(e) is ir.AssignExpr:
        return [ir.Assign(e.at, e.target, e.value)]
    return [ir.Do(e.at, e)]


EXPR: dict[type, Callable[[Lowerer, Any], Expr]] = {}
INTO: dict[type, Callable[[Lowerer, Any, Dest], None]] = {}


def expression(kind: type) -> Callable[[Callable[[Lowerer, Any], Expr]], Callable[[Lowerer, Any], Expr]]:
    def register(rule: Callable[[Lowerer, Any], Expr]) -> Callable[[Lowerer, Any], Expr]:
        EXPR[kind] = rule
        return rule

    return register


def delivering(
    kind: type,
) -> Callable[[Callable[[Lowerer, Any, Dest], None]], Callable[[Lowerer, Any, Dest], None]]:
    def register(rule: Callable[[Lowerer, Any, Dest], None]) -> Callable[[Lowerer, Any, Dest], None]:
        INTO[kind] = rule
        return rule

    return register


def null(at: Span | None = None) -> Text:
    return Text(at, "null")


__all__ = ["EFFECT", "EXPR", "INTO", "RETURN", "Dest", "Lowerer", "n"]
