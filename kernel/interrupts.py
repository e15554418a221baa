"""What SIGINT does in the kernel's process, where an interrupt_request arrives as one.

In: the signal, on the main thread. Out: one KeyboardInterrupt at the right place: in the Lisp form that runs
(by the Session's ladder), in a Python cell that runs or awaits, in a widget callback. Nothing where nothing
runs, and nothing in what began only after the request had come.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import threading
from collections import deque
from collections.abc import Coroutine, Generator, Iterator
from datetime import datetime
from types import FrameType
from typing import Any

from polyrepl.bridge.forms import current, outside
from polyrepl.bridge.waking import Waker
from polyrepl.repl.session import Session
from polyrepl.repl.session.on_top import is_programs

from .steps import step_of

Message = dict[str, Any]
INTERRUPTED = "Interrupted\n"  # said of what a cell has left running


class Interrupts:
    """The handler, and what it must know of what is going on."""

    def __init__(self, lisp: Session) -> None:
        self._lisp = lisp
        self._python: Interruptible | None = None
        self._plain = 0
        self._holding = False
        self._held = False
        self._waker: Waker | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._letting_go: asyncio.Task[None] | None = None
        self._cell: Message | None = None
        self._task: asyncio.Task[Any] | None = None  # that serves it
        self._callbacks: dict[asyncio.Task[Any], Message] = {}
        self._requests: deque[list[Message]] = deque()
        self.asked = False
        """An interrupt came since the cell began."""

    def request(self, message: Message) -> None:
        """An interrupt_request came, on another thread: for what runs by now. The signal follows."""
        now = [self._cell, *list(self._callbacks.values())]
        self._requests.append([each for each in now if each is not None and not sent_before(message, each)])

    def _take_requests(self) -> list[Message] | None:
        """What the requests behind a signal are for; None where it came alone, for whatever runs."""
        if not self._requests:
            return None
        meant: list[Message] = []
        while self._requests:
            meant += self._requests.popleft()
        return meant

    def install(self) -> None:
        """Take SIGINT, again before and after each cell: the program may have taken it."""
        if threading.current_thread() is not threading.main_thread():
            return
        signal.signal(signal.SIGINT, self._handle)
        if self._waker is None:
            with contextlib.suppress(RuntimeError):  # no loop runs yet
                self._loop = asyncio.get_running_loop()
                self._waker = Waker(self._loop)
        if self._waker is not None:
            self._waker.install()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        meant = self._take_requests()
        with contextlib.suppress(RuntimeError):
            task = asyncio.current_task()
            if task in self._callbacks:
                if self._is_for(self._callbacks[task], meant):
                    self._hold() if self._holding else self._stop_here()
                return
        if self._cell is not None and not self._is_for(self._cell, meant):
            return
        lisp, python, bridge = self._lisp, self._python, self._lisp.bridge
        if self._holding:
            self.asked = True
            self._hold()
        elif lisp.running and (bridge.javascript_on_top or bridge.python_on_top):
            self.asked = True
            lisp.interrupt()
        elif (python is not None and python.inside) or self._plain:
            self.asked = True
            self._stop_here()
        elif self._is_in_a_callback(frame):
            if lisp.awaited is not None and current() == lisp.awaited:
                self.asked = True  # the form waits for it
            elif self._loop is not None:
                self._loop.call_soon_threadsafe(sys.stderr.write, INTERRUPTED)
            self._stop_here()
        elif self._cell is not None:
            self.asked = True
            if python is not None:
                python.cancel()
            elif lisp.running:
                lisp.interrupt()
        elif self._loop is not None:
            self._loop.call_soon_threadsafe(self._let_go, context=outside())

    def _is_in_a_callback(self, frame: FrameType | None) -> bool:
        """Does code of the program's run that JavaScript has called beside what is awaited, or that a cell
        has put on the loop? That alone is stopped."""
        bridge = self._lisp.bridge
        if bridge.python_on_top or bridge.nested:
            return True
        with contextlib.suppress(RuntimeError):
            if self._task is not None and asyncio.current_task() is self._task:
                return False  # our own code, for the cell
        if not is_programs(frame):
            return False
        step = step_of(frame)
        if step is not None:
            step.stopped = True
        return True

    def _let_go(self) -> None:
        """No cell runs: what is stopped is what the cells before have left, where it keeps JavaScript."""

        async def let_go() -> None:
            if await self._lisp.node.let_go():
                sys.stderr.write(INTERRUPTED)

        if self._letting_go is None or self._letting_go.done():
            self._letting_go = asyncio.get_running_loop().create_task(let_go())

    @staticmethod
    def _is_for(served: Message, meant: list[Message] | None) -> bool:
        return meant is None or any(served is each for each in meant)

    def _stop_here(self) -> None:
        """Python code is running: stop it, or the JavaScript that it waits for."""
        bridge = self._lisp.bridge
        if not bridge.javascript_on_top or not bridge.interrupt():
            raise KeyboardInterrupt

    def _hold(self) -> None:
        if self._lisp.bridge.python_on_top:
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
    def cell(self, message: Message) -> Iterator[None]:
        """The cell of this message runs within."""
        self._cell, self._task, self.asked = message, asyncio.current_task(), False
        try:
            yield
        finally:
            self._cell = self._task = None

    @contextlib.contextmanager
    def callback(self, message: Message) -> Iterator[None]:
        """The current task serves a message beside the cell, or while none runs."""
        task = asyncio.current_task()
        assert task is not None
        self._callbacks[task] = message
        try:
            yield
        finally:
            del self._callbacks[task]

    async def python(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Await a Python cell so that an interrupt raises KeyboardInterrupt inside it."""
        self._python = Interruptible(coroutine)
        if self.asked:
            self._python.cancel()
        try:
            return await self._python
        finally:
            self._python = None


def sent_before(request: Message, other: Message) -> bool:
    """Was a request sent before another message? It may arrive later: they come over two sockets.

    Only of messages of one session, so by one clock.
    """
    sent, other_sent = request["header"], other["header"]
    if sent.get("session") != other_sent.get("session"):
        return False
    dates = sent.get("date"), other_sent.get("date")
    return all(isinstance(date, datetime) for date in dates) and dates[0] < dates[1]


class Interruptible:
    """A coroutine into which KeyboardInterrupt can be raised, also at an `await` that is pending."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = False
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
            self.inside = True  # from here on an interrupt is raised here; one that came before it, now
            if self._asked:
                self._asked, step, value = False, steps.throw, KeyboardInterrupt()
            try:
                waited = step(value)
            except StopIteration as end:
                self._ended = True
                return end.value
            except BaseException:
                self._ended = True
                raise
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
        """End the pending `await` with KeyboardInterrupt, or what has not begun as it begins; may be called
        from a signal handler."""
        if self._asked:
            return
        self._asked = True
        # Not task.cancel() itself: the loop may sleep, and only this wakes it.
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._cancel_waiting)

    def _cancel_waiting(self) -> None:
        # Else the task goes on with something else, the next cell perhaps, or has heard of it.
        if self._asked and not self._ended:
            assert self._task is not None
            self._task.cancel()
