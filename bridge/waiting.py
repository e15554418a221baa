"""What a connection waits with: the slots of waiting threads, a poll that can be woken, room on the stack.

In: descriptors, threads. Out: who is woken, by which descriptor, how long a wait spins first, and a
RecursionError where no room is left.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, filterfalse, repeat
from typing import Any, Protocol

from .descriptors import Descriptor
from .protocol import LAST_REQUEST
from .transport import Channel, Frame

DEEPEST = 1000
SHALLOW = 20  # levels that the usual limit has room for
_WAKE = b"w"  # no signal has this number
_set_wakeup = functools.partial(signal.set_wakeup_fd, warn_on_full_buffer=False)
_MAIN = threading.main_thread().ident
FRAMES = 13  # that a level has of the bridge's own (10 to 11, by its kind), and one of the program's


class Settled(Protocol):
    """Who waits for a reply without a thread."""

    def settle(self, value: Any, error: BaseException | None) -> None: ...


class Waiter:
    """A thread that waits for the reply to one request."""

    __slots__ = ("event", "failure", "frame", "header", "inbox", "thread", "until", "woken")

    def __init__(self, thread: int, header: list[Any], until: float | None = None) -> None:
        self.thread = thread
        self.until = until  # of time.perf_counter
        self.header = header
        self.frame: Frame | None = None
        self.failure: BaseException | None = None
        self.inbox: deque[Frame] = deque()
        self.event: threading.Event | None = None
        self.woken = False  # something has come that its thread has slept for

    def wake(self) -> None:
        """It has something to look at."""
        event = self.event
        if event is not None:
            event.set()


class Waits(dict[int, Waiter | Settled]):
    """Who waits for the answers to our requests, by their numbers, in the order in which they began."""

    def numbers(self, first: int = 1) -> Callable[[], int]:
        """Gives the numbers of requests, from a first one on, over and over, but none that waits. A function
        of C's: no two threads get the same, and each call needs one."""
        rounds = chain.from_iterable(repeat(range(1, LAST_REQUEST + 1)))
        return filterfalse(self.__contains__, chain(range(first, LAST_REQUEST + 1), rounds)).__next__

    def newest(self) -> int:
        """The last request that waits for its answer; 0: none does."""
        return next(reversed(list(self)), 0)

    def of_form(self, form: int) -> tuple[int, int]:
        """The outermost synchronous request made for a form, and the thread that waits; zeros: none does."""
        for ident, waiter in list(self.items()):
            if isinstance(waiter, Waiter) and waiter.header[2:3] == [form]:
                return ident, waiter.thread
        return 0, 0

    def fail(self, error: BaseException, idents: Iterable[int]) -> None:
        """Some of them wait in vain."""
        for ident in list(idents):
            waiter = self.pop(ident, None)
            if isinstance(waiter, Waiter):
                waiter.failure = error
                waiter.inbox.clear()
                waiter.wake()
            elif waiter is not None:
                waiter.settle(None, error)


class Spin:
    """How long waits spin before they sleep.

    Where the cores are busy spinning only keeps the other process from running; one in vain is therefore left
    out for the next waits, ever more of them.
    """

    _MOST = 64

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._next = 1
        self.left_out = 0  # waits that do not spin

    def begin(self) -> float:
        """`until` of a wait that begins; 0: it does not spin."""
        if self.left_out:
            self.left_out -= 1
            return 0.0
        return self.until()

    def until(self) -> float:
        """The time (of time.perf_counter) at which a wait that goes on from now has spun enough."""
        return time.perf_counter() + self._channel.spin

    def paid(self) -> None:
        """Something came while it was spun for."""
        self._next = 1

    def in_vain(self) -> None:
        """Nothing came."""
        self.left_out = self._next
        self._next = min(self._next * 2, self._MOST)


