"""What the tests of shared arrays share."""

from __future__ import annotations

import gc
import shutil
import threading
from collections.abc import Callable

import pytest
from descriptors import descriptors
from polyrepl.bridge import Bridge
from polyrepl.bridge.building import refused

COPY = "globalThis[Symbol.for('polyrepl.$py')].toJs"
MANY = 100_000

needs_memory = pytest.mark.skipif(
    refused() is not None or not any(map(shutil.which, ("cc", "gcc", "clang"))),
    reason="this system has no shared memory, or nothing to build its library with",
)


def memory() -> list[str]:
    """What this process has of the memory: its mappings and descriptors."""
    gc.collect()
    with open("/proc/self/maps", encoding="utf-8") as maps:
        found = [line for line in maps if "memfd:polyrepl" in line]
    return found + [of for of in descriptors().values() if "memfd:polyrepl" in of]


def live(js: Bridge) -> int:
    gc.collect()
    js.stats(collect=True)
    return int(js.stats(collect=True)["arrays"]["live"])


def in_threads(*work: Callable[[], None]) -> None:
    """Run all at once, each in a thread of its own."""
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
