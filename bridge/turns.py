"""A turn of both event loops that is kept for several calls.

In: a conversation whose loop is running. Out: from `take` to `free` neither JavaScript's event loop turns nor
this one: what the calls between leave behind (promises, timers, tasks) comes after them, as in one script.
JavaScript waits in a read for the next call meanwhile, so the turn ends by itself when this loop turns. Where
this loop must go on (a kernel's), who runs it keeps the program's steps meanwhile (`Steps`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from .errors import BridgeError
from .protocol import NOTES, OPS

if TYPE_CHECKING:  # it costs as much as all the rest
    import asyncio

_HOLD, _FREE = OPS["hold"], NOTES["free"]


class Line(Protocol):
    """What a turn asks of a connection."""

    kept: bool  # asynchronous requests of JavaScript's wait

    @property
    def failure(self) -> BaseException | None: ...

    def note(self, header: list[Any]) -> None: ...


class Exchange(Protocol):
    """What a turn asks of an exchange."""

    @property
    def connection(self) -> Line: ...


class Asking(Protocol):
    """What a turn asks of those who make requests."""

    def post(
        self, header: list[Any], segments: list[Any], form: int, exchange: Any = None
    ) -> Coroutine[Any, Any, Any]: ...


class Steps(Protocol):
    """What a turn asks of a loop that goes on."""

    def close_steps(self) -> None:
        """From now on the program's steps wait; harmless when they do already."""

    def open_steps(self) -> None:
        """They go on."""


class Turn:
    """A turn, taken as often as it has ended; see Conversation.turn."""

    def __init__(self, ask: Asking, steps: Steps | None = None) -> None:
        self._ask = ask
        self.steps = steps
        self._line: Line | None = None
        self._end: asyncio.Handle | None = None

    async def take(self, exchange: Exchange, form: int) -> None:
        """Begin a turn for a form, unless this one goes on. Raises NodeLost, and Interrupted or
        KeyboardInterrupt where the form is stopped before JavaScript has come to it."""
        line = exchange.connection
        if self._line is line and line.failure is None:
            if self.steps is not None:
                self.steps.close_steps()
            return
        self.free()
        try:
            await self._ask.post([_HOLD, 0, 0], [], form, exchange)
        except BaseException:
            _free(line)
            raise
        self._line = line
        if self.steps is not None:
            line.kept = True
            self.steps.close_steps()
        else:
            self.end()

    def end(self) -> None:
        """It ends when this loop turns: what is asked until then still finds JavaScript waiting for it."""
        if self._end is None:
            from asyncio import get_running_loop

            self._end = get_running_loop().call_soon(self.free)

    def free(self) -> None:
        """End it; harmless when it has ended."""
        line, self._line = self._line, None
        if self._end is not None:
            self._end.cancel()
            self._end = None
        if self.steps is not None:
            self.steps.open_steps()
        if line is not None:
            _free(line)


def _free(line: Line) -> None:
    line.kept = False
    if line.failure is None:
        with contextlib.suppress(BridgeError):
            line.note([_FREE])
