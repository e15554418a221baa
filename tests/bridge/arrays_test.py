"""Arrays made for a frame: whatever their items are and however they are asked for, JavaScript has the same
objects in the same order, and both tables count what was sent."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polyrepl.bridge import Bridge, JSError, handles
from polyrepl.bridge.arrays import array, joined
from polyrepl.bridge.handles import Exports
from polyrepl.bridge.protocol import TAGS
from polyrepl.bridge.segments import Segments

relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Thing:
    """An object by handle that is none of the plain classes."""


class Row(dict[str, Any]):
    """A class of the program's."""


KINDS: list[Any] = [
    dict, list, set, lambda: (1, []), lambda: frozenset([2]), Row, Thing, lambda: None, lambda: 7,
    lambda: "text", lambda: 1e300, lambda: 2**70, lambda: b"bytes",
]  # fmt: skip
runs = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 12)), max_size=8)


def generator(items: list[Any]) -> Iterator[Any]:
    yield from items


PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'
ASKED = """(xs) => {
  %s const all = [];
  $py.builtins.sorted(xs, ...$py.kwargs({ key: (x) => { all.push(x); return 1 } }));
  return all;
}"""
WAYS = {
    "for": ("(xs) => { const all = []; for (const x of xs) all.push(x); return all }", list),
    "tuple": ("(xs) => [...xs]", tuple),
    "generator": ("(xs) => [...xs]", generator),
    "method": ("(xs) => xs.map((x) => x)", list),
    "callback": (ASKED % PY, list),
}


