"""The bridge's and the Lisp's figures on a busy machine, as users' machines are.

In: where the references are installed. Out: rows (what, and the figure alone, with one and with two busy
loops beside). A busy loop takes all of a core; which processes share one is the system's choice.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bridge_rows import FIGURES, command, measure, shown
from lisp_figures import NAMES, run_times

if TYPE_CHECKING:
    from figures import Peers

LOADS = (0, 1, 2)
BRIDGE = (
    "js_to_py", "py_to_js", "chain", "in_flight", "in_flight_back", "sorted", "iterate", "iterate_back",
    "array_to_js",
)  # fmt: skip
LoadRow = tuple[str, ...]


@contextlib.contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that do nothing but count."""
    line = [sys.executable, "-c", "while True: pass"]
    loops = [subprocess.Popen(line, stdin=subprocess.DEVNULL) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def bridge_under_load(peers: Peers) -> Iterator[LoadRow]:
    found: dict[str, list[str]] = {key: [] for key in BRIDGE}
    units = {key: (what, unit) for key, what, unit, _ in FIGURES}
    for count in LOADS:
        with busy(count):
            for key in BRIDGE:
                figure = measure(command(peers, "polyrepl", key), peers, key)
                found[key].append(shown(figure, units[key][1]))
    for key, figures in found.items():
        yield (units[key][0], *figures)


def lisp_under_load(peers: Peers) -> Iterator[LoadRow]:
    """Milliseconds, and the ratio to hand-written JavaScript in the same run."""
    found: dict[str, list[str]] = {}
    for count in LOADS:
        with busy(count):
            for name, sides in run_times(peers).items():
                text = f"{sides['ours']:.1f} ms, {sides['ours'] / sides['hand']:.2f}x"
                found.setdefault(name, []).append(text)
    for name, figures in found.items():
        yield (f"{NAMES[name]}, compiled Lisp", *figures)


UNDER_LOAD = [bridge_under_load, lisp_under_load]
