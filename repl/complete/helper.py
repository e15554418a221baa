"""Questions to Python objects that may take long or never end: asked in a helper thread, with a deadline.

In: a function. Out: what it returned, or None when it raised or was not done in time. A `__dir__` that
sleeps for seconds, or a lazy module that imports half the world, delays nothing but its own answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE = 0.25
MOST_THREADS = 4

_running: set[threading.Thread] = set()


async def ask(question: Callable[[], T], deadline: float = DEADLINE) -> T | None:
    """The answer, or None after an exception or `deadline` seconds."""
    for thread in list(_running):
        if not thread.is_alive():
            _running.discard(thread)
    if len(_running) >= MOST_THREADS:
        return None  # as many are stuck already; another one would be too
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T | None] = loop.create_future()

    def settle(value: T | None) -> None:
        if not answer.done():
            answer.set_result(value)

    def run() -> None:
        value: T | None = None
        try:
            value = question()
        except BaseException:
            # Whatever a user's object does when asked, it is no answer.
            value = None
        with contextlib.suppress(RuntimeError):  # the loop is closed by now
            loop.call_soon_threadsafe(settle, value)

    thread = threading.Thread(target=run, name="polyrepl-helper", daemon=True)
    _running.add(thread)
    try:
        thread.start()
    except RuntimeError:  # there are no threads, as in a browser
        _running.discard(thread)
        run()
    try:
        async with asyncio.timeout(deadline):
            return await answer
    except TimeoutError:
        return None
