"""Python values at the prompt: laid out for the width, cut where long, at the cost of what is shown."""

from __future__ import annotations

import collections
from typing import Any

import pytest
from polyrepl.repl.terminal.python_text import Limits, Shown

PAGE = Limits(width=60, items=100, depth=8, string=2000, lines=60)
LIMITS = Limits(width=40, items=5, depth=3, string=10, lines=4)


class Wide:
    def __repr__(self) -> str:
        return "w" * 100


class Tall:
    def __repr__(self) -> str:
        return "\n".join("abcdefgh")


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def cyclic() -> list[Any]:
    made: list[Any] = [1]
    made.append(made)
    return made


CASES: list[tuple[Any, str, bool]] = [
    ([1, 2], "[1, 2]", False),
    ((1,), "(1,)", False),
    ({}, "{}", False),
    ({"a": [1]}, "{'a': [1]}", False),
    (list(range(8)), "[0, 1, 2, 3, 4, … +3 more]", True),
    ({i: i for i in range(6)}, "{0: 0, 1: 1, 2: 2, 3: 3, 4: 4, … +1 more}", True),
    (frozenset(range(7)), "frozenset({0, 1, 2, 3, 4, … +2 more})", True),
    (collections.deque(range(9)), "deque([0, 1, 2, 3, 4, … +4 more])", True),
    (collections.deque([1]), "deque([1])", False),
    (collections.Counter("aab"), "Counter({'a': 2, 'b': 1})", False),
    (collections.OrderedDict.fromkeys(range(7), 0).keys(), "odict_keys([0, 1, 2, 3, 4, 5, 6])", False),
    (dict.fromkeys(range(7)).keys(), "dict_keys([0, 1, 2, 3, 4, … +2 more])", True),
    (collections.Counter(range(7)), "Counter({0: 1, 1: 1, 2: 1, 3: 1, 4: 1,\n         … +2 more})", True),
    ("x" * 12, "'xxxxxxxxxx'… +2 chars", True),
    (b"x" * 12, "b'xxxxxxxxxx'… +2 bytes", True),
    ([[[[1]]]], "[[[[… 1 item]]]]", True),
    (Wide(), "w" * 50 + "… +50 chars", True),
    (Tall(), "a\nb\nc\nd\n… +4 lines", True),
    (Broken(), "#<Broken: its repr raised RuntimeError: no>", False),
    ([Broken()], "[#<Broken: its repr raised RuntimeError: no>]", False),
    (cyclic(), "[1, [...]]", False),
    (
        ["a long string", "another one", "and more"],
        "['a long str'… +3 chars,\n 'another on'… +1 chars,\n 'and more']",
        True,
    ),
]


@pytest.mark.parametrize(("value", "text", "more"), CASES)
def test_shown(value: Any, text: str, more: bool) -> None:
    shown = Shown(value, LIMITS)
    assert (shown.text, shown.more) == (text, more)


def test_only_what_is_shown_is_looked_at() -> None:
    asked = []

    class Item:
        def __repr__(self) -> str:
            asked.append(self)
            return "i"

    items = [Item() for _ in range(1000)]
    for value in (items, tuple(items), dict.fromkeys(items), set(items), collections.deque(items)):
        asked.clear()
        Shown(value, LIMITS)
        assert len(asked) == 5


LONG: list[tuple[Any, str]] = [
    # what no terminal holds, and how its text begins
    ({i: {j: list(range(50)) for j in range(30)} for i in range(50)}, "{0: {… 30 items},"),
    ([[[0] * 100 for _ in range(100)] for _ in range(100)], "[[… 100 items],"),
    ([list(range(50)) for _ in range(100)], "[[0, 1, 2, 3,"),
    ([("word" * 10,) * 9 for _ in range(90)], "[('wordword"),
    ({"k": list(range(1000)), "l": ["x" * 50] * 100}, "{'k': [0, 1, 2, 3,"),
    (dict.fromkeys(range(200), "y" * 300), "{0: 'yyy"),
    (["z" * 5000] * 90, "['zzz"),
    (collections.deque(["x" * 100] * 90), "deque(['xxx"),
    (collections.OrderedDict((i, "y" * 200) for i in range(300)), "OrderedDict({0: 'yyy"),
    ([[Tall()] * 50] * 50, "[[… 50 items],"),
    ([collections.deque([[1] * 80] * 300)] * 40, "[deque([… 300 items]),"),
]


@pytest.mark.parametrize("width", [30, 60, 140])
@pytest.mark.parametrize(("value", "begins"), LONG, ids=[begins for _, begins in LONG])
def test_a_container_takes_the_rows_that_it_may(value: Any, begins: str, width: int) -> None:
    shown = Shown(value, Limits(width, PAGE.items, PAGE.depth, PAGE.string, PAGE.lines))
    rows = sum(max(1, -(-len(line) // width)) for line in shown.text.split("\n"))
    assert shown.more and rows <= PAGE.lines + 1
    assert shown.text.startswith(begins) or width != 60
    whole = Shown(value, Limits(width, 10**9, 10**6, 10**9, 10**9))
    assert not whole.more


def test_each_item_is_asked_once_for_its_repr() -> None:
    asked = []

    class Told:
        def __repr__(self) -> str:
            asked.append(self)
            return "a" * 50

    Shown([[Told() for _ in range(30)] for _ in range(30)], PAGE)
    assert 0 < len(asked) == len(set(asked))


def test_what_fits_is_whole_and_a_long_list_shows_its_first_items() -> None:
    assert not Shown([[1, 2, 3]] * 100, PAGE).more
    rows = Shown([["a" * 30, "b" * 20]] * 90, PAGE).text.split("\n")
    assert len(rows) == 60 and rows[-1] == " … +31 more]"
