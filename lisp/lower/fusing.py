"""Chains of `map`, `filter` and `reduce` of functions that only count: one loop, and no arrays between.

In: a call whose collection is such a call again. Out: the same as nodes, a loop over an array of numbers; the
calls as they stand for whatever else the collection is. A `range` with an end is counted, too.

    (reduce + 0 (filter (fn [x] (> x 3)) (map (fn [x] (* x x)) xs)))

    const count = isJsArray(xs) ? xs.length : -1;
    let i = 0;
    let total = 0;
    let left = xs;
    while (i < count) {
      const x = xs[i];
      if (typeof x === "number") {
        const x$1 = x * x;
        if (x$1 > 3) total = total + x$1;
        i++;
      } else {
        left = leftOf(xs, i, x);
        i = Infinity;
      }
    }
    i === count ? total : reduce(add, total, filter((x) => .., map((x) => .., left)))

A function that only counts (numbers and truth values in locals, see twins.py) has no effect, raises nothing
and awaits nothing when it is given numbers. So nobody can tell in which order items and functions met. At an
item that is no number the loop is given up, and the calls go on with that one and those behind it, each of
which is read once (to read an item may have an effect: it may be a getter). Functions that may raise of
numbers (`rem` by a variable, `even?` of a half) are not taken, or their operand is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from .. import nodes as n
from ..nodes import Local, Node
from ..stack import apart_when_full
from .polls import LEFT
from .suiting import suits
from .twins import NotCounting, Twin, copy, may_count
from .types import infer, type_of

MAPS, FILTERS = frozenset({"map", "mapv"}), frozenset({"filter", "filterv", "remove"})
LAST = MAPS | FILTERS | {"reduce"}
NUMBER = n.Lit(None, "0", "num")
# Functions of the core that may stand in a function's place.
OF_ONE = frozenset({"inc", "dec", "pos?", "neg?", "zero?", "even?", "odd?"})
OF_TWO = frozenset({"+", "-", "*"})
EXACT = {"even?": "%even", "odd?": "%odd"}  # of what is known to be whole


class Step(NamedTuple):
    """One call of the chain: its node, and what it does with an item."""

    node: n.Call
    name: str
    fn: Node


class Outer:
    """What the functions of a chain may not have: calls of others. See twins.Group."""

    def __init__(self) -> None:
        self.size = self.guards = 0
        self.twins: dict[str, Twin] = {}
        self.calls_first = False

    def twin_of(self, js: str) -> Twin:
        raise NotCounting


class Body(Twin):
    """A function's body for the loop. Locals of the code around are read as they are, if they stay so."""

    def __init__(self, fused: Fused) -> None:
        super().__init__(fused.outer, "", "")  # type: ignore[arg-type]
        self.fused = fused

    def known(self, local: Local) -> Local:
        made = self.locals.get(id(local))
        return self.fused.free(local) if made is None else made


