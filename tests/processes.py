"""Waiting for processes that are not our children, and for what other threads do."""

from __future__ import annotations

import asyncio
import os
import select
import time
from collections.abc import Awaitable, Callable

import psutil


def gone(pid: int, seconds: float = 10) -> bool:
    """Whether a process ends within `seconds`: at once when it does, without asking again and again."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    except AttributeError:  # not Linux
        return gone_when_asked(pid, seconds)
    try:
        # Readable when the process has ended, a zombie or not.
        ended = select.poll()
        ended.register(pidfd, select.POLLIN)
        return bool(ended.poll(seconds * 1000))
    finally:
        os.close(pidfd)


def gone_when_asked(pid: int, seconds: float) -> bool:
    """The same on any system."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.001)
    return False


async def until(
    condition: Callable[[], object],
    turn: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0),
    seconds: float = 30,
) -> None:
    """Give others a `turn` until a condition holds that they make true. AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        await turn()


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return as soon as a condition holds that another thread makes true. AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        time.sleep(0.001)
