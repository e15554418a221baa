"""Lifetimes of the design, 4.4: the same object is the same proxy, nothing leaks, crossing releases are
harmless."""

from __future__ import annotations

import gc
import resource
import weakref
from typing import Any

from polyrepl.bridge import Bridge
from polyrepl.bridge.handles import Exports, Imports

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
            most = max(most, len(own._exports))
        return [i]

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    own.eval("(f) => { for (let i = 0; i < 100000; i++) f(i); }")(make)
    assert most < 30_000
    assert objects(own) == start
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_100_000_proxies_in_python(own: Bridge) -> None:
    start = objects(own.start())
    f = own.eval("(i) => () => i")
    for i in range(100_000):
        f(i)
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
    assert list(imports.dead) == [(7, 2)]
    again = imports.adopt(7, 0)
    assert len(imports) == 1
    del again
    gc.collect()
    assert list(imports.dead) == [(7, 2), (7, 1)]


def test_destroy_gives_back_at_once(own: Bridge) -> None:
    start = objects(own.start())
    error = own.eval(f"(x) => {{ {PY} $py.destroy(x); try {{ x.a }} catch (e) {{ return e.message }} }}")([1])
    assert "destroy" in error
    assert objects(own) == start
