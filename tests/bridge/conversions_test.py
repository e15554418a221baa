"""The conversion table where it has choices: subclasses, shared parts, deep copies, lazy sequences, JSON,
buffers. What is decided here is written down in docs/bridge.md."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import re
import threading
import types
from typing import Any

import numpy
import pandas
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import Bridge, JSError, JsProxy

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'
relaxed = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Colour(enum.IntEnum):
    RED = 1


class Text(str):
    pass


Point = collections.namedtuple("Point", "x y")


@dataclasses.dataclass
class Named:
    name: str
    parts: list[Any]


SUBCLASSES = [
    Colour.RED,
    Text("t"),
    Point(1, 2),
    collections.OrderedDict(a=1),
    collections.defaultdict(list, a=[1]),
    collections.Counter("aab"),
    Named("n", [1]),
    pandas.Timestamp("2020-01-02T03:04:05.678Z"),
    type("Int", (int,), {})(5),
    type("Float", (float,), {})(1.5),
    type("Bytes", (bytes,), {})(b"ab"),
    re.compile("a+"),
    types.MappingProxyType({"a": 1}),
    types.SimpleNamespace(a=1),
]


@pytest.mark.parametrize("value", SUBCLASSES, ids=lambda value: type(value).__name__)
def test_subclasses_cross_by_handle_so_that_nothing_is_lost(js: Bridge, value: Any) -> None:
    assert js.eval("(x) => x")(value) is value
    assert js.eval("(x) => [[x]]")(value)[0][0] is value
    assert js.eval("(f) => f()")(lambda: value) is value


def test_deep_copies_of_subclasses(to_js: Any) -> None:
    shared = [1]
    assert to_js([Colour.RED, Text("t"), Point(1, 2)]) == [1, "t", [1, 2]]
    assert type(to_js([Colour.RED])[0]) is int
    assert to_js(collections.OrderedDict(a=1)) == {"a": 1}
    assert to_js(collections.defaultdict(list, a=[1])) == {"a": [1]}
    assert to_js({1: "a", (2, 3): "b"}) == {1: "a", (2, 3): "b"}
    assert to_js(Named("n", shared)) == {"name": "n", "parts": [1]}
    same = re.compile("a")
    assert to_js([same, Named])[0] is same


def test_deep_copies_of_moments(to_js: Any) -> None:
    when = datetime.datetime(2020, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.UTC)
    assert to_js(pandas.Timestamp("2020-01-02T03:04:05.678Z")) == when
    assert to_js(
        [pandas.NaT, numpy.datetime64("NaT", "ns"), numpy.datetime64("2020-01-02T03:04:05.678")]
    ) == [
        None,
        None,
        when,
    ]
    assert to_js([pandas.NA, {"a": pandas.NA}]) == [None, {"a": None}]


def test_deep_copies_of_what_is_masked(js: Bridge) -> None:
    """It is missing, as it is in a table."""
    text = js.eval("(x) => JSON.stringify(globalThis[Symbol.for('polyrepl.$py')].toJs(x))")
    mask = [False, True, False]
    assert text(numpy.ma.array([1.5, 2, 3], mask=mask)) == "[1.5,null,3]"
    assert text(numpy.ma.array([[1, 2], [3, 4]], mask=[[0, 1], [0, 0]])) == "[[1,null],[3,4]]"
    dates = numpy.ma.array(numpy.array(["2024-01-02", "2024-01-03", "NaT"], "M8[D]"), mask=mask)
    assert text(dates) == '["2024-01-02T00:00:00.000Z",null,null]'
    whole = js.eval("(x) => globalThis[Symbol.for('polyrepl.$py')].toJs(x).constructor.name")
    assert whole(numpy.ma.array([1.5, 2], mask=False)) == "Float64Array"


def test_temporary_parts_of_a_deep_copy_are_not_taken_for_each_other(to_js: Any) -> None:
    arrays = [numpy.array([str(i)]) for i in range(50)]
    assert to_js(arrays) == [[str(i)] for i in range(50)]
    dates = [numpy.array(["2020-01-01"], "datetime64[D]") for _ in range(20)]
    both = [1]
    got = to_js([dates, both, both])
    assert got[1] is got[2]
    assert len({id(row) for row in got[0]}) == 20


def test_views_in_a_deep_copy_are_not_taken_for_each_other(to_js: Any) -> None:
    """What stands for a view while it is copied lives no longer than that."""
    assert to_js([{i: str(i)}.values() for i in range(50)]) == [[str(i)] for i in range(50)]
    both = [1]
    got = to_js([[types.MappingProxyType({"a": i}).values() for i in range(20)], both, both])
    assert got[1] is got[2]
    assert got[0] == [[i] for i in range(20)]
    assert len({id(row) for row in got[0]}) == 20


def graphs() -> Any:
    """Lists that may contain each other and themselves, as (index of a part, ...) tuples."""
    return st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=1, max_size=8)


def build(plan: list[list[int]]) -> list[Any]:
    nodes: list[list[Any]] = [[] for _ in plan]
    for node, parts in zip(nodes, plan, strict=True):
        node.extend(nodes[part % len(nodes)] for part in parts)
    return nodes[0]


def shape(value: Any) -> list[Any]:
    """The graph behind a value, told as numbers: equal for equal sharing and cycles."""
    numbers: dict[int, int] = {}
    told: list[Any] = []

    def walk(part: Any) -> None:
        known = numbers.get(id(part))
        if known is not None:
            told.append(known)
            return
        numbers[id(part)] = len(numbers)
        told.append("(")
        for inner in part:
            walk(inner)
        told.append(")")

    walk(value)
    return told


@relaxed
@given(graphs())
def test_cycles_and_shared_parts_survive_a_copy(js: Bridge, plan: list[list[int]]) -> None:
    """Python -> a JavaScript copy -> a Python copy has the same shape."""
    there_and_back = js.eval(f"(x) => {{ {PY} return $py.toJs(x) }}")
    value = build(plan)
    assert shape(there_and_back(value)) == shape(value)


def test_cycles_in_objects_maps_and_sets(js: Bridge) -> None:
    got = js.eval("const o = { a: [] }; o.self = o; o.a.push(o); const m = new Map([['k', o]]); o.m = m; o")
    assert got["self"] is got
    assert got["a"][0] is got
    assert got["m"]["k"] is got


values = st.recursive(
    st.sampled_from([None, 1, 1.5, "x", b"y"]) | st.builds(object) | st.builds(list) | st.builds(set),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
)


@relaxed
@given(values, st.integers(1, 5))
def test_the_same_object_at_any_nesting_through_any_number_of_crossings(
    js: Bridge, value: Any, crossings: int
) -> None:
    there = js.eval("(x, f, n) => n === 0 ? x : f(x, n - 1)")

    def back(x: Any, n: int) -> Any:
        assert x is value or type(value) in (float, str, bytes)
        return there(x, back, n)

    got = there(value, back, crossings)
    wrapped = js.eval("(x) => ({ a: [x, new Map([[1, [x]]])] })")(value)
    for item in (got, wrapped["a"][0], wrapped["a"][1][1][0]):
        if type(value) in (type(None), int, float, str, bytes):
            assert item == value
        else:
            assert item is value


def test_javascript_objects_come_home(js: Bridge) -> None:
    """By-reference things of JavaScript's: the same object, at any nesting, both ways."""
    for source in (
        "() => 1",
        "new (class {})",
        "Promise.resolve(1)",
        "/a+/g",
        "new Error('x')",
        "Symbol('s')",
    ):
        thing = js.eval(f"globalThis.thing = {source}")
        assert isinstance(thing, JsProxy)
        assert js.eval("(x, f) => f([x, { a: f(x) }])[1].a === thing && x === thing")(thing, lambda x: x)
        assert js.eval("thing") is thing


