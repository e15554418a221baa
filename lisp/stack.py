"""A call stack in segments: deep programs within whatever recursion limit is in force.

The stages are plain recursive functions. Python bounds recursion by one number for all threads, which is
the program's own (it may be small, and a program that recurses for ever must meet it), but it counts per
thread. So when a stage has used most of what its thread allows, the next level runs in a fresh thread while
the one before waits: only one of them ever runs. Only deep programs pay.

How much is left is counted, never tried: whatever Python runs between two calls of ours (finalizers, what
hangs on the collector of garbage) needs calls too, so no thread ever comes near its limit.

In: `Stack().run(work, *args)`. Out: what `work` returns or raises; LispError `too-deep` without room.
Stages count their levels in `depth` and ask `deeper` when it passes `room`; what is not the compiler's own
(macros, files) is called by `foreign`, in the thread that called the compiler. Functions without effects
need none of this: they ask whether the thread is `full`, and go on `apart`.
"""

from __future__ import annotations

import _thread
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar

from .errors import LispError

USUAL = 128  # frames that a caller of the compiler usually has
FRAMES = 12  # at most this many calls lie between two levels that are counted
RESERVE = 200  # calls left for what a level does without going deeper, and for finalizers
ENOUGH = 8 * FRAMES
WEIGHT = 1 if sys.version_info >= (3, 12) else 2  # calls for a frame: older Pythons count those of C too
LARGEST = 20_000  # calls in one segment, however high the limit is

_T = TypeVar("_T")


class Stack:
    """The recursion of one compile. `depth`: levels now open; beyond `room` of them, ask `deeper`."""

    __slots__ = ("_cancelled", "_origin", "_request", "_segments", "depth", "room")

    def __init__(self) -> None:
        self.depth = 0
        self.room = 0
        self._segments = 0
        self._cancelled = False
        self._request: _Call | None = None
        self._origin: _Bell | None = None  # wakes the thread that called the compiler

    def run(self, work: Callable[..., _T], *args: Any) -> _T:
        """`work(*args)`, which may recurse by `deeper`."""
        limit = _limit()
        left = _first(limit)
        left -= USUAL if left - USUAL >= ENOUGH and not _exists(USUAL) else _used()
        try:
            if left >= ENOUGH:
                self.room = self.depth + left // FRAMES
                return work(*args)
            self.room = self.depth + _fresh(limit) // FRAMES
            made: _T = self._segment(_Call(work, args))
            return made
        except RecursionError:
            raise too_deep(args[0] if args else None) from None

    def level(self, work: Callable[..., _T], *args: Any) -> _T:
        """`work(*args)`, counted as a level. (Where it is hot, stages write this out themselves.)"""
        self.depth += 1
        made = work(*args) if self.depth <= self.room else self.deeper(work, *args)
        self.depth -= 1
        return made

    def deeper(self, work: Callable[..., _T], *args: Any) -> _T:
        """`work(*args)` one level down: here if this thread has room, else in a thread of its own."""
        if self._cancelled:
            raise _Cancelled
        room = self.room
        limit = _limit()
        left = (_fresh(limit) if self._segments else _first(limit)) - _used()
        if left >= ENOUGH:
            self.room = self.depth + left // FRAMES
            made = work(*args)
        else:
            self.room = self.depth + _fresh(limit) // FRAMES
            made = self._segment(_Call(work, args))
        self.room = room
        if self._cancelled:
            raise _Cancelled
        return made

    def _segment(self, call: _Call) -> Any:
        outermost = not self._segments
        self._segments += 1
        try:
            if outermost:
                self._serve(call)
            else:
                call.begin(_Bell())
                call.bell.wait(lambda: call.done)
        finally:
            self._segments -= 1
        return call.result()

    def foreign(self, work: Callable[..., _T], *args: Any) -> _T:
        """`work(*args)` in the thread that called the compiler, with its context and its own recursion."""
        if not self._segments:
            return work(*args)
        call = _Call(work, args)
        call.bell = _Bell()
        self._request = call
        assert self._origin is not None
        self._origin.ring()
        call.bell.wait(lambda: call.done)
        self._request = None
        result: _T = call.result()
        return result

    def _serve(self, segment: _Call) -> None:
        """Until the segment ends: answer the calls for this thread. An interrupt ends all segments first."""
        interrupt: BaseException | None = None
        begun = False
        bell = self._origin = self._origin or _Bell()
        while not segment.done:
            try:
                if not begun:
                    begun = True
                    segment.begin(bell)
                call = self._request
                if call is not None:
                    if not call.done:
                        call.work = _cancelled if self._cancelled else call.work
                        segments, depth, room = self._segments, self.depth, self.room
                        self._segments = 0  # this thread's own turn
                        try:
                            call.perform()
                        finally:
                            self._segments, self.depth, self.room = segments, depth, room
                    call.bell.ring()
                bell.wait(lambda: segment.done or self._is_asked())
            except BaseException as error:  # an interrupt, at any place above
                interrupt = error
                self._cancelled = True
                self.room = -1  # the next level asks, and learns of it
                if segment.call_off():
                    break
        if interrupt is not None:
            raise interrupt

    def _is_asked(self) -> bool:
        call = self._request
        return call is not None and not call.done


