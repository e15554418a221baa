"""Accumulators that nobody else holds: the next one is the same one, changed in place.

In: a call of `reduce`, or a loop. Out: its calls that would copy the accumulator, to give the next one,
change it instead: linear, where a copy for each item is not.

    (reduce (fn [m x] (assoc m x 1)) {} xs)       reduce((m, x) => assocOwn(m, x, 1), {}, xs)
    (loop [i 0 v []] (if .. (recur (inc i) (conj v i)) v))

The accumulator begins as a new collection. Each next one is the same, changed, or a new one again, and in
between it is only looked into, before it is changed: no name, closure, argument or collection holds it, no
catch sees it half changed. What is anything else is left as it is.
"""

from __future__ import annotations

from .. import nodes as n
from ..nodes import Local, Node
from ..nodes.walk import children
from ..stack import apart_when_full

# A function that gives a changed copy: the one that changes in place, and which argument it changes.
OWN = {
    "assoc": ("%assocOwn", 0), "assoc-in": ("%assocInOwn", 0), "conj": ("%conjOwn", 0),
    "disj": ("%disjOwn", 0), "dissoc": ("%dissocOwn", 0), "into": ("%intoOwn", 0), "merge": ("%mergeOwn", 0),
    "merge-with": ("%mergeWithOwn", 1), "update": ("%updateOwn", 0), "update-in": ("%updateInOwn", 0),
}  # fmt: skip
LOOKING = frozenset({"contains?", "count", "empty?", "first", "get", "get-in", "has?", "last", "nth"})
MAKING = frozenset({"hash-map", "hash-set", "object", "vector"})
STEPS = {"reduce": 2, "reduce-kv": 3}  # how many arguments their functions take
MOST = 3000  # nodes that are looked at: what is longer is left as it is
AGAIN = (n.Try, n.With, n.Match, n.Letfn)  # where a recur may stand that is not looked for


class Shared(Exception):
    """Somebody else may hold what a variable holds, as far as can be seen."""


class Looked:
    """A variable's uses being looked at, and how many nodes that took."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.size = 0

    def count(self) -> None:
        self.size += 1
        if self.size > MOST:
            raise Shared


class Accumulator(Looked):
    """What is being looked at; `loop` is None for the function of a `reduce`."""

    def __init__(self, local: Local, loop: n.Loop | None = None) -> None:
        super().__init__(local)
        self.loop = loop
        self.changes: list[tuple[n.Call, str]] = []

    def is_it(self, node: Node) -> bool:
        return type(node) is n.LocalRef and node.local is self.local

    def change_in_place(self) -> None:
        for call, name in self.changes:
            call.fn = n.CoreRef(call.fn.span, name)


def is_new(node: Node) -> bool:
    """Does it give a collection that nobody knows yet?"""
    if type(node) is n.Call and type(node.fn) is n.CoreRef:
        return node.fn.name in MAKING
    return type(node) in (n.ArrayLit, n.SetLit, n.ObjectLit)


def gathered(node: n.Call, name: str) -> list[Node]:
    """The arguments of a `reduce` or `reduce-kv`, of which the function now changes in place where it may."""
    args = node.args
    if len(args) != 3 or type(args[2]) is n.Spread or not is_new(args[1]):
        return args
    step = args[0]
    if type(step) is n.CoreRef and step.name in ("conj", "into", "merge") and name == "reduce":
        return [n.CoreRef(step.span, OWN[step.name][0]), *args[1:]]
    if type(step) is n.Fn:
        in_function(step, STEPS[name])
    return args


def in_function(fn: n.Fn, count: int) -> None:
    frame = fn.frame
    if len(fn.arities) != 1 or frame.has_await or frame.has_yield or frame.uses_this or fn.self_global:
        return
    arity = fn.arities[0]
    if len(arity.params) != count or arity.rest is not None or (arity.loop is not None and arity.loop.recurs):
        return
    local = arity.params[0].local
    if local.captured or local.assigned or arity.params[0].default is not None:
        return
    if fn.self_local is not None and fn.self_local.used:  # it may be called by others
        return
    acc = Accumulator(local)
    try:
        for step in arity.binds:
            looked_into(acc, step)
        for param in arity.params:
            if param.default is not None:
                looked_into(acc, param.default)
        next_of(acc, arity.body)
    except Shared:
        return
    acc.change_in_place()


def in_loop(node: n.Loop) -> None:
    """The accumulators of a loop."""
    if node.extra or not node.recurs or node.crosses_finally:
        return
    for step in node.binds:
        if (
            step.init is None
            or step.default is not None
            or step.elements is not None
            or not is_new(step.init)
        ):
            continue
        if step.local.captured or step.local.mutated:
            continue
        acc = Accumulator(step.local, node)
        try:
            for other in (*node.binds, *node.inner):
                looked_into(acc, other)
            turn_of(acc, node.body)
        except Shared:
            continue
        acc.change_in_place()


@apart_when_full
def next_of(acc: Accumulator, node: Node) -> None:
    """The node's value is the next accumulator: the same one, changed or not, or a new one."""
    acc.count()
    match node:
        case n.LocalRef() if node.local is acc.local:
            return
        case n.If(other=n.Node() as other):
            looked_into(acc, node.test)
            next_of(acc, node.then)
            next_of(acc, other)
        case n.Let():
            for step in node.binds:
                looked_into(acc, step)
            next_of(acc, node.body)
        case n.Do():
            for item in node.body[:-1]:
                looked_into(acc, item)
            next_of(acc, node.body[-1])
        case n.Call(fn=n.CoreRef(name="reduced"), args=[last]) if acc.loop is None:
            if not changed(acc, last):
                return  # whatever it is, it is the end
        case n.Throw():
            looked_into(acc, node)
        case _ if is_new(node):
            looked_into(acc, node)
        case _:
            if not changed(acc, node):
                raise Shared


