"""Forms of the generator that give a value of any type; some can hand their tail on.

In: a Generator, a type, a size. Out: trees. Each function makes one shape of form.
"""

from __future__ import annotations

from typing import Any

from generator import NAMES, Generator, Owner, Tail, Tree, Var, lst, vec

GUARDED = "(define-syntax guarded (syntax-rules () ((_ e other) (try e (catch x (t (ex-message x)) other)))))"
MACROS = {
    "twice": "(define-syntax twice (syntax-rules () ((_ e) (let ((x e)) (+ x x)))))",
    "later": "(define-syntax later (syntax-rules () ((_ e) (let ((x (tp e))) (await x)))))",
    "my-or": "(define-syntax my-or (syntax-rules () ((_ a b) (let ((x a)) (if x x b)))))",
    "looped": "(define-syntax looped (syntax-rules () "
    "((_ n e) (loop ((i 0) (acc 0)) (if (< i n) (recur (inc i) (+ acc e)) acc)))))",
    "swapping": "(define-syntax swapping (syntax-rules () ((_ a b) (let ((x a)) (set! a b) (set! b x)))))",
}

# The same macros as functions of code: `x#` is fresh, other names mean what they mean at the top level.
DEFMACROS = {
    "guarded": "(defmacro guarded [e other] `(try ~e (catch x# (t (ex-message x#)) ~other)))",
    "twice": "(defmacro twice [e] `(let [x# ~e] (+ x# x#)))",
    "later": "(defmacro later [e] `(let [x# (tp ~e)] (await x#)))",
    "my-or": "(defmacro my-or [a b] `(let [x# ~a] (if x# x# ~b)))",
    "looped": "(defmacro looped [n e] `(loop [i# 0 v# 0] (if (< i# ~n) (recur (inc i#) (+ v# ~e)) v#)))",
    "swapping": "(defmacro swapping [a b] `(let [x# ~a] (set! ~a ~b) (set! ~b x#)))",
    "logged": "(defmacro logged [x & b] `(let [v# ~x] (try ~@b (finally (t [v#])))))",
}

# -- forms that hand their tail on ----------------------------------------------------------------


