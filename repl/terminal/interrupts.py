"""Ctrl-C at the prompt.

In: the signal, and what the terminal says of what it is doing. Out: what is on the main thread's stack is
stopped, else what that waits for; where nothing runs it is a key.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from polyrepl.bridge.waking import Waker, sigint_to

from ..polyglot import Python
from ..session.on_top import is_programs
from ..session.session import Session
from .editor import Editor
from .plain import PlainEditor

_TELLS_ITSELF = 0.3  # seconds in which a form that was stopped has said so


class Interrupts:
    """The handler, and what it must know of what is going on.

    Args:
        session: runs the forms.
        python: runs `,py` texts.
        editor: what is typed into.
        tell: called when something beside the forms was stopped.

    Attributes:
        submitted: what was typed is being done.
        stopped: and was stopped where it is our own code: a value is shown, a command runs.
        beside: something beside what was typed was stopped meanwhile, and nobody was told of it.
    """

    def __init__(
        self, session: Session, python: Python, editor: Editor | PlainEditor, tell: Callable[[], None]
    ) -> None:
        self.submitted = False
        self.stopped = False
        self.beside = False
        self._session = session
        self._python = python
        self._editor = editor
        self._tell = tell
        self._waker: Waker | None = None
        self._task: asyncio.Task[Any] | None = None  # that prompts
        self._here = False

    @contextlib.contextmanager
    def heeded(self) -> Iterator[None]:
        """Within, Ctrl-C comes here. The current task is the one that prompts."""
        self._task = asyncio.current_task()
        loop, signals = asyncio.get_running_loop(), self._session.node.signals
        with sigint_to(self._handle, loop, signals.beside) as self._waker:
            yield

    @contextlib.contextmanager
    def doing(self) -> Iterator[None]:
        """Within, what was typed is done."""
        if self._waker is not None:
            self._waker.install()
        self.submitted, self.stopped, self.beside = True, False, False
        try:
            yield
        finally:
            self.submitted = self._here = False

    @contextlib.contextmanager
    def here(self, here: bool) -> Iterator[None]:
        """Within, may Ctrl-C be an exception in our own code?"""
        before, self._here = self._here, here
        try:
            yield
        finally:
            self._here = before

    def took(self) -> bool:
        """Was the prompting task cancelled from here? It goes on then."""
        if not self.stopped or self._task is None:
            return False
        self._task.uncancel()
        return True

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Raises KeyboardInterrupt into Python code that is on the stack."""
        if self.submitted:
            self._session.node.signals.tell()
        session, bridge = self._session, self._session.bridge
        if self._here and asyncio.current_task() is self._task:
            self.stopped = True
            self._stop_here()
        elif session.running and (bridge.javascript_on_top or bridge.python_on_top):
            session.interrupt()
        elif self._python.interrupt_code():
            pass
        elif bridge.python_on_top or bridge.nested or is_programs(frame):  # else our own question waits
            self._heed()
            self._stop_here()
        elif session.running:
            session.interrupt()
        elif self._python.interrupt():
            pass
        elif self._here and self._task is not None:
            self._task.get_loop().call_soon_threadsafe(self._cancel)
        elif isinstance(self._editor, PlainEditor):
            self._editor.cancel()

    def _cancel(self) -> None:
        """A command awaits."""
        if self._here and self._task is not None:
            self.stopped = True
            self._task.cancel()

    def _stop_here(self) -> None:
        bridge = self._session.bridge
        if not bridge.javascript_on_top or not bridge.interrupt():
            raise KeyboardInterrupt

    def _heed(self) -> None:
        """Something beside the forms is stopped: say so once it has been."""
        self._editor.heeded()
        if self._task is None:
            return
        stopped = asyncio.current_task()
        loop = self._task.get_loop()
        self.beside = True

        def tell() -> None:
            if stopped is not None and stopped.done() and not stopped.cancelled():
                stopped.exception()  # it has been heard of
            if self.beside:
                self.beside = False
                self._tell()

        def tell_soon() -> None:
            # What was typed may await what was stopped, and tell of that itself.
            loop.call_later(_TELLS_ITSELF if self.submitted else 0, tell)

        loop.call_soon_threadsafe(tell_soon)

    async def stop_javascript(self) -> None:
        """Nothing that was typed runs: what keeps JavaScript's event loop (a timer's callback that loops) is
        stopped."""
        if await self._session.node.let_go():
            self._tell()
