"""Destructuring: a pattern and a value -> the bindings it stands for, in evaluation order.

In: `[a [b c] & more :as all]`, `{:keys [a b] :or {a 1} :as m, x :other}` or a name. Out: `Bind` steps.
Defaults stand in the steps, so they run only when a value is missing and see the names bound before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from ..emit.spelling import string
from ..forms import Form, Keyword, List, Map, Symbol, Vector, plain
from ..nodes import Bind, Call, CoreRef, KeywordLit, Local, LocalRef, Lookup, Node
from ..nodes.facts import is_async_fn, is_python
from .analyzer import Analyzer
from .operators import warn_unawaited
from .scope import Scope

Pattern: TypeAlias = Symbol | Vector | Map


def bind_pattern(an: Analyzer, form: Form, init: Node | None, scope: Scope, out: list[Bind]) -> Local:
    """Append the steps that bind `form` to `init`; returns the local that holds the whole value."""
    form = plain(form)
    if type(form) is Symbol:
        local = an.local(form, scope)
        if init is not None:
            local.sources = [init]
            note(local, init)
        out.append(Bind(form.span, local, init))
        return local
    if init is not None:
        warn_unawaited(an, init, "[..]")
    if type(form) is Vector:
        return an.stack.level(bind_vector, an, form, init, scope, out)
    if type(form) is Map:
        return an.stack.level(bind_map, an, form, init, scope, out)
    raise an.fail("bad-pattern", form, "cannot bind this", "a name, [a b & rest] or {:keys [a b]}")


def pattern_names(form: Form) -> list[Symbol]:
    """The names that a pattern binds, judged by its look: `[a [b] & c]` -> a b c."""
    found: list[Symbol] = []
    stack: list[Form] = [form]
    while stack:
        item = plain(stack.pop(0))
        if isinstance(item, Symbol) and item.name not in ("_", "&"):
            found.append(item)
        elif isinstance(item, Vector):
            parts = [plain(part) for part in item.items]
            stack[:0] = [part.items[0] if isinstance(part, List) and part.items else part for part in parts]
        elif isinstance(item, Map):
            for key, value in zip(item.items[::2], item.items[1::2], strict=True):
                if not isinstance(key, Keyword):
                    stack.append(key)
                elif key.name == "as":
                    stack.append(value)
                elif isinstance(value, Vector):  # {:keys [a/b :c]} binds b and c
                    names = [part for part in map(plain, value.items) if isinstance(part, (Symbol, Keyword))]
                    stack += [Symbol(part.name.rpartition("/")[2] or part.name, part.span) for part in names]
    return found


def note(local: Local, init: Node) -> None:
    """Remember what is known about the value: Python module, async function."""
    local.is_python = is_python(init)
    local.is_async_fn = is_async_fn(init)


def whole(
    an: Analyzer, name: Form | None, init: Node | None, form: Form, scope: Scope, out: list[Bind]
) -> Local:
    """The local for the value being taken apart: `:as name`, or a fresh one."""
    if name is not None:
        if not isinstance(name, Symbol):
            raise an.fail("bad-pattern", name, ":as needs a name", "[a b :as all]")
        local = an.local(name, scope)
    elif isinstance(init, LocalRef) and not init.local.assigned:
        return init.local
    else:
        local = an.temp("value", form.span)
    out.append(Bind(form.span, local, init))
    return local


def rest_target(an: Analyzer, items: Sequence[Form], at: int, what: str) -> Form:
    """What stands behind the `&` at a place, and takes all that is left.

    Args:
        what: "pattern" or "parameter".

    Raises:
        LispError: nothing stands there, or more than that.
    """
    code = "bad-pattern" if what == "pattern" else "bad-params"
    if at + 1 >= len(items):
        raise an.fail(code, plain(items[at]), "& needs a name after it", "[a & rest]")
    if at + 2 < len(items):
        raise an.fail(code, items[at + 2], f"nothing may follow the rest {what}", "[a & rest]")
    return plain(items[at + 1])


def bind_vector(an: Analyzer, form: Vector, init: Node | None, scope: Scope, out: list[Bind]) -> Local:
    items = list(form.items)
    as_name: Form | None = None
    if len(items) >= 2 and items[-2] == Keyword("as"):
        as_name = items[-1]
        del items[-2:]
    if as_name is not None or init is None:
        source = whole(an, as_name, init, form, scope, out)
        init = an.refer(source, form.span)
    else:
        source = init.local if isinstance(init, LocalRef) else Local("?")
    elements: list[Local | None] = []
    nested: list[tuple[Form, Local, Form | None]] = []
    rest: Local | None = None
    step = Bind(form.span, Local("?"), init, elements=elements)
    out.append(step)
    at = 0
    while at < len(items):
        item = plain(items[at])
        if isinstance(item, Symbol) and item.name == "&":
            target = rest_target(an, items, at, "pattern")
            rest = an.temp(target.name if isinstance(target, Symbol) else "rest", target.span)
            rest.is_rest = True
            nested.append((target, rest, None))
            at += 2
            continue
        default: Form | None = None
        if isinstance(item, List) and len(item.items) == 2:
            default, item = item.items[1], plain(item.items[0])
        if isinstance(item, Symbol) and item.name == "_" and default is None:
            elements.append(None)
        else:
            local = an.temp(item.name if isinstance(item, Symbol) else "item", item.span)
            elements.append(local)
            nested.append((item, local, default))
        at += 1
    step.rest = rest
    # Names come into scope from left to right: a default sees those before it, not those after.
    for item, local, default in nested:
        if default is not None:
            local.assigned = True
            out.append(Bind(item.span, local, None, an.value(default, scope)))
        if isinstance(item, Symbol):
            an.world.check_binder(item)
            scope.bind(item, local)
        else:
            fill(an, item, local, scope, out)
    return source


def fill(an: Analyzer, item: Form, local: Local, scope: Scope, out: list[Bind]) -> None:
    """Take `local` apart by the nested pattern; after `&` a map pattern takes keyword arguments."""
    value: Node = an.refer(local, item.span)
    if isinstance(item, Map) and local.name == "rest":
        value = Call(item.span, CoreRef(item.span, "keyword-args"), [value])
    bind_pattern(an, item, value, scope, out)


def bind_map(an: Analyzer, form: Map, init: Node | None, scope: Scope, out: list[Bind]) -> Local:
    pairs = list(zip(form.items[::2], form.items[1::2], strict=True))
    defaults: dict[str, Form] = {}
    as_name: Form | None = None
    for key, value in pairs:
        if key == Keyword("as"):
            as_name = value
        elif key == Keyword("or"):
            if not isinstance(value, Map):
                raise an.fail("bad-pattern", value, ":or needs a map of defaults", "{:keys [a] :or {a 1}}")
            for name, default in zip(value.items[::2], value.items[1::2], strict=True):
                if not isinstance(name, (Symbol, Keyword)):
                    raise an.fail("bad-pattern", name, ":or gives defaults to names", "{:keys [a] :or {a 1}}")
                defaults[name.name] = default
    source = whole(an, as_name, init, form, scope, out)
    for key, value in pairs:
        if isinstance(key, Keyword) and key.name.rpartition("/")[2] in ("keys", "strs", "syms"):
            space = key.name.rpartition("/")[0]
            if not isinstance(value, Vector):
                raise an.fail("bad-pattern", value, f":{key.name} needs a vector of names", "{:keys [a b]}")
            for name in value.items:
                symbol = plain(name)
                if isinstance(symbol, Keyword):
                    symbol = Symbol(symbol.name, symbol.span)
                if not isinstance(symbol, Symbol):
                    raise an.fail("bad-pattern", name, f":{key.name} lists names", "{:keys [a b]}")
                # {:keys [a/b]} and {:a/keys [b]} bind b to the key "a/b"
                full = f"{space}/{symbol.name}" if space else symbol.name
                short = Symbol(symbol.name.rpartition("/")[2] or symbol.name, symbol.span, symbol.marks)
                bind_key(an, short, string(full, symbol.span), source, defaults, scope, out)
        elif isinstance(key, Keyword) and key.name in ("as", "or"):
            continue
        elif isinstance(key, Keyword):
            raise an.fail(
                "bad-pattern",
                key,
                f":{key.name} is not part of a map pattern",
                "a name comes first: {x :x}; or {:keys [x] :or {x 1} :as all}",
            )
        else:
            node = an.value(value, scope)
            if isinstance(node, KeywordLit):
                node = string(node.name, value.span)
            bind_key(an, key, node, source, defaults, scope, out)
    return source


def bind_key(
    an: Analyzer,
    target: Form,
    key: Node,
    source: Local,
    defaults: dict[str, Form],
    scope: Scope,
    out: list[Bind],
) -> None:
    target = plain(target)
    found = Lookup(target.span, an.refer(source, target.span), key)
    if isinstance(target, Symbol):
        default = defaults.get(target.name)
        node = None if default is None else an.value(default, scope)
        local = an.local(target, scope)
        out.append(Bind(target.span, local, found, node))
    else:
        bind_pattern(an, target, found, scope, out)
