"""Lifetimes of the design, 4.4: the same object is the same proxy, nothing leaks, crossing releases are
harmless."""

from __future__ import annotations

import asyncio
import gc
import random
import resource
import weakref
from typing import Any

import pytest
from polyrepl.bridge import Bridge, BridgeError, JSError
from polyrepl.bridge.handles import Exports, Imports, releases

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


def objects(js: Bridge) -> tuple[int, int]:
    stats = js.stats(collect=True)
    return stats["python"]["objects"], stats["node"]["objects"]


def test_tables_return_to_their_start(own: Bridge) -> None:
    own.start()
    start = objects(own)
    for _ in range(1000):
        own.eval("() => 1")
    own.eval("(f) => { for (let i = 0; i < 1000; i++) f(i); }")(lambda i: [i])
    assert objects(own) == start


def test_a_loop_of_100_000_proxies_stays_small(own: Bridge) -> None:
    start = objects(own.start())
    most = 0

    def make(i: int) -> list[int]:
        nonlocal most
        if i % 1000 == 0:
            most = max(most, len(own.exchange.exports))
        return [i]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    own.eval("(f) => { for (let i = 0; i < 100000; i++) f(i); }")(make)
    assert most < 30_000
    assert objects(own) == start
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_100_000_proxies_in_python(own: Bridge) -> None:
    start = objects(own.start())
    f = own.eval("(n) => Array.from({ length: n }, (_, i) => () => i)")
    for _ in range(1000):
        assert len(f(100)) == 100
    del f
    assert objects(own) == start


def test_large_arrays_in_one_loop(own: Bridge) -> None:
    import numpy

    living: list[weakref.ref[Any]] = []

    def make(i: int) -> Any:
        array = numpy.zeros(1_000_000)
        living.append(weakref.ref(array))
        return array

    own.eval("(f) => { for (let i = 0; i < 100; i++) f(i); }")(make)
    assert sum(ref() is not None for ref in living) <= 10
    objects(own)
    assert sum(ref() is not None for ref in living) == 0


def test_same_object_same_proxy(own: Bridge) -> None:
    keep = own.eval("const kept = []; (x) => { kept.push(x); return kept.every((k) => k === x) }")
    thing = object()
    assert keep(thing) is True
    assert keep(thing) is True
    f = own.eval("globalThis.f = () => 1")
    assert own.eval("f") is f


def test_release_that_crosses_a_send_is_harmless() -> None:
    """Node's proxy dies and gives back one receipt while Python sends the object again."""
    exports = Exports()
    thing = object()
    first = exports.add(thing)
    second = exports.add(thing)  # sent again; the release of the first receipt is still under way
    assert first == second
    exports.release(first, 1)
    assert exports.get(first) is thing
    exports.release(first, 1)
    assert len(exports) == 0
    assert exports.add(thing) != first


def test_imports_count_receipts() -> None:
    class Proxy:
        def __init__(self, handle: int) -> None:
            self.handle = handle

    imports = Imports(lambda handle, traits: Proxy(handle))
    first = imports.adopt(7, 0)
    assert imports.adopt(7, 0) is first
    del first
    gc.collect()
    assert releases(imports.dead, []) == [7, 2]
    again = imports.adopt(7, 0)
    assert len(imports) == 1
    del again
    gc.collect()
    assert releases(imports.dead, []) == [7, 1]


def test_destroy_gives_back_at_once(own: Bridge) -> None:
    start = objects(own.start())
    error = own.eval(f"(x) => {{ {PY} $py.destroy(x); try {{ x.a }} catch (e) {{ return e.message }} }}")([1])
    assert "destroy" in error
    assert objects(own) == start


async def test_python_sends_again_while_nodes_release_is_under_way(own: Bridge) -> None:
    """Both sends leave Python before the release of the first receipt arrives there."""
    start = objects(own.start())
    thing = [1, 2, 3]
    counts: list[int] = []

    def look(x: Any) -> None:
        assert x is thing
        counts.append(own.exchange.exports._counts[own.exchange.exports._handles[id(x)]])

    use = own.eval(f"(x, look) => {{ {PY} look(x); $py.destroy(x) }}")
    await asyncio.gather(*[own.call_async(use, thing, look) for _ in range(3)])
    assert counts == [3, 2, 1]  # all three had been sent before the first was given back
    del use
    gc.collect()
    assert objects(own) == start


def test_node_sends_again_while_pythons_release_is_under_way(own: Bridge) -> None:
    """The release of the first receipt stands behind the reply, so Node sends again before it reads it."""
    start = objects(own.start())
    kept: list[Any] = []

    def take(thing: Any, keep: bool) -> None:
        if keep:
            kept.append(thing)

    own.eval(
        "(take) => { const f = () => 5; take(f, false); take(f, false); take(f, true); "
        "return take(f, false) }"
    )(take)
    assert kept[0]() == 5
    kept.clear()
    assert objects(own) == start


