"""The interpreter's macros: threading, quote, syntax-rules, simple defmacro. Importing registers them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from interpreter import Interpreter
from interpreter_base import Context, Env, Run, Scope, constant, head_name, plain, special
from interpreter_bind import Gen, let
from interpreter_control import datum
from interpreter_core import array
from interpreter_values import (
    UNDEFINED,
    ListValue,
    OutsideError,
)
from polyrepl.lisp.forms import Form, List, Map, Symbol, Vector

# -- threading ------------------------------------------------------------------------------------


def thread(it: Interpreter, value: Form, step: Form, last: bool) -> Form:
    if isinstance(step, List):
        rest = (*step.items[1:], value) if last else (value, *step.items[1:])
        return List((step.items[0], *rest))
    return List((step, value))


@special("->", "->>")
def arrow(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    value = form.items[1]
    for step in form.items[2:]:
        value = thread(it, value, step, head_name(form) == "->>")
    return it.form(value, scope, at)


@special("some->")
def some_arrow(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    name = it.core("it")
    first = it.form(form.items[1], scope, at.inside(None))
    binder, inner = it.bind(name, scope)
    steps = [it.form(thread(it, name, step, False), inner, at.inside(None)) for step in form.items[2:]]

    def run(env: Env | None) -> Gen:
        value = yield from first(env)
        for step in steps:
            if value is None or value is UNDEFINED:
                return value
            value = yield from step(Env(binder, value, env))
        return value

    return run


@special("cond->")
def cond_arrow(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """A step is skipped when its test does not hold; the tests do not see the value."""
    at = at.inside(None)
    name = it.core("it")
    value, *rest = form.items[1:]
    binds: list[Form] = [name, value]
    for test, step in zip(rest[::2], rest[1::2], strict=True):
        binds += [name, List((it.core("if"), test, thread(it, name, step, False), name))]
    return let(it, List((form.items[0], Vector(tuple(binds)), name)), scope, at)


@special("as->")
def as_arrow(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    first, name, *steps = form.items[1:]
    binds = [item for step in (first, *steps[:-1]) for item in (name, step)]
    return let(it, List((form.items[0], Vector(tuple(binds)), steps[-1])), scope, at)


@special("doto")
def doto(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    name = it.core("it")
    steps = [thread(it, name, step, False) for step in form.items[2:]]
    return let(it, List((form.items[0], Vector((name, form.items[1])), *steps, name)), scope, at)


# -- macros ---------------------------------------------------------------------------------------


@special("quote")
def quote(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    return constant(as_data(plain(form.items[1])))


@special("quasiquote")
def quasiquote(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """A vector of data with holes."""
    if not isinstance(form.items[1], Vector):
        raise OutsideError("quasiquote")
    at = at.inside(None)
    parts: list[tuple[bool, Run]] = []
    for item in form.items[1].items:
        if head_name(item) in ("unquote", "unquote-splicing"):
            parts.append((head_name(item) != "unquote", it.form(item.items[1], scope, at)))
        else:
            parts.append((False, constant(as_data(item))))

    def run(env: Env | None) -> Gen:
        out: list[Any] = []
        for spliced, part in parts:
            value = yield from part(env)
            out.extend(array(value) if spliced else [value])
        return out

    return run


def as_data(form: Form) -> Any:
    if isinstance(form, List):
        return ListValue(as_data(item) for item in form.items)
    if isinstance(form, Vector):
        return [as_data(item) for item in form.items]
    return form if isinstance(form, Symbol) else datum(form)


@special("define-syntax")
def define_syntax(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    it.macros[form.items[1].name] = expander(it, form.items[2], scope)
    return constant(None)


def expander(it: Interpreter, rules: Form, scope: Scope | None) -> Callable[[List, Scope | None], Form]:
    """The expansion that `(syntax-rules ..)` stands for, defined in `scope`."""
    if head_name(rules) != "syntax-rules" or not isinstance(rules.items[1], List):
        raise OutsideError("define-syntax")
    literals = {item.name for item in rules.items[1].items}

    def expand(call: List, use: Scope | None) -> Form:
        it.burn()
        for rule in rules.items[2:]:
            found: dict[str, Any] = {}
            if match(rule.items[0].items[1:], call.items[1:], found, literals):
                return fill(rule.items[1], found, it.mark(scope))
        raise OutsideError("no rule matches")

    return expand


ELLIPSIS = Symbol("...")


def variables(pattern: Form) -> list[str]:
    if isinstance(pattern, Symbol):
        return [pattern.name]
    if isinstance(pattern, (List, Vector)):
        return [name for item in pattern.items for name in variables(item)]
    return []


def match(
    patterns: tuple[Form, ...], forms: tuple[Form, ...], found: dict[str, Any], literals: set[str]
) -> bool:
    """Bind pattern variables; under `...` each variable gets the list of what it matched."""
    if len(patterns) >= 2 and patterns[1] == ELLIPSIS:
        count = len(forms) - len(patterns) + 2
        rows: list[dict[str, Any]] = []
        for form in forms[: max(0, count)]:
            rows.append({})
            if not match(patterns[:1], (form,), rows[-1], literals):
                return False
        for name in variables(patterns[0]):
            found[name] = Rows(row[name] for row in rows if name in row)
        return count >= 0 and match(patterns[2:], forms[count:], found, literals)
    if not patterns or not forms:
        return not patterns and not forms
    pattern, form = patterns[0], forms[0]
    if isinstance(pattern, Symbol) and pattern.name in literals:
        good = isinstance(form, Symbol) and form.name == pattern.name
    elif isinstance(pattern, Symbol):
        found[pattern.name] = form
        good = True
    elif isinstance(pattern, (List, Vector)):
        good = type(form) is type(pattern) and match(pattern.items, form.items, found, literals)
    else:
        good = pattern == form
    return good and match(patterns[1:], forms[1:], found, literals)


class Rows(list):
    """What a pattern variable under an ellipsis matched."""


def fill(template: Form, found: dict[str, Any], mark: int) -> Form:
    if isinstance(template, Symbol):
        if template.name in found:
            return found[template.name]
        return Symbol(template.name, None, (*template.marks, mark))
    if isinstance(template, (List, Vector, Map)):
        out: list[Form] = []
        for place, item in enumerate(template.items):
            if item == ELLIPSIS:
                continue
            if template.items[place + 1 : place + 2] == (ELLIPSIS,):
                many = {name: found[name] for name in variables(item) if type(found.get(name)) is Rows}
                for row in range(max(map(len, many.values()), default=0)):
                    one = found | {name: rows[row] for name, rows in many.items()}
                    out.append(fill(item, one, mark))
            else:
                out.append(fill(item, found, mark))
        return type(template)(tuple(out))
    return template


@special("defmacro")
def defmacro(it: Interpreter, form: List, scope: Scope | None, at: Context) -> Run:
    """Only macros whose body is one template."""
    name, params, body = form.items[1:]
    if head_name(body) != "quasiquote":
        raise OutsideError("defmacro")

    def expand(call: List, use: Scope | None) -> Form:
        found: dict[str, Any] = {}
        items = params.items
        for place, param in enumerate(items):
            if param == Symbol("&"):
                found[items[place + 1].name] = list(call.items[place + 1 :])
                break
            found[param.name] = call.items[place + 1]
        return template(body.items[1], found, it.mark(scope), it.mark(scope))

    it.macros[name.name] = expand
    return constant(None)


def template(form: Form, found: dict[str, Any], mark: int, fresh: int) -> Form:
    if isinstance(form, Symbol):
        return Symbol(form.name, None, (fresh if form.name.endswith("#") else mark,))
    if head_name(form) == "unquote":
        return found[form.items[1].name]
    if isinstance(form, (List, Vector, Map)):
        out: list[Form] = []
        for item in form.items:
            if head_name(item) == "unquote-splicing":
                out.extend(found[item.items[1].name])
            else:
                out.append(template(item, found, mark, fresh))
        return type(form)(tuple(out))
    return form
