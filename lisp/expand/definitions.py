"""Definitions of macros: defmacro define-syntax let-syntax letrec-syntax for-macros.

In: a form. Out: `Nothing` (the macro is entered in the world), or the body of let-syntax.
"""

from __future__ import annotations

from ..analyze.analyzer import Analyzer
from ..analyze.rules import special
from ..analyze.scope import Macro, Scope
from ..analyze.special.functions import build_fn, clauses_of
from ..analyze.special.imports import defined_names
from ..analyze.special.shapes import name_of
from ..forms import Form, List, Map, Str, Symbol, Vector
from ..nodes import Frame, Local, Node, Nothing
from .host_macros import HostMacros
from .syntax_rules import syntax_rules


@special("defmacro")
def defmacro(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    items = form.items
    if len(items) < 3:
        raise an.fail(
            "arity", form, "defmacro needs a name, parameters and a body", "(defmacro twice [x] `(do ~x ~x))"
        )
    name = name_of(an, items[1])
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
    made: list[Local] = []
    with an.inside(frame=Frame(None, name.name, kind="top"), loop=None, locals=made, references=[]):
        fn = build_fn(an, clauses, form, Scope(scope), name.name)
        check_host_references(an, f"the macro {name.name}")
    if fn.frame.has_await:
        raise an.fail(
            "macro-await",
            form,
            f"the macro {name.name} awaits while expanding",
            "put the await into the template: `(await ~x)",
        )
    js = an.world.compile_js(fn, made, set(an.used))
    arglists = " ".join([name.name] + [_shown(params) for params, _ in clauses])
    arities: list[tuple[int, int | None]] = [
        (arity.required, None if arity.rest is not None else len(arity.params)) for arity in fn.arities
    ]
    hosted = HostMacros(an.world)
    an.world.define_macro(an, name, hosted.define(name.name, js, form, doc, f"({arglists})", arities))
    return Nothing(form.span)


def check_host_references(an: Analyzer, who: str) -> None:
    """Compiled ahead of time, what runs in the host can only use what (for-macros ..) has put there."""
    world = an.world
    for known, symbol in an.references or ():
        if world.ahead and known.ahead and known.js not in world.in_host:
            raise an.fail(
                "not-for-macros",
                symbol,
                f"{who} uses {symbol.name}, which does not exist yet when the file is compiled",
                f"put its definition into (for-macros ..), above {who.removeprefix('the ')}",
            )


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
        inner.bind(name, macro)
    return an.body(items[2:], inner, tail, form.span)


@special("for-macros", "begin-for-syntax")
def for_macros(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """Definitions that macros of this file use: run in the macro host, and part of the program too.

    In a session there is nothing to do: definitions and macros live in the same Node.
    """
    if an.world.ahead:
        if an.frame.kind != "top":
            raise an.fail("macro-here", form, "for-macros inside a function", "write it at the top level")
        for item in form.items[1:]:
            for declared in defined_names(item):  # definitions of one block may call each other
                table = an.world.namespace.globals
                known = table.setdefault(declared.name, an.world.new_global(declared.name))
                an.world.in_host[known.js] = True
        for item in form.items[1:]:
            run_in_host(an, item, scope)
    return an.body(form.items[1:], scope, tail, form.span)


def run_in_host(an: Analyzer, form: Form, scope: Scope) -> None:
    """Compile a definition on its own and run it where macros run."""
    world = an.world
    inner = Analyzer(world, an.work)
    inner.references = []
    node = inner.form(form, scope, False)
    for name in inner.defined:
        if name in world.namespace.globals:
            world.in_host[world.namespace.globals[name].js] = True
    check_host_references(inner, "for-macros")
    if inner.frame.has_await:
        raise an.fail("macro-await", form, "for-macros cannot await", "macros run while the file is compiled")
    if type(node) is not Nothing:
        HostMacros(world).run(world.compile_js(node, inner.locals, inner.used), form)
