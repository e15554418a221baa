"""What is asked for many at a time: items of rows in a loop, callbacks that Python calls for every item. It
takes few requests, and nobody sees a difference but the clock."""

from __future__ import annotations

import collections
import threading
from typing import Any

import pandas
import pytest
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge.server import Server


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The operations that JavaScript asks for."""
    seen: list[int] = []
    perform = Server.perform

    def noted(self: Server, message: list[Any], body: Any) -> Any:
        seen.append(message[0])
        return perform(self, message, body)

    monkeypatch.setattr(Server, "perform", noted)
    return seen


def rows(count: int = 2000) -> list[dict[str, Any]]:
    return [{"id": i, "v": i * 0.5, "name": f"n{i}", "none": None} for i in range(count)]


LOOPS = {
    "for": "let a = 0; for (const r of rows) a += r.v; return a",
    "two": "let a = 0; for (const r of rows) if (r.id >= 0) a += r.v; return a",
    "reduce": "return rows.reduce((a, r) => a + r.v, 0)",
    "map": "return rows.map((r) => r.v).reduce((a, b) => a + b)",
    "lookup": "let a = 0; const ops = rows[Symbol.for('polyrepl.python')];"
    " for (const r of rows) a += ops.lookup(r, 'v'); return a",
    "values": "let a = 0; for (const [, r] of named) a += r.v; return a",
}


@pytest.mark.parametrize("loop", LOOPS)
def test_rows_in_a_loop_take_few_requests(js: Bridge, asked: list[int], loop: str) -> None:
    data = rows()
    function = js.eval(f"(rows, named) => {{ {LOOPS[loop]} }}")
    del asked[:]
    assert function(data, {row["name"]: row for row in data}) == sum(row["v"] for row in data)
    # One by one they would be 2,000 and more; how many batches it takes depends on how fast each is used up.
    assert len(asked) < len(data) / 4


def test_values_are_what_one_by_one_would_give(js: Bridge) -> None:
    data: list[Any] = rows(100)
    data[50]["v"] = [1]
    data[60]["v"] = float("nan")
    data[61]["v"] = 2**60
    data[62]["v"] = "x" * 1000
    del data[63]["v"]
    data[64] = collections.OrderedDict(v=7)
    data[65] = 5
    data[66] = None
    data[67]["items"] = "an item"
    found = js.eval("(rows) => { const all = []; for (const r of rows) all.push(r?.v); return all }")(data)
    assert found[50] is data[50]["v"]
    assert found[60] != found[60]
    assert found[61:63] == [2**60, "x" * 1000]
    assert found[63:67] == [None, 7, None, None]
    methods = js.eval(
        "(rows) => { let n = 0; for (const r of rows) n += typeof r?.items === 'function'; return n }"
    )
    assert methods(data) == sum(isinstance(row, dict) for row in data)
    assert js.eval("(rows) => { for (const r of rows) if (r.none !== null) return false; return true }")(
        rows(50)
    )


KEYS = {
    "sorted": "(f, rows, key, kwargs) => f(rows, ...kwargs({ key }))",
    "max": "(f, rows, key, kwargs) => [f(rows, ...kwargs({ key }))]",
}


@pytest.mark.parametrize("name", KEYS)
def test_rows_that_a_key_looks_into_take_few_requests(js: Bridge, asked: list[int], name: str) -> None:
    data = rows()
    call = js.eval(f"(...all) => ({KEYS[name]})(...all, globalThis[Symbol.for('polyrepl.$py')].kwargs)")
    function: Any = {"sorted": sorted, "max": max}[name]
    key = js.eval("(r) => (r.id % 7) * 1e6 - r.v")
    del asked[:]
    found = call(function, data, key)
    assert len(asked) < 200
    own = function(data, key=lambda r: (r["id"] % 7) * 1e6 - r["v"])
    assert found == (own if name == "sorted" else [own])


def test_a_key_sees_what_it_changes(js: Bridge) -> None:
    data = rows(100)
    key = js.eval("(rows) => { let at = 0; return (r) => { rows[99].v = -(at += 1); return r.v } }")(data)
    call = js.eval(f"(...all) => ({KEYS['sorted']})(...all, globalThis[Symbol.for('polyrepl.$py')].kwargs)")
    assert call(sorted, data, key)[0]["id"] == 99  # -100 when its own turn came


def test_changes_are_seen(js: Bridge) -> None:
    data = rows(200)

    def change(i: int) -> None:
        for row in data[i + 1 :]:
            row["v"] = -i

    found = js.eval(
        """(rows, change) => {
          const all = [];
          for (const r of rows) {
            all.push(r.v);
            if (r.id === 100) change(100);
          }
          return all;
        }"""
    )(data, change)
    assert found == [row["v"] for row in rows(101)] + [-100] * 99
    added = js.eval(
        "(rows) => { let n = 0; for (const r of rows) { r.v; r.v = r.v + 1; n += r.v; } return n }"
    )
    assert added(data) == sum(row["v"] for row in data)
    last = js.eval(
        "(rows) => { const all = [...rows]; for (const r of all) { r.v; all[9].v = 10; } return all[9].v }"
    )
    assert last(data) == 10


def test_a_turn_of_the_event_loop_forgets(js: Bridge) -> None:
    data = rows(100)
    running = js.eval(
        """async (rows, ready) => {
          const all = [...rows];
          for (let i = 0; i < 50; i++) all[i].v;
          await ready();
          return all[50].v;
        }"""
    )

    async def ready() -> None:
        data[50]["v"] = "new"

    assert running(data, ready).result() == "new"


def test_a_loop_that_waits_for_a_thread_ends(js: Bridge) -> None:
    data = rows(100)
    begun = threading.Event()

    def work() -> None:
        begun.wait()
        for row in data:
            row["v"] = "done"

    thread = threading.Thread(target=work)
    thread.start()
    waited = js.eval(
        "(rows, begin) => { const all = [...rows]; for (const r of all) { r.v; } begin();"
        " for (let i = 0; i < 100; i++) while (all[i].v !== 'done'); return true }"
    )
    assert waited(data, begun.set) is True
    thread.join()


# ---- callbacks


def test_keys_are_asked_for_in_order(js: Bridge) -> None:
    js.eval("globalThis.calls = []")
    key = js.eval("(x) => { calls.push(x); return -x }")
    numbers = list(range(300))
    call = js.eval("(f, xs, key) => f(xs, ...globalThis[Symbol.for('polyrepl.$py')].kwargs({ key }))")
    for function, expected in ((sorted, numbers[::-1]), (min, 299), (max, 0)):
        js.eval("calls.length = 0")
        assert call(function, numbers, key) == expected
        assert js.eval("calls") == numbers
    own = list(numbers)
    js.eval("(xs, key) => xs.sort(...globalThis[Symbol.for('polyrepl.$py')].kwargs({ key }))")(own, key)
    assert own == numbers[::-1]


def test_answers_of_callbacks(js: Bridge) -> None:
    series = pandas.Series([1.5, float("nan"), 2.0])
    apply = js.eval("(s, f) => s.map(f)")
    twice = js.eval("(x) => Number.isNaN(x) ? 'nan' : x * 2")
    assert list(apply(series, twice)) == [3.0, "nan", 4.0]
    assert list(js.eval("(s, f) => s.apply(f)")(series, twice)) == [3.0, "nan", 4.0]
    words = pandas.Series(["a", None, "b"])
    assert list(apply(words, js.eval("(x) => typeof x === 'string' ? x + x : 'no'"))) == ["aa", "no", "bb"]
    shared = apply(pandas.Series(range(20)), js.eval("{ const one = []; (x) => one }"))
    assert shared[0] == [] and shared[0] is not shared[1]
    assert list(apply(pandas.Series([1, 2] * 9, dtype="category"), js.eval("(x) => x + 1"))) == [2, 3] * 9
    back = js.eval("(s, g) => s.map((x) => g(x) + 1)")
    assert list(back(pandas.Series(range(50)), lambda x: x * 10)) == [x * 10 + 1 for x in range(50)]


def test_what_a_callback_throws(js: Bridge) -> None:
    js.eval("globalThis.seen = []")
    call = js.eval("(f, xs, key) => f(xs, ...globalThis[Symbol.for('polyrepl.$py')].kwargs({ key }))")
    bad = js.eval("(x) => { seen.push(x); if (x === 70) throw new RangeError('no ' + x); return x }")
    with pytest.raises(JSError, match="no 70"):
        call(sorted, list(range(200)), bad)
    assert js.eval("seen") == list(range(71))
    assert call(sorted, [], bad) == []


def test_a_generator_is_not_read_before_its_time(js: Bridge) -> None:
    said: list[Any] = []

    def items() -> Any:
        for i in range(3):
            said.append(i)
            yield i

    call = js.eval(
        """(f, xs, note) => {
          const key = (x) => (note(-x), x);
          return f(xs, ...globalThis[Symbol.for('polyrepl.$py')].kwargs({ key }));
        }"""
    )
    assert call(max, items(), said.append) == 2
    assert said == [0, 0, 1, -1, 2, -2]