class Poll:
    """Sleeps until one of some descriptors is readable, or until it is woken.

    Args:
        fd: the descriptor that is slept for; it is left to the caller.
        others: descriptors that `read` is called with when they are readable. It returns False at their end.
    """

    def __init__(self, fd: int, others: Sequence[int], read: Callable[[int], bool]) -> None:
        self._fd = fd
        self._read = read
        self._wake_read, self._wake_write = map(Descriptor, os.pipe())
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._others = list(others)
        self._poll: select.poll | None = self._new_poll()  # None: it is in use

    def sleep(self, until: float | None = None) -> bool:
        """True when woken by `wake`, by a signal, or at a time of `time.perf_counter`."""
        left = None if until is None else max(until - time.perf_counter(), 0)
        before: list[int] = []
        # A signal's handler may sleep here too, while its thread does.
        poll, self._poll = self._poll or self._new_poll(), None
        try:
            self._heed_signals(before)
            ready = poll.poll(None if left is None else left * 1000)
        finally:
            self._poll = poll
            if before:  # in one step: nothing of a signal's handler comes between
                try:
                    _set_wakeup(before[0])
                except (ValueError, OSError):  # it was closed meanwhile
                    _set_wakeup(-1)
        woken = until is not None and not ready
        for fd, _ in ready:
            if fd == self._fd:
                continue
            if fd == self._wake_read:
                woken = True
                if self._wake_read.ours:
                    _pass_on(os.read(self._wake_read, 4096).replace(_WAKE, b""), before[0] if before else -1)
            elif not self._read(fd):
                self._others = [each for each in self._others if each != fd]
                self._poll = self._new_poll()
        return woken

    def _new_poll(self) -> select.poll:
        made = select.poll()
        for each in (self._fd, self._wake_read, *self._others):
            made.register(each, select.POLLIN)
        return made

    def _heed_signals(self, before: list[int]) -> None:
        """On the main thread: a signal is to wake the poll. Python runs a signal's handler between two
        instructions, so that of one which comes just before the poll would wait until that ends. `before`
        gets the wakeup descriptor that was installed (-1: none), in one step of the interpreter: were ours to
        stay when a handler raises, the system would write into whatever has its number later."""
        if threading.get_ident() == _MAIN and self._wake_write.ours:
            with contextlib.suppress(ValueError, OSError):  # not the main interpreter
                before.extend(map(_set_wakeup, (self._wake_write,)))

    def wake(self) -> None:
        """Make the thread that sleeps look around. Safe in a signal handler."""
        if self._wake_write.ours:
            with contextlib.suppress(OSError):
                os.write(self._wake_write, _WAKE)

    def abandon(self) -> None:
        """In a forked child: close it. Another thread may have slept when the fork came; signals here would
        be written into whatever file has the number next."""
        with contextlib.suppress(ValueError, OSError):  # not the main interpreter
            uninstall(self._wake_write)
        self.close()

    def close(self) -> None:
        """Close what belongs to it; harmless twice."""
        for fd in (self._wake_read, self._wake_write):
            fd.close()


def restore(fd: int) -> None:
    """Install a wakeup descriptor again; one that was closed meanwhile is none any more."""
    try:
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
    except (ValueError, OSError):
        signal.set_wakeup_fd(-1)


def uninstall(fd: int, before: int = -1) -> None:
    """Give a wakeup descriptor back for the one that was there before; whoever has taken it meanwhile keeps
    it. Raises ValueError outside of the main thread."""
    installed = _set_wakeup(-1)
    restore(before if installed == fd else installed)


def _pass_on(numbers: bytes, fd: int) -> None:
    """Tell an event loop of signals that came while its descriptor was not installed."""
    if numbers and fd >= 0:
        with contextlib.suppress(OSError):
            os.write(fd, numbers)


class Room:
    """Room on the stack for calls that nest.

    The interpreter has one recursion limit for all threads, and each level of calls to and fro has some ten
    frames of the bridge's beside the program's one or two: under the usual thousand ninety levels would be
    all. So the bridge lends what it takes itself, level by level, and takes it back on the way out: the limit
    stays what the program has set, for the program's own frames.
    """

    def __init__(self) -> None:
        self._levels: dict[int, int] = {}  # of threads that are not the home thread

    def lend(self, thread: int, depth: int | None) -> int:
        """Before a call on a thread, at a depth (None: it is counted here). Returns what `take_back` wants.
        Raises RecursionError, before a frame is half handled, when there is no room left."""
        level = self._levels.get(thread, 0) if depth is None else depth
        if level > DEEPEST:
            raise RecursionError(f"calls between Python and JavaScript are nested deeper than {DEEPEST}")
        lent = 0 if level <= SHALLOW else FRAMES * (level if level == SHALLOW + 1 else 1)
        _change_limit(lent)
        try:
            _probe(50)
        except RecursionError:
            _change_limit(-lent)
            raise RecursionError(
                f"calls between Python and JavaScript are nested {level} deep, and the program's own frames "
                f"leave no room for more (sys.getrecursionlimit() is {sys.getrecursionlimit()})"
            ) from None
        if depth is None:
            self._levels[thread] = level + 1
        return lent

    def take_back(self, thread: int, depth: int | None, lent: int) -> None:
        """After it."""
        _change_limit(-lent)
        if depth is None:
            left = self._levels.pop(thread) - 1
            if left:
                self._levels[thread] = left


_changing = threading.Lock()


def _change_limit(by: int) -> None:
    if by:
        # By a difference: other threads lend too, and the program may set its own meanwhile.
        with _changing, contextlib.suppress(RecursionError, ValueError):
            sys.setrecursionlimit(sys.getrecursionlimit() + by)


def _probe(levels: int) -> None:
    if levels:
        _probe(levels - 1)
