"""The bridge beside its peers: which figures there are, and how each is measured.

In: where the peers are installed. Out: rows (what, ours, theirs). Each figure of each program is measured
in a process (and process group) of its own: a peer that crashes, hangs or leaves children costs that figure.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from polyrepl.bridge.process import find_node

HERE = Path(__file__).resolve().parent
LIMIT = 30.0  # seconds for one run
RUNS = 3  # of which the best counts
# key, what is measured, unit, first target of DESIGN section 7 (None: none is set)
FIGURES: list[tuple[str, str, str, float | None]] = [
    ("js_to_py", "JS → Python call", "µs", 25),
    ("py_to_js", "Python → JS call", "µs", 25),
    ("silent_to_js", "the first after 50 ms of silence, Python → JS", "µs", 300),
    ("silent_to_py", "the first after 50 ms of silence, JS → Python", "µs", 300),
    ("silent_pipes", "a byte by bare pipes after 50 ms of silence, there and back", "µs", None),
    ("silent_bare", "the same to Node, which adds 1 to a number of JSON's", "µs", None),
    ("chain", "chain `os.path.basename` and its call, from JS", "µs", None),
    ("in_flight", "1000 async calls in flight, Python → JS", "ms", 15),
    ("in_flight_back", "1000 async calls in flight, JS → Python", "ms", 15),
    ("sleeps", "100 concurrent 10 ms sleeps", "ms", 30),
    ("sorted", "`sorted(1000, key=js function)`", "ms", 30),
    ("nested", "callbacks nested 300 deep", "ms", None),
    ("array_to_js", "8 MB of float64 to JS", "ms", 4),
    ("array_to_py", "8 MB of float64 to Python", "ms", 4),
    ("array_shared", "8 MB of float64 to JS, shared", "ms", 0.1),
    ("array_copied", "8 MB of float64 copied within Python", "ms", None),
    ("iterate", "JS iterates a Python list of 100,000", "ms", None),
    ("iterate_back", "Python iterates a JS array of 100,000", "ms", None),
    ("start", "process start to first result", "ms", 150),
    ("memory", "growth over 100,000 proxies on both sides", "MB", 5),
]
# Bulk data (bridge_bulk.py): key, what is measured, what it stands beside.
BULK: list[tuple[str, str, str]] = [
    ("rows", "`py->js` of 100,000 dicts of three items (target 1.2 times)", "JSON text"),
    ("ragged", "the same, with other keys in every third", "JSON text"),
    ("nested", "the same, with a dict and a list inside", "JSON text"),
    ("lists", "`py->js` of 100,000 lists of three items", "JSON text"),
    ("tuples", "`py->js` of 100,000 tuples of three items", "JSON text"),
    ("short", "`py->js` of 100,000 lists of up to three numbers", "JSON text"),
    ("large", "`py->js` of 100,000 dicts with integers beyond 2^53", "JSON text (which loses digits)"),
    ("shared", "`py->js` of 100,000 dicts with parts in common", "JSON text (which doubles them)"),
    ("index", "`py->js` of 100,000 dicts in a list and in a dict", "JSON text (which doubles them)"),
    ("frame", "`py->js` of a DataFrame of 100,000 rows", "JSON text"),
    ("live", "a loop over 100,000 live dicts (target 1,000 ms)", "Python alone"),
    ("live_reduce", "`reduce` over the same (target 1,000 ms)", "Python alone"),
    ("live_frame", "a loop over a DataFrame's `to_dict` rows, 100,000 (target 1,000 ms)", "Python alone"),
    ("series_map", "`series.map` with a JS function, 100,000 (target 500 ms)", "Python alone"),
    ("sorted_rows", "`sorted` of 100,000 live dicts with a JS key (target 500 ms)", "Python alone"),
    ("sorted_key", "`sorted` with a JS key, 100,000 (target 500 ms)", "Python alone"),
]
START = {
    "polyrepl": "from polyrepl.bridge import Bridge; print(Bridge().eval('1 + 1'), flush=True)",
    "JSPyBridge": "from javascript import eval_js; print(eval_js('1 + 1'), flush=True)",
    "pythonmonkey": "import pythonmonkey; print(pythonmonkey.eval('1 + 1'), flush=True)",
    "mini-racer": "from py_mini_racer import MiniRacer; print(MiniRacer().eval('1 + 1'), flush=True)",
}
START_NODE = {
    "pythonia": "import { python } from 'pythonia'; console.log(await (await python('builtins')).abs(-2))",
    "pymport": "import { pymport } from 'pymport'; console.log(+pymport('builtins').get('abs').call(-2))",
}
SCRIPTS = {
    "JSPyBridge": "bridge_jspybridge.py",
    "pythonia": "bridge_pythonia.mjs",
    "pythonmonkey": "bridge_pythonmonkey.py",
    "mini-racer": "bridge_miniracer.py",
    "pymport": "bridge_pymport.mjs",
}


class Where(Protocol):
    """What is known of the peers' installation (figures.Peers)."""

    folder: Path
    before: str | None

    @property
    def python(self) -> str: ...


