"""Plain calls: those that cross by the rings without the layers that all others need (native/plain.h).

In: an operation whose operands are scalars, or any request; a request of ours within which JavaScript calls
functions and methods, and asks for attributes, items and the like, with scalars and objects of ours.
Out: the value, where it is a scalar, or the frame that answers, where that comes at once; what JavaScript has
called is served. Everything else goes the usual way, as if nobody had tried: what could not be sent is still
to be sent (SLOW, or Begun with its frame), what has no answer yet is waited for (Begun).
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from .answers import Answer
from .errors import Interrupted, NodeLost
from .midst import came_between
from .protocol import KINDS
from .segments import Segments
from .sending import BELL, Outbox
from .transport import Channel, Frame, closed
from .waiting import SHALLOW, Waiter, Waits

if TYPE_CHECKING:  # loaded where there are any
    pass

SLOW: Final = NotImplemented
"""In place of a value: nothing was sent."""
_SENT: Final = Ellipsis
_WHOLE = 1 << 16  # as in native/calls.h
_REQUEST = KINDS["REQUEST"]
_get_ident = threading.get_ident
_tuple = tuple.__new__


class Begun(list[Any]):
    """The header of a request that has gone out, and whether Ctrl-C came meanwhile; or one that is made, and
    its frame."""

    __slots__ = ("epoch", "ident", "parts", "stopped")
    ident: int
    epoch: int
    stopped: bool
    parts: list[Any] | None


class Host(Protocol):
    """What plain calls ask of the conversation."""

    def plain(self) -> tuple[dict[int, Any], Callable[..., Any], Callable[..., Any], Any]:
        """What JavaScript holds by its handle, what calls a function with arguments, what runs
        other requests (see Server.perform), who is interrupted."""

    def outcome(self, ident: int, value: Any, error: BaseException | None) -> Answer:
        """The answer of a synchronous request. Raises nothing."""

    def serve(self, frame: Frame, outermost: bool, unread: list[Frame] | None = None) -> Answer:
        """Run a synchronous request. Raises nothing; `unread` is empty once it has begun."""

    def value(self, frame: Frame, unread: list[Frame], form: int) -> Any:
        """Value of an answer to a request of the home thread for a form. Raises what it carries; `unread` as
        in Answers.read."""

    def leave(self, frame: Frame) -> None:
        """A request will not be looked into: what it has brought goes back. Raises nothing."""

    def settle(self, waiter: None, frame: Frame) -> None:
        """Read an answer that nobody waits for any more."""


class Line(Protocol):
    """What they ask of the connection."""

    home: int
    depth: int
    top_python: bool
    waits: Waits

    @property
    def ids(self) -> Callable[[], int]: ...
    def request_frame(self, ident: int, flags: int, header: list[Any], segments: list[Any]) -> list[Any]:
        """Parts of the frame of a request. Raises what it raises; nothing is held for it then."""

    def take_back(self, segments: list[Any]) -> None:
        """What was encoded is never sent."""

    def send_answer(self, answer: Answer, epoch: int, sync: bool) -> None: ...
    def lose(self, reason: str) -> BaseException: ...


class Coming(Protocol):
    """What they ask of the reading half."""

    @property
    def inbox(self) -> deque[Frame]:
        """Requests that the home thread has to serve."""

    @property
    def held(self) -> list[Frame]:
        """Frames that wait to be delivered."""


class Short(Protocol):
    """The short way of requests that may be answered at once."""

    def ask(self, op: int, form: int, operands: tuple[Any, ...]) -> Any:
        """See Plain.ask."""

    def trade(self, header: list[Any], segments: list[Any]) -> Any:
        """See Plain.trade."""

    def left(self) -> Begun | None:
        """See Plain.left."""


class NoPlain:
    """There is none."""

    def ask(self, op: int, form: int, operands: tuple[Any, ...]) -> Any:
        """Nothing was sent."""
        return SLOW

    def trade(self, header: list[Any], segments: list[Any]) -> Any:
        """Nothing was sent."""
        return SLOW

    def left(self) -> Begun | None:
        """Nothing was sent."""
        return None


class Plain:
    """The plain calls of one connection, both ways, on its home thread.

    Args:
        line: the connection.
        channel: what carries it.
        coming: its reading half.
        outbox: its writing half.
        host: the conversation.
    """

    def __init__(self, line: Line, channel: Channel, coming: Coming, outbox: Outbox, host: Host) -> None:
        self._line = line
        self._channel = channel
        self._coming = coming
        self._outbox = outbox
        self._host = host
        self.latest: tuple[int, Sequence[Any]] = (0, ())
        self._early: Frame | None = None
        self.taken = 0
        """The latest request of those whose answers are waited for the usual way."""
        self.before: tuple[int, Sequence[Any]] = self.latest
        """The latest plain call when that was made."""

    def ask(
        self,
        op: int,
        form: int,
        operands: tuple[Any, ...],
        made: tuple[int, list[Any], bytes] | None = None,
        segments: Segments | None = None,
    ) -> Any:
        """Value of an operation for a form, SLOW, or a Begun. Raises what its answer carries, or NodeLost.
        `made`: instead, the number of a request, its header and its frame, which mentions what is in
        `segments`."""
        rings, line, outbox = self._channel.plain, self._line, self._outbox
        if (
            rings is None
            or outbox.outgoing
            or line.depth > SHALLOW
            or self._coming.inbox
            or self._coming.held
            or self._channel.unread
            or _get_ident() != line.home
        ):
            return SLOW
        if outbox.dead:
            outbox.flush()
        if self._early is not None:  # of a request that an exception has left
            early, self._early = self._early, None
            self._host.settle(None, early)
        ident = line.ids() if made is None else made[0]
        self.latest = ident, (op, 0, form) if made is None else made[1]
        # As in every call: from here on Ctrl-C is for JavaScript.
        top, line.top_python = line.top_python, False
        line.depth += 1
        unread: list[Frame] | None = None
        try:
            try:
                if made is None:
                    value = rings.ask(ident, outbox.epoch, op, form, operands)
                else:
                    value = rings.trade(ident, outbox.epoch, made[2], segments)
            except OSError as error:
                if came_between(error):
                    raise
                raise line.lose(str(closed(error))) from None
            finally:
                line.depth -= 1
                line.top_python = top
            if value is not _SENT:
                if value.__class__ is not tuple:
                    return value
                frame = _tuple(Frame, value)
                unread = [frame]
                return self._host.value(frame, unread, self.latest[1][2])
        except BaseException:
            if unread is None or unread:  # where its answer is there, nobody else will read it
                left = rings.kept(ident)
                if left is not None:
                    self._host.settle(None, _tuple(Frame, left))
            raise
        return _begun(self.latest[1], ident, outbox.epoch)

    def trade(self, header: list[Any], segments: list[Any]) -> Any:
        """Value of a request, SLOW, or a Begun. Raises what its answer carries, NodeLost, and what making its
        frame raises."""
        rings, line = self._channel.plain, self._line
        if rings is None or self._outbox.outgoing or line.depth > SHALLOW or _get_ident() != line.home:
            return SLOW
        ident = line.ids()
        parts = line.request_frame(ident, BELL, header, segments)
        if len(parts) > 1:
            if sum(map(len, parts)) > _WHOLE:
                return _begun(header, ident, self._outbox.epoch, parts)
            parts = [b"".join(parts)]
        mentions = segments if segments.__class__ is Segments else None
        found = self.ask(0, 0, (), (ident, header, parts[0]), mentions)
        return _begun(header, ident, self._outbox.epoch, parts) if found is SLOW else found

    def early(self, frame: Frame) -> bool:
        """Another thread has read an answer that nobody waits for. True where that is of a plain call, which
        is about to be waited for: it is kept."""
        ident = self.latest[0]
        if frame.id != ident or ident == self.taken:
            return False
        self._early = frame
        waiter = self._line.waits.get(ident)  # just now
        if isinstance(waiter, Waiter):
            self.late(None, waiter)
        return True

    def late(self, begun: Begun | None, waiter: Waiter) -> None:
        """A plain call is waited for from now on. What another thread has read meanwhile ends the wait."""
        frame = self._early
        if frame is not None and frame.id == self.latest[0]:
            waiter.frame, self._early = frame, None
        elif begun is not None and begun.epoch != self._outbox.epoch:
            waiter.failure = Interrupted("JavaScript was interrupted")
        else:
            return
        self._line.waits.pop(self.latest[0], None)

    def left(self) -> Begun | None:
        """After Ctrl-C: the request that has gone out, has no answer and is waited for by nobody. Where it is
        outermost the handler was Python's still, where it is not, code of the program's seemed to be on top:
        JavaScript would go on, with nobody to stop it. What has its answer is over."""
        rings, (ident, header) = self._channel.plain, self.latest
        waited = ident in (0, self.taken) or _get_ident() != self._line.home
        if rings is None or waited or rings.asked() != ident:
            return None
        if not self._line.depth and signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
            return None  # the program's own is left alone
        return _begun(header, ident, self._outbox.epoch, stopped=True)

    def under_way(self) -> int:
        """The request that has no answer yet and is waited for by nobody, also one that is about to go out.
        0: there is none."""
        rings, ident = self._channel.plain, self.latest[0]
        if rings is None or self.latest is self.before:
            return 0
        return ident if self._line.depth or rings.asked() == ident else 0

    def serve(self, ident: int, woken: bool = False) -> bool:
        """Serve what JavaScript asks within a request of ours, while nothing else comes. True when one of
        them was answered last, and the next may follow, or when the request has its answer. `woken`:
        something has come."""
        rings, line, outbox = self._channel.plain, self._line, self._outbox
        if rings is None or line.depth > SHALLOW or self._coming.held or self._channel.unread:
            return False
        epoch = outbox.epoch
        objects, apply, perform, interrupts = self._host.plain()
        frame: Frame | None = None
        try:
            said = rings.serve(ident, epoch, objects, apply, perform, line, outbox, interrupts, not woken)
            if said is None:
                return False
            if said[3:]:
                if said[0] != _REQUEST:
                    self._answered(ident, said)
                    return True
                frame = _tuple(Frame, said)
        except BaseException as error:
            if isinstance(error, OSError) and not came_between(error):
                line.lose(str(closed(error)))
                return True
            number = rings.asked()  # of a signal's handler, between two steps
            if not number:
                left = rings.kept(ident)
                if left is not None:
                    self._answered(ident, left)
                raise
            left = rings.request(number)
            if left is not None:
                self._host.leave(_tuple(Frame, left))
            said, frame = (number, None, error), None
        outbox.owed += 1
        unread = [] if frame is None else [frame]
        try:
            answer = self._host.outcome(*said) if frame is None else self._host.serve(frame, False, unread)
        except BaseException as error:  # before it began
            if unread:
                self._host.leave(unread[0])
            answer = self._host.outcome(said[0] if frame is None else frame.id, None, error)
        try:  # noqa: SIM105 (no exception may be kept alive by its own frame)
            line.send_answer(answer, epoch, True)
        except NodeLost:
            pass
        del answer, said, frame, unread
        return True

    def _answered(self, ident: int, fields: tuple[Any, ...]) -> None:
        """A request that is waited for has its answer; harmless twice."""
        waiter = self._line.waits.get(ident)
        if isinstance(waiter, Waiter):
            waiter.frame = _tuple(Frame, fields)
            self._line.waits.pop(ident, None)


def _begun(
    header: Sequence[Any], ident: int, epoch: int, parts: list[Any] | None = None, stopped: bool = False
) -> Begun:
    begun = Begun(header)
    begun.ident, begun.epoch, begun.parts, begun.stopped = ident, epoch, parts, stopped
    return begun
