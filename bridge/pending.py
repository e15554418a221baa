"""An asyncio future that an answer settles, from whichever thread.

In: the running loop; a value or an exception. Out: the future, set on the loop's own thread. `hand_over` is
how anything of the bridge's own gets there.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from .forms import outside


def hand_over(loop: asyncio.AbstractEventLoop, callback: Callable[..., object], *args: Any) -> None:
    """Let a loop call something on its own thread, for no form. Nothing happens where it is closed: nobody
    waits there any more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(callback, *args, context=outside())


class Pending:
    """An asyncio future that a reply will settle."""

    __slots__ = ("future", "loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
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
            hand_over(self.loop, self._set, value, error)

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
