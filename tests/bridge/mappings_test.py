"""A mapping, a set, a sequence is one at every door, by `collections.abc`; what only looks like one is an
object."""

from __future__ import annotations

import collections
import collections.abc
import os
import types
from collections.abc import Iterator
from typing import Any

import pandas
import pytest
from polyrepl.bridge import Bridge

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


class Headers(collections.abc.MutableMapping[str, Any]):
    """As requests has it: keys are found whatever their case."""

    def __init__(self, items: dict[str, Any]) -> None:
        self.store = {key.lower(): (key, item) for key, item in items.items()}

    def __getitem__(self, key: str) -> Any:
        return self.store[key.lower()][1]

    def __setitem__(self, key: str, value: Any) -> None:
        self.store[key.lower()] = (key, value)

    def __delitem__(self, key: str) -> None:
        del self.store[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return (key for key, _ in self.store.values())

    def __len__(self) -> int:
        return len(self.store)


class Duck:
    """What a Mapping needs, and no more."""

    def __init__(self, items: dict[Any, Any]) -> None:
        self._all = items

    def __getitem__(self, key: Any) -> Any:
        return self._all[key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, key: Any) -> bool:
        return key in self._all


@collections.abc.Mapping.register
class Registered(Duck):
    pass


MAPPINGS = [
    {"a": 1, "b": 2},
    collections.UserDict(a=1, b=2),
    collections.ChainMap({"a": 1}, {"b": 2}),
    types.MappingProxyType({"a": 1, "b": 2}),
    Headers({"a": 1, "b": 2}),
    Registered({"a": 1, "b": 2}),
    collections.defaultdict(int, a=1, b=2),
]
DOORS = {
    "Object.fromEntries(x)": {"a": 1, "b": 2},
    "new Map(x)": {"a": 1, "b": 2},
    "Object.entries(x).sort()": [["a", 1], ["b", 2]],
    "[...x].sort()": [["a", 1], ["b", 2]],
    "({...x})": {"a": 1, "b": 2},
    "$py.toJs(x)": {"a": 1, "b": 2},
    "JSON.parse(JSON.stringify(x))": {"a": 1, "b": 2},
    "Array.from(x.keys()).sort()": ["a", "b"],
    "Array.from(x.values()).sort()": [1, 2],
    "[x.size, x.has('a'), x.has('z'), x.a, 'a' in x, 'z' in x]": [2, True, False, 1, True, False],
    "(() => { let n = 0; for (const [k, v] of x) n += v; return n })()": 3,
    "x[Symbol.for('polyrepl.python')].kind(x)": "dict",
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("value", MAPPINGS, ids=lambda value: type(value).__name__)
def test_a_mapping_is_one_at_every_door(js: Bridge, value: Any, door: str) -> None:
    assert js.eval(f"(x) => {{ {PY} return {door} }}")(value) == DOORS[door]


class Jar(collections.UserDict[str, int]):
    """As a jar of cookies: a mapping that iterates as something else."""

    def __iter__(self) -> Iterator[Any]:
        return iter([object()])

    def keys(self) -> Any:
        return self.data.keys()

    def items(self) -> Any:
        return self.data.items()


def test_keys_are_what_keys_says(js: Bridge) -> None:
    jar = Jar()
    jar.data.update(a=1, b=2)
    assert js.eval("(x) => [Object.keys(x), {...x}, [...x]]")(jar) == [
        ["a", "b"],
        {"a": 1, "b": 2},
        [["a", 1], ["b", 2]],
    ]


@pytest.mark.parametrize("kind", [dict, collections.UserDict])
def test_whole_numbers_are_keys_by_their_text(js: Bridge, kind: Any) -> None:
    """As in an object of JavaScript's; a key that is that text comes first."""
    value = kind({1: "one", -2: "less", "x": "text", 2.5: "half", (3,): "tuple"})
    look = js.eval(
        "(d) => [Object.entries(d), d[1], d['-2'], d[7], 2.5 in d, 1 in d, Object.hasOwn(d, 1), d.get(1)]"
    )
    assert look(value) == [
        [["1", "one"], ["-2", "less"], ["x", "text"]],
        "one",
        "less",
        None,
        False,
        True,
        True,
        "one",
    ]
    js.eval("(d) => { d[1] = 'new'; delete d[-2]; d[9] = 'text' }")(value)
    assert dict(value) == {1: "new", "x": "text", 2.5: "half", (3,): "tuple", "9": "text"}
    both = kind({0: "number", "0": "text"})
    assert js.eval("(d) => [d[0], {...d}, d.get(0)]")(both) == ["text", {"0": "text"}, "number"]
    rows = js.eval("(rows) => { let n = 0; for (const row of rows) n += row[0] + row.b; return n }")
    assert rows([{0: at, "b": 1} for at in range(100)]) == sum(range(100)) + 100


def test_reading_a_mapping_adds_nothing(js: Bridge) -> None:
    value = collections.defaultdict(int, a=1)
    js.eval("(x) => [x.has('z'), x[Symbol.for('polyrepl.python')].lookup(x, 'z'), Object.keys(x)]")(value)
    assert dict(value) == {"a": 1}


def test_mappings_are_written_by_item(js: Bridge) -> None:
    for value in (collections.UserDict(a=1), Headers({"a": 1}), collections.ChainMap({"a": 1})):
        js.eval("(x) => { x.b = 2; x.set('c', 3); delete x.a }")(value)
        assert dict(value) == {"b": 2, "c": 3}
    holder = collections.UserDict(a=1)
    js.eval("(x) => { x.data = new Map([['q', 9]]) }")(holder)  # its own attribute stays one
    assert dict(holder) == {"q": 9}


def test_the_environment(js: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLYREPL_TEST", "yes")
    assert js.eval("(x) => Object.fromEntries(x).POLYREPL_TEST")(os.environ) == "yes"
    assert js.eval("(x) => x.POLYREPL_TEST")(os.environ) == "yes"


def test_sets_and_sequences(js: Bridge) -> None:
    to_js = js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")
    kind = js.eval("(x) => x[Symbol.for('polyrepl.python')].kind(x)")

    class Members(collections.abc.Set[int]):
        def __contains__(self, item: object) -> bool:
            return item in (1, 2)

        def __iter__(self) -> Iterator[int]:
            return iter((1, 2))

        def __len__(self) -> int:
            return 2

    for members in (Members(), {1: 0, 2: 0}.keys(), frozenset((1, 2))):
        assert kind(members) == "set"
        assert to_js(members) == {1, 2}
        assert js.eval("(x) => [x.size, x.has(2), [...x]]")(members) == [2, True, [1, 2]]
    items: list[Any] = [collections.UserList([1, 2]), collections.deque([1, 2]), range(1, 3)]
    for sequence in items:
        assert to_js(sequence) == [1, 2]
        assert js.eval("(x) => [Array.isArray(x), x.length, x[1], x.map((y) => y * 2)]")(sequence) == [
            True,
            2,
            2,
            [2, 4],
        ]
    assert to_js({"a": 1, "b": [2]}.values()) == [1, [2]]
    queue = collections.deque([1, 2])
    assert js.eval("(x) => x.shift()")(queue) == 1
    assert list(queue) == [2]


def test_what_only_looks_like_a_mapping_stays_an_object(js: Bridge) -> None:
    kind = js.eval("(x) => x[Symbol.for('polyrepl.python')].kind(x)")
    assert kind(Duck({"a": 1})) == "object"
    assert kind(pandas.DataFrame({"a": [1]})) == "object"
    assert js.eval("(x) => [...x]")(Duck({"a": 1})) == ["a"]


def test_what_is_registered_later_is_seen(js: Bridge) -> None:
    class Late(Duck):
        pass

    kind = js.eval("(x) => x[Symbol.for('polyrepl.python')].kind(x)")
    assert kind(Late({})) == "object"
    collections.abc.Mapping.register(Late)
    assert kind(Late({"a": 1})) == "dict"


def test_what_is_both_is_what_its_bases_name_first(js: Bridge) -> None:
    kind = js.eval("(x) => x[Symbol.for('polyrepl.python')].kind(x)")

    class Nodes(collections.abc.Mapping[int, str], collections.abc.Set[int]):  # type: ignore[misc]
        def __getitem__(self, key: int) -> str:
            return {1: "one"}[key]

        def __iter__(self) -> Iterator[int]:
            return iter((1,))

        def __len__(self) -> int:
            return 1

    class Edges(collections.abc.Set, collections.abc.Mapping):  # type: ignore[misc, type-arg]
        def __contains__(self, key: object) -> bool:
            return key == (1, 2)

        def __getitem__(self, key: tuple[int, int]) -> str:
            return {(1, 2): "one"}[key]

        def __iter__(self) -> Iterator[tuple[int, int]]:
            return iter(((1, 2),))

        def __len__(self) -> int:
            return 1

    assert [kind(Nodes()), kind(Edges())] == ["dict", "set"]
    assert js.eval("(x) => [...x]")(Nodes()) == [[1, "one"]]
    assert js.eval("(x) => [...x].map(([u, v]) => v)")(Edges()) == [2]
