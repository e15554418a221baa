"""Calls by the rings, with plain calls and without, beside calls by the pipes, in one run: on all cores, on
one, and beside busy loops.

In: nothing. Out: a Markdown table, microseconds a call as `best / median` of windows that alternate between
the three, so that whatever else the machine does befalls all.

    python bench/transports.py
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

from polyrepl.bridge import Bridge
from polyrepl.bridge.process import TRANSPORT

TRANSPORTS = ("pipes", "rings, no plain calls", "rings")
CALLS, SECONDS = 50, 4.0
BACK = (
    "(() => { const abs = globalThis[Symbol.for('polyrepl.$py')].builtins.abs;"
    " return (n) => { for (let i = 0; i < n; i++) abs(-5); } })()"
)
# What runs beside: busy loops, and whether all is on one core.
CASES = {
    "nothing beside": (0, False),
    "on one core": (0, True),
    "1 busy loop": (1, False),
    "2 busy loops": (2, False),
}


def started(transport: str) -> tuple[Bridge, dict[str, Callable[[], object]]]:
    """A bridge on a transport, and `CALLS` calls each way."""
    os.environ[TRANSPORT] = kind = transport.partition(",")[0]
    js = Bridge()
    add, back = js.eval("(x) => x + 1"), js.eval(BACK)
    assert js.stats()["transport"]["kind"] == kind, js.stats()["transport"]
    line: Any = js.connection
    if kind != transport:
        line.channel.plain = None

    def forth() -> None:
        for _ in range(CALLS):
            add(1)

    return js, {"Python -> JS": forth, "JS -> Python": lambda: back(CALLS)}


def measure() -> dict[str, dict[str, tuple[float, float]]]:
    """By direction and transport: best and median, microseconds a call."""
    bridges = {name: started(name) for name in TRANSPORTS}
    figures: dict[str, dict[str, tuple[float, float]]] = {}
    for way in ("Python -> JS", "JS -> Python"):
        windows: dict[str, list[float]] = {name: [] for name in TRANSPORTS}
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            for name in TRANSPORTS:
                run = bridges[name][1][way]
                for _ in range(10):
                    start = time.perf_counter()
                    run()
                    windows[name].append((time.perf_counter() - start) / CALLS * 1e6)
        figures[way] = {name: (min(each), statistics.median(each)) for name, each in windows.items()}
    for js, _ in bridges.values():
        js.close()
    return figures


@contextlib.contextmanager
def busy(loops: int) -> Iterator[None]:
    """Beside so many loops."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(loops)]
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


def bridge_transports(peers: object = None) -> Iterator[tuple[str, str, str]]:
    """Case, by rings, by the others."""
    for name, (loops, one) in CASES.items():
        with busy(loops):
            command = [sys.executable, __file__, "one" if one else "all"]
            found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for way, by in found.items():
            pipes, usual, rings = (f"{each} {by[each][0]:.1f} / {by[each][1]:.1f}" for each in TRANSPORTS)
            yield f"{way}, {name}, µs best / median", rings, f"{pipes}; {usual}"


def main() -> None:
    if sys.argv[1:]:
        if sys.argv[1] == "one":
            os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        print(json.dumps(measure()))
        return
    for row in bridge_transports():
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