class _Call:
    """A call that another thread makes. Whoever takes the gate first decides whether it is made at all."""

    def __init__(self, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
        self.work = work
        self.args = args
        self.done = False
        self.value: Any = None
        self.error: BaseException | None = None
        self.gate = _thread.allocate_lock()
        self.bell: _Bell

    def begin(self, bell: _Bell) -> None:
        """Start a thread for it; `bell` rings at its end."""
        self.bell = bell
        try:
            _thread.start_new_thread(self._in_thread, ())
        except RuntimeError:  # no threads here, or no more
            raise too_deep(None) from None

    def _in_thread(self) -> None:
        if self.gate.acquire(False):
            self.perform()
            self.bell.ring()

    def call_off(self) -> bool:
        """May it still be prevented?"""
        return self.gate.acquire(False)

    def perform(self) -> None:
        try:
            self.value = self.work(*self.args)
        except BaseException as error:
            self.error = error
        self.done = True

    def result(self) -> Any:
        if self.error is not None:
            try:
                raise self.error
            finally:
                self.error = None  # it holds this frame
        return self.value


class _Bell:
    """Wakes the one thread that waits; rung any number of times, it wakes once."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def ring(self) -> None:
        with suppress(RuntimeError):  # rung already
            self._lock.release()

    def wait(self, until: Callable[[], bool]) -> None:
        while not until():
            self._lock.acquire()


class _Cancelled(BaseException):
    """Ends the segments of a compile that was interrupted."""


def _cancelled(*args: Any) -> Any:
    raise _Cancelled


def apart(work: Callable[..., _T], *args: Any) -> _T:
    """`work(*args)` in a thread of its own: for functions without effects that find this one `full`.

    Raises LispError `too-deep` where no thread can be had.
    """
    call = _Call(work, args)
    bell = _Bell()
    interrupt: BaseException | None = None
    begun = False
    while not call.done:
        try:
            if not begun:
                begun = True
                call.begin(bell)
            bell.wait(lambda: call.done)
        except BaseException as error:  # without effects, it ends soon by itself
            interrupt = error
            if call.call_off():
                break
    if interrupt is not None:
        raise interrupt
    result: _T = call.result()
    return result


def too_deep(at: Any) -> LispError:
    return LispError(
        "too-deep",
        getattr(at, "span", None),
        "the program is nested too deeply",
        "does a macro expand to itself?",
    )


def _limit() -> int:
    return min(sys.getrecursionlimit(), LARGEST)


def _fresh(limit: int) -> int:
    """How many calls a thread of our own may hold; where the limit is small, half of it is the reserve."""
    return limit - min(RESERVE, limit // 2)


def _first(limit: int) -> int:
    """The same of the caller's thread: a quarter is for macros, and for its calls of C that are counted."""
    return _fresh(limit) - limit // 4


def _exists(depth: int) -> bool:
    """Are there at least so many Python frames below this one?"""
    try:
        sys._getframe(depth)
    except ValueError:
        return False
    return True


def _used() -> int:
    """How many calls this thread has open, at most."""
    low, high = 0, 64
    while _exists(high):
        low, high = high, 2 * high
    while high - low > 4:
        middle = (low + high) // 2
        if _exists(middle):
            low = middle
        else:
            high = middle
    return WEIGHT * high


def full() -> bool:
    """Has this thread no room for functions that ask about a tree, level by level?"""
    limit = sys.getrecursionlimit()  # as in `_limit`, `_fresh` and `_exists`, for it is asked at every level
    if limit > LARGEST:
        limit = LARGEST
    try:
        sys._getframe((limit - (RESERVE if limit >= 2 * RESERVE else limit // 2)) // WEIGHT)
    except ValueError:
        return False
    return True


def apart_when_full(work: Callable[..., _T]) -> Callable[..., _T]:
    """Decorates a recursive function without effects (of one or two arguments) that asks about a tree."""
    if work.__code__.co_argcount == 1:

        @wraps(work)
        def one(a: Any) -> _T:
            return apart(one, a) if full() else work(a)

        return one

    @wraps(work)
    def two(a: Any, b: Any) -> _T:
        return apart(two, a, b) if full() else work(a, b)

    return two
