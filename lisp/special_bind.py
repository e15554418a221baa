"""Special forms that bind: let letfn loop recur fn defn try.

In: a form. Out: its node. Binding lists come in two styles, told apart by the bracket alone:
`((x 1) (y 2))` and `[x 1 y 2]`.
"""

from __future__ import annotations

from .analyzer import Analyzer
from .forms import Form, FString, Keyword, List, Map, Str, Symbol, Vector
from .nodes import (
    Arity,
    Bind,
    Catch,
    CheckAwait,
    Fn,
    Frame,
    Let,
    Letfn,
    Local,
    LocalRef,
    Loop,
    NamedCall,
    Node,
    Param,
    Recur,
    Try,
)
from .metadata import plain
from .patterns import bind_pattern, note
from .scope import Scope
from .special_core import define, meta_of, special


def pairs_of(an: Analyzer, form: Form, owner: str) -> list[tuple[Form, Form]]:
    """The (pattern, value) pairs of a binding list in either style."""
    if isinstance(form, Vector):
        items = form.items
        if len(items) % 2:
            raise an.fail(
                "odd-bindings", items[-1], "binding without a value", f"({owner} [name value ..] ..): values are missing"
            )
        return [(items[at], items[at + 1]) for at in range(0, len(items), 2)]
    if isinstance(form, List):
        pairs: list[tuple[Form, Form]] = []
        for entry in form.items:
            if not isinstance(entry, (List, Vector)):
                inner = " ".join(item.span.text if item.span else "x" for item in form.items)
                short = inner if len(inner) < 40 else "name value"
                raise an.fail(
                    "binding-style", form, "a binding list in parentheses holds (name value) pairs",
                    f"write (({short})) or [{short}]",
                )
            if len(entry.items) == 1:
                raise an.fail("odd-bindings", entry, "binding without a value", f"({owner} ((name value)) ..)")
            if len(entry.items) != 2:
                raise an.fail(
                    "arity", entry, "a binding is a name and one value", f"({owner} ((name value) (name value)) ..)"
                )
            pairs.append((entry.items[0], entry.items[1]))
        return pairs
    raise an.fail("binding-style", form, f"{owner} needs a binding list", f"({owner} [x 1 y 2] ..) or ({owner} ((x 1)) ..)")


@special("let", "let*")
def let(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "let needs a binding list", "(let [x 1] body ..)")
    if isinstance(items[1], Symbol):
        return named_let(an, form, scope, tail)
    inner = Scope(scope)
    binds: list[Bind] = []
    for target, source in pairs_of(an, items[1], "let"):
        bind_pattern(an, target, an.value(source, inner), inner, binds)
    top, an.top = an.top, False
    body = an.body(items[2:], inner, tail, form.span)
    an.top = top
    return Let(form.span, binds, body)


