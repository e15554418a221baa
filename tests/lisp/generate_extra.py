"""The rarer forms of the generator: match, local macros, classes, operators.

In: a Generator, a size. Out: trees. Each function makes one shape of form.
"""

from __future__ import annotations

from typing import Any

from generate_data import arithmetic
from generator import Generator, Owner, Tail, Tree, lst, vec


def matching(g: Generator, kind: Any, size: int, tail: Tail | None = None) -> Tree:
    """Clauses tried in order, some with a guard that has effects."""
    on = g.pick(("arr", "num", "map", "dyn"))
    subject = g.expr(on, size // 4)
    form = lst("match", subject)
    count = g.random.randint(1, 3)
    for part in g.split(size // 2, count):
        saved = g.scope[:]
        form.append(shape(g, on))
        if g.chance(0.35):
            form += [":when", g.expr("bool", part // 2)]
        form.append(g.expr(kind, part, tail))
        g.scope = saved
    form += [g.pick(("_", "_", g.name())), g.expr(kind, size // 4, tail) if tail is None else g.leaf(kind)]
    return form


def shape(g: Generator, on: str) -> Tree:
    """A pattern; its names are bound."""
    if on == "num" or (on == "dyn" and g.chance(0.4)):
        return g.pick(("0", "1", lst("or", "1", "2", "3"), ":k", "nil", '"s"'))
    one, two, more = g.distinct(3)
    if on == "map":
        pattern = ["{", ":a", one if g.chance(0.7) else "1", ":b", g.pick(("_", two))]
        for name in (one, two):
            if name in pattern:
                g.bind(name, "num")
        return pattern
    names = g.pick(([], [one], [one, two], [one, "0"]))
    for name in names:
        if name != "0" and on == "arr":
            g.bind(name, "num")
    if g.chance(0.4):
        if on == "arr":
            g.bind(more, "arr")
        return vec(*names, "&", more)
    return vec(*names)


def local_macro(g: Generator, size: int) -> Tree:
    """A macro whose template names a variable that is shadowed where the macro is used."""
    found = [var.name for var in g.visible(lambda t: t == "num") if var.name.isalnum()]
    if not found:
        return arithmetic(g, size)
    free = g.pick(found)
    arg = g.name()
    body = g.pick((lst("+", "e", free), lst("-", free, "e"), lst("let", vec(free, "e"), lst("+", free, free)),
                   lst("do", lst("set!", arg, "e"), free), lst("-", "e", lst("-", free, "e"))))  # fmt: skip
    if "set!" in str(body) or free == "e":
        body = lst("+", "e", free) if free != "e" else "e"
    rules = lst("syntax-rules", lst(), lst(lst("_", "e"), body))
    saved = g.scope[:]
    inner = g.expr("num", size // 3)
    g.bind(free, "num")
    use = lst("m1", g.expr("num", size // 3))
    rest = g.expr("num", size // 4)
    g.scope = saved
    return lst("let-syntax", lst(lst("m1", rules)), lst("let", vec(free, inner), lst("+", use, rest)))


def operators(g: Generator, size: int) -> Tree:
    """Operators of many precedences next to each other."""
    one, two = g.exprs(["num", "num"], size)
    small = lst("mod", one, "3")
    return g.pick(
        (
            lst("/", one, g.pick(("2", "4", "-2"))),
            lst("**", small, g.pick(("2", "3"))),
            lst("-", lst("**", small, "2")),
            lst("**", lst("-", small), "2"),
            lst("quot", one, g.pick(("2", "-3"))),
            lst("rem", one, g.pick(("2", "-3"))),
            lst(g.pick(("bit-and", "bit-or", "bit-xor")), lst("mod", one, "7"), lst("mod", two, "5")),
            lst("abs", one),
            lst("-", one, lst("-", two)),
            lst("-", lst("-", lst("-", one))),
            lst("*", lst("+", one, two), lst("-", two, lst("+", one, "1"))),
            lst("/", lst("*", one, "4"), lst("*", "2", "4")),
        )
    )


def quasi(g: Generator, size: int) -> Tree:
    """Data with holes; what is spliced is read before what follows is evaluated."""
    parts: list[Tree] = []
    for part in g.split(size, g.random.randint(1, 3)):
        roll = g.random.randint(0, 3)
        if roll == 0:
            parts.append("7")
        elif roll == 1:
            parts.append(lst("unquote-splicing", g.expr("arr", part)))
        else:
            parts.append(lst("unquote", g.expr("num", part)))
    return lst("quasiquote", vec(*parts))


def predicates(g: Generator, size: int) -> Tree:
    value = g.expr("dyn", size - 1)
    test = lst(g.pick(("number?", "string?", "true?", "false?", "some?", "nil?", "not")), value)
    return lst("not", test) if g.chance(0.3) else test


def noted(g: Generator, size: int) -> Tree:
    """A number of a known type (or not) whose evaluation shows in the log."""
    value = lst("t", g.expr("num", size // 2))
    return g.pick((lst("count", vec(value)), lst("mod", value, "3"), value, lst("quot", value, "2")))


def late_number(g: Generator, size: int) -> Tree:
    """Operands that a lowering may want to fix first, where they may not be evaluated at all."""
    inner = noted(g, size // 2)
    late = g.pick(
        (
            lst("-", inner),
            lst("inc", inner),
            lst("+", inner, g.leaf("num")),
            lst("+", noted(g, size // 3), inner),
            lst("if", late_test(g, size // 2), "1", "2"),
            lst("*", inner, lst("-", g.expr("num", size // 3))),
            lst("max", inner, "1"),
        )
    )
    head = g.pick(("or", "and", "if"))
    if head == "if":
        return lst("if", g.expr("bool", size // 4), *g.random.sample([late, g.leaf("num")], 2))
    return lst(head, g.leaf("maybe" if head == "or" else "num"), late)


def late_test(g: Generator, size: int) -> Tree:
    """A comparison of several operands behind another test."""
    late = lst(
        g.pick(("<", "<=", "=", ">")), *[g.pick((g.leaf("num"), noted(g, size // 3))) for _ in range(3)]
    )
    return lst(
        g.pick(("and", "or")), g.pick((g.leaf("bool"), g.expr("bool", size // 3), g.leaf("maybe"))), late
    )


# -- classes --------------------------------------------------------------------------------------

CLASS = "C0"


def class_form(g: Generator, size: int) -> list[Tree]:
    """A class with a field, a constructor, a method that may await, a getter; perhaps one that extends it."""
    saved, outer = g.scope[:], g.owner
    g.bind("this", "this", False)
    parts = g.split(size, 5)
    g.owner = Owner(False)
    members: list[Tree] = [lst("field", "w", g.expr("num", parts[0] // 2))]
    x, y = g.distinct(2)
    g.bind(x, "num")
    first = [g.effect(parts[1])] if g.chance(0.5) else []
    members.append(
        lst("constructor", vec(x), *first, lst("set!", lst(".", "this", "v"), g.expr("num", parts[1])))
    )
    g.scope = [*saved, g.bind("this", "this", False)]
    g.bind(y, "num")
    g.owner = Owner(False)
    members.append(lst("m", vec(y), *g.bodies(parts[2])))
    g.owner = Owner(True)
    members.append(lst("am", vec(y), lst("await", lst("p", "1")), *g.bodies(parts[3])))
    g.scope = [*saved, g.bind("this", "this", False)]
    g.owner = Owner(False)
    members.append(lst("get", "g", vec(), *g.bodies(parts[4])))
    g.scope, g.owner = saved, outer
    forms = [lst("defclass", CLASS, *members)]
    g.bind(CLASS, "class", False)
    return forms


def this_form(g: Generator, size: int) -> Tree:
    """`this`, where there is one; in closures too."""
    if not g.visible(lambda t: t == "this"):
        return instance_form(g, size)
    read = g.pick((lst(".", "this", "v"), lst(".", "this", "w"), "this.v", lst(".-w", "this")))
    roll = g.random.randint(0, 3)
    if roll == 0:
        return lst("set!", lst(".", "this", g.pick(("v", "w"))), g.expr("num", size - 1))
    if roll == 1:
        return lst(lst("fn", vec("q"), lst("+", "q", read)), g.expr("num", size - 1))
    if roll == 2:
        return lst("+", read, g.expr("num", size - 1), read)
    return read


def instance_form(g: Generator, size: int) -> Tree:
    if not g.visible(lambda t: t == "class") or g.visible(lambda t: t == "this"):
        return arithmetic(g, size)
    made = lst("new", CLASS, g.expr("num", size // 3))
    arg = g.expr("num", size // 3)
    if g.owner.may_await and g.chance(0.4):
        g.owner.awaits = True
        return lst("await", g.pick((lst(".am", made, arg), lst(".", made, lst("am", arg)))))
    name = "ob"
    return g.pick(
        (
            lst(".m", made, arg),
            lst(".", made, "g"),
            lst(".", made, lst("m", arg)),
            lst("let", vec(name, made), lst("+", lst(".m", name, arg), f"{name}.g", lst(".", name, "v"))),
            lst(
                "let",
                vec(name, made),
                lst("set!", lst(".", name, "v"), arg),
                lst("-", f"{name}.v", f"{name}.g"),
            ),
        )
    )


EXTRA: dict[str, list[Any]] = {
    "num": [
        late_number,
        late_number,
        local_macro,
        local_macro,
        operators,
        operators,
        operators,
        this_form,
        this_form,
        instance_form,
        instance_form,
    ],
    "bool": [predicates, predicates, late_test],
    "arr": [quasi, quasi],
}
