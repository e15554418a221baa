"""A program that reads from the terminal while a prompt is drawn: a timer's callback, a task, a thread.

In: `input()`, `os.system` and reads of sys.stdin beside the prompt. Out: the prompt is gone while they last,
the terminal is as they expect it, and what was typed is there again afterwards. Both would take keys from
each other, and in raw mode no line ever ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from prompt_toolkit.application import Application, in_terminal
from prompt_toolkit.application.current import set_app

LOOK_EVERY = 0.1  # seconds


class Beside:
    """The `Lender` of a drawn prompt.

    Args:
        app: that draws it, in the running loop of this thread.
    """

    def __init__(self, app: Application[Any]) -> None:
        self._app = app
        self._loop = asyncio.get_running_loop()
        self._home = threading.get_ident()
        self._reader: int | None = None  # the thread that has the terminal

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """While inside, the prompt is not there."""
        here = threading.get_ident()
        if self._reader == here or not self._app.is_running:
            yield
            return
        with self._in_the_loop() if here == self._home else self._in_a_thread():
            self._reader = here
            try:
                yield
            finally:
                self._reader = None

    def stepping_back(self) -> contextlib.AbstractContextManager[None]:
        """What is started beside a prompt has no line of ours to mind."""
        return contextlib.nullcontext()

    def give(self) -> None:
        """As `stepping_back`."""

    @contextlib.contextmanager
    def _in_the_loop(self) -> Iterator[None]:
        """As prompt_toolkit's `in_terminal`, at once: the loop waits for what is inside."""
        app = self._app
        if app._running_in_terminal:
            yield
            return
        app.renderer.erase()
        app._running_in_terminal = True
        try:
            with app.input.detach(), app.input.cooked_mode():
                yield
        finally:
            app._running_in_terminal = False
            if app.is_running:
                app.renderer.reset()
                app._request_absolute_cursor_position()
                app._redraw()

    @contextlib.contextmanager
    def _in_a_thread(self) -> Iterator[None]:
        held, released = threading.Event(), asyncio.Event()

        async def hold() -> None:
            with set_app(self._app):
                async with in_terminal():
                    held.set()
                    await released.wait()

        holding = asyncio.run_coroutine_threadsafe(hold(), self._loop)
        while not held.wait(LOOK_EVERY) and not holding.done():
            pass
        try:
            yield
        finally:
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(released.set)