def named_let(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`(let go ((i 0)) ..)`: a loop when every `(go ..)` is a tail call, else a local function."""
    items = form.items
    name = items[1]
    if len(items) < 3 or not isinstance(name, Symbol):
        raise an.fail("arity", form, "a named let needs a binding list", "(let go ((i 0)) body ..)")
    pairs = pairs_of(an, items[2], "let")
    inits = an.values([source for _, source in pairs], scope)
    outer = Scope(scope)
    local = an.local(name, outer)
    params = Vector(tuple(target for target, _ in pairs), items[2].span)
    fn, calls = build_fn(an, [(params, items[3:])], form, outer, name.name, named=local)
    arity = fn.arities[0]
    if not local.used and not any(param.default for param in arity.params):
        an.frame.has_await |= fn.frame.has_await
        an.frame.has_yield |= fn.frame.has_yield
        an.frame.uses_this |= fn.frame.uses_this
        binds = [Bind(p.local.span, p.local, init) for p, init in zip(arity.params, inits, strict=True)]
        for bind in binds:
            bind.local.sources = [bind.init] if bind.init is not None else None
        loop = arity.loop
        assert loop is not None
        if not loop.recurs:
            made: Node = Let(form.span, binds + arity.binds, arity.body)
            return CheckAwait(form.span, made) if fn.frame.has_await else made
        for args in loop.recur_args:
            for bind, arg in zip(binds, args, strict=True):
                if bind.local.sources is not None:
                    bind.local.sources.append(arg)
        loop.binds, loop.inner, loop.body, loop.is_fn, loop.span = binds, arity.binds, arity.body, False, form.span
        # as a function it would be async, and its first call awaited
        return CheckAwait(form.span, loop) if fn.frame.has_await else loop
    local.is_async_fn = False
    call = NamedCall(form.span, LocalRef(name.span, local), inits, fn.frame)
    if fn.frame.has_await:
        an.frame.has_await = True
    return Letfn(form.span, [(local, fn)], call)


@special("letfn")
def letfn(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2 or not isinstance(items[1], (Vector, List)):
        raise an.fail("arity", form, "letfn needs a list of functions", "(letfn [(f [x] ..)] body ..)")
    inner = Scope(scope)
    entries: list[tuple[List, Symbol, Local]] = []
    for entry in items[1].items:
        name = plain(entry.items[0]) if isinstance(entry, List) and len(entry.items) >= 2 else None
        if not isinstance(entry, List) or not isinstance(name, Symbol):
            raise an.fail("bad-function", entry, "letfn binds functions", "(letfn [(f [x] ..)] body ..)")
        entries.append((entry, name, an.local(name, inner)))
    fns: list[tuple[Local, Node]] = []
    for entry, name, local in entries:
        fn, _ = build_fn(an, clauses_of(an, entry.items[1:], entry), entry, inner, name.name)
        note(local, fn)
        fns.append((local, fn))
    return Letfn(form.span, fns, an.body(items[2:], inner, tail, form.span))


@special("loop")
def loop_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "loop needs a binding list", "(loop [i 0] body ..)")
    pairs = [(plain(target), source) for target, source in pairs_of(an, items[1], "loop")]
    inner = Scope(scope)
    loop = Loop(form.span)
    later: list[tuple[Form, Local]] = []
    for at, (target, source) in enumerate(pairs):
        init = an.value(source, inner)
        if isinstance(target, Symbol):
            local = an.local(target, inner)
            local.sources = [init]
            note(local, init)
            loop.binds.append(Bind(target.span, local, init))
        else:
            local = an.temp("value", target.span)
            loop.binds.append(Bind(target.span, local, init))
            if not loop.extra and all(isinstance(other, Symbol) and constant(value) for other, value in pairs[at + 1 :]):
                later.append((target, local))
            else:
                # a later initial value may use the names, so they are loop variables themselves
                early: list[Bind] = []
                bind_pattern(an, target, an.refer(local, target.span), inner, early)
                loop.binds += early
                loop.extra += locals_of(early)
                loop.targets = [target for target, _ in pairs]
                loop.scope = scope
        loop.locals.append(local)
    for local in loop.extra:
        local.assigned = True
        local.sources = None
    loop.locals += loop.extra
    for local in loop.locals:
        local.loop = loop
    for target, local in later:
        bind_pattern(an, target, an.refer(local, target.span), inner, loop.inner)
    before, an.loop = an.loop, loop
    top, an.top = an.top, False
    loop.body = an.body(items[2:], inner, True, form.span)
    an.loop, an.top = before, top
    if not loop.recurs:
        return Let(form.span, loop.binds + loop.inner, loop.body)
    return loop


def constant(form: Form) -> bool:
    return not isinstance(form, (Symbol, List, Vector, Map, FString))


def locals_of(binds: list[Bind]) -> list[Local]:
    """The locals that binding steps fill, in order."""
    found: dict[int, Local] = {}
    for bind in binds:
        for local in (bind.local, bind.rest, *(bind.elements or ())):
            if local is not None and local.name != "?":
                found.setdefault(id(local), local)
    return list(found.values())


@special("recur")
def recur(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    loop = an.loop
    if loop is None:
        raise an.fail("recur-outside", form, "recur has no enclosing loop or function", "(loop [i 0] .. (recur (inc i)))")
    if not tail:
        raise an.fail(
            "recur-not-tail", form, "recur is not in tail position",
            "nothing may be left to do after it: call a function instead, or make it the last form of its branch",
        )
    return recur_node(an, loop, form, scope)


def recur_node(an: Analyzer, loop: Loop, form: List, scope: Scope) -> Node:
    wanted, given = len(loop.locals) - len(loop.extra), len(form.items) - 1
    if wanted != given:
        kind = "function has" if loop.is_fn else "loop has"
        noun = ("parameter" if loop.is_fn else "binding") + ("" if wanted == 1 else "s")
        hint = "the rest parameter is passed as one array" if loop.has_rest else None
        raise an.fail("recur-arity", form, f"{kind} {wanted} {noun}, recur passes {given}", hint)
    args = an.values(form.items[1:], scope)
    loop.recurs += 1
    around: list[Bind] = []
    if loop.extra:
        args = again(an, loop, args, form, around)
    loop.recur_args.append(args)
    if any(final is loop for final in an.finals):
        loop.crosses_finally = True
    for local, arg in zip(loop.locals, args, strict=True):
        local.assigned = True
        if local.sources is not None:
            local.sources.append(arg)
    node = Recur(form.span, loop, args)
    return Let(form.span, around, node) if around else node


def again(an: Analyzer, loop: Loop, args: list[Node], form: List, out: list[Bind]) -> list[Node]:
    """The values of all loop variables where some are parts of a pattern: taken apart at the recur."""
    assert isinstance(loop.scope, Scope) and loop.targets is not None
    inner = Scope(loop.scope)
    temps: list[Local] = []
    for arg in args:
        local = an.temp("next", arg.span)
        out.append(Bind(arg.span, local, arg))
        temps.append(local)
    parts: list[Local] = []
    for target, local in zip(loop.targets, temps, strict=True):
        if isinstance(target, Symbol):
            inner.table[(target.name, target.marks) if target.marks else target.name] = local
        else:
            steps: list[Bind] = []
            bind_pattern(an, target, an.refer(local, target.span), inner, steps)
            out += steps
            parts += locals_of(steps)
    return [an.refer(local, local.span) for local in [*temps, *parts]]


def clauses_of(an: Analyzer, forms: tuple[Form, ...], owner: Form) -> list[tuple[Form, tuple[Form, ...]]]:
    """(parameters, body) of each arity. Several iff every form is a list that starts with a vector."""
    if not forms:
        raise an.fail("bad-function", owner, "a function needs parameters", "(fn [x] body ..)")
    if all(isinstance(f, List) and f.items and isinstance(f.items[0], Vector) for f in forms):
        return [(f.items[0], f.items[1:]) for f in forms if isinstance(f, List)]
    if not isinstance(forms[0], (List, Vector)):
        raise an.fail("bad-function", forms[0], "a function needs parameters", "(fn [x] body ..) or (fn (x) body ..)")
    return [(forms[0], forms[1:])]


@special("fn", "lambda", "fn*")
def fn_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items[1:]
    name: Symbol | None = None
    inner = scope
    first = plain(items[0]) if items else None
    if isinstance(first, Symbol):
        name, items = first, items[1:]
        inner = Scope(scope)
    if len(items) > 1 and isinstance(items[0], Str) and isinstance(items[1], (List, Vector)):
        items = items[1:]
    self_local = an.local(name, inner) if name is not None else None
    fn, _ = build_fn(an, clauses_of(an, items, form), form, inner, name.name if name else None)
    fn.self_local = self_local
    return fn


@special("defn", "defn-")
def defn(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 3:
        raise an.fail("arity", form, "defn needs a name, parameters and a body", "(defn f [x] ..)")
    name, _ = meta_of(an, items[1])
    rest = items[2:]
    doc = None
    if len(rest) > 1 and isinstance(rest[0], Str):
        doc, rest = rest[0].value, rest[1:]
    if len(rest) > 1 and isinstance(rest[0], Map):
        rest = rest[1:]
    if doc is None and len(rest) > 2 and isinstance(rest[0], (List, Vector)) and isinstance(rest[1], Str):
        doc, rest = rest[1].value, (rest[0], *rest[2:])
    an.world.check_binder(name, defining=True)
    source = List((an.world.core("fn", form.span), *rest), form.span)
    clauses_of(an, rest, form)
    return define(an, form, name, source, scope, doc=doc)


def build_fn(
    an: Analyzer,
    clauses: list[tuple[Form, tuple[Form, ...]]],
    form: Form,
    scope: Scope,
    name: str | None,
    *,
    kind: str = "fn",
    named: Local | None = None,
) -> tuple[Fn, list[Node]]:
    """A function node from its arities; analyzed in a frame of its own."""
    frame = Frame(an.frame, name, kind=kind)
    saved = an.frame, an.loop, an.finals, an.top, an.auto, an.tries
    an.frame, an.finals, an.top, an.tries = frame, [], False, 0
    if named is not None:
        named.frame, named.named_frame = frame, frame
    arities = [build_arity(an, params, body, scope, named, form) for params, body in clauses]
    an.frame, an.loop, an.finals, an.top, an.auto, an.tries = saved
    if named is not None:
        named.frame = an.frame
    if kind == "fn" and frame.uses_this and not named and frame.parent and in_method(frame.parent):
        frame.uses_this = False
        frame.parent.uses_this = True
    seen: dict[object, Form] = {}
    for (params, _), arity in zip(clauses, arities, strict=True):
        key: object = "rest" if arity.rest else len(arity.params)
        if key in seen:
            raise an.fail("bad-function", params, "two arities take the same number of arguments")
        seen[key] = params
    return Fn(form.span, name, None, arities, frame), []


def in_method(frame: Frame | None) -> bool:
    """Is `this` already the object of an enclosing method (arrows keep it)?"""
    while frame is not None:
        if frame.kind not in ("fn", "top"):
            return True
        frame = frame.parent
    return False


def build_arity(
    an: Analyzer, params: Form, body: tuple[Form, ...], scope: Scope, named: Local | None, owner: Form
) -> Arity:
    if not isinstance(params, (List, Vector)):
        raise an.fail("bad-function", params, "a function needs parameters", "(fn [x] body ..)")
    inner = Scope(scope)
    check_duplicates(an, params)
    made: list[Param] = []
    binds: list[Bind] = []
    rest: Local | None = None
    later: list[tuple[Form, Local]] = []
    items = params.items
    required = 0
    at = 0
    while at < len(items):
        item = plain(items[at])
        if isinstance(item, Symbol) and item.name in ("&", "&rest"):
            if at + 1 >= len(items):
                raise an.fail("bad-params", item, "& needs a name after it", "[a & rest]")
            if at + 2 < len(items):
                raise an.fail("bad-params", items[at + 2], "nothing may follow the rest parameter", "[a & rest]")
            target = plain(items[at + 1])
            if isinstance(target, Symbol):
                rest = an.local(target, inner)
            else:
                rest = an.temp("rest", target.span)
                later.append((target, rest))
            break
        default: Form | None = None
        if isinstance(item, List):
            if len(item.items) != 2:
                raise an.fail("bad-params", item, "a parameter with a default is (name default)", "[a (b 10)]")
            default, item = item.items[1], plain(item.items[0])
        node = an.value(default, inner) if default is not None else None
        if isinstance(item, Symbol):
            local = an.local(item, inner)
        elif isinstance(item, (Vector, Map)):
            local = an.temp("arg", item.span)
        else:
            raise an.fail("bad-params", item, "not a parameter", "a name, (name default), [a b] or {:keys [a b]}")
        if node is not None:
            made.append(Param(local, node))
            binds.append(Bind(item.span, local, None, node))
        else:
            made.append(Param(local))
            required = at + 1
        if not isinstance(item, Symbol):
            bind_pattern(an, item, an.refer(local, item.span), inner, binds)
        at += 1
    for target, local in later:
        from .patterns import fill

        fill(an, target, local, inner, binds)
    loop = Loop(owner.span, is_fn=True, has_rest=rest is not None)
    loop.locals = [param.local for param in made] + ([rest] if rest else [])
    for local in loop.locals:
        local.loop = loop
    an.loop = loop
    if named is not None:
        named.loop = loop
    if body and isinstance(body[0], Map) and len(body) > 1 and {Keyword("pre"), Keyword("post")} & set(body[0].items[::2]):
        body = body[1:]
    node = an.body(body, inner, True, owner.span)
    an.loop = None
    return Arity(made, rest, binds, node, loop, required)


def check_duplicates(an: Analyzer, params: List | Vector) -> None:
    seen: set[Symbol] = set()
    for item in params.items:
        name = plain(item)
        if isinstance(name, List) and name.items:
            name = plain(name.items[0])
        if isinstance(name, Symbol) and name.name not in ("_", "&"):
            if name in seen:
                raise an.fail("bad-params", name, f"the parameter {name.name} stands there twice", "give each its own name")
            seen.add(name)


@special("try")
def try_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    body: list[Form] = []
    catches: list[List] = []
    final: List | None = None
    for item in form.items[1:]:
        head = item.items[0] if isinstance(item, List) and item.items else None
        if isinstance(head, Symbol) and head.name == "catch":
            assert isinstance(item, List)
            if final is not None:
                raise an.fail("bad-try", item, "catch after finally", "finally comes last")
            catches.append(item)
        elif isinstance(head, Symbol) and head.name == "finally":
            assert isinstance(item, List)
            if final is not None:
                raise an.fail("bad-try", item, "a try has one finally")
            final = item
        elif catches or final:
            raise an.fail("bad-try", item, "body after catch or finally", "(try body .. (catch e ..) (finally ..))")
        else:
            body.append(item)
    top, an.top = an.top, False
    if final is not None:
        an.finals.append(an.loop)
        an.tries += 1
    an.tries += 1
    node = Try(form.span, an.body(tuple(body), Scope(scope), tail, form.span))
    an.tries -= 1
    node.catches = [catch_clause(an, clause, scope, tail) for clause in catches]
    if final is not None:
        an.finals.pop()
        an.tries -= 1
        loop, an.loop = an.loop, an.loop
        node.final = an.body(final.items[1:], Scope(scope), False, final.span)
        an.loop = loop
    an.top = top
    if not node.catches and node.final is None:
        return node.body
    return node


def catch_clause(an: Analyzer, clause: List, scope: Scope, tail: bool) -> Catch:
    """Typed iff a symbol is followed by a symbol and at least one body form."""
    items = clause.items
    if len(items) < 2:
        raise an.fail("bad-try", clause, "catch needs a name", "(catch e body ..) or (catch TypeError e body ..)")
    kind: Node | None = None
    interrupt = False
    rest = items[1:]
    first = rest[0]
    typed = len(rest) >= 3 and isinstance(first, (Symbol, Keyword)) and isinstance(rest[1], Symbol)
    if typed:
        if isinstance(first, Symbol) and first.name == "Interrupt":
            interrupt = True
        elif isinstance(first, Symbol) and first.name != "_":
            kind = an.value(first, scope)
        rest = rest[1:]
    inner = Scope(scope)
    out: list[Bind] = []
    target = plain(rest[0])
    if isinstance(target, Symbol):
        local = an.local(target, inner)
    elif isinstance(target, (Vector, Map)):
        local = an.temp("e", target.span)
        bind_pattern(an, target, an.refer(local, target.span), inner, out)
    else:
        raise an.fail("bad-try", target, "catch needs a name", "(catch e body ..) or (catch TypeError e body ..)")
    body = an.body(rest[1:], inner, tail, clause.span)
    if out:
        body = Let(clause.span, out, body)
    return Catch(local, body, kind, interrupt, clause.span)


