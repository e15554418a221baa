"""Forms of the generator that give a value of one type, and those made for their effects.

In: a Generator, a size. Out: trees. Each function makes one shape of form.
"""

from __future__ import annotations

from generate_forms import MACROS, make_set, throwing
from generator import Generator, Go, Tree, lst, vec

# -- numbers --------------------------------------------------------------------------------------


def arithmetic(g: Generator, size: int) -> Tree:
    op = g.pick(("+", "+", "-", "*", "max", "min"))
    return lst(op, *g.exprs(["num"] * g.random.randint(2, 4), size))


def read_write_read(g: Generator, size: int) -> Tree:
    """A variable read before and after it is assigned, in one argument list."""
    found = [var for var in g.visible(lambda t: t == "num") if var.settable]
    if not found:
        return arithmetic(g, size)
    name = g.pick(found).name
    middle = lst("set!", name, g.expr("num", size // 2))
    if g.chance(0.5):
        middle = lst("do", middle, g.expr("num", size // 2))
    items = [name, middle, name]
    if g.chance(0.4):
        items.insert(g.random.randint(0, 3), g.expr("num", size // 3))
    return lst(g.pick(("+", "-", "*", "+")), *items)


def step(g: Generator, size: int) -> Tree:
    return lst(g.pick(("inc", "dec", "-", "identity")), g.expr("num", size - 1))


def modulo(g: Generator, size: int) -> Tree:
    return lst("mod", g.expr("num", size - 1), g.pick(("2", "3", "7")))


def call_sync(g: Generator, size: int) -> Tree:
    return g.call(size, asynchronous=False) or arithmetic(g, size)


def go_call(g: Generator, size: int) -> Tree:
    """A named let called from anywhere in its body."""
    found = g.visible(lambda t: isinstance(t, Go) and t.owner is g.owner and g.sees(t.counter))
    if not found:
        return arithmetic(g, size)
    go = found[0]
    args = g.exprs(["num"] * go.type.extra, size) if go.type.extra else []
    return lst(go.name, lst("inc", go.type.counter.name), *args)


def read_map(g: Generator, size: int) -> Tree:
    key = g.pick(("a", "b"))
    form = g.expr("map", size - 1)
    shapes = [
        lst(".", form, key), lst(f":{key}", form), lst("get", form, f":{key}"), lst(f".-{key}", form),
        lst(".", form, vec(f'"{key}"')), lst("get", form, ":zz", g.expr("num", size // 3)),
    ]  # fmt: skip
    if isinstance(form, str):
        shapes.append(f"{form}.{key}")
    return g.pick(shapes)


def method_call(g: Generator, size: int) -> Tree:
    found = g.visible(lambda t: t == "obj")
    if not found:
        return arithmetic(g, size)
    owner = g.pick(found).name
    arg = g.expr("num", size // 2)
    if g.chance(0.3):
        saved = g.scope[:]
        fn, _ = g.function(size // 2, 1, may_await=False)
        g.scope = saved
        arg = lst("do", lst("set!", lst(".", owner, "m"), fn), arg)
    held: Tree = lst("do", lst("t", ":owner"), owner) if g.chance(0.2) else owner
    shapes = [
        lst(".m", held, arg),
        lst(".", held, lst("m", arg)),
        lst(lst(".", held, "m"), arg),
        lst(f"{owner}.m", arg),
    ]
    return g.pick(shapes)


def read_array(g: Generator, size: int) -> Tree:
    form = g.expr("arr", size // 2)
    roll = g.random.randint(0, 3)
    if roll == 0:
        return lst("count", form)
    if roll == 1:
        return lst("nth", form, g.pick(("0", "1", "2")), g.expr("num", size // 3))
    if roll == 2:
        return lst("reduce", g.pick(("+", "*", "max")), g.expr("num", size // 3), form)
    saved = g.scope[:]
    fn, _ = g.function(size // 2, 2, may_await=False)
    g.scope = saved
    return lst("reduce", fn, g.expr("num", size // 4), form)


def thread(g: Generator, size: int) -> Tree:
    steps: list[Tree] = []
    for part in g.split(size // 2, g.random.randint(1, 3)):
        if g.owner.may_await and g.chance(0.3):
            g.owner.awaits = True
            steps += ["p", "await"]
        else:
            steps.append(g.pick(("inc", "t", lst("+", g.expr("num", part)), lst("-", g.expr("num", part)))))
    return lst(g.pick(("->", "->>")), g.expr("num", size // 2), *steps)


def thread_as(g: Generator, size: int) -> Tree:
    saved = g.scope[:]
    first = g.expr("num", size // 3)
    name = g.name()
    g.bind(name, "num")
    steps = g.exprs(["num"] * 2, size // 2)
    g.scope = saved
    return lst("as->", first, name, *steps)


def set_place(g: Generator, size: int) -> Tree:
    found = g.visible(lambda t: t == "map")
    if not found:
        return arithmetic(g, size)
    owner: Tree = g.pick(found).name
    if g.chance(0.3):
        owner = lst("do", g.effect(size // 3), owner)
    if isinstance(owner, str) and g.chance(0.3):
        return lst("set!", f"{owner}.b", g.expr("num", size // 2))
    place = g.pick((lst(".", owner, "a"), lst(".-b", owner), lst(".", owner, vec('"a"'))))
    return lst("set!", place, g.expr("num", size // 2))


def concurrent(g: Generator, size: int) -> Tree:
    """Tasks that run at once and read and write the same variable."""
    if not g.owner.may_await or size < 6:
        return arithmetic(g, size)
    saved = g.scope[:]
    shared, task = g.distinct(2)
    pairs: list[tuple[Tree, Tree]] = [(shared, g.expr("num", size // 6))]
    g.bind(shared, "num")
    fn, made = g.function(size // 2, 1)
    pairs.append((task, fn))
    g.bind(task, made, False)
    calls = [lst(task, g.expr("num", size // 6)) for _ in range(g.random.randint(2, 3))]
    g.scope = saved
    g.owner.awaits = True
    return lst("let", g.bindings(pairs), lst("conj", lst("await", lst("all", vec(*calls))), shared))


def lost_update(g: Generator, size: int) -> Tree:
    return (
        lst("reduce", g.pick(("+", "-")), "0", concurrent(g, size))
        if g.owner.may_await and size >= 6
        else arithmetic(g, size)
    )


def twice(g: Generator, size: int) -> Tree:
    kind = g.pick(("twice", "later", "my-or", "looped", "swapping"))
    if kind == "later" and not g.owner.may_await:
        kind = "twice"
    g.prelude[kind] = MACROS[kind]
    if kind == "later":
        g.owner.awaits = True
    if kind == "my-or":
        return lst(kind, *g.exprs(["maybe", "num"], size))
    if kind == "looped":
        return lst(kind, g.pick(("2", "3")), g.expr("num", size // 2)) if g.loops < 2 else arithmetic(g, size)
    if kind == "swapping":
        found = [var.name for var in g.visible(lambda t: t == "num") if var.settable]
        if len(found) < 2:
            return arithmetic(g, size)
        one, two = g.random.sample(found, 2)
        return lst("do", lst(kind, one, two), lst("-", one, two))
    return lst(kind, g.expr("num", size - 1))


# -- the other types ------------------------------------------------------------------------------


def compare(g: Generator, size: int) -> Tree:
    return lst(g.pick(("<", "<=", "=", ">")), *g.exprs(["num"] * g.pick((2, 2, 3, 3)), size))


def same(g: Generator, size: int) -> Tree:
    kind = g.pick(("arr", "map", "kw", "str", "maybe", "dyn", "dyn"))
    return lst(g.pick(("=", "not=")), *g.exprs([kind, kind], size))


def negate(g: Generator, size: int) -> Tree:
    return lst(g.pick(("not", "nil?")), g.expr(g.pick(("bool", "maybe", "dyn")), size - 1))


def both(g: Generator, size: int) -> Tree:
    return lst(g.pick(("and", "or")), *g.exprs(["bool"] * g.random.randint(2, 3), size))


def join(g: Generator, size: int) -> Tree:
    return lst(
        "str", *g.exprs([g.pick(("str", "num", "maybe")) for _ in range(g.random.randint(1, 3))], size)
    )


def fstring(g: Generator, size: int) -> Tree:
    one, two = g.exprs([g.pick(("num", "str")), "num"], size)
    return ['f"', "s", one, "-", two]


def literal(g: Generator, size: int) -> Tree:
    return vec(*g.exprs(["num"] * g.random.randint(1, 4), size))


def comprehension(g: Generator, size: int) -> Tree:
    if g.loops >= 2:
        return literal(g, size)
    saved = g.scope[:]
    g.loops += 1
    clauses = iteration(g, size)
    body = g.expr("num", size // 2)
    g.scope = saved
    g.loops -= 1
    return lst("for", clauses, body)


def iteration(g: Generator, size: int) -> Tree:
    """The sources and modifiers of for and doseq."""
    name = g.name()
    clauses: list[Tree] = [name, g.expr("arr", size // 3)]
    g.bind(name, "num")
    for _ in range(g.random.randint(0, 2)):
        roll = g.random.randint(0, 3)
        if roll == 0:
            other = g.name()
            clauses += [":let", vec(other, g.expr("num", size // 4))]
            g.bind(other, "num")
        elif roll == 1:
            clauses += [":when", g.expr("bool", size // 4)]
        elif roll == 2:
            clauses += [":while", g.expr("bool", size // 4)]
        else:
            other = g.name()
            clauses += [other, g.expr("arr", size // 4)]
            g.bind(other, "num")
    return vec(*clauses)


def map_array(g: Generator, size: int) -> Tree:
    saved = g.scope[:]
    fn, _ = g.function(size // 2, 1, may_await=False, short=g.chance(0.3))
    g.scope = saved
    return lst("map", fn, g.expr("arr", size // 2))


def conj(g: Generator, size: int) -> Tree:
    return lst("conj", *g.exprs(["arr", "num"], size))


def tail_of(g: Generator, size: int) -> Tree:
    return lst(g.pick(("rest", "vec")), g.expr("arr", size - 1))


def doto(g: Generator, size: int) -> Tree:
    return lst(
        "doto", literal(g, size // 2), lst("push!", g.expr("num", size // 3)), lst(".push", g.expr("num", 1))
    )


def map_literal(g: Generator, size: int) -> Tree:
    one, two = g.split(size, 2)
    first: Tree = lst("do", g.effect(one // 3), '"a"') if g.chance(0.3) else g.pick((":a", '"a"'))
    return ["{", first, g.expr("num", one), ":b", g.expr("num", two)]


def associate(g: Generator, size: int) -> Tree:
    return lst("assoc", g.expr("map", size // 2), g.pick((":a", ":b")), g.expr("num", size // 2))


def when(g: Generator, size: int) -> Tree:
    return lst(g.pick(("when", "unless")), g.expr("bool", size // 2), g.expr("num", size // 2))


def lookup(g: Generator, size: int) -> Tree:
    return lst("get", g.expr("map", size - 1), g.pick((":a", ":zz")))


def some_thread(g: Generator, size: int) -> Tree:
    return lst("some->", g.expr("maybe", size // 2), lst("+", g.expr("num", size // 2)), "inc")


def when_let(g: Generator, size: int) -> Tree:
    name = g.name()
    test = g.expr("maybe", size // 2)
    saved = g.scope[:]
    g.bind(name, "num")
    body = g.expr("num", size // 2)
    g.scope = saved
    return lst("when-let", vec(name, test), body)


# -- effects --------------------------------------------------------------------------------------


def note(g: Generator, size: int) -> Tree:
    return lst("t", g.expr(g.pick(("num", "num", "kw", "arr", "map", "bool")), size - 1))


def assign(g: Generator, size: int) -> Tree:
    return make_set(g, g.pick(("num", "num", "arr", "dyn", "dyn")), min(size, 6))


def wait(g: Generator, size: int) -> Tree:
    return g.awaited("num", size) if g.owner.may_await else note(g, size)


def doseq(g: Generator, size: int) -> Tree:
    if g.loops >= 2 or size < 3:
        return note(g, size)
    saved = g.scope[:]
    g.loops += 1
    if g.chance(0.5):
        made = lst("doseq", iteration(g, size // 2), g.effect(size // 2))
    else:
        name = g.name()
        limit = g.pick(("2", lst("t", "2"), lst("inc", "1")))
        g.bind(name, "num", g.chance(0.1))
        made = lst("dotimes", vec(name, limit), g.effect(size // 2))
    g.scope = saved
    g.loops -= 1
    return made


def push(g: Generator, size: int) -> Tree:
    found = g.visible(lambda t: t == "arr")
    if not found or g.loops:
        return note(g, size)
    return lst("push!", g.pick(found).name, g.expr("num", size - 1))


def maybe_throw(g: Generator, size: int) -> Tree:
    return throwing(g, size) if g.chance(0.3) else note(g, size)
