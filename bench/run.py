"""Our figures beside their references, in one run on one machine, and on a busy one.

In: a folder with the references installed (see scripts/bench). Out: two Markdown tables.
Each figure is the best of several medians: other work on the machine only ever adds time.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from figures import PARTS, Peers  # noqa: E402  (a script's own folder)
from under_load import CASES, UNDER_LOAD  # noqa: E402


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--peers", type=Path, default=HERE.parent / "build" / "bench")
    options.add_argument("--only", help="run the parts whose name contains this")
    options.add_argument(
        "--before", metavar="PYTHON", help="where another polyrepl is installed, to be beside"
    )
    chosen = options.parse_args()
    peers = Peers(chosen.peers.resolve(), chosen.before)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print("| what | polyrepl | reference |\n|---|---|---|")
    for part in PARTS:
        if chosen.only and chosen.only not in part.__name__:
            continue
        for what, ours, theirs in part(peers):
            print(f"| {what} | {ours} | {theirs} |", flush=True)
    loaded = [part for part in UNDER_LOAD if not chosen.only or chosen.only in part.__name__]
    if loaded:
        print("\n| " + " | ".join(("under load", *CASES)) + " |\n|" + "---|" * (len(CASES) + 1))
    for load_part in loaded:
        for row in load_part(peers):
            print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
