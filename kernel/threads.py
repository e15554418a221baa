"""Threads print under the cell that started them.

In: `threading.Thread.start`. Out: the same, and before the thread's own code runs it is told which message
it belongs to. Without this a thread's output goes to whichever cell runs at that moment. The threads of a
pool are left alone: they serve one cell now and another one later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import thread as pools
from typing import Any

_start = threading.Thread.start
_pool_worker = getattr(pools, "_worker", None)


def follow(current: Callable[[], Any], adopt: Callable[[Any], Any]) -> None:
    """Let each thread that is started from now on belong to the message of the thread that starts it.

    Args:
        current: the message that the calling code belongs to.
        adopt: called on the new thread with that message.
    """

    def start(thread: threading.Thread) -> None:
        message = current()
        if message and getattr(thread, "_target", None) is not _pool_worker:
            run = thread.run

            def run_for_cell() -> None:
                adopt(message)
                run()

            thread.run = run_for_cell  # type: ignore[method-assign]
        _start(thread)

    threading.Thread.start = start  # type: ignore[method-assign,assignment]
