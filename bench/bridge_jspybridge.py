"""A peer: JSPyBridge (`javascript` on PyPI; Node is its child). Prints {"value": number} as JSON."""

from __future__ import annotations

import os
import time
from pathlib import Path

from javascript import eval_js, require  # type: ignore[import-not-found]
from timing import best, main, milliseconds

peer = require(str(Path(__file__).with_suffix(".cjs")))
TIMEOUT = 1e6  # it gives up after ten seconds otherwise


def py_to_js() -> float:
    add = eval_js("(x) => x + 1")
    return best(lambda: add(1), calls=200, rounds=5)


def sorted_key() -> float:
    negate = eval_js("(x) => -x")
    return milliseconds(lambda: sorted(range(1000), key=negate), rounds=3)


def nested() -> float:
    def up(n: int) -> int:
        return 0 if n == 0 else 1 + peer.down(up, n - 1, timeout=TIMEOUT)

    assert up(300) == 300
    return milliseconds(lambda: up(300), rounds=3)


def js_to_py() -> float:
    return min(float(peer.calls(abs, timeout=TIMEOUT)) for _ in range(5))


def sleeps() -> float:
    return float(peer.sleeps(time.sleep, timeout=TIMEOUT))


def in_flight_back() -> float:
    return min(float(peer.flight(abs, timeout=TIMEOUT)) for _ in range(3))


def array_to_py() -> float:
    numbers = peer.numbers(timeout=TIMEOUT)
    return milliseconds(lambda: len(numbers.valueOf()), rounds=3)


def iterate_back() -> float:
    items = peer.items(timeout=TIMEOUT)
    return milliseconds(lambda: sum(items), rounds=1)


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
    }
)
os._exit(0)
