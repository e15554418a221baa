"""Threads print under the cell that started them.

In: `threading.Thread.start`. Out: the same, and the thread's own code runs for the message, and the form, of
the code that started it. Without this a thread's output, and that of JavaScript that it calls, goes to
whichever cell runs at that moment. The threads of a pool are left alone: they serve one cell now and another
one later.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import thread as pools
from contextlib import AbstractContextManager
from typing import TypeVar

Owner = TypeVar("Owner")

_start = threading.Thread.start
_pool_worker = getattr(pools, "_worker", None)


def follow(
    current: Callable[[], Owner | None], adopted: Callable[[Owner], AbstractContextManager[None]]
) -> None:
    """Let each thread that is started from now on belong to what the thread that starts it belongs to.

    Args:
        current: what the calling code belongs to; None where that is nothing.
        adopted: the thread's code runs within this.
    """

    def start(thread: threading.Thread) -> None:
        owner = current()
        if owner is not None and getattr(thread, "_target", None) is not _pool_worker:
            run = thread.run

            def run_for_cell() -> None:
                with adopted(owner):
                    run()

            thread.run = run_for_cell  # type: ignore[method-assign]
        _start(thread)

    threading.Thread.start = start  # type: ignore[method-assign,assignment]
