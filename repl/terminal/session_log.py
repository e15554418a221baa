"""A session in a file: what is typed, and what was shown of it in comments. The file can be loaded.

In: texts, events. Out: lines at the end of a file of the person's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from ..complete.modes import Mode
from ..session.display import plain_text
from ..session.events import Event, Problem, Value


class Log:
    """Writes to a file, or (as at the start) to none."""

    def __init__(self) -> None:
        self._file: TextIO | None = None

    def to(self, path: Path | None) -> str:
        """Write to the end of a file from now on; None: no more. Says what is done. Raises OSError."""
        file = None if path is None else path.open("a", encoding="utf-8", errors="backslashreplace")
        if self._file is not None:
            self._file.close()
        self._file = file
        return "nothing is logged" if path is None else f"what is typed and shown goes to {path}"

    def typed(self, text: str, mode: Mode) -> None:
        """A text was submitted. Only Lisp is text of the file, everything else a comment."""
        if mode != "lisp" or text.startswith(","):
            self._comment(text if text.startswith(",") else f",{mode} {text}")
        else:
            self._write(text)

    def shown(self, event: Event) -> None:
        """Something was shown."""
        if self._file is None:
            return  # a value's repr, which may be slow, is nobody's to ask for
        if isinstance(event, Value) and not event.quiet:
            self._comment(f"=> {plain_text(event)}")
        elif isinstance(event, Problem):
            self._comment(event.text)

    def _comment(self, text: str) -> None:
        self._write("\n".join(f"; {line}".rstrip() for line in text.split("\n")))

    def _write(self, text: str) -> None:
        if self._file is not None:
            self._file.write(text + "\n")
            self._file.flush()
