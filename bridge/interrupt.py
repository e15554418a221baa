"""The interrupt ladder, Python's half. `node/watchdog.mjs` climbs the rungs; this side only asks.

In: interrupt() from a signal handler or another thread. Out: KeyboardInterrupt in Python code that is on top,
else a record to Node's watchdog that names the request to be stopped: rung 1 cancels it (a poll in loops, a
rejection at awaits), rung 2 (300 ms later) terminates JavaScript's execution and passes the signal on to a
child that it waits for, rung 3 (a second interrupt, or 3 s) ends Node.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from .errors import NodeLost
from .protocol import CONTROL, CONTROLS, FLAGS, NOTES
from .transport import Frame

_SEEN = FLAGS["SEEN"]
_INTERRUPT = CONTROLS["INTERRUPT"]
_NOTE_TOLD = NOTES["told"]
# Seconds after the first Ctrl-C, from which on another one ends a process whose watchdog does not answer: it
# may be in need of memory; or there is none yet, in one that has not said that it is ready: nothing is lost.
_PATIENCE, _UNREADY = 4.0, 1.0
_ANY = 0  # in place of a form's number
_signal: Any = import_module("_signal")
_SIGINT = int(signal.SIGINT)
_DEFAULT = signal.default_int_handler
_MAIN = threading.main_thread().ident
# `_signal`, because the wrappers in `signal` cost as much as the whole call that they would guard.
_set_signal, _getsignal, _get_ident = _signal.signal, _signal.getsignal, threading.get_ident


class Waits(Protocol):
    """What the ladder asks of the requests that wait for their answers."""

    def __contains__(self, ident: object, /) -> bool: ...

    def newest(self) -> int:
        """The last one."""

    def of_form(self, form: int) -> tuple[int, int]:
        """The outermost synchronous one made for a form, and the thread that waits for it."""


class Line(Protocol):
    """What the ladder asks of a connection. Requests are known by their numbers; 0: none."""

    @property
    def failure(self) -> BaseException | None: ...
    @property
    def home(self) -> int: ...
    @property
    def top_python(self) -> bool: ...
    @property
    def outer(self) -> int:
        """The outermost synchronous request of the home thread."""

    @property
    def plainly(self) -> int:
        """The plain call of that thread that has no answer yet."""

    @property
    def latest(self) -> int:
        """The last one that was, also when it has ended."""

    @property
    def waits(self) -> Waits:
        """What waits for its answer."""

    def request(self, header: list[Any], segments: list[Any]) -> Frame: ...
    def note(self, header: list[Any]) -> None: ...


class Process(Protocol):
    """What the ladder asks of the process that it may stop."""

    @property
    def pid(self) -> int: ...

    def signal_control(self, record: bytes) -> None: ...


class NoLadder:
    """For a conversation whose other end is not ours to stop: Ctrl-C is Python's own affair."""

    due: int | None = None

    def interrupt(self, form: int | None) -> bool:
        """Nothing is asked to stop."""
        return False

    def starting(self, form: int) -> None: ...
    def now(self, form: int) -> None: ...
    def started(self, ident: int, form: int) -> None: ...
    def ended(self, ident: int) -> None: ...
    def check(self, form: int, flags: int) -> None: ...

    def guard(
        self,
        conn: Line,
        header: list[Any],
        segments: list[Any],
        read: Callable[[Frame, list[Frame]], Any],
        unread: list[Frame],
    ) -> Any:
        """See asking.Interrupts."""
        unread[:] = [conn.request(header, segments)]
        return read(unread[0], unread)


