"""What Lisp can ask of the notebook; repl/node/notebook.mjs calls it.

In: values and MIME bundles from JavaScript, on the main thread and in the context of the form that asks. Out:
display messages under that form's cell; lines that the user typed.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import builtins
from typing import Any

from IPython.display import display

from .results import clean


class Notebook:
    """The kernel, as far as a program may use it."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def show(self, value: Any, ident: str | None = None, update: bool = False) -> None:
        """Display a Python object through IPython's formatters, under a display id if one is given."""
        with self._kernel.interrupts.plainly():
            display(value, display_id=ident, update=update) if ident else display(value)

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any], ident: str | None = None, update: bool = False
    ) -> None:
        """Display a MIME bundle."""
        transient = {"display_id": ident} if ident else {}
        self._kernel.shell.display_pub.publish(clean(data), metadata, transient=transient, update=update)

    def clear(self, wait: bool = False) -> None:
        """Clear what the cell has shown so far; with `wait`, when the next output comes."""
        shell = self._kernel.shell
        shell.display_pub.clear_output(wait)
        stdout = self._kernel._stdout
        if hasattr(stdout, "tape"):
            stdout.tape.forget(stdout.parent_header)

    def read_line(self, prompt: str = "") -> str | None:
        """A line from the user; None at end of input.

        Raises:
            StdinNotImplementedError: this front end can not ask.
        """
        try:
            return builtins.input(prompt)
        except EOFError:
            return None
