"""The Lisp's own figures: how fast compiled programs run, and how compile time grows.

In: where the references are installed. Out: rows of text, as in figures.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from polyrepl.bridge.process import find_node

if TYPE_CHECKING:
    from figures import Peers, Row

from program import lisp

ONE_LINER = "(map inc [1 2 (+ x 3)])"
NAMES = {
    "fib": "fib(30)",
    "sum_to": "sum to 1e7",
    "pipeline": "map, filter, reduce over 1e6",
    "await_loop": "300,000 awaits of an async function",
}


def run_times(peers: Peers, python: str = sys.executable) -> dict[str, dict[str, float]]:
    """For each program the milliseconds of ours, hand-written JavaScript's and squint's, all in one process.

    Ours is compiled as a session compiles (interrupt polls on), by the polyrepl of a Python.
    """
    from figures import HERE, prepared

    program = (HERE / "lisp_speed.lisp").read_text()
    squint = peers.folder / "lisp_speed_squint.mjs"
    peers.run(
        find_node(), str(prepared(peers, "lisp_squint.mjs")), str(HERE / "lisp_speed.lisp"), str(squint)
    )
    prepared(peers, "lisp_speed.mjs")
    run = peers.folder / "lisp_speed.lisp"
    run.write_text(
        f'{program}(js.import "./lisp_speed.mjs" :refer [compare])\n'
        "(await (compare fib sum-to pipeline await-loop))\n"
    )
    best: dict[str, dict[str, float]] = {}
    for _ in range(3):
        done = subprocess.run(
            [python, "-m", "polyrepl.repl", str(run)],
            capture_output=True, text=True, timeout=600, cwd=peers.folder, check=True,
            env={**os.environ, "SQUINT": str(squint) if squint.exists() else ""},
        )  # fmt: skip
        for name, sides in json.loads(done.stdout.strip().splitlines()[-1]).items():
            for side, took in sides.items():
                known = best.setdefault(name, {})
                known[side] = min(took, known.get(side, took))
    return best


def lisp_speed(peers: Peers) -> Iterator[Row]:
    """Compiled programs beside hand-written JavaScript."""
    before = run_times(peers, peers.before) if peers.before else {}
    for name, sides in run_times(peers).items():
        other = f", squint {sides['squint']:.1f} ms" if "squint" in sides else ""
        yield (
            f"{NAMES[name]}, compiled Lisp",
            beside(sides, before.get(name)),
            f"hand-written JavaScript {sides['hand']:.1f} ms{other}",
        )


def beside(sides: dict[str, float], before: dict[str, float] | None) -> str:
    """Our figure and its ratio to hand-written JavaScript's, and before."""
    now, *then = (
        f"{each['ours']:.1f} ms, {each['ours'] / each['hand']:.2f}x" for each in (sides, before) if each
    )
    return f"{now} (before {then[0]})" if then else now


def compile_growth(peers: Peers) -> Iterator[Row]:
    """Lines a second at 2,000 and at 20,000 lines in a warm process, and one line in a session."""
    from polyrepl.lisp.compiler import Compiler, compile

    rates = []
    for lines in (2_000, 20_000):
        text = lisp(lines)
        took = min(seconds(lambda text=text: compile(text, filename="program.lisp")) for _ in range(4))
        rates.append(text.count("\n") / took)
    yield "compile 2,000 and 20,000 lines, warm, lines/s", f"{rates[0]:.0f} and {rates[1]:.0f}", ""
    compiler = Compiler(polls=True, await_wrapper=True)
    compiler.declare_names(["x"])
    took = min(
        seconds(lambda: [compiler.compile(form) for form in compiler.read(ONE_LINER)]) for _ in range(200)
    )
    yield "compile one line in a session", f"{took * 1e6:.0f} µs", ""


def seconds(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start
