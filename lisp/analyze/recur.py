"""recur, and the calls of a named let that are one: round again with new values.

In: a `recur` form, or a call of a local that names a loop. Out: a `Recur` node, or a call.
"""

from __future__ import annotations

from ..forms import List, Symbol
from ..nodes import Bind, Let, Local, Loop, NamedCall, Node, Recur
from .analyzer import Analyzer
from .patterns import bind_pattern
from .rules import calls, special
from .scope import Scope


@special("recur")
def recur(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    loop = an.loop
    if loop is None:
        raise an.fail(
            "recur-outside",
            form,
            "recur has no enclosing loop or function",
            "(loop [i 0] .. (recur (inc i)))",
        )
    if not tail:
        raise an.fail(
            "recur-not-tail",
            form,
            "recur is not in tail position",
            "nothing may be left to do after it: make it the last form of its branch, or call a function",
        )
    return recur_node(an, loop, form, scope)


@calls(Local)
def named_call(an: Analyzer, local: Local, form: List, scope: Scope, tail: bool) -> Node | None:
    """A call of a named let: a tail call is a `recur`, any other call a call of the function."""
    if local.named_frame is None:
        return None
    head = form.items[0]
    if local.named_frame is an.frame:
        if tail and not an.tries and an.loop is not None and an.loop is local.loop:
            return recur_node(an, an.loop, form, scope)
        return NamedCall(form.span, an.refer(local, head.span), an.values(form.items[1:], scope), an.frame)
    return None


def recur_node(an: Analyzer, loop: Loop, form: List, scope: Scope) -> Node:
    wanted, given = len(loop.locals) - len(loop.extra), len(form.items) - 1
    if wanted != given:
        kind = "function has" if loop.is_fn else "loop has"
        noun = ("parameter" if loop.is_fn else "binding") + ("" if wanted == 1 else "s")
        hint = "the rest parameter is passed as one array" if loop.has_rest else None
        raise an.fail("recur-arity", form, f"{kind} {wanted} {noun}, recur passes {given}", hint)
    args = an.values(form.items[1:], scope)
    loop.recurs += 1
    around: list[Bind] = []
    if loop.extra:
        args = again(an, loop, args, form, around)
    loop.recur_args.append(args)
    if any(final is loop for final in an.finals):
        loop.crosses_finally = True
    for local, arg in zip(loop.locals, args, strict=True):
        local.assigned = True
        if local.sources is not None:
            local.sources.append(arg)
    node = Recur(form.span, loop, args)
    return Let(form.span, around, node) if around else node


def again(an: Analyzer, loop: Loop, args: list[Node], form: List, out: list[Bind]) -> list[Node]:
    """The values of all loop variables where some are parts of a pattern: taken apart at the recur."""
    assert isinstance(loop.scope, Scope) and loop.targets is not None
    inner = Scope(loop.scope)
    temps: list[Local] = []
    for arg in args:
        local = an.temp("next", arg.span)
        out.append(Bind(arg.span, local, arg))
        temps.append(local)
    parts: list[Local] = []
    for target, local in zip(loop.targets, temps, strict=True):
        if isinstance(target, Symbol):
            inner.bind(target, local)
        else:
            steps: list[Bind] = []
            bind_pattern(an, target, an.refer(local, target.span), inner, steps)
            out += steps
            parts += locals_of(steps)
    return [an.refer(local, local.span) for local in [*temps, *parts]]


def locals_of(binds: list[Bind]) -> list[Local]:
    """The locals that binding steps fill, in order."""
    found: dict[int, Local] = {}
    for bind in binds:
        for local in (bind.local, bind.rest, *(bind.elements or ())):
            if local is not None and local.name != "?":
                found.setdefault(id(local), local)
    return list(found.values())