def test_regular_expressions(js: Bridge) -> None:
    assert js.eval("/(b+)/").exec("abb")[1] == "bb"
    assert js.eval("(r) => r.search('abb').group(1)")(re.compile("(b+)")) == "bb"


@pytest.mark.parametrize(
    "source",
    [
        "new Map([[1, 'a'], [true, 'b']])",
        "new Map([[undefined, 'a'], [null, 'b']])",
        "new Map([[1, 'a'], [1n, 'b']])",
        "new Map([[[1], 'a'], [[1], 'b']])",
        "new Set([0, false])",
        "new Set([0, -0, 0n])",
    ],
)
def test_keys_that_python_holds_for_equal_are_an_error_not_a_loss(js: Bridge, source: str) -> None:
    with pytest.raises(ValueError, match="by reference"):
        js.eval(f"({source})")
    assert len(js.eval(f"{PY} $py.byRef({source})")) == 2
    assert js.eval("1") == 1


LAZY = """
  const lazy = (n) => ({ __proto__: {
    [Symbol.for("polyrepl.array")]() { return n < 0 ? undefined : [...Array(n).keys()] },
    *[Symbol.iterator]() { for (let i = 0; n < 0 || i < n; i++) yield i } } });
"""


def test_lazy_sequences_cross_as_arrays(js: Bridge) -> None:
    assert js.eval(LAZY + "lazy(4)") == [0, 1, 2, 3]
    assert js.eval(LAZY + f"(f) => {{ {PY} return f(lazy(4)) }}")(sum) == 6
    shared = js.eval(LAZY + "const z = lazy(2); [z, z]")
    assert shared[0] is shared[1]
    endless = js.eval(LAZY + "lazy(-1)")
    assert isinstance(endless, JsProxy)
    assert [x for x, _ in zip(endless, range(3), strict=False)] == [0, 1, 2]


