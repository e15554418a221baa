"""What runs on a loop for JavaScript: its asynchronous requests.

In: frames of requests. Out: tasks (coroutine functions on the loop, plain functions in threads), whose
results go back, each as the one answer of its request.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
from collections import deque
from collections.abc import Awaitable, Callable
from types import CoroutineType
from typing import Any, Protocol

from .answers import Later
from .pending import Ended, heard, unbegun
from .protocol import OPS
from .server import Server
from .traits import is_async, is_awaitable
from .transport import Frame

_AWAIT, _CALL = OPS["await"], OPS["call"]
# How long a call whose result nobody has asked for keeps waiting what was asked after it: so many times so
# many seconds, each of which this thread has slept, so that a busy machine has given the call its chance.
_LOOKS, _BETWEEN = 20, 0.01


class Exchange(Protocol):
    """What the tasks ask of the exchange whose requests they serve."""

    @property
    def server(self) -> Server: ...

    def parse(self, frame: Frame) -> list[Any]:
        """Header of a request."""

    @property
    def interrupted(self) -> bool:
        """Whether a form was asked to stop, which `check` may be about."""

    def check(self, form: int, flags: int) -> None:
        """Raises KeyboardInterrupt where the form was asked to stop before."""

    def context_of(self, form: int) -> contextvars.Context:
        """The context in which a form's request runs."""

    def answer_async(self, frame: Frame, value: Any, error: BaseException | None) -> None:
        """Send the one answer of an asynchronous request."""

    def unread(self, message: Any) -> None:
        """What has not been decoded of a request never will be."""


class Loops(Protocol):
    """What the tasks ask of the loops."""

    home: asyncio.AbstractEventLoop | None

    def task_loop(self) -> asyncio.AbstractEventLoop:
        """The loop on which coroutines for JavaScript run."""

    def aside(self, loop: asyncio.AbstractEventLoop, run: Callable[[], Any]) -> Awaitable[Any]:
        """What a plain function gives, which may keep its thread for long."""


