"""A terminal session inside of the test's own process: what is submitted, and all that it prints.

In: texts as a person submits them. Out: what was shown, without colour. The line editor is not part of it
(see typing_hands.py), nor is the screen (screen.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os

from polyrepl.repl.complete.completer import Candidate
from polyrepl.repl.complete.modes import Mode
from polyrepl.repl.session import Session
from polyrepl.repl.session.nesting import nesting
from polyrepl.repl.session.sink import Sink
from polyrepl.repl.terminal.terminal import Terminal


class Prompt:
    """One session. Use as a context manager."""

    def __init__(self, *, init: bool = False) -> None:
        self.loop = asyncio.new_event_loop()
        self.backend = os.environ.get("MPLBACKEND")
        self.shown = io.StringIO()
        with self._captured():
            self.session = Session(output=Sink().write).start()
            self.terminal = Terminal(self.session, init=init)
            self.terminal.warm_up()

    def __enter__(self) -> Prompt:
        return self

    def __exit__(self, *exc: object) -> None:
        self.session.close()
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()
        # A terminal draws figures by a backend of its own; nothing that is started later shall.
        if self.backend is None:
            os.environ.pop("MPLBACKEND", None)

    @contextlib.contextmanager
    def _captured(self):  # type: ignore[no-untyped-def]
        with contextlib.redirect_stdout(self.shown), contextlib.redirect_stderr(self.shown):
            yield

    def run(self, coroutine) -> object:  # type: ignore[no-untyped-def]
        async def within() -> object:
            async with asyncio.timeout(60):
                return await coroutine

        with nesting(self.loop):
            return self.loop.run_until_complete(within())

    def submit(self, *texts: str) -> str:
        """Submit the texts; returns what the last one showed, without the last line end."""
        for text in texts:
            self.shown.seek(0)
            self.shown.truncate()
            with self._captured():
                self.run(self.terminal.submit(text))
        return self.shown.getvalue().rstrip("\n")

    def complete(self, text: str, mode: Mode = "lisp") -> dict[str, Candidate]:
        """The candidates at the end of a text, or at its | if it has one."""
        cursor = text.index("|") if "|" in text else len(text)
        _, found = self.run(self.terminal.services.complete(text.replace("|", "", 1), cursor, mode))  # type: ignore[misc]
        return {candidate.text: candidate for candidate in found}
