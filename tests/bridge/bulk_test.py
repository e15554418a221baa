"""Deep copies of many rows, lists and tables: the same values as one by one, in one round trip."""

from __future__ import annotations

import collections
import ctypes
import datetime
import itertools
import json
import math
import sys
import unittest.mock
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import Bridge, JsProxy
from polyrepl.bridge.bulk import LISTS_AND_TUPLES, tree
from polyrepl.bridge.deep import encode_deep
from polyrepl.bridge.protocol import TAGS

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'
relaxed = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def same(found: Any, value: Any) -> bool:
    """Equal, nan too; an integral float is an integer in JavaScript."""
    if isinstance(value, float) and math.isnan(value):
        return isinstance(found, float) and math.isnan(found)
    if isinstance(value, dict):
        return list(found) == list(value) and all(same(found[key], value[key]) for key in value)
    if isinstance(value, list):
        return len(found) == len(value) and all(map(same, found, value))
    return bool(found == value) and (found is True) == (value is True) and (found is None) == (value is None)


WHEN = datetime.datetime(2024, 1, 2, 3, tzinfo=datetime.UTC)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=3),
    st.just(WHEN),
    st.binary(max_size=3),
)
keys = st.sampled_from(["a", "b", "__proto__", "1", "tag", "w", "="])
columns = st.lists(
    st.tuples(keys, scalars | st.just([])), min_size=1, max_size=4, unique_by=lambda pair: pair[0]
)


@relaxed
@given(columns, st.integers(0, 20), scalars, st.booleans())
def test_rows(to_js: Any, shape: list[tuple[str, Any]], count: int, odd: Any, ragged: bool) -> None:
    rows = [dict(shape) for _ in range(count)]
    if rows:
        rows[count // 2][shape[0][0]] = odd
        if ragged:
            rows[-1]["z"] = odd
    names = [key for key, _ in shape if key != "1"]
    expected = [
        {k: row[k] for k in (["1"] if "1" in row else []) + [k for k in row if k != "1"]} for row in rows
    ]
    assert names or shape[0][0] == "1"
    assert same(to_js(rows), expected)
    assert same(to_js({"rows": rows, "again": rows})["again"], expected)


@relaxed
@given(st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("abcd"), inner)))
def test_any_data(to_js: Any, value: Any) -> None:
    assert same(to_js(value), value)
    assert same(to_js([value, [value]] * 5), [value, [value]] * 5)


def test_shared_parts_stay_shared_and_cycles_closed(js: Bridge) -> None:
    check = js.eval(f"(x, f) => {{ {PY} const v = $py.toJs(x); return new Function('v', 'return ' + f)(v) }}")
    part = {"n": [1]}
    tree = {"deep": [{"part": part}]}
    assert check([tree, part, part["n"], WHEN], "v[0].deep[0].part === v[1] && v[1].n === v[2]")
    rows = [{"a": 1, "b": "x"} for _ in range(10)]
    assert check([rows, rows[3], WHEN], "v[0][3] === v[1]")
    assert check([rows[3], rows, WHEN], "v[1][3] === v[0]")
    assert check(rows + rows[:1], "v[0] === v[10]")
    loop: list[Any] = [{"i": i, "when": WHEN, "all": None} for i in range(10)]
    for row in loop:
        row["all"] = loop
    assert check(loop, "v.every((row) => row.all === v)")
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    assert check(deep, "(() => { let n = 0; for (; v.length; n++) v = v[0]; return n })()") == 200


# What a graph of containers is, as text: the parts in order, a part that was there before by its number.
DRAWN = """
(x, $py) => {
  const numbers = new Map();
  const draw = (v) => {
    if (typeof v === "bigint") return `${v}n`;
    if (typeof v !== "object" || v === null) return JSON.stringify(v);
    if (v instanceof Date) return `@${+v}`;
    if (numbers.has(v)) return `#${numbers.get(v)}`;
    numbers.set(v, numbers.size);
    if (Array.isArray(v)) return `[${v.map(draw)}]`;
    return `{${Object.keys(v).map((key) => `${key}:${draw(v[key])}`)}}`;
  };
  return draw(globalThis[Symbol.for("polyrepl.$py")].toJs(x));
}
"""


