"""sys.stdout and sys.stderr of the kernel: text becomes `stream` messages, in the order it was written.

In: `write` from any thread, the program's or a library's. Out: IOPub messages, one for each stretch of text
of one stream and one cell. Four things differ from ipykernel's own stream:

* both streams share one `Tape`, so stderr never overtakes stdout;
* text is gathered for about 20 ms, so 100,000 lines are a few dozen messages and none is lost;
* `flush` queues the messages and does not wait: the IOPub thread sends what it is given in order;
* what child processes write (descriptors.py) is there before their cell's `idle`.

A cell that prints without end is cut off after `limit` characters with a notice.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import contextlib
import functools
import os
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

from ipykernel.iostream import OutStream

from .descriptors import Descriptor

GATHER_SECONDS = 0.02
GATHER_SECONDS_UNDER_LOAD = 0.06
MESSAGE_CHARACTERS = 256 * 1024
OUTPUT_LIMIT = 16 * 1024 * 1024
REMEMBERED_CELLS = 256
DRAIN_SECONDS = 2.0
QUIET_SECONDS = 0.0002
"""No child process ends sooner: only after as much does a write look for what others have written before."""


class Stretch:
    """Text of one stream for one cell, nothing else between."""

    __slots__ = ("chunks", "parent", "stream")

    def __init__(self, stream: Stream, parent: dict[str, Any]) -> None:
        self.stream = stream
        self.parent = parent
        self.chunks: list[str] = []


class Outbox:
    """Messages on their way to the IOPub thread, where Session expects a socket.

    That thread takes functions from a queue, and is woken through a pipe that holds some thousands of wakes:
    who wakes it may have to wait for it. So it is woken by nobody who has a lock that it may want, and not by
    itself.
    """

    def __init__(self, thread: Any) -> None:
        self._thread = thread
        self._messages: deque[tuple[tuple[Any, ...], dict[str, Any]]] = deque()

    def send_multipart(self, *args: Any, **options: Any) -> None:
        """Keep a message until it is queued."""
        self._messages.append((args, options))

    def queue(self) -> Callable[[], object]:
        """Queue what is kept, behind what is there by now; returns what wakes the thread, to be called."""
        messages, self._messages = self._messages, deque()
        if not messages:
            return lambda: None
        send = functools.partial(self._send, messages)
        if not self._thread.thread.is_alive():  # at the end, and in a forked child
            return send
        self._thread._events.append(send)
        if threading.current_thread() is self._thread.thread:
            return functools.partial(self._thread.io_loop.add_callback, self._thread._handle_event, [])
        return functools.partial(self._thread.schedule, lambda: None)

    def _send(self, messages: deque[tuple[tuple[Any, ...], dict[str, Any]]]) -> None:
        try:
            while messages:
                args, options = messages.popleft()
                self._thread._really_send(*args, **options)
        finally:
            if messages:  # one could not be sent
                self._thread._events.appendleft(functools.partial(self._send, messages))
                self._thread.io_loop.add_callback(self._thread._handle_event, [])


class Tape:
    """What was written and not sent yet, by both streams.

    Args:
        session: jupyter_client's Session, makes and signs messages.
        thread: ipykernel's IOPubThread, sends them.
    """

    def __init__(self, session: Any, thread: Any) -> None:
        self.limit = OUTPUT_LIMIT
        self.streams: dict[str, Stream] = {}
        self._session = session
        self._thread = thread
        self._outbox = Outbox(thread)
        self._lock = threading.RLock()
        self._stretches: list[Stretch] = []
        self._size = 0
        self._due = False
        self._busy = False
        self._past: dict[str, Any] | None = None
        self._last_write = 0.0
        self._written: OrderedDict[str, int] = OrderedDict()
        self._pid = os.getpid()
        reference = weakref.ref(self)
        os.register_at_fork(after_in_child=lambda: _renew_lock(reference))

    def write(self, stream: Stream, parent: dict[str, Any], text: str) -> None:
        """Append; sends later, or now where much has gathered."""
        with self._lock:
            now = monotonic()
            if now - self._last_write > QUIET_SECONDS:
                self._take()
            self._last_write = now
            allowed = self._allowed(stream, parent, text)
            if allowed:
                self._append(stream, parent, allowed)
            if self._due and self._size <= MESSAGE_CHARACTERS:
                return  # the timer will send it: no step more than a program that prints much must take
        self._send_soon()

    def take(self) -> None:
        """Append what was written past the streams."""
        with self._lock:
            self._take()
        self._send_soon()

    @contextlib.contextmanager
    def past_belongs_to(self, parent: dict[str, Any]) -> Iterator[None]:
        """What is written past the streams within is this cell's."""
        self.take()
        before, self._past = self._past, parent
        try:
            yield
        finally:
            self.take()
            self._past = before

    def _take(self) -> None:
        for stream in self.streams.values():
            text = stream.written_past()
            cell = self._past or stream.last_cell
            allowed = self._allowed(stream, cell, text) if text else ""
            if allowed:
                self._append(stream, cell, allowed)

    def _send_soon(self) -> None:
        with self._lock:
            full = self._size > MESSAGE_CHARACTERS
            forked = os.getpid() != self._pid
            # No timer runs in a forked child. By lines, so that children do not mix up their words.
            full = full or (forked and self._at_line_end())
            wake = bool(self._stretches) and not self._due and not full and not forked
            self._due = self._due or wake
        if full:
            self.flush()
        elif wake:
            self._thread.schedule(self._start_timer)

    def _at_line_end(self) -> bool:
        return bool(self._stretches) and self._stretches[-1].chunks[-1].endswith("\n")

    def _append(self, stream: Stream, parent: dict[str, Any], text: str) -> None:
        last = self._stretches[-1] if self._stretches else None
        if last is None or last.stream is not stream or last.parent is not parent:
            last = Stretch(stream, parent)
            self._stretches.append(last)
        last.chunks.append(text)
        self._size += len(text)

    def _allowed(self, stream: Stream, parent: dict[str, Any], text: str) -> str:
        """What of `text` this cell may still print; the first time it is cut, a notice follows."""
        cell = parent.get("msg_id", "")
        before = self._written.get(cell, 0)
        self._written[cell] = before + len(text)
        if len(self._written) > REMEMBERED_CELLS:
            self._written.popitem(last=False)
        if before + len(text) <= self.limit:
            return text
        if before > self.limit:
            return ""
        if before < self.limit:
            self._append(stream, parent, text[: self.limit - before])
        self._append(self.streams.get("stderr", stream), parent, self._notice())
        return ""

    def _notice(self) -> str:
        size = f"{self.limit / 2**20:g} MiB" if self.limit >= 2**20 else f"{self.limit} characters"
        return f"\n[polyrepl] this cell printed more than {size}; the rest is not shown\n"

    def hidden(self, parent: dict[str, Any]) -> int:
        """How many characters of this cell were not shown."""
        return max(0, self._written.get(parent.get("msg_id", ""), 0) - self.limit)

    def forget(self, parent: dict[str, Any]) -> None:
        """The cell's output was cleared: it may print as much again."""
        with self._lock:
            self._written.pop(parent.get("msg_id", ""), None)

    def _start_timer(self) -> None:
        delay = GATHER_SECONDS_UNDER_LOAD if self._busy else GATHER_SECONDS
        self._busy = True
        self._thread.io_loop.call_later(delay, self._timer)

    def _timer(self) -> None:
        if not self._stretches:
            self._busy = False
        self.flush()

    def flush(self) -> None:
        """Queue everything written so far for sending; does not wait until it is sent.

        What another thread is just queueing is queued when this returns: a cell's idle follows its output.
        """
        with self._lock:
            self._due = False
            self._take()
            stretches, self._stretches = self._stretches, []
            self._size = 0
            for stretch in stretches:
                self._make(stretch)
            wake = self._outbox.queue()
        wake()

    def _make(self, stretch: Stretch) -> None:
        stream = stretch.stream
        # The queue of the IOPub thread is safe in a forked child, Session's own check need not be.
        self._session.pid = os.getpid()
        content = {"name": stream.name, "text": "".join(stretch.chunks)}
        message = self._session.msg("stream", content, parent=stretch.parent)
        for hook in stream.hooks:
            message = hook(message)
            if message is None:
                return
        self._session.send(self._outbox, message, ident=stream.topic)

    def drain(self) -> None:
        """Flush and wait until the IOPub thread has sent it: for the end of the process."""
        self.flush()
        thread = self._thread.thread
        if not thread.is_alive() or thread is threading.current_thread():
            return
        sent = threading.Event()
        self._thread.schedule(sent.set)
        sent.wait(DRAIN_SECONDS)


