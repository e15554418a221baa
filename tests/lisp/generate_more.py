"""More forms of the generator: odd places for throws, computed and reassigned callees, values that change
type, parameters that are patterns, hygiene.

In: a Generator, a size. Out: trees. Each function makes one shape of form.
"""

from __future__ import annotations

from typing import Any

from generate_data import arithmetic, assign, literal, note, wait
from generate_forms import GUARDED, MACROS
from generate_loops import effect_loop
from generator import FnType, Generator, Owner, Tail, Tree, Var, lst, vec


def throw_inside(g: Generator, size: int) -> Tree:
    """A throw in an argument list, where a value would stand."""
    items = g.exprs(["num"] * g.random.randint(1, 2), size)
    thrown = lst("throw", lst("error", g.message()))
    if g.chance(0.5):
        thrown = lst("if", g.expr("bool", size // 4), thrown, g.expr("num", size // 4))
    items.insert(g.random.randint(0, len(items)), thrown)
    return lst("+", *items)


def truth_of_any(g: Generator, size: int) -> Tree:
    test, then, other = g.split(size, 3)
    head = g.pick(("if", "if-not"))
    return lst(head, g.expr("dyn", test), g.expr("num", then), g.expr("num", other))


def logic_of_numbers(g: Generator, size: int) -> Tree:
    """Every number is truthy, 0 too."""
    return lst(g.pick(("and", "or")), *g.exprs(["num"] * g.random.randint(2, 3), size))


def computed_callee(g: Generator, size: int) -> Tree:
    """The callee is a form of its own, and may be assigned while the arguments are evaluated."""
    found = g.visible(lambda t: isinstance(t, FnType) and not t.awaits and t.least == 1)
    if not found:
        return arithmetic(g, size)
    fn = g.pick(found)
    head: Tree = fn.name
    arg = g.expr("num", size // 3)
    if g.chance(0.6):
        head = lst("do", g.effect(size // 4), head)
    if g.chance(0.3):
        head = lst("if", g.expr("bool", size // 4), head, lst("fn", vec("q"), lst("-", "q")))
    if g.chance(0.5) and fn.settable is not None and not fn.name.startswith("h"):
        other, kind = g.function(max(2, size // 3), 1, may_await=False)
        if kind.most >= fn.type.most:
            arg = lst("do", lst("set!", fn.name, other), arg)
    return lst(head, arg)


def recursion(g: Generator, size: int) -> Tree:
    """A function that calls itself, not only in its tail."""
    saved, outer, loops = g.scope[:], g.owner, g.loops
    own, n, x = g.distinct(3)
    asynchronous = outer.may_await and g.chance(0.5)
    g.owner = Owner(asynchronous, False, outer.short)
    g.scope = [*saved, Var(own, None, False), Var(n, "num", False), Var(x, "num")]
    g.loops = 2
    inner: Tree = lst(own, lst("dec", n), g.expr("num", size // 5))
    if asynchronous:
        inner = lst("await", inner)
    parts = [g.expr("num", size // 6), inner, g.expr("num", size // 6)]
    done = g.expr("num", size // 6)
    body = lst("if", lst("<", n, "1"), done, lst(g.pick(("+", "-")), *parts))
    g.scope, g.owner, g.loops = saved, outer, loops
    shape = vec(n, x) if g.chance(0.5) else lst(n, x)
    call = lst(lst("fn", own, shape, body), str(g.random.randint(0, 3)), g.expr("num", size // 4))
    if asynchronous:
        outer.awaits = True
        return lst("await", call)
    return call


def pattern_parameters(g: Generator, size: int) -> Tree:
    """A function whose parameters are patterns, called where it stands."""
    saved, outer = g.scope[:], g.owner
    second = g.exprs(["num"] * g.random.randint(0, 1), size // 4)
    g.owner = Owner(outer.may_await, False, outer.short)
    one, two, three, rest = g.distinct(4)
    first = vec(one, lst(two, g.expr("num", size // 6)))
    g.bind(one, "num")
    g.bind(two, "num")
    params: list[Tree] = [first]
    args = [vec("4", *second)]
    if g.chance(0.5):
        params.append(["{", ":keys", vec("a", "z"), ":or", ["{", "z", g.expr("num", size // 6)]])
        g.bind("a", "num")
        g.bind("z", "num")
        args.append(["{", ":a", "5"] if g.chance(0.5) else ["{", ":a", "5", ":z", "6"])
    if g.chance(0.3):
        params += ["&", vec(lst(three, g.expr("num", size // 6)), "&", rest)]
        g.bind(three, "num")
        g.bind(rest, "arr")
        args += ["7"] * g.random.randint(0, 2)
    body = g.bodies(size // 2)
    awaits = g.owner.awaits
    g.scope, g.owner = saved, outer
    call = lst(lst("fn", vec(*params), *body), *args)
    if awaits:
        g.owner.awaits = True
        return lst("await", call)
    return call


def pattern_loop(g: Generator, size: int) -> Tree:
    """A loop with a pattern among its variables, and inits that see earlier ones."""
    if g.loops >= 2:
        return arithmetic(g, size)
    saved = g.scope[:]
    g.loops += 1
    counter, one, two, later = g.distinct(4)
    pairs: list[tuple[Tree, Tree]] = [(counter, "0")]
    count = g.bind(counter, "num", False)
    pairs.append((vec(one, lst(two, g.expr("num", size // 6))), vec(*g.exprs(["num"], size // 6))))
    g.bind(one, "num")
    g.bind(two, "num")
    pairs.append((later, lst("+", one, two)))
    g.bind(later, "num")
    step = lst("recur", lst("inc", counter), vec(*g.exprs(["num"] * 2, size // 4)), g.expr("num", size // 4))
    body: Tree = lst("if", lst("<", counter, "2"), step, lst("+", one, two, later))
    if g.chance(0.5):
        body = lst("try", body, lst("finally", g.effect(size // 5)))
    elif g.sees(count):
        body = lst("let", vec("th", g.thunk(size // 4)), body)
    g.scope = saved
    g.loops -= 1
    return lst("loop", g.bindings(pairs), body)


def changing_type(g: Generator, size: int) -> Tree:
    """A variable that holds a number first and something else later; its value is compared."""
    if g.loops >= 2:
        return lst("=", *g.exprs(["dyn", "dyn"], size))
    saved = g.scope[:]
    name, other = g.distinct(2)
    g.bind(name, "dyn")
    change: Tree = lst("set!", name, g.expr("dyn", size // 3))
    if g.chance(0.4):
        change = lst("let", vec(other, lst("fn", vec(), change)), lst(other))
    elif g.chance(0.3):
        change = lst("dotimes", vec(other, "2"), change)
    test = lst(g.pick(("=", "not=", "=")), name, g.expr("dyn", size // 3))
    g.scope = saved
    return lst("let", g.bindings([(name, g.pick(("0", "1", '"s"', "true")))]), change, test)


def changing_loop(g: Generator, size: int) -> Tree:
    """The same for a variable of a loop."""
    saved = g.scope[:]
    i, value = g.distinct(2)
    counter = g.bind(i, "num", False)
    g.bind(value, "dyn")
    g.loops += 1
    step = g.recur(Tail(counter, ("dyn",)), size // 2)
    test = lst("=", value, g.expr("dyn", size // 3))
    g.scope = saved
    g.loops -= 1
    first = g.pick(("0", "1", '""', "nil"))
    return lst("loop", g.bindings([(i, "0"), (value, first)]), lst("if", lst("<", i, "2"), step, test))


def nothing(g: Generator, size: int) -> Tree:
    """Forms whose value is nil."""
    roll = g.random.randint(0, 4)
    if roll == 0:
        return lst("do")
    if roll == 1:
        return lst("when", g.expr("bool", size - 1))
    if roll == 2:
        return lst("let", vec(g.name(), g.expr("num", size - 1)))
    if roll == 3:
        return lst("if", g.expr("bool", size // 2), g.expr("num", size // 2))
    return effect_loop(g, size)


def cond_thread(g: Generator, size: int) -> Tree:
    value, test, step = g.exprs(["num", "bool", "num"], size)
    other = g.expr("bool", size // 4)
    return lst("cond->", value, test, lst("+", step), other, "inc")


def shadowed(g: Generator, size: int) -> Tree:
    """A macro used where everything its template needs is bound to something else."""
    found = [v.name for v in g.visible(lambda t: t == "num")]
    one, two = (g.pick(found), g.pick(found)) if found else ("1", "2")
    kind = g.pick(("twice", "my-or", "later", "looped", "guarded"))
    if kind == "later" and not g.owner.may_await:
        kind = "twice"
    g.prelude[kind] = GUARDED if kind == "guarded" else MACROS[kind]
    names = {
        "twice": ("let", "+", "x"), "my-or": ("let", "if", "x"), "later": ("let", "tp", "x"),
        "looped": ("loop", "recur", "if", "inc", "+", "acc"), "guarded": ("try", "catch", "t", "ex-message"),
    }[kind]  # fmt: skip
    names = tuple(name for name in names if name not in (one, two))
    if kind == "later":
        g.owner.awaits = True
    args = {"twice": (one,), "later": (one,), "looped": ("2", one)}.get(kind, (one, two))
    binds = [item for name in names if g.chance(0.6) for item in (name, g.pick(("100", "nil", "[]")))]
    return lst("let", vec(*binds), lst(kind, *args))


def pairs_comprehension(g: Generator, size: int) -> Tree:
    """Sources whose items are taken apart."""
    if g.loops >= 2:
        return literal(g, size)
    saved = g.scope[:]
    g.loops += 1
    one, two, other = g.distinct(3)
    source = vec(*[vec(*g.exprs(["num"] * g.pick((1, 2)), size // 6)) for _ in range(2)])
    clauses: list[Tree] = [vec(one, lst(two, g.expr("num", size // 6))), source]
    g.bind(one, "num")
    g.bind(two, "num")
    if g.chance(0.5):
        clauses += [":let", vec(vec(other), vec(g.expr("num", size // 6)))]
        g.bind(other, "num")
    if g.chance(0.3):
        clauses += [g.pick((":when", ":while")), g.expr("bool", size // 5)]
    body = g.expr("num", size // 3)
    g.scope = saved
    g.loops -= 1
    return lst("for", vec(*clauses), body)


def give(g: Generator, size: int) -> Tree:
    """A yield, where the function is a generator."""
    if not g.owner.may_yield:
        return g.pick((wait, note, assign))(g, size)
    return lst("yield", g.expr("num", size - 1))


def give_number(g: Generator, size: int) -> Tree:
    """Yields between other evaluations."""
    if not g.owner.may_yield:
        return arithmetic(g, size)
    return lst("+", g.expr("num", size // 3), lst("do", give(g, size // 3), g.expr("num", size // 3)))


def generated(g: Generator, size: int) -> Tree:
    """A generator function, walked where it stands."""
    if g.loops >= 2 or size < 5:
        return literal(g, size)
    saved, outer, loops = g.scope[:], g.owner, g.loops
    g.owner = Owner(outer.may_await and g.chance(0.4), False, outer.short, True)
    name = g.name()
    g.bind(name, "num")
    body = [g.effect(part) for part in g.split(size // 2, g.random.randint(1, 2))]
    last = lst("yield", g.expr("num", size // 6))
    if g.chance(0.4):
        last = lst("try", *body, last, lst("finally", g.effect(size // 6)))
        body = []
    elif g.chance(0.3):
        last = lst("doseq", vec(g.pick(("q", "x")), "[1 2]"), last)
    made = g.owner
    g.scope, g.owner, g.loops = saved[:], outer, loops + 1
    call = lst(lst("fn", vec(name), *body, last), g.expr("num", size // 6))
    item = g.name()
    clauses: list[Tree] = [item, call]
    g.bind(item, "num")
    if made.awaits:
        outer.awaits = True
        clauses.insert(0, ":await")
    if g.chance(0.4):
        clauses += [g.pick((":while", ":when")), g.expr("bool", size // 6)]
    form = lst("for", vec(*clauses), g.expr("num", size // 5))
    g.scope, g.loops = saved, loops
    return form


def collected(g: Generator, size: int) -> Tree:
    """Closures over the parameters of a function that recurs to itself."""
    if g.loops >= 2:
        return literal(g, size)
    saved, outer, loops = g.scope[:], g.owner, g.loops
    n, fs = g.distinct(2)
    g.owner = Owner(False, False, outer.short)
    counter = g.bind(n, "num", False)
    g.bind(fs, "fns", False)
    g.loops += 1
    body = lst("if", lst("<", n, "1"), fs, g.expr("fns", size // 2, Tail(counter, ("fns",), "down")))
    g.scope, g.owner, g.loops = saved, outer, loops
    return lst("map", lst("fn", vec("k"), lst("k")), lst(lst("fn", vec(n, fs), body), "2", vec()))


def with_macro(g: Generator, size: int) -> Tree:
    """Macros with ellipses, some of them recursive."""
    kind = g.pick(tuple(MORE_MACROS))
    g.prelude[kind] = MORE_MACROS[kind]
    if kind == "my-and":
        return lst(kind, *g.exprs(["num"] * g.random.randint(1, 3), size))
    if kind == "logged":
        return lst(kind, *g.exprs(["num"] * g.random.randint(2, 3), size))
    if kind == "chosen":
        test, then, other = g.split(size, 3)
        return lst(kind, g.expr("bool", test), "then", g.expr("num", then), "else", g.expr("num", other))
    saved = g.scope[:]
    names = [g.name() for _ in range(g.random.randint(1, 3))] if kind == "lets" else g.distinct(2)
    binds = []
    for name, part in zip(names, g.split(size // 2, len(names)), strict=True):
        binds.append(lst(name, g.expr("num", part)))
        if kind == "lets":
            g.bind(name, "num")
    if kind == "called":
        outer = g.owner
        g.owner = Owner(False, False, outer.short)
        for name in names:
            g.bind(name, "num")
        body = g.bodies(size // 2)
        g.owner = outer
    else:
        body = [g.expr("num", size // 2)]
    g.scope = saved
    return lst(kind, lst(*binds), *body)


MORE_MACROS = {
    "my-and": "(define-syntax my-and (syntax-rules () ((_ e) e) ((_ e r ...) (if e (my-and r ...) false))))",
    "logged": "(define-syntax logged (syntax-rules () "
    "((_ x b ...) (let ((v x)) (try b ... (finally (t [v]))))))) ",
    "chosen": "(define-syntax chosen (syntax-rules (then else) ((_ c then a else b) (if c a b))))",
    "lets": "(define-syntax lets (syntax-rules () "
    "((_ () b) b) ((_ ((n v) r ...) b) (let ((n v)) (lets (r ...) b)))))",
    "called": "(define-syntax called (syntax-rules () ((_ ((n v) ...) b ...) ((fn (n ...) b ...) v ...))))",
}


def set_computed(g: Generator, size: int) -> Tree:
    """A property whose name is computed, of an object that is computed."""
    owner, key, value = g.split(size, 3)
    place = lst(".", g.expr("map", owner), vec(lst("do", g.effect(key), g.pick(('"a"', '"b"')))))
    if g.chance(0.3):
        return place
    return lst("set!", place, g.expr("num", value))


def statement(g: Generator, size: int) -> Tree:
    """Any form, for nothing but its effects."""
    return g.expr(g.pick(("num", "num", "arr", "bool", "maybe", "dyn", "map")), size)


def typed_catch(g: Generator, size: int) -> Tree:
    """Clauses tried in order; not only errors are thrown."""
    body, first, second = g.split(size, 3)
    kind = g.pick(("Error", "TypeError", "RangeError"))
    thrown: Tree = lst("throw", lst("new", kind, g.message()))
    if g.chance(0.3):
        thrown = lst("throw", g.pick(("5", ":k", "nil", "[1]")))
    if g.chance(0.5):
        thrown = lst("when", g.expr("bool", body // 3), thrown)
    name = g.name()
    saved = g.scope[:]
    g.bind(name, "err", False)
    one = lst("catch", g.pick(("TypeError", "RangeError", "Error")), name, lst("t", lst("ex-message", name)),
              g.expr("num", first))  # fmt: skip
    g.scope = saved
    form = lst("try", thrown, g.expr("num", body), one)
    if g.chance(0.6):
        form.append(lst("catch", "_", g.expr("num", second)))
    if g.chance(0.4):
        form.append(lst("finally", g.effect(second)))
    return form


def deep_pattern(g: Generator, size: int) -> Tree:
    """Patterns in patterns."""
    saved = g.scope[:]
    one, two, three = g.distinct(3)
    parts = g.split(size // 2, 4)
    source = vec(vec(*g.exprs(["num"] * g.pick((1, 2)), parts[0])), ["{", ":b", vec(g.expr("num", parts[1]))])
    inner = vec(one, lst(two, g.expr("num", parts[2])))
    g.bind(one, "num")
    g.bind(two, "num")
    keyed = ["{", vec(lst(three, g.expr("num", parts[3]))), ":b"]
    g.bind(three, "num")
    pairs: list[tuple[Tree, Tree]] = [(vec(inner, keyed), source)]
    body = g.expr("num", size // 2)
    g.scope = saved
    return lst("let", g.bindings(pairs), body)


def tasks_in_loop(g: Generator, size: int) -> Tree:
    """Async closures started in a loop, all at once; each keeps the variables of its iteration."""
    if not g.owner.may_await or g.loops >= 2:
        return literal(g, size)
    saved, outer = g.scope[:], g.owner
    g.loops += 1
    name, other = g.distinct(2)
    source = g.expr("arr", size // 4)
    g.bind(name, "num")
    inner: list[Tree] = []
    if g.chance(0.5):
        inner = [":let", vec(other, g.expr("num", size // 5))]
        g.bind(other, "num")
    g.owner = Owner(True, False, outer.short)
    body = [lst("await", lst("p", g.expr("num", 1))), *g.bodies(size // 2)]
    g.owner = outer
    g.scope = saved
    g.loops -= 1
    outer.awaits = True
    start = lst(lst("fn", vec(), *body))
    if g.chance(0.5):
        return lst("await", lst("all", lst("for", vec(name, source, *inner), start)))
    walk = lst("doseq", vec(name, source, *inner), lst("push!", "tasks", start))
    return lst("let", vec("tasks", vec()), walk, lst("await", lst("all", "tasks")))


MORE: dict[str, list[Any]] = {
    "num": [throw_inside, truth_of_any, logic_of_numbers,
            computed_callee, computed_callee,
            recursion, give_number, give_number, with_macro, with_macro, set_computed,
            pattern_parameters, pattern_parameters, pattern_loop, pattern_loop, cond_thread, shadowed,
            typed_catch, typed_catch, deep_pattern],
    "bool": [changing_type, changing_type, changing_loop],
    "maybe": [nothing, nothing],
    "arr": [tasks_in_loop, tasks_in_loop, pairs_comprehension, generated, generated, generated, collected],
}  # fmt: skip
