"""The conversation inside one process: Python in a WebAssembly module, and the JavaScript around it.

In: a port, JavaScript's half (`node/local.mjs`, the mirror). Out: a Conversation without another process.
The operations and the envelopes are those of the pipes; what is a frame there is a call of a function here,
so nothing waits, and nothing can be ended: it lives as long as the page.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, Self

from .answers import Answer
from .asking import Asking
from .conversation import Conversation
from .descriptors import Descriptor
from .errors import BridgeError, NodeLost, ProtocolError, WouldBlock
from .handles import Dead, releases
from .host import Host
from .lane import DEEPEST, TOO_DEEP, Lane, Straight, answered, bytes_of, frame_of, pair
from .line import Line
from .loop import Loops, Watched
from .output import Sink
from .protocol import FLAGS, KINDS, NOTES
from .segments import sent
from .transport import Frame
from .waiting import Settled, Waits

_REQUEST, _REPLY, _ERROR, _NOTE = KINDS["REQUEST"], KINDS["REPLY"], KINDS["ERROR"], KINDS["NOTE"]
_ASYNC = FLAGS["ASYNC"]
_head = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class Port(Protocol):
    """JavaScript's half. Heads are JSON; a body is bytes of JavaScript's, or None. An answer is a text, or a
    pair of a text and a body; the text begins with "=" (a value) or "!" (an error). None: whoever waited
    for it was interrupted. What a call of single values (see lane) comes to is an answer, or a single value
    itself: a text then has a "'" before it."""

    def request(self, ident: int, head: str, body: Any) -> Any: ...
    def call(self, ident: int, handle: int, receiver: int | None, form: int, *args: Any) -> Any: ...
    def post(self, ident: int, flags: int, head: str, body: Any) -> None: ...
    def note(self, head: str) -> None: ...
    def settle(self, ident: int, answer: str, body: Any) -> None: ...
    def stop(self, form: int) -> bool:
        """Reject what the code of a form (0: of any) awaits. Whether anything of it runs."""


class Local(Lane):
    """One conversation's connection (see line.Line).

    Args:
        port: JavaScript's half.
        host: what it carries.
        dead: releases to send along, see handles.
    """

    kept = False  # a turn is kept for as long as Python runs
    queued = False
    latest = 0

    def __init__(self, port: Port, host: Host, dead: deque[Dead]) -> None:
        self.host = host
        self.home = threading.get_ident()
        self.failure: BaseException | None = None
        self.top_python = False
        self.depth = 0
        self.waits = Waits()
        self._dead = dead
        self.ids = self.waits.numbers()
        self._nested = 0
        self.use(port)

    def use(self, port: Port) -> None:
        """From now on ask this one."""
        self._port = port
        # Each look makes a proxy of Pyodide's; a page's port has no calls.
        self._request, self._call = port.request, getattr(port, "call", None)

    @property
    def waiting(self) -> bool:
        """Whether Python is inside a call of JavaScript's right now."""
        return self.depth > 0

    @property
    def outer(self) -> int:
        """Nothing waits: what is called runs on this very stack."""
        return 0

    @property
    def plainly(self) -> int:
        """Nor plainly."""
        return 0

    @property
    def fd(self) -> int:
        """There is none."""
        raise BridgeError("nothing is to be waited for: both languages live in one process")

    # ---- asking

    def look(self) -> None:
        """Nobody else can close it."""

    def request(self, header: list[Any], segments: list[Any], until: float | None = None) -> Frame:
        """Ask JavaScript. Raises RecursionError when calls are nested too deeply."""
        if self.failure is not None:
            raise self.failure
        try:
            if self._nested >= DEEPEST:
                raise RecursionError(TOO_DEEP)
            head, body = _head(header), _body(segments)
        except BaseException:
            self.host.take_back(segments)
            raise
        ident = self.ids()
        top, self.top_python = self.top_python, False
        self.depth += 1
        self._nested += 1
        sent(segments)
        try:
            answer = self._request(ident, head, body)
        finally:
            self._nested -= 1
            self.depth -= 1
            self.top_python = top
        if answer is None:  # an interrupt came while a page was waited for
            raise KeyboardInterrupt
        self.flush()
        return answered(answer)

    def post(self, header: list[Any], segments: list[Any], waiter: Settled) -> int:
        """Ask without waiting; `waiter` is settled by the host. Returns its id."""
        if self.failure is not None:
            raise self.failure
        try:
            head, body = _head(header), _body(segments)
        except BaseException:
            self.host.take_back(segments)
            raise
        ident = self.ids()
        self.waits[ident] = waiter
        sent(segments)
        self._port.post(ident, _ASYNC, head, body)
        return ident

    def forget(self, ident: int) -> None:
        """Nobody waits for this reply any more."""
        if self.waits.pop(ident, None) is not None and self.failure is None:
            self.note([NOTES["cancel"], ident])

    def note(self, header: list[Any]) -> None:
        """A message nobody answers."""
        self._port.note(_head(header))

    def flush(self) -> None:
        """Tell JavaScript what was forgotten."""
        if self._dead and self.failure is None:
            self.note([NOTES["release"], releases(self._dead, [])])

    def pack(self, kind: int, ident: int, sync: bool, wire: Any, segments: list[Any]) -> tuple[int, str, Any]:
        """What an answer is here (see answers.Packer)."""
        return ident, ("=" if kind == _REPLY else "!") + _head(wire), _body(segments)

    def send_answer(self, answer: Answer, epoch: int, sync: bool) -> None:
        """Send what `pack` made for an asynchronous request."""
        (ident, text, body), segments, _ = answer
        if self.failure is None:
            self._port.settle(ident, text, body)
        else:
            self.host.take_back(segments)

    # ---- what JavaScript calls

    def serve(self, ident: int, flags: int, head: str, body: Any = None) -> Any:
        """A synchronous request. Returns its answer; raises nothing."""
        frame = Frame(_REQUEST, ident, 0, flags, head.encode(), bytes_of(body))
        outermost = self._nested == 0
        self._nested += 1
        try:
            answer = self.host.serve(frame, outermost)
        except BaseException as error:  # of an interrupt, between two steps
            answer = self.host.refuse(frame, error)
        finally:
            self._nested -= 1
        (_, text, sent), _, _ = answer
        if self._dead:
            self.host.flush_soon()  # not now: it may be of what the answer mentions
        return text if sent is None else pair(text, sent)

    def serve_async(self, ident: int, flags: int, head: str, body: Any = None) -> None:
        """An asynchronous one."""
        self.host.serve_async(Frame(_REQUEST, ident, 0, flags, head.encode(), bytes_of(body)))

    def settled(self, ident: int, text: str, body: Any = None) -> None:
        """The answer of an asynchronous request of ours."""
        waiter = self.waits.pop(ident, None)
        self.host.settle(waiter, frame_of(ident, text, body))  # type: ignore[arg-type]

    def noted(self, head: str) -> None:
        """A note."""
        self.host.note(Frame(_NOTE, 0, 0, 0, head.encode(), b""))

    def printed(self, text: str, stderr: bool, form: int) -> None:
        """Text that JavaScript has printed."""
        flags = FLAGS["STDERR"] if stderr else 0
        self.host.output(Frame(KINDS["OUTPUT"], form, 0, flags, text.encode(), b""))

    # ---- what only a process has

    def run_ready(self) -> None:
        """What comes is served when it comes."""
        self.flush()

    def read_aside(self) -> None:
        """Nothing waits to be read."""

    def catch_up(self) -> None:
        """Nothing was."""

    def reset(self, epoch: int, lost: Sequence[int]) -> None:
        """JavaScript is not terminated without this Python."""

    def lose(self, reason: str) -> BaseException:
        """The conversation is over. Returns the exception that says so."""
        if self.failure is None:
            self.failure = NodeLost(reason)
            self.failure = self.host.lost(reason)
            self.waits.fail(self.failure, self.waits)
        return self.failure

    def close(self, reason: str) -> None:
        """End it; every pending call fails with NodeLost(reason)."""
        if self.failure is None:
            self.failure = NodeLost(reason)
            self.waits.fail(self.failure, self.waits)

    def abandon(self, failure: BaseException) -> None:
        """Nobody forks here."""


