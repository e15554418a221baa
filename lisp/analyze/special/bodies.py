"""Bodies that may define: `define` and `defn` in a function are local, as Scheme's (letrec* meaning).

In: the forms of a body. Out: a node. A body of a function, and of `let`, `loop`, `letfn`, `for` .. inside
one, is a block: all names that its forms define are bound in it before any form is analyzed, so that
functions may call each other; values are there from their definition on.

    (define (mk n) (define m (inc n)) (fn [x] (+ x m)))  ->  const m = n + 1; return (x) => x + m;

`do` and user macros among the forms are looked into, for they may stand for definitions. One that hides
deeper (in `when`, `if`, `try`) is a variable of the block around it. Outside of functions the same forms are
global definitions; there a sequence that a macro made announces its names before it is analyzed.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...emit.spelling import nil
from ...forms import Form, List, Map, Span, Symbol, Vector, plain
from ...nodes import Bind, Do, Fn, Let, Letfn, Local, LocalRef, Node, SetLocal
from ..analyzer import Analyzer
from ..patterns import bind_pattern, note, pattern_names
from ..scope import Block, Macro, Meaning, Scope, Special
from .shapes import Definition, definition_of

LOCAL = ("define", "defn", "defn-")
GLOBAL = (*LOCAL, "def", "defonce")
_MAY_DEFINE = frozenset((*LOCAL, "do", "begin"))
# After one of these, what a head means may change.
_CHANGING = ("defmacro", "define-syntax", "defsyntax", "for-macros", "import")


def body(an: Analyzer, forms: tuple[Form, ...], scope: Scope, tail: bool, span: Span | None) -> Node:
    """The forms of a block in sequence; the last one's value counts. `scope` is the block's own."""
    if an.block is None:
        return an.body(forms, scope, tail, span)
    block = Block(scope, an.block.owner)
    with an.inside(block=block):
        made = block_body(an, forms, scope, tail, span)
    return with_hoisted(block, made, span)


def function_body(an: Analyzer, forms: tuple[Form, ...], scope: Scope, span: Span | None) -> Node:
    """The body of a function, which is always a block."""
    block = Block(scope, an.frame.name or (an.defined[-1] if an.defined else None))
    with an.inside(block=block):
        made = block_body(an, forms, scope, True, span)
    return with_hoisted(block, made, span)


def with_hoisted(block: Block, made: Node, span: Span | None) -> Node:
    if not block.hoisted:
        return made
    return Let(span, [Bind(local.span, local, nil(span)) for local in block.hoisted], made)


def block_body(an: Analyzer, forms: tuple[Form, ...], scope: Scope, tail: bool, span: Span | None) -> Node:
    heads = [meaning_of(an, form, scope) for form in forms]
    if not may_define(heads):
        return an.body(forms, scope, tail, span)
    spread = [
        (form, definition_of(an, form) if isinstance(form, List) and is_special(meaning, LOCAL) else None)
        for form, meaning in unfolded(an, forms, heads, scope)
    ]
    if not any(found for _, found in spread):
        return an.body(tuple([form for form, _ in spread]), scope, tail, span)
    for _, found in spread:
        if found is not None:
            announce(an, found, scope)
    steps: list[tuple[Local | None, Node]] = []
    for at, (form, found) in enumerate(spread):
        last = at == len(spread) - 1
        if found is None:
            steps.append((None, an.form(form, scope, tail and last)))
        elif isinstance(found.target, Symbol) and (local := own(scope, found.target)) is not None:
            value = local_value(an, found, local, scope)
            assigns = isinstance(value, SetLocal) and value.local is local
            steps.append((None if assigns else local, value))
        else:
            steps.append((None, define_local(an, found, scope)))
    return folded(steps, span)


def folded(steps: list[tuple[Local | None, Node]], span: Span | None) -> Node:
    """Definitions around what follows them; neighbouring functions know each other."""
    local, node = steps[-1]
    made: Node = node if local is None else LocalRef(node.span, local)
    at = len(steps) if local is not None else len(steps) - 1
    if local is not None:
        local.used = True
    while at:
        local, node = steps[at - 1]
        if local is None:
            start = at - 1
            while start and steps[start - 1][0] is None:
                start -= 1
            made = Do(span, [*[step for _, step in steps[start:at]], made])
        elif isinstance(node, Fn):
            start = at - 1
            while start and steps[start - 1][0] is not None and isinstance(steps[start - 1][1], Fn):
                start -= 1
            made = Letfn(span, [(known, fn) for known, fn in steps[start:at] if known is not None], made)
        else:
            start = at - 1
            made = Let(span, [Bind(local.span, local, node)], made)
        at = start
    return made


def announce(an: Analyzer, found: Definition, scope: Scope) -> None:
    """Bind the names of a definition in its block, once each; what is defined twice is a variable."""
    assert an.block is not None
    if isinstance(found.target, Symbol):
        known = own(scope, found.target)
        if known is None:
            an.block.defined.append(an.local(found.target, scope))
        else:
            hoist(an, known)
    else:
        for name in pattern_names(found.target):
            variable(an, name)


def variable(an: Analyzer, name: Symbol) -> Local:
    """The variable of the block around that a definition assigns."""
    assert an.block is not None
    known = own(an.block.scope, name)
    if known is None:
        known = an.local(name, an.block.scope)
        an.block.defined.append(known)
    hoist(an, known)
    return known


def hoist(an: Analyzer, local: Local) -> None:
    """Definitions assign the local; unless it is a parameter, the block declares it at its beginning."""
    assert an.block is not None
    local.assigned = local.mutated = True
    if local in an.block.defined:
        local.sources = None
        if local not in an.block.hoisted:
            an.block.hoisted.append(local)


def own(scope: Scope, name: Symbol) -> Local | None:
    """The block's own local of that name."""
    known = scope.own(name)
    return known if isinstance(known, Local) else None


