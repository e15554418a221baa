"""An asyncio future that an answer settles, from whichever thread.

In: the running loop; a value or an exception. Out: the future, set on the loop's own thread. `hand_over` is
how anything of the bridge's own gets there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from .forms import outside


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


class Left:
    """The SystemExit that a coroutine has ended with."""

    __slots__ = ("error",)

    def __init__(self, error: SystemExit) -> None:
        self.error = error


def heard(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, Any],
    done: Callable[[asyncio.Future[Any]], object],
    **options: Any,
) -> asyncio.Task[Any]:
    """A task that JavaScript awaits, and what is called when it is done: what it gives may be a `Left`.
    Asyncio would end the loop by a SystemExit, which is for who awaits it to hear of."""
    task = loop.create_task(_heard(coroutine), **options)

    def ended(task: asyncio.Future[Any]) -> None:
        coroutine.close()  # cancelled before it began it has not awaited anything, of which Python would warn
        done(task)

    task.add_done_callback(ended)
    return task


async def _heard(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await coroutine
    except SystemExit as error:
        return Left(error)