class Tasks:
    """What runs for JavaScript."""

    def __init__(self, loops: Loops) -> None:
        self._loops = loops
        self._tasks: dict[int, asyncio.Future[Any]] = {}
        self._forms: dict[int, int] = {}  # for which each of them runs
        self._stopped: set[int] = set()  # those that an interrupt has kept from beginning
        self._statement: asyncio.Task[None] | None = None  # what `_behind` waits for
        self._behind: deque[tuple[Exchange, Frame]] = deque()

    def serve(self, exchange: Exchange, frame: Frame, unread: list[Frame] | None = None) -> None:
        """Start the work of an asynchronous request; its answer follows when it is done. `unread` is empty
        once it has begun, or waits."""
        unread = [] if unread is None else unread
        if self._statement is not None:
            try:
                unread.clear()
            finally:
                self._behind.append((exchange, frame))
            return
        quiet: asyncio.Event | None = None
        message = None
        ident = frame.id
        ended = functools.partial(self._ended, exchange, frame)
        self._forms[ident] = 0  # a task may end as it is made, where the loop has eager ones
        try:
            unread.clear()
            message = exchange.parse(frame)
            self._forms[ident] = message[2]
            exchange.check(message[2], frame.flags)
            context = exchange.context_of(message[2])
            loop = self._loops.task_loop()
            server = exchange.server
            if message[0] == _AWAIT:
                target = server.awaited(message)
                future = context.run(self._ensure, target, loop, ended)
            elif message[0] == _CALL:
                function, args, kwargs = server.called(message, frame.body)
                if is_async(function):
                    future = heard(loop, server.apply(function, args, kwargs), ended, context)
                else:
                    future = context.run(self._start, loop, server, function, args, kwargs, context, ended)
            else:
                # Everything but calls is quick: here and now, in order.
                value = context.run(server.perform, message, frame.body)
                if type(value) is Later:
                    future = loop.create_task(value.coroutine, context=context)
                    future.add_done_callback(_telling(ended))
                    quiet = value.quiet
                    if quiet is not None:
                        self._statement = loop.create_task(self._go_on(quiet))
                else:
                    future = _known(loop, value, ended)
        except BaseException as error:
            exchange.unread(message)
            if self._forms.pop(ident, None) is not None:
                exchange.answer_async(frame, None, error)
            return
        if ident in self._forms:
            self._tasks[ident] = future
        if exchange.interrupted and unbegun(future):
            try:
                exchange.check(message[2], frame.flags)
            except KeyboardInterrupt:
                self.stop_unbegun(message[2])
        if quiet is not None:  # once it is answered
            future.add_done_callback(lambda done: quiet.set())

    async def _go_on(self, quiet: asyncio.Event) -> None:
        """Serve what was asked after a statement, when that is quiet or goes on for long."""
        try:
            for _ in range(_LOOKS):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(quiet.wait(), _BETWEEN)
                    break
        finally:  # also where a program cancels all tasks
            self._statement = None
            while self._behind and self._statement is None:
                self.serve(*self._behind.popleft())

    @staticmethod
    def _ensure(target: Any, loop: asyncio.AbstractEventLoop, ended: Ended) -> asyncio.Future[Any]:
        if type(target) is CoroutineType:
            return heard(loop, target, ended)
        if not is_awaitable(target):
            return _known(loop, target, ended)
        future = asyncio.ensure_future(target, loop=loop)
        future.add_done_callback(_telling(ended))
        return future

    def _start(
        self,
        loop: asyncio.AbstractEventLoop,
        server: Server,
        function: Callable[..., Any],
        args: list[Any],
        kwargs: dict[str, Any],
        context: contextvars.Context,
        ended: Ended,
    ) -> asyncio.Future[Any]:
        async def in_thread() -> Any:
            result = await self._loops.aside(
                loop, lambda: context.copy().run(server.apply, function, args, kwargs)
            )
            return await result if is_awaitable(result) else result

        return heard(loop, in_thread(), ended)

    def _ended(self, exchange: Exchange, frame: Frame, value: Any, error: BaseException | None) -> None:
        ident = frame.id
        self._tasks.pop(ident, None)
        stopped = ident in self._stopped
        self._stopped.discard(ident)
        if isinstance(error, asyncio.CancelledError):
            error = KeyboardInterrupt() if stopped else asyncio.CancelledError()
        if self._forms.pop(ident, None) is not None:
            exchange.answer_async(frame, value, error)

    def stop_unbegun(self, form: int) -> None:
        """What a form awaits and has not begun never does: by the time that JavaScript hears of an interrupt
        it might run for ever without looking up. What has begun is told by JavaScript, or is on the stack."""
        if asyncio._get_running_loop() is not self._loops.home:
            return
        for ident, task in self._tasks.items():
            if self._forms.get(ident) == form and unbegun(task):
                self._stopped.add(ident)
                task.cancel()

    def cancel(self, ident: int) -> None:
        """JavaScript gave up an asynchronous request."""
        task = self._tasks.get(ident)
        if task is not None:
            task.cancel()
        self._behind = deque(one for one in self._behind if one[1].id != ident)

    def forsake(self) -> None:
        """Cancel what runs for JavaScript, which hears no more of it."""
        tasks, self._tasks = self._tasks, {}
        self._forms.clear()
        for task in tasks.values():
            task.cancel()

    def close(self) -> None:
        """Cancel it."""
        for task in list(self._tasks.values()):
            if not task.get_loop().is_closed():
                task.cancel()


def _known(loop: asyncio.AbstractEventLoop, value: Any, ended: Ended) -> asyncio.Future[Any]:
    future = loop.create_future()
    future.set_result(value)
    future.add_done_callback(_telling(ended))
    return future


def _telling(ended: Ended) -> Callable[[asyncio.Future[Any]], object]:
    """What a future calls when it is done."""

    def done(future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            ended(None, asyncio.CancelledError())
        elif (error := future.exception()) is not None:
            ended(None, error)
        else:
            ended(future.result(), None)

    return done
