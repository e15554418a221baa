"""A program that awaits what can never come.

In: a session with the loop that it runs on. Out: a form that awaits is given up (`Problem` with the status
UNSETTLED) once nothing is left that its end could come of: no handle, timer or task of Node's event loop, no
timer, descriptor or callback of asyncio's, no other thread that is at something, no handler of a signal.

The two loops are never looked at in one moment. So Node is asked twice, each time when this loop is about to
sleep without an end, and answers when its own has nothing left: if Python was not asked anything between the
two answers, and waits for what it waited for before, neither has given the other anything to do.
"""

from __future__ import annotations

import asyncio
import os
import threading
from contextlib import suppress
from importlib import import_module
from typing import Any

from polyrepl.bridge import BridgeError, JSError
from polyrepl.bridge.forms import outside
from polyrepl.bridge.resting import OURS, is_ours

from ..session.session import Session

_signal: Any = import_module("_signal")  # `signal` asks handlers for their repr
PATIENCE = 0.05  # seconds that a loop has slept before anything is asked
OFTEN, SELDOM = 0.1, 1.0  # seconds between two looks at threads, which tell nobody when they end
# The number of the system call `futex`, in which a thread waits for another one of its process; by machine.
_FUTEX = {"x86_64": 202, "aarch64": 98, "riscv64": 98, "ppc64le": 221, "s390x": 238}
_WAITS, _PRIVATE = (0, 9), 128  # its operations FUTEX_WAIT and FUTEX_WAIT_BITSET, within one process


class Unsettled:
    """Watches a loop that is running, until that is closed."""

    def __init__(self, session: Session, loop: asyncio.AbstractEventLoop) -> None:
        self._session = session
        self._loop = loop
        self._handlers = self._heeded()
        self._asking: asyncio.Task[None] | None = None
        self._requests: int | None = None  # that Node had made when it answered last
        self._next = 0.0  # when it may be asked again
        self._between = OFTEN
        selector = getattr(loop, "_selector", None)
        if selector is None:  # a loop of another kind, which cannot be looked into
            return
        self._selector, self._select = selector, selector.select
        selector.select = self._sleep

    def _sleep(self, timeout: float | None = None) -> Any:
        """Wait as the loop does, unless it is to do something else."""
        self._between = OFTEN
        while timeout is None:
            ready = self._select(PATIENCE)
            if ready:
                return ready
            again = self._look()
            if again is None:
                break
            if again == 0:
                return []
            ready = self._select(again)
            if ready:
                return ready
        return self._select(timeout)

    def _look(self) -> float | None:
        """Nothing is ready and no timer runs. Returns seconds until the next look, 0 where the loop has
        something to do now; None: something comes before anything can be said."""
        session = self._session
        if self._asking is not None or session.awaited is None or not session.alive:
            return None
        if session.bridge.javascript_on_top or session.bridge.python_on_top:
            return None  # a loop within a call
        if self._reads() or self._heeded() != self._handlers:
            return None
        if self._next > self._loop.time():
            return SELDOM
        if not threads_wait():
            self._between = min(self._between * 2, SELDOM)
            return self._between
        self._asking = self._loop.create_task(self._ask(session.awaited), context=outside())
        self._asking.add_done_callback(self._asked)
        return 0

    def _heeded(self) -> set[tuple[int, int]]:
        """Signals, and which function of Python's is called when one comes. What JavaScript listens to is
        nothing that Node would wait for."""
        found = ((number, _signal.getsignal(number)) for number in _signal.valid_signals())
        handed_on = self._session.node.signals.hands_on
        return {(number, id(each)) for number, each in found if callable(each) and not handed_on(each)}

    def _reads(self) -> bool:
        """Does the program wait for a descriptor?"""
        return not all(is_ours(*key.data) for key in self._selector.get_map().values())

    async def _ask(self, form: int) -> None:
        node, connection = self._session.node, self._session.bridge.connection
        assert connection is not None
        with suppress(BridgeError, JSError):
            waits = set(connection.waits)
            requests = await node.ask("still")
            if requests is None:
                self._next = self._loop.time() + SELDOM
            elif requests == self._requests and waits == set(connection.waits):
                await node.ask("giveUp", form)
            self._requests = requests

    def _asked(self, done: asyncio.Task[None]) -> None:
        self._asking = None


def threads_wait() -> bool:
    """Does every other thread of this process, of whatever language, wait for another one of them?"""
    named = {thread.native_id: thread for thread in threading.enumerate()}
    ours = {ident for ident, thread in named.items() if thread.name.startswith(OURS)}
    ours.add(threading.get_native_id())
    futex = _FUTEX.get(os.uname().machine)
    try:
        threads = {int(name) for name in os.listdir("/proc/self/task")}
        _system_call(threading.get_native_id())
    except FileNotFoundError:
        threads, futex = set(), None
    except OSError:
        return False
    if futex is None:  # what others are at is not to be known here, nor that of other languages there are any
        return set(named) <= ours
    try:
        return all(_waits(_system_call(thread), futex) for thread in threads - ours)
    except OSError:  # one has just ended
        return False


def _system_call(thread: int) -> list[str]:
    """The number of the system call that a thread stands in, and its arguments. Raises OSError."""
    with open(f"/proc/self/task/{thread}/syscall", encoding="ascii") as file:
        return file.read().split()


def _waits(call: list[str], futex: int) -> bool:
    """Is it a wait for another thread, for as long as it takes?"""
    if len(call) < 5 or call[0] != str(futex):
        return False
    operation, until = int(call[2], 16), int(call[4], 16)
    return operation & 127 in _WAITS and bool(operation & _PRIVATE) and until == 0
