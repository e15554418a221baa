"""A peer: pythonmonkey (SpiderMonkey inside the Python process). Prints {"value": number} as JSON."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

import pythonmonkey as pm  # type: ignore[import-not-found]
from timing import best, main, milliseconds, resident

sys.setrecursionlimit(20_000)


def py_to_js() -> float:
    add = pm.eval("(x) => x + 1")
    return best(lambda: add(1), calls=5000)


def js_to_py() -> float:
    loop = pm.eval("(f) => { for (let i = 0; i < 5000; i++) f(-5) }")
    return best(lambda: loop(abs), 1) / 5000


def chain() -> float:
    loop = pm.eval("(os) => { for (let i = 0; i < 5000; i++) os.path.basename('a/b') }")
    return best(lambda: loop(os), 1) / 5000


def sorted_key() -> float:
    negate = pm.eval("(x) => -x")
    return milliseconds(lambda: sorted(range(1000), key=negate))


def nested() -> float:
    down = pm.eval("(f, n) => n === 0 ? 0 : 1 + f(n - 1)")

    def up(n: int) -> int:
        return 0 if n == 0 else 1 + int(down(up, n - 1))

    assert up(300) == 300
    return milliseconds(lambda: up(300))


def in_flight() -> float:
    f = pm.eval("async (x) => x + 1")

    async def run() -> float:
        times = []
        for _ in range(30):
            start = time.perf_counter()
            await asyncio.gather(*[f(i) for i in range(1000)])
            times.append(time.perf_counter() - start)
        return min(times) * 1e3

    return asyncio.run(run())


def _timed(source: str, function: Any) -> float:
    async def run() -> float:
        f = pm.eval(source)
        times = []
        for _ in range(5):
            start = time.perf_counter()
            await f(function)
            times.append(time.perf_counter() - start)
        return min(times) * 1e3

    return asyncio.run(run())


def in_flight_back() -> float:
    async def add(x: float) -> float:
        return x + 1

    return _timed("async (f) => { await Promise.all(Array.from({ length: 1000 }, (_, i) => f(i))) }", add)


def sleeps() -> float:
    async def nap(x: float) -> None:
        await asyncio.sleep(0.01)

    return _timed("async (f) => { await Promise.all(Array.from({ length: 100 }, (_, i) => f(i))) }", nap)


def array_to_js() -> float:
    import array

    numbers = array.array("d", range(1_000_000))
    take = pm.eval("(x) => x.length")
    assert take(numbers) == 1_000_000
    return milliseconds(lambda: take(numbers), rounds=60)


def array_to_py() -> float:
    make = pm.eval("(() => { const numbers = new Float64Array(1e6).fill(1.5); return () => numbers })()")
    return milliseconds(lambda: memoryview(make()).nbytes, rounds=60)


def iterate() -> float:
    items = list(range(100_000))
    walk = pm.eval("(xs) => { let sum = 0; for (const x of xs) sum += x; return sum }")
    return milliseconds(lambda: walk(items))


def iterate_back() -> float:
    items = pm.eval("Array.from({ length: 100000 }, (_, i) => i)")
    return milliseconds(lambda: sum(items))


def memory() -> float:
    def use(count: int) -> None:
        make = pm.eval("(i) => () => i")
        for i in range(count):
            make(i)
        pm.eval("(f, n) => { for (let i = 0; i < n; i++) f(i) }")(lambda i: [i], count)
        pm.collect()

    use(30_000)
    before = resident()
    use(100_000)
    return resident() - before


main(
    {
        "py_to_js": py_to_js,
        "js_to_py": js_to_py,
        "chain": chain,
        "sorted": sorted_key,
        "nested": nested,
        "in_flight": in_flight,
        "in_flight_back": in_flight_back,
        "sleeps": sleeps,
        "array_to_js": array_to_js,
        "array_to_py": array_to_py,
        "iterate": iterate,
        "iterate_back": iterate_back,
        "memory": memory,
    }
)
sys.stdout.flush()
os._exit(0)
