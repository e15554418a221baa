"""What is left of a sequence that a loop walks by `rest` or `next`: counted further, not copied in each turn.

In: a loop. Out: its calls that take the next part, and those that look into it, take a `Left`
(runtime/lefts.mjs) for the variable's value, so that the loop is linear.

    (loop [xs v s 0] (if (seq xs) (recur (rest xs) (+ s (first xs))) s))

    while (someLeft(xs)) {
      const v = restLeft(xs);
      ..
    }

`rest` of an array is a copy that nobody else holds. As long as a variable of the loop is all that holds it,
and it is only looked into, nobody can tell it from a number that goes up. Where a turn ends the loop with
what is left, it is copied there. What is anything else is left as it is.
"""

from __future__ import annotations

from .. import nodes as n
from ..nodes import Local, Node
from ..stack import apart_when_full
from .gathering import Looked, Shared, parts_of
from .types import type_of

LOOKING = {
    "count": "%countLeft", "empty?": "%emptyLeft", "first": "%firstLeft", "nth": "%nthLeft",
    "second": "%secondLeft",
}  # fmt: skip
TAKING = {"next": "%nextLeft", "rest": "%restLeft", "seq": "%seqLeft"}


class Walk(Looked):
    """A loop being looked at: the locals that hold what is left, and what is to be changed if all is well."""

    def __init__(self, loop: n.Loop, local: Local) -> None:
        super().__init__(local)
        self.loop = loop
        self.lefts = {id(local): local}
        self.calls: list[tuple[n.Call, str]] = []
        self.patterns: list[n.Bind] = []
        self.ends: list[tuple[list[Node], int]] = []  # arguments
        self.results: list[tuple[Node, str]] = []  # what stands at that field
        self.is_walked = False

    def is_left(self, node: object) -> bool:
        return type(node) is n.LocalRef and id(node.local) in self.lefts

    def takes(self, node: Node) -> bool:
        """Is it `(rest xs)`, or `xs` itself?"""
        while type(node) is n.Call and type(node.fn) is n.CoreRef and node.fn.name in TAKING:
            if len(node.args) != 1:
                return False
            node = node.args[0]
        return self.is_left(node)

    def take(self, node: Node) -> None:
        while type(node) is n.Call:
            self.count()
            assert type(node.fn) is n.CoreRef
            self.is_walked |= node.fn.name != "seq"
            self.calls.append((node, TAKING[node.fn.name]))
            node = node.args[0]

    def hold(self, local: Local) -> None:
        """One more name of what is left."""
        if local.captured or local.assigned or local.mutated:
            raise Shared
        self.lefts[id(local)] = local

    def change(self) -> None:
        for call, name in self.calls:
            call.ty = "bool" if name == "%someLeft" else type_of(call)
            call.fn = n.CoreRef(call.fn.span, name)
        for step in self.patterns:
            taken_apart(step)
        for args, at in self.ends:
            args[at] = items_of(args[at])
        for around, name in self.results:
            setattr(around, name, items_of(getattr(around, name)))


def in_loop(loop: n.Loop) -> None:
    """The variables of a loop that hold what is left of a sequence."""
    if loop.extra or loop.recurs == 0 or loop.crosses_finally:
        return
    for at, local in enumerate(loop.locals):
        if local.captured or local.mutated or not any(may_walk(args[at], local) for args in loop.recur_args):
            continue
        walk = Walk(loop, local)
        try:
            for step in loop.inner:
                bound(walk, step)
            tail(walk, loop.body)
        except Shared:
            continue
        if walk.is_walked:
            walk.change()


def may_walk(arg: Node, local: Local) -> bool:
    """Is it a next part, by its look?"""
    if type(arg) is n.Call:
        return type(arg.fn) is n.CoreRef and arg.fn.name in TAKING
    return type(arg) is n.LocalRef and arg.local is not local


def bound(walk: Walk, step: n.Bind) -> None:
    init = step.init
    if init is None or not walk.takes(init):
        for part in parts_of(step):
            looked_into(walk, part)
        return
    if step.default is not None:
        raise Shared
    walk.take(init)
    if step.elements is None:
        walk.hold(step.local)
        return
    walk.patterns.append(step)
    if step.rest is not None:
        walk.is_walked = True
        walk.hold(step.rest)