class Fused:
    """A chain being made."""

    def __init__(self, steps: list[Step], source: Node, name_of: Callable[[Local], str]) -> None:
        self.steps = steps  # the first to see an item comes first
        self.source = source
        self.name_of = name_of
        self.outer = Outer()
        self.locals: list[Local] = []
        self.numbers: dict[int, tuple[Local, Local]] = {}  # of the code around, and as a number
        self.items: set[int] = set()  # locals that an item is in
        self.whole: set[int] = set()  # those that must be whole numbers
        self.checked: list[Node] = []
        self.loop = n.Loop(steps[-1].node.span, is_fn=False)
        self.index = self.stepped("i", NUMBER)
        self.count = self.local("count", NUMBER)
        self.begun: Local | None = None  # where the first item is the first accumulator
        self.acc: Local | None = None
        self.out: Local | None = None
        self.left = Local("left", type="any", assigned=True)  # what the calls are of where it is given up
        self.left_of: list[Node] = []  # the collection, the number of the item at hand, and that

    def local(self, name: str, *sources: Node) -> Local:
        made = Local(name, sources=list(sources))
        self.locals.append(made)
        return made

    def stepped(self, name: str, *sources: Node) -> Local:
        """A variable of the loop."""
        made = self.local(name, *sources)
        made.assigned = True
        return made

    def free(self, local: Local) -> Local:
        """A local of the code around, as a number."""
        if local.mutated or local.is_python or local.type not in ("num", "any"):
            raise NotCounting
        known = self.numbers.get(id(local))
        if known is None:
            number = self.local(local.name, NUMBER)
            number.js = self.name_of(local)
            known = self.numbers[id(local)] = (local, number)
        return known[1]

    # ---- the loop

    def applied(self, fn: Node, args: list[Local]) -> Node:
        """What a function of the chain gives."""
        made: Node
        if type(fn) is n.CoreRef:
            refs: list[Node] = [n.LocalRef(fn.span, arg) for arg in args]
            made = n.Op(fn.span, fn.name, refs)
        else:
            assert isinstance(fn, n.Fn)
            arity = fn.arities[0]
            body = Body(self)
            for param, arg in zip(arity.params, args, strict=True):
                local = param.local
                if local.captured or local.assigned or local.mutated or param.default is not None:
                    raise NotCounting
                body.locals[id(local)] = arg
            before = len(body.locals)
            made = copy(body, arity.body)
            if body.repeats or body.calls:
                raise NotCounting
            self.locals += list(body.locals.values())[before:]
        made = self.exact(made)
        self.checked.append(made)
        return made

    @apart_when_full
    def exact(self, node: Node) -> Node:
        """The node with `even?` and `odd?` as of whole numbers, which the loop then looks for."""
        match node:
            case n.Op(op=op, args=[n.LocalRef(local=local)]) if op in EXACT and id(local) in self.items:
                self.whole.add(id(local))
                return n.Op(node.span, EXACT[op], node.args)
            case n.Op() | n.Logic():
                node.args = self.all_exact(node.args)
            case n.If():
                node.test, node.then = self.exact(node.test), self.exact(node.then)
                node.other = None if node.other is None else self.exact(node.other)
            case n.Do():
                node.body = self.all_exact(node.body)
            case n.Let():
                for step in node.binds:
                    assert step.init is not None
                    step.init = self.exact(step.init)
                    assert step.local.sources is not None
                    step.local.sources[:] = [step.init]
                node.body = self.exact(node.body)
            case n.SetLocal():
                raise NotCounting
        return node

    def all_exact(self, nodes: list[Node]) -> list[Node]:
        made = []
        for node in nodes:
            made.append(self.exact(node))  # noqa: PERF401
        return made

    def again(self, acc: Node | None) -> Node:
        """The next turn."""
        args: list[Node] = [n.Op(None, "inc", [n.LocalRef(None, self.index)])]
        if self.acc is not None:
            args.append(n.LocalRef(None, self.acc) if acc is None else acc)
        if self.begun is not None:
            args.append(n.LocalRef(None, self.begun) if acc is None else n.Lit(None, "true", "bool"))
        self.loop.recurs += 1
        return n.Recur(None, self.loop, args)

    def item(self, at: int, item: Local) -> Node:
        """What happens to an item from step `at` on."""
        if at == len(self.steps):
            assert self.out is not None
            push = n.MethodCall(None, array(self.out), "push", [n.LocalRef(None, item)])
            return n.Do(None, [push, self.again(None)])
        step = self.steps[at]
        if step.name == "reduce":
            return self.gathered(step, item)
        made = self.applied(step.fn, [item])
        if step.name in FILTERS:
            rest, skip = self.item(at + 1, item), self.again(None)
            return n.If(step.node.span, made, *((skip, rest) if step.name == "remove" else (rest, skip)))
        value = self.local(name_after(self.steps[at + 1 :]), made)
        self.items.add(id(value))
        rest = self.looked_at(value, self.item(at + 1, value), known=True)
        return n.Let(step.node.span, [n.Bind(step.node.span, value, made)], rest)

    def gathered(self, step: Step, item: Local) -> Node:
        acc = self.acc
        assert acc is not None and acc.sources is not None
        made = self.applied(step.fn, [acc, item])
        acc.sources.append(made)
        if self.begun is not None:
            acc.sources.append(n.LocalRef(None, item))
            made = n.If(step.node.span, n.LocalRef(None, self.begun), made, n.LocalRef(None, item))
        return self.again(made)

    def looked_at(self, local: Local, rest: Node, known: bool = False) -> Node:
        """`rest`, where the local is a number, or a whole one; the loop is given up where it is not."""
        if id(local) not in self.whole and known:
            return rest
        op = "%whole" if id(local) in self.whole else "%number"
        return n.If(None, n.Op(None, op, [n.LocalRef(None, local)]), rest, self.given_up())

    def given_up(self) -> Node:
        args: list[Node] = [n.LocalRef(None, local) for local in self.loop.locals]
        args[0] = n.Lit(None, "Infinity", "num")
        self.loop.recurs += 1
        left = n.Call(None, n.CoreRef(None, LEFT), list(self.left_of))
        return n.Do(None, [n.SetLocal(None, self.left, left), n.Recur(None, self.loop, args)])

    # ---- all of it

    def made(self) -> Node:
        last, loop = self.steps[-1], self.loop
        items = self.fixed_source() or Local("xs", type="any")
        zero = n.Lit(None, "0", "num")
        loop.binds = [n.Bind(None, self.index, zero)]
        before: list[n.Bind] = []
        if last.name == "reduce":
            result = self.begin(last)
        else:
            self.out = Local("out", type="arr")
            before.append(n.Bind(None, self.out, n.ArrayLit()))
            result = array(self.out)
        loop.locals = [step.local for step in loop.binds]
        x = self.local(name_after(self.steps), NUMBER)
        self.items.add(id(x))
        self.left_of = [n.LocalRef(None, items), n.LocalRef(None, self.index), n.LocalRef(None, x)]
        ranged = self.range_of(items)
        read = n.Index(None, array(items), n.LocalRef(None, self.index)) if ranged is None else ranged
        rest = self.item(0, x)
        each = n.Let(None, [n.Bind(None, x, read)], self.looked_at(x, rest, known=ranged is not None))
        done: list[Node] = [self.ended()]
        if self.begun is not None:
            done.append(n.LocalRef(None, self.begun))
        found = n.If(last.node.span, both(done), result, self.calls())
        more = n.Op(None, "<", [n.LocalRef(None, self.index), n.LocalRef(None, self.count)])
        loop.body = n.If(None, more, each, found)
        loop.ty = "any"
        self.settle()
        length = number_of(items, "length" if ranged is None else "size")
        guard = self.guard(is_js_array(items) if ranged is None else is_finite(items))
        before.append(n.Bind(None, self.left, n.LocalRef(None, items)))
        before.append(n.Bind(None, self.count, n.If(None, guard, length, n.Lit(None, "-1", "num"))))
        if self.fixed_source() is None:
            before.insert(0, n.Bind(self.source.span, items, self.source))
        return n.Let(last.node.span, before, loop)

    def fixed_source(self) -> Local | None:
        """The local that holds the collection, where there is one that stays what it is."""
        if type(self.source) is not n.LocalRef or self.source.local.mutated:
            return None
        return self.source.local

    def range_of(self, items: Local) -> Node | None:
        """An item of the collection, where that is a `range`, which is no array (see data.mjs)."""
        source = self.source
        if type(source) is not n.Call or type(source.fn) is not n.CoreRef or source.fn.name != "range":
            return None
        at: Node = n.LocalRef(None, self.index)
        if not source.args or any(type(arg) is n.Spread for arg in source.args):
            return None
        if len(source.args) == 1:
            return at
        if len(source.args) == 3:
            at = n.Op(None, "*", [at, number_of(items, "step")])
        return n.Op(None, "+", [number_of(items, "start"), at])

    def begin(self, last: Step) -> Node:
        """The accumulator's variable. Returns the loop's result."""
        init = last.node.args[1] if len(last.node.args) == 3 else None
        if init is not None and not is_fixed(init):
            raise NotCounting
        start: Node = n.Lit(None, "0", "num") if init is None else again_read(init)
        self.acc = self.stepped(name_of_acc(last.fn), *([] if init is None else [start]))
        self.loop.binds.append(n.Bind(None, self.acc, start))
        if init is None:
            no = n.Lit(None, "false", "bool")
            self.begun = self.stepped("begun", no)
            self.loop.binds.append(n.Bind(None, self.begun, no))
        return n.LocalRef(None, self.acc)

    def settle(self) -> None:
        """All have their types, and all operators suit them."""
        infer(self.locals)
        for local in self.locals:
            if local.type not in ("num", "bool"):
                raise NotCounting
        for local in self.locals:
            if id(local) in self.whole and local.type != "num":
                raise NotCounting
        for node in self.checked:
            suits(node)

    def guard(self, of_items: Node) -> Node:
        tests = [of_items]
        for local, _ in self.numbers.values():
            if local.type != "num":
                tests.append(n.Op(None, "%number", [n.LocalRef(None, local)]))
        return both(tests)

    def ended(self) -> Node:
        """Whether the loop has come to the end."""
        return n.Op(None, "=", [n.LocalRef(None, self.index), n.LocalRef(None, self.count)])

    def calls(self) -> Node:
        """The chain as it stands, of what the loop has left, behind what it has made."""
        made: Node = n.LocalRef(self.source.span, self.left)
        if self.begun is not None:  # at the end, where no item has come to the last call
            made = n.If(None, self.ended(), n.ArrayLit(), made)
        for step in self.steps:
            name = n.CoreRef(step.node.fn.span, "%" + step.name)  # by another name: it is no chain again
            args = step.node.args[:-1]
            if step.name == "reduce":
                assert self.acc is not None
                acc = n.LocalRef(None, self.acc)
                if self.begun is None:
                    args = [args[0], acc]
                else:
                    first = n.If(None, n.LocalRef(None, self.begun), n.ArrayLit(None, [acc]), n.ArrayLit())
                    made = behind(first, made)
            made = n.Call(step.node.span, name, [*args, made])
        return made if self.out is None else behind(n.LocalRef(None, self.out), made)