def bridge(peers: Where) -> Iterator[tuple[str, str, str]]:
    """Every row of the bridge."""
    there = [name for name in SCRIPTS if missing(peers, name) is None]
    others = ["before", *there] if peers.before else there
    for name in SCRIPTS:
        if name not in there:
            print(f"{name} is left out: {missing(peers, name)}", file=sys.stderr)
    for key, what, unit, target in FIGURES:
        ours = measure(command(peers, "polyrepl", key), peers, key)
        theirs = {name: measure(command(peers, name, key), peers, key) for name in others}
        aim = "" if target is None else f" (target {target} {unit})"
        yield (
            what + aim,
            shown(ours, unit),
            ", ".join(f"{name} {shown(value, unit)}" for name, value in theirs.items() if value is not None),
        )

    for key, what, beside in BULK:
        line = [sys.executable, str(HERE / "bridge_bulk.py"), key]
        ours, other = (measure([*line[:-1], name], peers, key) for name in (key, f"{key}_reference"))
        yield what, shown(ours, "ms"), f"{beside} {shown(other, 'ms')}"


def command(peers: Where, name: str, key: str) -> list[str]:
    """How a program measures a figure."""
    node = find_node()
    ours = {"polyrepl": sys.executable, "before": peers.before}.get(name)
    if key == "start":
        if name in START_NODE:
            return [node, "--input-type=module", "-e", START_NODE[name]]
        return [ours or peers.python, "-c", START["polyrepl" if ours else name]]
    if ours:
        return [ours, str(HERE / "bridge_ours.py"), key]
    script = HERE / SCRIPTS[name]
    if script.suffix == ".py":
        return [peers.python, str(script), key]
    # Beside the peers' node_modules, where its imports are found.
    copy = peers.folder / script.name
    copy.write_text(script.read_text(encoding="utf-8"), encoding="utf-8")
    return [node, str(copy), key]


def missing(peers: Where, name: str) -> str | None:
    """Why a peer cannot be measured, None when it can."""
    reason = peers.folder / f"{name}.reason"
    if reason.exists():
        return reason.read_text(encoding="utf-8").strip() or "it could not be installed"
    return None


def measure(line: list[str], peers: Where, key: str) -> float | str | None:
    """A figure, "failed", or None when the program has no such thing."""
    if key not in ("start", *(row[0] for row in BULK)) and not has(line, key):
        return None
    least = float("inf")
    for _ in range(10 if key == "start" else RUNS):
        figure = run(line, peers.folder, key)
        if not isinstance(figure, float):
            return figure
        least = min(least, figure)
    return least


def run(line: list[str], folder: Path, key: str) -> float | str:
    """One run in a process group of its own, which is ended afterwards: some peers leave children behind."""
    path = f"{Path(find_node()).parent}:{folder / 'venv' / 'bin'}:{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"PATH": path}
    start = time.perf_counter()
    child = subprocess.Popen(
        line,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=environment,
        text=True,
        start_new_session=True,
    )
    try:
        assert child.stdout is not None
        # The first line is the result; the end of the pipe may never come where a grandchild holds it.
        text = first_line(child, start + LIMIT)
        if key == "start":
            return (time.perf_counter() - start) * 1e3 if text.startswith("2") else "failed"
        if text.startswith("{"):
            return float(json.loads(text)["value"])
        return "failed"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stdout is not None
        child.stdout.close()


def first_line(child: subprocess.Popen[str], deadline: float) -> str:
    """The first line of output, "" when the program ends or the time is over."""
    import select

    assert child.stdout is not None
    fd = child.stdout.fileno()
    waiting = select.poll()
    waiting.register(fd, select.POLLIN)
    data = b""
    while b"\n" not in data:
        if not waiting.poll(max(0.0, deadline - time.perf_counter()) * 1000):
            return ""
        part = os.read(fd, 4096)
        if not part:
            break
        data += part
    return data.decode(errors="replace").partition("\n")[0]


def has(line: list[str], key: str) -> bool:
    """Whether a script has a row for a figure at all."""
    text = Path(line[1]).read_text(encoding="utf-8")
    return f'"{key}":' in text or f"  {key}:" in text


def shown(value: float | str | None, unit: str) -> str:
    """Text of a figure."""
    if not isinstance(value, float):
        return value or "-"
    if unit == "MB":
        return "handles left" if value >= 1e9 else f"{max(value, 0.0):.1f} MB"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
