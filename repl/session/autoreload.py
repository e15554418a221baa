"""What has been edited is loaded again: when asked, and, if the person wants that, whenever it is saved.

In: forms that load something again (renewing.py), files that change. Out: a session with the new
definitions, a line that says what they came from. Files are looked at before each form and, while the prompt
waits, twice a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable

from .events import Event, Exit, Problem, ends_unit, interrupted
from .session import Session

PAUSE = 0.5  # seconds

_LISP = "(import "
_NAMED = re.compile(r'"((?:[^"\\]|\\.)*)"')


class Autoreload:
    """Loads again.

    Args:
        session: what is renewed.
        show: a problem, or whatever else an event tells.
        note: a remark.
    """

    def __init__(self, session: Session, show: Callable[[Event], None], note: Callable[[str], None]) -> None:
        self._session = session
        self._show = show
        self._note = note
        self.on = False
        self._tried: list[tuple[str, tuple[int, ...]]] = []

    async def switch(self, word: str) -> str:
        """`on`: load again what is saved from now on; `off`: no more. Returns what holds then.

        Raises:
            ValueError: the word is neither of them, nor empty.
        """
        if word not in ("on", "off", ""):
            raise ValueError("usage: ,autoreload on|off")
        if word:
            self.on = word == "on"
        if word == "on":
            await self._session.renewing.watch()
        return f"files that are saved are{'' if self.on else ' not'} loaded again"

    async def reload(self, name: str) -> None:
        """Load again what something was imported as ("": nothing), and what has changed; say what was loaded.

        Raises:
            LookupError: nothing is called so.
        """
        renewing = self._session.renewing
        forms = await (renewing.forms(name) if name else renewing.changed())
        if forms is None:
            raise LookupError(f"nothing that was imported is called {name}")
        await self._renew(forms)

    async def _renew(self, forms: list[str]) -> None:
        """Run forms that load something again. One that fails costs itself, of Lisp all that follows, which
        may import it."""
        self._session.renewing.take()
        skipped: str | None = None
        for form in forms:
            failed = over = False
            if skipped is not None and form.startswith(skipped):
                continue
            async with contextlib.aclosing(self._session.eval(form, "<reload>")) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, Problem):
                        self._show(event)
                    failed = failed or ends_unit(event)
                    over = over or interrupted(event) or isinstance(event, Exit)
            if over:
                break
            if failed and form.startswith(_LISP):
                skipped = _LISP
        renewed = self._session.renewing.take()
        if renewed:
            self._note(f"loaded again: {', '.join(renewed)}")

    async def look(self) -> None:
        """Load again what was saved since. What has failed is tried again when it is saved again."""
        if not self.on:
            return
        forms = await self._session.renewing.changed()
        state = [(form, saved_at(form)) for form in forms]
        if state != self._tried:
            self._tried = state
            await self._renew(forms)

    @contextlib.asynccontextmanager
    async def while_idle(self) -> AsyncIterator[None]:
        """Inside the block files are looked at from time to time. It ends when what has begun is loaded."""
        if not self.on:
            yield
            return
        over = asyncio.Event()
        task = asyncio.get_running_loop().create_task(self._watch(over))
        try:
            yield
        except KeyboardInterrupt:
            if self._session.running:
                self._session.interrupt()
            raise
        finally:
            over.set()
            await task

    async def _watch(self, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PAUSE):
                    await over.wait()
            if not over.is_set():
                await self.look()


def saved_at(form: str) -> tuple[int, ...]:
    """When the file that a form loads was saved, and what else tells two savings of one moment apart.
    Empty where it names none."""
    named = _NAMED.search(form)
    path = named[1].removeprefix("file://") if named else ""
    if form.startswith("(py.import "):
        path = getattr(sys.modules.get(path), "__file__", None) or ""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
