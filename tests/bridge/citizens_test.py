"""Proxies as citizens of the other language, the finer points: generators, async iterators, classes, symbols,
copies, pickling, chains, batches, and the asyncio face of the library."""

from __future__ import annotations

import asyncio
import collections.abc as abc
import contextlib
import copy
import inspect
import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from polyrepl.bridge import Bridge, BridgeError, JSError

PY = 'const $py = globalThis[Symbol.for("polyrepl.$py")];'


# ---- JavaScript's objects in Python


def test_only_generators_are_generators(js: Bridge) -> None:
    plain = js.eval("[1, 2][Symbol.iterator]()")
    generator = js.eval("(function* () { yield 1 })()")
    assert isinstance(plain, abc.Iterator)
    assert not isinstance(plain, abc.Generator)
    assert isinstance(generator, abc.Generator)
    assert list(plain) == [1, 2]


def test_a_python_exception_thrown_into_a_javascript_generator(js: Bridge) -> None:
    generator = js.eval(
        "(function* () { try { yield 1 } "
        "catch (e) { yield [e.name, e.message, e instanceof Error] } yield 3 })()"
    )
    next(generator)
    assert generator.throw(ValueError("v")) == ["ValueError", "v", True]
    error = KeyError("k")
    with pytest.raises(KeyError) as caught:
        generator.throw(error)
    assert caught.value is error
    with pytest.raises(StopIteration):
        next(generator)


def test_yield_from_and_unpacking(js: Bridge) -> None:
    def outer() -> Any:
        result = yield from js.eval("(function* () { const x = yield 1; return x * 2 })()")
        yield result

    generator = outer()
    assert next(generator) == 1
    assert generator.send(21) == 42
    first, *rest = js.eval("(function* () { yield 1; yield 2; yield 3 })()")
    assert (first, rest) == (1, [2, 3])


def test_iteration_comes_in_growing_batches_and_stays_lazy(js: Bridge, frames: Any) -> None:
    js.eval("globalThis.made = 0")
    endless = js.eval("new (class { *[Symbol.iterator]() { for (;;) yield made++ } })()")
    before = frames()[1]
    assert sum(x for x, _ in zip(endless, range(1000), strict=False)) == sum(range(1000))
    # A slow producer's batch ends early, by time, and the next is twice as large all the same: there may be
    # more than ten, and the last may be as large as any.
    assert frames()[1] - before <= 50
    assert js.eval("made") <= 1000 + 2048
    one = js.eval("globalThis.made = 0; new (class { *[Symbol.iterator]() { for (;;) yield made++ } })()")
    assert next(iter(one)) == 0
    assert js.eval("made") == 1


async def test_async_generators_of_javascript(js: Bridge) -> None:
    source = """(async function* () {
      try { const x = yield 1; yield x; yield 3 }
      catch (e) { yield e.name } finally { globalThis.ended = true }
    })()"""
    generator = js.eval(source)
    assert isinstance(generator, abc.AsyncGenerator)
    assert await anext(generator) == 1
    assert await generator.asend("sent") == "sent"
    assert await generator.athrow(ValueError()) == "ValueError"
    with pytest.raises(StopAsyncIteration):
        await anext(generator)
    js.eval("globalThis.ended = false")
    generator = js.eval(source)
    await anext(generator)
    await generator.aclose()
    assert js.eval("ended") is True
    js.eval("globalThis.ended = false")
    stream = js.eval(f"new (class {{ [Symbol.asyncIterator]() {{ return {source} }} }})()")
    assert isinstance(stream, abc.AsyncIterable)
    async with contextlib.aclosing(aiter(stream)) as items:
        async for item in items:
            assert item == 1
            break
    assert js.eval("ended") is True


async def test_async_context_manager(js: Bridge) -> None:
    js.eval("globalThis.log = []")
    thing = js.eval("new (class { async [Symbol.asyncDispose]() { await null; log.push('bye') } })()")
    async with thing as same:
        assert same is thing
    assert js.eval("log") == ["bye"]


async def test_promises_in_asyncio(js: Bridge) -> None:
    later = js.eval("(x, ms) => new Promise((r) => setTimeout(() => r(x), ms))")
    assert await asyncio.gather(later(1, 2), later(2, 1)) == [1, 2]
    assert await asyncio.wait_for(later(3, 1), 5) == 3
    task = asyncio.ensure_future(later(4, 1))
    assert await task == 4
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(js.eval("new Promise(() => {})"), 0.01)
    promise = later(5, 1)
    assert [await promise, await promise] == [5, 5]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(js.call_async(later, i, 1)) for i in range(5)]
    assert [task.result() for task in tasks] == list(range(5))


