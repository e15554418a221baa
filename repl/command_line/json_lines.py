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
come without one are counted. A line that begins like a request and is neither JSON nor Lisp is answered with
an error, under its id where that can be read.
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
from polyrepl.bridge.foreign import clip

from ..session.display import plain_text
from ..session.events import Event, Exit, Lost, Problem, Value

PIPE_SIZE = 1 << 20
ROUNDS = 32  # of reading what there is: more than the pipe holds, so that no endless writer is waited for
_REQUEST = re.compile(r"\ufeff?\s*(\{)\s*\"(id|code)\"\s*:\s*")
NO_CODE = 'a request is {"id": .., "code": ".."}: its code is a text'
_LONGEST_NAME = 60  # characters of an id that name the text of a request in errors


@dataclass(frozen=True, slots=True)
class Request:
    """A line that asks for something to be run."""

    id: str
    """As JSON writes it."""
    code: str | None
    wrong: str
    """Why it says none."""
    is_json: bool
    end: int
    """Where in the text its line ends."""

    @property
    def name(self) -> str:
        """What its text is called."""
        said = json.loads(self.id) if self.id.startswith('"') else self.id
        return f"<{clip(said, _LONGEST_NAME)}>"


def request_at(text: str, start: int, ended: bool) -> Request | bool | None:
    """The request that begins at a place of the text; None: there stands something else; True: its line is
    not whole yet. One that is no JSON has no code, and may be Lisp."""
    found = _REQUEST.match(text, start)
    if found is None:
        return None
    begin = found.start(1)
    end = text.find("\n", begin)
    if end < 0:
        if not ended:
            return True
        end = len(text)
    line = text[begin:end]
    try:
        said = _read(line)
        code = said.get("code")
        return Request(_written(said.get("id")), code if isinstance(code, str) else None, NO_CODE, True, end)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Request(_id_of(text, found), None, f"a request that is no JSON: {reason}", False, end)


def begun_at(text: str, start: int) -> Request | None:
    """The request whose line begins at a place of the text and cannot be read to its end."""
    found = _REQUEST.match(text, start)
    return None if found is None else Request(_id_of(text, found), None, "", False, len(text))


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


_decoder = json.JSONDecoder(parse_constant=_no_constant)
_read = _decoder.decode


def _id_of(text: str, found: re.Match[str]) -> str:
    """The id of a line that is not JSON as a whole, as JSON; null where there is none."""
    try:
        return _written(_decoder.raw_decode(text, found.end())[0]) if found[2] == "id" else "null"
    except (ValueError, RecursionError):
        return "null"


def _written(ident: Any) -> str:
    """An id as it goes back."""
    return json.dumps(ident, allow_nan=False)


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
        ident = str(self._count) if request is None else request.id
        with self.lock:
            self.flush()
            self._write(f'{{"type": "end", "id": {ident}, "status": "{status}"}}')

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
        self._write(json.dumps(fields))

    def _write(self, line: str) -> None:
        if self._failure is not None:
            raise self._failure
        data = line.encode() + b"\n"
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
