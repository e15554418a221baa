"""What the commands act on; a front end implements it.

In: nothing. Out: the protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from polyrepl.lisp.forms import Form

from ..complete.modes import Mode
from ..complete.services import SessionServices
from ..config import Config
from ..session.events import Problem, Value
from ..session.node_module import NodeModule
from ..session.session import Session


class Front(Protocol):
    """One interactive session."""

    session: Session
    config: Config
    node: NodeModule
    """node/terminal.mjs"""
    ran: list[str]
    """The texts that ran without an error."""
    last_error: Problem | None
    python_names: frozenset[str]
    """What `__main__` had at the start."""

    @property
    def services(self) -> SessionServices:
        """What the session knows."""

    def say(self, text: str, *, language: str = "") -> None:
        """Print a text, in the colours of its language."""

    def note(self, text: str) -> None:
        """Print a remark."""

    def complain(self, text: str) -> None:
        """Print what went wrong."""

    def width(self) -> int:
        """Columns of the screen."""

    def more(self, everything: bool) -> None:
        """Print the next part of the last long value, or all of it."""

    def switch(self, mode: Mode) -> None:
        """Let the prompt speak another language."""

    def stop_background(self) -> str:
        """Stop timers in Node and tasks in Python; says what was stopped, "" if there was nothing."""

    @property
    def results(self) -> Mapping[int, Any]:
        """What was shown, by number."""

    async def show_result(self, number: int) -> None:
        """Show one of them again; it is `*1` then."""

    def log_to(self, path: Path | None) -> str:
        """Write what is typed and shown to a file, None: no more; says what is done. Raises OSError."""

    async def reload_when_saved(self, word: str) -> str:
        """See Autoreload.switch."""

    async def reload(self, name: str) -> None:
        """See Autoreload.reload."""

    async def initialize(self) -> None:
        """Run init.lisp."""

    async def run_lisp(self, text: str, name: str | None = None, *, values: bool = True) -> Value | None:
        """Run Lisp and show what comes of it. Returns the last value, None after a problem."""

    async def run_python(self, text: str) -> None:
        """Run Python in `__main__` and show the value of its last expression."""

    async def run_javascript(self, text: str) -> None:
        """Run JavaScript in the global scope and show its value."""

    async def value_of(self, form: str | Form) -> Value | None:
        """The value of a Lisp form, or of a text of some, not shown; a problem is."""