@pytest.mark.parametrize("way", WAYS)
def test_items_are_themselves(js: Bridge, way: str) -> None:
    source, make = WAYS[way]
    through = js.eval(source)

    @relaxed
    @given(runs, st.integers(1, 3), st.booleans())
    def law(parts: list[tuple[Any, int]], times: int, again: bool) -> None:
        items = [make_item() for make_item, count in parts for _ in range(count)]
        items += items[: len(items) // 2] if again else []
        items *= times
        found = through(make(items))
        assert len(found) == len(items)
        for one, other in zip(found, items, strict=True):
            assert one is other or (one == other and type(one) in (int, float, str, bytes))

    law()


def test_both_tables_count_what_was_sent(own: Bridge) -> None:
    walk = own.eval("(xs) => { let n = 0; for (const x of xs) n += 1; return n }")
    keep = own.eval(
        "(xs) => { globalThis.kept = [...xs].filter((x, i) => i % 100 === 7); return kept.length }"
    )

    def objects() -> int:
        count = own.stats(collect=True)["python"]["objects"]
        assert isinstance(count, int)
        return count

    start = objects()
    rows = [{"id": i} for i in range(2_000)]
    for _ in range(3):
        assert walk(rows) == walk(row for row in rows) == len(rows)
    assert objects() == start
    assert keep(rows) == 20
    assert objects() == start + 20
    assert walk(rows) == len(rows)
    assert own.eval("kept[3].id") == 307
    own.eval("kept = null")
    assert objects() == start


def test_what_comes_before_an_item_that_cannot_cross_has_come(js: Bridge) -> None:
    gone = js.eval("(() => 1)")
    js.release(gone)
    walk = js.eval("(xs, seen) => { for (const x of xs) seen(x) }")
    for items in ([{}, {}, gone, {}], [1, 2, gone], [gone], [{}, 1, {}, gone, {}]):
        for make in (list, tuple, generator):
            seen: list[Any] = []
            with pytest.raises(Exception, match="given back"):
                walk(make(items), seen.append)
            assert seen == items[: items.index(gone)]


def test_what_a_callback_is_asked_about_ahead_may_throw(js: Bridge) -> None:
    key = "(x) => { if (x.id === 30) throw new Error('thirty'); return -x.id }"
    ask = js.eval(f"(xs) => {{ {PY} return $py.builtins.sorted(xs, ...$py.kwargs({{ key: {key} }})) }}")
    rows = [{"id": i} for i in range(30)]
    assert ask(rows) == rows[::-1]
    with pytest.raises(JSError, match="thirty"):
        ask([*rows, {"id": 30}])


def test_the_tables_hold_all_of_several_or_none() -> None:
    class Interrupted(list[int]):
        def __iadd__(self, handles: Any) -> Any:
            raise KeyboardInterrupt

    exports = Exports()
    first = {"a": 1}
    exports.add(first)
    rows: list[Any] = [{} for _ in range(5)]
    with pytest.raises(KeyboardInterrupt):
        exports.add_all(rows, Interrupted())
    assert list(exports.objects.values()) == [first]
    noted: list[int] = []
    handles = exports.add_all([*rows, first, rows[0]], noted)
    assert handles == noted
    assert [exports.get(handle) for handle in handles] == [*rows, first, rows[0]]
    assert handles[0] == handles[-1]
    for handle in handles:
        exports.release(handle, 1)
    assert list(exports.objects.values()) == [first]


def test_all_are_released_whatever_exception_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """That of a signal's handler, amid the first of them: the next objects have handles of their own."""
    exports, key, come = Exports(), handles._key, [True]
    things = [[], [1], [2]]

    def keys(value: Any) -> Any:
        if come:
            come.clear()
            raise KeyboardInterrupt
        return key(value)

    numbers = [exports.add(thing) for thing in things]
    exports.add(things[1])
    monkeypatch.setattr(handles, "_key", keys)
    with pytest.raises(KeyboardInterrupt):
        exports.release(numbers[0], 1, numbers[1], 1, numbers[2], 1)
    assert list(exports.objects.values()) == [things[1]]
    assert exports.add(things[0]) not in numbers
    exports.release(numbers[1], 1)
    assert list(exports.objects.values()) == [things[0]]


def test_one_array_behind_another(js: Bridge) -> None:
    """The wire form of the whole means the same as that of its parts."""
    texts = [f"t{i}" for i in range(20)]
    parts: list[list[Any]] = [[1, "a"], [{}, {}], [[], []], [None, 2.5], [{}, 1], [()], [{}], texts]
    segments = Segments()
    for first in parts:
        for second in parts:
            wires = [array(js.marshal, list(part), segments) for part in (first, second)]
            wire = joined(wires[0], wires[1])
            if wire[0] in (TAGS["AS_IS"], TAGS["TEXTS"]):
                made = wire[1] if wire[0] == TAGS["AS_IS"] else wire[1].split("\x7f")
                assert made == first + second
                continue
            handles = wire[2:] if wire[0] == TAGS["HANDLES"] else wire[1:]
            found = [
                js.marshal.exports.get(item[1] if item.__class__ is list else item)
                if item.__class__ is list or wire[0] == TAGS["HANDLES"]
                else item
                for item in handles
            ]
            assert found == first + second
            assert [id(i) for i in found if type(i) is not str] == [
                id(i) for i in first + second if type(i) is not str
            ]
    js.marshal.take_back(segments)


class Text(str):
    """One of the program's."""


def test_texts_that_go_as_one_are_themselves(js: Bridge) -> None:
    """Whatever is in them, at the edges of a batch too; of a class of its own each is an object still."""
    through = js.eval("(xs) => [...xs]")
    kinds = js.eval("(xs) => [...xs].map((x) => typeof x).join()")
    short = [f"item{i}" for i in range(5000)]
    for texts in (
        short,
        [""] * 3000,
        ["", "\x7f", *short],
        [*short[:4000], "\x7f\x7f", *short],
        ["\ud800", *short[:40], "\udc00"],
        [*short[:2047], "\U0001f600", "\x00", "\n", '"', "\\", *short[:2049]],
        [*short[:100], "long " * 1000],
        [*short[:100], 1, None, 2.5],
    ):
        assert through(texts) == texts
        assert through(tuple(texts)) == texts
    assert kinds([Text("a")] * 20) == ",".join(["object"] * 20)


def test_numbers_that_go_as_bytes_are_themselves(js: Bridge) -> None:
    """Of every size and kind, alone and among others, both ways, at the edges of a batch too."""
    through = js.eval("(xs) => [...xs]")
    live = js.eval(f"(xs) => {{ {PY} return $py.byRef([...xs]) }}")
    kinds: list[list[Any]] = [
        [0, 1, -(2**31), 2**31 - 1], [2**31, -(2**53) + 1, 2**53 - 1], [2**53, -(2**70)], [0.5, -0.0, 1e300],
        [float("nan"), float("inf"), -float("inf")], [True, False], [enum.IntEnum("Level", "low").low],
        [2.5, 7, 2**53 - 1], ["7"], [None], [numpy.int64(3)],
    ]  # fmt: skip
    for first in kinds:
        many = first * 3000
        for items in (many, many[:7], *([*many[:70], *second[:1], *many[:70]] for second in kinds)):
            assert_same(through(items), items)
            assert_same(list(live(items)), items)
    for make in (tuple, generator):
        assert_same(through(make(kinds[0] * 40)), kinds[0] * 40)
    js.eval("new Float64Array(20000)")  # from here on what is large need not go in a frame
    for number in ("i + 0.5", "i"):
        many, also = js.eval(f"[20000, 70].map((length) => Array.from({{ length }}, (_, i) => {number}))")
        assert_same(many, [eval(number) for i in range(20000)])
        assert_same(also, many[:70])
    a, o, b, c = js.eval("(() => { const a = Array(70).fill(1), o = {}; return [a, o, a, o] })()")
    assert (a, o) == ([1] * 70, {}) and a is b and o is c
    answers = [[*[i] * 70, [i, i]] for i in range(20)]
    assert (
        list(map(js.eval("(i) => { const a = [i, i]; return [...Array(70).fill(i), a] }"), range(20)))
        == answers
    )
    assert sorted(range(20), key=js.eval("(i) => Array(70).fill(-i)")) == [*range(20)][::-1]


def assert_same(found: list[Any], items: list[Any]) -> None:
    """The same values, an integral float as the integer that it is in JavaScript."""

    def seen(item: Any) -> Any:
        if isinstance(item, float):
            whole = item.is_integer() and abs(item) < 2**53 and str(item) != "-0.0"
            return int(item) if whole else str(item)
        return int(item) if isinstance(item, numpy.integer) else item

    assert list(map(seen, found)) == list(map(seen, items))
    assert [type(item) is bool for item in found] == [type(item) is bool for item in items]


@pytest.mark.parametrize(
    ("make", "items"),
    [
        ("const a = Array(100).fill(1); a.length = 101; a", [1] * 100 + [None]),
        ("new Proxy([1, 2, 3], { get: (t, k) => k === '1' ? 20 : t[k] })", [1, 20, 3]),
        ("class Own extends Array { *[Symbol.iterator]() { yield 7 } }; Own.of(1, 2)", [7]),
        ("const a = [1, 2]; a[Symbol.iterator] = function* () { yield 8 }; a", [8]),
        ("const a = Array(9).fill(1), n = [0]; Object.defineProperty(a, 5, {get: () => ++n[0]}); a", 9 * [1]),
        ("new Map(Array.from({ length: 100 }, (_, i) => [i, 0]))", list(range(100))),
        ("new Set(Array.from({ length: 100 }, (_, i) => i / 2 + 0.25))", [i / 2 + 0.25 for i in range(100)]),
        ("new Float32Array(100).fill(0.5)", [0.5] * 100),
        ("new Uint32Array(100).fill(2 ** 32 - 1)", [2**32 - 1] * 100),
        ("new BigInt64Array(100).fill(5n)", [5] * 100),
        ("[1, 2].values()", [1, 2]),
        ("new Uint8Array(0)", []),
        ("const a = Array(80).fill(1n); a[70] = 2; a", [1] * 70 + [2] + [1] * 9),
    ],
)  # fmt: skip
def test_javascript_iterates_as_it_says(js: Bridge, make: str, items: list[Any]) -> None:
    *before, last = make.split("; ")
    live = js.eval(f"{PY} {'; '.join([*before, ''])} $py.byRef({last})")
    assert list(live) == items


def test_an_array_that_changes_while_it_is_gone_through(js: Bridge) -> None:
    grows = js.eval(f"{PY} $py.byRef([1])")
    seen = []
    for item in grows:
        seen.append(item)
        if item < 5:
            grows.push(item + 1)
    assert seen == [1, 2, 3, 4, 5]
    work: Any = [1]
    go = js.eval(
        "(xs) => { const all = []; for (const x of xs) all.push(x), x < 5 && xs.append(x + 1); return all }"
    )
    assert go(work) == work == seen
    shrinks = js.eval(f"{PY} $py.byRef([1, 2, 3, 4])")
    walk = iter(shrinks)
    assert next(walk) == 1
    shrinks.length = 2
    assert list(walk) == [2]
    ended = js.eval("(a) => a.values()")(grows)
    assert [*ended] == [1, 2, 3, 4, 5]
    grows.push(9)
    assert list(ended) == []
    # At the end that was seen: by who has no more to do, by who looks again, and by another function.
    for more in ("xs.append(9)", "await null; add(9)"):
        late: Any = [1, 2]
        body = f"all.push(x); if (x === 2) {{ {more} }}"
        source = f"async (xs, add) => {{ const all = []; for (const x of xs) {{ {body} }} return all }}"
        assert js.eval(source)(late, late.append).result() == late == [1, 2, 9]
    typed = js.eval(f"{PY} $py.byRef(new Uint8Array([1, 2, 3]))")
    walk = iter(typed)
    assert next(walk) == 1
    js.eval("(a) => { a.buffer.transfer() }")(typed)
    with pytest.raises(JSError, match="detached"):
        list(walk)


def test_an_iterator_of_python_s_is_one_of_javascript_s(js: Bridge) -> None:
    class Closed:
        def __init__(self) -> None:
            self.told: list[str] = []

        def walk(self) -> Iterator[int]:
            try:
                for i in range(5):
                    self.told.append(f"made {i}")
                    yield i
            finally:
                self.told.append("closed")

    source = """(xs, how) => {
      const walk = xs[Symbol.iterator]();
      if (how === 'new') { const left = walk.return(7); return [left.value, left.done, walk.next().done] }
      const first = walk.next().value;
      if (how === 'return') return [first, walk.return(7).value, walk.next().done, walk.return().done];
      if (how === 'throw') {
        try { walk.throw(new RangeError('mine')) } catch (e) { return [first, e.message, walk.next().done] }
      }
      return [first, ...walk.map((x) => x * 10).take(2)];
    }"""
    go = js.eval(source)
    for how, expected in {
        "new": [7, True, True],
        "return": [0, 7, True, True],
        "throw": [0, "mine", True],
        "helpers": [0, 10, 20],
    }.items():
        object_ = Closed()
        assert list(go(object_.walk(), how)) == expected
        assert object_.told.count("closed") == (how != "new")
        assert list(go(list(range(5)), how)) == expected

    class Asks:
        """Asks the very iterator that asks it."""

        def __iter__(self) -> Iterator[int]:
            yield 1
            js.globalThis.walk.next()

    again = js.eval(
        "(xs) => { globalThis.walk = xs[Symbol.iterator](); walk.next(); return [walk.next().done] }"
    )
    with pytest.raises(JSError, match="asked already"):
        again(Asks())
    js.eval("delete globalThis.walk")
