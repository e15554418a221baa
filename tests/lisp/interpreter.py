"""A plain interpreter of a core of the Lisp, the measure of the compiler in the differential tests.

In: the text of a program. Out: `Outcome`: the last value (or what was thrown) and the log, as texts.

There is no lowering: a form becomes a Python generator function over an environment, which evaluates
strictly left to right and *yields* what is awaited. Every binding is a cell of its own (`Env`), so a closure
made in a loop keeps the cells of its iteration. `recur` is an ordinary value (`Again`) that falls out of the
tail position to its loop, through `try` and its `finally`. A function is async iff its own body awaits;
calling it then makes a promise, see interpreter_values.EventLoop.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from itertools import product
from typing import Any

from interpreter_base import (
    SPECIALS,
    UNBOUND,
    Binder,
    Context,
    Env,
    Function,
    Outcome,
    Run,
    Scope,
    constant,
    head_name,
    in_order,
)
from interpreter_core import builtins, call, key_text, plain_text, prop, set_prop
from interpreter_values import EventLoop, KeywordValue, LispThrow, OutsideError, show
from polyrepl.lisp.forms import Const, Form, FString, Keyword, List, Map, Number, Str, Symbol, Vector
from polyrepl.lisp.read.reader import read_all

FOLDED = {"+", "-", "*", "/"}
FUEL = 6_000
sys.setrecursionlimit(max(sys.getrecursionlimit(), 8000))


class Interpreter:
    """Runs one program."""

    def __init__(self, late: Callable[[int], bool] = lambda number: False, slow: bool = False) -> None:
        import interpreter_bind  # noqa: F401 - these fill SPECIALS
        import interpreter_control  # noqa: F401
        import interpreter_macros  # noqa: F401
        import interpreter_more  # noqa: F401

        self.loop = EventLoop(late, slow)
        self.log: list[Any] = []
        self.shown: list[str] = []
        self.globals: dict[str, Any] = builtins(self.loop, self.log, self.shown)
        self.macros: dict[str, Callable[[List, Scope | None], Form]] = {}
        self.marks: dict[int, Scope | None] = {}
        self.fuel = FUEL

    def run(self, text: str) -> Outcome:
        """All forms in order; after each everything that is pending runs to its end. Raises OutsideError."""
        value: Any = None
        try:
            for form in read_all(text):
                value = self.top(form)
        except LispThrow as thrown:
            return Outcome(None, show(thrown.value), tuple(self.shown))
        except RecursionError:
            raise OutsideError("too deep") from None
        return Outcome(show(value), None, tuple(self.shown))

    def top(self, form: Form) -> Any:
        function = Function()
        body = self.form(form, None, Context(function))(None)
        try:
            value = self.loop.run_async(body) if function.awaits else self.finish(body)
        except LispThrow:
            self.loop.drain()
            raise
        settled = self.loop.as_promise(value)
        self.loop.drain()
        if settled.state == "rejected":
            raise LispThrow(settled.value)
        return settled.value if settled.state == "fulfilled" else KeywordValue.of("PENDING")

    def finish(self, body: Generator[Any, Any, Any]) -> Any:
        """The value of a body that does not await."""
        try:
            next(body)
        except StopIteration as stop:
            return stop.value
        raise AssertionError("a sync body awaited")

    def burn(self) -> None:
        self.fuel -= 1
        if self.fuel < 0:
            raise OutsideError("no end")

    # -- names --------------------------------------------------------------------------------

    def mark(self, scope: Scope | None) -> int:
        """A new hygiene mark: names that carry it and are not bound with it mean what they do in `scope`."""
        self.marks[len(self.marks)] = scope
        return len(self.marks) - 1

    def core(self, name: str) -> Symbol:
        """A symbol that means the global whatever is bound where it stands."""
        return Symbol(name, None, (self.mark(None),))

    def lookup(self, symbol: Symbol, scope: Scope | None) -> Binder | None:
        """The local binding, None for a global."""
        name, marks = symbol.name, symbol.marks
        while True:
            key = (name, marks)
            at = scope
            while at is not None:
                if at.key == key:
                    return at.binder
                at = at.up
            if not marks:
                return None
            scope, marks = self.marks[marks[-1]], marks[:-1]

    def bind(
        self, symbol: Symbol, scope: Scope | None, named: Function | None = None
    ) -> tuple[Binder, Scope]:
        binder = Binder(symbol.name, named)
        return binder, Scope((symbol.name, symbol.marks), binder, scope)

    # -- forms --------------------------------------------------------------------------------

    def form(self, form: Form, scope: Scope | None, at: Context) -> Run:
        if isinstance(form, List):
            return self.list(form, scope, at)
        if isinstance(form, Symbol):
            return self.symbol(form, scope)
        if isinstance(form, Number):
            return constant(float(form.value))
        if isinstance(form, (Str, Const)):
            return constant(form.value)
        if isinstance(form, Keyword):
            return constant(KeywordValue.of(form.name))
        if isinstance(form, Vector):
            return self.vector(form.items, scope, at)
        if isinstance(form, Map):
            return self.map(form, scope, at)
        if isinstance(form, FString):
            return self.fstring(form, scope, at)
        raise OutsideError(f"form {form}")

    def list(self, form: List, scope: Scope | None, at: Context) -> Run:
        if not form.items:
            raise OutsideError("()")
        head = form.items[0]
        if isinstance(head, Symbol):
            name = head.name
            local = self.lookup(head, scope)
            if local is not None and local.macro is not None:
                return self.form(local.macro(form, scope), scope, at)
            if local is None and name in self.macros:
                return self.form(self.macros[name](form, scope), scope, at)
            if local is None and name in SPECIALS:
                return SPECIALS[name](self, form, scope, at)
            at = at.inside(None)
            if local is None:
                if name.startswith(".-"):
                    return self.path(self.form(form.items[1], scope, at), [Symbol(name[2:])], scope, at)
                if name.startswith(".") and len(name) > 1:
                    step = List((Symbol(name[1:]), *form.items[2:]))
                    return self.path(self.form(form.items[1], scope, at), [step], scope, at)
                if "." in name:
                    owner, _, method = name.rpartition(".")
                    step = List((Symbol(method), *form.items[1:]))
                    return self.path(self.symbol(Symbol(owner, None, head.marks), scope), [step], scope, at)
            elif local.named is at.function:
                return self.named_call(form, scope, at)
        at = at.inside(None)
        if isinstance(head, Symbol) and head.name in FOLDED and len(form.items) > 3 and local is None:
            first = List(form.items[:3])  # what fails there fails before the third operand's turn comes
            return self.list(List((head, first, *form.items[3:])), scope, at)
        if head_name(head) == "." and self.lookup(head.items[0], scope) is None:
            *steps, method = head.items[2:]
            if isinstance(method, Symbol):
                step = List((method, *form.items[1:]))
                return self.path(self.form(head.items[1], scope, at), [*steps, step], scope, at)
        return self.call(form, scope, at)

    def call(self, form: List, scope: Scope | None, at: Context) -> Run:
        parts = [self.form(item, scope, at) for item in form.items]

        def run(env: Env | None) -> Generator[Any, Any, Any]:
            values = yield from in_order(parts, env)
            try:
                return call(values[0], values[1:])
            except TypeError as error:
                raise OutsideError(str(error)) from error

        return run

    def named_call(self, form: List, scope: Scope | None, at: Context) -> Run:
        """A call of a named let in its own body: awaited when the body awaits, as the loop it stands for."""
        function = at.function
        made = self.call(form, scope, at)

        def run(env: Env | None) -> Generator[Any, Any, Any]:
            value = yield from made(env)
            return (yield value) if function.awaits else value

        return run

    def symbol(self, symbol: Symbol, scope: Scope | None) -> Run:
        binder = self.lookup(symbol, scope)
        name = symbol.name
        if binder is None and "." in name.strip("."):
            first, *steps = name.split(".")
            root = self.symbol(Symbol(first, None, symbol.marks), scope)
            return self.path(root, [Symbol(step) for step in steps], scope, Context(Function()))
        if binder is None:
            known = self.globals

            def read_global(env: Env | None) -> Generator[Any, Any, Any]:
                if name not in known:
                    raise OutsideError(f"unbound {name}")
                return known[name]
                yield

            return read_global

        def read(env: Env | None) -> Generator[Any, Any, Any]:
            while env.binder is not binder:  # type: ignore[union-attr]
                env = env.up  # type: ignore[union-attr]
            if env.value is UNBOUND:  # type: ignore[union-attr]
                raise OutsideError(f"{name} is read before it is bound")
            return env.value  # type: ignore[union-attr]
            yield

        return read

    def vector(self, items: tuple[Form, ...], scope: Scope | None, at: Context) -> Run:
        parts = [self.form(item, scope, at.inside(None)) for item in items]

        return lambda env: in_order(parts, env)

    def map(self, form: Map, scope: Scope | None, at: Context) -> Run:
        parts = [self.form(item, scope, at.inside(None)) for item in form.items]

        def run(env: Env | None) -> Generator[Any, Any, Any]:
            made: dict[str, Any] = {}
            for place in range(0, len(parts), 2):
                key = key_text((yield from parts[place](env)))
                made[key] = yield from parts[place + 1](env)
            return made

        return run

    def fstring(self, form: FString, scope: Scope | None, at: Context) -> Run:
        parts = [
            part if isinstance(part, str) else self.form(part, scope, at.inside(None)) for part in form.parts
        ]

        def run(env: Env | None) -> Generator[Any, Any, Any]:
            out = []
            for part in parts:
                value = part if isinstance(part, str) else (yield from part(env))
                if type(value) not in (str, float, bool, type(None)):
                    raise OutsideError("f-string of data")
                out.append(plain_text(value))
            return "".join(out)

        return run

    def path(self, owner: Run, steps: list[Form], scope: Scope | None, at: Context) -> Run:
        """Properties, indices and method calls one after the other."""
        made: list[tuple[Any, list[Run] | None]] = []
        for step in steps:
            if isinstance(step, (Symbol, Keyword)):
                made.extend((constant(part), None) for part in step.name.removeprefix("-").split("."))
            elif isinstance(step, Vector):
                made.append((self.form(step.items[0], scope, at), None))
            elif isinstance(step, List) and isinstance(step.items[0], Symbol):
                args = [self.form(item, scope, at) for item in step.items[1:]]
                made.append((constant(step.items[0].name), args))
            else:
                raise OutsideError("path")

        def run(env: Env | None) -> Generator[Any, Any, Any]:
            value = yield from owner(env)
            for key, args in made:
                value = prop(value, (yield from key(env)))
                if args is not None:
                    value = call(value, (yield from in_order(args, env)))
            return value

        return run

    def body(self, forms: tuple[Form, ...], scope: Scope | None, at: Context) -> Run:
        """Forms in order; the last one stands in the tail and gives the value."""
        if len(forms) == 1:
            return self.form(forms[0], scope, at)
        parts = [self.form(item, scope, at.inside(None)) for item in forms[:-1]]
        last = self.form(forms[-1], scope, at) if forms else constant(None)

        def run(env: Env | None) -> Generator[Any, Any, Any]:
            for part in parts:
                yield from part(env)
            return (yield from last(env))

        return run

    def place(self, form: Form, scope: Scope | None, at: Context) -> tuple[Run, Run]:
        """The owner and the key of `(. owner .. key)` or `(.-key owner)`."""
        if not isinstance(form, List) or not isinstance(form.items[0], Symbol):
            raise OutsideError("place")
        name = form.items[0].name
        if name == ".":
            last = form.items[-1]
            owner = self.path(self.form(form.items[1], scope, at), list(form.items[2:-1]), scope, at)
            if isinstance(last, Vector):
                return owner, self.form(last.items[0], scope, at)
            if isinstance(last, (Symbol, Keyword)) and "." not in last.name:
                return owner, constant(last.name.removeprefix("-"))
        elif name.startswith(".-"):
            return self.form(form.items[1], scope, at), constant(name[2:])
        raise OutsideError("place")

    def assign(self, target: Form, value: Run, scope: Scope | None, at: Context) -> Run:
        if isinstance(target, Symbol) and "." not in target.name:
            binder = self.lookup(target, scope)
            known = self.globals
            if binder is None and target.name not in known:
                raise OutsideError("set! of an unknown name")

            def run(env: Env | None) -> Generator[Any, Any, Any]:
                made = yield from value(env)
                if binder is None:
                    known[target.name] = made
                    return made
                while env.binder is not binder:  # type: ignore[union-attr]
                    env = env.up  # type: ignore[union-attr]
                env.value = made  # type: ignore[union-attr]
                return made

            return run
        if isinstance(target, Symbol):
            owner_name, _, key_name = target.name.rpartition(".")
            owner = self.symbol(Symbol(owner_name, None, target.marks), scope)
            key = constant(key_name)
        else:
            owner, key = self.place(target, scope, at)

        def run_place(env: Env | None) -> Generator[Any, Any, Any]:
            held = yield from owner(env)
            name = yield from key(env)
            made = yield from value(env)
            set_prop(held, name, made)
            return made

        return run_place


def outcome(text: str) -> Outcome:
    """What a program does. Raises OutsideError when that is not said by the language."""
    first = Interpreter()
    found = first.run(text)
    if first.loop.crowded and first.loop.async_generators:
        raise OutsideError("the jobs of async generators are not counted")
    if first.loop.crowded:
        patterns: list[Callable[[int], bool]] = [
            lambda number: True,
            lambda number: number % 2 == 0,
            lambda number: number % 2 == 1,
        ]
        patterns += [lambda number, one=one: number == one for one in range(1, min(first.loop.calls, 12) + 1)]
        for late, slow in product(patterns, (False, True)):
            if Interpreter(late, slow).run(text) != found:
                raise OutsideError("depends on the order of concurrent tasks")
    return found
