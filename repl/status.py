"""The line that says a form still runs: a spinner, the time, how to stop it.

In: the time since the form began. Out: one line, drawn after half a second and gone before anything else
is printed. A thread draws it, because the main thread may be deep in a Python call. It is drawn only where
a line begins, so a prompt of the program's own is not written over.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any, TextIO, cast

AFTER = 0.5
EVERY = 0.1
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ERASE = "\r\x1b[K"


class Status:
    """The status line of one terminal."""

    def __init__(self, stream: TextIO, color: bool = True) -> None:
        self.stream = stream
        self.color = color
        self._lock = threading.RLock()
        self._drawn = False
        self._at_line_start = True
        self._paused = False
        self._began: float | None = None  # when the running form began
        self._changed = threading.Condition()
        self._ticker: threading.Thread | None = None
        # Where no line can be drawn and taken away again, none is drawn.
        self._draws = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """While inside, the line is drawn when it is time, and prints of the program go above it."""
        wrapped = [(name, getattr(sys, name)) for name in ("stdout", "stderr")]
        for name, stream in wrapped:
            setattr(sys, name, cast(TextIO, _Above(stream, self)))
        before_input = builtins.input
        builtins.input = self._input(before_input)
        self._at_line_start = True
        outer, began = self._began, time.monotonic()
        self._change(began if outer is None else outer)
        try:
            yield
        finally:
            self._change(outer)
            self.fresh_line()
            with self._lock:
                self._erase()
                self._paused = False
            builtins.input = before_input
            for name, stream in wrapped:
                setattr(sys, name, stream)

    def fresh_line(self) -> None:
        """End a line that the program has begun: the prompt, or a value, would be written over it."""
        if not self._at_line_start:
            self.write(self.stream, "\n")

    def _input(self, original: Any) -> Any:
        def paused(*args: Any) -> Any:
            """input() of the program: the line keeps away while it waits."""
            with self._lock:
                self._erase()
                self._paused = True
            try:
                return original(*args)
            finally:
                self._paused = False

        return paused

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
            if self._began != began or self._paused or not self._at_line_start:
                return
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


def elapsed(seconds: float) -> str:
    """`0.8 s`, `12 s`, `3 min 5 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
