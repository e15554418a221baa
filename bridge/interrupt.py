"""The interrupt ladder, Python's half. `node/watchdog.mjs` climbs the rungs; this side only asks.

In: interrupt() from a signal handler or another thread. Out: KeyboardInterrupt in Python code that is on top,
else a record to Node's watchdog: rung 1 cancels the form (a poll in loops, a rejection at awaits), rung 2
(300 ms later) terminates JavaScript's execution, rung 3 (a second interrupt, or 3 s) ends Node.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import threading
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .protocol import FLAGS
from .transport import Frame

if TYPE_CHECKING:
    from .bridge import Bridge
    from .connection import Connection

_SEEN = FLAGS["SEEN"]
_RECORD = struct.Struct("<II")
_INTERRUPT = 1
_PATIENCE = 4.0
_signal: Any = import_module("_signal")
_SIGINT = int(signal.SIGINT)
_DEFAULT = signal.default_int_handler
_MAIN = threading.main_thread().ident
# `_signal`, because the wrappers in `signal` cost as much as the whole call that they would guard.


class Ladder:
    """Knows what runs, and what was asked to stop."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._forms: dict[int, int] = {}
        self._asked = 0
        self._first = 0.0
        # The form (0: any) that was asked to stop while JavaScript was on top. When a call of Python's comes
        # that JavaScript made before it heard of it, the exception is raised here, or it would be lost.
        self.due: int | None = None
        self._early = 0  # a form that was asked to stop before its call was made

    def starting(self, form: int) -> None:
        """A form is about to begin. Raises KeyboardInterrupt when it was asked to stop already."""
        if self._early:
            early, self._early = self._early, 0
            if early == form:
                raise KeyboardInterrupt

    def started(self, ident: int, form: int) -> None:
        """A form (or a call of its own, form -1) began."""
        self.due = None
        self._forms[ident] = max(form, 0)
        self._asked = 0

    def ended(self, ident: int) -> None:
        """It ended."""
        self.due = None
        self._forms.pop(ident, None)
        self._asked = 0

    def interrupt(self, form: int | None) -> None:
        """See Bridge.interrupt."""
        conn, process = self._bridge.connection, self._bridge._process
        if conn is None or process is None or conn.failure is not None:
            return
        if conn.top_python:
            if threading.get_ident() == conn.home:
                raise KeyboardInterrupt
            if conn.home == _MAIN:
                signal.pthread_kill(conn.home, signal.SIGINT)
            return
        if form and form not in self._forms.values():
            self._early = form
        if not self._forms and conn._depth == 0 and not conn._pending:
            return
        if form is None:
            form = next(reversed(self._forms.values()), 0)
        now = time.monotonic()
        if not self._asked:
            self._first = now
        self._asked += 1
        self.due = form
        process.signal_control(_RECORD.pack(_INTERRUPT, form))
        if self._asked > 3 or now - self._first > _PATIENCE:
            # The watchdog itself does not answer (start-up, out of memory): end Node from here.
            with contextlib.suppress(OSError):
                os.kill(process.pid, signal.SIGKILL)

    def check(self, form: int, flags: int) -> None:
        """A call of Python's comes in after an interrupt was asked for. Raises KeyboardInterrupt when
        JavaScript had not heard of it when it made the call."""
        if self.due in (0, form):
            self.due = None
            if not flags & _SEEN:
                raise KeyboardInterrupt

    def lost(self) -> str | None:
        """What to say when Node ended because of us."""
        asked, self._asked = self._asked, 0
        self.due = None
        self._forms.clear()
        if asked:
            return (
                "JavaScript did not stop and was restarted; its variables are lost, Python's objects are "
                "still there"
            )
        return None

    def guard(self, conn: Connection, header: list[Any], segments: list[Any]) -> Frame:
        """An outermost synchronous request: Ctrl-C goes up the ladder instead of tearing the wait apart."""
        if threading.get_ident() != conn.home:
            return conn.request(header, segments)
        if not self._forms:
            # What was asked for until now was about an earlier call.
            self._asked = 0
            self.due = None
        if _signal.getsignal(_SIGINT) is not _DEFAULT or conn.home != _MAIN:
            return conn.request(header, segments)
        _signal.signal(_SIGINT, self._on_signal)
        try:
            return conn.request(header, segments)
        finally:
            _signal.signal(_SIGINT, _DEFAULT)
            self._asked = 0

    def _on_signal(self, number: int, frame: object) -> None:
        self.interrupt(None)
