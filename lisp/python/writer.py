"""Nodes -> Python's syntax tree: evaluation order made explicit, as the lowering does it for JavaScript.

In: a node and where its value goes (`Dest`). Out: statements appended to `self.stmts` and, from `expr`, an
expression to be used right there. Statements are lifted out of expressions; earlier siblings that are not
constant are spilled first. No ir is read here: what a program means is decided anew, for Python.

A local is a Python variable of its own name. One that a closure sees, and that is bound anew in each turn
of a loop, is handed to what makes the closure; if `set!` changes it too, it lives in a list of one item (a
box).
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Callable, Iterable
from typing import Any

from .. import nodes as n
from ..errors import LispError
from ..forms import Span
from ..inside import Inside
from ..nodes import Local, Node
from ..stack import Stack

Key = tuple[str, Any]  # what a global of the function stands for: ("core", name) ("outer", Local) ..


class Dest:
    """Where a value goes: return it, assign it to a name, or nowhere. `leaves`: then out of the loop."""

    __slots__ = ("kind", "leaves", "name")

    def __init__(self, kind: str, name: str = "", leaves: bool = False) -> None:
        self.kind = kind  # return | assign | effect
        self.name = name
        self.leaves = leaves


MAY_AWAIT = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.IfExp)
RETURN = Dest("return")
EFFECT = Dest("effect")


class Def:
    """One Python function that is being written."""

    def __init__(self, parent: Def | None, is_async: bool = False) -> None:
        self.parent = parent
        self.is_async = is_async
        self.tries = 0  # how many try forms of it do
        self.loops = 0  # how many loops of it stand around the node at hand
        self.outer: set[str] = set()  # names of functions around it that it assigns


class Outer:
    """What the function takes along from outside: names of the Lisp, with the nodes that give the values."""

    def __init__(self) -> None:
        self.captured: dict[Key, Node] = {}
        self.core: set[str] = set()
        self.uses: list[tuple[ast.Name, Key, str]] = []


class Writer:
    """Writes one `py.fn`. `stack`: the compiler's, for deep programs."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.stmts: list[ast.stmt] = []
        self.outer = Outer()
        self.names: dict[Local, str] = {}
        self.homes: dict[Local, Def] = {}
        self.fresh_each_turn: set[Local] = set()
        self.boxed: set[Local] = set()
        self.taken: set[str] = set()
        self.at = Def(None)
        self.inner: set[Local] = set()  # bound somewhere in the function, maybe further on
        self.nexts: dict[n.Loop, list[str]] = {}  # where recur leaves a finally: the next turn's variables
        self.keywords: set[Local] = set()  # functions whose `:name value` arguments are Python's

    def inside(self, **context: Any) -> Inside:
        """`with w.inside(stmts=made): ..`: what is different for what is written in the block."""
        return Inside(self, context)

    def refuse(self, node: Node | Span | None, what: str, hint: str | None = None) -> LispError:
        span = node.span if isinstance(node, Node) else node
        return LispError("not-in-python", span, what, hint)

    # -- names --------------------------------------------------------------------------------

    def fresh(self, lisp_name: str) -> str:
        """A Python name that nothing else in the function has."""
        plain = name = python_name(lisp_name)
        count = 0
        while name in self.taken:
            count += 1
            name = f"{plain}_{count}"
        self.taken.add(name)
        return name

    def declare(self, local: Local, *, each_turn: bool = False) -> str:
        """The variable of a local that is bound here."""
        name = self.names.get(local)
        if name is None or local not in self.homes:
            name = self.names[local] = name or self.fresh(local.name)
            self.homes[local] = self.at
            if (each_turn or self.at.loops) and local.captured:
                self.fresh_each_turn.add(local)
                if local.mutated:
                    self.boxed.add(local)
        return name

    def load(self, local: Local, at: Span | None = None) -> ast.expr:
        """The value of a local; of one that is bound outside of the function, what it takes along."""
        if local not in self.names and local in self.inner:  # bound further on, and read when it is
            if self.at.loops or (self.at.parent is not None and self.at.parent.loops):
                raise self.refuse(at, f"{local.name} is defined further on in a loop", "define it before")
            self.names[local] = self.fresh(local.name)
        if local not in self.names:
            key = ("outer", local)
            self.outer.captured.setdefault(key, n.LocalRef(at, local))
            return self.glob(key, local.name)
        named = ast.Name(self.names[local], ast.Load())
        return box_of(named) if local in self.boxed else stable(named, not local.assigned)

    def glob(self, key: Key, name: str) -> ast.Name:
        """A global of the function; what it is called is known when all locals are (`settle`)."""
        if key[0] == "core":
            self.outer.core.add(key[1])
        made = ast.Name(name, ast.Load())
        self.outer.uses.append((made, key, name))
        stable(made, True)
        return made

    def core(self, name: str) -> ast.Name:
        """A function of the core, by its Lisp name."""
        return self.glob(("core", name), name)

    def call(self, core: str, *args: ast.expr) -> ast.Call:
        return ast.Call(self.core(core), list(args), [])

    def builtin(self, name: str) -> ast.Name:
        return self.glob(("builtin", name), name)

    def settle(self) -> dict[Key, str]:
        """Name the globals, so that no local hides one. Out: what each of them stands for -> its name."""
        from .core import CORE

        found: dict[Key, str] = {}
        for made, key, name in self.outer.uses:
            if key not in found:
                if key[0] == "core":
                    name = CORE[key[1]].__name__
                wanted = python_name(name, guard=key[0] != "builtin")
                known = wanted in self.taken or (key[0] != "builtin" and hasattr(builtins, wanted))
                found[key] = self.fresh(wanted + "_" if known else wanted)
            made.id = found[key]
        return found

    # -- statements ---------------------------------------------------------------------------

    def put(self, made: ast.stmt, at: Span | None) -> None:
        locate(made, at)
        self.stmts.append(made)

    def assign(self, name: str, value: ast.expr, at: Span | None) -> None:
        if isinstance(value, ast.Name) and value.id == name:
            return
        self.put(ast.Assign([ast.Name(name, ast.Store())], value), at)

    def give(self, local: Local, value: ast.expr, at: Span | None) -> None:
        """Bind a local: the first value of its variable, or the next turn's."""
        name = self.declare(local)
        self.assign(name, ast.List([value], ast.Load()) if local in self.boxed else value, at)

    def spill(self, value: ast.expr, hint: str = "v") -> ast.expr:
        name = self.fresh(hint)
        self.assign(name, value, None)
        if hasattr(value, "lineno"):
            ast.copy_location(self.stmts[-1], value)
        return stable(ast.Name(name, ast.Load()), True)

    def simple(self, value: ast.expr, hint: str = "v") -> ast.expr:
        """The value itself where it may be written twice, else a variable of it."""
        return value if is_stable(value) else self.spill(value, hint)

    def block(self, work: Callable[[], object]) -> list[ast.stmt]:
        """What `work` writes, as a list of its own."""
        made: list[ast.stmt] = []
        with self.inside(stmts=made):
            work()
        return made

    def body(self, node: Node, dest: Dest) -> list[ast.stmt]:
        """The statements that deliver a node's value; at least one."""
        return self.block(lambda: self.into(node, dest)) or [ast.Pass()]

    def into(self, node: Node, dest: Dest) -> None:
        """Append the statements that evaluate `node` and deliver its value."""
        rule = INTO.get(type(node))
        if rule is not None:
            self.deep(rule, self, node, dest)
        else:
            self.finish(self.expr(node), dest, node.span)

    def deep(self, rule: Callable[..., Any], *args: Any) -> Any:
        """One level further, on another stack where this one is used up."""
        stack = self.stack
        stack.depth += 1
        found = rule(*args) if stack.depth <= stack.room else stack.deeper(rule, *args)
        stack.depth -= 1
        return found

    def finish(self, value: ast.expr, dest: Dest, at: Span | None) -> None:
        if dest.kind == "return":
            if self.at.is_async and not self.at.tries and isinstance(value, MAY_AWAIT):
                value = ast.Await(self.call("%awaitable", value))  # what it gives is never a coroutine
            self.put(ast.Return(value), at)
            return
        if dest.kind == "assign":
            self.assign(dest.name, value, at)
        elif not is_stable(value) and not isinstance(value, ast.Name) and not hasattr(value, "is_box"):
            self.put(ast.Expr(value), at)
        if dest.leaves:
            self.put(ast.Break(), at)

    # -- expressions --------------------------------------------------------------------------

    def expr(self, node: Node) -> ast.expr:
        """The node's value as an expression; what must run before it is appended to `stmts`."""
        rule = EXPR.get(type(node), Writer.through_variable)
        made: ast.expr = self.deep(rule, self, node)
        locate(made, node.span)
        return made

    def through_variable(self, node: Node) -> ast.expr:
        rule = INTO.get(type(node))
        if rule is None:
            raise self.refuse(node, "this has no meaning in a function of Python's")
        name = self.fresh("v")
        rule(self, node, Dest("assign", name))
        return stable(ast.Name(name, ast.Load()), True)

    def args(self, nodes: Iterable[Node]) -> list[ast.expr]:
        """Siblings, left to right."""
        made: list[ast.expr] = []
        for node in nodes:
            before = len(self.stmts)
            e = self.expr(node)
            if len(self.stmts) > before:
                self.spill_before(made, before)
            made.append(e)
        return made

    def spill_before(self, made: list[ast.expr], at: int) -> None:
        """Spill the unstable ones of `made` in front of the statements from index `at` on."""
        later = self.stmts[at:]
        del self.stmts[at:]
        for index, e in enumerate(made):
            if isinstance(e, ast.Starred):
                made[index] = ast.Starred(
                    self.spill(ast.Call(self.builtin("list"), [e.value], [])), ast.Load()
                )
            elif not is_stable(e):
                made[index] = self.spill(e)
        self.stmts.extend(later)


