"""A signal wakes the event loop, whenever it comes.

In: the loop of the main thread. Out: a context in which SIGINT is never slept through. Python runs a signal's
handler between two instructions; one that comes just before the loop falls asleep would be seen only when
something else wakes the loop, a minute later or never. The wakeup descriptor closes that gap.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType


class Waker:
    """The descriptor that a signal writes to, and the loop's reader of it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        loop.add_reader(self._reading, self._drain)

    def install(self) -> None:
        """Take the wakeup descriptor, again before each form: the line editor and programs take it too."""
        signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._reading.recv(4096)

    def close(self) -> None:
        """Give the descriptor back."""
        signal.set_wakeup_fd(-1)
        with contextlib.suppress(RuntimeError):
            self._loop.remove_reader(self._reading)
        self._reading.close()
        self._writing.close()


@contextlib.contextmanager
def sigint_to(
    handle: Callable[[int, FrameType | None], object], loop: asyncio.AbstractEventLoop
) -> Iterator[Waker]:
    """While inside, SIGINT calls `handle` and wakes `loop`; afterwards everything is as before."""
    waker = Waker(loop)
    waker.install()
    before = signal.signal(signal.SIGINT, handle)
    try:
        yield waker
    finally:
        signal.signal(signal.SIGINT, before)
        waker.close()
