"""The prompt where nothing can be drawn: TERM=dumb, or no terminal at all.

In: lines of standard input. Out: `PlainEditor.read()`, one whole text a call, like `Editor`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable
from typing import Any

from ..complete import modes
from ..config import Config


class PlainEditor:
    """Reads lines until the reader says that they are whole."""

    def __init__(self, config: Config, javascript: modes.JavaScriptStatus | None = None) -> None:
        self.config = config
        self._javascript = javascript
        self.mode: modes.Mode = "lisp"
        self._cancel: asyncio.Future[None] | None = None
        self._coming: asyncio.Future[str] | None = None  # of the thread that waits for a line

    async def read(self, default: str = "", before: Callable[[], None] | None = None) -> str:
        """One whole text.

        Raises:
            KeyboardInterrupt: `cancel` was called; EOFError: the input has ended.
        """
        if before is not None:
            before()
        text = ""
        prompt = self.config.prompt if self.mode == "lisp" else modes.PROMPTS[self.mode]
        while True:
            sys.stdout.write(".. " if text else prompt)
            sys.stdout.flush()
            line = await self._line()
            if not line:
                sys.stdout.write("\n")
                if text.strip():
                    return text  # what is missing is for the reader to say
                raise EOFError
            text += line
            if modes.verdict(text.rstrip("\n"), self.mode, self._javascript) != "incomplete":
                return text.rstrip("\n")

    def raw(self) -> contextlib.AbstractContextManager[None]:
        """Lines are read as the terminal gives them."""
        return contextlib.nullcontext()

    def heeded(self) -> None:
        """A Ctrl-C has been for something else: it was no key."""

    async def _line(self) -> str:
        loop = asyncio.get_running_loop()
        if self._coming is None:
            self._coming = loop.create_future()
            threading.Thread(
                target=self._wait, args=(loop, self._coming), name="polyrepl-line", daemon=True
            ).start()
        self._cancel = loop.create_future()
        try:
            either: set[asyncio.Future[Any]] = {self._coming, self._cancel}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not self._coming.done():
                sys.stdout.write("\n")
                raise KeyboardInterrupt  # the line that comes is that of the next prompt
            line, self._coming = self._coming.result(), None
            return line
        finally:
            self._cancel = None

    @staticmethod
    def _wait(loop: asyncio.AbstractEventLoop, coming: asyncio.Future[str]) -> None:
        line = sys.stdin.readline()
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(coming.set_result, line)

    def cancel(self) -> None:
        """Ctrl-C: give up the text that is being typed."""
        if self._cancel is not None and not self._cancel.done():
            self._cancel.set_result(None)
