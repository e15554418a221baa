"""Random programs in the core of the Lisp, for the differential tests.

In: a seed. Out: `program(seed)`, a list of top-level forms as trees; `text_of` writes them.
"""

from __future__ import annotations

from typing import Any

from generate_data import (
    arithmetic,
    assign,
    associate,
    both,
    call_sync,
    compare,
    comprehension,
    conj,
    doseq,
    doto,
    fstring,
    go_call,
    join,
    literal,
    lookup,
    lost_update,
    map_array,
    map_literal,
    maybe_throw,
    method_call,
    modulo,
    negate,
    note,
    push,
    read_array,
    read_map,
    read_write_read,
    same,
    set_place,
    some_thread,
    step,
    tail_of,
    thread,
    thread_as,
    twice,
    wait,
    when,
    when_let,
)
from generate_extra import EXTRA, class_form, matching
from generate_forms import (
    DEFMACROS,
    make_case,
    make_cond,
    make_do,
    make_guarded,
    make_if,
    make_iife,
    make_let,
    make_letfn,
    make_set,
    make_special,
    make_try,
    make_when,
)
from generate_loops import closures, loop, while_
from generate_more import MORE, give, statement
from generator import Generator, Owner, Tables, Tree, lst, text_of, vec

TAIL = [matching, make_do, make_if, make_cond, make_case, make_let, make_let, make_try, make_try, make_when]
ANY = [
    matching,
    make_do,
    make_if,
    make_cond,
    make_case,
    make_let,
    make_let,
    make_let,
    make_try,
    make_when,
    make_iife,
    make_set,
    make_letfn,
    make_guarded,
    lambda g, kind, size: loop(g, kind, size),
    lambda g, kind, size: loop(g, kind, size),
    lambda g, kind, size: while_(g, kind, size),
]
BY_TYPE: dict[str, list[Any]] = {
    "num": [
        arithmetic,
        arithmetic,
        arithmetic,
        read_write_read,
        read_write_read,
        step,
        modulo,
        call_sync,
        call_sync,
        call_sync,
        go_call,
        go_call,
        read_map,
        method_call,
        method_call,
        read_array,
        thread,
        thread_as,
        set_place,
        twice,
        twice,
        lost_update,
    ],
    "bool": [compare, compare, same, negate, both, both],
    "str": [join, fstring],
    "kw": [lambda g, size: lst("if", g.expr("bool", size // 2), ":k", g.expr("kw", size // 2))],
    "arr": [
        literal,
        literal,
        comprehension,
        comprehension,
        map_array,
        conj,
        tail_of,
        doto,
        lambda g, size: closures(g, size),
        lambda g, size: closures(g, size),
    ],
    "map": [map_literal, map_literal, associate],
    "maybe": [when, lookup, some_thread, when_let],
    "prom": [lambda g, size: make_special(g, "prom", size)],
    "obj": [lambda g, size: g.object(size)],
    "fns": [lambda g, size: lst("conj", g.expr("fns", 1), g.thunk(max(2, size // 2)))],
}
EFFECTS = [
    note,
    note,
    note,
    assign,
    assign,
    wait,
    wait,
    doseq,
    push,
    maybe_throw,
    lambda g, size: set_place(g, size),
]


for kind, forms in (*MORE.items(), *EXTRA.items()):
    BY_TYPE[kind] += forms
EFFECTS += [give, give, statement, statement, statement]
TABLES = Tables(TAIL, ANY, BY_TYPE, EFFECTS)


# Globals that look like JavaScript's, or like core functions that programs of ours do not call.
GLOBALS = ("g0", "g1", "last", "Map", "Math", "process", "module", "name", "second", "x", "length")


def program(seed: int) -> list[Tree]:
    """The top-level forms of one program: macros, definitions, and a last form that shows much."""
    g = Generator(seed, TABLES)
    size = g.pick((6, 10, 14, 20, 20, 30, 30, 45)) if g.chance(0.97) else 80
    forms: list[Tree] = []
    if g.chance(0.12):
        forms += class_form(g, size // 2)
    for number in range(g.pick((0, 0, 1, 2, 3))):
        g.owner = Owner()
        roll = g.random.random()
        if roll < 0.3:
            name = g.pick(GLOBALS)
            value = lst("def", name, g.expr("num", size // 3))
            forms.append(value if g.chance(0.8) else lst("do", g.effect(size // 4), value))
            g.bind(name, "num")
            continue
        name = f"h{number}" if g.chance(0.85) else f"h{max(0, number - 1)}"
        saved = g.scope[:]
        shared = None
        if roll < 0.45:
            shared = (g.name(), g.expr("num", size // 4))
            g.bind(shared[0], "num")
        fn, kind = g.function(size // 2, g.random.randint(0, 2))
        g.scope = saved
        shape = fn[2:] if fn[1] in ("fn", "lambda") and fn[0] == "(" else None
        form = lst("defn", name, *shape) if shape else lst("def", name, fn)
        forms.append(form if shared is None else lst("let", vec(*shared), form))
        g.bind(name, kind, False)
    g.owner = Owner()
    last = [g.expr("any", part) for part in g.split(size, g.random.randint(1, 3))]
    names = [var.name for var in g.visible(lambda t: t in ("num", "arr"))]
    forms.append(vec(*last, *names) if len(last) > 1 or names else last[0])
    macros = g.prelude
    if g.chance(0.3):
        macros = {name: DEFMACROS.get(name) or rules for name, rules in macros.items()}
    return [*macros.values(), *forms]


__all__ = ["program", "text_of"]
