"""Signals that JavaScript listens to: `process.on("SIGTERM", f)`.

In: which ones, as Node says; signals, which are this process's, since Node has a session of its own. Out: the
same signal to Node, whose listeners are called when its event loop comes to it, as ever.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from importlib import import_module
from types import FrameType
from typing import Any

from polyrepl.bridge import Bridge

_SIGINT = int(signal.SIGINT)
_signal: Any = import_module("_signal")  # `signal` asks what was there for its repr

# The loop takes signals between its timers and what `setImmediate` was given.
_AFTER_A_TURN = """async (given) => {
  await new Promise((turn) => setTimeout(() => setImmediate(turn), 1));
  return (%s)(given);
}"""


class Signals:
    """What is listened to in the Node that serves, and what has been sent to it."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._listened: dict[int, Any] = {}  # and what Python did with each before
        self._taker = self._take  # one object: what others have set may answer to == as it likes
        self._process = os.getpid()
        self._unheard = False  # a SIGINT was handed on, and no listener has been called yet
        self.sent = False
        """Has Node been sent a signal, ever?"""

    def heard(self, code: str) -> str:
        """`code`, the JavaScript of a function; if Node has been sent a signal, one that first lets its event
        loop come to the listeners: a program whose Python was busy to its end has not."""
        return _AFTER_A_TURN % code if self.sent else code

    def listen(self, number: int, on: bool) -> None:
        """Node says: the first listener of a signal is about to come, or the last one has gone; of number 0,
        that listeners of SIGINT are about to be called."""
        if number == 0:
            self._unheard = False
        elif on and number not in self._listened:
            # Ctrl-C has a handler anyway, which asks `hand_on`.
            before = None if number == _SIGINT else _signal.getsignal(number)
            with suppress(ValueError, OSError):  # not the main thread; a signal that is not to be had
                if number != _SIGINT:
                    _signal.signal(number, self._taker)
                self._listened[number] = before
        elif not on and number in self._listened:
            before = self._listened.pop(number)
            self._restore(number, before)

    def hands_on(self, handler: object) -> bool:
        """Is this handler of a signal's the one that gives it to Node?"""
        return handler is self._taker

    def forget(self) -> None:
        """That Node has ended."""
        self._unheard = False
        for number, before in self._listened.items():
            self._restore(number, before)
        self._listened.clear()

    def hand_on(self) -> bool:
        """Ctrl-C: give it to JavaScript's listeners. False: there are none, or they have not come to the one
        before, so that what runs is to be stopped."""
        if _SIGINT not in self._listened or self._unheard:
            self._unheard = False
            return False
        self._unheard = True
        return self._send(_SIGINT)

    def tell(self) -> None:
        """Ctrl-C stops what runs; JavaScript's listeners hear of it too."""
        if _SIGINT in self._listened:
            self._send(_SIGINT)

    def beside(self, number: int) -> None:
        """A signal has come to a handler of Python that is the program's; JavaScript's listeners hear too."""
        if number in self._listened and _signal.getsignal(number) is not self._taker:
            self._send(number)

    def _take(self, number: int, frame: FrameType | None) -> None:
        before = self._listened.get(number)
        if os.getpid() != self._process:  # a forked child: it has no Node that would end it
            self._restore(number, before)
            _signal.raise_signal(number)
            return
        self._send(number)
        if callable(before):
            before(number, frame)

    def _send(self, number: int) -> bool:
        pid = self._bridge.pid
        with suppress(OSError):
            if pid:
                self.sent = True
                os.kill(pid, number)
                return True
        return False

    def _restore(self, number: int, before: Any) -> None:
        with suppress(ValueError, OSError):
            if number != _SIGINT and _signal.getsignal(number) is self._taker:
                _signal.signal(number, _signal.SIG_DFL if before is None else before)
