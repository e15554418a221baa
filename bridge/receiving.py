"""The reading half of a connection: one thread reads for all, and what comes goes to whom it is for.

In: frames from the channel. Out: a reply to its waiter, a request made inside a callback to the thread that
waits for that callback, an outermost one to the home thread, an asynchronous one to the asyncio loop, notes
and output to the host.

An exception of a signal's handler may come between any two steps of the interpreter. What has been read has
come all the same, and who became the reader is one no more: what belongs together is one step, or the part
that must not be left out is the first.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from .errors import BridgeError
from .host import Host
from .midst import came_between
from .plain import Plain
from .protocol import KINDS
from .sending import ASYNC, Outbox
from .transport import Channel, Closed, Frame
from .waiting import Waiter, Waits

REPLY, ERROR, REQUEST = KINDS["REPLY"], KINDS["ERROR"], KINDS["REQUEST"]
NOTE, OUTPUT = KINDS["NOTE"], KINDS["OUTPUT"]
_get_ident = threading.get_ident
_AT_ONCE = (False,)


class Line(Protocol):
    """What the reading half asks of the connection."""

    home: int

    @property
    def outbox(self) -> Outbox: ...
    @property
    def plain(self) -> Plain: ...
    def lose(self, reason: str) -> BaseException: ...


class Intake:
    """What comes in.

    Args:
        channel: where from.
        line: the connection.
        host: the conversation.
        waits: who waits for the answers to our requests.

    Attributes:
        inbox: outermost requests, and those of callbacks whose thread waits no more: the home thread's.
        asyncs: asynchronous requests.
        held: frames that were read while a write could not go on, and wait for `catch_up`.
    """

    def __init__(self, channel: Channel, line: Line, host: Host, waits: Waits) -> None:
        self.inbox: deque[Frame] = deque()
        self.asyncs: deque[Frame] = deque()
        self.held: list[Frame] = []
        self._channel = channel
        self._line = line
        self._host = host
        self._waits = waits
        self._lock = threading.Lock()
        self._sleepers: list[Waiter] = []
        self._aside = False
        self.taken: Callable[[], bool] = self._lock.locked
        """Whether there is a reader."""

    # ---- who reads

    def as_reader(self, read: Callable[..., object], *arguments: Any) -> bool:
        """Do something as the reader. False, and nothing done, where there is one."""
        taken: list[bool] = []
        try:
            # In one step: whatever exception comes, there is a reader to be released or there is none.
            taken.extend(map(self._lock.acquire, _AT_ONCE))
            if not taken[0]:
                return False
            read(*arguments)
            return True
        finally:
            if True in taken:
                self._aside = False
                self._lock.release()
                if self._sleepers:
                    self._sleepers[-1].wake()

    @property
    def alone(self) -> bool:
        """Whether no other thread waits meanwhile, to read in the place of this one."""
        return not self._sleepers

    def sleep(self, waiter: Waiter) -> None:
        """While another thread reads, which wakes this one with its reply, a request, or to become the
        reader."""
        event = waiter.event = threading.Event()
        self._sleepers.append(waiter)
        try:
            served = waiter.inbox or (self.inbox and waiter.thread == self._line.home)
            if waiter.frame is None and not served and waiter.failure is None and self._lock.locked():
                event.wait(0.05)
        finally:
            self._sleepers.remove(waiter)
            waiter.event = None

    def take_over(self, waiter: Waiter) -> None:
        """What a request has asked that is waited for no more is served as what comes from now on."""
        self.inbox.extend(waiter.inbox)
        self._wake_home_waiter()

    def _wake_home_waiter(self) -> None:
        for sleeper in list(self._sleepers):
            if sleeper.thread == self._line.home:
                sleeper.wake()
        self._host.wake_home()

    # ---- reading

    def read_aside(self) -> None:
        """While a write cannot go on: read and queue, serve nothing, and call nothing of the user's."""
        self.as_reader(self._receive_aside)

    def _receive_aside(self) -> None:
        self._aside = True
        self.receive()

    def catch_up(self) -> None:
        """Deliver what was read aside."""
        held, self.held = self.held, []
        for frame in held:
            self._route(frame)

    def receive(self, until: float = 0.0) -> bool:
        """Read once, or again and again until a time, and route. True when frames arrived."""
        line = self._line
        try:
            frames = self._channel.receive(until)
        except (Closed, BridgeError) as error:
            line.lose(str(error))
            return True
        coming: Iterable[Frame] = frames
        try:
            coming = iter(frames)
            for frame in coming:
                self._route(frame)
        except BaseException:  # of a signal's handler: what came with it has come all the same
            for frame in coming:
                self._route(frame)
            raise
        if self._channel.broken is not None:
            line.lose(str(self._channel.broken))
        return bool(frames)

    def _route(self, frame: Frame) -> None:
        kind = frame.kind
        if kind in (OUTPUT, NOTE) and self._aside:
            self.held.append(frame)
            return
        if self.held and not self._aside:
            self.catch_up()
        if kind == OUTPUT:
            self._host.output(frame)
            return
        outbox = self._line.outbox
        if frame.epoch != outbox.epoch and kind != NOTE:
            return
        if kind in (REPLY, ERROR):
            waiter = self._waits.pop(frame.id, None)
            if isinstance(waiter, Waiter):
                waiter.frame = frame
                if waiter.event is not None:
                    waiter.wake()
            elif waiter is not None or not self._line.plain.early(frame):
                # An asynchronous one, or one whose caller gave up (decoded all the same: it owns handles).
                self._host.settle(waiter, frame)
        elif kind == REQUEST:
            if frame.flags & ASYNC:
                self.asyncs.append(frame)
                self._host.wake_home()
                return
            waiter, late = None, None
            try:  # the second number of its header is read without decoding the rest
                parent = self._waits.get(int(frame.head.split(b",", 2)[1]))
                if isinstance(parent, Waiter):
                    waiter = parent
            except BaseException as error:
                if not isinstance(error, (ValueError, IndexError)) or came_between(error):
                    late = error  # of a signal's handler: the request has come all the same
            inbox = self.inbox if waiter is None else waiter.inbox
            outbox.owed += 1
            inbox.append(frame)  # in one step with that before it
            if late is not None:
                raise late
            if waiter is None:
                if _get_ident() != self._line.home:
                    self._wake_home_waiter()
            elif waiter.event is not None:
                waiter.wake()
        else:
            self._host.note(frame)


MIDST = {Intake.receive.__code__, Intake.read_aside.__code__}
