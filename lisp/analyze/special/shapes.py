"""The shapes of a definition: what it names, its docstring, and the form of its value.

In: `(def name doc? value)`, `(define (f x) ..)`, `(defn f doc? [x] ..)`. Out: a `Definition`.
"""

from __future__ import annotations

from ...forms import Form, List, Map, Span, Str, Symbol, Vector, plain
from ...records import Record
from ..analyzer import Analyzer


class Definition(Record):
    """`target` is a symbol or a pattern; `source` is None where no value is given."""

    __slots__ = ("doc", "source", "span", "target")
    __match_args__ = ("span", "target", "doc", "source")

    def __init__(self, span: Span | None, target: Form, doc: str | None, source: Form | None) -> None:
        self.span = span
        self.target = target
        self.doc = doc
        self.source = source


def definition_of(an: Analyzer, form: List) -> Definition:
    """The parts of a definition. Raises LispError for a shape that is none."""
    head = form.items[0]
    word = head.name if isinstance(head, Symbol) else "def"
    if word in ("defn", "defn-"):
        return defn_parts(an, form)
    if word == "define" and len(form.items) > 1 and isinstance(form.items[1], List):
        first, *params = form.items[1].items or (None,)
        if first is not None and not (isinstance(first, Symbol) and first.name == "with-meta*"):
            rest = List(tuple(params), form.items[1].span)
            return defn_parts(an, List((head, first, rest, *form.items[2:]), form.span))
    return def_parts(an, form)


def def_parts(an: Analyzer, form: List) -> Definition:
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, "def needs a name", "(def name value)")
    pattern = plain(items[1])
    if isinstance(pattern, (Vector, Map)):
        if len(items) != 3:
            raise an.fail("arity", form, "a pattern needs one value to take apart", "(def [a b] value)")
        return Definition(form.span, pattern, None, items[2])
    name = name_of(an, items[1])
    if len(items) == 4 and isinstance(items[2], Str):
        return Definition(form.span, name, items[2].value, items[3])
    if len(items) > 3:
        raise an.fail("arity", items[3], "def takes one value", "(def name value); several forms: (do ..)")
    return Definition(form.span, name, None, items[2] if len(items) == 3 else None)


def defn_parts(an: Analyzer, form: List) -> Definition:
    items = form.items
    if len(items) < 3:
        raise an.fail("arity", form, "defn needs a name, parameters and a body", "(defn f [x] ..)")
    name = name_of(an, items[1])
    rest = items[2:]
    doc = None
    if len(rest) > 1 and isinstance(rest[0], Str):
        doc, rest = rest[0].value, rest[1:]
    if len(rest) > 1 and isinstance(rest[0], Map):
        rest = rest[1:]
    if doc is None and len(rest) > 2 and isinstance(rest[0], (List, Vector)) and isinstance(rest[1], Str):
        doc, rest = rest[1].value, (rest[0], *rest[2:])
    return Definition(form.span, name, doc, List((an.world.core("fn", form.span), *rest), form.span))


def name_of(an: Analyzer, form: Form) -> Symbol:
    """The symbol that a definition names."""
    form = plain(form)
    if not isinstance(form, Symbol):
        raise an.fail("bad-name", form, "a definition needs a name or a pattern", "(def name value)")
    if "." in form.name.strip("."):
        raise an.fail(
            "bad-name",
            form,
            f"{form.name} cannot be defined: a name has no dot",
            f"to set a property: (set! {form.name} value)",
        )
    return form
