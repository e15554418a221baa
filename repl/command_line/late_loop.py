"""The event loop of a program, which begins when something needs it.

In: the coroutine that does a job. Out: its result. To load asyncio takes as long as to load the compiler, and
a form that neither awaits nor calls Python has no use for it. So the coroutine is begun without a loop, and
goes on as a task of one from where it awaits the LateLoop.
"""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


class LateLoop(Awaitable[None]):
    """Awaited, it has begun.

    Args:
        own_process: the process is ours, asyncio's modules too.
    """

    def __init__(self, own_process: bool = False) -> None:
        self._own_process = own_process
        self.loop: asyncio.AbstractEventLoop | None = None
        self._mask: set[int | signal.Signals] | None = None

    @property
    def begun(self) -> bool:
        """Is there a loop?"""
        return self.loop is not None

    @property
    def endings(self) -> tuple[type[BaseException], ...]:
        """What an interrupt may end the coroutine with."""
        if self.loop is None:
            return (KeyboardInterrupt,)
        from asyncio import CancelledError

        return KeyboardInterrupt, CancelledError

    def __await__(self) -> Generator[LateLoop, None, None]:
        if self.loop is None:
            yield self

    def run(
        self,
        coroutine: Coroutine[Any, Any, int | None],
        go_on: Callable[[asyncio.AbstractEventLoop, Coroutine[Any, Any, int | None]], int | None],
    ) -> int | None:
        """What the coroutine returns. Raises what it raises.

        Args:
            coroutine: awaits nothing before it has awaited this object.
            go_on: runs the rest on a new loop; calls `heed` when a Ctrl-C is for that.
        """
        failure: BaseException | None = None
        steps: Any = coroutine
        while True:
            try:
                if failure is None:
                    coroutine.send(None)
                else:
                    coroutine.throw(failure)
                return self._go_on(coroutine, go_on)
            except StopIteration as done:
                code: int | None = done.value
                return code
            except BaseException as error:
                if steps.cr_frame is None:  # it has ended
                    raise
                failure = error  # where it waits it hears of what came meanwhile: nobody else would end it
            finally:
                self.heed()

    def _go_on(
        self,
        coroutine: Coroutine[Any, Any, int | None],
        go_on: Callable[[asyncio.AbstractEventLoop, Coroutine[Any, Any, int | None]], int | None],
    ) -> int | None:
        """Begin the loop. A Ctrl-C waits until somebody can take it: nothing runs that it could stop."""
        self._mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        if self._own_process:
            from .late_modules import load_asyncio

            load_asyncio()
        import asyncio

        self.loop = asyncio.new_event_loop()
        return go_on(self.loop, _rest(coroutine))

    def heed(self) -> None:
        """A Ctrl-C need not wait any more; harmless twice."""
        if self._mask is not None:
            mask, self._mask = self._mask, None
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def close(self) -> None:
        """End the loop, if there is one."""
        if self.loop is not None:
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()


class _Rest(Awaitable[int | None]):
    """What is left of a coroutine that was begun by hand."""

    def __init__(self, coroutine: Coroutine[Any, Any, int | None]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, int | None]:
        answer: Any = None
        failure: BaseException | None = None
        while True:
            try:
                asked = self._coroutine.send(answer) if failure is None else self._coroutine.throw(failure)
            except StopIteration as done:
                code: int | None = done.value
                return code
            answer = failure = None
            try:
                answer = yield asked
            except BaseException as error:
                failure = error


async def _rest(coroutine: Coroutine[Any, Any, int | None]) -> int | None:
    return await _Rest(coroutine)