def local_value(an: Analyzer, found: Definition, local: Local, scope: Scope) -> Node:
    """What a definition gives its local: the value, or an assignment where the block has declared it."""
    assert an.block is not None
    an.world.note_inner(local.name, an.block.owner)
    value = nil(found.span) if found.source is None else an.value(found.source, scope)
    if isinstance(value, Fn):
        value.name = value.name or local.name
        value.doc = found.doc or value.doc
    if local in an.block.hoisted or local not in an.block.defined:
        if local.sources is not None:
            local.sources.append(value)
        return SetLocal(found.span, local, value)
    note(local, value)
    if not local.assigned:
        local.sources = [value]
    return value


def define_local(an: Analyzer, found: Definition, scope: Scope) -> Node:
    """A definition that assigns variables of the block: of a pattern, or of a name inside `when`, `if` .."""
    block = an.block
    assert block is not None
    if isinstance(found.target, Symbol):
        return local_value(an, found, variable(an, found.target), scope)
    announce(an, found, block.scope)
    inner = Scope(scope)
    binds: list[Bind] = []
    value = nil(found.span) if found.source is None else an.value(found.source, scope)
    bind_pattern(an, found.target, value, inner, binds)
    sets: list[Node] = []
    for name in pattern_names(found.target):
        part, local_ = inner.own(name), own(block.scope, name)
        if isinstance(part, Local) and local_ is not None:
            an.world.note_inner(local_.name, block.owner)
            sets.append(SetLocal(name.span, local_, an.refer(part, name.span)))
    return Let(found.span, binds, Do(found.span, [*sets, nil(found.span)]))


# -- what the forms of a body stand for -----------------------------------------------------------


def may_define(heads: list[Meaning | None]) -> bool:
    for meaning in heads:
        if type(meaning) is Special:
            if meaning.name in _MAY_DEFINE:
                return True
        elif type(meaning) is Macro and meaning.kind != "builtin":
            return True
    return False


def is_special(meaning: Meaning | None, names: tuple[str, ...]) -> bool:
    return isinstance(meaning, Special) and meaning.name in names


def meaning_of(an: Analyzer, form: Form, scope: Scope) -> Meaning | None:
    if not (isinstance(form, List) and form.items and isinstance(form.items[0], Symbol)):
        return None
    return an.world.resolve(form.items[0], scope)


def unfolded(
    an: Analyzer, forms: tuple[Form, ...], heads: list[Meaning | None], scope: Scope
) -> Iterator[tuple[Form, Meaning | None]]:
    """The forms with `do` taken apart and user macros expanded, as far as what they mean is settled.

    In: the forms and what their heads mean. Out: the same of what they stand for.
    """
    stack = list(zip(reversed(forms), reversed(heads), strict=True))
    settled = True
    while stack:
        form, meaning = stack.pop()
        if settled and isinstance(meaning, Macro) and meaning.kind != "builtin" and isinstance(form, List):
            made = an.world.expand(an, meaning, form, scope)
            stack.append((made, meaning_of(an, made, scope)))
        elif (
            settled
            and isinstance(form, List)
            and len(form.items) > 1
            and is_special(meaning, ("do", "begin"))
        ):
            stack.extend([(item, meaning_of(an, item, scope)) for item in reversed(form.items[1:])])
        else:
            settled = settled and not is_special(meaning, _CHANGING)
            yield form, meaning


def sequence(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """`do`: outside of functions its definitions are announced before it is analyzed."""
    forms = form.items[1:]
    if an.block is None and may_define(heads := [meaning_of(an, item, scope) for item in forms]):
        spread = list(unfolded(an, forms, heads, scope))
        forms = tuple([item for item, _ in spread])
        for item, meaning in spread:
            if isinstance(item, List) and is_special(meaning, GLOBAL):
                for name in global_names(item):
                    if an.world.resolve(name, scope) is None:
                        an.world.define(an, name, declared=True)
    return an.body(forms, scope, tail, form.span)


def global_names(form: List) -> list[Symbol]:
    """The names that a definition defines, judged by its look."""
    target = plain(form.items[1]) if len(form.items) > 1 else None
    if isinstance(target, List) and target.items:
        target = plain(target.items[0])
    if isinstance(target, (Vector, Map)):
        return pattern_names(target)
    return [target] if isinstance(target, Symbol) and "." not in target.name else []
