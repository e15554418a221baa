"""Loops of the generator: loop, named let, while, and closures made in them.

In: a Generator, a size. Out: trees. A counter that nothing else assigns ends each of them.
"""

from __future__ import annotations

from typing import Any

from generator import NAMES, Generator, Go, Tail, Tree, lst, vec


def loop(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    if g.loops >= 2 or size < 4:
        return g.leaf(kind)
    named = g.chance(0.2)
    saved = g.scope[:]
    g.loops += 1
    names = g.distinct(4)
    extra = g.pick((0, 1, 1, 2, 2, 3)) if kind != "fns" else 1
    kinds = [kind] + [g.pick(("num", "num", "dyn", "maybe")) for _ in range(extra - 1)] if extra else []
    parts = g.split(size, extra + 2)
    pairs: list[tuple[Tree, Tree]] = [(names[0], "0")]
    inits = []
    for name, one, part in zip(names[1:], kinds, parts, strict=False):
        inits.append(g.leaf(one) if named else g.expr(one, part // 2))
        if not named:
            g.bind(name, one)
        pairs.append((name, inits[-1]))
    g.scope = saved[:]
    counter = g.bind(names[0], "num", False)
    for name, one in zip(names[1:], kinds, strict=False):
        g.bind(name, one)
    go = None
    if named:
        go = "go"
        g.bind("go", Go(extra, counter, g.owner), False)
    may_yield, g.owner.may_yield = g.owner.may_yield, g.owner.may_yield and not named
    inner = g.expr(kind, max(3, size - 3), Tail(counter, tuple(kinds), go))
    if named:
        g.scope.pop()
    exit_ = names[1] if extra and g.chance(0.7) and kinds[0] == kind else g.expr(kind, parts[-1] // 2)
    test = lst("<", names[0], str(g.random.randint(1, 3)))
    if g.owner.may_await and g.chance(0.3):
        g.owner.awaits = True
        test = lst("await", lst("p", test))
    body = lst("if", test, inner, exit_) if g.chance(0.8) else lst("cond", test, inner, ":else", exit_)
    effects = [g.effect(2)] if g.chance(0.25) else []
    g.owner.may_yield = may_yield
    g.scope = saved
    g.loops -= 1
    head = ["let", "go"] if named else ["loop"]
    return lst(*head, g.bindings(pairs), *effects, body)


def while_(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    if g.loops >= 2 or size < 4:
        return g.leaf(kind)
    saved = g.scope[:]
    g.loops += 1
    name = g.name()
    g.bind(name, "num", False)
    test: Tree = lst("<", name, str(g.random.randint(1, 3)))
    if g.owner.may_await and g.chance(0.3):
        g.owner.awaits = True
        test = lst("await", lst("p", test))
    body = [g.effect(size // 2)]
    step = lst("set!", name, lst("inc", name))
    body = [*body, step] if g.chance(0.7) else [step, *body]
    last = g.expr(kind, size // 4)
    g.scope = saved
    g.loops -= 1
    return lst("let", g.bindings([(name, "0")]), lst("while", test, *body), last)


def closures(g: Generator, size: int) -> Tree:
    """Closures made in a loop and called after it."""
    saved, outer = g.scope[:], g.owner
    g.loops += 1
    kind = g.random.randint(0, 3)
    name, other = g.distinct(2)
    if kind == 0:
        made = loop(g, "fns", size)
    elif kind == 1:
        source = g.expr("arr", size // 3)
        g.bind(name, "num")
        body = maybe_after_effect(g, g.thunk(size // 2), size // 3)
        made = lst("for", vec(name, source), body)
    elif kind == 2:
        g.bind(other, "fns", False)
        g.bind(name, "num", g.chance(0.1))
        push = lst("push!", other, g.thunk(size // 2))
        made = lst("let", vec(other, vec()), lst("dotimes", vec(name, "2"), g.effect(size // 4), push), other)
    else:
        counter, inner = name, other
        fs = next(n for n in NAMES if n not in (name, other))
        g.bind(fs, "fns", False)
        g.bind(counter, "num", False)
        init = g.expr("num", size // 4)
        g.bind(inner, "num")
        push = lst("push!", fs, g.thunk(size // 2))
        after = g.effect(size // 4)
        made = lst(
            "let", g.bindings([(fs, vec()), (counter, "0")]),
            lst("while", lst("<", counter, "2"), lst("let", vec(inner, init), push, after),
                lst("set!", counter, lst("inc", counter))), fs,
        )  # fmt: skip
    g.scope, g.owner = saved, outer
    g.loops -= 1
    return lst("map", lst("fn", vec("k"), lst("k")), made)


def maybe_after_effect(g: Generator, tree: Tree, size: int) -> Tree:
    return lst("do", g.effect(size), tree) if g.chance(0.5) else tree


def effect_loop(g: Generator, size: int) -> Tree:
    """A loop whose value is nil."""
    if g.loops >= 2:
        return "nil"
    name = g.name()
    saved = g.scope[:]
    g.loops += 1
    g.bind(name, "num", False)
    body = g.effect(size // 2)
    g.scope = saved
    g.loops -= 1
    return lst("dotimes", vec(name, "2"), body)
