"""Waiting for the end of processes that are not our children."""

from __future__ import annotations

import os
import select


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
