"""Requests, replies, nesting: who waits for what, and on which thread.

In: frames from the channel, requests of this side. Out: replies to their waiters, requests to the server.

1. `request` sends a frame and waits. Whichever thread waits reads for all (the reader lock) and routes:
   a reply to its waiter, a request made inside a callback to the thread that waits for that callback, an
   outermost request to the home thread, an asynchronous one to the asyncio loop.
2. A waiting thread serves the requests in its inbox, so callbacks nest to any depth.
3. A wait spins a little (a sleeping core is slow to wake), then blocks in poll. There is no time-out.
4. All frames go on one channel. Node blocks in a read while it waits for us (`_owed` > 0); at any other time
a
   request also rings the bell on Node's event loop.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from orjson import loads

from .errors import BridgeError, Interrupted, NodeLost
from .protocol import NOTES
from .sending import ASYNC, BELL, ERROR, NOTE, OUTPUT, REPLY, REQUEST, Outbox
from .transport import Channel, Closed, Frame

# A sleeping core is slow to wake, so waits spin first. Where the cores are busy spinning only keeps the other
# process from running; a spin that was in vain is therefore left out for the next waits, ever more of them.
SPIN_SECONDS = 0.00008
_MOST_SKIPPED = 64
DEEPEST = 1000
_get_ident = threading.get_ident
__all__ = ["Answer", "Connection", "Waiter", "loads"]


Answer = tuple[int, Any, list[Any], Any]  # kind, wire form, segments, what to keep alive


class Host(Protocol):
    """What a connection asks of the bridge around it."""

    def serve(self, frame: Frame, outermost: bool) -> Answer: ...
    def serve_async(self, frame: Frame) -> None: ...
    def note(self, frame: Frame) -> None: ...
    def output(self, frame: Frame) -> None: ...
    def raw_output(self, fd: int) -> bool: ...
    def lost(self, reason: str) -> BaseException: ...
    def wake_home(self) -> None: ...
    def flush_soon(self) -> None: ...
    def settle(self, waiter: Any, frame: Frame | None) -> None: ...


class Waiter:
    """A thread that waits for the reply to one request."""

    __slots__ = ("event", "failure", "frame", "inbox", "thread")

    def __init__(self, thread: int) -> None:
        self.thread = thread
        self.frame: Frame | None = None
        self.failure: BaseException | None = None
        self.inbox: deque[Frame] = deque()
        self.event: threading.Event | None = None

    def wake(self) -> None:
        event = self.event
        if event is not None:
            event.set()


class Connection(Outbox):
    """One living conversation with one Node process."""

    def __init__(self, channel: Channel, host: Host, home: int, extra_fds: Sequence[int]) -> None:
        super().__init__(channel)
        self.host = host
        self.home = home
        self.top_python = False  # home thread: user code called by JavaScript is running
        self._pending: dict[int, Any] = {}
        self._inbox: deque[Frame] = deque()
        self._asyncs: deque[Frame] = deque()
        self._ids = itertools.count(1).__next__
        self._reader = threading.Lock()
        self._sleepers: list[Waiter] = []
        self._depth = 0
        self._aside = False
        self._skip = 0
        self._penalty = 1
        self.ending = threading.RLock()  # the host's, which it holds while it starts and ends Node
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._poll = select.poll()
        self._poll.register(channel.read_fd, select.POLLIN)
        self._poll.register(self._wake_read, select.POLLIN)
        for fd in extra_fds:
            self._poll.register(fd, select.POLLIN)

    @property
    def waiting(self) -> bool:
        """Whether the home thread is inside a synchronous call right now."""
        return self._depth > 0

    # ---- asking

    def request(self, header: list[Any], segments: list[Any]) -> Frame:
        """Send a request, serve while waiting, return the reply frame. Raises what ended the wait."""
        if self.failure is not None:
            raise self._over()
        ident = self._ids() & 0xFFFFFFFF
        thread = _get_ident()
        if self._depth > 20 or thread != self.home:
            _make_room(self._depth)
        waiter = Waiter(thread)
        self._pending[ident] = waiter
        try:
            self._send(self._frame(REQUEST, ident, BELL, header, segments), True)
            if thread == self.home:
                top, self.top_python = self.top_python, False
                self._depth += 1
                try:
                    self._wait(waiter, True)
                finally:
                    self._depth -= 1
                    self.top_python = top
            else:
                self._wait(waiter, False)
        except BaseException:
            self._pending.pop(ident, None)
            raise
        if waiter.failure is not None:
            raise waiter.failure
        assert waiter.frame is not None
        return waiter.frame

    def post(self, header: list[Any], segments: list[Any], waiter: Any, flags: int = 0) -> int:
        """Send a request without waiting; `waiter` is settled by the host. Returns its id."""
        if self.failure is not None:
            raise self._over()
        ident = self._ids() & 0xFFFFFFFF
        self._pending[ident] = waiter
        parts = self._frame(REQUEST, ident, BELL | ASYNC | flags, header, segments)
        self._put_off(parts)
        return ident

    def wake_loop(self) -> None:
        self.host.flush_soon()

    def forget(self, ident: int) -> None:
        """Nobody waits for this reply any more."""
        if self._pending.pop(ident, None) is not None and self.failure is None:
            self.note([NOTES["cancel"], ident])

    def reply(self, ident: int, kind: int, value: Any, segments: list[Any], epoch: int, sync: bool) -> None:
        """Answer a request of Node's."""
        if epoch != self.epoch or self.failure is not None:
            self.unsent(segments)
            return
        parts = self._frame(kind, ident, 0 if sync else BELL, value, segments)
        if sync:
            self._send(parts, False, -1)
        else:
            self._put_off(parts)

    # ---- waiting

    def _wait(self, waiter: Waiter, home: bool) -> None:
        inbox, outer = waiter.inbox, self._inbox
        while True:
            if inbox:
                self._serve(inbox.popleft(), False)
                continue
            if home and outer:
                self._serve(outer.popleft(), self._depth == 1)
                continue
            if waiter.frame is not None or waiter.failure is not None:
                break
            if self.failure is not None:
                raise self._over()
            if self._reader.acquire(False):
                try:
                    self._read_until(waiter, home)
                finally:
                    self._reader.release()
                    if self._sleepers:
                        self._sleepers[-1].wake()
            else:
                self._sleep(waiter)
        if home and self._depth == 1 and self._asyncs:
            self.host.wake_home()

    def _sleep(self, waiter: Waiter) -> None:
        # Another thread reads; it wakes us with our reply, a request, or to become the reader.
        event = waiter.event = threading.Event()
        self._sleepers.append(waiter)
        try:
            served = waiter.inbox or (self._inbox and waiter.thread == self.home)
            if waiter.frame is None and not served and waiter.failure is None and self._reader.locked():
                event.wait(0.05)
        finally:
            self._sleepers.remove(waiter)
            waiter.event = None

    def _read_until(self, waiter: Waiter, home: bool) -> None:
        """Read until there is something for this waiter: spin first, then block."""
        spinning = give_up = 0.0
        if self._skip:
            self._skip -= 1
        else:
            spinning = SPIN_SECONDS
        while True:
            if self._receive():
                if waiter.frame is not None or waiter.inbox or (home and self._inbox):
                    if spinning:
                        self._penalty = 1
                    return
                if waiter.failure is not None or self.failure is not None:
                    return
                give_up = 0.0
                continue
            if waiter.failure is not None or self.failure is not None:
                return
            if spinning:
                now = time.perf_counter()
                if give_up == 0.0:
                    give_up = now + spinning
                elif now > give_up:
                    spinning = 0.0
                    self._skip = self._penalty
                    self._penalty = min(self._penalty * 2, _MOST_SKIPPED)
            else:
                if self._outgoing or self.dead:
                    self.flush()
                if self._block(None):
                    return

    def _block(self, timeout: float | None) -> bool:
        """Sleep until a descriptor is readable. True when woken by `wake`."""
        woken = False
        for fd, _ in self._poll.poll(timeout):
            if fd == self.channel.read_fd:
                continue
            if fd == self._wake_read:
                woken = True
                os.read(self._wake_read, 4096)
            elif not self.host.raw_output(fd):
                self._poll.unregister(fd)
        return woken

    def wake(self) -> None:
        """Make the thread that reads look around. Safe in a signal handler."""
        with contextlib.suppress(OSError):
            os.write(self._wake_write, b"w")

    def _read_aside(self) -> None:
        # While a write cannot go on: read and queue, serve nothing, and call nothing of the user's.
        if self._reader.acquire(False):
            self._aside = True
            try:
                self._receive()
            finally:
                self._aside = False
                self._reader.release()

    def _catch_up(self) -> None:
        held, self._held = self._held, []
        for frame in held:
            self._route(frame)

    def _receive(self) -> bool:
        """Read once and route. True when frames arrived."""
        try:
            frames = self.channel.receive()
        except Closed as closed:
            self._lose(str(closed))
            return True
        except BridgeError as error:
            self._lose(str(error))
            return True
        for frame in frames:
            self._route(frame)
        if self.channel.broken is not None:
            self._lose(str(self.channel.broken))
        return bool(frames)

    def _route(self, frame: Frame) -> None:
        kind = frame.kind
        if kind in (OUTPUT, NOTE) and self._aside:
            self._held.append(frame)
            return
        if self._held and not self._aside:
            self._catch_up()
        if kind == OUTPUT:
            self.host.output(frame)
            return
        if frame.epoch != self.epoch and kind != NOTE:
            return
        if kind in (REPLY, ERROR):
            waiter = self._pending.pop(frame.id, None)
            if waiter.__class__ is Waiter:
                waiter.frame = frame
                waiter.wake()
            else:
                # An asynchronous one, or one whose caller gave up (decoded all the same: it owns handles).
                self.host.settle(waiter, frame)
        elif kind == REQUEST:
            if frame.flags & ASYNC:
                self._asyncs.append(frame)
                self.host.wake_home()
                return
            self._owed += 1
            parent = _parent_of(frame)
            target = self._pending.get(parent) if parent else None
            if target.__class__ is Waiter:
                target.inbox.append(frame)
                target.wake()
            else:
                self._inbox.append(frame)
                if _get_ident() != self.home:
                    self._wake_home_waiter()
        else:
            self.host.note(frame)

    def _wake_home_waiter(self) -> None:
        for sleeper in list(self._sleepers):
            if sleeper.thread == self.home:
                sleeper.wake()
        self.host.wake_home()

    # ---- serving

    def _serve(self, frame: Frame, outermost: bool) -> None:
        # `kept` holds what the reply mentions until it is sent.
        kind, value, segments, kept = self.host.serve(frame, outermost)
        try:
            self.reply(frame.id, kind, value, segments, frame.epoch, True)
        except NodeLost:
            pass
        except BridgeError as error:
            kind, value, segments, kept = self.host_error(error)
            self.reply(frame.id, kind, value, segments, frame.epoch, True)
        del kept

    host_error: Callable[[BaseException], Answer]
    unsent: Callable[[list[Any]], None]

    def run_ready(self, budget: float = 0.01) -> None:
        """Called by the home thread's loop: read, serve, spin for the next, at most `budget` seconds."""
        end = time.perf_counter() + budget
        served = False
        give_up = 0.0
        while True:
            if self._inbox:
                self._depth += 1
                try:
                    self._serve(self._inbox.popleft(), True)
                finally:
                    self._depth -= 1
                if give_up:
                    self._penalty = 1
                served, give_up = True, 0.0
            if self.failure is not None or not self._reader.acquire(False):
                break
            try:
                self._receive()
            finally:
                self._reader.release()
                if self._sleepers:
                    self._sleepers[-1].wake()
            if self._inbox:
                if time.perf_counter() > end:
                    self.host.wake_home()
                    break
                continue
            now = time.perf_counter()
            if not served or now > end or self._asyncs or self._outgoing or self._skip:
                self._skip -= self._skip > 0
                break
            if give_up == 0.0:
                give_up = now + SPIN_SECONDS
            elif now > give_up:
                self._skip = self._penalty
                self._penalty = min(self._penalty * 2, _MOST_SKIPPED)
                break
        while self._asyncs:
            self.host.serve_async(self._asyncs.popleft())
        self.flush()

    # ---- ending

    def reset(self, epoch: int) -> None:
        """Node lost frames to a termination: every older wait ends with Interrupted."""
        self.epoch = epoch & 0xFFFF
        self._owed = 0
        self._inbox.clear()
        self._fail_all(Interrupted("JavaScript was interrupted"))

    def _fail_all(self, error: BaseException) -> None:
        pending, self._pending = self._pending, {}
        for waiter in pending.values():
            if waiter.__class__ is Waiter:
                waiter.failure = error
                waiter.inbox.clear()
                waiter.wake()
            else:
                self.host.settle((waiter, error), None)
        self.wake()

    def _lose(self, reason: str) -> BaseException:
        # Two threads may notice at once, and a third must not start another Node before the first is buried.
        with self.ending:
            if self.failure is None:
                self.failure = NodeLost(reason)
                self.failure = self.host.lost(reason)
                self._fail_all(self.failure)
            return self.failure

    def _over(self) -> BaseException:
        # In final words: while another thread finds out why it ended, there are only preliminary ones.
        with self.ending:
            assert self.failure is not None
            return self.failure

    def close(self, reason: str) -> None:
        """End the conversation; every pending call fails with NodeLost(reason)."""
        if self.failure is None:
            self.failure = NodeLost(reason)
            self._fail_all(self.failure)
        self.channel.close()
        for fd in (self._wake_read, self._wake_write):
            if fd >= 0:
                os.close(fd)
        self._wake_read = self._wake_write = -1


def _make_room(depth: int) -> None:
    """Let nested calls not eat the user's recursion limit, and fail here, before a frame is half handled,
    when there is really no room left. Raises RecursionError."""
    if depth > DEEPEST:
        raise RecursionError(f"calls between Python and JavaScript are nested deeper than {DEEPEST}")
    limit = 1200 + 16 * depth
    if sys.getrecursionlimit() < limit:
        sys.setrecursionlimit(limit)
    _probe(50)


def _probe(levels: int) -> None:
    if levels:
        _probe(levels - 1)


def _parent_of(frame: Frame) -> int:
    """Second number of a request's header, read without decoding the rest."""
    try:
        return int(frame.head.split(b",", 2)[1])
    except (ValueError, IndexError):
        return 0
