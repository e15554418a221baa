"""try, catch, finally.

In: `(try body .. (catch e ..) (catch TypeError e ..) (finally ..))`. Out: a `Try` node. A catch is typed iff
a symbol is followed by a symbol and at least one body form.
"""

from __future__ import annotations

from ...forms import Form, Keyword, List, Map, Symbol, Vector, plain
from ...nodes import Bind, Catch, Let, Node, Try
from ..analyzer import Analyzer
from ..patterns import bind_pattern
from ..rules import special
from ..scope import Scope


@special("try")
def try_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    body: list[Form] = []
    catches: list[List] = []
    final: List | None = None
    for item in form.items[1:]:
        head = item.items[0] if isinstance(item, List) and item.items else None
        if isinstance(head, Symbol) and head.name == "catch":
            assert isinstance(item, List)
            if final is not None:
                raise an.fail("bad-try", item, "catch after finally", "finally comes last")
            catches.append(item)
        elif isinstance(head, Symbol) and head.name == "finally":
            assert isinstance(item, List)
            if final is not None:
                raise an.fail("bad-try", item, "a try has one finally")
            final = item
        elif catches or final:
            raise an.fail(
                "bad-try", item, "body after catch or finally", "(try body .. (catch e ..) (finally ..))"
            )
        else:
            body.append(item)
    node = Try(form.span)
    # a finally runs after body and catches alike
    finals, tries = (an.finals, an.tries) if final is None else ((*an.finals, an.loop), an.tries + 1)
    with an.inside(finals=finals, tries=tries + 1):
        node.body = an.body(tuple(body), Scope(scope), tail, form.span)
    with an.inside(finals=finals, tries=tries):
        node.catches = [catch_clause(an, clause, scope, tail) for clause in catches]
    if final is not None:
        node.final = an.body(final.items[1:], Scope(scope), False, final.span)
    if not node.catches and node.final is None:
        return node.body
    return node


def catch_clause(an: Analyzer, clause: List, scope: Scope, tail: bool) -> Catch:
    """Typed iff a symbol is followed by a symbol and at least one body form."""
    items = clause.items
    if len(items) < 2:
        raise an.fail(
            "bad-try", clause, "catch needs a name", "(catch e body ..) or (catch TypeError e body ..)"
        )
    kind: Node | None = None
    interrupt = False
    rest = items[1:]
    first = rest[0]
    typed = len(rest) >= 3 and isinstance(first, (Symbol, Keyword)) and isinstance(rest[1], Symbol)
    if typed:
        if isinstance(first, Symbol) and first.name == "Interrupt":
            interrupt = True
        elif isinstance(first, Symbol) and first.name != "_":
            kind = an.value(first, scope)
        rest = rest[1:]
    inner = Scope(scope)
    out: list[Bind] = []
    target = plain(rest[0])
    if isinstance(target, Symbol):
        local = an.local(target, inner)
    elif isinstance(target, (Vector, Map)):
        local = an.temp("e", target.span)
        bind_pattern(an, target, an.refer(local, target.span), inner, out)
    else:
        raise an.fail(
            "bad-try", target, "catch needs a name", "(catch e body ..) or (catch TypeError e body ..)"
        )
    body = an.body(rest[1:], inner, tail, clause.span)
    if out:
        body = Let(clause.span, out, body)
    return Catch(local, body, kind, interrupt, clause.span)
