"""The bridge on an asyncio loop.

In: running loops that wait for JavaScript. Out: futures that Node's replies settle, turns of a loop at which
the connection is looked at. While a form runs or the prompt is idle the home loop watches the pipes. What
runs on a loop for JavaScript is in tasks.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Protocol

from .errors import WouldBlock
from .forms import outside
from .pending import Pending, hand_over
from .tasks import Tasks
from .waking import heeding, sigint_to

_AT_THE_END = 1  # second that what has been cancelled has to end in


class Line(Protocol):
    """What a loop asks of the connection that it watches."""

    home: int  # the thread whose loop serves
    top_python: bool  # on it code called by JavaScript is running

    @property
    def failure(self) -> BaseException | None: ...
    @property
    def waiting(self) -> bool: ...
    @property
    def fd(self) -> int: ...

    def run_ready(self) -> None:
        """Read and serve what is there."""

    def read_aside(self) -> None:
        """Read and queue what is there."""

    def flush(self) -> None:
        """Send what was put off."""


class Watched(Protocol):
    """What the loops ask of the conversation whose connection they watch."""

    @property
    def connection(self) -> Line | None: ...

    @property
    def ending(self) -> threading.RLock: ...  # held while a connection ends

    @property
    def closed(self) -> bool: ...

    def output_fds(self) -> list[int]:
        """Other descriptors to watch."""

    def raw_output(self, fd: int) -> bool:
        """Read one of them. False when it is finished."""


class Loops:
    """Which loops watch the connection, and the tasks that run for JavaScript."""

    def __init__(self, conversation: Watched) -> None:
        self._conversation = conversation
        self.home: asyncio.AbstractEventLoop | None = None
        self._watching: dict[asyncio.AbstractEventLoop, tuple[Line, list[int]]] = {}
        self._stale: list[tuple[asyncio.AbstractEventLoop, list[int]]] = []  # until its next turn
        self._own: asyncio.AbstractEventLoop | None = None
        self._held = 0  # waits that run it, or are about to
        # The loop on which a turn is due: one that ends before has not taken it.
        self._turn_due: asyncio.AbstractEventLoop | None = None
        self._flushing: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        self.tasks = Tasks(self)

    cancelled = asyncio.CancelledError

    def pending(self, conn: Line) -> Pending:
        """A future on the running loop, which watches the connection from now on."""
        loop = asyncio.get_running_loop()
        known = self._watching.get(loop)
        if known is None or known[0] is not conn:
            self.attach(loop, conn)
        return Pending(loop=loop)

    def attach(self, loop: asyncio.AbstractEventLoop, conn: Line) -> None:
        """Let a running loop watch the connection. The first living one becomes the home loop. Raises what
        has ended the connection."""
        known = self._watching.get(loop)
        if known is not None and known[0] is conn:
            return
        with self._conversation.ending:  # whoever ends it takes the readers away, or finds none
            if conn.failure is not None:
                raise conn.failure
            if known is not None:
                self._stale.append((loop, known[1]))
            self._sweep(loop)  # before the numbers are used again
            for old in [old for old in self._watching if old.is_closed()]:
                del self._watching[old]
            if threading.get_ident() == conn.home:
                self.home = loop
            self._settle_home(loop, conn)
            fds = [conn.fd, *self._conversation.output_fds()]
            watch = outside().run  # whose form it is that comes first has nothing to do with it
            watch(loop.add_reader, fds[0], self._readable, loop, conn)
            for fd in fds[1:]:
                watch(loop.add_reader, fd, self._raw, loop, conn, fd)
            self._watching[loop] = (conn, fds)
        self.wake()  # what was put off to the turn of a loop that has ended goes out now

    def _settle_home(self, loop: asyncio.AbstractEventLoop, conn: Line) -> None:
        """The running loop takes over when the home loop has ended."""
        if self.home is None or self.home.is_closed() or not self.home.is_running():
            self.home = loop
            conn.home = threading.get_ident()

    def _readable(self, loop: asyncio.AbstractEventLoop, conn: Line) -> None:
        if conn.failure is not None:
            self.detach(conn)
            return
        if not conn.waiting:
            self._settle_home(loop, conn)
        if loop is self.home:
            conn.run_ready()
        else:
            conn.read_aside()

    def _raw(self, loop: asyncio.AbstractEventLoop, conn: Line, fd: int) -> None:
        if not self._conversation.raw_output(fd):
            loop.remove_reader(fd)

    def detach(self, conn: Line) -> None:
        """Stop watching a connection, from whichever thread."""
        for loop, (watched, fds) in list(self._watching.items()):
            if watched is not conn:
                continue
            self._watching.pop(loop, None)
            if loop.is_closed():
                continue
            self._stale.append((loop, fds))
            running = asyncio._get_running_loop()
            if running is loop or not loop.is_running():
                self._sweep(loop)
            else:
                hand_over(loop, self._sweep, loop)  # not waited for: that thread may be waiting for this one

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        for entry in [entry for entry in self._stale if entry[0] is loop]:
            self._stale.remove(entry)
            for fd in entry[1]:
                loop.remove_reader(fd)

    def wake(self) -> None:
        """See to it that the home loop looks at the connection soon. Does nothing without a loop."""
        loop = self.home
        if loop is None or loop.is_closed() or self._turn_due is loop:
            return
        self._turn_due = loop
        running = asyncio._get_running_loop()
        if running is loop:
            loop.call_soon(self._turn, loop, context=outside())
        else:
            hand_over(loop, self._turn, loop)  # closed just now: the next one begins with a turn

    def flush_soon(self) -> None:
        """See to it that what was put off is sent at the end of this loop's turn, else of the home loop's."""
        running = asyncio._get_running_loop()
        if running is None or running is self.home:
            if running is None or running is not self._turn_due:
                self.wake()
        elif running not in self._flushing:
            self._flushing.add(running)
            running.call_soon(self._flush, running)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        self._flushing.discard(loop)
        conn = self._conversation.connection
        if conn is not None and conn.failure is None:
            conn.flush()

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._turn_due is loop:
            self._turn_due = None
        conn = self._conversation.connection
        if conn is not None and conn.failure is None:
            conn.run_ready()

    def task_loop(self) -> asyncio.AbstractEventLoop:
        """The loop on which coroutines for JavaScript run: the home loop, or an own one run by waits."""
        if self.home is not None and not self.home.is_closed():
            return self.home
        if self._own is None or self._own.is_closed():
            self._own = asyncio.new_event_loop()
        self.home = self._own
        return self._own

    def aside(self, loop: asyncio.AbstractEventLoop, run: Callable[[], Any]) -> Awaitable[Any]:
        """What a plain function gives, in a thread."""
        return loop.run_in_executor(None, run)

    @contextlib.contextmanager
    def _holding(self, own: bool = False) -> Iterator[asyncio.AbstractEventLoop]:
        """The task loop, or the own one, for a wait that runs it: nobody closes it meanwhile."""
        with self._conversation.ending:
            if own:
                self.home = None
            loop = self.task_loop()
            self._held += 1
        try:
            yield loop
        finally:
            with self._conversation.ending:
                self._held -= 1
            if self._conversation.closed:  # meanwhile, and this loop was left to us
                self.close()

    def running(self) -> bool:
        """Whether the calling thread's loop runs."""
        return asyncio._get_running_loop() is not None

    def block_on(self, conn: Line, start: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Wait for a request here and now: run the task loop, or wait for the thread that does. Raises
        WouldBlock where this thread's loop is running."""
        if self.running():
            raise WouldBlock("this thread's asyncio loop is running: use `await` on the promise")
        with self._holding() as loop:
            if threading.get_ident() != conn.home and loop.is_running():
                return asyncio.run_coroutine_threadsafe(start(), loop).result()
            with heeding(loop):
                return loop.run_until_complete(start())

    def wait(self, conn: Line, awaitable: Awaitable[Any]) -> Any:
        """Wait for something here and now. Ctrl-C meanwhile is a KeyboardInterrupt here, whatever runs, and
        ends the Python code that JavaScript has called. Raises WouldBlock where this thread's loop runs."""
        if self.running():
            raise WouldBlock("this thread's asyncio loop is running, and serves JavaScript: use `await`")
        with self._holding() as loop:
            if loop.is_running():
                return asyncio.run_coroutine_threadsafe(self._watched(conn, awaitable), loop).result()
            task = loop.create_task(self._watched(conn, awaitable))
            stopped = False

            def stop(number: int, frame: object) -> None:
                nonlocal stopped
                stopped = True
                loop.call_soon_threadsafe(task.cancel)
                if conn.top_python:
                    raise KeyboardInterrupt

            is_main = threading.current_thread() is threading.main_thread()
            ours = is_main and signal.getsignal(signal.SIGINT) is signal.default_int_handler
            try:
                with sigint_to(stop, loop) if ours else heeding(loop):
                    return loop.run_until_complete(task)
            except asyncio.CancelledError:
                if stopped:
                    raise KeyboardInterrupt from None
                raise
            finally:
                self._end(loop, task)

    @staticmethod
    def _end(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
        if not task.done():  # left by an exception from outside
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                loop.run_until_complete(task)

    async def _watched(self, conn: Line, awaitable: Awaitable[Any]) -> Any:
        self.attach(asyncio.get_running_loop(), conn)
        return await awaitable

    @contextlib.contextmanager
    def serving(self, conn: Line, awaitable: Awaitable[Any]) -> Iterator[None]:
        """While inside, a thread of its own is the home thread and its loop the home loop. It ends with the
        block, or with the awaitable. Raises WouldBlock where a loop runs that serves already."""
        if self.running() or (self.home is not None and self.home.is_running()):
            raise WouldBlock("an asyncio loop is running, and serves JavaScript already")
        with self._holding(own=True) as loop:
            task = loop.create_task(self._watched(conn, awaitable))
            before, begun = conn.home, threading.Event()

            def serve() -> None:
                conn.home = threading.get_ident()
                loop.call_soon(begun.set)
                with contextlib.suppress(asyncio.CancelledError, Exception):  # the next use says why
                    loop.run_until_complete(task)

            thread = threading.Thread(target=serve, name="polyrepl-serving", daemon=True)
            thread.start()
            try:
                begun.wait()
                yield
            finally:
                hand_over(loop, task.cancel)
                thread.join()
                conn.home = before

    def close(self) -> None:
        """Cancel what runs for JavaScript and close the loop of our own."""
        self.tasks.close()
        with self._conversation.ending:
            own = None if self._held else self._own  # who holds it will close it
            if own is not None:
                self._own = None
        if own is not None and not own.is_closed():
            for left in asyncio.all_tasks(own):  # those in which managers of JavaScript's blocks are, too
                left.cancel()
            own.run_until_complete(asyncio.sleep(0))
            remaining = asyncio.all_tasks(own)
            if remaining:
                own.run_until_complete(asyncio.wait(remaining, timeout=_AT_THE_END))
            own.close()
