"""A signal wakes the event loop, whenever it comes.

In: the loop of the main thread. Out: a context in which SIGINT is never slept through. Python runs a signal's
handler between two instructions; one that comes just before the loop falls asleep would be seen only when
something else wakes the loop, a minute later or never. The wakeup descriptor closes that gap.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, Any

from .waiting import uninstall

# The functions of `signal` itself make an enum of what was there, and ask it for its repr.
_signal: Any = import_module("_signal")

if TYPE_CHECKING:  # it costs as much as all the rest
    import asyncio


_LIVING: weakref.WeakSet[Waker] = weakref.WeakSet()


def _after_fork() -> None:
    for waker in list(_LIVING):
        waker.forked()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


class Waker:
    """The descriptor that a signal writes to, and the loop's reader of it.

    Args:
        loop: of the main thread.
        come: called with the number of each signal that has come, whatever its handler does.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, come: Callable[[int], object] | None = None) -> None:
        self._loop = loop
        self._come = come
        self._before: int | None = None
        self._reading, self._writing = socket.socketpair()
        for end in (self._reading, self._writing):
            end.setblocking(False)
        loop.add_reader(self._reading, self._drain)
        _LIVING.add(self)

    def install(self) -> None:
        """Take the wakeup descriptor, again before each form: the line editor and programs take it too."""
        before = signal.set_wakeup_fd(self._writing.fileno(), warn_on_full_buffer=False)
        if self._before is None:
            self._before = before

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            numbers = self._reading.recv(4096)
            if self._come is not None:
                for number in numbers:
                    self._come(number)

    def forked(self) -> None:
        """In a forked child: its signals are not its parent's, who reads the other end."""
        with contextlib.suppress(ValueError, OSError):
            uninstall(self._writing.fileno())

    def close(self) -> None:
        """Give the descriptor back."""
        if self._before is not None:
            uninstall(self._writing.fileno(), self._before)
        with contextlib.suppress(RuntimeError):
            self._loop.remove_reader(self._reading)
        self._reading.close()
        self._writing.close()


@contextlib.contextmanager
def heeding(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """While inside, a signal wakes `loop`, which this thread is about to run."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waker = Waker(loop)
    try:
        waker.install()
        yield
    finally:
        waker.close()


@contextlib.contextmanager
def sigint_to(
    handle: Callable[[int, FrameType | None], object],
    loop: asyncio.AbstractEventLoop,
    beside: Callable[[int], object] | None = None,
) -> Iterator[Waker]:
    """While inside, SIGINT calls `handle` and wakes `loop`; afterwards everything is as before.

    `beside` is called with each signal that came to a handler of the program's instead.
    """

    def come(number: int) -> None:
        if beside is not None and _signal.getsignal(number) is not handle:
            beside(number)

    waker = Waker(loop, come)
    waker.install()
    before = _signal.signal(signal.SIGINT, handle)
    try:
        yield waker
    finally:
        _signal.signal(signal.SIGINT, before)
        waker.close()
