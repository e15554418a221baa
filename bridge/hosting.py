"""What a connection asks of the bridge around it: serving Node's requests, notes, output, and its end.

In: frames from Node. Out: answers made by the server, exceptions made of error envelopes. Bridge inherits
this.
"""

from __future__ import annotations

import contextlib
import contextvars
import signal
import threading
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import BridgeError, Interrupted, JSError, NodeLost, ProtocolError, crossed
from .handles import Exports, Imports, Segments
from .interrupt import Ladder
from .process import NodeProcess, why_not
from .protocol import KINDS

if TYPE_CHECKING:
    from .connection import Answer, Connection
    from .loop import Loops
    from .marshal import Marshal
    from .output import Output
    from .server import Server
    from .transport import Channel, Frame

_ERROR, _REPLY = KINDS["ERROR"], KINDS["REPLY"]
# What JavaScript has no exception of its own for.
_MISSING: dict[str, type[Exception]] = {"attribute": AttributeError, "key": KeyError, "index": IndexError}
_DEEPEST_CAUSE = 20


class Hosting:
    """The host of a connection (see connection.Host)."""

    connection: Connection | None
    marshal: Marshal
    server: Server
    on_reset: list[Callable[[str], None]]
    describe_late: Callable[[str, str, str], str] | None
    _loads: Callable[[Any], Any]
    _exports: Exports
    _imports: Imports
    _starting: threading.RLock
    _process: NodeProcess | None
    _output: Output | None
    _loops: Loops | None
    _ladder: Ladder
    _graveyard: list[Connection]
    _contexts: dict[int, contextvars.Context]
    _serving: dict[int, int]
    _errors: deque[JSError]  # that went home to JavaScript and may come back, until the outermost call ends
    _ready: bool
    _closed: bool

    @property
    def loops(self) -> Loops:
        raise NotImplementedError

    def _connect(self, channel: Channel, output_fds: list[int]) -> Connection:
        """Begin the conversation over a channel, in the name of this host; the calling thread is its home."""
        from .connection import Connection  # imported while Node starts

        connection = Connection(channel, self, threading.get_ident(), output_fds)
        connection.dead = self._imports.dead
        connection.ending = self._starting
        connection.host_error = lambda error: self.answer(None, error)
        connection.unsent = self.marshal.take_back
        self.connection = connection
        return connection

    def _result(self, frame: Frame) -> Any:
        """Value of a reply, or the exception it carries."""
        try:
            wire = self._loads(frame.head)
        except ValueError as error:
            raise ProtocolError(f"malformed reply: {error}") from None
        if frame.kind == _ERROR:
            raise self.thrown(wire, frame.body)
        return self.marshal.decode(wire, frame.body) if wire.__class__ is list else wire

    def thrown(self, wire: Any, body: Any, depth: int = 0) -> BaseException:
        """The exception of an error envelope: the very object when it was Python's own."""
        try:
            name, message, stack, value, kind, cause = (*wire, None, None)[:6]
            payload = self.marshal.decode(value, body)
        except (ValueError, TypeError, BridgeError) as error:
            return ProtocolError(f"malformed error reply: {error}")
        if isinstance(payload, BaseException):
            crossed(payload, stack)
            return payload
        if kind in _MISSING:
            return _MISSING[kind](message)
        if name == "Interrupt":
            return Interrupted(message or "JavaScript was interrupted")
        for known in self._errors:
            if known.value is payload is not None:
                return known  # it came from here: the same exception, with all the frames it has passed
        result = JSError(name, message, stack, payload)
        if cause is not None and depth < _DEEPEST_CAUSE:
            result.__cause__ = self.thrown(cause, body, depth + 1)
        return result

    # ---- requests of Node's (the host of the connection)

    def parse(self, frame: Frame) -> list[Any]:
        """Header of a request. Raises ProtocolError when it is malformed."""
        try:
            message = self._loads(frame.head)
        except ValueError as error:
            raise ProtocolError(f"malformed request: {error}") from None
        if message.__class__ is not list or len(message) < 3:
            raise ProtocolError("malformed request")
        return message

    def serve(self, frame: Frame, outermost: bool) -> Answer:
        conn = self.connection
        home = conn is not None and threading.get_ident() == conn.home
        try:
            message = self.parse(frame)
            form = message[2]
            if home:
                assert conn is not None
                conn.top_python = True
            else:
                self._serving[threading.get_ident()] = self._serving.get(threading.get_ident(), 0) + 1
            try:
                # With `top_python` set, so that an interrupt comes before this look or raises by itself.
                if home and self._ladder.due is not None:
                    self._ladder.check(form, frame.flags)
                if outermost and form in self._contexts:
                    value = self._contexts[form].copy().run(self.server.perform, message, frame.body)
                else:
                    value = self.server.perform(message, frame.body)
            finally:
                if home:
                    assert conn is not None
                    conn.top_python = False
                else:
                    self._serving[threading.get_ident()] -= 1
        except BaseException as error:
            return self.answer(None, error)
        return self.answer(value, None)

    def answer(self, value: Any, error: BaseException | None) -> Answer:
        """Kind, wire form and segments of a reply."""
        segments: list[Any] = Segments()
        if error is None:
            try:
                return _REPLY, self.server.encode(value, segments), segments, value
            except BaseException as failure:
                self.marshal.take_back(segments)
                error, segments = failure, Segments()
        if isinstance(error, JSError):
            self._errors.append(error)
        return _ERROR, self.marshal.encode_exception(error, segments), segments, error

    def context_of(self, form: int) -> contextvars.Context:
        saved = self._contexts.get(form)
        return saved.copy() if saved is not None else contextvars.copy_context()

    def serve_async(self, frame: Frame) -> None:
        self.loops.serve(frame)

    def note(self, frame: Frame) -> None:
        try:
            self._note(self._loads(frame.head))
        except (ValueError, TypeError, IndexError, KeyError) as error:
            if self._output is not None:
                self._output.deliver("stderr", f"polyrepl: a malformed note was dropped ({error})\n", None)

    def _note(self, message: list[Any]) -> None:
        match message[0]:
            case 1:
                pairs = message[1]
                for index in range(0, len(pairs), 2):
                    self._exports.release(pairs[index], pairs[index + 1])
            case 2:
                self.loops.cancel(message[1])
            case 3:
                self._ready = True
                if self._output is not None:
                    self._output.ready()
                major = int(str(message[1]).lstrip("v").split(".")[0])
                if major < 24 and self._process is not None and self.connection is not None:
                    error = why_not(self._process.node, None, "")
                    self.connection.failure = error
                    self.connection._fail_all(error)
            case 4:
                if self.connection is not None:
                    self.connection.reset(message[1])
            case 6 if self._output is not None:
                _, form, name, text, stack = message
                self._output.deliver("stderr", self._late(name, text, stack), form or None)

    def _late(self, name: str, text: str, stack: str) -> str:
        if self.describe_late is not None:
            with contextlib.suppress(Exception):
                return f"Uncaught (late) {self.describe_late(name, text, stack)}\n"
        return f"Uncaught (late) {stack or text}\n"

    def output(self, frame: Frame) -> None:
        if self._output is not None:
            self._output.frame(frame)

    def raw_output(self, fd: int) -> bool:
        return self._output is not None and self._output.raw(fd)

    def output_fds(self) -> list[int]:
        """Raw descriptors a loop should watch."""
        return list(self._output.fds) if self._output is not None else []

    def wake_home(self) -> None:
        if self._loops is not None or (self.connection is not None and self.connection._asyncs):
            self.loops.wake()

    def flush_soon(self) -> None:
        if self._loops is not None or (self.connection is not None and self.connection._asyncs):
            self.loops.flush_soon()

    def settle(self, waiter: Any, frame: Frame | None) -> None:
        if frame is None:
            pending, error = waiter
            pending.settle(None, error)
            return
        try:
            value, failure = self._result(frame), None
        except BaseException as error:
            value, failure = None, error
        if waiter is not None:
            waiter.settle(value, failure)

    def lost(self, reason: str) -> BaseException:
        process, conn = self._process, self.connection
        stderr = self._output.drain() if self._output is not None else ""
        if self._loops is not None and conn is not None:
            self._loops.detach(conn)
        status: int | None = None
        if process is not None:
            process.wait(0.2)
            status = process.popen.poll()
            process.kill()
            if self._output is not None:
                self._output.close()
            process.close_control()
            self._process = None
        if conn is not None:
            self._graveyard.append(conn)
        self._exports.clear()
        if not self._ready and not self._closed and process is not None:
            return why_not(process.node, status, stderr)
        message = self._ladder.lost() or _why(reason, status)
        if self._output is not None and self._output.ran_out:
            message = "JavaScript ran out of memory and Node ended; Python's objects are still there"
        for callback in list(self.on_reset):
            with contextlib.suppress(Exception):
                callback(message)
        return NodeLost(message)


def _why(reason: str, status: int | None) -> str:
    # A broken pipe (while writing) says as little as an end of file (while reading): the status tells.
    if status is None or not (reason == "end of file" or reason.startswith("[Errno ")):
        return reason if reason[:1].isupper() else f"the Node process was lost ({reason})"
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"the Node process was killed by {signal.Signals(-status).name}"
    return f"the Node process ended with exit status {status}"
