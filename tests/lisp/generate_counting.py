"""Random functions that only count: what numeric twins, short loops and native operators are made of.

In: a seed. Out: trees (see generator.py) of `(defn NAME [n x y] ..)`, one or two that call each other.

Whatever they are called with, they end, and nothing in them grows beyond bounds: `n` is the fuel of recursion
and is set by nothing, a loop's counter stops at a constant, numbers are multiplied by constants alone, and
long loops, which are there for the polls of every 512th turn, add one thing a turn and stand alone.
"""

from __future__ import annotations

import random
from typing import Any

from generator import Tree, lst, vec

NUMBERS = ("0", "1", "2", "3", "-1", "0.5", "10", "-0.0", "7", "-3")
ODD = ("nil", "true", '"a"', "NaN", "2n", "1e300", "false", "Infinity")
NAMES = ("x", "y", "a", "b", "c", "x")  # few, so that they shadow each other
RELATIONS = ("<", "<=", ">", ">=", "=", "not=", "=", "<")
QUESTIONS = ("zero?", "pos?", "neg?", "even?", "odd?", "number?", "nil?", "some?", "true?", "false?")
LONG = (511, 512, 513, 600, 1025)


class Counting:
    """One function being made. `mixed`: with literals that are no numbers, so that types are unknown."""

    def __init__(self, random_: random.Random, partner: str | None, mixed: bool) -> None:
        self.random = random_
        self.partner = partner
        self.mixed = mixed
        self.names = ["x", "y"]
        self.calls = 3  # how often a turn may call, at most
        self.loops = 0

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def pick(self, items: Any) -> Any:
        return self.random.choice(items)

    # -- expressions --------------------------------------------------------------------------

    def leaf(self) -> Tree:
        if self.chance(0.6):
            return self.pick(self.names)
        return self.pick(ODD) if self.mixed and self.chance(0.25) else self.pick(NUMBERS)

    def number(self, depth: int) -> Tree:
        """An expression that is a number where its operands are."""
        if depth <= 0 or self.chance(0.1):
            return self.leaf()
        less = depth - 1
        made: list[tuple[int, Any]] = [
            (5, lambda: lst(self.pick("+-"), self.number(less), self.number(less))),
            (1, lambda: lst(self.pick("+-"), self.number(less), self.number(0), self.number(0))),
            (2, lambda: lst(self.pick(("*", "/")), self.number(less), self.pick(("2", "-1", "0.5")))),
            (3, lambda: lst(self.pick(("mod", "rem", "quot")), self.number(less), self.divisor(less))),
            (3, lambda: lst(self.pick(("inc", "dec", "-")), self.number(less))),
            (4, lambda: lst("if", self.truth(less), self.number(less), self.number(less))),
            (1, lambda: lst("cond", self.truth(less), self.number(0), self.truth(0), self.number(less),
                            ":else", self.number(less))),
            (2, lambda: self.let(less, self.number)),
            (2, lambda: lst("set!", self.pick(self.names), self.number(less))),
            (2, lambda: lst("do", self.effect(less), self.number(less))),
            (2, lambda: self.call(less)),
            (2, lambda: self.loop(less)),
        ]  # fmt: skip
        if self.mixed:
            made += [
                (1, lambda: lst(self.pick(("and", "or")), self.truth(less), self.number(less))),
                (1, lambda: lst("when", self.truth(less), self.number(less))),
                (1, lambda: self.truth(less)),
                (1, lambda: lst("count", vec(self.number(less)))),
            ]
        tree: Tree = self.random.choices([one for _, one in made], [weight for weight, _ in made])[0]()
        return tree

    def divisor(self, depth: int) -> Tree:
        return self.pick(("2", "3", "10", "0.5", "-3", "x", "y")) if self.chance(0.8) else self.number(depth)

    def truth(self, depth: int) -> Tree:
        """An expression that is true or false."""
        if depth < 0:
            return self.pick(("true", "false"))
        less = depth - 1
        made: list[tuple[int, Any]] = [
            (6, lambda: lst(self.pick(RELATIONS), self.number(less), self.number(less))),
            (1, lambda: lst(self.pick(RELATIONS), self.number(less), self.number(0), self.number(less))),
            (3, lambda: lst(self.pick(QUESTIONS), self.number(less))),
            (2, lambda: lst("not", self.truth(less))),
            (2, lambda: lst(self.pick(("and", "or")), self.truth(less), self.truth(less))),
            (1, lambda: lst("if", self.truth(less), self.truth(less), self.truth(less))),
            (1, lambda: self.let(less, self.truth)),
        ]
        if self.mixed:
            made.append((2, lambda: self.number(less)))
        tree: Tree = self.random.choices([one for _, one in made], [weight for weight, _ in made])[0]()
        return tree

    def effect(self, depth: int) -> Tree:
        if self.chance(0.3):
            return lst("if", self.truth(depth - 1), lst("set!", self.pick(self.names), self.number(0)), "0")
        return lst("set!", self.pick(self.names), self.number(depth - 1))

    def let(self, depth: int, body: Any) -> Tree:
        saved = self.names[:]
        binds: list[Tree] = []
        for _ in range(self.pick((1, 1, 2))):
            name = self.pick(NAMES)
            binds += [name, self.number(depth)]
            self.names.append(name)
        made = lst("let", vec(*binds), body(depth))
        self.names = saved
        return made

    def call(self, depth: int) -> Tree:
        """Itself or the other with less fuel; no argument is larger than a name and a constant."""
        if self.calls <= 0:
            return self.leaf()
        self.calls -= 1
        name = "OTHER" if self.partner and self.chance(0.7) else "NAME"
        args = [self.step(self.leaf()) if self.chance(0.5) else self.leaf() for _ in range(2)]
        return lst(name, lst("-", "n", "1"), *args)

    def step(self, tree: Tree) -> Tree:
        """The tree, a little more or less."""
        return self.pick(
            (lst("+", tree, self.pick(NUMBERS)), lst("-", tree, self.pick(NUMBERS)), lst("inc", tree), tree)
        )

    # -- loops --------------------------------------------------------------------------------

    def loop(self, depth: int) -> Tree:
        """A loop of a few turns."""
        if self.loops >= 2:
            return self.leaf()
        saved, calls = self.names[:], self.calls
        self.loops += 1
        self.calls //= 3
        counter = "ij"[self.loops - 1]
        turns = str(self.pick((1, 2, 3)))
        made = self.pick((self.recurring, self.recurring, self.ending, self.while_))(counter, turns, depth)
        self.loops -= 1
        self.calls = min(calls, 3 * self.calls)
        self.names = saved
        return made

    def recurring(self, counter: str, turns: str, depth: int) -> Tree:
        """`(loop [i 0 s ..] (if (< i 3) (recur (inc i) ..) ..))`, with its test in one of its spellings."""
        names = self.random.sample(("a", "b", "c"), self.pick((0, 1, 1, 2)))
        inits = [self.number(depth - 1) for _ in names]
        self.names += names
        again = lst("recur", lst("inc", counter), *[self.number(depth - 1) for _ in names])
        if self.chance(0.3):
            again = lst("do", self.effect(depth), again)
        if self.chance(0.3):
            again = lst("let", vec("d", self.number(depth - 1)), again)
        below, reached = lst("<", counter, turns), lst(">=", counter, turns)
        if self.chance(0.3):
            below = lst("and", below, self.truth(depth - 1))
        result = self.number(depth - 1)
        body = self.pick(
            (lst("if", below, again, result), lst("if", reached, result, again),
             lst("if", lst("not", below), result, again), lst("cond", reached, result, ":else", again))
        )  # fmt: skip
        binds = [part for pair in zip(names, inits, strict=True) for part in pair]
        return lst("loop", vec(counter, "0", *binds), body)

    def ending(self, counter: str, turns: str, depth: int) -> Tree:
        """A loop that goes round in two places."""
        name = self.pick("abc")
        init = self.number(depth - 1)
        self.names.append(name)
        first, second = (
            lst("recur", lst("inc", counter), self.number(depth - 1)),
            lst("recur", lst("+", counter, "1"), self.step(name)),
        )
        body = lst(
            "cond", lst(">=", counter, turns), self.number(depth - 1), self.truth(depth - 1), first, ":else",
            second,
        )  # fmt: skip
        return lst("loop", vec(counter, "0", name, init), body)

    def while_(self, counter: str, turns: str, depth: int) -> Tree:
        name = self.pick("abc")
        init = self.number(depth - 1)
        self.names.append(name)
        step = lst("set!", counter, lst("inc", counter))
        if self.chance(0.3):
            test, body = lst("<", step, turns), [self.effect(depth)]
        else:
            test, body = lst("<", counter, turns), [self.effect(depth), step]
        if self.chance(0.3):
            test = lst("and", test, self.truth(depth - 1))
        if self.chance(0.5):
            body.reverse()
        return lst(
            "let", vec(counter, "0", name, init), lst("while", test, *body), self.number(max(0, depth - 1))
        )

    def long(self) -> Tree:
        """A loop around a poll or two."""
        turns = str(self.pick(LONG))
        change = lst(self.pick("+-"), "s", self.pick(("1", "0.5", "i", "x", "y")))
        if self.chance(0.3):
            change = lst("if", self.truth(1), change, "s")
        elif self.chance(0.2):
            change = lst("mod", lst("+", "s", "i"), self.pick(("7", "x")))
        test = lst("<", "i", turns)
        if self.chance(0.3):
            test = lst("and", test, lst("not=", "i", self.pick(("510", "512", "x"))))
        again = lst("recur", lst("inc", "i"), change)
        result = self.pick(("s", lst("+", "s", "i"), lst("if", self.truth(1), "s", "i")))
        if self.chance(0.3):
            step = lst("set!", "i", lst("inc", "i"))
            body = [lst("set!", "s", change), step]
            return lst("let", vec("i", "0", "s", self.leaf()), lst("while", test, *body), result)
        body_ = lst("if", test, again, result)
        if self.chance(0.4):
            again_ = lst("recur", lst("+", "i", "2"), "s")
            body_ = lst("cond", lst(">=", "i", turns), result, self.truth(1), again, ":else", again_)
        return lst("loop", vec("i", "0", "s", self.leaf()), body_)

    # -- functions ----------------------------------------------------------------------------

    def body(self) -> Tree:
        if self.chance(0.12):
            return self.long()
        depth = self.pick((1, 2, 2, 3, 3, 4))
        fuel = lst("and", lst(">", "n", "0"), lst("<", "n", "5"))
        if self.chance(0.15):  # recurs to itself
            self.calls = 0
            again = lst("recur", lst("dec", "n"), self.step(self.leaf()), self.step(self.leaf()))
            if self.chance(0.4):
                again = lst("do", self.effect(1), again)
            return lst("if", fuel, again, self.number(depth))
        calls = self.calls
        more = self.number(depth)
        if calls == self.calls and self.chance(0.9 if self.partner else 0.7):
            more = lst(self.pick("+-"), self.call(0), more)
        self.calls = 0
        base = self.number(self.pick((0, 1, 2)))
        return self.pick(
            (lst("if", fuel, more, base), lst("if", lst("not", fuel), base, more),
             lst("if", lst(">", "n", "0"), lst("if", lst("<", "n", "5"), more, base), self.leaf()),
             lst("cond", lst("not", lst(">", "n", "0")), base, lst("<", "n", "5"), more, ":else", "x"))
        )  # fmt: skip


def counting(seed: int, pairs: bool = True) -> list[Tree]:
    """The definitions of one function, NAME, or of two, NAME and OTHER, that call each other."""
    chosen = random.Random(seed)
    names = ["NAME", "OTHER"] if pairs and chosen.random() < 0.35 else ["NAME"]
    mixed = chosen.random() < 0.35 / len(names)
    made = []
    for name in reversed(names):
        body = Counting(chosen, "OTHER" if len(names) > 1 else None, mixed).body()
        text = body if name == "NAME" else swapped(body)
        made.append(lst("defn", name, vec("n", "x", "y"), text))
    return made


def swapped(tree: Tree) -> Tree:
    """The tree with the two names exchanged."""
    if isinstance(tree, str):
        return {"NAME": "OTHER", "OTHER": "NAME"}.get(tree, tree)
    return [swapped(part) for part in tree]