@apart_when_full
def tail(walk: Walk, node: Node) -> None:
    """A tail of the loop: it goes round again, or ends."""
    walk.count()
    match node:
        case n.If():
            tested(walk, node.test)
            result(walk, node, "then")
            if node.other is not None:
                result(walk, node, "other")
        case n.Let():
            for step in node.binds:
                bound(walk, step)
            result(walk, node, "body")
        case n.Do():
            for item in node.body[:-1]:
                looked_into(walk, item)
            tail(walk, node.body[-1])
        case n.Recur() if node.loop is walk.loop:
            for local, arg in zip(walk.loop.locals, node.args, strict=True):
                if local is walk.local and walk.takes(arg):
                    walk.take(arg)
                else:
                    looked_into(walk, arg)
        case n.Case():
            looked_into(walk, node.value)
            for _, body in node.arms:
                tail(walk, body)
            if node.default is not None:
                tail(walk, node.default)
        case _:
            before = len(walk.ends)
            ended(walk, node)
            if len(walk.ends) > before + 1:
                raise Shared  # two copies would not be the same array


def result(walk: Walk, around: n.If | n.Let, name: str) -> None:
    node = getattr(around, name)
    if walk.is_left(node):
        walk.results.append((around, name))
    else:
        tail(walk, node)


@apart_when_full
def ended(walk: Walk, node: Node) -> None:
    """The loop's result, which may be a call of what is left."""
    if type(node) is not n.Call or (type(node.fn) is n.CoreRef and node.fn.name in LOOKING):
        looked_into(walk, node)
        return
    looked_into(walk, node.fn)
    for at, arg in enumerate(node.args):
        if walk.is_left(arg):
            walk.ends.append((node.args, at))
        else:
            ended(walk, arg)


def items_of(node: Node) -> Node:
    return n.Call(node.span, n.CoreRef(None, "%itemsLeft"), [node])


def taken_apart(step: n.Bind) -> None:
    """`[a b & more]` of what is left: an array of a, b and what is left then."""
    assert step.init is not None and step.elements is not None
    name = "%partLeft" if step.rest is None else "%wholeLeft"
    size = n.Lit(None, str(len(step.elements)), "num")
    step.init = n.Call(step.init.span, n.CoreRef(None, name), [step.init, size])
    step.init.ty = "arr"
    if step.rest is not None:
        step.elements, step.rest = [*step.elements, step.rest], None


@apart_when_full
def tested(walk: Walk, node: Node) -> None:
    """Only whether it is true matters."""
    walk.count()
    match node:
        case n.LocalRef() if walk.is_left(node):
            return
        case n.Logic():
            for arg in node.args:
                tested(walk, arg)
        case n.Op(op="not" | "nil?" | "some?", args=[arg]):
            tested(walk, arg)
        case n.Call(fn=n.CoreRef(name="seq"), args=[arg]) if walk.takes(arg):
            walk.take(arg)
            walk.calls.append((node, "%someLeft"))
        case _:
            looked_into(walk, node)


@apart_when_full
def looked_into(walk: Walk, node: Node) -> None:
    """It may look into what is left, and nothing else."""
    walk.count()
    match node:
        case n.LocalRef():
            if walk.is_left(node):
                raise Shared
        case n.Recur() if node.loop is walk.loop:
            raise Shared  # at a tail that is not looked for
        case n.If():
            tested(walk, node.test)
            looked_into(walk, node.then)
            if node.other is not None:
                looked_into(walk, node.other)
        case n.Op(op="nil?" | "some?" | "not"):
            tested(walk, node)
        case n.Let():
            for step in node.binds:
                bound(walk, step)
            looked_into(walk, node.body)
        case n.Call(fn=n.CoreRef(name=name), args=[first, *others]) if name in LOOKING and walk.takes(first):
            walk.take(first)
            walk.calls.append((node, LOOKING[name]))
            for other in others:
                looked_into(walk, other)
        case _:
            for part in parts_of(node):
                looked_into(walk, part)