async def test_what_gives_itself_when_it_is_awaited(js: Bridge) -> None:
    """A connection, a pool: it is awaited once, and no thenable from then on."""
    begun = 0

    class Connection:
        def __await__(self) -> Iterator[Any]:
            nonlocal begun
            begun += 1
            yield from asyncio.sleep(0).__await__()
            return self

    made = Connection()
    use = js.eval(
        "async (c) => { const a = await c, b = await a; return [a === c, b === c, typeof c.then, await c] }"
    )
    assert await js.call_async(use, made) == [True, True, "undefined", made]
    assert begun == 1


def test_isinstance_of_javascript_classes(js: Bridge) -> None:
    A = js.eval("globalThis.A = class A {}; A")
    assert isinstance(A.new(), A)
    assert not isinstance(js.eval("new (class {})"), A)
    assert not isinstance(5, A)
    assert not isinstance([], A)
    assert isinstance(js.eval("/x/"), js.eval("RegExp"))
    with pytest.raises(JSError) as caught:
        js.eval("null.x")
    assert isinstance(caught.value, js.eval("TypeError"))
    assert not isinstance(caught.value, js.eval("RangeError"))


def test_symbols_and_getters(js: Bridge) -> None:
    key = js.eval("globalThis.key = Symbol('key')")
    thing = js.eval(
        "new (class { [key] = 5; get twice() { return this[key] * 2 } set five(x) { this[key] = x } })()"
    )
    assert (thing[key], key in thing, thing.twice) == (5, True, 10)
    thing.five = 6
    thing[key] += 1
    assert thing.twice == 14
    assert js.eval("Symbol.iterator") == js.eval("Symbol.iterator")
    assert {key: 1}[js.eval("key")] == 1
    assert js.eval("Symbol.for('polyrepl.test')").description == "polyrepl.test"
    iterate = js.eval("[1, 2]").__class__  # a literal is copied: a list, not a proxy
    assert iterate is list


def test_copies_and_pickles(js: Bridge) -> None:
    f = js.eval("() => 1")
    assert copy.copy(f) is f
    assert copy.deepcopy({"f": [f]})["f"][0] is f
    with pytest.raises(TypeError, match="to_py"):
        pickle.dumps(f)


def test_released_proxies_say_so(js: Bridge) -> None:
    thing = js.eval("new (class { x = 1 })()")
    assert thing.x == 1
    js.release(thing)
    js.release(thing)
    with pytest.raises(BridgeError, match="release"):
        thing.x  # noqa: B018
    again = js.eval("globalThis.kept = new (class { x = 2 })()")
    js.release(again)
    assert js.eval("kept").x == 2


def test_chains_and_completion_are_one_request(js: Bridge, frames: Any) -> None:
    js.eval("globalThis.root = { a: new (class { b = { c(x, y) { return [this === root.a.b, x, y] } } })() }")
    root = js.eval(f"{PY} $py.byRef(root)")

    def sent(run: Any) -> int:
        before = frames()[0]
        run()
        return int(frames()[0] - before)

    assert js.call(root, "a.b.c", 1, 2) == [True, 1, 2]
    assert js.get(root, "a.b.c.name") == "c"
    assert sent(lambda: js.call(root, "a.b.c", 1, 2)) == 1
    assert sent(lambda: js.get(root, "a.b.c.name")) == 1
    with pytest.raises(AttributeError, match="nope"):
        js.get(root, "a.nope")
    big = js.eval("class Big { }; for (let i = 0; i < 500; i++) Big.prototype['m' + i] = () => i; new Big()")
    assert sent(lambda: dir(big)) == 1
    assert len([name for name in dir(big) if name.startswith("m")]) == 500


def test_signatures(js: Bridge) -> None:
    signature = {
        "(a, ...b) => a": "(a, *b)",
        "function f(x, y = 1) {}": "(x, y=1)",
        "async (q) => q": "(q)",
        "x => x": "(x)",
        "() => 1": "()",
    }
    for source, text in signature.items():
        assert str(inspect.signature(js.eval(f"({source})"))) == text, source
    assert js.eval("(function named() {})").__name__ == "named"


# ---- the library's asyncio face


async def test_asyncio_face(tmp_path: Any) -> None:
    async with Bridge(output=lambda *event: None) as js:
        assert await js.eval_async("1 + 1") == 2
        assert await js.eval_async("new Promise((r) => setTimeout(() => r([1]), 1))") == [1]
        with pytest.raises(JSError, match="no"):
            await js.eval_async("Promise.reject(new Error('no'))")
        os_ = await js.import_async("node:os")
        assert os_.EOL == "\n"
        file = tmp_path / "m.mjs"
        file.write_text("await null; export const five = 5;")
        assert (await js.import_async(file)).five == 5
        sleeps = [js.eval_async(f"new Promise((r) => setTimeout(() => r({i}), 20))") for i in range(50)]
        assert await asyncio.gather(*sleeps) == list(range(50))
    with pytest.raises(BridgeError, match="closed"):
        js.eval("1")
