"""What the bridge's benchmark scripts share, ours and the peers': each is run as `script ROW` and prints one
JSON object {"value": number}. Standard library only: peers run in environments of their own.

A figure is the best of several rounds: other work on the machine only ever adds time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable


def best(run: Callable[[], object], calls: int = 1000, rounds: int = 7, seconds: float = 8.0) -> float:
    """Least time of one call in microseconds, over rounds of `calls` calls, in about `seconds` at most."""
    least = float("inf")
    end = time.perf_counter() + seconds
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(calls):
            run()
        stop = time.perf_counter()
        least = min(least, (stop - start) / calls * 1e6)
        if stop > end:
            break
    return least


def milliseconds(run: Callable[[], object], rounds: int = 7, seconds: float = 8.0) -> float:
    """Least time of one run in milliseconds."""
    return best(run, 1, rounds, seconds) / 1e3


def resident(pid: int | str = "self") -> float:
    """Megabytes a process holds."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except FileNotFoundError:  # not Linux
        number = str(os.getpid() if pid == "self" else pid)
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", number])) / 2**10


def main(rows: dict[str, Callable[[], float]]) -> None:
    """Measure the row that the command line names."""
    value = rows[sys.argv[1]]()
    print(json.dumps({"value": value}), flush=True)
