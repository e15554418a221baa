"""Requests, replies, nesting: who waits for what, and on which thread.

In: frames from the channel, requests of this side. Out: replies to their waiters, requests to the host, the
conversation that is carried.

1. `request` sends a frame and waits. Whichever thread waits reads for all (receiving.py).
2. A waiting thread serves the requests in its inbox, so callbacks nest to any depth.
3. A wait spins a little (a sleeping core is slow to wake), then blocks in poll. There is no time-out.
4. All frames go on one channel. Node blocks in a read while it waits for us (the outbox's `owed` > 0); at any
   other time a request also rings the bell on Node's event loop (on rings: where Node says that it sleeps).
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

from .answers import Answer
from .errors import BridgeError, Interrupted, NodeLost, unbegun
from .handles import Dead
from .host import Host
from .plain import Begun, Plain
from .protocol import KINDS, NOTES
from .receiving import MIDST, Intake
from .segments import sent
from .sending import ASYNC, BELL, Outbox
from .transport import TAKEN, Channel, Frame
from .untimely import Untimely, within
from .waiting import SHALLOW, Poll, Room, Settled, Spin, Waiter, Waits

REQUEST = KINDS["REQUEST"]
_get_ident, _now = threading.get_ident, time.perf_counter
_first = deque.popleft


class Connection:
    """One living conversation with one Node process.

    Args:
        channel: the frames.
        host: the conversation.
        home: the thread on which Node's requests run, unless a callback's thread waits for them.
        extra_fds: descriptors beside the channel's that a wait looks at too (see Host.raw_output).
        dead: releases to send along, see handles.
        ending: a lock the host holds while it starts and ends Node.
    """

    def __init__(
        self,
        channel: Channel,
        host: Host,
        home: int,
        extra_fds: Sequence[int],
        dead: deque[Dead],
        ending: threading.RLock,
    ) -> None:
        self.channel = channel
        self.host = host
        self.home = home
        self.flush_soon = (
            host.flush_soon
        )  # without a step between: each request that is put off comes by here
        self.failure: BaseException | None = None
        self.top_python = False  # home thread: user code called by JavaScript is running
        self.kept = False  # asynchronous requests wait for the end of a turn
        self.depth = 0  # synchronous calls of the home thread
        self.outer = 0  # the outermost of them
        self.latest = 0  # the last outermost one, also when it has ended
        self.waits = Waits()
        self.intake = Intake(channel, self, host, self.waits)
        self.inbox = self.intake.inbox
        self.outbox = Outbox(channel, self.intake, self, dead)
        self.ids = self.waits.numbers()
        self._spin = Spin(channel)
        self._room = Room()
        self._ending = ending
        self.plain = Plain(self, channel, self.intake, self.outbox, host)
        channel.beside(self.intake.taken)
        self._poll = Poll(channel.read_fd, extra_fds, host.raw_output)

    @property
    def fd(self) -> int:
        """Readable when frames have come."""
        return self.channel.read_fd

    @property
    def transport(self) -> dict[str, str]:
        """What carries the frames, rings or pipes, and why not rings ("": they are)."""
        why = self.channel.why
        return {"kind": "pipes" if why else "rings", "why": why}

    @property
    def queued(self) -> bool:
        """Whether asynchronous requests of JavaScript's wait for a turn of the home loop."""
        return bool(self.intake.asyncs)

    @property
    def waiting(self) -> bool:
        """Whether the home thread is inside a synchronous call right now."""
        return self.depth > 0

    @property
    def plainly(self) -> int:
        """The plain call of the home thread that has no answer yet; 0: none."""
        return self.plain.under_way()

    # ---- asking

    def look(self) -> None:
        """Before something outermost is asked: notice whether the descriptors are others' by now."""
        if self.depth == 0 and self.failure is None and not self.channel.intact():
            self.lose(TAKEN)

    def request(self, header: list[Any], segments: list[Any], until: float | None = None) -> Frame:
        """Send a request (but one that has gone out), serve while waiting, return the reply frame. Raises
        what ended the wait, or BridgeError where JavaScript has asked nothing in return until a time (of
        time.perf_counter)."""
        if self.failure is not None:
            raise self._over()
        busy = self.intake.taken() or self.channel.lock.locked()
        if busy and within(_MIDST, (self.intake, self.outbox)):
            raise Untimely
        begun = header if isinstance(header, Begun) else None
        ident = self.ids() if begun is None else begun.ident
        thread = _get_ident()
        home = thread == self.home
        depth = self.depth if home else None
        parts = self.request_frame(ident, BELL, header, segments) if begun is None else begun.parts
        lent = None if home and self.depth <= SHALLOW else self._lend(thread, depth, segments)
        waiter = Waiter(thread, header, until)
        try:
            self.waits[ident] = waiter
            if begun is not None:
                self.plain.late(begun, waiter)
            if home:
                if not self.depth:
                    self.outer = self.latest = ident
                # Before it is sent: what was sent is JavaScript's to stop, and an exception in our own code
                # would leave it running with nobody to ask it.
                top, self.top_python = self.top_python, False
                self.plain.taken, self.plain.before = ident, self.plain.latest
                self.depth += 1
                try:
                    if parts is not None:
                        self._send(parts, segments)
                    end = self.channel.end
                    if begun is not None and begun.stopped:
                        signal.raise_signal(signal.SIGINT)  # now it is JavaScript's
                    self._wait(waiter, True, ident)
                finally:
                    self.depth -= 1
                    self.top_python = top
                    if not self.depth:
                        self.outer = 0
            else:
                assert parts is not None  # only the home thread makes plain calls
                self._send(parts, segments)
                end = self.channel.end
                self._wait(waiter, False, ident)
        except BaseException:
            self.waits.pop(ident, None)
            if waiter.inbox:  # what it has asked is served as what comes from now on
                self.intake.take_over(waiter)
            if waiter.frame is not None:  # its answer is there, and nobody else will read it
                self.host.settle(None, waiter.frame)
            raise
        finally:
            if lent is not None:
                self._room.take_back(thread, depth, lent)
        if waiter.failure is not None:
            if isinstance(waiter.failure, NodeLost) and not self.channel.reached(end):
                raise unbegun(waiter.failure)
            raise waiter.failure
        assert waiter.frame is not None
        return waiter.frame

    def _send(self, parts: list[Any], segments: list[Any]) -> None:
        try:
            self.outbox.send(parts, True)
        except NodeLost as lost:
            raise unbegun(lost) from None
        sent(segments)

    def _lend(self, thread: int, depth: int | None, segments: list[Any]) -> int:
        try:
            return self._room.lend(thread, depth)
        except BaseException:
            self.host.take_back(segments)
            raise

    def post(self, header: list[Any], segments: list[Any], waiter: Settled) -> int:
        """Send a request without waiting; `waiter` is settled by the host. Returns its id."""
        if self.failure is not None:
            raise self._over()
        ident = self.ids()
        parts = self.request_frame(ident, BELL | ASYNC, header, segments)
        self.waits[ident] = waiter
        if self.failure is not None and self.waits.pop(ident, None) is not None:  # ended since we looked
            raise self._over()
        sent(segments)
        self.outbox.put_off(parts)
        return ident

    def take_back(self, segments: list[Any]) -> None:
        """What was encoded is never sent."""
        self.host.take_back(segments)

    def request_frame(self, ident: int, flags: int, header: list[Any], segments: list[Any]) -> list[Any]:
        """Parts of the frame of a request. Raises what it raises; nothing is held for it then."""
        try:
            return self.outbox.frame(REQUEST, ident, flags, header, segments)
        except BaseException:
            self.host.take_back(segments)
            raise

    def note(self, header: list[Any]) -> None:
        """A frame nobody answers."""
        self.outbox.note(header)

    def flush(self) -> None:
        """Send what was put off."""
        self.outbox.flush()

    def forget(self, ident: int) -> None:
        """Nobody waits for this reply any more."""
        if self.waits.pop(ident, None) is not None and self.failure is None:
            self.note([NOTES["cancel"], ident])

    def pack(self, kind: int, ident: int, sync: bool, wire: Any, segments: list[Any]) -> list[Any]:
        """The frame of an answer (see answers.Packer)."""
        return self.outbox.frame(kind, ident, 0 if sync else BELL, wire, segments)

    def send_answer(self, answer: Answer, epoch: int, sync: bool) -> None:
        """Send what `pack` made for a request of an epoch, unless that is over. Raises NodeLost."""
        parts, segments, _ = answer
        if (sync and epoch != self.outbox.epoch) or self.failure is not None:
            self.host.take_back(segments)
        elif sync:
            outbox, end = self.outbox, self.channel.end
            owed = outbox.owed - 1
            try:
                outbox.send(parts, False, -1)
            except BaseException:
                # Of a signal's handler, before it was written: JavaScript waits for it. Pipes do not tell.
                if end is not None and self.channel.end == end and self.failure is None:
                    outbox.owed = owed
                    outbox.put_off([b"".join(parts)])
                raise
        else:
            self.outbox.put_off(parts)

    # ---- waiting

    def _wait(self, waiter: Waiter, home: bool, ident: int) -> None:
        intake, inbox, outer = self.intake, waiter.inbox, self.inbox
        while True:
            if inbox:
                waiter.until = None  # it has begun
                self._serve(inbox, False)
                continue
            if home and outer:
                self._serve(outer, self.depth == 1)
                continue
            if waiter.frame is not None or waiter.failure is not None:
                break
            if self.failure is not None:
                raise self._over()
            if waiter.until is None:
                if home and self.plain.serve(ident, waiter.woken):
                    continue
            elif time.perf_counter() >= waiter.until:
                raise BridgeError("JavaScript does not answer")
            if intake.as_reader(self._read_until, waiter, home):
                continue
            if within(_READING, (self,)):
                # A signal's handler asks, which this thread has called while it reads: nobody else would.
                try:
                    self._read_until(waiter, home)
                finally:
                    self._poll.wake()  # what it slept for may have come
            else:
                intake.sleep(waiter)
        if home and self.depth == 1 and intake.asyncs:
            self.host.wake_home()

    def _read_until(self, waiter: Waiter, home: bool) -> None:
        """Read until there is something for this waiter: spin first, then block."""
        if waiter.frame is not None or waiter.inbox or (home and self.inbox):
            return  # whoever read before has taken it, since we looked
        spin = self._spin
        # When it has spun enough; 0: it does not spin.
        give_up = 0.0 if waiter.woken else spin.begin()
        waiter.woken = False
        while True:
            if self.intake.receive(give_up):
                if waiter.frame is not None or waiter.inbox or (home and self.inbox):
                    if give_up:
                        spin.paid()
                    return
                if waiter.failure is not None or self.failure is not None:
                    return
                give_up = give_up and spin.until()
                continue
            if waiter.failure is not None or self.failure is not None:
                return
            if not give_up:
                if self.outbox.outgoing or self.outbox.dead:
                    self.flush()
                if self._poll.sleep(waiter.until):
                    return
                if home and self.channel.plain is not None and self.intake.alone and not waiter.until:
                    # First the short way: all that lies on the other is cold after a silence.
                    waiter.woken = True
                    return
            elif not self.channel.filling or _now() >= give_up:
                give_up = 0.0
                spin.in_vain()

    def read_aside(self) -> None:
        """While a write cannot go on: read and queue, serve nothing, and call nothing of the user's."""
        self.intake.read_aside()

    def catch_up(self) -> None:
        """Deliver what was read aside."""
        self.intake.catch_up()

    # ---- serving

    def _serve(self, inbox: deque[Frame], outermost: bool) -> None:
        """Serve the first request, which is in the inbox, in `taken`, or the host's, whatever exception
        comes."""
        taken: list[Frame] = []
        frame: Frame | None = None
        try:
            taken.extend(map(_first, (inbox,)))
            frame = taken[0]
            answer = self.host.serve(frame, outermost, taken)
        except BaseException as error:  # of a signal's handler, between two steps
            if frame is None and not taken:
                raise
            if taken:
                self.host.leave(frame := taken[0])
            assert frame is not None
            answer = self.host.refuse(frame, error)
        try:  # noqa: SIM105 (each answer comes by here)
            self.send_answer(answer, frame.epoch, True)
        except NodeLost:
            pass
        del answer  # an exception's frames know this one, which must not know the exception

    def run_ready(self, budget: float = 0.01) -> None:
        """Called by the home thread's loop: read, serve, spin for the next, at most `budget` seconds."""
        end = time.perf_counter() + budget
        served = False
        intake, spin, give_up = self.intake, self._spin, 0.0
        while True:
            if self.inbox:
                self.depth += 1
                try:
                    self._serve(self.inbox, True)
                finally:
                    self.depth -= 1
                if give_up:
                    spin.paid()
                served, give_up = True, 0.0
            if self.failure is not None or not intake.as_reader(intake.receive):
                break
            if self.inbox:
                if time.perf_counter() > end:
                    self.host.wake_home()
                    break
                continue
            now = time.perf_counter()
            if not served or now > end or intake.asyncs or self.outbox.outgoing or spin.left_out:
                spin.left_out -= spin.left_out > 0
                break
            if give_up == 0.0:
                give_up = spin.until()
            elif now > give_up:
                spin.in_vain()
                break
        while intake.asyncs and not self.kept:
            self._begin_async(intake.asyncs)
        self.flush()

    def _begin_async(self, asyncs: deque[Frame]) -> None:
        """Start the first one, which is the first still where an exception comes before it has begun."""
        taken: list[Frame] = []
        try:
            taken.extend(map(_first, (asyncs,)))
            self.host.serve_async(taken[0], taken)
        except BaseException:
            if taken:
                asyncs.appendleft(taken[0])
                self.host.wake_home()
            raise

    def reset(self, epoch: int, lost: Sequence[int]) -> None:
        """Node lost requests of ours to a termination: the wait for each ends with Interrupted."""
        self.outbox.epoch = epoch & 0xFFFF
        self.outbox.owed = 0
        self.inbox.clear()
        self._fail(Interrupted("JavaScript was interrupted"), lost)
        self.channel.ring()  # for what was sent while Node seemed to read

    def _fail(self, error: BaseException, idents: Iterable[int]) -> None:
        self.waits.fail(error, idents)
        self._poll.wake()

    def lose(self, reason: str) -> BaseException:
        """The other end is gone: every call fails. Returns the exception that says so."""
        # Two threads may notice at once, and a third must not start another Node before the first is buried.
        with self._ending:
            if self.failure is None:
                self.failure = NodeLost(reason)
                self.failure = self.host.lost(reason)
                self._fail(self.failure, self.waits)
            return self.failure

    def _over(self) -> BaseException:
        # In final words: while another thread finds out why it ended, there are only preliminary ones.
        with self._ending:
            assert self.failure is not None
            return self.failure

    def abandon(self, failure: BaseException) -> None:
        """Close what a forked child has inherited; the conversation is its parent's. What this thread waits
        for fails, and nothing that came is served here. No lock is taken: threads that have one are gone."""
        self._ending = threading.RLock()
        self.failure = self.failure or failure
        for waiter in self.waits.values():
            if isinstance(waiter, Waiter):
                waiter.inbox.clear()
        self.inbox.clear()
        self.intake.asyncs.clear()
        self.channel.close()
        self._poll.abandon()

    def close(self, reason: str) -> None:
        """End the conversation; every pending call fails with NodeLost(reason)."""
        if self.failure is None:
            self.failure = NodeLost(reason)
            self._fail(self.failure, self.waits)
        self.channel.close()
        self._poll.close()


_READING = {Connection._read_until.__code__}
_MIDST = {*MIDST, Outbox.send.__code__, Outbox.flush.__code__}
