"""Definitions of macros: defmacro define-syntax let-syntax letrec-syntax for-macros.

In: a form. Out: `Nothing` (the macro is entered in the world), or the body of let-syntax.
"""

from __future__ import annotations

from .analyzer import Analyzer
from .forms import (
    Form,
    List,
    Map,
    Str,
    Symbol,
    Vector,
)
from .nodes import Frame, Node, Nothing
from .scope import Macro, Scope
from .special_core import special
from .special_def import meta_of
from .special_fn import build_fn, clauses_of
from .syntax_rules import syntax_rules


@special("defmacro")
def defmacro(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 3:
        raise an.fail(
            "arity", form, "defmacro needs a name, parameters and a body", "(defmacro twice [x] `(do ~x ~x))"
        )
    name, _ = meta_of(an, items[1])
    if an.frame.kind != "top":
        raise an.fail(
            "macro-here", form, "defmacro inside a function", "define it at the top level, or use let-syntax"
        )
    an.world.check_binder(name, defining=True)
    rest = items[2:]
    doc = None
    if isinstance(rest[0], Str) and len(rest) > 1:
        doc, rest = rest[0].value, rest[1:]
    if isinstance(rest[0], Map) and len(rest) > 1:
        rest = rest[1:]
    clauses = clauses_of(an, rest, form)
    saved = an.frame, an.loop, an.locals
    an.frame, an.loop, an.locals = Frame(None, name.name, kind="top", macro_time=True), None, []
    fn = build_fn(an, clauses, form, Scope(scope), name.name)
    made = an.locals
    an.frame, an.loop, an.locals = saved
    if fn.frame.has_await:
        raise an.fail(
            "macro-await",
            form,
            f"the macro {name.name} awaits while expanding",
            "put the await into the template: `(await ~x)",
        )
    js = an.world.compile_function(an, fn, made)
    arglists = " ".join([name.name] + [_shown(params) for params, _ in clauses])
    arities: list[tuple[int, int | None]] = [
        (arity.required, None if arity.rest is not None else len(arity.params)) for arity in fn.arities
    ]
    an.world.define_macro(
        an, name, an.world.hosted.define(name.name, js, form, doc, f"({arglists})", arities)
    )
    return Nothing(form.span)


def _shown(params: Form) -> str:
    return params.span.text if params.span is not None else "[..]"


@special("define-syntax", "defsyntax")
def define_syntax(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    if len(form.items) != 3 or not isinstance(form.items[1], Symbol):
        raise an.fail(
            "arity",
            form,
            "define-syntax takes a name and syntax-rules",
            "(define-syntax name (syntax-rules () ..))",
        )
    name = form.items[1]
    an.world.check_binder(name, defining=True)
    an.world.define_macro(an, name, transformer(an, name.name, form.items[2], scope))
    return Nothing(form.span)


def transformer(an: Analyzer, name: str, form: Form, scope: Scope) -> Macro:
    """The macro that a `(syntax-rules ..)` form (or the name of a macro) stands for."""
    if isinstance(form, Symbol):
        meaning = an.world.resolve(form, scope)
        if isinstance(meaning, Macro):
            return meaning
    if (
        isinstance(form, List)
        and form.items
        and isinstance(form.items[0], Symbol)
        and form.items[0].name == "syntax-rules"
    ):
        return syntax_rules(an, name, form, scope)
    raise an.fail(
        "bad-syntax", form, "a macro is defined by syntax-rules", "(syntax-rules () ((_ x) template) ..)"
    )


@special("let-syntax", "letrec-syntax")
def let_syntax(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 2 or not isinstance(items[1], (List, Vector)):
        raise an.fail(
            "arity",
            form,
            "let-syntax needs a list of macros",
            "(let-syntax ((name (syntax-rules () ..))) body ..)",
        )
    recursive = isinstance(items[0], Symbol) and items[0].name == "letrec-syntax"
    entries = list(items[1].items)
    if isinstance(items[1], Vector):
        pairs = [(entries[at], entries[at + 1]) for at in range(0, len(entries) - 1, 2)]
    else:
        pairs = []
        for entry in entries:
            if not isinstance(entry, (List, Vector)) or len(entry.items) != 2:
                raise an.fail("bad-syntax", entry, "a local macro is (name (syntax-rules ..))")
            pairs.append((entry.items[0], entry.items[1]))
    inner = Scope(scope)
    for name, rules in pairs:
        if not isinstance(name, Symbol):
            raise an.fail("bad-name", name, "a macro needs a name")
        an.world.check_binder(name)
        macro = transformer(an, name.name, rules, inner if recursive else scope)
        inner.table[(name.name, name.marks) if name.marks else name.name] = macro
    return an.body(items[2:], inner, tail, form.span)


@special("for-macros", "begin-for-syntax")
def for_macros(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """Definitions that macros of this file use: run in the macro host, and part of the program too."""
    an.world.for_macros(an, form, scope)
    return an.body(form.items[1:], scope, tail, form.span)
