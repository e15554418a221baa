"""`--json`: everything that happens as one JSON object a line, for a program to read.

In: events of the Session, and what the program prints. Out: lines on standard output, in the order of what
happened:

    {"type": "output", "stream": "stdout" | "stderr", "text": ".."}       what the program printed
    {"type": "value", "text": "..", "language": "python" | "javascript"}
    {"type": "error" | "warning" | "interrupt", "name": "..", "message": "..", "text": ".."}
    {"type": "lost", "text": ".."}                                        Node had to be replaced
    {"type": "exit", "code": 3}                                           (exit 3)

`text` is what a person would have been shown. Output comes a line at a time; what a child process of the
program writes to the terminal itself passes by.
"""

from __future__ import annotations

import io
import json
import sys
from typing import TextIO

from .display import plain_text
from .events import Event, Exit, Lost, Problem, Value


class JsonLines:
    """Writes the lines to `stream`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._name = ""
        self._pending = ""

    def event(self, event: Event) -> None:
        """Write one event; nothing for a value that is nil or a definition."""
        match event:
            case Value(quiet=False):
                language = "python" if event.is_python else "javascript"
                self._emit(type="value", text=plain_text(event), language=language)
            case Problem():
                self.problem(event.severity, event.ename, event.evalue, event.text)
            case Lost():
                self._emit(type="lost", text=event.text)
            case Exit():
                self._emit(type="exit", code=event.code)

    def problem(self, severity: str, name: str, message: str, text: str) -> None:
        """Write what went wrong."""
        self._emit(type=severity, name=name, message=message, text=text)

    def output(self, name: str, text: str) -> None:
        """Take what the program printed; a line is written when it is whole, or something else comes."""
        if name != self._name:
            self.flush()
        self._name = name
        self._pending += text
        if text.endswith("\n"):
            self.flush()

    def flush(self) -> None:
        """Write the line that is not whole yet."""
        if self._pending:
            pending, self._pending = self._pending, ""
            self._line({"type": "output", "stream": self._name, "text": pending})

    def _emit(self, **fields: object) -> None:
        self.flush()
        self._line(fields)

    def _line(self, fields: dict[str, object]) -> None:
        # ASCII: a lone surrogate is no text that could be written otherwise.
        self._stream.write(json.dumps(fields) + "\n")
        self._stream.flush()


class Printed(io.TextIOBase):
    """A standard stream whose text becomes lines of JSON."""

    encoding = "utf-8"

    def __init__(self, lines: JsonLines, name: str) -> None:
        self._lines = lines
        self._name = name

    @property
    def name(self) -> str:
        return f"<{self._name}>"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._lines.output(self._name, text)
        return len(text)

    def flush(self) -> None:
        """Nothing waits here but half a line, which would be two if it went out now."""

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return (sys.__stderr__ if self._name == "stderr" else sys.__stdout__).fileno()  # type: ignore[union-attr]
