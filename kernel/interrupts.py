"""What SIGINT does in the kernel's process, where an interrupt_request arrives as one.

In: the signal, on the main thread. Out: one KeyboardInterrupt at the right place: in the Lisp form that runs
(by the Session's ladder), in a Python cell that runs or awaits, in a widget callback. Nothing where nothing
runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Coroutine, Generator, Iterator
from types import FrameType
from typing import Any

from polyrepl.repl.session import Session


class Interrupts:
    """The handler, and what it must know of what is going on."""

    def __init__(self, lisp: Session) -> None:
        self._lisp = lisp
        self._python: Interruptible | None = None
        self._plain = 0
        self._holding = False
        self._held = False
        self._waker: socket.socket | None = None
        self._callbacks: set[asyncio.Task[Any]] = set()
        self.asked = False
        """An interrupt came since the cell began."""

    def install(self) -> None:
        """Take SIGINT, again before and after each cell: the program may have taken it."""
        if threading.current_thread() is not threading.main_thread():
            return
        signal.signal(signal.SIGINT, self._handle)
        if self._waker is None:
            self._watch()
        if self._waker is not None:
            signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)

    def _watch(self) -> None:
        """Let signals wake the loop: one that comes just before it falls asleep would be seen only after."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        reading, self._waker = socket.socketpair()
        reading.setblocking(False)
        self._waker.setblocking(False)
        loop.add_reader(reading, lambda: reading.recv(4096))

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if self._holding:
            self._hold()
            return
        with contextlib.suppress(RuntimeError):
            if asyncio.current_task() in self._callbacks:
                self._stop_here()
                return
        if self._lisp.running:
            self._lisp.interrupt()
        elif self._python is not None:
            if self._python.inside:
                self._stop_here()
            else:
                self._python.cancel()
        elif self._plain:
            self._stop_here()

    def _stop_here(self) -> None:
        """Python code is running: stop it, or the JavaScript that it waits for."""
        bridge = self._lisp.bridge
        if bridge.connection is not None and bridge.connection.waiting:
            bridge.interrupt(None)
        else:
            raise KeyboardInterrupt

    def _hold(self) -> None:
        bridge = self._lisp.bridge
        if bridge.connection is not None and bridge.connection.top_python:
            raise KeyboardInterrupt  # in the Python function that JavaScript has called
        self._held = True

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The bridge serves Node within, and must not be torn apart: KeyboardInterrupt comes at the end."""
        self._holding, self._held = True, False
        try:
            yield
        finally:
            self._holding = False
        if self._held:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def plainly(self) -> Iterator[None]:
        """Python code runs within, of a display formatter for instance: raise KeyboardInterrupt in it."""
        self._plain += 1
        try:
            yield
        finally:
            self._plain -= 1

    @contextlib.contextmanager
    def callback(self) -> Iterator[None]:
        """The current task serves a message beside the cell, or while none runs."""
        task = asyncio.current_task()
        assert task is not None
        self._callbacks.add(task)
        try:
            yield
        finally:
            self._callbacks.discard(task)

    async def python(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Await a Python cell so that an interrupt raises KeyboardInterrupt inside it."""
        self._python = Interruptible(coroutine)
        try:
            return await self._python
        finally:
            self._python = None


class Interruptible:
    """A coroutine into which KeyboardInterrupt can be raised, also at an `await` that is pending."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._asked = False
        self.inside = False
        """Is code of the coroutine running at this moment?"""

    def __await__(self) -> Generator[Any, Any, Any]:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        steps = self._coroutine.__await__()
        step: Any = steps.send
        value: Any = None
        while True:
            self.inside = True
            try:
                waited = step(value)
            except StopIteration as end:
                return end.value
            finally:
                self.inside = False
            try:
                value = yield waited
                step = steps.send
            except BaseException as error:
                step, value = steps.throw, self._translated(error)

    def _translated(self, error: BaseException) -> BaseException:
        if self._asked and isinstance(error, asyncio.CancelledError):
            self._asked = False
            assert self._task is not None
            self._task.uncancel()
            return KeyboardInterrupt()
        return error

    def cancel(self) -> None:
        """End the pending `await` with KeyboardInterrupt; may be called from a signal handler."""
        if self._loop is None or self._task is None or self._asked:
            return
        self._asked = True
        # Not task.cancel() itself: the loop may sleep, and only this wakes it.
        self._loop.call_soon_threadsafe(self._task.cancel)