def _renew_lock(reference: weakref.ref[Tape]) -> None:
    tape = reference()
    if tape is not None:
        tape._lock = threading.RLock()
        tape._stretches = []
        tape._outbox = Outbox(tape._thread)
        tape._due = False


_tapes: weakref.WeakKeyDictionary[Any, Tape] = weakref.WeakKeyDictionary()


class Stream(OutStream):
    """One of the two streams; made by ipykernel's application as its `outstream_class`."""

    def __init__(self, session: Any, pub_thread: Any, name: str, *args: Any, **options: Any) -> None:
        tape = _tapes.get(pub_thread)
        if tape is None:
            tape = _tapes[pub_thread] = Tape(session, pub_thread)
        self.tape = tape
        self.descriptor: Descriptor | None = None
        super().__init__(session, pub_thread, name, *args, **options)
        tape.streams[name] = self

    @property
    def last_cell(self) -> dict[str, Any]:
        """The header of the cell that runs or has run last: for what no context assigns to another one."""
        header: dict[str, Any] = self._parent_header_global
        return header

    def written_past(self) -> str:
        """What was written to this stream's descriptor and not seen yet. The tape calls it, with its lock."""
        return self.descriptor.take() if self.descriptor is not None and self._should_watch else ""

    def _watch_pipe_fd(self) -> None:
        """What ipykernel's thread for the descriptor does."""
        assert self._fid is not None
        self.descriptor = Descriptor(self._fid, self._original_stdstream_copy)
        while not self.descriptor.ended:
            self.descriptor.wait()
            if not self._should_watch:
                return
            self.tape.take()

    @property
    def hooks(self) -> list[Any]:
        """Hooks that the current thread registered (the Output widget uses them)."""
        return list(self._hooks)

    def write(self, string: str) -> int:
        """Append text to the cell of the current context.

        Raises:
            TypeError: not a string.
            ValueError: the stream is closed.
        """
        if not isinstance(string, str):  # callers are not type checked
            raise TypeError(f"write() argument must be str, not {type(string).__name__}")
        if self.pub_thread is None:
            raise ValueError("I/O operation on closed file")
        if self.echo is not None:
            self.echo.write(string)
        if string:
            self.tape.write(self, self.parent_header, string)
        return len(string)

    def flush(self) -> None:
        """Queue what was written to either stream."""
        if self.echo is not None:
            self.echo.flush()
        self.tape.flush()

    def _flush(self) -> None:
        self.flush()
