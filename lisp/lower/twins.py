"""The numeric twin of a function: the same function for arguments that are all numbers.

In: the definition of a function that only counts, in a loop or by calling itself. Out: the same function over
parameters that are known numbers, so that its operators need no guards. The first one enters it by one test.

    (defn fib [n] (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))

    function fib$2(n) {
      if (n < 2) return n;
      return fib$2(n - 1) + fib$2(n - 2);
    }
    globalThis.fib = function fib$1(n) {
      if (typeof n === "number" && globalThis.fib === fib$1) return fib$2(n);
      ..

A function that only counts has numbers and truth values in locals and nothing else: what it calls is itself,
operators, and functions that only count too, whose twins are written beside it:

    const odd$1 = ofCode(globalThis.odd, 87, 1205443);      the earlier form's function, if it still is it
    function odd$2(n) { return n === 0 ? false : even$2(n - 1); }
    function even$2(n) { return n === 0 ? true : odd$2(n - 1); }

By induction the twins see nothing but numbers and truth values, run nothing of anybody's, and so nobody can
define a name anew while they run. Arguments of any other kind, and a name that means something else by now,
go the way they always went.
"""

from __future__ import annotations

from collections.abc import Mapping

from .. import nodes as n
from ..nodes import Local, Node
from ..stack import apart_when_full
from .known import Known
from .operators import COMPARE
from .polls import COUNTED, REPEATED
from .types import infer, type_of

MOST = 300  # nodes: what is longer is not written twice
COPIED = (n.Lit, n.LocalRef, n.Op, n.If, n.Logic, n.Do, n.Let, n.Loop, n.Recur, n.While, n.SetLocal, n.Call)


class NotCounting(Exception):
    """The function does something else than to count."""


class Group:
    """The twins that call each other; the first is that of the function being defined."""

    def __init__(self, node: n.Define, known: Mapping[str, Known]) -> None:
        self.known = known
        self.twins: dict[str, Twin] = {}
        self.size = 0
        self.calls_first = False
        self.guards = 0  # operators of the first function that must look at their operands
        self.first = self.add(node)

    def add(self, node: n.Define) -> Twin:
        fn = node.value
        if not isinstance(fn, n.Fn) or not may_count(fn):
            raise NotCounting
        twin = self.twins[node.js] = Twin(self, fn.name or node.name, node.js)
        make(twin, fn, fn.arities[0])
        return twin

    def twin_of(self, js: str) -> Twin:
        """The twin of a function that is called."""
        twin = self.twins.get(js)
        if twin is None:
            known = self.known.get(js)
            if known is None or known.code() is None:
                raise NotCounting
            twin = self.add(known.node)
            twin.code = known.code()
        return twin

    def finish(self) -> None:
        """All have their types, or there is none."""
        twins = self.twins.values()
        infer([local for twin in twins for local in (*twin.locals.values(), twin.result)])
        for twin in twins:
            twin.own.is_quick = not (twin.repeats or twin.calls)
            if twin.result.type not in ("num", "bool"):
                raise NotCounting
            for local in twin.locals.values():
                if local.type not in COUNTED:
                    raise NotCounting


class Twin:
    """A twin being made: what stands for what in the copy, and whether it is worth having."""

    def __init__(self, group: Group, name: str, js: str) -> None:
        self.group = group
        self.js = js
        self.code: str | None = None  # of a function of an earlier form
        self.params: list[Local] = []
        self.own = Local(name, used=True, type="fn")
        self.own.result = self.result = Local("result", sources=[])
        self.locals: dict[int, Local] = {}
        self.loops: dict[int, n.Loop] = {}
        self.repeats = False
        self.calls = False
        self.fn = n.Fn()

    def local(self, local: Local) -> Local:
        """The copy of a local that is bound here."""
        if local.captured:
            raise NotCounting
        made = Local(local.name, local.span, local.assigned, local.mutated, sources=[])
        self.locals[id(local)] = made
        return made

    def known(self, local: Local) -> Local:
        made = self.locals.get(id(local))
        if made is None:
            raise NotCounting
        return made


def numeric_twins(node: n.Define, polls: bool, known: Mapping[str, Known]) -> Group | None:
    """The twin of the function that is defined, with those of the functions that it calls, which are `known`.

    None where it would not be the same, or no faster.
    """
    try:
        group = Group(node, known)
        number = n.Lit(None, "0", "num")
        feed(group.first.params, [number] * len(group.first.params))
        group.finish()
    except NotCounting:
        return None
    if group.calls_first or (group.first.repeats and (group.guards > 0 or polls)):
        return group
    return None


def may_count(fn: n.Fn) -> bool:
    """Are its parameters such that it may have a twin?"""
    if len(fn.arities) != 1 or fn.self_local is not None:
        return False
    arity, frame = fn.arities[0], fn.frame
    if not arity.params or arity.rest is not None or arity.binds:
        return False
    return not (frame.has_await or frame.has_yield or frame.uses_this) and begins_counting(arity.body)


