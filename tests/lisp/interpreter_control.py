"""The interpreter's control forms: branches, case, loops, await, try, set!. Importing registers them."""

from __future__ import annotations

import contextlib
from typing import Any

from interpreter import Interpreter
from interpreter_base import Binder, Context, Env, Run, Scope, constant, head_name, special
from interpreter_bind import Gen, Pattern, pairs
from interpreter_core import array
from interpreter_values import (
    END,
    UNDEFINED,
    AsyncItems,
    ErrorValue,
    GeneratorValue,
    KeywordValue,
    LispThrow,
    OutsideError,
    Returned,
    Yielded,
    equal,
    truthy,
)
from polyrepl.lisp.forms import Const, Form, Keyword, List, Number, Str, Symbol, Vector

STOP = object()
ERRORS = ("Error", "TypeError", "RangeError")


# -- control --------------------------------------------------------------------------------------


@special("do", "begin")
def do(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    return it.body(form.items[1:], scope, at)


def branch(test: Run, then: Run, other: Run) -> Run:
    def run(env: Env | None) -> Gen:
        return (yield from (then if truthy((yield from test(env))) else other)(env))

    return run


@special("if", "when", "unless")
def if_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    test = it.form(form.items[1], scope, at.inside(None))
    kind = head_name(form)
    if kind == "if":
        then, *other = form.items[2:]
        if len(other) > 1:
            raise OutsideError("if")
        return branch(test, it.form(then, scope, at), it.body(tuple(other), scope, at))
    body = it.body(form.items[2:], scope, at)
    return branch(test, body, constant(None)) if kind == "when" else branch(test, constant(None), body)


@special("if-not")
def if_not(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    test, then, other = form.items[1:]
    return branch(it.form(test, scope, at.inside(None)), it.form(other, scope, at), it.form(then, scope, at))


@special("if-let", "when-let")
def if_let(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    (target, source) = pairs(form.items[1])[0]
    init = it.form(source, scope, at.inside(None))
    pattern = Pattern(it, target, scope, at)
    rest = form.items[2:] if head_name(form) == "when-let" else form.items[2:3]
    then = it.body(rest, pattern.scope, at)
    other = it.body(form.items[3:], scope, at) if head_name(form) == "if-let" else constant(None)

    def run(env: Env | None) -> Gen:
        value = yield from init(env)
        if truthy(value):
            return (yield from then((yield from pattern.run(env, value))))
        return (yield from other(env))

    return run


@special("cond")
def cond(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    items = form.items[1:]
    styled = all(isinstance(item, Vector) for item in items) or (items and head_name(items[-1]) == "else")
    rows: list[tuple[Form, tuple[Form, ...]]]
    if styled:
        rows = [(item.items[0], item.items[1:]) for item in items]
    else:
        rows = [(test, (then,)) for test, then in zip(items[::2], items[1::2], strict=True)]
    made = constant(None)
    for test, then in reversed(rows):
        is_else = isinstance(test, Symbol) and test.name == "else"
        check = constant(True) if is_else else it.form(test, scope, at.inside(None))
        made = branch(check, it.body(then, scope, at), made)
    return made


def datum(form: Form) -> Any:
    if isinstance(form, Number):
        return float(form.value)
    if isinstance(form, (Str, Const)):
        return form.value
    if isinstance(form, Keyword):
        return KeywordValue.of(form.name)
    raise OutsideError("constant of case")


@special("case")
def case(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    items = form.items[2:]
    if len(items) % 2 == 0:
        raise OutsideError("case without a default")
    subject = it.form(form.items[1], scope, at.inside(None))
    rows = []
    for test, then in zip(items[:-1:2], items[1::2], strict=True):
        values = [datum(item) for item in test.items] if isinstance(test, List) else [datum(test)]
        rows.append((values, it.form(then, scope, at)))
    other = it.form(items[-1], scope, at)

    def run(env: Env | None) -> Gen:
        value = yield from subject(env)
        for values, then in rows:
            if any(equal(value, one) for one in values):
                return (yield from then(env))
        return (yield from other(env))

    return run


@special("and", "or")
def logic(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    stop_at = head_name(form) == "or"
    parts = [it.form(item, scope, at.inside(None)) for item in form.items[1:-1]]
    last = it.form(form.items[-1], scope, at) if len(form.items) > 1 else constant(None if stop_at else True)

    def run(env: Env | None) -> Gen:
        for part in parts:
            value = yield from part(env)
            if truthy(value) is stop_at:
                return value
        return (yield from last(env))

    return run


@special("while")
def while_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    test = it.form(form.items[1], scope, at.inside(None))
    body = it.body(form.items[2:], scope, at.inside(None))

    def run(env: Env | None) -> Gen:
        while truthy((yield from test(env))):
            it.burn()
            yield from body(env)
        return None

    return run


@special("await")
def await_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    at.function.awaits = True
    if len(form.items) != 2:
        raise OutsideError("await")
    operand = it.form(form.items[1], scope, at.inside(None))

    def run(env: Env | None) -> Gen:
        value = yield from operand(env)
        return (yield value)

    return run


@special("yield")
def yield_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    at.function.yields = True
    operand = it.body(form.items[1:], scope, at.inside(None))

    def run(env: Env | None) -> Gen:
        value = yield from operand(env)
        yield Yielded(value)
        return UNDEFINED

    return run


@special("throw")
def throw(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    operand = it.form(form.items[1], scope, at.inside(None))

    def run(env: Env | None) -> Gen:
        raise LispThrow((yield from operand(env)))

    return run


@special("try")
def try_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    parts = [item for item in form.items[1:] if head_name(item) not in ("catch", "finally")]
    body = it.body(tuple(parts), scope, at)
    catches: list[tuple[str | None, Binder, Run]] = []
    final: Run | None = None
    for item in form.items[1 + len(parts) :]:
        if head_name(item) == "finally" and final is None:
            final = it.body(item.items[1:], scope, at.inside(None))
        elif head_name(item) == "catch" and final is None:
            rest = item.items[1:]
            typed = len(rest) >= 3 and isinstance(rest[0], Symbol) and isinstance(rest[1], Symbol)
            kind = rest[0].name if typed else None
            rest = rest[1:] if typed else rest
            if kind not in (None, *ERRORS) or not rest or not isinstance(rest[0], Symbol):
                raise OutsideError("catch")
            binder, inner = it.bind(rest[0], scope)
            catches.append((kind, binder, it.body(rest[1:], inner, at)))
        else:
            raise OutsideError("try")

    def guarded(env: Env | None) -> Gen:
        try:
            return (yield from body(env))
        except LispThrow as thrown:
            caught = thrown.value
            kinds = (None, "Error", caught.kind) if type(caught) is ErrorValue else (None,)
            found = next((clause for clause in catches if clause[0] in kinds), None)
            if found is None:
                raise
            _, binder, handler = found
        return (yield from handler(Env(binder, caught, env)))

    def run(env: Env | None) -> Gen:
        pending = value = None
        try:
            value = yield from guarded(env)
        except (LispThrow, Returned) as thrown:
            pending = thrown
        if final is not None:
            yield from final(env)
        if pending is not None:
            raise pending
        return value

    return run


@special("set!")
def set_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    if len(form.items) != 3:
        raise OutsideError("set!")
    at = at.inside(None)
    return it.assign(form.items[1], it.form(form.items[2], scope, at), scope, at)


@special(".")
def dot(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    at = at.inside(None)
    return it.path(it.form(form.items[1], scope, at), list(form.items[2:]), scope, at)


# -- iteration ------------------------------------------------------------------------------------


@special("dotimes")
def dotimes(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    [(name, source)] = pairs(form.items[1])
    limit = it.form(source, scope, at.inside(None))
    binder, inner = it.bind(name, scope)
    body = it.body(form.items[2:], inner, at.inside(None))

    def run(env: Env | None) -> Gen:
        end = yield from limit(env)
        if type(end) is not float:
            raise OutsideError("dotimes")
        at = 0.0
        while at < end:
            it.burn()
            yield from body(Env(binder, at, env))
            at += 1
        return None

    return run


@special("for", "doseq")
def for_(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """Sources and modifiers from left to right, each inside the ones before."""
    at = at.inside(None)
    steps: list[tuple[str, Any, Any]] = []
    items = list(form.items[1].items)
    while items:
        kind, asynchronous = "bind", False
        if items[0] == Keyword("await"):
            del items[0]
            asynchronous = at.function.awaits = True
        elif isinstance(items[0], Keyword):
            kind = items[0].name
        target, source = items[:2]
        del items[:2]
        if kind == "let":
            for name, value in pairs(source):
                init = it.form(value, scope, at)
                pattern = Pattern(it, name, scope, at)
                scope = pattern.scope
                steps.append(("let", init, pattern))
        elif kind in ("when", "while"):
            steps.append((kind, it.form(source, scope, at), None))
        elif kind == "bind":
            init = it.form(source, scope, at)
            pattern = Pattern(it, target, scope, at)
            scope = pattern.scope
            steps.append(("await" if asynchronous else "bind", init, pattern))
        else:
            raise OutsideError("for")
    body = it.body(form.items[2:], scope, at)
    collects = head_name(form) == "for"

    def walk(source: GeneratorValue, number: int, pattern: Pattern, env: Env | None, out: list[Any]) -> Gen:
        """All that a generator gives. It is closed when the loop ends before it does."""
        while (item := (yield from source.next())) is not END:
            it.burn()
            try:
                inner = yield from pattern.run(env, item)
                ended = yield from level(number + 1, inner, out)
            except LispThrow:
                with contextlib.suppress(LispThrow):
                    yield from source.close()
                raise
            if ended is STOP:
                yield from source.close()
                break

    def level(number: int, env: Env | None, out: list[Any]) -> Gen:
        if number == len(steps):
            it.burn()
            out.append((yield from body(env)))
            return None
        kind, run, pattern = steps[number]
        value = yield from run(env)
        if kind == "let":
            return (yield from level(number + 1, (yield from pattern.run(env, value)), out))
        if kind in ("when", "while"):
            if truthy(value):
                return (yield from level(number + 1, env, out))
            return STOP if kind == "while" else None
        if type(value) is GeneratorValue:
            if value.asynchronous != (kind == "await"):
                raise OutsideError("generator")
            yield from walk(value, number, pattern, env, out)
            return None
        if isinstance(value, AsyncItems) and kind == "await":
            value = value.items
        place = 0
        while place < len(array(value)):
            it.burn()
            item = value[place]
            if kind == "await":
                item = yield item
            inner = yield from pattern.run(env, item)
            if (yield from level(number + 1, inner, out)) is STOP:
                break
            place += 1
        return None

    def run(env: Env | None) -> Gen:
        out: list[Any] = []
        yield from level(0, env, out)
        return out if collects else None

    return run