class Ladder:
    """Knows what runs, and what was asked to stop.

    What is asked to stop is always one request, its target: all that this side and the watchdog remember of
    an interrupt is about the target's number, which no later request has.
    """

    def __init__(self) -> None:
        self._line: Line | None = None
        self._process: Process | None = None
        self._forms: dict[int, int] = {}
        self._asked: dict[int, float] = {}  # targets, and when each was asked first
        # The form (0: any) that was asked to stop while JavaScript was on top. When a call of Python's comes
        # that JavaScript made before it heard of it, the exception is raised here, or it would be lost.
        self.due: int | None = None
        self._due_target = 0
        self._early = 0  # a form that was asked to stop before its call was made
        self._now = 0  # the form that a synchronous call is made for
        self._latest = 0  # the last outermost call before that
        self._told = 0  # the last target that Python code was told of, or whose JavaScript had heard already
        self._before = 0  # the last outermost call before the one that is guarded
        self._noted = False  # Ctrl-C came when that had its answer already
        self._patience = _UNREADY

    def stand(self, line: Line, process: Process) -> None:
        """From now on it is about this process and the conversation with it."""
        self._line, self._process, self._patience = line, process, _UNREADY

    def ready(self) -> None:
        """The process has said that it is."""
        self._patience = _PATIENCE

    def starting(self, form: int) -> None:
        """A form is about to begin. Raises KeyboardInterrupt when it was asked to stop already."""
        if self._early:
            early, self._early = self._early, 0
            if early == form:
                raise KeyboardInterrupt

    def now(self, form: int) -> None:
        """A form is about to begin by a synchronous call (0: it has ended). Raises as `starting` does."""
        self._latest = 0 if self._line is None else self._line.latest
        self._now = form
        if form:
            self.starting(form)

    def started(self, ident: int, form: int) -> None:
        """The call of a form (or one of its own, form -1) was made."""
        self._forms[ident] = max(form, 0)
        if form and self.due == form:  # its beginning has ended without having heard of it
            self._due_target = ident
        if self._early and self._early == form:  # asked to stop just now
            self._early = 0
            self._ask(ident, form)

    def ended(self, ident: int) -> None:
        """It ended."""
        self._forms.pop(ident, None)
        if self._asked:
            self._asked.pop(ident, None)
        if self._due_target == ident:
            self.due, self._due_target = None, 0

    def interrupt(self, form: int | None) -> bool:
        """See Conversation.interrupt."""
        conn = self._line
        target = thread = 0
        lives = conn is not None and conn.failure is None
        if form:
            target = next((ident for ident, of in reversed(self._forms.items()) if of == form), 0)
            if not target and conn is not None and lives:
                target, thread = conn.waits.of_form(form)
            if not target:
                if form == self._now and conn is not None and conn.latest == self._latest:
                    raise KeyboardInterrupt  # its call has not been made yet
                self._early = form  # it has just ended: what goes on of the form is asked to stop
                return True
        if conn is None or not lives:
            return False
        if conn.top_python and (not thread or thread == conn.home):
            if threading.get_ident() == conn.home:
                raise KeyboardInterrupt
            if conn.home == _MAIN:
                signal.pthread_kill(conn.home, signal.SIGINT)
            return True
        # What the home thread is blocked in comes first: nothing else can go on.
        target = target or conn.outer or conn.plainly or next(reversed(self._forms), 0) or conn.waits.newest()
        if target:
            self._ask(target, form or self._forms.get(target, _ANY))
        return bool(target)

    def _ask(self, target: int, form: int) -> None:
        conn, process = self._line, self._process
        if conn is None or process is None:
            return
        now = time.monotonic()
        first = self._asked.get(target)
        if first is None:
            self._asked = {ident: asked for ident, asked in self._asked.items() if ident in conn.waits}
            self._asked[target] = now
        self.due, self._due_target = form, target
        process.signal_control(CONTROL.pack(_INTERRUPT, target))
        if first is not None and now - first > self._patience:
            with contextlib.suppress(OSError):
                os.kill(process.pid, signal.SIGKILL)

    def check(self, form: int, flags: int) -> None:
        """JavaScript calls Python code, or returns to it, after an interrupt was asked for. Raises
        KeyboardInterrupt when it had not heard of that by then."""
        if self._due_target and not self._goes_on(self._due_target):
            self.due, self._due_target = None, 0
        elif self.due in (_ANY, form):
            self._told = self._due_target
            self.due, self._due_target = None, 0
            if not flags & _SEEN:
                if self._line is not None:
                    with contextlib.suppress(NodeLost):
                        self._line.note([_NOTE_TOLD, self._told])
                raise KeyboardInterrupt

    def _goes_on(self, ident: int) -> bool:
        return self._line is not None and (ident in self._line.waits or ident in self._forms)

    def lost(self) -> str | None:
        """What to say when Node ended because of us."""
        line, asked = self._line, self._asked
        self.due, self._due_target = None, 0
        self._line = self._process = None
        self._asked = {}
        self._forms.clear()
        if line is not None and any(ident in line.waits for ident in asked):
            return (
                "JavaScript did not stop and was restarted; its variables are lost, Python's objects are "
                "still there"
            )
        return None

    def guard(
        self,
        conn: Line,
        header: list[Any],
        segments: list[Any],
        read: Callable[[Frame, list[Frame]], Any],
        unread: list[Frame],
    ) -> Any:
        """See asking.Interrupts: Ctrl-C goes up the ladder instead of tearing the wait apart, and is an
        exception here where JavaScript has ended without having heard of it."""
        frame: Frame | None
        if _get_ident() != conn.home or conn.home != _MAIN or _getsignal(_SIGINT) is not _DEFAULT:
            frame = conn.request(header, segments)
            unread[:] = [frame]
            if frame.id == self._due_target:
                unheard = self.due == _ANY and _get_ident() == _MAIN and self._unheard(frame)
                if unheard or frame.flags & _SEEN:
                    self.due, self._due_target = None, 0
                if unheard:  # whoever asked had no form in mind that would tell of it
                    raise KeyboardInterrupt
            return read(frame, unread)
        self._before, self._noted = conn.latest, False
        frame = None
        try:
            _set_signal(_SIGINT, self._on_signal)
            frame = conn.request(header, segments)
            unread[:] = [frame]
            return read(frame, unread)
        except KeyboardInterrupt:
            frame, self._noted = None, False  # this is it
            raise
        finally:
            try:
                _set_signal(_SIGINT, _DEFAULT)
            except BaseException:  # of another signal's handler, which is called before it is set
                _set_signal(_SIGINT, _DEFAULT)
                raise
            if self._noted or (frame is not None and self._unheard(frame)):
                self._noted = False
                raise KeyboardInterrupt

    def _unheard(self, answer: Frame) -> bool:
        """Was a request asked to stop that has ended without having heard of it?"""
        return answer.id in self._asked and answer.id != self._told and not answer.flags & _SEEN

    def _on_signal(self, number: int, frame: object) -> None:
        conn = self._line
        if conn is not None and not conn.outer and conn.latest != self._before and not self._noted:
            self._noted = True  # the call has ended, and its answer is being read
        elif conn is None or not conn.outer or not self.interrupt(None):
            raise KeyboardInterrupt