def begins_counting(node: Node) -> bool:
    """May what runs first be copied? Nearly every function that does something else shows it there."""
    while True:
        match node:
            case n.Let(binds=[n.Bind(init=n.Node() as first), *_]):
                node = first
            case n.If():
                node = node.test
            case n.Do():
                node = node.body[0]
            case n.Op() | n.Logic():
                node = node.args[-1]
            case n.Call():
                return type(node.fn) is n.GlobalRef
            case n.Lit():
                return node.ty in COUNTED
            case _:
                return type(node) in COPIED


def make(twin: Twin, fn: n.Fn, arity: n.Arity) -> None:
    twin.params = [twin.local(param.local) for param in arity.params]
    params = [n.Param(local) for local in twin.params]
    loop = arity.loop
    made_loop: n.Loop | None = None
    if loop is not None and loop.recurs:
        if loop.crosses_finally:
            raise NotCounting
        made_loop = n.Loop(loop.span, locals=twin.params, is_fn=True, recurs=loop.recurs)
        twin.loops[id(loop)] = made_loop
        twin.repeats = True
    body = copy(twin, arity.body)
    feed([twin.result], [body])
    twin.fn = n.Fn(
        fn.span, fn.name, twin.own, [n.Arity(params, None, [], body, made_loop, len(params))], n.Frame()
    )


@apart_when_full
def copy(twin: Twin, node: Node) -> Node:
    """The node again, over the twin's locals."""
    group = twin.group
    group.size += 1
    if group.size > MOST:
        raise NotCounting
    match node:
        case n.Lit() if node.ty in COUNTED:
            return node
        case n.LocalRef():
            return n.LocalRef(node.span, twin.known(node.local))
        case n.Op() if node.op in REPEATED:
            if any(type_of(arg) == "any" for arg in node.args):
                group.guards += 1
            return n.Op(node.span, node.op, copies(twin, node.args))
        case n.If():
            other = copy(twin, node.other) if node.other is not None else None
            return n.If(node.span, copy(twin, node.test), copy(twin, node.then), other)
        case n.Logic():
            return n.Logic(node.span, node.op, copies(twin, node.args))
        case n.Do():
            return n.Do(node.span, copies(twin, node.body))
        case n.Let():
            binds = bindings(twin, node.binds)
            return n.Let(node.span, binds, copy(twin, node.body))
        case n.Loop() if not (node.inner or node.extra or node.crosses_finally):
            return loop_again(twin, node)
        case n.Recur():
            return recur_again(twin, node)
        case n.While():
            repeat(twin, node.test)
            return n.While(node.span, copy(twin, node.test), copy(twin, node.body))
        case n.SetLocal():
            local = twin.known(node.local)
            value = copy(twin, node.value)
            feed([local], [value])
            return n.SetLocal(node.span, local, value)
        case n.Call(fn=n.GlobalRef(js=js)):
            called = group.twin_of(js)
            twin.calls = True
            if len(node.args) != len(called.params):
                raise NotCounting
            group.calls_first |= called is next(iter(group.twins.values()))
            args = copies(twin, node.args)
            feed(called.params, args)
            return n.Call(node.span, n.LocalRef(node.fn.span, called.own), args)
    raise NotCounting


def feed(locals_: list[Local], values: list[Node]) -> None:
    """Each local takes a value, among others: its type is what all of them have in common."""
    for local, value in zip(locals_, values, strict=True):
        assert local.sources is not None
        local.sources.append(value)


def copies(twin: Twin, nodes: list[Node]) -> list[Node]:
    made = []
    for node in nodes:
        made.append(copy(twin, node))  # noqa: PERF401
    return made


def bindings(twin: Twin, binds: list[n.Bind]) -> list[n.Bind]:
    made = []
    for step in binds:
        if step.init is None or step.default is not None or step.elements is not None:
            raise NotCounting
        init = copy(twin, step.init)
        local = twin.local(step.local)
        feed([local], [init])
        made.append(n.Bind(step.span, local, init))
    return made


def repeat(twin: Twin, test: Node) -> None:
    """A loop with that test: it is native anyway where a side is a number."""
    twin.repeats = True
    if type(test) is n.Op and test.op in COMPARE and {type_of(arg) for arg in test.args} == {"any", "num"}:
        twin.group.guards -= 1


def loop_again(twin: Twin, node: n.Loop) -> n.Loop:
    repeat(twin, node.body.test if isinstance(node.body, n.If) else node.body)
    binds = bindings(twin, node.binds)
    made = n.Loop(node.span, binds, [twin.known(local) for local in node.locals], recurs=node.recurs)
    twin.loops[id(node)] = made
    made.body = copy(twin, node.body)
    return made


def recur_again(twin: Twin, node: n.Recur) -> n.Recur:
    loop = twin.loops.get(id(node.loop))
    if loop is None:
        raise NotCounting
    args = copies(twin, node.args)
    feed(loop.locals, args)
    return n.Recur(node.span, loop, args)
