"""What a page has asked to stop, in Python: the ladder of docs/bridge.md without a process to end.

In: the signal that Pyodide raises when the page has asked (bridge/web/words.mjs); the page's message, where
the event loop turns. Out: KeyboardInterrupt in code of the program's, in Python that has called JavaScript or
beside it on the event loop; the Session's own way for all else. Never an exception within the bridge's own
code: there the program's turn is waited for.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from types import FrameType
from typing import Literal, Protocol, TypeAlias

from polyrepl.bridge import server

from ..polyglot import Python
from ..session.on_top import file_of
from ..session.session import Session
from ..session.trace import is_ours

_LIBRARY = os.path.dirname(os.__file__) + os.sep
# Where a call of the program's is made, which may run in C and have no frame of its own.
_CALLING = ((server.__file__, "_calls"), (__file__, "_sleep_on"))
_SLICE = 0.05

Whose: TypeAlias = Literal["program", "called", "nobody"]
# "called": code of ours that the program has called.


class Attention(Protocol):
    """JavaScript's half (bridge/web/host.mjs)."""

    def seen(self) -> None:
        """Python need not look again."""

    def again(self) -> None:
        """Python is to look again in a moment."""

    def heard(self) -> None:
        """The program has been told."""

    def begin(self) -> None:
        """What was asked before is about nothing that begins now."""

    def sleep(self, ms: float) -> bool:
        """Wait, unless asked to stop. False: that is not to be had."""


class Stopping:
    """Takes SIGINT, and `time.sleep`, from now on.

    Args:
        session: runs the forms.
        python: runs Python's texts.
        attention: of JavaScript's half.
    """

    def __init__(self, session: Session, python: Python, attention: Attention) -> None:
        self._session = session
        self._python = python
        self._attention = attention
        self._sleep = time.sleep
        self._handling = False
        signal.signal(signal.SIGINT, self._on_signal)
        time.sleep = self._sleep_on  # type: ignore[assignment]
        loop = asyncio.get_event_loop()
        # It has been told to the task, and whoever awaits that: not to the page too.
        loop._keyboard_interrupt_handler = lambda: None  # type: ignore[attr-defined]

    def interrupt(self) -> None:
        """Stop what runs, where no code of the program's is on the stack. May raise KeyboardInterrupt when it
        comes in the midst of the compiler."""
        self._attention.seen()
        if not self._python.interrupt():
            self._session.interrupt()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._handling:
            self._attention.again()
            return
        self._handling = True
        try:
            self._handle(whose_turn(frame))
        finally:
            self._handling = False

    def _handle(self, whose: Whose) -> None:
        bridge = self._session.bridge
        if whose == "program":
            self._attention.heard()
            if bridge.python_on_top and self._session.running:
                self._session.interrupt()
            raise KeyboardInterrupt
        if whose == "called" or bridge.python_on_top:
            self._attention.again()  # by then it may be the program's turn
        else:
            self.interrupt()

    def _sleep_on(self, seconds: float, /) -> None:
        """`time.sleep`, which an interrupt ends."""
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self._attention.sleep(left * 1000):
                self._sleep(min(left, _SLICE))


def whose_turn(frame: FrameType | None) -> Whose:
    """Whose code runs: the standard library works for whoever has called it, and so do we."""
    ours = False
    while frame is not None:
        name = file_of(frame)
        program = not (is_ours(name) or name.startswith((_LIBRARY, "<frozen ")))
        if program or (name, frame.f_code.co_name) in _CALLING:
            return "called" if ours else "program"
        ours = ours or is_ours(name)
        frame = frame.f_back
    return "nobody"