class LocalLoops(Loops):
    """The one loop is the platform's own; nothing is watched."""

    def attach(self, loop: asyncio.AbstractEventLoop, conn: Any) -> None:
        """It has become the home loop."""
        if conn.failure is not None:
            raise conn.failure
        self.home = loop

    def detach(self, conn: Any) -> None:
        """Nothing was attached."""

    def task_loop(self) -> asyncio.AbstractEventLoop:
        """The platform's."""
        return asyncio.get_event_loop()

    def block_on(self, conn: Any, start: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Wait here and now, where the platform can put a stack aside. Raises WouldBlock elsewhere."""
        from pyodide.ffi import can_run_sync, run_sync

        if not can_run_sync():
            raise WouldBlock("a promise cannot be waited for here: use `await`")
        return run_sync(start())

    def wait(self, conn: Any, awaitable: Any) -> Any:
        """As `block_on`."""
        return self.block_on(conn, lambda: _awaiting(awaitable))

    async def aside(self, loop: asyncio.AbstractEventLoop, run: Callable[[], Any]) -> Any:
        """Here: there are no threads."""
        return run()


async def _awaiting(awaitable: Any) -> Any:
    return await awaitable


class LocalLadder:
    """Stops what runs (see interrupt.Ladder), in one step: nothing here could end JavaScript.

    Code of JavaScript's that loops hears of an interrupt from the page (web/words.mjs), before Python does.
    """

    due: int | None = None

    def __init__(self, port: Port) -> None:
        self._port = port
        self._line: Local | None = None
        self._early = 0  # a form that was asked to stop before its call was made

    def stand(self, line: Local) -> None:
        """It is about this conversation."""
        self._line = line

    def interrupt(self, form: int | None) -> bool:
        """See Conversation.interrupt."""
        if self._line is None or self._line.failure is not None:
            return False
        if self._line.top_python:
            raise KeyboardInterrupt
        if self._port.stop(form or 0):
            return True
        self._early = form or 0
        return bool(form)

    def starting(self, form: int) -> None:
        """A form is about to begin. Raises KeyboardInterrupt when it was asked to stop already."""
        early, self._early = self._early, 0
        if early and early == form:
            raise KeyboardInterrupt

    def now(self, form: int) -> None:
        """As `starting`, before a synchronous call (0: it has ended)."""
        if form:
            self.starting(form)

    def started(self, ident: int, form: int) -> None:
        """Its call was made."""
        if self._early and self._early == form:
            self._early = 0
            self._port.stop(form)

    def ended(self, ident: int) -> None:
        """It ended."""

    def check(self, form: int, flags: int) -> None:
        """Nothing is due: JavaScript has looked before its call."""

    def guard(
        self,
        conn: Any,
        header: list[Any],
        segments: list[Any],
        read: Callable[[Frame, list[Frame]], Any],
        unread: list[Frame],
    ) -> Any:
        """Value of an outermost synchronous request."""
        return read(conn.request(header, segments), unread)


class LocalLife:
    """The JavaScript that runs this Python (see life.Life). It is there, and cannot be ended."""

    def __init__(self, port: Port) -> None:
        self.interrupts = LocalLadder(port)
        self._port = port

    def begin(self) -> list[Descriptor]:
        """It has begun."""
        return []

    def connect(self, host: Host, dead: deque[Dead], ending: threading.RLock) -> Line:
        """A connection over the port."""
        line = Local(self._port, host, dead)
        self.interrupts.stand(line)
        return line

    def loops(self, conversation: Watched) -> Loops:
        """The platform's one."""
        return LocalLoops(conversation)

    def welcome(self, versions: list[Any]) -> BaseException | None:
        """Both halves come from one place."""
        return None

    def ended(self, reason: str, unready: str | None, out_of_memory: bool) -> BaseException:
        """The conversation was closed."""
        return NodeLost(reason)

    def leave(self, line: Line) -> None:
        """It goes on."""

    def dismiss(self) -> None:
        """The page ends both."""
        raise ProtocolError("Python ends with the page that it runs in")

    def wait(self) -> None:
        """Nothing ends."""

    def end(self) -> None:
        """Nothing ends."""

    def forked(self) -> None:
        """Nobody forks here."""


class LocalBridge(Conversation):
    """The conversation with the JavaScript that runs this Python.

    Args:
        port: JavaScript's half, an object of Pyodide's.
        output: called as output(stream, text, form) for all that JavaScript prints (default:
            sys.stdout/stderr).
    """

    _asks: type[Asking] = Straight

    def __init__(self, port: Port, *, output: Sink | None = None) -> None:
        super().__init__(LocalLife(port), output=output)
        self._ask = self._asks(self)

    def start(self) -> Self:
        """Begin; harmless when it has begun."""
        super().start()
        assert self.connection is not None
        self.loops.attach(asyncio.get_event_loop(), self.connection)  # which runs anyway
        return self

    def restart(self) -> None:
        """Raises BridgeError: there is nothing to begin anew."""
        raise BridgeError("JavaScript and Python live in one process here: load the page anew")

    @property
    def pid(self) -> int | None:
        """There is no other process."""
        return None


def _body(segments: list[Any]) -> Any:
    """JavaScript's bytes of all segments; None: there are none."""
    if not segments:
        return None
    from pyodide.ffi import to_js

    return to_js(b"".join(segments))