def test_random_interleavings_of_sends_and_releases() -> None:
    """A model of both tables and the two pipes between them: whatever the order of events, what a side holds
    a proxy of is in the other's table, and in the end nothing is."""
    rng = random.Random(5)
    for _ in range(200):
        exports, thing = Exports(), object()
        to_peer: list[int] = []  # handles on their way
        to_us: list[tuple[int, int]] = []  # releases on their way
        held: dict[int, int] = {}  # the peer's proxy: handle -> receipts
        for step in range(100):
            choice = rng.randrange(4)
            if choice == 0 and step < 80:
                to_peer.append(exports.add(thing))
            elif choice == 1 and to_peer:
                handle = to_peer.pop(0)
                held[handle] = held.get(handle, 0) + 1
            elif choice == 2 and held:
                handle, count = held.popitem()
                to_us.append((handle, count))
            elif choice == 3 and to_us:
                exports.release(*to_us.pop(0))
            for handle in [*held, *to_peer]:
                assert exports.get(handle) is thing
        for handle in to_peer:
            held[handle] = held.get(handle, 0) + 1
        for pair in [*to_us, *held.items()]:
            exports.release(*pair)
        assert len(exports) == 0


def test_stats_show_both_tables(own: Bridge) -> None:
    assert own.stats() == {"python": {"objects": 0, "proxies": 0}, "node": None}
    f = own.eval("globalThis.held = []; (x) => { held.push(x) }")
    things = [[i] for i in range(5)]
    for thing in things:
        f(thing)
    before = own.stats(collect=True)
    assert before["python"]["objects"] == before["node"]["proxies"] >= 5
    assert before["node"]["objects"] == before["python"]["proxies"] == 1
    own.eval("held.length = 0; 1")
    after = own.stats(collect=True)
    assert after["python"]["objects"] == before["python"]["objects"] - 5


async def test_proxies_inside_async_code(own: Bridge) -> None:
    start = objects(own.start())

    async def make(i: int) -> list[int]:
        await asyncio.sleep(0)
        return [i]

    run = own.eval("async (f) => { for (let i = 0; i < 2000; i++) (await f(i)).length }")
    await own.call_async(run, make)
    del run
    assert objects(own) == start


class Unsendable:
    pass


def unsendable(value: Unsendable) -> Any:
    raise ZeroDivisionError


def test_what_was_never_sent_is_not_held(own: Bridge) -> None:
    """Encoding fails behind objects that were encoded already; a call fails before it is made."""
    own.register(Unsendable, "unsendable", unsendable)
    call = own.eval("(f, ...args) => f(...args)")
    count = own.eval("(xs) => [...xs].length")
    before = objects(own)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            call(lambda: 1, object(), Unsendable())
        with pytest.raises(ZeroDivisionError):
            call(lambda: (x for x in [Unsendable()]).__next__())
        with pytest.raises(ZeroDivisionError):
            count([object(), Unsendable()])
        with pytest.raises(JSError, match="getter"):
            own.eval("({ f: () => 1, get g() { throw new Error('getter') } })")
        with pytest.raises(JSError, match="getter"):
            call(own.eval("(f) => f({ g: () => 1, get h() { throw new Error('getter') } })"), lambda x: x)
        with pytest.raises(JSError, match="not a function"):
            own.call(own.eval("Math"), "nothing", object())
        with pytest.raises(AttributeError, match="nothing"):
            own.eval("(m) => globalThis[Symbol.for('polyrepl.$py')].call(m, ['nothing'], [() => 1])")(gc)
        own.eval("new (class { constructor() { this.x = 1 } })").to_py()
    assert objects(own) == before


def test_a_released_object_is_no_argument(own: Bridge) -> None:
    call = own.eval("(...args) => args.length")
    given = own.eval("() => 1")
    own.release(given)
    before = objects(own)
    with pytest.raises(BridgeError, match="given back"):
        call(object(), given)
    assert objects(own) == before


def test_two_threads_receive_the_same_object() -> None:
    """The other one is faster, while this one makes its proxy: there is only one."""

    class Proxy:
        pass

    def make(handle: int, traits: int) -> Any:
        if not faster:
            faster.append(None)
            faster[0] = imports.adopt(handle, traits)
        return Proxy()

    faster: list[Any] = []
    imports = Imports(make)
    assert imports.adopt(7, 0) is faster[0]
    assert not releases(imports.dead, [])
    faster.clear()
    gc.collect()
    assert releases(imports.dead, []) == [7, 2]
