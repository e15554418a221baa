"""The bridge's and the Lisp's figures on a busy machine, as users' machines are.

In: where the references are installed. Out: rows (what, and the figure in each of `CASES`, with that of
another polyrepl behind it where there is one). A busy loop takes all of a core; which processes share one is
the system's choice.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bridge_rows import FIGURES, command, measure, shown
from lisp_figures import NAMES, beside, run_times

if TYPE_CHECKING:
    from figures import Peers

# What runs beside: busy loops, and whether all is on one core.
CASES = {
    "alone": (0, False),
    "on one core": (0, True),
    "a busy loop beside": (1, False),
    "two": (2, False),
}
BRIDGE = (
    "js_to_py", "py_to_js", "chain", "in_flight", "in_flight_back", "sorted", "iterate", "iterate_back",
    "array_to_js",
)  # fmt: skip
LoadRow = tuple[str, ...]


@contextlib.contextmanager
def surroundings(loops: int, on_one_core: bool) -> Iterator[None]:
    """Beside so many processes that do nothing but count; what is started within may be on one core."""
    line = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(line, stdin=subprocess.DEVNULL) for _ in range(loops)]
    cores = os.sched_getaffinity(0)
    if on_one_core:
        os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        for loop in running:
            loop.kill()
            loop.wait()


def bridge_under_load(peers: Peers) -> Iterator[LoadRow]:
    names = ["polyrepl", "before"] if peers.before else ["polyrepl"]
    found: dict[str, list[str]] = {key: [] for key in BRIDGE}
    units = {key: (what, unit) for key, what, unit, _ in FIGURES}
    for case in CASES.values():
        with surroundings(*case):
            for key in BRIDGE:
                figures = [measure(command(peers, name, key), peers, key) for name in names]
                found[key].append(" before ".join(shown(figure, units[key][1]) for figure in figures))
    for key, texts in found.items():
        yield (units[key][0], *texts)


def lisp_under_load(peers: Peers) -> Iterator[LoadRow]:
    """Milliseconds, and the ratio to hand-written JavaScript in the same run."""
    found: dict[str, list[str]] = {}
    for case in CASES.values():
        with surroundings(*case):
            now = run_times(peers)
            before = run_times(peers, peers.before) if peers.before else {}
            for name, sides in now.items():
                found.setdefault(name, []).append(beside(sides, before.get(name)))
    for name, figures in found.items():
        yield (f"{NAMES[name]}, compiled Lisp", *figures)


UNDER_LOAD = [bridge_under_load, lisp_under_load]