def drawn(value: Any) -> str:
    numbers: dict[int, int] = {}

    def draw(item: Any) -> str:
        if isinstance(item, datetime.datetime):
            return f"@{round(item.timestamp() * 1000)}"
        if isinstance(item, int) and not isinstance(item, bool):
            return str(item) if abs(item) <= 2**53 - 1 else f"{item}n"
        if not isinstance(item, (list, tuple, dict)):
            return json.dumps(item)
        if id(item) in numbers:
            return f"#{numbers[id(item)]}"
        numbers[id(item)] = len(numbers)
        if isinstance(item, dict):
            return "{" + ",".join(f"{key}:{draw(part)}" for key, part in item.items()) + "}"
        return "[" + ",".join(map(draw, item)) + "]"

    return draw(value)


@st.composite
def graphs(draw: Any) -> Any:
    """Containers that hold each other, in few shapes, so that columns are made of them."""
    leaf = st.sampled_from([1, 2, 3.5, "a", None, True, 2**60, -(2**70), WHEN])
    kinds = draw(st.lists(st.sampled_from(["row", "row", "pair", "some", "any"]), min_size=1, max_size=40))
    parts: list[Any] = [{} if kind in ("row", "any") else [] for kind in kinds]
    plain = draw(st.booleans())
    for kind, part in zip(kinds, parts, strict=True):
        # Which item is a part and which a scalar goes by the column, mostly.
        item = st.sampled_from([1, 2]) if plain else leaf
        inner = st.sampled_from(parts)
        if kind == "row":
            part.update(a=draw(item), b=draw(inner), c=draw(st.sampled_from([2**60, 7])))
        elif kind == "pair":
            part += [draw(item), draw(inner)]
        elif kind == "some":
            part += draw(st.lists(item | inner, max_size=12))
        else:
            part.update(draw(st.dictionaries(st.sampled_from("abcd"), item | inner)))
    rows = [part for kind, part in zip(kinds, parts, strict=True) if kind == "row"]
    return draw(
        st.sampled_from([parts, rows * 2, {"rows": rows, "by": dict(enumerate_texts(parts))}, parts[0]])
    )


def enumerate_texts(items: list[Any]) -> Any:
    return ((f"k{index}", item) for index, item in enumerate(items))


@relaxed
@given(graphs())
def test_graphs_keep_their_shape(js: Bridge, value: Any) -> None:
    assert js.eval(DRAWN)(value) == drawn(value)


