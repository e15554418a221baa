"""The prompt where nothing can be drawn: TERM=dumb, or no terminal at all.

In: lines of standard input. Out: `PlainEditor.read()`, one whole text a call, like `Editor`'s.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import threading
from collections.abc import Callable

from . import modes
from .config import Config


class PlainEditor:
    """Reads lines until the reader says that they are whole."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.mode: modes.Mode = "lisp"
        self._cancel: asyncio.Future[str] | None = None

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
            if modes.verdict(text.rstrip("\n"), self.mode) != "incomplete":
                return text.rstrip("\n")

    async def _line(self) -> str:
        loop = asyncio.get_running_loop()
        found: asyncio.Future[str] = loop.create_future()
        self._cancel = found

        def settle(line: str) -> None:
            if not found.done():
                found.set_result(line)

        def wait() -> None:
            line = sys.stdin.readline()
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(settle, line)

        threading.Thread(target=wait, name="polyrepl-line", daemon=True).start()
        try:
            return await found
        finally:
            self._cancel = None

    def cancel(self) -> None:
        """Ctrl-C: give up the text that is being typed."""
        if self._cancel is not None and not self._cancel.done():
            self._cancel.set_exception(KeyboardInterrupt())
