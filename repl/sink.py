"""Where the output of a program goes at a terminal or in a pipe.

In: (stream, text, form number). Out: text on standard output or standard error. Imports nothing heavy:
the command line makes a sink before it knows what else it needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


class Sink:
    """Writes; when who reads has gone, calls `on_broken` once (it stops the program) and drops the rest."""

    def __init__(self) -> None:
        self.broken = False
        self.on_broken: Callable[[], None] = lambda: None

    def write(self, stream: str, text: str, form: int | None) -> None:
        target = sys.stderr if stream == "stderr" else sys.stdout
        try:
            target.write(text)
            if stream == "stderr" or target.isatty():
                target.flush()
        except BrokenPipeError:
            if not self.broken:
                self.broken = True
                abandon_stdout()
                self.on_broken()


def abandon_stdout() -> None:
    """Nobody reads standard output any more; what the interpreter still flushes at exit goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
