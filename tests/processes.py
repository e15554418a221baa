"""Waiting for processes that are not our children, and for what other threads do."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends within `seconds`: at once when it does, without asking again and again."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        # Readable when the process has ended, a zombie or not.
        return bool(select.select([pidfd], [], [], seconds)[0])
    finally:
        os.close(pidfd)


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return as soon as a condition holds that another thread makes true. AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.001)
