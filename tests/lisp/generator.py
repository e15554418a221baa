"""The generator of random programs: names in scope, types, functions and loops.

In: a seed and the tables of forms. Out: expressions as trees: a tree is a text (an atom) or a list whose
first item is the opening bracket; `render` writes it.

Programs are typed just enough to be meaningful (numbers are added, arrays are walked), every name is in scope
and loops are bounded by a counter that nothing else may assign. They lean towards what lowerings get wrong:
effects and awaits in the middle of argument lists, reads of variables before and after a `set!`, few names
that shadow each other, closures made in loops, `recur` out of `try`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

Tree = Any  # str | list[Tree]
# Few, so that they shadow each other; the odd ones are what a compiler makes up or JavaScript reserves.
COMMON = ("x", "y", "z", "a", "b", "i", "n", "acc", "v", "f", "my-var")
ODD = (
    "class",
    "default",
    "arguments",
    "result",
    "x$1",
    "v$1",
    "x_1",
    "x-1",
    "args",
    "it",
    "$rt",
    "name",
    "error?",
    "e!",
)
NAMES = COMMON + ODD
OPENERS = {"(": ")", "#(": ")", "[": "]", "{": "}"}


def render(tree: Tree) -> str:
    if isinstance(tree, str):
        return tree
    opener, *items = tree
    if opener == 'f"':
        return (
            'f"'
            + "".join(item if at % 2 == 0 else "{" + render(item) + "}" for at, item in enumerate(items))
            + '"'
        )
    return opener + " ".join(map(render, items)) + OPENERS[opener]


def text_of(program: list[Tree]) -> str:
    return "\n".join(map(render, program))


def lst(*items: Tree) -> Tree:
    return ["(", *items]


def vec(*items: Tree) -> Tree:
    return ["[", *items]


@dataclass(frozen=True)
class FnType:
    """A function of numbers to a number: how many arguments it takes, and whether it is async."""

    least: int
    most: int
    awaits: bool


@dataclass(frozen=True)
class Go:
    """The name of a named let: its number of variables, its counter, the function it may be called in."""

    extra: int
    counter: Var
    owner: Owner


@dataclass(eq=False)
class Var:
    name: str
    type: Any
    settable: bool = True


@dataclass(eq=False)
class Owner:
    """The function whose body is being made."""

    may_await: bool = True
    awaits: bool = False
    short: bool = False  # inside #(..)
    may_yield: bool = False


@dataclass(frozen=True)
class Tail:
    """A recur is possible: to a loop that counts `counter`, with more variables of these types."""

    counter: Var
    types: tuple[Any, ...]
    go: str | None = None


@dataclass(frozen=True)
class Tables:
    """Functions that make forms: for any type with a tail or without, by type, for their effects."""

    tail: list[Any]
    any: list[Any]
    by_type: dict[str, list[Any]]
    effects: list[Any]


class Generator:
    """Makes one program."""

    def __init__(self, seed: int, tables: Tables) -> None:
        self.tables = tables
        self.random = random.Random(seed)
        self.scope: list[Var] = []
        self.owner = Owner()
        self.loops = 0
        self.prelude: dict[str, Tree] = {}
        self.messages = 0

    # -- helpers ------------------------------------------------------------------------------

    def chance(self, part: float) -> bool:
        return self.random.random() < part

    def pick(self, items: Any) -> Any:
        return self.random.choice(items)

    def split(self, size: int, count: int) -> list[int]:
        """Parts of a size for `count` children."""
        if count == 0:
            return []
        cuts = sorted(self.random.randint(0, max(0, size - 1)) for _ in range(count - 1))
        return [b - a for a, b in zip([0, *cuts], [*cuts, max(0, size - 1)], strict=True)]

    def name(self) -> str:
        return self.pick(ODD if self.chance(0.15) else COMMON)

    def distinct(self, count: int) -> list[str]:
        names = list(dict.fromkeys(self.name() for _ in range(count + 2)))
        return names[:count] if len(names) >= count else self.distinct(count)

    def visible(self, test: Any) -> list[Var]:
        """Variables that can be seen (not shadowed) and whose type passes."""
        seen: set[str] = set()
        out = []
        for var in reversed(self.scope):
            if var.name not in seen:
                seen.add(var.name)
                if test(var.type):
                    out.append(var)
        return out

    def sees(self, var: Var) -> bool:
        return next((v for v in reversed(self.scope) if v.name == var.name), None) is var

    def bind(self, name: str, kind: Any, settable: bool = True) -> Var:
        var = Var(name, kind, settable)
        self.scope.append(var)
        return var

    def bindings(self, pairs: list[tuple[Tree, Tree]]) -> Tree:
        """A binding list in one of the two styles."""
        if self.chance(0.5):
            return vec(*[item for pair in pairs for item in pair])
        return lst(*[lst(*pair) for pair in pairs])

    # -- expressions --------------------------------------------------------------------------

    def expr(self, kind: Any, size: int, tail: Tail | None = None) -> Tree:
        """An expression of a type, of about `size` lists."""
        if tail is not None:
            if self.sees(tail.counter) and self.chance(0.3 if size > 3 else 0.75):
                return self.recur(tail, size)
            if size > 1 and self.chance(0.85):
                return self.pick(self.tables.tail)(self, kind, size, tail)
            if not self.sees(tail.counter) or self.chance(0.5) or size <= 1:
                tail = None
        if kind == "any":
            kind = self.pick(("num", "num", "num", "str", "kw", "bool", "maybe", "arr", "map", "arr"))
        if kind == "dyn" and (size <= 1 or self.chance(0.6)):
            found = self.visible(lambda t: t == "dyn")
            if found and self.chance(0.5):
                return self.pick(found).name
            kind = self.pick(("num", "num", "str", "kw", "bool", "maybe", "arr", "map"))
        if size <= 1:
            return self.leaf(kind)
        roll = self.random.random()
        if roll < 0.42 and kind != "dyn":
            return self.pick(self.tables.by_type[kind])(self, size)
        if (
            roll < 0.62
            and self.owner.may_await
            and kind in ("num", "arr", "bool", "str", "kw", "map", "maybe")
        ):
            return self.awaited(kind, size)
        if roll < 0.72:
            return lst("t", self.expr(kind, size - 1))
        return self.pick(self.tables.any)(self, kind, size)

    def leaf(self, kind: Any) -> Tree:
        if kind == "dyn":
            return self.leaf(self.pick(("num", "str", "kw", "maybe", "arr")))
        found = self.visible(lambda t: t == kind or (kind == "maybe" and t == "num"))
        if found and self.chance(0.75):
            return self.pick(found).name
        if kind == "num":
            return self.pick(("0", "1", "2", "3", "10", "-1", "0.5"))
        if kind == "maybe":
            return self.pick(("nil", "1", "0"))
        if kind == "bool":
            return self.pick(("true", "false"))
        if kind == "str":
            return self.pick(('"s"', '""', '"q r"'))
        if kind == "kw":
            return self.pick((":k", ":else", ":long-key"))
        if kind == "arr":
            return vec(*[self.leaf("num") for _ in range(self.random.randint(0, 3))])
        if kind == "map":
            return ["{", ":a", self.leaf("num"), ":b", self.leaf("num")]
        if kind == "obj":
            return self.object(1)
        if kind == "prom":
            return lst(self.pick(("p", "tp")), self.leaf("num"))
        if kind == "fns":
            return vec()
        raise AssertionError(kind)

    def exprs(self, kinds: list[Any], size: int) -> list[Tree]:
        return [self.expr(kind, part) for kind, part in zip(kinds, self.split(size, len(kinds)), strict=True)]

    def awaited(self, kind: Any, size: int) -> Tree:
        self.owner.awaits = True
        if kind == "num" and self.chance(0.25):
            made = self.call(size, asynchronous=True)
            if made is not None:
                return lst("await", made)
        if kind == "num" and self.chance(0.3):
            found = self.visible(lambda t: t == "prom")
            if found:
                return lst("await", self.pick(found).name)
        if kind == "arr" and self.chance(0.4):
            return lst("await", lst("all", self.promises(size)))
        if self.chance(0.06):
            return lst("await", lst("p!", self.message()))
        if self.chance(0.1):
            return lst("await", self.expr(kind, size - 1))
        if self.chance(0.06):
            return lst("->", self.expr(kind, size - 1), "p", "await")
        return lst("await", lst(self.pick(("p", "tp")), self.expr(kind, size - 2)))

    def promises(self, size: int) -> Tree:
        """An array of promises of numbers."""
        if self.chance(0.3):
            saved = self.scope[:]
            source = self.expr("arr", size // 3)
            fn = self.function(size // 2, 1, short=self.chance(0.2))
            self.scope = saved
            return lst("map", fn[0], source)
        parts = []
        for part in self.split(size, self.random.randint(1, 3)):
            made = self.call(part, asynchronous=True) if self.chance(0.5) else None
            parts.append(made or self.expr("prom", max(1, part)))
        return vec(*parts)

    def message(self) -> str:
        self.messages += 1
        return f'"e{self.messages}"'

    def call(self, size: int, *, asynchronous: bool) -> Tree | None:
        """A call of some function in scope."""
        found = self.visible(lambda t: isinstance(t, FnType) and t.awaits == asynchronous)
        if not found:
            return None
        fn = self.pick(found)
        count = self.random.randint(fn.type.least, min(fn.type.most, 4))
        args = self.exprs(["num"] * count, size) if count else []
        if args and fn.type.most > fn.type.least and self.chance(0.06):
            args[-1] = self.pick(("nil", lst(".", "{}", "zz"))) if len(args) > fn.type.least else args[-1]
        return lst(fn.name, *args)

    # -- functions ----------------------------------------------------------------------------

    def function(
        self, size: int, count: int, *, short: bool = False, may_await: bool = True, head: str | None = None
    ) -> tuple[Tree, FnType]:
        """A function expression of `count` numbers (and perhaps more), with its type."""
        saved, outer, loops = self.scope[:], self.owner, self.loops
        short = short and not outer.short
        self.owner = Owner(may_await, False, short or outer.short)
        names = self.distinct(count + 2)
        least = most = count
        if short and count == 1:
            self.bind("%", "num", False)
            body = self.expr("num", size - 1)
            if isinstance(body, str) or body[0] != "(":
                body = lst("+", "%", body)
            tree = ["#(", *body[1:]]
        elif self.chance(0.15) and count and head is None:
            tree, most = self.multi(size, names, count)
        else:
            params: list[Tree] = []
            for name in names[:count]:
                self.bind(name, "num")
                params.append(name)
            if self.chance(0.2):
                params.append(lst(names[count], self.expr("num", size // 4)))
                self.bind(names[count], "num")
                most += 1
            if self.chance(0.12):
                params += ["&", names[count + 1]]
                self.bind(names[count + 1], "arr")
                most = 4
            shape = vec(*params) if self.chance(0.5) else lst(*params)
            body = self.recursive(size, params, count) if count == len(params) == 2 else self.bodies(size)
            self_name = [head] if head else []
            tree = lst(self.pick(("fn", "fn", "lambda")), *self_name, shape, *body)
        made = FnType(least, most, self.owner.awaits)
        self.scope, self.owner, self.loops = saved, outer, loops
        return tree, made

    def multi(self, size: int, names: list[str], count: int) -> tuple[Tree, int]:
        clauses = []
        for number in range(count, count + 2):
            saved = self.scope[:]
            for name in names[:number]:
                self.bind(name, "num")
            clauses.append(lst(vec(*names[:number]), *self.bodies(size // 2)))
            self.scope = saved
        return lst("fn", *clauses), count + 1

    def recursive(self, size: int, params: list[Tree], count: int) -> list[Tree]:
        """A body that may recur to the function: the first parameter counts down."""
        if not self.chance(0.5):
            return self.bodies(size)
        counter = Var(params[0], "num", False)
        self.scope.append(counter)
        tail = Tail(counter, ("num",) * (count - 1), "down")
        test = lst("<", params[0], "1")
        if self.chance(0.5):
            return [lst("if", test, self.expr("num", size // 3), self.expr("num", size // 2, tail))]
        # the argument is not bounded by anything: stop at large ones too
        return [lst("if", lst("and", lst("<", "0", params[0]), lst("<", params[0], "4")),
                    self.expr("num", size // 2, tail), self.expr("num", size // 3))]  # fmt: skip

    def bodies(self, size: int) -> list[Tree]:
        """A body of one or two forms that gives a number."""
        if size > 4 and self.chance(0.4):
            return [self.effect(size // 3), self.expr("num", size // 2)]
        return [self.expr("num", size - 1)]

    # -- loops --------------------------------------------------------------------------------

    def recur(self, tail: Tail, size: int) -> Tree:
        step = lst("dec" if tail.go == "down" else "inc", tail.counter.name)
        head = "recur" if tail.go in (None, "down") else tail.go
        parts = self.split(size, len(tail.types)) if tail.types else []
        args = [self.expr(kind, part) for kind, part in zip(tail.types, parts, strict=True)]
        return lst(head, step, *args)

    def thunk(self, size: int) -> Tree:
        """A sync function without parameters."""
        return self.function(size, 0, may_await=False)[0]

    # -- effects ------------------------------------------------------------------------------

    def effect(self, size: int) -> Tree:
        """A form made for what it does."""
        return self.pick(self.tables.effects)(self, max(1, size))

    def object(self, size: int) -> Tree:
        method, _ = self.function(max(2, size // 2), 1, may_await=False)
        return ["{", ":a", self.expr("num", size // 3), ":m", method]
