"""`,reload` and `,autoreload` in cells.

In: the command and its argument. Out: the events of loading again; lines on standard output that say what was
loaded.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

from polyrepl.repl.session.autoreload import Autoreload
from polyrepl.repl.session.events import Event, Problem
from polyrepl.repl.session.session import Session


class Renewal:
    """Loads again, for the cells of one Session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._problems: list[Event] = []
        self._autoreload = Autoreload(session, self._problems.append, print)

    async def run(self, command: str, argument: str) -> AsyncIterator[Event]:
        """Do what the command says; yields what went wrong."""
        self._problems.clear()
        try:
            if command == "autoreload":
                print(await self._autoreload.switch(argument))
            else:
                await self._autoreload.reload(argument)
        except (LookupError, ValueError) as error:
            yield Problem("error", type(error).__name__, str(error), str(error))
        for event in self._problems:
            yield event

    async def look(self) -> None:
        """Where files are loaded again when they are saved: those that were."""
        if self._autoreload.on:
            self._problems.clear()
            await self._autoreload.look()
            for event in self._problems:
                if isinstance(event, Problem):
                    sys.stderr.write(event.text + "\n")

    def note(self) -> None:
        """A cell has run: what it has imported is known as it is now."""
        self._session.renewing.modules.note()
