"""Python's objects in JavaScript: what a JavaScript programmer does with any object."""

from __future__ import annotations

import array
import asyncio
import collections
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


def run(js: Bridge, body: str, *args: Any) -> Any:
    return js.eval(f"(a, b, c) => {{ {PY} const ops = (x) => x[Symbol.for('polyrepl.python')]; {body} }}")(
        *args
    )


def test_iterating_python_comes_in_growing_batches(js: Bridge, frames: Any) -> None:
    walk = js.eval("(a) => { let n = 0; for (const x of a) n += 1; return n }")
    assert walk(range(10_000)) == 10_000
    before = frames()[1]
    assert walk(range(10_000)) == 10_000
    assert frames()[1] - before <= 101  # the reply to the call is one


def test_leaving_a_loop_early_closes_the_generator(js: Bridge) -> None:
    ended: list[int] = []

    class Source:
        def __iter__(self) -> Iterator[int]:
            try:
                yield from range(10)
            finally:
                ended.append(1)

    assert run(js, "for (const x of a) if (x === 3) return x", Source()) == 3
    js.eval("1")  # the release travels with the next frame
    js.stats()
    assert ended == [1]


def test_a_javascript_error_thrown_into_a_python_generator(js: Bridge) -> None:
    def generate() -> Any:
        try:
            yield 1
        except JSError as error:
            yield [error.name, error.message]

    generator = generate()
    next(generator)
    assert run(js, "return ops(a).throw(a, new RangeError('r'))", generator) == [False, ["RangeError", "r"]]

    def raises() -> Any:
        yield 1

    log: list[Any] = []

    class Manager:
        def __enter__(self) -> None: ...
        def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
            log.append((kind, str(error)))

    run(js, "ops(a).enter(a); ops(a).exit(a, new RangeError('r')); ops(a).exit(a)", Manager())
    assert log == [(JSError, "RangeError: r"), (None, "None")]
    generator = raises()
    next(generator)
    assert run(
        js,
        "const e = new RangeError('r'); try { ops(a).throw(a, e) } catch (x) { return x === e }",
        generator,
    )


async def test_async_generators_of_python(js: Bridge) -> None:
    ended: list[str] = []

    async def count() -> AsyncIterator[int]:
        try:
            for i in range(10):
                await asyncio.sleep(0)
                yield i
        finally:
            ended.append("end")

    walk = js.eval("async (a) => { for await (const x of a) if (x === 2) { await a.aclose(); return x } }")
    assert await js.call_async(walk, count()) == 2
    assert ended == ["end"]


async def test_await_using(js: Bridge) -> None:
    log: list[str] = []

    class Manager:  # one that is left in one way; others are refused, see tests/repl/test_using.py
        async def __aenter__(self) -> int:
            log.append("in")
            return 5

        async def __aexit__(self, *left: object) -> None:
            log.append("out")

    use = js.eval("async (m) => { const v = await m.__aenter__(); { await using x = m; } return v }")
    assert await js.call_async(use, Manager()) == 5
    assert log == ["in", "out"]


def test_symbols_on_python_objects(js: Bridge) -> None:
    assert run(
        js, "return [a[Symbol('x')] === undefined, Symbol('x') in a, a[Symbol.toStringTag]]", object()
    ) == [
        True,
        False,
        "PyProxy",
    ]
    kind = js.eval("(a) => Object.prototype.toString.call(a)")
    for value, name in (
        ({}, "Object"),
        (collections.UserDict(), "Object"),
        ([], "Array"),
        (range(3), "Array"),
        (len, "Function"),
        (dict, "Function"),
        (set(), "PyProxy"),
        (object(), "PyProxy"),
    ):
        assert kind(value) == f"[object {name}]"


