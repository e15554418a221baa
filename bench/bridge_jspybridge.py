"""A peer: JSPyBridge (`javascript` on PyPI; Node is its child). Prints {"value": number} as JSON."""

from __future__ import annotations

import os

from javascript import eval_js  # type: ignore[import-not-found]
from timing import best, main, milliseconds, resident

TIMEOUT = 1e6  # it gives up after ten seconds otherwise


def py_to_js() -> float:
    add = eval_js("(x) => x + 1")
    return best(lambda: add(1), calls=200, rounds=5)


def sorted_key() -> float:
    negate = eval_js("(x) => -x")
    return milliseconds(lambda: sorted(range(1000), key=negate), rounds=3)


def nested() -> float:
    down = eval_js("async (f, n) => n === 0 ? 0 : 1 + await f(n - 1)")

    def up(n: int) -> int:
        return 0 if n == 0 else 1 + down(up, n - 1, timeout=TIMEOUT)

    assert up(300) == 300
    return milliseconds(lambda: up(300), rounds=3)


def js_to_py() -> float:
    loop = eval_js(
        "async (f) => { const start = performance.now(); for (let i = 0; i < 500; i++) await f(-5);"
        "return ((performance.now() - start) / 500) * 1e3 }"
    )
    return min(float(loop(abs, timeout=TIMEOUT)) for _ in range(5))


def sleeps() -> float:
    import time

    loop = eval_js(
        "async (f) => { const start = performance.now();"
        "await Promise.all(Array.from({ length: 100 }, () => f(0.01))); return performance.now() - start }"
    )
    return float(loop(time.sleep, timeout=TIMEOUT))


def in_flight_back() -> float:
    loop = eval_js(
        "async (f) => { const start = performance.now();"
        "await Promise.all(Array.from({ length: 1000 }, (_, i) => f(i))); return performance.now() - start }"
    )
    return min(float(loop(abs, timeout=TIMEOUT)) for _ in range(3))


def array_to_py() -> float:
    numbers = eval_js("new Float64Array(1e6).fill(1.5)")
    return milliseconds(lambda: len(numbers.valueOf(timeout=TIMEOUT)), rounds=3)


def iterate_back() -> float:
    items = eval_js("Array.from({ length: 100000 }, (_, i) => i)")
    return milliseconds(lambda: sum(items), rounds=1)


def memory() -> float:
    from javascript import config  # type: ignore[import-not-found]

    make = eval_js("(i) => ({ i })")
    pid = config.event_loop.event_thread and __import__("javascript").connection.proc.pid

    def use(count: int) -> None:
        for i in range(count):
            make(i)

    use(1000)
    before = resident() + resident(pid)
    use(10_000)
    return (resident() + resident(pid) - before) * 10  # for 100,000


main(
    {
        "py_to_js": py_to_js,
        "sorted": sorted_key,
        "nested": nested,
        "js_to_py": js_to_py,
        "sleeps": sleeps,
        "in_flight_back": in_flight_back,
        "array_to_py": array_to_py,
        "iterate_back": iterate_back,
        "memory": memory,
    }
)
os._exit(0)