def test_parts_known_by_other_ways_stay_shared(js: Bridge) -> None:
    draw = js.eval(DRAWN)
    rows: list[Any] = [{"id": i, "name": f"n{i}"} for i in range(20)]
    pairs = [[i, str(i)] for i in range(20)]
    corner = {"x": 1}
    value: Any
    for value in (
        {"rows": rows, "by": {f"k{row['id']}": row for row in rows}},
        [rows, rows[3:15], [rows[3]] * 9],
        [{"row": row, "next": follower} for row, follower in itertools.pairwise(rows)],
        [{"id": i, "at": corner, "when": WHEN} for i in range(20)],
        [{"id": i, "parent": rows[i // 2]} for i in range(20)],
        [pairs, [pairs[0], WHEN] * 5],
        [[[1, 2], [3]]] * 9 + [WHEN],
        [[[i, i + 1] for i in range(9)], [[i] for i in range(9)], WHEN],
        [[corner, i, 2**60] for i in range(20)],
        [(i, 2**80, None) for i in range(20)],
        [[i] * (i % 4) for i in range(20)],
        [[] for i in range(20)],
        [[i, WHEN, {"a": [WHEN, i]}] for i in range(20)],
    ):
        assert draw(value) == drawn(value)
    for index, row in enumerate(rows):
        row["parent"] = rows[index // 2]
    assert draw(rows) == drawn(rows)


def test_work_is_in_proportion(js: Bridge) -> None:
    """What was copied before is found at once, however much it is."""
    work = []
    for count in (100, 400):
        rows = [{"when": WHEN, "tags": [str(i)] * 9, "at": {"x": [WHEN] * (i % 3)}} for i in range(count)]
        value = {"rows": rows, "by": {str(i): row["tags"] for i, row in enumerate(rows)}, "again": rows}
        events = 0

        def count_events(frame: Any, event: str, argument: Any) -> None:
            nonlocal events
            events += 1

        sys.setprofile(count_events)
        try:
            encode_deep(js.marshal, value, [])
        finally:
            sys.setprofile(None)
        work.append(events)
    assert work[1] < 6 * work[0]


def test_a_whole_tree_tells_only_what_may_be_met_twice() -> None:
    """The others have one owner, so nobody has to remember them."""
    value = [{"at": {"x": i}, "tags": [str(i)]} for i in range(20)]
    held = value[3]["at"]
    found = tree(value, LISTS_AND_TUPLES, whole=True)
    assert found is not None and id(held) in found
    if hasattr(sys, "getrefcount"):
        assert len(found) < 5  # the value, what is held, and what the comprehension left
    every = tree(value, LISTS_AND_TUPLES)
    assert every is not None and len(every) == 61
    # Whatever is in it twice, at any depths, is found, whoever else holds it.
    del held
    for outer, inner in ((4, 5), (5, 4), (6, 6)):
        for part in ("at", "tags"):
            twice: Any = [{"at": {"x": i}, "tags": [str(i)]} for i in range(20)]
            twice[outer]["again"] = {"deeper": [twice[inner][part]]}
            assert tree(twice, LISTS_AND_TUPLES, whole=True) is None
    loop: list[Any] = [[] for _ in range(20)]
    loop[7].append(loop[7])
    assert tree(loop, LISTS_AND_TUPLES, whole=True) is None
    loop = [[] for _ in range(20)]
    loop[7].append({"up": loop})
    assert tree(loop, LISTS_AND_TUPLES, whole=True) is None


def test_tuples_cross_as_lists_do(js: Bridge, to_js: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Any] = [(i, i + 0.5, "a", (i, [i, (str(i), None)])) for i in range(20)]
    rows = [{"id": i, "at": (i, {"x": (i,)})} for i in range(20)]
    for value in (found, rows, tuple(found), [*found, *rows, [1], "a"], found[0], [()] * 20):
        assert to_js(value) == json.loads(json.dumps(value))
    assert to_js([*found, (WHEN,)]) == [*json.loads(json.dumps(found)), [WHEN]]
    assert encode_deep(js.marshal, found, []) == [TAGS["AS_IS"], found]
    assert encode_deep(js.marshal, rows, []) == [TAGS["AS_IS"], rows]
    # A class of one's own that is a tuple, and tuples that cross in a way of their own, are looked at each.
    point = collections.namedtuple("point", "x y")
    assert to_js([point(i, i) for i in range(20)]) == [[i, i] for i in range(20)]
    pretender = unittest.mock.NonCallableMock(spec=tuple)
    assert to_js([*found, pretender])[-1] is pretender
    monkeypatch.setitem(js.marshal.custom, tuple, ("pair", list))
    wire = encode_deep(js.marshal, [(i, i) for i in range(20)], [])
    assert [item[:2] for item in wire[1:]] == [[TAGS["CUSTOM"], "pair"]] * 20


def test_shared_tuples_stay_shared(js: Bridge) -> None:
    check = js.eval(f"(x, f) => {{ {PY} const v = $py.toJs(x); return new Function('v', 'return ' + f)(v) }}")
    part = (1, [2])
    whole = [{"deep": [(0, part)]}]
    assert check([whole, part, part[1], WHEN], "v[0][0].deep[0][1] === v[1] && v[1][1] === v[2]")
    assert check([part, (part, 3)], "v[0] === v[1][0]")
    loop: tuple[Any, ...] = ([],)
    loop[0].append(loop)
    assert check(loop, "v[0][0] === v")


def test_numbers_of_rows_cross_as_bytes(js: Bridge) -> None:
    js.eval("1")
    segments: list[Any] = []
    rows = [{"x": i / 7, "n": i, "when": WHEN} for i in range(1000)]
    wire = encode_deep(js.marshal, rows, segments)
    assert sum(len(part) for part in segments) == 16000
    assert wire[3][0] == wire[4][0] == "t"


def test_flat_rows_do_not_repeat_their_keys(js: Bridge, to_js: Any) -> None:
    js.eval("1")
    rows: list[Any] = [{"a": i, "name": f"n{i}", "part": i / 3, "none": None} for i in range(100)]
    for value in (rows, {"within": rows}["within"]):
        wire = encode_deep(js.marshal, value, [])
        assert wire[:3] == [TAGS["ROWS"], 100, ["a", "name", "part", "none"]]
    # The last column to be looked at is no scalar's: nothing is left of the others.
    segments: list[Any] = []
    rows[50]["none"] = [1]
    wire = encode_deep(js.marshal, rows, segments)
    assert (wire[0], segments) == (TAGS["AS_IS"], [])
    rows[50]["none"] = rows[3]
    shared = js.eval(f"(x) => {{ {PY} const y = $py.toJs(x); return y[50].none === y[3] }}")
    assert shared(rows)
    twice = js.eval(f"(x) => {{ {PY} const y = $py.toJs(x); return y.a === y.b && y.a[9] === y.c }}")
    rows[50]["none"] = None
    assert twice({"a": rows, "b": rows, "c": rows[9]})


def test_buffers_of_any_byte_order_are_their_numbers(to_js: Any) -> None:
    exact = memoryview(numpy.arange(3, dtype=">f8")), memoryview((ctypes.c_double * 3)(0, 1, 2))
    for buffer in (*exact, (ctypes.c_double * 3)(0, 1, 2)):
        found = to_js(buffer)
        assert isinstance(found, memoryview) and (found.format, found.tolist()) == ("d", [0, 1, 2])
    big = memoryview(numpy.array([1, -2, 300], ">i2"))
    assert to_js(big).tolist() == [1, -2, 300] and to_js(big[::-1]).tolist() == [300, -2, 1]
    assert to_js((ctypes.c_uint32.__ctype_be__ * 2)(1, 1 << 31)).tolist() == [1, 1 << 31]
    assert to_js((ctypes.c_uint8 * 2)(1, 2)) == b"\1\2"
    for other in (ctypes.c_int(5), (ctypes.c_char_p * 1)(b"a"), memoryview(b"ab").cast("c")):
        assert to_js(other) is other


def test_numbers_of_numpy_are_numbers(to_js: Any) -> None:
    values = [numpy.int64(5), numpy.float32(0.5), numpy.bool_(True), numpy.uint8(1)]
    assert to_js(values) == [5, 0.5, True, 1]
    assert to_js([{"x": value} for value in values] * 5) == [{"x": value} for value in (5, 0.5, True, 1)] * 5


def test_json_of_rows(js: Bridge) -> None:
    rows = [{"n": 1, "d": datetime.date(2024, 1, 2), "x": float("nan")} for _ in range(10)]
    text = js.eval("(x) => JSON.stringify(x)")(rows)
    assert json.loads(text) == [{"n": 1, "d": "2024-01-02", "x": None}] * 10


def test_sparse_arrays(js: Bridge) -> None:
    assert js.eval("[1, , 3]") == [1, None, 3]
    assert js.eval("const few = []; few[1000] = 1; few") == [None] * 1000 + [1]
    many = js.eval("const many = []; many[4e9] = 7; many")
    assert isinstance(many, JsProxy)
    assert (len(many), many[4_000_000_000], many[5]) == (4_000_000_001, 7, None)
    assert isinstance(js.eval("[new Array(5e6)]")[0], JsProxy)
    assert len(js.eval("new Array(1500000).fill(0)")) == 1_500_000