def changed(acc: Accumulator, node: Node) -> bool:
    """Is it a call that changes the accumulator, or one that was changed before?"""
    if type(node) is not n.Call or type(node.fn) is not n.CoreRef or node.fn.name not in OWN:
        return False
    name, at = OWN[node.fn.name]
    if len(node.args) < 2 or any(type(arg) is n.Spread for arg in node.args[: at + 1]):
        return False
    if node.fn.name == "into" and len(node.args) != 2:
        return False
    next_of(acc, node.args[at])
    for arg in (*node.args[:at], *node.args[at + 1 :]):
        if acc.is_it(node.args[at]):
            looked_into(acc, arg)
        else:
            left_alone(acc, arg)
    acc.changes.append((node, name))
    return True


@apart_when_full
def turn_of(acc: Accumulator, node: Node) -> None:
    """A tail of the loop: it goes round again, or it ends, and then nobody changes the accumulator."""
    acc.count()
    match node:
        case n.If():
            looked_into(acc, node.test)
            turn_of(acc, node.then)
            if node.other is not None:
                turn_of(acc, node.other)
        case n.Let():
            for step in node.binds:
                looked_into(acc, step)
            turn_of(acc, node.body)
        case n.Do():
            for item in node.body[:-1]:
                looked_into(acc, item)
            turn_of(acc, node.body[-1])
        case n.Logic():
            for item in node.args[:-1]:
                looked_into(acc, item)
            turn_of(acc, node.args[-1])
        case n.Case():
            looked_into(acc, node.value)
            for _, body in node.arms:
                turn_of(acc, body)
            if node.default is not None:
                turn_of(acc, node.default)
        case n.Recur() if node.loop is acc.loop:
            round_again(acc, node)
        case n.Call():
            if mentions(acc, node):
                ended(acc, node)
        case _ if isinstance(node, AGAIN):
            looked_into(acc, node)


def ended(acc: Accumulator, node: n.Call) -> None:
    """The loop's result: changed a last time where that may be, and else whatever it is."""
    before = len(acc.changes)
    try:
        changed(acc, node)
    except Shared:
        del acc.changes[before:]


def round_again(acc: Accumulator, node: n.Recur) -> None:
    assert acc.loop is not None
    is_changed = False
    for local, arg in zip(acc.loop.locals, node.args, strict=True):
        if local is acc.local:
            next_of(acc, arg)
            is_changed = not acc.is_it(arg)
        elif is_changed:
            left_alone(acc, arg)
        else:
            looked_into(acc, arg)


@apart_when_full
def looked_into(acc: Accumulator, node: Node) -> None:
    """It may look up in the accumulator, and nothing else."""
    acc.count()
    if acc.is_it(node) or (type(node) is n.Recur and node.loop is acc.loop):
        raise Shared
    match node:
        case n.Call(fn=n.CoreRef(name=name), args=[first, *rest]) if name in LOOKING and acc.is_it(first):
            parts = rest
        case n.Call(args=[_, *_] as rest) if acc.is_it(node.fn) and len(rest) <= 2:
            parts = rest
        case n.Index() | n.Lookup() if acc.is_it(node.obj):
            parts = [node.key]
        case n.Prop() if acc.is_it(node.obj):
            parts = []
        case _:
            parts = parts_of(node)
    for part in parts:
        looked_into(acc, part)


@apart_when_full
def mentions(acc: Accumulator, node: Node) -> bool:
    acc.count()
    if acc.is_it(node):
        return True
    for part in parts_of(node):  # noqa: SIM110
        if mentions(acc, part):
            return True
    return False


def parts_of(node: Node) -> list[Node]:
    """The nodes in it, each once: what a loop knows of its recurs stands in its body."""
    return [*node.binds, *node.inner, node.body] if type(node) is n.Loop else children(node)


def left_alone(acc: Accumulator, node: Node) -> None:
    """It does not even look: the accumulator is changed by then."""
    if mentions(acc, node):
        raise Shared