def test_what_says_that_it_is_a_map_crosses_as_one(js: Bridge) -> None:
    source = """
      class Own extends Map { [Symbol.for("polyrepl.map")]() { return new Map(this) } }
      const own = new Own([["a", [1]], [2, null]]); [own, own, new (class extends Map {})]"""
    own, again, other = js.eval(source)
    assert own == {"a": [1], 2: None}
    assert type(own) is dict and own is again
    assert isinstance(other, JsProxy)


def test_numpy_takes_a_lazy_sequence_for_an_array(js: Bridge) -> None:
    assert js.eval(LAZY + f"(f) => {{ {PY} return f(lazy(4)) }}")(numpy.sum) == 6


def test_texts_of_what_has_none(js: Bridge) -> None:
    namespace = js.eval("import('data:text/javascript,export const x = 1')").result()
    assert "Module" in str(namespace)
    bare = js.eval(f"{PY} $py.byRef(Object.create(null, {{ a: {{ value: 1, enumerable: true }} }}))")
    assert "a: 1" in str(bare)
    assert str(js.eval("Symbol('s')")) == "Symbol(s)"


def test_json(js: Bridge) -> None:
    text = js.eval("(x) => JSON.stringify(x)")
    assert text([{1: "a", "b": {2}}, Point(1, 2)]) == '[{"1":"a","b":[2]},[1,2]]'
    assert text(Named("n", [1])) == '{"name":"n","parts":[1]}'
    loop: list[Any] = []
    loop.append(loop)
    assert js.eval("(x) => { try { JSON.stringify(x) } catch (e) { return e.name } }")(loop) == "TypeError"


def test_json_of_arrays(js: Bridge) -> None:
    text = js.eval("(x) => JSON.stringify(x)")
    grid = numpy.arange(4).reshape(2, 2)
    assert text([grid, numpy.array([1.5, 2]), {1: "a", "b": {2}}, Point(1, 2)]) == (
        '[[[0,1],[2,3]],[1.5,2],{"1":"a","b":[2]},[1,2]]'
    )


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents


class Euro(Money):
    pass


def test_register_covers_subclasses(own: Bridge) -> None:
    own.register(Money, "money", lambda m: {"cents": m.cents}, lambda data: Money(data["cents"]))
    assert own.eval("(m) => m.cents")(Euro(5)) == 5  # without JavaScript's half it sees the data
    own.eval(
        f"{PY} globalThis.Money = class {{ constructor(c) {{ this.c = c }} }}; $py.register('money', {{ "
        "test: (x) => x instanceof Money, encode: (x) => ({ cents: x.c }), "
        "decode: (d) => new Money(d.cents) })"
    )
    assert own.eval("(m) => [m instanceof Money, m.c]")(Money(7)) == [True, 7]
    assert own.eval("[new Money(1), { deep: new Money(2) }]")[1]["deep"].cents == 2
    assert own.eval(f"(x) => {{ {PY} return $py.toJs(x)[0] instanceof Money }}")([Money(1)]) is True


