"""Our Jupyter kernel beside ipykernel's and Deno's, in one run on one machine.

In: this environment's polyrepl and ipykernel; `deno` on the PATH or in build/bench/node_modules (installed by
scripts/bench). Out: a Markdown table. The kernels take turns, and each figure is the best of several medians:
other work on the machine only ever adds time. A kernel that is not there is said to be left out.

    python bench/kernels.py [--rounds 3] [--batches 10]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from kernel_client import Kernel, temporary  # noqa: E402  (a script's own folder)

SNIPPETS = json.loads((HERE / "kernel_snippets.json").read_text(encoding="utf-8"))
LINES = 100_000
BATCH = 25
Figures = dict[str, list[float | None]]

# name -> (what the table says, factor from what is measured, best is the highest)
ROWS = {
    "start": ("start to idle, s", 1.0, False),
    "cell": ("trivial cell to idle, ms", 1e3, False),
    "lines": (f"printed lines a second ({LINES:,})", 1.0, True),
    "lost": ("lines lost", 1.0, False),
    "messages": ("messages for them", 1.0, False),
    "complete": ("completion, ms", 1e3, False),
    "awaiting": ("completion while a cell awaits, ms", 1e3, False),
    "inspect": ("inspection, ms", 1e3, False),
    "loop": ("interrupt of a loop, ms", 1e3, False),
    "await": ("interrupt of an await, ms", 1e3, False),
    "kept": ("variables kept over both", 1.0, True),
    "memory": ("memory with all processes (PSS), MiB", 1.0, False),
}


def kernels() -> dict[str, list[str]]:
    """The argv of each kernel that is here."""
    found = {
        "polyrepl": [sys.executable, "-m", "polyrepl.kernel", "-f", "{connection_file}"],
        "python3": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    }
    local = HERE.parent / "build" / "bench" / "node_modules" / ".bin" / "deno"
    deno = shutil.which("deno") or (str(local) if local.exists() else None)
    if deno is not None:
        found["deno"] = [deno, "jupyter", "--kernel", "--conn", "{connection_file}"]
    else:
        print("deno: not found, left out (npm install deno in build/bench)", file=sys.stderr)
    return found


def median(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def measure(kernel: Kernel, code: dict[str, object], batches: int, figures: Figures) -> None:
    """One round with one kernel."""
    figures["start"].append(kernel.started)
    trivial = str(code["trivial"])
    kernel.run(trivial)
    figures["memory"].append(kernel.memory())
    for _ in range(20):
        kernel.run(trivial, 5)
    medians = [median([kernel.run(trivial, 5).idle for _ in range(BATCH)]) for _ in range(batches)]
    figures["cell"].append(min((each for each in medians if each is not None), default=None))
    kernel.drain()
    printed = kernel.run(str(code["print_100k"]), 60)
    figures["lines"].append(LINES / printed.idle if printed.idle else None)
    figures["lost"].append(float(LINES - printed.text.count("\n")))
    figures["messages"].append(float(sum(m["msg_type"] == "stream" for m in printed.messages)))
    kernel.drain(0.5)
    for question in ("complete", "inspect"):
        asked = code[question]
        assert isinstance(asked, list)
        kernel.ask(question, *asked)  # the first one imports things
        figures[question].append(median([kernel.ask(question, *asked).replied for _ in range(30)]))
    kernel.drain()
    cell = kernel.client.execute(str(code["await_1s"]))
    time.sleep(0.2)
    asked = code["complete"]
    assert isinstance(asked, list)
    figures["awaiting"].append(kernel.ask("complete", *asked).replied)
    kernel.wait(cell, time.perf_counter(), 5)
    kernel.drain()
    interrupts(kernel, code, figures)


def interrupts(kernel: Kernel, code: dict[str, object], figures: Figures) -> None:
    """The last thing done to a kernel: it may not live through it."""
    kernel.run(str(code["set_var"]))
    for name, snippet in (("loop", "sync_loop"), ("await", "await_long")):
        figures[name].append(kernel.interrupt(str(code[snippet])) if kernel.alive() else None)
    kept = kernel.alive() and str(code["get_var_expect"]) in kernel.run(str(code["get_var"]), 2).text
    figures["kept"].append(1.0 if kept else 0.0)


def shown(name: str, values: list[float | None], rounds: int) -> str:
    """A figure as the table has it."""
    _, factor, highest = ROWS[name]
    known = [value * factor for value in values if value is not None]
    if len(known) < rounds:
        return "never" if not known else f"failed {rounds - len(known)} of {rounds} times"
    if name == "kept":
        return "yes" if min(known) else "no"
    if name == "lost":
        return f"{max(known):,.0f}"
    best = max(known) if highest else min(known)
    return f"{best:,.0f}" if best >= 100 else f"{best:.2f}" if name == "start" else f"{best:.1f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--batches", type=int, default=10, help=f"of {BATCH} cells")
    chosen = options.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    found = kernels()
    figures: dict[str, Figures] = {name: defaultdict(list) for name in found}
    with temporary() as folder:
        for _ in range(chosen.rounds):
            for name, argv in found.items():
                kernel = Kernel(name, argv, Path(folder))
                try:
                    measure(kernel, SNIPPETS[name], chosen.batches, figures[name])
                finally:
                    kernel.stop()
    load = os.getloadavg()[0]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}\n"
    )
    print("| | " + " | ".join(found) + " |")
    print("|---" * (len(found) + 1) + "|")
    for row, (what, _, _) in ROWS.items():
        cells = [shown(row, figures[name][row], chosen.rounds) for name in found]
        print(f"| {what} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
