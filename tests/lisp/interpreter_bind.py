"""The interpreter's forms that bind: patterns, functions, let, loop, recur. Importing registers them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from interpreter import Interpreter
from interpreter_base import UNBOUND, Again, Context, Env, Function, Run, Scope, Target, in_order, special
from interpreter_core import array
from interpreter_values import (
    UNDEFINED,
    GeneratorValue,
    OutsideError,
)
from polyrepl.lisp.forms import Form, Keyword, List, Map, Str, Symbol, Vector

Gen = Generator[Any, Any, Any]


def pairs(form: Form) -> list[tuple[Form, Form]]:
    """The bindings of a let in either style."""
    if isinstance(form, Vector):
        return list(zip(form.items[::2], form.items[1::2], strict=True))
    if isinstance(form, List) and all(
        isinstance(item, (List, Vector)) and len(item.items) == 2 for item in form.items
    ):
        return [(item.items[0], item.items[1]) for item in form.items]
    raise OutsideError("bindings")


# -- patterns -------------------------------------------------------------------------------------


class Pattern:
    """A pattern ready to bind: `run(env, value)` gives the new environment."""

    def __init__(self, it: Interpreter, form: Form, scope: Scope | None, at: Context) -> None:
        self.steps: list[Any] = []
        self.scope = scope
        self.it, self.at = it, at.inside(None)
        if isinstance(form, Symbol):
            self.name(form)
        elif isinstance(form, Vector):
            self.vector(form)
        elif isinstance(form, Map):
            self.map(form)
        else:
            raise OutsideError("pattern")

    def name(self, symbol: Symbol) -> None:
        binder, self.scope = self.it.bind(symbol, self.scope)
        self.steps.append((lambda value: value, None, binder, None))

    def part(self, form: Form, read: Any, default: Form | None) -> None:
        """One part of the value: read, replaced by its default if undefined, bound."""
        run = None if default is None else self.it.form(default, self.scope, self.at)
        if isinstance(form, Symbol):
            binder, self.scope = self.it.bind(form, self.scope)
            self.steps.append((read, run, binder, None))
        else:
            inner = Pattern(self.it, form, self.scope, self.at)
            self.scope = inner.scope
            self.steps.append((read, run, None, inner))

    def vector(self, form: Vector) -> None:
        items = list(form.items)
        if len(items) >= 2 and items[-2] == Keyword("as"):
            self.name(items[-1])
            del items[-2:]
        for place, item in enumerate(items):
            if item == Symbol("&"):
                self.part(items[place + 1], lambda value, n=place: array(value)[n:], None)
                return
            default = None
            if isinstance(item, List):
                item, default = item.items

            def read(value: Any, n: int = place) -> Any:
                return array(value)[n] if n < len(array(value)) else UNDEFINED

            self.part(item, read, default)

    def map(self, form: Map) -> None:
        defaults: dict[str, Form] = {}
        entries = list(zip(form.items[::2], form.items[1::2], strict=True))
        for key, value in entries:
            if key == Keyword("or"):
                defaults = {k.name: v for k, v in zip(value.items[::2], value.items[1::2], strict=True)}
            elif key == Keyword("as"):
                self.name(value)
        for key, value in entries:
            if key == Keyword("keys"):
                for name in value.items:
                    self.key(name, name.name, defaults)
            elif isinstance(key, (Symbol, Vector, Map)) and isinstance(value, (Keyword, Str)):
                self.key(key, value.name if isinstance(value, Keyword) else value.value, defaults)
            elif key not in (Keyword("or"), Keyword("as")):
                raise OutsideError("pattern")

    def key(self, form: Form, key: str, defaults: dict[str, Form]) -> None:
        def read(value: Any) -> Any:
            if type(value) is not dict:
                raise OutsideError("not a map")
            return value.get(key, UNDEFINED)

        self.part(form, read, defaults.get(form.name) if isinstance(form, Symbol) else None)

    def run(self, env: Env | None, value: Any) -> Gen:
        for read, default, binder, inner in self.steps:
            found = read(value)
            if found is UNDEFINED and default is not None:
                found = yield from default(env)
            env = Env(binder, found, env) if inner is None else (yield from inner.run(env, found))
        return env


# -- functions ------------------------------------------------------------------------------------


class Arity:
    """Parameters and body."""

    def __init__(
        self, it: Interpreter, params: Form, body: tuple[Form, ...], scope: Scope | None, fn: Function
    ) -> None:
        self.target = Target()
        at = Context(fn)
        self.params: list[tuple[Pattern, Run | None]] = []
        self.required = 0
        items = params.items
        for place, item in enumerate(items):
            if item == Symbol("&"):
                self.target.rest = True
                pattern = Pattern(it, items[place + 1], scope, at)
                self.params.append((pattern, None))
                scope = pattern.scope
                break
            default = None
            if isinstance(item, List):
                default, item = it.form(item.items[1], scope, at), item.items[0]
            else:
                self.required = place + 1
            pattern = Pattern(it, item, scope, at)
            scope = pattern.scope
            self.params.append((pattern, default))
        self.body = it.body(body, scope, at.inside(self.target))

    def run(self, env: Env | None, args: list[Any], it: Interpreter) -> Gen:
        plain_count = len(self.params) - self.target.rest
        if self.target.rest:
            args = [*args[:plain_count], *[UNDEFINED] * (plain_count - len(args)), list(args[plain_count:])]
        while True:
            it.burn()
            inner = env
            for place, (pattern, default) in enumerate(self.params):
                value = args[place] if place < len(args) else UNDEFINED
                if value is UNDEFINED and default is not None:
                    value = yield from default(inner)
                inner = yield from pattern.run(inner, value)
            value = yield from self.body(inner)
            if type(value) is not Again:
                return value
            if value.target is not self.target or len(value.args) != len(self.params):
                raise OutsideError("recur")
            args = value.args


def clauses(forms: tuple[Form, ...]) -> list[tuple[Form, tuple[Form, ...]]]:
    if forms and all(isinstance(f, List) and f.items and isinstance(f.items[0], Vector) for f in forms):
        return [(f.items[0], f.items[1:]) for f in forms]
    if not forms or not isinstance(forms[0], (List, Vector)):
        raise OutsideError("function")
    return [(forms[0], forms[1:])]


def function(
    it: Interpreter, forms: tuple[Form, ...], scope: Scope | None, fn: Function | None = None
) -> Run:
    """A function value; `fn` is given when its name must be known to its body (named let)."""
    made = fn or Function()
    arities = [Arity(it, params, body, scope, made) for params, body in clauses(forms)]

    def choose(count: int) -> Arity:
        if len(arities) == 1:
            return arities[0]
        for arity in arities:
            if len(arity.params) == count and not arity.target.rest:
                return arity
        for arity in arities:
            if arity.target.rest and count >= len(arity.params) - 1:
                return arity
        raise OutsideError("no such arity")

    def run(env: Env | None) -> Gen:
        def invoke(*args: Any) -> Any:
            body = choose(len(args)).run(env, list(args), it)
            if made.yields:
                it.loop.async_generators |= made.awaits
                return GeneratorValue(body, made.awaits)
            return it.loop.run_async(body) if made.awaits else it.finish(body)

        return invoke
        yield

    return run


@special("fn", "lambda")
def fn_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    items = form.items[1:]
    if not isinstance(items[0], Symbol):
        return function(it, items, scope)
    binder, inner = it.bind(items[0], scope)
    made = function(it, items[1:], inner)

    def run(env: Env | None) -> Gen:
        cell = Env(binder, UNBOUND, env)
        cell.value = yield from made(cell)
        return cell.value

    return run


@special("letfn")
def letfn(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    binders = []
    for entry in form.items[1].items:
        binder, scope = it.bind(entry.items[0], scope)
        binders.append(binder)
    fns = [function(it, entry.items[1:], scope) for entry in form.items[1].items]
    body = it.body(form.items[2:], scope, at)

    def run(env: Env | None) -> Gen:
        cells = []
        for binder in binders:
            env = Env(binder, UNBOUND, env)
            cells.append(env)
        for cell, fn in zip(cells, fns, strict=True):
            cell.value = yield from fn(env)
        return (yield from body(env))

    return run


@special("defn")
def defn(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    name = form.items[1].name
    return define(it, name, function(it, form.items[2:], scope))


@special("def", "define")
def def_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    if len(form.items) != 3 or not isinstance(form.items[1], Symbol):
        raise OutsideError("def")
    return define(it, form.items[1].name, it.form(form.items[2], scope, at.inside(None)))


def define(it: Interpreter, name: str, value: Run) -> Run:
    def run(env: Env | None) -> Gen:
        it.globals[name] = yield from value(env)
        return UNDEFINED

    return run


# -- binding --------------------------------------------------------------------------------------


def bound(
    it: Interpreter, bindings: Form, scope: Scope | None, at: Context
) -> tuple[list[tuple[Run, Pattern]], Scope | None]:
    """What binds each name of `[a 1 b a]`, one after the other; the scope of what follows."""
    steps = []
    for target, source in pairs(bindings):
        init = it.form(source, scope, at.inside(None))
        pattern = Pattern(it, target, scope, at)
        scope = pattern.scope
        steps.append((init, pattern))
    return steps, scope


@special("let", "let*")
def let(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    if isinstance(form.items[1], Symbol):
        return named_let(it, form, scope, at)
    steps, scope = bound(it, form.items[1], scope, at)
    body = it.body(form.items[2:], scope, at)

    def run(env: Env | None) -> Gen:
        for init, pattern in steps:
            value = yield from init(env)
            env = yield from pattern.run(env, value)
        return (yield from body(env))

    return run


def named_let(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """A local function, called at once. When its body awaits, so does the call: it stands for a loop."""
    bound = pairs(form.items[2])
    inits = [it.form(source, scope, at.inside(None)) for _, source in bound]
    made = Function()
    binder, inner = it.bind(form.items[1], scope, made)
    params = Vector(tuple(target for target, _ in bound))
    fn = function(it, (params, *form.items[3:]), inner, made)
    at.function.awaits |= made.awaits

    def run(env: Env | None) -> Gen:
        args = yield from in_order(inits, env)
        cell = Env(binder, UNBOUND, env)
        cell.value = yield from fn(cell)
        value = cell.value(*args)
        return (yield value) if made.awaits else value

    return run


def copied(env: Env | None, outer: Env | None) -> Env | None:
    """The bindings down to `outer` in cells of their own."""
    cells: list[Env] = []
    while env is not outer:
        assert env is not None
        cells.append(env)
        env = env.up
    for cell in reversed(cells):
        env = Env(cell.binder, cell.value, env)
    return env


@special("loop")
def loop(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """Initial values are bound as by let; every iteration, the first too, has cells of its own."""
    steps, scope = bound(it, form.items[1], scope, at)
    target = Target()
    body = it.body(form.items[2:], scope, at.inside(target))

    def run(env: Env | None) -> Gen:
        inner = env
        for init, pattern in steps:
            value = yield from init(inner)
            inner = yield from pattern.run(inner, value)
        inner = copied(inner, env)
        while True:
            it.burn()
            value = yield from body(inner)
            if type(value) is not Again or value.target is not target:
                return value
            inner = env
            for (_, pattern), arg in zip(steps, value.args, strict=True):
                inner = yield from pattern.run(inner, arg)

    return run


@special("recur")
def recur(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    target = at.target
    if target is None:
        raise OutsideError("recur is not in the tail")
    made = it.vector(form.items[1:], scope, at)

    def run(env: Env | None) -> Gen:
        return Again(target, (yield from made(env)))

    return run
