"""A peer: mini-racer (V8 inside the Python process; Python functions only as asynchronous callbacks). Prints
{"value": number} as JSON."""

from __future__ import annotations

import asyncio
import os
import time

from py_mini_racer import MiniRacer  # type: ignore[import-not-found]
from timing import best, main, milliseconds, resident

racer = MiniRacer()


def py_to_js() -> float:
    add = racer.eval("(x) => x + 1")
    return best(lambda: add(1), calls=500)


def sorted_key() -> float:
    negate = racer.eval("(x) => -x")
    return milliseconds(lambda: sorted(range(1000), key=negate))


def _with(function: object, count: int) -> float:
    source = f"async (f) => {{ await Promise.all(Array.from({{ length: {count} }}, (_, i) => f(i))) }}"

    async def run() -> float:
        inside = MiniRacer()  # it belongs to the loop in which it is made
        async with inside.wrap_py_function(function) as wrapped:
            f = inside.eval(source)
            times = []
            for _ in range(5):
                start = time.perf_counter()
                await f(wrapped)
                times.append(time.perf_counter() - start)
            return min(times) * 1e3

    return asyncio.run(run())


def in_flight_back() -> float:
    async def add(x: int) -> int:
        return x + 1

    return _with(add, 1000)


def sleeps() -> float:
    async def nap(x: int) -> None:
        await asyncio.sleep(0.01)

    return _with(nap, 100)


def in_flight() -> float:
    async def run() -> float:
        inside = MiniRacer()
        f = inside.eval("async (x) => x + 1")
        times = []
        for _ in range(5):
            start = time.perf_counter()
            await asyncio.gather(*[_awaited(f(i)) for i in range(1000)])
            times.append(time.perf_counter() - start)
        return min(times) * 1e3

    return asyncio.run(run())


async def _awaited(promise: object) -> object:
    return await promise  # type: ignore[misc]


def array_to_py() -> float:
    make = racer.eval("const numbers = new Float64Array(1e6).fill(1.5); () => numbers.buffer")
    return milliseconds(lambda: len(bytes(make())), rounds=60)


def iterate_back() -> float:
    items = racer.eval("Array.from({ length: 100000 }, (_, i) => i)")
    return milliseconds(lambda: sum(items), rounds=1)


def memory() -> float:
    def use(count: int) -> None:
        make = racer.eval("(i) => () => i")
        for i in range(count):
            make(i)

    use(1000)
    before = resident()
    use(10_000)
    return (resident() - before) * 10  # for 100,000


main(
    {
        "py_to_js": py_to_js,
        "sorted": sorted_key,
        "in_flight": in_flight,
        "in_flight_back": in_flight_back,
        "sleeps": sleeps,
        "array_to_py": array_to_py,
        "iterate_back": iterate_back,
        "memory": memory,
    }
)
os._exit(0)
