"""Where the output of a program goes at a terminal or in a pipe.

In: (stream, text, form number). Out: text on standard output or standard error. Imports nothing heavy:
the command line makes a sink before it knows what else it needs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

BROKEN_PIPE = 141
"""The exit code where who reads the output has gone: a shell's for a program that SIGPIPE has ended."""


class Sink:
    """Writes; when who reads has gone, calls `on_broken` once (it stops the program) and drops the rest."""

    def __init__(self) -> None:
        self.broken = False
        self.failed: OSError | None = None
        """What else went wrong with writing, as to a full disk."""
        self.on_broken: Callable[[], None] = lambda: None

    def write(self, stream: str, text: str, form: int | None) -> None:
        target = sys.stderr if stream == "stderr" else sys.stdout
        try:
            target.write(text)
            if stream == "stderr" or target.isatty():
                target.flush()
        except BrokenPipeError:
            abandon(target)
            if not self.broken:
                self.broken = True
                self.on_broken()
        except OSError as error:
            abandon(target)
            if self.failed is None:
                self.failed = error
                self.on_broken()


def abandon_stdout() -> None:
    """Nobody reads standard output any more."""
    abandon(sys.stdout)


def abandon(stream: TextIO) -> None:
    """A stream cannot be written any more; what is left of it, and follows, goes nowhere."""
    with suppress(OSError, ValueError):  # there may be no descriptor left
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def written(status: int) -> int:
    """Write what the standard streams still hold, as Python does at its end.

    Args:
        status: the exit code.

    Returns:
        It, or another one where it says that all is well and something could not be written, which is told
        then.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            abandon(stream)
            status = status or BROKEN_PIPE
        except (OSError, ValueError) as error:
            abandon(stream)
            if status == 0:
                status = 1
                with suppress(OSError, ValueError):
                    said = getattr(error, "strerror", None) or error
                    print(f"polyrepl: cannot write the output: {said}", file=sys.stderr, flush=True)
    return status
