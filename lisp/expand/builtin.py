"""The built-in macros: when unless cond -> ->> some-> as-> cond-> doto if-let when-let and the like.

In: a call. Out: the form it stands for. The symbols they insert are marked as the core's, so a program may
bind `if` or `let` itself; their temporaries are fresh. All work iteratively on long argument lists.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ..analyze.analyzer import Analyzer
from ..analyze.scope import CORE_MARK, Macro, Scope
from ..errors import LispError
from ..forms import Const, Form, Keyword, List, Number, Span, Str, Symbol, Vector

Step = TypeVar("Step")

MACROS: dict[str, Macro] = {}
Expander = Callable[[Analyzer, List], Form]


def auxiliary(an: Analyzer, form: Form, name: str, scope: Scope) -> bool:
    """Is `form` the auxiliary keyword (`else`, `=>`), not a variable of that name?"""
    return isinstance(form, Symbol) and form.name == name and an.world.resolve(form, scope) is None


def macro(name: str, arglists: str, doc: str) -> Callable[[Expander], Expander]:
    def register(expand: Expander) -> Expander:
        def run(an: Analyzer, form: List, scope: Scope) -> Form:
            return expand(an, form)

        MACROS[name] = Macro(name, "builtin", run, doc, arglists)
        return expand

    return register


def core(name: str, span: Span | None) -> Symbol:
    return Symbol(name, span, (CORE_MARK,))


def call(name: str, span: Span | None, *args: Form) -> List:
    return List((core(name, span), *args), span)


def body(forms: tuple[Form, ...], span: Span | None) -> Form:
    return forms[0] if len(forms) == 1 else List((core("do", span), *forms), span)


def arity(form: List, low: int, shape: str) -> None:
    if len(form.items) <= low:
        name = form.items[0].name if isinstance(form.items[0], Symbol) else "macro"
        raise LispError("arity", form.span, f"{name} needs more arguments", f"write {shape}")


@macro("when", "(when test body ..)", "The body's value if the test holds, else nil.")
def when(an: Analyzer, form: List) -> Form:
    arity(form, 1, "(when test body ..)")
    return call("if", form.span, form.items[1], body(form.items[2:], form.span))


@macro("unless", "(unless test body ..)", "The body's value if the test does not hold, else nil.")
def unless(an: Analyzer, form: List) -> Form:
    arity(form, 1, "(unless test body ..)")
    test = call("not", form.items[1].span, form.items[1])
    return call("if", form.span, test, body(form.items[2:], form.span))


MACROS["when-not"] = Macro(
    "when-not", "builtin", MACROS["unless"].expand, MACROS["unless"].doc, "(when-not test body ..)"
)


@macro("if-not", "(if-not test then else)", "`if` with the branches swapped.")
def if_not(an: Analyzer, form: List) -> Form:
    arity(form, 2, "(if-not test then else)")
    return call("if", form.span, call("not", form.span, form.items[1]), *form.items[2:])


def cond(an: Analyzer, form: List, scope: Scope) -> Form:
    args = form.items[1:]
    clauses: list[tuple[Form, tuple[Form, ...], Span | None]] = []
    last = args[-1] if args else None
    bracketed = bool(args) and all(isinstance(arg, Vector) for arg in args)
    ends_with_else = (
        isinstance(last, List) and bool(last.items) and auxiliary(an, last.items[0], "else", scope)
    )
    odd_lists = len(args) % 2 == 1 and all(isinstance(arg, List) for arg in args)
    if bracketed or ends_with_else or odd_lists:
        for arg in args:
            assert isinstance(arg, (List, Vector)) or ends_with_else
            if not isinstance(arg, (List, Vector)) or not arg.items:
                raise LispError(
                    "bad-clause", arg.span, "not a clause", "(cond [test value ..] .. [else value])"
                )
            clauses.append((arg.items[0], arg.items[1:], arg.span))
    else:
        if len(args) % 2:
            raise LispError(
                "odd-clauses", args[-1].span, "cond test without a value", "(cond test value .. :else value)"
            )
        clauses = [(args[at], (args[at + 1],), args[at].span) for at in range(0, len(args), 2)]
    made: Form = Const(None, form.span)
    for test, values, span in reversed(clauses):
        if auxiliary(an, test, "else", scope) or (isinstance(test, Keyword) and test.name == "else"):
            made = body(values, span) if values else Const(None, span)
        elif not values:
            made = call("or", span, test, made)
        elif len(values) == 2 and auxiliary(an, values[0], "=>", scope):
            name = an.world.fresh("t", span)
            then = List((values[1], name), span)
            made = call("let", span, Vector((name, test), span), call("if", span, name, then, made))
        else:
            made = call("if", span, test, body(values, span), made)
    return made


MACROS["cond"] = Macro(
    "cond", "builtin", cond, "The value after the first test that holds. Clauses may be bracketed.",
    "(cond test value .. :else value)",
)  # fmt: skip


def thread(form: Form, value: Form, last: bool) -> Form:
    """One step of `->` or `->>`."""
    if isinstance(form, List) and form.items:
        if last:
            return List((*form.items, value), form.span)
        return List((form.items[0], value, *form.items[1:]), form.span)
    return List((form, value), form.span)


@macro("->", "(-> x form ..)", "x threaded through the forms as first argument.")
def arrow(an: Analyzer, form: List) -> Form:
    arity(form, 1, "(-> x (f a) g)")
    value = form.items[1]
    for step in form.items[2:]:
        value = thread(step, value, False)
    return value


@macro("->>", "(->> x form ..)", "x threaded through the forms as last argument.")
def arrows(an: Analyzer, form: List) -> Form:
    arity(form, 1, "(->> xs (map f) (filter g))")
    value = form.items[1]
    for step in form.items[2:]:
        value = thread(step, value, True)
    return value


def some_thread(an: Analyzer, form: List, last: bool) -> Form:
    arity(form, 1, "(some-> x f g)")
    span = form.span

    def pass_on(step: Form, name: Symbol) -> Form:
        return call("if", step.span, call("nil?", span, name), Const(None, span), thread(step, name, last))

    return through_names(an, form, form.items[2:], pass_on)


def through_names(
    an: Analyzer, form: List, steps: Sequence[Step], pass_on: Callable[[Step, Symbol], Form]
) -> Form:
    """The first argument, then what each step makes of the value before it, which has a fresh name."""
    span = form.span
    bindings: list[Form] = []
    value: Form = form.items[1]
    for step in steps:
        name = an.world.fresh("x", span)
        bindings += [name, value]
        value = pass_on(step, name)
    return call("let", span, Vector(tuple(bindings), span), value) if bindings else value


@macro("some->", "(some-> x form ..)", "`->` that stops at nil.")
def some_arrow(an: Analyzer, form: List) -> Form:
    return some_thread(an, form, False)


@macro("some->>", "(some->> x form ..)", "`->>` that stops at nil.")
def some_arrows(an: Analyzer, form: List) -> Form:
    return some_thread(an, form, True)


@macro("as->", "(as-> x name form ..)", "x threaded through the forms under a name.")
def as_arrow(an: Analyzer, form: List) -> Form:
    arity(form, 2, "(as-> x name form ..)")
    span = form.span
    name = form.items[2]
    bindings: list[Form] = [name, form.items[1]]
    steps = form.items[3:]
    if not steps:
        return call("let", span, Vector(tuple(bindings), span), name)
    for step in steps[:-1]:
        bindings += [name, step]
    return call("let", span, Vector(tuple(bindings), span), steps[-1])


def cond_thread(an: Analyzer, form: List, last: bool) -> Form:
    arity(form, 1, "(cond-> x test form ..)")
    pairs = form.items[2:]
    if len(pairs) % 2:
        raise LispError(
            "odd-clauses", pairs[-1].span, "cond-> test without a form", "(cond-> x test form ..)"
        )

    def pass_on(pair: tuple[Form, Form], name: Symbol) -> Form:
        test, step = pair
        return call("if", test.span, test, thread(step, name, last), name)

    return through_names(an, form, list(zip(pairs[::2], pairs[1::2], strict=True)), pass_on)


@macro("cond->", "(cond-> x test form ..)", "x threaded through the forms whose test holds.")
def cond_arrow(an: Analyzer, form: List) -> Form:
    return cond_thread(an, form, False)


@macro("cond->>", "(cond->> x test form ..)", "As cond->, as last argument.")
def cond_arrows(an: Analyzer, form: List) -> Form:
    return cond_thread(an, form, True)


@macro("doto", "(doto x form ..)", "Runs the forms with x as first argument, returns x.")
def doto(an: Analyzer, form: List) -> Form:
    arity(form, 1, "(doto x (f a) ..)")
    span = form.span
    name = an.world.fresh("it", span)
    steps = tuple([thread(step, name, False) for step in form.items[2:]])
    return call("let", span, Vector((name, form.items[1]), span), *steps, name)


def binding_of(form: List, shape: str) -> tuple[Form, Form]:
    """The one (pattern, value) of if-let and when-let, in either style."""
    arity(form, 1, shape)
    binding = form.items[1]
    items = binding.items if isinstance(binding, (Vector, List)) else ()
    if isinstance(binding, List) and len(items) == 1 and isinstance(items[0], (List, Vector)):
        items = items[0].items
    if len(items) != 2:
        raise LispError(
            "binding-style", binding.span, "one name and one value are expected", f"write {shape}"
        )
    return items[0], items[1]


def let_test(an: Analyzer, form: List, test: str | None, shape: str, then: Form, other: Form | None) -> Form:
    span = form.span
    pattern, value = binding_of(form, shape)
    name = pattern if isinstance(pattern, Symbol) and other is None else an.world.fresh("v", span)
    condition: Form = name if test is None else call(test, span, name)
    inner = then if name is pattern else call("let", span, Vector((pattern, name), span), then)
    branches = (inner,) if other is None else (inner, other)
    return call("let", span, Vector((name, value), span), call("if", span, condition, *branches))


@macro("if-let", "(if-let [name value] then else)", "Binds the value in `then` if it is truthy.")
def if_let(an: Analyzer, form: List) -> Form:
    arity(form, 2, "(if-let [x value] then else)")
    return let_test(
        an,
        form,
        None,
        "(if-let [x value] then else)",
        form.items[2],
        form.items[3] if len(form.items) > 3 else None,
    )


@macro("when-let", "(when-let [name value] body ..)", "Binds the value and runs the body if it is truthy.")
def when_let(an: Analyzer, form: List) -> Form:
    return let_test(an, form, None, "(when-let [x value] body ..)", body(form.items[2:], form.span), None)


@macro(
    "pfor",
    "(pfor [x xs option ..] body ..)",
    "A promise of what the body gives for each item, as `pmap` with the same options (:on pool, :chunk n).",
)
def pfor(an: Analyzer, form: List) -> Form:
    arity(form, 2, "(pfor [x xs] body ..)")
    span, binding = form.span, form.items[1]
    items = binding.items if isinstance(binding, Vector) else ()
    if len(items) < 2 or len(items) % 2:
        raise LispError(
            "binding-style",
            binding.span,
            "a name, its items, and options in pairs are expected",
            "write (pfor [x xs :on :processes] body ..)",
        )
    for name in items[2::2]:
        if not isinstance(name, Keyword):
            raise LispError(
                "binding-style",
                name.span,
                "pfor goes through the items of one sequence; options follow it",
                "write (pfor [[x y] (for [x xs y ys] [x y])] body ..)",
            )
    each = call("fn", span, Vector((items[0],), items[0].span), body(form.items[2:], span))
    return call("pmap", span, each, *items[1:])


@macro("if-some", "(if-some [name value] then else)", "As if-let, for anything but nil.")
def if_some(an: Analyzer, form: List) -> Form:
    arity(form, 2, "(if-some [x value] then else)")
    return let_test(
        an,
        form,
        "some?",
        "(if-some [x value] then else)",
        form.items[2],
        form.items[3] if len(form.items) > 3 else None,
    )


@macro("when-some", "(when-some [name value] body ..)", "As when-let, for anything but nil.")
def when_some(an: Analyzer, form: List) -> Form:
    return let_test(an, form, "some?", "(when-some [x value] body ..)", body(form.items[2:], form.span), None)


@macro("when-first", "(when-first [x xs] body ..)", "Binds the first item if there is one.")
def when_first(an: Analyzer, form: List) -> Form:
    span = form.span
    pattern, value = binding_of(form, "(when-first [x xs] body ..)")
    name = an.world.fresh("xs", span)
    inner = call("let", span, Vector((pattern, call("first", span, name)), span), *form.items[2:])
    return call("let", span, Vector((name, call("seq", span, value)), span), call("when", span, name, inner))


@macro("time", "(time expr)", "Prints how long the expression took, returns its value.")
def time(an: Analyzer, form: List) -> Form:
    arity(form, 1, "(time expr)")
    span = form.span
    start, value = an.world.fresh("start", span), an.world.fresh("value", span)
    now = List((Symbol("performance.now", span),), span)
    took = List((Symbol(".toFixed", span), call("-", span, now, start), Number(3, "3", span)), span)
    report = call("println", span, Str("Elapsed:", span), call("str", span, took, Str(" ms", span)))
    bindings = Vector((start, now, value, body(form.items[1:], span)), span)
    return call("let", span, bindings, report, value)


@macro("assert", "(assert test message)", "Throws unless the test holds.")
def assert_(an: Analyzer, form: List) -> Form:
    from ..layout.write import write_form  # late: a start should not wait for the writer

    arity(form, 1, "(assert test message)")
    span = form.span
    shown = Str("assertion failed: " + write_form(form.items[1]), span)
    message: Form = form.items[2] if len(form.items) > 2 else shown
    return call("unless", span, form.items[1], call("throw", span, call("error", span, message)))


@macro(
    "condp",
    "(condp pred expr test value .. default)",
    "The value after the first test with (pred test expr); after `:>>`, a function of what that gave.",
)
def condp(an: Analyzer, form: List) -> Form:
    arity(form, 2, "(condp = x 1 :one 2 :two :other)")
    span = form.span
    pred, value = an.world.fresh("pred", span), an.world.fresh("value", span)
    args = list(form.items[3:])
    clauses: list[tuple[Form, Form | None, Form]] = []  # test, value or None, value or function
    while len(args) > 1:
        takes = 3 if args[1] == Keyword(">>") and len(args) > 2 else 2
        clauses.append((args[0], None if takes == 3 else args[1], args[takes - 1]))
        del args[:takes]
    made: Form = args[0] if args else call(
        "throw", span, call("error", span, Str("condp: no clause matches", span))
    )  # fmt: skip
    for wanted, answer, last in reversed(clauses):
        at = wanted.span
        test = List((form.items[1] if isinstance(form.items[1], Symbol) else pred, wanted, value), at)
        if answer is not None:
            made = call("if", at, test, answer, made)
        else:
            found = an.world.fresh("found", at)
            chosen = call("if", at, found, List((last, found), last.span), made)
            made = call("let", at, Vector((found, test), at), chosen)
    bindings: tuple[Form, ...] = (value, form.items[2])
    if not isinstance(form.items[1], Symbol):
        bindings = (pred, form.items[1], *bindings)
    return call("let", span, Vector(bindings, span), made)