def test_register_survives_a_restart(own: Bridge) -> None:
    own.register(Money, "money", lambda m: {"cents": m.cents}, lambda data: Money(data["cents"]))
    assert own.eval("(m) => m.cents")(Euro(5)) == 5
    own.eval(
        f"{PY} globalThis.Money = class {{ constructor(c) {{ this.c = c }} }}; $py.register('money', {{ "
        "decode: (d) => new Money(d.cents) })"
    )
    assert own.eval("(m) => [m instanceof Money, m.c]")(Money(7)) == [True, 7]
    own.restart()
    assert own.eval("(m) => m.cents")(Money(9)) == 9


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, 1.0),
        (numpy.int64(3), 3),
        (__import__("decimal").Decimal("2.50"), __import__("fractions").Fraction(5, 2)),
        ((1, 2), (1, 2)),
        (frozenset({1}), frozenset({1})),
        (Point(1, 2), (1, 2)),
        (Text("a"), "a"),
        (2**80, 2**80),
    ],
    ids=repr,
)
def test_equal_things_share_a_hash(js: Bridge, left: Any, right: Any) -> None:
    hashes = js.eval(
        f"(pair) => {{ {PY} const l = $py.fromJs([1]); const ops = l[Symbol.for('polyrepl.python')];"
        "return [ops.hash(pair[0]), ops.hash(pair[1])] }"
    )
    first, second = hashes([left, right])
    assert first == second
    assert isinstance(first, (int, float, str))


def test_hash_of_the_unhashable(js: Bridge) -> None:
    of = js.eval("(x) => x[Symbol.for('polyrepl.python')].hash(x)")
    assert of([1]) == of([2]) == "py:list"


def test_json_of_what_is_no_plain_data(js: Bridge) -> None:
    """Views and instances by their data; where there is none, an error instead of an endless walk."""
    text = js.eval("(x) => JSON.stringify(x)")
    when = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    plain = types.SimpleNamespace(a=[1], when=when, _own=2)
    assert text([plain, range(2), {1: 2}.keys()]) == '[{"a":[1],"when":"2020-01-01T00:00:00.000Z"},[0,1],[1]]'
    assert text(when) == '"2020-01-01T00:00:00.000Z"'
    plain.a = plain
    with pytest.raises(JSError, match="circular"):
        text(plain)
    for value in (object(), [threading.Lock()], 1j):
        with pytest.raises(JSError, match="has no JSON form"):
            text(value)


class Slotted:
    __slots__ = ("_own", "a", "unset")


class Written(Slotted):
    __slots__ = ("b",)

    def __init__(self) -> None:
        self.a, self._own, self.b = 1, 2, [datetime.date(2024, 1, 2)]


class Telling:
    def toJSON(self) -> Any:
        return {"told": Written()}


class Asking:
    def toJSON(self, key: str) -> Any:
        return [key]


def test_json_of_slots_and_of_what_tells_it_itself(js: Bridge) -> None:
    text = js.eval("(x) => JSON.stringify(x)")
    assert text(Written()) == '{"a":1,"b":["2024-01-02"]}'
    assert text([Telling()]) == '[{"told":{"a":1,"b":["2024-01-02"]}}]'
    assert js.eval("(x) => JSON.stringify({x})")(Telling()) == '{"x":{"told":{"a":1,"b":["2024-01-02"]}}}'
    assert js.eval("(x) => JSON.stringify({k: x})")(Asking()) == '{"k":["k"]}'
    assert js.eval("(x) => x.toJSON().told.a")(Telling()) == 1


def test_json_of_a_table(js: Bridge) -> None:
    table = pandas.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    assert js.eval("(x) => JSON.stringify(x)")(table) == '{"x":{"0":1,"1":2},"y":{"0":"a","1":"b"}}'


def test_an_object_that_does_something_under_symbols_is_no_literal(js: Bridge) -> None:
    """A copy would lose what it does, or keeps, there, as that of a server of fastify's did."""
    state = js.eval("({ [Symbol.for('state')]: 5, a: 1, read() { return this[Symbol.for('state')] } })")
    assert (state.a, state["a"], state.read()) == (1, 1, 5)
    assert state.to_py().keys() == {"a", "read"}
    assert list(js.eval("({ *[Symbol.iterator]() { yield* [1, 2] } })")) == [1, 2]
    assert js.eval("({ *[Symbol.iterator]() { yield* [1, 2] } })").to_py() == [1, 2]
    left: list[int] = []
    with js.eval("(left) => ({ a: 1, [Symbol.dispose]() { left(1) } })")(left.append) as thing:
        assert thing.a == 1
    assert left == [1]
    inner = js.eval("[{ b: { [Symbol()]: 1 } }]")[0]["b"]
    assert isinstance(inner, JsProxy)
    # What nobody lists is a note of some library's on plain data.
    noted = "(() => Object.defineProperty({ a: 1 }, Symbol(), { value: 1 }))()"
    assert js.eval(noted) == {"a": 1}
