"""What is measured. Each part yields rows: what, our figure, the reference's figure.

In: where the references are installed. Out: rows of text.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bridge_rows import bridge
from lisp_figures import compile_growth, lisp_speed
from polyrepl.bridge.process import find_node
from python_functions import python_functions
from terminal import terminal
from transports import bridge_transports

HERE = Path(__file__).resolve().parent
Row = tuple[str, str, str]


@dataclass(frozen=True)
class Peers:
    """Where scripts/bench put the references, and the Python that has another polyrepl to stand beside."""

    folder: Path
    before: str | None = None

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    def command(self, name: str) -> str:
        return str(self.folder / "venv" / "bin" / name)

    def run(self, *command: str) -> str:
        """Standard output of a reference's script; PATH finds our Node and the references' Python."""
        node = Path(find_node()).parent
        env = dict(os.environ, PATH=f"{node}:{self.folder / 'venv' / 'bin'}:{os.environ['PATH']}")
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=300, cwd=self.folder, env=env, check=False
        )
        if done.returncode:
            return json.dumps({"error": done.stderr.strip().splitlines()[-1:]})
        return done.stdout


def last_json(text: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(text.strip().splitlines()[-1])
    return found


def milliseconds(seconds: float | None) -> str:
    return "failed" if seconds is None else f"{seconds * 1e3:.0f} ms"


def prepared(peers: Peers, name: str) -> Path:
    """A script beside the references' node_modules, where its imports are found."""
    target = peers.folder / name
    target.write_text((HERE / name).read_text(encoding="utf-8"), encoding="utf-8")
    return target


def best_of(command: list[str], runs: int = 15) -> float | None:
    """Best wall time in seconds of a command that must succeed."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, env=env, stdin=subprocess.DEVNULL, check=False)
        times.append(time.perf_counter() - start)
        if done.returncode:
            return None
    return min(times)


def start_up(peers: Peers) -> Iterator[Row]:
    ours = best_of([str(Path(sys.executable).with_name("polyrepl")), "-e", "(+ 1 2)"])
    hy = best_of([peers.command("hy"), "-c", "(print (+ 1 2))"])
    node = best_of([find_node(), "-p", "1+2"])
    python = best_of([sys.executable, "-c", "print(1+2)"])
    ipython = best_of([peers.command("ipython"), "--no-banner", "-c", "1+2"], runs=5)
    theirs = {"python": python, "hy": hy, "node": node, "IPython": ipython}
    deno = peers.folder / "node_modules" / ".bin" / "deno"
    if deno.exists():
        theirs["deno"] = best_of([str(deno), "eval", "console.log(1+2)"])
    yield (
        "`-e '(+ 1 2)'`",
        milliseconds(ours),
        ", ".join(f"{name} {milliseconds(seconds)}" for name, seconds in theirs.items()),
    )


def compile_speed(peers: Peers) -> Iterator[Row]:
    program = peers.folder / "program.lisp"
    lines = 2000
    ours = last_json(peers.run(sys.executable, str(HERE / "compile_ours.py"), str(program), str(lines)))
    hy = last_json(peers.run(peers.python, str(HERE / "compile_hy.py"), str(lines)))
    squint = last_json(peers.run(find_node(), str(prepared(peers, "compile_squint.mjs")), str(lines)))
    yield (
        f"compile {lines} lines, cold, lines/s",
        f"{ours['cold']:.0f}",
        f"Hy {hy.get('cold', 0):.0f}, squint {squint.get('cold', 0):.0f}",
    )
    yield "the same again, warm", f"{ours['warm']:.0f}", f"squint {squint.get('warm', 0):.0f}"


def median(values: list[float]) -> float:
    return statistics.median(values)


PARTS: list[Callable[[Peers], Iterator[Row]]] = [
    bridge, bridge_transports, start_up, terminal, compile_speed, compile_growth, lisp_speed,
    python_functions,
]  # fmt: skip