def behind(items: Node, made: Node) -> Node:
    return n.Call(None, n.CoreRef(None, "%behind"), [items, made])


def number_of(items: Local, name: str) -> Node:
    made = n.Prop(None, array(items), name)
    made.ty = "num"
    return made


def is_js_array(items: Local) -> Node:
    made = n.Call(None, n.CoreRef(None, "%isJsArray"), [n.LocalRef(None, items)])
    made.ty = "bool"
    return made


def is_finite(items: Local) -> Node:
    made = n.MethodCall(None, n.JsRef(None, "Number"), "isFinite", [number_of(items, "size")])
    made.ty = "bool"
    return made


def both(tests: list[Node]) -> Node:
    return tests[0] if len(tests) == 1 else n.Logic(None, "and", tests)


def array(local: Local) -> Node:
    made = n.LocalRef(None, local)
    made.ty = "arr"
    return made


def again_read(node: Node) -> Node:
    return n.LocalRef(node.span, node.local) if type(node) is n.LocalRef else node


def is_fixed(node: Node) -> bool:
    """A number or a truth value that may be read at any time."""
    if type(node) is n.LocalRef and (node.local.assigned or node.local.mutated):
        return False
    return type(node) in (n.Lit, n.LocalRef) and type_of(node) in ("num", "bool")


