"""The Session as a kernel needs it: output goes to the cell that caused it, and Node knows the notebook.

In: what repl's Session takes. Out: the same events; text goes to sys.stdout and sys.stderr in the context of
the cell whose form printed it, so that late output appears under its own cell.
"""

from __future__ import annotations

import contextvars
import sys
from collections import OrderedDict
from pathlib import Path
from typing import Any

from polyrepl.lisp.compiler import Compiler
from polyrepl.repl.session import Session

NOTEBOOK = Path(__file__).with_name("node") / "notebook.mjs"
REMEMBERED_FORMS = 1_000
NAMES = ("display", "update-display", "clear-output", "progress", "read-line")


class KernelSession(Session):
    """A Session with the notebook's functions: display, update-display, clear-output, progress, read-line."""

    def __init__(self) -> None:
        # Which cell a form belongs to, as the context that was current when the form began.
        self._cells: OrderedDict[int, contextvars.Context] = OrderedDict()
        self._noted: Any = None
        self.notebook: Any = None
        """What notebook.mjs calls in Python (see notebook.py); set by the kernel."""
        super().__init__(output=self._write)
        self.on_form = self._remember

    def _new_compiler(self) -> Compiler:
        compiler = super()._new_compiler()
        for name in NAMES:
            compiler.declare(name)
        return compiler

    def _ready(self) -> None:
        super()._ready()
        if self._noted is not self._prelude and self.notebook is not None:
            self.bridge.import_module(str(NOTEBOOK)).install(self.notebook)
            self._noted = self._prelude

    def javascript(self) -> Any:
        """The functions of notebook.mjs in a running Node."""
        self._ready()
        return self.bridge.import_module(str(NOTEBOOK))

    # -- output ----------------------------------------------------------------------------------

    def _remember(self, form: int) -> None:
        self._cells[form] = contextvars.copy_context()
        while len(self._cells) > REMEMBERED_FORMS:
            self._cells.popitem(last=False)

    def _write(self, stream: str, text: str, form: int | None) -> None:
        context = self._cells.get(form) if form is not None else None
        if context is None:
            write(stream, text)
        else:
            # A copy, since a context can not be entered twice and sinks are called at any depth.
            context.copy().run(write, stream, text)


def write(stream: str, text: str) -> None:
    """Write to the named standard stream, for the cell of the current context."""
    (sys.stderr if stream == "stderr" else sys.stdout).write(text)
