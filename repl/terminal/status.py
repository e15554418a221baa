"""The line that says a form still runs: a spinner, the time, how to stop it.

In: the time since the form began. Out: one line, drawn after half a second and gone before anything else
is printed. A thread draws it, because the main thread may be deep in a Python call. It is drawn only where
a line begins, so a prompt of the program's own is not written over, and only while nothing else can be using
the terminal: see possession.py for who may, lending.py for how the line is gone before they begin.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, TextIO, cast

from ..prose import elapsed
from .lending import Keyboard, replaced
from .possession import Possession

AFTER = 0.5
EVERY = 0.1
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ERASE = "\r\x1b[K"


class Status:
    """The status line of one terminal.

    Args:
        stream: where it is drawn.
        color: paint it?
        node: the number of the Node process.
    """

    def __init__(
        self, stream: TextIO, color: bool = True, node: Callable[[], int | None] = lambda: None
    ) -> None:
        self.stream = stream
        self.color = color
        self._lock = threading.RLock()
        self._drawn = False
        self._at_line_start: bool | None = True  # None: something else has written since
        self._readers: set[object] = set()  # of this form, which are known to use the terminal right now
        self._given = False  # for the rest of the form
        self._quiet_until = 0.0
        self._began: float | None = None  # when the running form began
        self._changed = threading.Condition()
        self._ticker: threading.Thread | None = None
        self._possession = Possession(stream.fileno(), node) if stream.isatty() else None
        # Where no line can be drawn and taken away again, none is drawn.
        self._draws = self._possession is not None and os.environ.get("TERM", "dumb") != "dumb"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While inside, the line is drawn when it is time, and prints of the program go above it."""
        outer, began = self._began, time.monotonic()
        if outer is None:
            self._at_line_start, self._readers, self._given = True, set(), False
            if self._possession is not None:
                self._possession.remember()
        streams = [
            (sys, name, cast(TextIO, _Above(getattr(sys, name), self))) for name in ("stdout", "stderr")
        ]
        try:
            with replaced(streams), Keyboard(self).lending() if self._draws else contextlib.nullcontext():
                self._change(began if outer is None else outer)
                try:
                    yield
                finally:
                    self._change(outer)
                    self.fresh_line()
                    with self._lock:
                        self._erase()
        finally:
            if outer is None and self._possession is not None:
                self._possession.restore()

    def fresh_line(self) -> None:
        """End a line that the program has begun: the prompt, or a value, would be written over it."""
        with self._lock:
            if self._at_line_start is False:
                self.write(self.stream, "\n")
            elif self._at_line_start is None:
                self._erase()
                if self._possession is not None:
                    self._possession.restore()  # a line feed alone would not begin a line in raw mode
                with contextlib.suppress(OSError, ValueError):
                    # So many blanks end on the next line, unless a line has just begun.
                    columns = os.get_terminal_size(self.stream.fileno()).columns
                    self.stream.write(f"{' ' * columns}{ERASE}")
                    self.stream.flush()
                self._at_line_start = True

    # -- others ----------------------------------------------------------------------------------

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """While inside, something else has the terminal: nothing is drawn. What it leaves on it is kept."""
        reader, readers = object(), self._readers
        with self._lock:
            self._erase()
            readers.add(reader)
        try:
            yield
        finally:
            readers.discard(reader)
            self._left()

    async def returned(self) -> None:
        """Until nothing of the last form reads from the terminal any more: a thread of its may."""
        try:
            while self._readers:
                await asyncio.sleep(AFTER / 10)
        except asyncio.CancelledError:
            self._left()
            self.fresh_line()
            raise

    @contextlib.contextmanager
    def stepping_back(self) -> Iterator[None]:
        """While inside, something is started that may use the terminal from then on."""
        with self._lock:  # a forked child must not find it taken by a thread that it has not
            self._erase()
            try:
                yield
            finally:
                self._left()

    def _left(self) -> None:
        self._at_line_start = None
        self._quiet_until = time.monotonic() + AFTER

    def give(self) -> None:
        """The program may read from the terminal in any way from now on, until the form ends."""
        with self._lock:
            if not self._readers:
                self._erase()
                self._given = True
                self._left()

    # -- drawing ---------------------------------------------------------------------------------

    def _change(self, began: float | None) -> None:
        """Tell the ticker that a form has begun or ended. One thread serves all forms: to start one costs a
        millisecond, which is a third of what a short form takes."""
        if not self._draws:
            return
        with self._changed:
            self._began = began
            self._changed.notify()
        if self._ticker is None:
            self._ticker = threading.Thread(target=self._tick, name="polyrepl-status", daemon=True)
            self._ticker.start()

    def _tick(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._began is not None)
                began = self._began
            assert began is not None
            frame, pause = 0, AFTER
            while not self._over(began, pause):
                self._draw(began, frame)
                frame, pause = frame + 1, EVERY

    def _over(self, began: float, pause: float) -> bool:
        """Has that form ended, after at most `pause` seconds?"""
        with self._changed:
            return self._changed.wait_for(lambda: self._began != began, pause)

    def _draw(self, began: float, frame: int) -> None:
        with self._lock:
            if self._began != began or self._readers or self._given or self._at_line_start is False:
                return
            if time.monotonic() < self._quiet_until:
                return
            if self._possession is None or not self._possession.alone():
                if self._drawn and self._possession is not None and self._possession.is_asked():
                    self._erase()  # what is typed would go over it
                self._left()
                return
            self.fresh_line()
            shown = f"{FRAMES[frame % len(FRAMES)]} {elapsed(time.monotonic() - began)}  Ctrl-C stops it"
            shown = f"\x1b[90m{shown}\x1b[0m" if self.color else shown
            with contextlib.suppress(OSError, ValueError):
                self.stream.write(f"{ERASE}{shown}\r")
                self.stream.flush()
            self._drawn = True

    def _erase(self) -> None:
        if self._drawn:
            with contextlib.suppress(OSError, ValueError):
                self.stream.write(ERASE)
                self.stream.flush()
            self._drawn = False

    def write(self, stream: TextIO, text: str) -> int:
        """Write a text of the program above the line."""
        with self._lock:
            if not text:
                return 0
            self._erase()
            self._at_line_start = text.endswith("\n")
            return stream.write(text)


class _Above:
    """A stream whose writes go above the status line; everything else is the stream's own."""

    def __init__(self, stream: TextIO, status: Status) -> None:
        self._stream = stream
        self._status = status

    def write(self, text: str) -> int:
        return self._status.write(self._stream, text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Any:
        return iter(self._stream)
