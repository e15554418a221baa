"""An asyncio future that an answer settles, from whichever thread.

In: the running loop; a value or an exception. Out: the future, set on the loop's own thread. `hand_over` is
how anything of the bridge's own gets there. Tasks that JavaScript awaits tell what they come to.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from .forms import outside

Ended = Callable[[Any, BaseException | None], object]


def hand_over(loop: asyncio.AbstractEventLoop, callback: Callable[..., object], *args: Any) -> None:
    """Let a loop call something on its own thread, for no form. Nothing happens where it is closed: nobody
    waits there any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, *args, context=outside())


class Pending(asyncio.Future[Any]):
    """A future that a reply settles."""

    def settle(self, value: Any, error: BaseException | None) -> None:
        """Set the result on the loop's own thread."""
        loop = self.get_loop()
        if asyncio._get_running_loop() is not loop:
            hand_over(loop, self._settle, value, error)
        elif error is None and not self.done():
            self.set_result(value)
        else:
            self._settle(value, error)

    def _settle(self, value: Any, error: BaseException | None) -> None:
        if self.done():
            return
        if error is None:
            self.set_result(value)
        else:
            if isinstance(error, StopIteration):
                wrapped = RuntimeError("JavaScript raised StopIteration")
                wrapped.__cause__ = error
                error = wrapped
            self.set_exception(error)


def heard(
    loop: asyncio.AbstractEventLoop,
    coroutine: Awaitable[Any],
    ended: Ended,
    context: contextvars.Context | None = None,
) -> asyncio.Task[Any]:
    """A task that JavaScript awaits. What that has come to is told in its last step, whatever ends it, and
    not by a callback of its own in another turn of the loop."""
    steps = _heard(coroutine, ended)
    steps.send(None)  # it stands within its `try`: what cancels it before its first step is told too
    return loop.create_task(steps, context=context)


async def _heard(coroutine: Awaitable[Any], ended: Ended) -> None:
    try:
        await _BEGINNING
        value = await coroutine
    except BaseException as error:
        if inspect.iscoroutine(coroutine):
            coroutine.close()  # cancelled before it began it has awaited nothing, of which Python would warn
        if isinstance(error, GeneratorExit) and not _in_task():  # its loop has ended without it
            raise
        ended(None, error)
        if isinstance(error, asyncio.CancelledError):
            raise
        if isinstance(error, KeyboardInterrupt):  # it ends the loop as well
            task = asyncio.current_task()
            assert task is not None
            task.add_done_callback(_retrieved)
            raise
        # A SystemExit is for who awaits it to hear of: asyncio would end the loop by it.
    else:
        ended(value, None)


def _in_task() -> bool:
    """Whether a task of `heard` takes a step."""
    task = None if asyncio._get_running_loop() is None else asyncio.current_task()
    return task is not None and getattr(task.get_coro(), "cr_code", None) is _heard.__code__


def _retrieved(task: asyncio.Future[Any]) -> None:
    """Who waits for it was told of its exception, so asyncio need not."""
    if not task.cancelled():
        task.exception()


class _Beginning:
    """Awaited, it stops there once."""

    def __await__(self) -> Iterator[None]:
        return iter(_ONCE)


_BEGINNING: Any = _Beginning()
_ONCE = (None,)
_STEPS = type(iter(_ONCE))


def unbegun(task: asyncio.Future[Any]) -> bool:
    """Whether it is a task of a coroutine of which nothing has run."""
    coroutine: Any = task.get_coro() if isinstance(task, asyncio.Task) else None
    if not inspect.iscoroutine(coroutine):
        return False
    if coroutine.cr_code is _heard.__code__:
        return type(coroutine.cr_await) is _STEPS
    return inspect.getcoroutinestate(coroutine) == inspect.CORO_CREATED
