"""The block of a context manager that is awaited: one task enters the manager and leaves it.

In: a manager, and what left its block. Out: what `__aenter__` and `__aexit__` say; whether it was Python that
ended the block. It is loaded where one is entered: asyncio costs as much as all the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

_Way = Callable[..., Coroutine[Any, Any, Any]]


def ways(kind: type) -> tuple[_Way, _Way]:
    """How managers of a class are entered and left; those that know only the plain way (a cancel scope) are
    entered and left so, by the task of their block all the same. Raises AttributeError."""
    if hasattr(kind, "__aenter__") or not hasattr(kind, "__enter__"):
        return kind.__aenter__, kind.__aexit__  # type: ignore[attr-defined]
    return _later(kind.__enter__), _later(kind.__exit__)  # type: ignore[attr-defined]


def _later(method: Callable[..., Any]) -> _Way:
    async def called(*args: Any) -> Any:
        return method(*args)

    return called


class Block:
    """The task that enters a manager, waits for its block to end, and leaves it."""

    def __init__(self, manager: Any, enter: _Way, leave: _Way) -> None:
        loop = asyncio.get_running_loop()
        self.ended = False  # from within Python
        self.entered: asyncio.Future[Any] = loop.create_future()
        self.body: asyncio.Future[BaseException | None] = loop.create_future()
        self.task = loop.create_task(self._run(manager, enter, leave))
        self.task.add_done_callback(_looked_at)

    async def _run(self, manager: Any, enter: _Way, leave: _Way) -> bool:
        try:
            value = await enter(manager)
        except BaseException as error:
            if not self.entered.done():
                self.entered.set_exception(error)
            return False
        if not self.entered.done():
            self.entered.set_result(value)
        try:
            await asyncio.wait([self.body])
        except asyncio.CancelledError as cancelled:
            self.ended = True
            if await aexit(manager, leave, cancelled):
                return True
            raise
        return await aexit(manager, leave, self.body.result())

    async def enter(self) -> Any:
        """What the manager gives. Raises what it raises."""
        try:
            return await self.entered
        except asyncio.CancelledError:
            if not self.task.done():  # nobody wants it any more
                self.task.cancel()
                await asyncio.wait([self.task])
            raise

    async def end(self) -> bool:
        """Wait for it: whether it is Python that has ended the block."""
        await asyncio.wait([self.task])
        return self.ended

    def here(self) -> bool:
        """Whether the task is of the loop that runs."""
        return self.task.get_loop() is asyncio.get_running_loop()

    async def leave(self, error: BaseException | None) -> bool:
        """Whether what left the block is to be forgotten. Raises what `__aexit__` raises, or what has ended
        the block before."""
        if not self.body.done():
            self.body.set_result(error)
        return await self.task


def _looked_at(task: asyncio.Task[bool]) -> None:
    """What a block ended with is for who leaves it, if anybody still does."""
    if not task.cancelled():
        task.exception()


async def aexit(manager: Any, leave: _Way, error: BaseException | None) -> bool:
    """Leave a manager: whether what left the block is to be forgotten."""
    if error is None:
        await leave(manager, None, None, None)
        return False
    try:
        raise error
    except BaseException:
        return bool(await leave(manager, type(error), error, error.__traceback__))
