"""`--json`: everything that happens as one JSON object a line, for a program to read.

In: events of the Session, and what the program prints. Out: lines on what was standard output, in the order
of what happened:

    {"type": "output", "stream": "stdout" | "stderr", "text": ".."}       what the program printed
    {"type": "value", "text": "..", "language": "python" | "javascript"}
    {"type": "error" | "warning" | "interrupt", "name": "..", "message": "..", "text": ".."}
    {"type": "lost", "text": ".."}                                        Node had to be replaced
    {"type": "exit", "code": 3}                                           (exit 3)
    {"type": "end", "id": 1, "status": "ok" | "error" | "interrupt" | "exit"}   a form, or a request, is done

`text` is what a person would have been shown. Output comes a line at a time. Descriptor 1 belongs to the
lines: what the program or a child process of it writes there itself is read from a pipe, and is output too.

A request is a line of standard input, `{"id": "a", "code": "(+ 1 2)"}`; `end` gives its id back. Forms that
come without one are counted.
"""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import io
import json
import os
import re
import select
import threading
from dataclasses import dataclass
from typing import Any

from polyrepl.bridge.descriptors import Descriptor

from ..session.display import plain_text
from ..session.events import Event, Exit, Lost, Problem, Value

PIPE_SIZE = 1 << 20
ROUNDS = 32  # of reading what there is: more than the pipe holds, so that no endless writer is waited for
_REQUEST = re.compile(r"\s*(\{)\s*\"(?:id|code)\"\s*:")


@dataclass(frozen=True, slots=True)
class Request:
    """A line that asks for something to be run."""

    id: Any
    code: str | None
    """None: it says none."""
    end: int
    """Where in the text its line ends."""


def request_at(text: str, start: int, ended: bool) -> Request | bool | None:
    """The request that begins at a place of the text; None: there stands something else; True: its line is
    not whole yet."""
    found = _REQUEST.match(text, start)
    if found is None:
        return None
    begin = found.start(1)
    end = text.find("\n", begin)
    if end < 0:
        if not ended:
            return True
        end = len(text)
    try:
        said = json.loads(text[begin:end])
    except ValueError:
        return None
    code = said.get("code")
    return Request(said.get("id"), code if isinstance(code, str) else None, end)


class JsonLines:
    """Writes the lines to a descriptor, from any thread."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._failure: OSError | None = None
        self._name = ""
        self._pending = ""
        self.lock = threading.RLock()
        self._count = 0
        self.raw: Raw | None = None
        """What is written to descriptor 1 itself."""

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

    def end(self, status: str, request: Request | None = None) -> None:
        """A form is done, or a request."""
        self._count += request is None
        self._emit(type="end", id=self._count if request is None else request.id, status=status)

    def problem(self, severity: str, name: str, message: str, text: str) -> None:
        """Write what went wrong."""
        self._emit(type=severity, name=name, message=message, text=text)

    def output(self, name: str, text: str) -> None:
        """Take what the program printed; a line is written when it is whole, or something else comes."""
        with self.lock:
            if self.raw is not None:
                self.raw.read()
            self._take(name, text)

    def take_raw(self, text: str) -> None:
        """As `output`, for what was read from descriptor 1."""
        with self.lock:
            self._take("stdout", text)

    def _take(self, name: str, text: str) -> None:
        if name != self._name:
            self._write_pending()
        self._name = name
        self._pending += text
        if text.endswith("\n"):
            self._write_pending()

    def flush(self) -> None:
        """Write the line that is not whole yet."""
        with self.lock:
            if self.raw is not None:
                self.raw.read()
            self._write_pending()

    def _write_pending(self) -> None:
        if self._pending:
            pending, self._pending = self._pending, ""
            self._line({"type": "output", "stream": self._name, "text": pending})

    def _emit(self, **fields: object) -> None:
        with self.lock:
            self.flush()
            self._line(fields)

    def _line(self, fields: dict[str, object]) -> None:
        # ASCII: a lone surrogate is no text that could be written otherwise.
        if self._failure is not None:
            raise self._failure
        data = json.dumps(fields).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            self._failure = error
            raise


class Raw:
    """Descriptor 1 as a pipe whose text becomes output; `lines` are written to what it was."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        self._kept = os.dup(1)
        self.lines = JsonLines(self._kept)
        self.lines.raw = self
        read, write = os.pipe()
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, PIPE_SIZE)  # C code may hold Python up while it writes
        os.set_blocking(read, False)
        os.dup2(write, 1)
        os.close(write)
        self._read = Descriptor(read)
        threading.Thread(target=self._follow, name="polyrepl-raw-output", daemon=True).start()

    def _follow(self) -> None:
        waiting = select.poll()
        waiting.register(self._read, select.POLLIN)
        with contextlib.suppress(OSError):  # of the lines: whoever writes the next one gets it
            while self._read.ours:
                waiting.poll()
                if not self.read():
                    return

    def read(self) -> bool:
        """Take what was written until now. False at the end."""
        with self.lines.lock:
            for _ in range(ROUNDS):
                try:
                    data = os.read(self._read, 1 << 16) if self._read.ours else b""
                except BlockingIOError:
                    return True
                except OSError:
                    return False
                if not data:
                    return False
                self.lines.take_raw(self._decode(data))
        return True

    def close(self, *, restore: bool) -> None:
        """Take the rest. Descriptor 1 is what it was before, or leads nowhere: no other line follows.

        Args:
            restore: give it back.
        """
        self.lines.flush()
        self.lines.raw = None
        after = self._kept if restore else os.open(os.devnull, os.O_WRONLY)
        os.dup2(after, 1)
        os.close(after)
        # The reading thread sees the end when the last child process that writes there has ended.


class PrintedBytes(io.BufferedIOBase):
    """The bytes below such a stream: text in UTF-8."""

    def __init__(self, text: Printed) -> None:
        self._text = text
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        """Takes anything that holds bytes; returns how many."""
        taken = bytes(data)
        self._text.write(self._decode(taken))
        return len(taken)

    def fileno(self) -> int:
        return self._text.fileno()


class Printed(io.TextIOBase):
    """A standard stream whose text becomes lines of JSON."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, lines: JsonLines, name: str) -> None:
        self._lines = lines
        self._name = name
        self.buffer = PrintedBytes(self)

    def reconfigure(self, **options: Any) -> None:
        """It is UTF-8, a line at a time, whatever is asked for."""

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
        return 2 if self._name == "stderr" else 1