def make_do(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    effects = [g.effect(part) for part in g.split(size // 2, g.random.randint(1, 2))]
    return lst(g.pick(("do", "do", "begin")), *effects, g.expr(kind, size // 2, tail))


def make_if(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    test, then, other = g.split(size, 3)
    return lst("if", g.expr("bool", test), g.expr(kind, then, tail), g.expr(kind, other, tail))


def make_cond(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    parts = g.split(size, 5)
    rows = [
        (g.expr("bool", parts[0]), g.expr(kind, parts[1], tail)),
        (g.expr(g.pick(("bool", "maybe")), parts[2]), g.expr(kind, parts[3], tail)),
    ]
    last = g.expr(kind, parts[4], tail)
    if g.chance(0.3):
        return lst("cond", *[vec(*row) for row in rows], vec(":else", last))
    if g.chance(0.3):
        return lst("cond", *[lst(*row) for row in rows], lst("else", last))
    return lst("cond", *[item for row in rows for item in row], ":else", last)


def make_case(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    subject, first, second, third = g.split(size, 4)
    on = g.pick(("num", "kw", "maybe"))
    tests = {"num": ("0", lst("1", "2")), "kw": (":k", ":else"), "maybe": ("nil", "1")}[on]
    return lst(
        "case",
        g.expr(on, subject),
        tests[0],
        g.expr(kind, first, tail),
        tests[1],
        g.expr(kind, second, tail),
        g.expr(kind, third, tail),
    )


def make_let(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    saved = g.scope[:]
    pairs: list[tuple[Tree, Tree]] = []
    count = g.random.randint(1, 3)
    for part in g.split(size // 2, count):
        make_binding(g, pairs, part)
    body = [g.effect(size // 4)] if g.chance(0.3) else []
    body.append(g.expr(kind, size // 2, tail))
    g.scope = saved
    return lst("let", g.bindings(pairs), *body)


def make_binding(g: Generator, pairs: list[tuple[Tree, Tree]], size: int) -> None:
    """One binding: of a value, of a function, or a pattern."""
    roll = g.random.random()
    if roll < 0.5:
        kind = g.pick(("num", "num", "num", "arr", "map", "prom", "maybe", "obj", "bool", "dyn", "dyn"))
        value = g.expr(kind, size) if kind not in ("prom", "obj") else make_special(g, kind, size)
        name = g.name()
        pairs.append((name, value))
        g.bind(name, kind, kind not in ("prom", "obj"))
    elif roll < 0.7:
        fn, kind = g.function(max(3, size), g.random.randint(0, 2), short=g.chance(0.2))
        name = g.name()
        pairs.append((name, fn))
        g.bind(name, kind, False)
    elif roll < 0.87:
        array_pattern(g, pairs, size)
    else:
        map_pattern(g, pairs, size)


def make_special(g: Generator, kind: str, size: int) -> Tree:
    """Values that only a let binds: promises and objects with methods."""
    if kind == "obj":
        return g.object(size)
    made = g.call(size, asynchronous=True) if g.chance(0.5) else None
    return made or lst(g.pick(("p", "tp")), g.expr("num", size - 1))


def array_pattern(g: Generator, pairs: list[tuple[Tree, Tree]], size: int) -> None:
    source_size, default_size = g.split(size, 2)
    one, two, more, whole = g.distinct(4)
    exact = g.chance(0.5)
    if exact:
        source = vec(*g.exprs(["num"] * 3, source_size))
        if g.owner.may_await and g.chance(0.4):
            g.owner.awaits = True
            source = lst("await", lst("p", source))
    else:
        source = g.expr("arr", source_size)
    pattern: list[Tree] = []
    binds = []
    for name in (one, two):
        if exact and g.chance(0.7):
            pattern.append(name)
        else:
            pattern.append(lst(name, g.expr("num", default_size // 2)))
        binds.append((name, "num"))
    if g.chance(0.4):
        pattern += ["&", more]
        binds.append((more, "arr"))
    if g.chance(0.2):
        pattern += [":as", whole]
        binds.append((whole, "arr"))
    pairs.append((vec(*pattern), source))
    for name, kind in binds:
        g.bind(name, kind)


def map_pattern(g: Generator, pairs: list[tuple[Tree, Tree]], size: int) -> None:
    source_size, default_size = g.split(size, 2)
    source = g.expr("map", source_size)
    pattern: list[Tree] = ["{", ":keys", vec("a", "b")]
    binds = ["a", "b"]
    if g.chance(0.5):
        default = g.expr("num", default_size)
        pattern = ["{", ":keys", vec("a", "z"), ":or", ["{", "z", default]]
        binds = ["a", "z"]
    other = g.pick([name for name in NAMES if name not in binds])
    if g.chance(0.4):
        pattern += [other, ":b"]
        binds.append(other)
    pairs.append((pattern, source))
    for name in binds:
        g.bind(name, "num")


def make_try(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    body, handler, final = g.split(size, 3)
    form = lst("try")
    if g.chance(0.4):
        form.append(throwing(g, body // 2))
    form.append(g.expr(kind, body, tail))
    with_final = g.chance(0.5)
    if not with_final or g.chance(0.6):
        saved = g.scope[:]
        name = g.name()
        g.bind(name, "err", False)
        note = [lst("t", lst("ex-message", name))] if g.chance(0.4) else []
        form.append(lst("catch", name, *note, g.expr(kind, handler, tail)))
        g.scope = saved
    if with_final:
        form.append(lst("finally", g.effect(final)))
    return form


def throwing(g: Generator, size: int) -> Tree:
    """A form that throws, or may."""
    thrown = lst("throw", lst("error", g.message()))
    if g.owner.may_await and g.chance(0.4):
        g.owner.awaits = True
        thrown = lst("await", lst("p!", g.message()))
    return thrown if g.chance(0.4) else lst("when", g.expr("bool", size), thrown)


def make_when(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    """if-let, or `or` over a value that may be nil."""
    first, then, other = g.split(size, 3)
    test = g.expr("maybe", first)
    if g.chance(0.5) and kind == "num":
        return lst("or", test, g.expr(kind, then + other, tail))
    name = g.name()
    saved = g.scope[:]
    g.bind(name, "num")
    made = g.expr(kind, then, tail)
    g.scope = saved
    return lst("if-let", vec(name, test), made, g.expr(kind, other, tail))


# -- forms for any type ---------------------------------------------------------------------------


def make_iife(g: Generator, kind: Any, size: int) -> Tree:
    """A function called where it stands (its value is always a number)."""
    if kind != "num":
        return make_let(g, kind, size)
    fn, made = g.function(size // 2, g.random.randint(0, 2), may_await=g.owner.may_await, short=g.chance(0.2))
    count = g.random.randint(made.least, min(made.most, 3))
    form = lst(fn, *(g.exprs(["num"] * count, size // 2) if count else []))
    if made.awaits:
        g.owner.awaits = True
        return lst("await", form)
    return form


def make_set(g: Generator, kind: Any, size: int) -> Tree:
    found = [var for var in g.visible(lambda t: t == kind) if var.settable]
    if not found:
        return make_do(g, kind, size)
    return lst("set!", g.pick(found).name, g.expr(kind, size - 1))


def make_letfn(g: Generator, kind: Any, size: int) -> Tree:
    """Two functions that call each other, counting down."""
    saved, outer = g.scope[:], g.owner
    one, two, n, x = g.distinct(4)
    asynchronous = outer.may_await and g.chance(0.4)
    entries = []
    for own, other, part in ((one, two, size // 4), (two, one, size // 4)):
        g.scope = [*saved, *[make_var(one), make_var(two), make_var(n, "num"), make_var(x, "num")]]
        g.owner = Owner(asynchronous, False, outer.short)
        inner = lst(other, lst("dec", n), g.expr("num", part))
        done = g.expr("num", part // 2)
        if asynchronous:
            inner = lst("await", inner)
        step = lst(g.pick(("+", "do", "-")), lst("t", n), inner)
        shape = vec(n, x) if g.chance(0.5) else lst(n, x)
        entries.append(lst(own, shape, lst("if", lst("<", n, "1"), done, step)))
    g.owner = outer
    g.scope = [*saved, make_var(two), make_var(one)]
    call = lst(one, str(g.random.randint(0, 3)), g.expr("num", size // 4))
    if asynchronous:
        outer.awaits = True
        call = lst("await", call)
    body = g.expr(kind, size // 4) if kind != "num" else lst("+", call, g.expr("num", size // 4))
    g.scope = saved
    return lst("letfn", vec(*entries), *([] if kind == "num" else [call]), body)


def make_var(name: str, kind: Any = None) -> Any:

    return Var(name, kind, False)


def make_guarded(g: Generator, kind: Any, size: int) -> Tree:
    g.prelude["guarded"] = GUARDED
    return lst("guarded", g.expr(kind, size // 2), g.expr(kind, size // 2))
