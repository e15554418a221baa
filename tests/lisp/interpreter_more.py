"""The interpreter's rarer forms: match, let-syntax, classes. Importing registers them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from interpreter import Interpreter
from interpreter_base import Binder, Context, Env, Run, Scope, head_name, in_order, special
from interpreter_bind import function
from interpreter_control import ERRORS, datum
from interpreter_core import Class, Instance
from interpreter_macros import expander
from interpreter_values import UNDEFINED, ErrorValue, OutsideError, equal, truthy
from polyrepl.lisp.forms import Form, Keyword, List, Map, Symbol, Vector

Gen = Generator[Any, Any, Any]
NO = object()


# -- match ----------------------------------------------------------------------------------------


class Shape:
    """A pattern of match: `run(env, value)` gives the environment with its names, or NO."""

    def __init__(self, it: Interpreter, form: Form, scope: Scope | None, at: Context) -> None:
        self.it, self.at, self.scope = it, at, scope
        self.check = self.of(form)

    def of(self, form: Form) -> Any:
        if form == Symbol("_"):
            return lambda env, value: env
        if isinstance(form, Symbol):
            binder, self.scope = self.it.bind(form, self.scope)
            return lambda env, value: Env(binder, value, env)
        if isinstance(form, Vector):
            return self.vector(form)
        if isinstance(form, Map):
            return self.map(form)
        if head_name(form) == "or":
            values = [datum(item) for item in form.items[1:]]
            return lambda env, value: env if any(equal(value, one) for one in values) else NO
        constant = datum(form)
        return lambda env, value: env if equal(value, constant) else NO

    def vector(self, form: Vector) -> Any:
        items = list(form.items)
        rest = None
        if len(items) >= 2 and items[-2] == Symbol("&"):
            rest = items[-1]
            del items[-2:]
        parts = [self.of(item) for item in items]
        more = None if rest is None else self.of(rest)

        def check(env: Env | None, value: Any) -> Any:
            if not isinstance(value, list) or len(value) < len(parts):
                return NO
            if more is None and len(value) != len(parts):
                return NO
            for place, part in enumerate(parts):
                env = part(env, value[place])
                if env is NO:
                    return NO
            return env if more is None else more(env, value[len(parts) :])

        return check

    def map(self, form: Map) -> Any:
        parts: list[tuple[str, Any]] = []
        for key, value in zip(form.items[::2], form.items[1::2], strict=True):
            if not isinstance(key, Keyword) or key.name in ("keys", "as", "or"):
                raise OutsideError("pattern of match")
            parts.append((key.name, self.of(value)))

        def check(env: Env | None, value: Any) -> Any:
            if type(value) is not dict:
                return NO
            for key, part in parts:
                if value.get(key, UNDEFINED) is UNDEFINED:
                    return NO
                env = part(env, value[key])
                if env is NO:
                    return NO
            return env

        return check


@special("match")
def match(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    subject = it.form(form.items[1], scope, at.inside(None))
    rest = list(form.items[2:])
    arms: list[tuple[Shape, Run | None, Run]] = []
    while rest:
        pattern = rest.pop(0)
        guard = None
        if rest[0] == Keyword("when") and len(rest) > 2:
            guard = rest[1]
            del rest[:2]
        if isinstance(pattern, List) and head_name(pattern) != "or":
            raise OutsideError("pattern of match")
        shape = Shape(it, pattern, scope, at)
        test = None if guard is None else it.form(guard, shape.scope, at.inside(None))
        arms.append((shape, test, it.form(rest.pop(0), shape.scope, at)))

    def run(env: Env | None) -> Gen:
        value = yield from subject(env)
        for shape, test, body in arms:
            inner = shape.check(env, value)
            if inner is NO or (test is not None and not truthy((yield from test(inner)))):
                continue
            return (yield from body(inner))
        raise OutsideError("nothing matches")

    return run


# -- local macros ---------------------------------------------------------------------------------


@special("let-syntax")
def let_syntax(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    inner = scope
    for entry in form.items[1].items:
        name, rules = entry.items
        binder = Binder(name.name)
        binder.macro = expander(it, rules, scope)
        inner = Scope((name.name, name.marks), binder, inner)
    return it.body(form.items[2:], inner, at)


# -- classes --------------------------------------------------------------------------------------


@special("defclass")
def defclass(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """Fields, a constructor, methods, getters; `(extends Parent)`, no super."""
    name, members = form.items[1].name, list(form.items[2:])
    parent = None
    if head_name(members[0]) == "extends":
        parent = it.symbol(members.pop(0).items[1], scope)
    this, inner = it.bind(Symbol("this"), scope)
    made: list[tuple[str, str, Run]] = []
    for member in members:
        kind, *rest = member.items
        if kind == Symbol("field"):
            made.append(("field", rest[0].name, it.form(rest[1], inner, at.inside(None))))
        elif kind == Symbol("get") and isinstance(rest[0], Symbol):
            made.append(("get", rest[0].name, function(it, tuple(rest[1:]), inner)))
        else:
            made.append(("method", kind.name, function(it, tuple(rest), inner)))

    def run(env: Env | None) -> Gen:
        base = (yield from parent(env)) if parent is not None else None

        def bound(instance: Instance, make: Run) -> Any:
            return it.finish(make(Env(this, instance, env)))

        fields = {key: make for kind, key, make in made if kind == "field"}
        methods = {key: make for kind, key, make in made if kind == "method"}
        getters = {key: make for kind, key, make in made if kind == "get"}
        it.globals[name] = Class(base, fields, methods, getters, bound)
        return UNDEFINED

    return run


@special("new")
def new(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """An error or an instance of a class of the program."""
    kind = form.items[1]
    at = at.inside(None)
    if not isinstance(kind, Symbol):
        raise OutsideError("new")
    if kind.name in ERRORS:
        operand = it.form(form.items[2], scope, at)

        def run_error(env: Env | None) -> Gen:
            message = yield from operand(env)
            if type(message) is not str:
                raise OutsideError("message of an error")
            return ErrorValue(message, kind.name)

        return run_error
    cls = it.symbol(kind, scope)
    parts = [it.form(item, scope, at) for item in form.items[2:]]

    def run(env: Env | None) -> Gen:
        made = yield from cls(env)
        if not isinstance(made, Class):
            raise OutsideError("new")
        return made.make((yield from in_order(parts, env)))

    return run