EXPR: dict[type, Callable[[Writer, Any], ast.expr]] = {}
INTO: dict[type, Callable[[Writer, Any, Dest], None]] = {}

_Rule = Callable[[Writer, Any], ast.expr]
_Delivery = Callable[[Writer, Any, Dest], None]


def expression(*kinds: type) -> Callable[[_Rule], _Rule]:
    def register(rule: _Rule) -> _Rule:
        for kind in kinds:
            EXPR[kind] = rule
        return rule

    return register


def delivering(kind: type) -> Callable[[_Delivery], _Delivery]:
    def register(rule: _Delivery) -> _Delivery:
        INTO[kind] = rule
        return rule

    return register


def python_name(name: str, *, guard: bool = True) -> str:
    """A Lisp name as Python spells it: `my-name` is my_name, `even?` even_q, `class` class_."""
    plain = name.replace("-", "_").replace("?", "_q").replace("!", "_b")
    plain = re.sub(r"\W", "_", plain)
    if not plain or plain[0].isdigit():
        plain = "_" + plain
    if keyword.iskeyword(plain) and guard:
        plain += "_"
    return plain


def stable(made: ast.Name, is_so: bool) -> ast.Name:
    """Note that the name's value stays what it is."""
    made.is_stable = is_so  # type: ignore[attr-defined]
    return made


def is_stable(e: ast.expr) -> bool:
    """May it be evaluated later, and twice?"""
    return isinstance(e, ast.Constant) or getattr(e, "is_stable", False)


def box_of(named: ast.expr, *, store: bool = False) -> ast.Subscript:
    """What is in a box."""
    made = ast.Subscript(named, ast.Constant(0), ast.Store() if store else ast.Load())
    made.is_box = True  # type: ignore[attr-defined]
    return made


def constant(value: Any) -> ast.Constant:
    return ast.Constant(value)


def locate(made: ast.stmt | ast.expr, at: Span | None) -> None:
    """Note where a piece comes from; the innermost one counts."""
    if at is not None and not hasattr(made, "span"):
        made.span = at  # type: ignore[union-attr]


__all__ = ["EFFECT", "EXPR", "INTO", "RETURN", "Def", "Dest", "Writer", "ast", "delivering", "expression"]
