"""Programs of the differential corpus as functions of Python's: what they give, or why they are none.

In: the text of a program (or its tree). Out: an `Outcome` in one spelling for both backends, where keywords
are text and all sequences are written alike. A program becomes one `py.fn`: its macros stand before it, its
definitions are local to it, and it takes `t`, `tp`, `p`, `p!` along.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any

from generator import Tree, render
from interpreter_base import Outcome
from interpreter_values import number_text
from polyrepl.lisp import nodes as n
from polyrepl.lisp.analyze.analyzer import Analyzer
from polyrepl.lisp.analyze.scope import Scope
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form
from polyrepl.lisp.lower.types import infer
from polyrepl.lisp.nodes.walk import children
from polyrepl.lisp.python.form import written
from polyrepl.lisp.python.making import function
from polyrepl.lisp.python.values import LispFailure, Thrown
from polyrepl.lisp.read.reader import read_all

MADE_OUTSIDE = ("t", "tp", "p", "p!")
MACROS = ("define-syntax", "defmacro", "defsyntax")
_KEYWORD = re.compile(r"(?<![\w\"]):([^\s\]})]+)")
_MINUS_ZERO = re.compile(r"(?<![\w.])-0(?![\w.])")
_ROUND = str.maketrans("()", "[]")


class OutOfPythonError(Exception):
    """The program does not stay in what Python's functions have; the message says why."""


@dataclass(frozen=True)
class Program:
    """`before`: the macros; `body`: the forms of the function."""

    before: str
    body: str


def program_of(tree: list[Tree]) -> Program:
    before = [form for form in tree if render(form)[1:].split()[0] in MACROS]
    rest = [form for form in tree if form not in before]
    return Program("\n".join(map(render, before)), "\n".join(render(as_local(form)) for form in rest))


def as_local(form: Tree) -> Tree:
    """A definition of a global as one of a local."""
    if isinstance(form, list) and form[0] == "(" and len(form) > 1:
        if form[1] == "def":
            return ["(", "define", *form[2:]]
        if form[1] == "let" and isinstance(form[-1], list) and form[-1][1] == "defn":
            name, *shape = form[-1][2:]
            return ["(", "define", name, ["(", "let", form[2], ["(", "fn", *shape]]]
        if form[1] in ("do", "begin"):
            return [*form[:2], *map(as_local, form[2:])]
    return form


def node_of(program: Program, compiler: Compiler) -> n.PyFn:
    """The analyzed function. Raises LispError."""
    compiler.declare_names(MADE_OUTSIDE)
    for form in read_all(program.before):
        compiler.compile(form)
    (form,) = read_all(f"(py.fn program []\n{program.body})")
    world = compiler.world

    def work(form: Form) -> n.Node:
        an = Analyzer(world)
        node = an.form(form, Scope(), False)
        infer(an.locals)
        return node

    node = world.guarded(work, form)
    assert isinstance(node, n.PyFn)
    return node


def python_outcome(program: Program, compiler: Compiler) -> tuple[Outcome, bool]:
    """What the program does as a function of Python's, and whether it does it in the same order.

    A coroutine of Python's begins when it is awaited, a promise when it is made. Raises OutOfPythonError.
    """
    try:
        node = node_of(program, compiler)
        in_order = check_meaning(node)
        text, captured = compiler.world.guarded(written, node, compiler.world.stack)
    except LispError as error:
        raise OutOfPythonError(error.message) from error
    names = [made.name for made in captured if isinstance(made, n.GlobalRef)]
    return ran(text, names), in_order


