"""The descriptors that this process has open, by what they are of: a test that finds one left says which.

Left out are what the Python half of a bridge never opens, and the threads of ZeroMQ, which the clients of
kernels leave in a test's process, open and close whenever they like: event counters, and connections.
"""

from __future__ import annotations

import os
from pathlib import Path

EVENTS = ("anon_inode:[eventfd]", "anon_inode:[eventpoll]")
PAIRS = Path("/proc/net/unix")


def descriptors() -> dict[str, str]:
    """What is open but the standard ones, which pytest changes: a descriptor's number, and what it is of
    ("pipe:[42]") as far as the system tells."""
    found = {}
    for fd in set(os.listdir("/dev/fd")) - {"0", "1", "2"}:
        try:
            found[fd] = os.readlink(f"/dev/fd/{fd}")
        except FileNotFoundError:
            continue  # the listing's own, or another thread's, which is gone
        except OSError:
            found[fd] = "?"  # systems whose descriptors are no links
    return found


def left(before: dict[str, str]) -> dict[str, str]:
    """What is open that was not open before."""
    more = {fd: of for fd, of in descriptors().items() if before.get(fd) != of and of not in EVENTS}
    if any(of.startswith("socket:") for of in more.values()) and PAIRS.exists():
        pairs = {f"socket:[{line.split()[6]}]" for line in PAIRS.read_text().splitlines()[1:]}
        more = {fd: of for fd, of in more.items() if not of.startswith("socket:") or of in pairs}
    return more
