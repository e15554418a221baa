"""Plain calls: those that cross by the rings without the layers that all others need (native/calls.h).

In: an operation whose operands are scalars; a request of ours within which JavaScript calls. Out: the value,
where it is a scalar and comes at once; what JavaScript has called is served as long as it is plain too.
Everything else goes the usual way, as if nobody had tried: what could not be sent is still to be sent
(SLOW), what has no plain answer yet is waited for (Sent).
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol

from .answers import Answer
from .errors import NodeLost
from .sending import Outbox
from .transport import Channel, Frame, closed
from .waiting import SHALLOW

SLOW: Final = NotImplemented
"""In place of a value: nothing was sent."""
_SENT: Final = Ellipsis
_get_ident = threading.get_ident


class Sent(list[Any]):
    """The header of a request that has gone out, and whether Ctrl-C came meanwhile."""

    __slots__ = ("ident", "stopped")
    ident: int
    stopped: bool


class Host(Protocol):
    """What plain calls ask of the conversation."""

    def plain(self) -> tuple[dict[int, Any], Callable[..., Any], Any]:
        """What JavaScript holds by its handle, what calls a function with arguments, who is interrupted."""

    def outcome(self, ident: int, value: Any, error: BaseException | None) -> Answer:
        """The answer of a synchronous request. Raises nothing."""


class Line(Protocol):
    """What they ask of the connection."""

    home: int
    depth: int
    top_python: bool
    held: list[Frame]

    @property
    def inbox(self) -> deque[Frame]:
        """Requests that the home thread has to serve."""

    @property
    def ids(self) -> Callable[[], int]: ...
    def send_answer(self, answer: Answer, epoch: int, sync: bool) -> None: ...
    def lose(self, reason: str) -> BaseException: ...


class Plain:
    """The plain calls of one connection, both ways, on its home thread.

    Args:
        line: the connection.
        channel: what carries it.
        outbox: its writing half.
        host: the conversation.
    """

    def __init__(self, line: Line, channel: Channel, outbox: Outbox, host: Host) -> None:
        self._line = line
        self._channel = channel
        self._outbox = outbox
        self._host = host

    def ask(self, op: int, form: int, operands: tuple[Any, ...]) -> Any:
        """The value of an operation for a form, SLOW, or a Sent. Raises NodeLost."""
        rings, line, outbox = self._channel.plain, self._line, self._outbox
        if (
            rings is None
            or outbox.dead
            or outbox.outgoing
            or line.depth > SHALLOW
            or line.inbox
            or line.held
            or self._channel.unread
            or _get_ident() != line.home
        ):
            return SLOW
        ident = line.ids() & 0xFFFFFFFF
        stopped = False
        # As in every call: from here on Ctrl-C is for JavaScript.
        top, line.top_python = line.top_python, False
        line.depth += 1
        try:
            value = rings.ask(ident, outbox.epoch, op, form, operands)
            if value is not _SENT:
                return value
        except OSError as error:
            raise line.lose(str(closed(error))) from None
        except KeyboardInterrupt:
            # At the outermost level the handler is Python's still: what was sent is to be stopped all the
            # same, what has its answer is over.
            if rings.asked() != ident or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
                raise
            stopped = True
        finally:
            line.depth -= 1
            line.top_python = top
        sent = Sent((op, 0, form))
        sent.ident, sent.stopped = ident, stopped
        return sent

    def serve(self, ident: int) -> bool:
        """Serve what JavaScript calls within a request of ours, while nothing else comes. True when one of
        them was answered last; the next may follow."""
        rings, line, outbox = self._channel.plain, self._line, self._outbox
        if rings is None or line.depth > SHALLOW or line.held or self._channel.unread:
            return False
        epoch = outbox.epoch
        objects, apply, interrupts = self._host.plain()
        try:
            said = rings.serve(ident, epoch, objects, apply, line, outbox, interrupts)
        except OSError as error:
            line.lose(str(closed(error)))
            return True
        except BaseException as error:  # of a signal's handler, between two steps
            said = rings.asked(), None, error
            if not said[0]:
                raise
        if said is None:
            return False
        answer = self._host.outcome(*said)
        outbox.owed += 1
        try:  # noqa: SIM105 (no exception may be kept alive by its own frame)
            line.send_answer(answer, epoch, True)
        except NodeLost:
            pass
        del answer, said
        return True