def check_meaning(node: n.Node) -> bool:
    """Are all calls of async functions awaited at once?

    Raises OutOfPythonError for what means something else in Python: `(.-a m)` is a key of data or an
    attribute, and keywords are text.
    """
    in_order, changes = True, False
    top = node.fn if isinstance(node, n.PyFn) else None
    stack: list[tuple[n.Node, bool, n.Frame | None]] = [(child, False, None) for child in children(node)]
    while stack:
        item, awaited, inside = stack.pop()
        if isinstance(item, (n.Prop, n.MethodCall)):
            raise OutOfPythonError("attributes of data are JavaScript's")
        if isinstance(item, n.Op) and item.op == "string?":
            raise OutOfPythonError("keywords are text")
        own = isinstance(item, n.Fn) and item.frame.has_await and item is not top
        if not awaited and (own or (isinstance(item, n.LocalRef) and item.local.is_async_fn)):
            in_order = False
        if isinstance(item, n.Fn) and own:
            inside = item.frame
        if inside is not None:
            of_outside = isinstance(item, n.SetLocal) and item.local.frame is not inside
            changes = changes or of_outside or isinstance(item, n.SetPlace) or calls(item, "push!")
        stack += [(child, allowed(item, child, awaited), inside) for child in children(item)]
    if changes and not in_order:
        raise OutOfPythonError("an async function that changes something, and is not awaited at once")
    return in_order


def calls(node: n.Node, name: str) -> bool:
    return isinstance(node, n.Call) and isinstance(node.fn, n.CoreRef) and node.fn.name == name


def allowed(item: n.Node, child: n.Node, awaited: bool) -> bool:
    """May `child` be an async function there: called and awaited, or given its name?"""
    if isinstance(item, (n.Await, n.CheckAwait)):
        return isinstance(child, n.Call)
    if isinstance(item, n.Call):
        return child is item.fn and (awaited or isinstance(item, n.NamedCall))
    if isinstance(item, n.Letfn):
        return any(child is fn for _, fn in item.fns)
    return isinstance(item, n.Bind) and isinstance(child, n.Fn)


class Promise:
    """An awaitable that is there after a turn of the loop, and may be awaited again."""

    def __init__(self, value: Any, fails: bool = False) -> None:
        self.value = value
        self.fails = fails

    def __await__(self) -> Generator[Any, None, Any]:
        yield from asyncio.sleep(0).__await__()
        if self.fails:
            raise LispFailure(self.value)
        return self.value


def ran(text: str, names: list[str]) -> Outcome:
    """`names`: what the function takes along."""
    log: list[str] = []

    def t(x: Any) -> Any:
        log.append(show(x))
        return x

    def tp(x: Any) -> Promise:
        log.append(show(x))
        return Promise(x)

    helpers = {"t": t, "tp": tp, "p": Promise, "p!": lambda message: Promise(message, True)}
    made = function(text, *[helpers[name] for name in names])

    async def run() -> Any:
        value = made()
        while hasattr(value, "__await__"):
            value = await value
        return value

    try:
        value = asyncio.run(asyncio.wait_for(run(), 10))
    except Exception as error:
        if isinstance(error, TypeError) and "argument" in str(error):
            raise OutOfPythonError("the number of arguments is checked") from error
        value = error.value if isinstance(error, Thrown) else error
        return Outcome(None, show(value), tuple(log))
    return Outcome(show(value), None, tuple(log))


def show(value: Any) -> str:
    """As the interpreter's `show`, where keywords are text."""
    if value is None:
        return "nil"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > 2**53:
        return str(value)
    if isinstance(value, (int, float)):
        return without_sign(number_text(float(value)))
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, (list, tuple, range)):
        return "[" + " ".join(map(show, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + " ".join(f"{show(key)} {show(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return "#{" + " ".join(map(show, value)) + "}"
    if isinstance(value, BaseException):
        return f"#<Error {value.args[0] if value.args else ''}>"
    if hasattr(value, "__await__"):
        return "#<promise>"
    return "#<fn>"


def without_sign(text: str) -> str:
    """Whole numbers of Python's have no zero below zero."""
    return "0" if text == "-0" else text


def spelled(text: str | None) -> str | None:
    """What the interpreter shows, as `show` spells it here."""
    if text is None:
        return None
    return _KEYWORD.sub(
        lambda found: json.dumps(found[1]), re.sub(r"(?<![\w.])-0(?![\w.])", "0", text)
    ).translate(_ROUND)


def respelled(outcome: Outcome) -> Outcome:
    return Outcome(
        spelled(outcome.value), spelled(outcome.error), tuple([spelled(x) or "" for x in outcome.log])
    )


def rounded(outcome: Outcome) -> Outcome:
    def text(x: str | None) -> str | None:
        return None if x is None else x.translate(_ROUND)

    return Outcome(text(outcome.value), text(outcome.error), tuple([text(x) or "" for x in outcome.log]))
