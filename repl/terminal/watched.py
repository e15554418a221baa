"""Ctrl-C at a prompt whose event loop does not turn.

In: the terminal's input, raw while a prompt reads it, so Ctrl-C is a key. Out: the same keys in the same
order. While code of the program's keeps the event loop (a timer's callback, a task, a request that is served)
nobody reads them: a thread looks, and where there is a Ctrl-C among them the main thread gets its signal. The
keys are kept for the prompt.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import signal
import termios
import threading
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from prompt_toolkit.input.posix_utils import PosixStdinReader
from prompt_toolkit.input.vt100 import Vt100Input

from .possession import WATCHER

CTRL_C, QUIT = b"\x03", b"\x1c"
LOOK_AFTER = 0.05  # seconds that a key may lie before it is looked at
TURN_WITHIN = 0.1  # seconds that the loop has for a turn then


class WatchedInput(Vt100Input):
    """A terminal's input. `read_keys` gives first what was taken aside."""

    def __init__(self, stdin: TextIO) -> None:
        super().__init__(stdin)
        self.stdin_reader = self._reader = _Reader(stdin.fileno(), encoding=stdin.encoding)
        self._ready: Callable[[], None] | None = None  # whom to tell of keys; None: they are for another
        self._loop: asyncio.AbstractEventLoop | None = None  # that is watched
        self._changed = threading.Condition(self._reader.lock)
        self._thread: threading.Thread | None = None

    @contextlib.contextmanager
    def attach(self, input_ready_callback: Callable[[], None]) -> Iterator[None]:
        """See Input.attach."""
        with self._telling(input_ready_callback), super().attach(input_ready_callback):
            yield

    @contextlib.contextmanager
    def detach(self) -> Iterator[None]:
        """See Input.detach."""
        with self._telling(None), super().detach():
            yield

    @contextlib.contextmanager
    def _telling(self, callback: Callable[[], None] | None) -> Iterator[None]:
        with self._reader.lock:
            before, self._ready = self._ready, callback
        try:
            yield
        finally:
            with self._reader.lock:
                self._ready = before

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """While inside, Ctrl-C reaches the main thread also when the running loop does not turn."""
        with self._changed:
            self._loop = asyncio.get_running_loop()
            self._changed.notify()
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name=WATCHER, daemon=True)
            self._thread.start()
        try:
            yield
        finally:
            with self._reader.lock:
                self._loop = None

    def heeded(self) -> None:
        """A Ctrl-C that was taken aside has been heard as a signal: it is no key any more."""
        with self._reader.lock:
            self._reader.aside = self._reader.aside.replace(CTRL_C, b"", 1)

    def _watch(self) -> None:
        keys = select.poll()
        keys.register(self._fileno, select.POLLIN)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._loop is not None)
                loop = self._loop
            assert loop is not None
            keys.poll()
            time.sleep(LOOK_AFTER)
            if keys.poll(0) and not self._turns(loop) and self._take(loop):
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _turns(self, loop: asyncio.AbstractEventLoop) -> bool:
        turned = threading.Event()
        with contextlib.suppress(RuntimeError):  # it is closed
            loop.call_soon_threadsafe(turned.set)
            return turned.wait(TURN_WITHIN)
        return True

    def _take(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Take the keys aside; is there a Ctrl-C among them?"""
        with self._reader.lock:
            # A prompt reads them, and not what it has started meanwhile: an editor, a command.
            if self._loop is not loop or self._ready is None or not self._raw():
                return False
            if not select.select([self._fileno], [], [], 0)[0]:
                return False
            try:
                found = os.read(self._fileno, 4096)
            except OSError:
                return False
            self._reader.aside += found
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._hand_on)
            if QUIT in found:
                self._quit()
            return CTRL_C in found

    def _quit(self) -> None:
        """Ctrl-\\: the end, with the terminal as a shell expects it."""
        with self.cooked_mode():
            os.kill(os.getpid(), signal.SIGQUIT)

    def _raw(self) -> bool:
        try:
            return not termios.tcgetattr(self._fileno)[3] & termios.ISIG
        except termios.error:
            return False

    def _hand_on(self) -> None:
        if self._reader.aside and self._ready is not None:
            self._ready()


class _Reader(PosixStdinReader):
    """Reads what was taken aside, then the terminal."""

    def __init__(self, stdin_fd: int, encoding: str) -> None:
        super().__init__(stdin_fd, encoding=encoding)
        self.lock = threading.RLock()  # a signal's handler asks for it too
        self.aside = b""

    def read(self, count: int = 1024) -> str:
        with self.lock:
            if self.aside:
                data, self.aside = self.aside, b""
                return self._stdin_decoder.decode(data)
            return super().read(count)
