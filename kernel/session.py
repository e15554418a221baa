"""The Session as a kernel needs it: output goes to the cell that caused it, and Node knows the notebook.

In: what repl's Session takes. Out: the same events; text goes to sys.stdout and sys.stderr in the context of
the cell whose form printed it, so that late output appears under its own cell.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from polyrepl.bridge import BridgeError, JSError
from polyrepl.repl.session import Session
from polyrepl.repl.session.node_module import NodeModule

NOTEBOOK = Path(__file__).parents[1] / "repl" / "node" / "notebook.mjs"
REMEMBERED_FORMS = 1_000
# A bundle has a text of its own, of about this size; the whole of a large value is never made.
LIMITS = {"maxItems": 100, "maxDepth": 8, "maxString": 10_000, "maxTotal": 2_000}
NAMES = ("display", "update-display", "clear-output", "progress", "read-line")


class KernelSession(Session):
    """A Session with the notebook's functions: display, update-display, clear-output, progress, read-line."""

    def __init__(self) -> None:
        # Which cell a form belongs to, as the context that was current when the form began.
        self._cells: OrderedDict[int, contextvars.Context] = OrderedDict()
        self.on_node: list[Callable[[], Any]] = []
        """Called when a Node has begun to serve: the first one, and each that replaces a lost one."""
        self.notebook: Any = None
        """What notebook.mjs calls in Python (see notebook.py); set by the kernel."""
        self.namespace: dict[str, Any] | None = None
        """What `__main__` is for Lisp: that of IPython's cells, which is made after the bridge has begun."""
        super().__init__(output=self._write, names=NAMES)
        self.on_form = self._remember
        self.limits = LIMITS
        self._looks = NodeModule(self.bridge, NOTEBOOK, ("looks",))

    def begin(self, prelude: Any) -> None:
        """Give a Node that has begun to serve the notebook's functions too."""
        super().begin(prelude)
        if self.namespace is not None:
            self.bridge.server.namespace = self.namespace
        if self.notebook is None:
            return
        prelude.setRich(True)
        self.bridge.import_module(str(NOTEBOOK)).install(self.notebook)
        for begin in self.on_node:
            begin()

    @contextlib.contextmanager
    def python_cell(self) -> Iterator[None]:
        """The code within is a Python cell: a form like others to JavaScript that it calls.

        Raises:
            KeyboardInterrupt: it was asked to stop before it began.
        """
        if self.stopped_early():
            raise KeyboardInterrupt
        self.form_number += 1
        self._remember(self.form_number)
        with self.bridge.form(self.form_number):
            yield

    def looks(self, value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a JavaScript object shows in a Python cell besides its text: a MIME bundle, its metadata."""
        try:
            found = self._looks.now("looks", value)
        except (BridgeError, JSError):
            return {}, {}
        from .results import clean  # with all of ipykernel: Node starts before that is imported

        return clean(found["data"]), found["metadata"]

    # -- output ----------------------------------------------------------------------------------

    def _remember(self, form: int) -> None:
        self._cells[form] = contextvars.copy_context()
        while len(self._cells) > REMEMBERED_FORMS:
            self._cells.popitem(last=False)

    def _write(self, stream: str, text: str, form: int | None) -> None:
        if form is None and not in_task():
            # A child process of Node's, or code that wrote to the descriptor; the loop has read it, in no
            # context that means anything.
            form = next(reversed(self._cells), None)
        context = self._cells.get(form) if form is not None else None
        if context is None:
            write(stream, text)
        else:
            # A copy, since a context can not be entered twice and sinks are called at any depth.
            context.copy().run(write, stream, text)


def in_task() -> bool:
    """Does the calling code run for a message, or straight from the loop?"""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


def write(stream: str, text: str) -> None:
    """Write to the named standard stream, for the cell of the current context."""
    (sys.stderr if stream == "stderr" else sys.stdout).write(text)
