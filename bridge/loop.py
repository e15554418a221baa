"""The bridge on an asyncio loop.

In: running loops that wait for JavaScript, asynchronous requests of JavaScript. Out: futures that Node's
replies settle, tasks (coroutine functions on the loop, plain functions in threads) whose results go back.
While a form runs or the prompt is idle the home loop watches the pipes.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import threading
import types
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .protocol import KINDS, OPS
from .transport import Frame

if TYPE_CHECKING:
    from .bridge import Bridge
    from .connection import Connection

ERROR, REPLY = KINDS["ERROR"], KINDS["REPLY"]
_AWAIT = OPS["await"]


def _is_async(function: Any) -> bool:
    """inspect.iscoroutinefunction, which costs as much as all the rest, for plain functions done by hand."""
    if function.__class__ is types.FunctionType:
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE) or inspect.iscoroutinefunction(
            function
        )
    return inspect.iscoroutinefunction(function)


class Pending:
    """An asyncio future that a reply will settle."""

    __slots__ = ("conn", "future", "loop")

    def __init__(self, conn: Connection, loop: asyncio.AbstractEventLoop) -> None:
        self.conn = conn
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()

    def settle(self, value: Any, error: BaseException | None) -> None:
        """Set the result on the loop's own thread."""
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is self.loop:
            self._set(value, error)
        else:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self.loop.call_soon_threadsafe(self._set, value, error)

    def _set(self, value: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(value)
        else:
            if isinstance(error, StopIteration):
                wrapped = RuntimeError("JavaScript raised StopIteration")
                wrapped.__cause__ = error
                error = wrapped
            self.future.set_exception(error)


class Loops:
    """Which loops watch the connection, and the tasks that run for JavaScript."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self.home: asyncio.AbstractEventLoop | None = None
        self._watching: dict[asyncio.AbstractEventLoop, tuple[Connection, list[int]]] = {}
        self._stale: list[tuple[asyncio.AbstractEventLoop, list[int]]] = []  # until its next turn
        self._own: asyncio.AbstractEventLoop | None = None
        # The loop on which a turn is due: one that ends before has not taken it.
        self._turn_due: asyncio.AbstractEventLoop | None = None
        self._flushing: weakref.WeakSet[asyncio.AbstractEventLoop] = weakref.WeakSet()
        self._tasks: dict[int, asyncio.Future[Any]] = {}

    cancelled = asyncio.CancelledError

    def pending(self, conn: Connection) -> Pending:
        """A future on the running loop, which watches the connection from now on."""
        loop = asyncio.get_running_loop()
        known = self._watching.get(loop)
        if known is None or known[0] is not conn:
            self.attach(loop, conn)
        return Pending(conn, loop)

    def attach(self, loop: asyncio.AbstractEventLoop, conn: Connection) -> None:
        """Let a running loop watch the connection. The first living one becomes the home loop."""
        known = self._watching.get(loop)
        if known is not None and known[0] is conn:
            return
        if known is not None:
            self._stale.append((loop, known[1]))
        self._sweep(loop)  # before the numbers are used again
        for old in [old for old in self._watching if old.is_closed()]:
            del self._watching[old]
        if threading.get_ident() == conn.home:
            self.home = loop
        self._settle_home(loop, conn)
        fds = [conn.channel.read_fd, *self._bridge.output_fds()]
        loop.add_reader(fds[0], self._readable, loop, conn)
        for fd in fds[1:]:
            loop.add_reader(fd, self._raw, loop, conn, fd)
        self._watching[loop] = (conn, fds)
        self.wake()  # what was put off to the turn of a loop that has ended goes out now

    def _settle_home(self, loop: asyncio.AbstractEventLoop, conn: Connection) -> None:
        """The running loop takes over when the home loop has ended."""
        if self.home is None or self.home.is_closed() or not self.home.is_running():
            self.home = loop
            conn.home = threading.get_ident()

    def _readable(self, loop: asyncio.AbstractEventLoop, conn: Connection) -> None:
        if conn.failure is not None:
            self.detach(conn)
            return
        if not conn.waiting:
            self._settle_home(loop, conn)
        if loop is self.home:
            conn.run_ready()
        else:
            conn._read_aside()

    def _raw(self, loop: asyncio.AbstractEventLoop, conn: Connection, fd: int) -> None:
        if not self._bridge.raw_output(fd):
            loop.remove_reader(fd)

    def detach(self, conn: Connection) -> None:
        """Stop watching a connection, from whichever thread."""
        for loop, (watched, fds) in list(self._watching.items()):
            if watched is not conn:
                continue
            self._watching.pop(loop, None)
            if loop.is_closed():
                continue
            self._stale.append((loop, fds))
            try:
                running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
            except RuntimeError:
                running = None
            if running is loop or not loop.is_running():
                self._sweep(loop)
            else:
                # Not waited for: that thread may be waiting for this one.
                with contextlib.suppress(RuntimeError):  # closed just now, and all it watched with it
                    loop.call_soon_threadsafe(self._sweep, loop)

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
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is loop:
            loop.call_soon(self._turn, loop)
        else:
            with contextlib.suppress(RuntimeError):  # it was closed just now: the next one begins with a turn
                loop.call_soon_threadsafe(self._turn, loop)

    def flush_soon(self) -> None:
        """See to it that what was put off is sent at the end of this loop's turn, else of the home loop's."""
        try:
            running: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is None or running is self.home:
            self.wake()
        elif running not in self._flushing:
            self._flushing.add(running)
            running.call_soon(self._flush, running)

    def _flush(self, loop: asyncio.AbstractEventLoop) -> None:
        self._flushing.discard(loop)
        conn = self._bridge.connection
        if conn is not None and conn.failure is None:
            conn.flush()

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._turn_due is loop:
            self._turn_due = None
        conn = self._bridge.connection
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

    # ---- asynchronous requests of JavaScript

    def serve(self, frame: Frame) -> None:
        """Start the work of an asynchronous request; its reply follows when it is done."""
        bridge = self._bridge
        conn = bridge.connection
        if conn is None:
            return
        form = 0
        try:
            message = bridge.parse(frame)
            form = message[2]
            context = bridge.context_of(form)
            loop = self.task_loop()
            if message[0] == _AWAIT:
                target = bridge.server.get(message[3])
                future = context.run(self._ensure, target, loop)
            elif message[0] == OPS["call"]:
                args, kwargs = bridge.server.arguments(message, frame.body)
                function = bridge.server.resolve(message[3], message[4])
                if _is_async(function):
                    future = loop.create_task(function(*args, **kwargs), context=context)
                else:
                    future = context.run(self._start, loop, function, args, kwargs, context)
            else:
                # Everything but calls is quick: here and now, in order.
                future = loop.create_future()
                future.set_result(context.run(bridge.server.perform, message, frame.body))
        except BaseException as error:
            self._finish(conn, frame, None, error)
            return
        self._tasks[frame.id] = future
        future.add_done_callback(lambda done: self._done(conn, frame, done))

    @staticmethod
    def _ensure(target: Any, loop: asyncio.AbstractEventLoop) -> asyncio.Future[Any]:
        if inspect.isawaitable(target):
            return asyncio.ensure_future(target, loop=loop)
        future = loop.create_future()
        future.set_result(target)
        return future

    def _start(
        self,
        loop: asyncio.AbstractEventLoop,
        function: Callable[..., Any],
        args: list[Any],
        kwargs: dict[str, Any],
        context: contextvars.Context,
    ) -> asyncio.Future[Any]:
        async def in_thread() -> Any:
            result = await loop.run_in_executor(None, lambda: context.copy().run(function, *args, **kwargs))
            return await result if inspect.isawaitable(result) else result

        return loop.create_task(in_thread())

    def _done(self, conn: Connection, frame: Frame, future: asyncio.Future[Any]) -> None:
        self._tasks.pop(frame.id, None)
        if future.cancelled():
            self._finish(conn, frame, None, asyncio.CancelledError())
        else:
            error = future.exception()
            self._finish(conn, frame, None if error is not None else future.result(), error)

    def _finish(self, conn: Connection, frame: Frame, value: Any, error: BaseException | None) -> None:
        if conn.failure is not None:
            return
        kind, wire, segments, kept = self._bridge.answer(value, error)
        try:
            conn.reply(frame.id, kind, wire, segments, frame.epoch, False)
        except Exception as failure:
            if conn.failure is None:
                kind, wire, segments, kept = self._bridge.answer(None, failure)
                conn.reply(frame.id, kind, wire, segments, frame.epoch, False)
        del kept

    def cancel(self, ident: int) -> None:
        """JavaScript gave up an asynchronous request."""
        task = self._tasks.get(ident)
        if task is not None:
            task.cancel()

    def close(self) -> None:
        """Cancel what runs for JavaScript and close the loop of our own."""
        for task in list(self._tasks.values()):
            if not task.get_loop().is_closed():
                task.cancel()
        if self._own is not None and not self._own.is_closed() and not self._own.is_running():
            self._own.run_until_complete(asyncio.sleep(0))
            self._own.close()