def name_after(steps: list[Step]) -> str:
    """What the next function calls its item."""
    for step in steps:
        if isinstance(step.fn, n.Fn) and (name := step.fn.arities[0].params[-1].local.name)[0] != "%":
            return name
    return "x"


def name_of_acc(fn: Node) -> str:
    return fn.arities[0].params[0].local.name if isinstance(fn, n.Fn) else "total"


def is_function(fn: Node, count: int) -> bool:
    if type(fn) is n.CoreRef:
        return fn.name in (OF_ONE if count == 1 else OF_TWO)
    if type(fn) is not n.Fn or not may_count(fn):
        return False
    arity = fn.arities[0]
    return len(arity.params) == count and (arity.loop is None or not arity.loop.recurs)


def steps_of(node: Node) -> tuple[list[Step], Node]:
    """The calls of a chain, the first to see an item first, and what they are of."""
    steps: list[Step] = []
    while type(node) is n.Call and type(node.fn) is n.CoreRef:
        name, args = node.fn.name, node.args
        if name == "reduce" and not steps:
            if len(args) not in (2, 3) or not is_function(args[0], 2):
                break
        elif (name not in MAPS and name not in FILTERS) or len(args) != 2 or not is_function(args[0], 1):
            break
        if type(args[-1]) is n.Spread:
            break
        steps.append(Step(node, name, args[0]))
        node = args[-1]
    return steps[::-1], node


def fused(node: n.Call, name_of: Callable[[Local], str]) -> Node | None:
    """One loop for a chain of calls; None where it is none, or somebody could tell the difference."""
    steps, source = steps_of(node)
    if len(steps) < 2 or type(source) is n.ArrayLit:  # one that is written out is short
        return None
    try:
        return Fused(steps, source, name_of).made()
    except NotCounting:
        return None