def test_other_containers(js: Bridge) -> None:
    queue = collections.deque([1, 2, 3])
    assert run(js, "return [a.length, a[0], [...a], a.map((x) => x * 2)]", queue) == [
        3,
        1,
        [1, 2, 3],
        [2, 4, 6],
    ]
    run(js, "a.push(4); a.shift()", queue) if hasattr(queue, "push") else run(js, "a.append(4)", queue)
    assert list(queue) == [1, 2, 3, 4]
    numbers = array.array("i", [1, 2])
    assert run(js, "return [a.length, a[1], a.byteLength, new Int32Array(a.buffer)[1]]", numbers) == [
        2,
        2,
        8,
        2,
    ]
    chain = collections.ChainMap({"a": 1}, {"b": 2})
    assert run(js, "return [a.get('b'), a.has('a'), a.size, a.b]", chain) == [2, True, 2, 2]
    assert run(js, "return [a[0], a.length, [...a]]", range(3)) == [0, 3, [0, 1, 2]]
    assert run(js, "return [a.length, a[1]]", memoryview(b"ab")) == [2, ord("b")]


def test_setting_deleting_and_probing_attributes(js: Bridge) -> None:
    class Thing:
        kind = "k"

    thing = Thing()
    assert run(
        js, "a.new = 1; const had = 'new' in a; delete a.new; return [had, 'new' in a, a.kind]", thing
    ) == [
        True,
        False,
        "k",
    ]
    # What is not there is not missed, as in JavaScript; what would stay is an error.
    assert run(js, "return [delete a.nothing, delete a.new]", thing) == [True, True]
    with pytest.raises(AttributeError):
        run(js, "delete a.kind", thing)
    values = [1]
    assert run(js, "return [delete a[5], delete a[0], a.length]", values) == [True, True, 0]

    class Slots:
        __slots__ = ("a",)

        @property
        def fixed(self) -> int:
            return 1

    assert run(js, "return [delete a.a, delete a.b]", Slots()) == [True, True]
    with pytest.raises(AttributeError):
        run(js, "delete a.fixed", Slots())
    with pytest.raises(AttributeError):
        run(js, "a.real = 5", 1 + 2j)
    assert run(js, "return [a.toString(), typeof a.valueOf(), Object.keys(a)]", thing)[1:] == [
        "object",
        ["kind"],
    ]


def test_methods_of_one_object_are_the_same(js: Bridge) -> None:
    """Listeners are removed by what they were added by."""

    class Listener:
        def __init__(self) -> None:
            self.got: list[Any] = []

        def on(self, value: Any) -> None:
            self.got.append(value)

        def off(self) -> None: ...

        @classmethod
        def make(cls) -> None: ...

    first, second = Listener(), Listener()
    same = js.eval("""(a, b) => [a.on === a.on, a.got.append === a.got.append, a.make === b.make,
      a.on === b.on, a.got.append === b.got.append, a.on === a.off, a.got.append === a.got.pop]""")
    assert same(first, second) == [True, True, True, False, False, False, False]
    js.eval("""(l) => {
      const e = new EventTarget();
      const emit = () => e.dispatchEvent(new Event("x"));
      e.addEventListener("x", l.on); emit(); e.removeEventListener("x", l.on); emit();
      e.addEventListener("x", l.got.append); e.removeEventListener("x", l.got.append); emit();
    }""")(first)
    assert [event.type for event in first.got] == ["x"]
    first.got.clear()
    before = js.stats()["python"]["objects"]
    for _ in range(3):  # given back, and given anew
        js.eval("(f) => { f(5); f.destroy() }")(first.on)
    assert js.stats()["python"]["objects"] <= before
    assert first.got == [5, 5, 5]


def test_strict_equality_is_identity(js: Bridge) -> None:
    keep = [1]
    assert run(js, "return [a === b, a === c, new Map([[a, 1]]).get(b)]", keep, keep, [1]) == [True, False, 1]


def test_worker_threads_are_refused_clearly(js: Bridge, tmp_path: Any) -> None:
    source = (
        "const { parentPort } = require('node:worker_threads');"
        "const $py = globalThis[Symbol.for('polyrepl.$py')];"
        "try { $py('os') } catch (e) { parentPort.postMessage(e.message) }"
    )
    ask = js.eval(
        "(source) => new Promise((resolve, reject) => {"
        "const w = new (require('node:worker_threads').Worker)(source, { eval: true });"
        "w.once('message', resolve); w.once('error', reject) })"
    )
    assert "worker thread" in ask(source).result()
    file = tmp_path / "w.mjs"
    file.write_text(
        "import { Worker } from 'node:worker_threads';"
        "export const start = (s) => new Promise((r) => new Worker(s, { eval: true }).once('message', r));"
    )
    assert "worker thread" in js.import_module(file).start(source).result()
