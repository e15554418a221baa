"""Requests of ours: what is asked of JavaScript's objects.

In: operations, proxies, arguments. Out: values, exceptions, coroutines that end in them. Headers are made
here, and arguments encoded; who carries them is the connection's affair, what comes back is read by answers.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from .errors import BridgeError, NodeLost, WouldBlock, unbegun
from .forms import current
from .plain import SLOW, Begun
from .protocol import NOTES, OPS, TAGS
from .proxy import JsProxy
from .segments import Segments
from .transport import Frame

if TYPE_CHECKING:  # they are loaded while Node starts
    from .capsule import Capsules
    from .exchange import Exchange
    from .line import Line
    from .marshal import Marshal

_CALL, _AWAIT, _GETATTR, _RUN = OPS["call"], OPS["await"], OPS["getattr"], OPS["run"]
_EVAL = OPS["eval"]
_KEYWORD = TAGS["KEYWORD"]
_get_ident = threading.get_ident
# In place of the number of a form that waits: a wait of its own, which can be interrupted too, or none.
UNNUMBERED, NO_FORM = -1, 0


class Interrupts(Protocol):
    """What a request asks of the interrupt ladder."""

    @property
    def due(self) -> int | None:
        """The form that was asked to stop; None: none."""

    def check(self, form: int, flags: int) -> None:
        """JavaScript returns to Python code that it has called. Raises KeyboardInterrupt where an interrupt
        was asked for that it has not heard of."""

    def guard(
        self,
        conn: Line,
        header: list[Any],
        segments: list[Any],
        read: Callable[[Frame, list[Frame]], Any],
        unread: list[Frame],
    ) -> Any:
        """Value of an outermost synchronous request, as `read` makes it of the answer; within it Ctrl-C is
        the ladder's affair. `unread`: holds the answer until it is read (see Answers.read)."""

    def starting(self, form: int) -> None:
        """A form is about to begin. Raises KeyboardInterrupt when it was asked to stop already."""

    def now(self, form: int) -> None:
        """A form is about to begin here and now (0: no more). Raises KeyboardInterrupt as `starting` does."""

    def started(self, ident: int, form: int) -> None: ...
    def ended(self, ident: int) -> None: ...


class Pending(Protocol):
    """An answer, which can be awaited."""

    def __await__(self) -> Generator[Any, None, Any]: ...
    def settle(self, value: Any, error: BaseException | None) -> None: ...


class Loops(Protocol):
    """What a request asks of the asyncio loops."""

    @property
    def cancelled(self) -> type[BaseException]: ...

    def pending(self, conn: Line) -> Pending:
        """A slot on the running loop, which watches the connection from now on."""

    def running(self) -> bool:
        """Whether the calling thread's loop runs."""

    def wait(self, conn: Line, awaitable: Awaitable[Any]) -> Any:
        """Wait for something here and now, until Ctrl-C."""

    def serving(self, conn: Line, awaitable: Awaitable[Any]) -> contextlib.AbstractContextManager[None]:
        """While inside, a thread serves, until something is done."""

    def block_on(self, conn: Line, start: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        """Wait for a request here and now."""


class Common(Protocol):
    """What both sides keep alike (see conversation.Common)."""

    def changes(self) -> str | None: ...


class Conversation(Protocol):
    """What requests ask of the conversation that they belong to."""

    @property
    def interrupts(self) -> Interrupts: ...
    @property
    def loops(self) -> Loops: ...
    @property
    def capsules(self) -> Capsules | None:
        """What opens functions of others; None where nothing has been sent or opened yet."""

    @property
    def exchange(self) -> Exchange | None:
        """The one that is, or was, under way."""

    @property
    def common(self) -> Common | None:
        """What both sides keep alike."""

    def live(self) -> Exchange:
        """One that lives; begun if there is none. Raises BridgeError when the conversation is closed."""

    def stand_in(self, proxy: JsProxy) -> Any:
        """What stands for an object in a pickle. Raises TypeError for one that must stay."""


class Asking:
    """What proxies and the conversation's own verbs are made of (see proxy.Owner)."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._interrupts = conversation.interrupts

    # ---- synchronous

    def request(self, header: list[Any], segments: list[Any], exchange: Exchange | None = None) -> Any:
        """Send a request and wait for its answer's value. Raises what it carries, or what ended the wait."""
        if exchange is None:
            exchange = self._live()
        conn = exchange.connection
        unread: list[Frame] = []
        if conn.depth:
            frame = conn.request(header, segments)
            unread = [frame]
            try:
                return exchange.answers.read(frame, unread)
            except BaseException:
                if unread:
                    exchange.settle(None, frame)
                raise
            finally:
                if self._interrupts.due is not None:
                    self._returned(conn, header[2], frame.flags)
        try:
            return self._interrupts.guard(conn, header, segments, exchange.answers.read, unread)
        except BaseException:
            if unread:
                exchange.settle(None, unread.pop())
            raise
        finally:
            if exchange.server.managers.lost:
                exchange.leave_lost()
            if exchange.answers.thrown:
                exchange.answers.over()

    def _returned(self, conn: Line, form: int, flags: int) -> None:
        """An interrupt was asked for, and Python code goes on: where JavaScript has called that, and had not
        heard of it, it is raised there."""
        if conn.depth and _get_ident() == conn.home:
            self._interrupts.check(form, flags)

    def _trade(self, header: list[Any], segments: list[Any], exchange: Exchange) -> Any:
        """As `request`, of what JavaScript may well answer at once."""
        try:
            found = exchange.short.trade(header, segments)
            if found is not SLOW:
                return self._value(found, segments, exchange)
        except KeyboardInterrupt:
            return self._left(exchange)
        return self.request(header, segments, exchange)

    def _give(
        self,
        header: list[Any],
        args: Sequence[Any],
        kwargs: dict[str, Any],
        exchange: Exchange,
        ask: Callable[[list[Any], list[Any], Exchange], Any],
        segments: list[Any] | None = None,
    ) -> Any:
        """Add arguments to a header, and ask. Whatever exception comes before that is sent, JavaScript is
        given nothing."""
        segments = Segments() if segments is None else segments
        try:
            _add(header, exchange.marshal, args, kwargs, segments)
            return ask(header, segments, exchange)
        except BaseException:
            exchange.marshal.take_back(segments)  # nothing, when it has been sent
            raise

    def _left(self, exchange: Exchange) -> Any:
        """After Ctrl-C: stop what has gone out and nobody waits for. Raises the exception at hand where there
        is no such thing."""
        begun = exchange.short.left()
        if begun is None:
            raise
        try:
            return self.request(begun, [], exchange)
        except BaseException as error:
            error.__context__ = None
            raise

    def _value(self, found: Any, segments: list[Any], exchange: Exchange) -> Any:
        """The value that was found, or is to be waited for still."""
        if type(found) is Begun:
            return self.request(found, segments, exchange)
        if self._interrupts.due is not None:
            self._returned(exchange.connection, current(), 0)
        return found

    def _live(self) -> Exchange:
        """One that lives, to ask something of."""
        return self._agreed(self._conversation.live())

    def _agreed(self, exchange: Exchange) -> Exchange:
        """What has changed here of what both sides keep alike goes in front of something outermost."""
        common = self._conversation.common
        if common is not None and not exchange.connection.depth:
            text = common.changes()
            if text is not None:
                exchange.connection.note([NOTES["common"], text])
        return exchange

    def operate(self, op: int, proxy: JsProxy, *operands: Any) -> Any:
        """An operation on an object."""
        exchange = self.home(proxy)
        form = current()
        try:
            value = exchange.short.ask(op, form, (proxy._js_handle, *operands))
            if value is not SLOW:
                known = type(value) is not Begun and self._interrupts.due is None
                return value if known else self._value(value, [], exchange)
        except KeyboardInterrupt:
            return self._left(exchange)
        return self._give([op, 0, form, proxy._js_handle], operands, {}, exchange, self._trade)

    def operate_on(self, op: int, name: str, *operands: Any) -> Any:
        """A named operation on several values."""
        exchange = self._live()
        return self._give([op, 0, current(), name], operands, {}, exchange, self.request)

    def mark(self, proxy: JsProxy) -> int:
        """One more than the last, where nothing has been asked since."""
        return self.home(proxy).connection.ids()

    def operate_quietly(self, op: int, proxy: JsProxy, *operands: Any) -> None:
        """An operation whose failure is nobody's concern."""
        with contextlib.suppress(Exception):
            self.operate(op, proxy, *operands)

    def call(self, function: JsProxy, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function, with the object that it was taken from."""
        exchange = self.home(function)
        form = current()
        if not kwargs:
            try:
                value = exchange.short.ask(_CALL, form, (function._js_handle, receiver(function), *args))
                if value is not SLOW:
                    known = type(value) is not Begun and self._interrupts.due is None
                    return value if known else self._value(value, [], exchange)
            except KeyboardInterrupt:
                return self._left(exchange)
        header: list[Any] = [_CALL, 0, form, function._js_handle, receiver(function)]
        return self._give(header, args, kwargs, exchange, self._trade)

    def call_path(self, root: JsProxy, path: list[str], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call what is at the end of a chain of attributes."""
        exchange = self.home(root)
        header: list[Any] = [_CALL, 0, current(), root._js_handle, path]
        return self._give(header, args, kwargs, exchange, self._trade)

    def get_path(self, root: JsProxy, path: list[str]) -> Any:
        """What is at the end of a chain of attributes."""
        exchange = self.home(root)
        return self._trade([_GETATTR, 0, current(), root._js_handle, path], [], exchange)

    def stand_in(self, proxy: JsProxy) -> Any:
        """What stands for an object in a pickle."""
        return self._conversation.stand_in(proxy)

    @property
    def capsules(self) -> Capsules | None:
        """Those of the conversation."""
        return self._conversation.capsules

    # ---- asynchronous

    def operate_async(self, op: int, proxy: JsProxy, *operands: Any) -> Coroutine[Any, Any, Any]:
        """A coroutine of an operation on an object."""
        exchange = self.home(proxy)
        header: list[Any] = [op, 0, current(), proxy._js_handle]
        return self.post(header, Segments(), NO_FORM, exchange, proxy, operands)

    def run(
        self,
        form: int,
        function: JsProxy,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] = {},  # noqa: B006 (only read)
        begun: bool = False,
    ) -> Coroutine[Any, Any, Any]:
        """A coroutine of a function that runs for a form (0: for none), which may have `begun`, and of the
        promise that it returns."""
        exchange = self.home(function)
        header: list[Any] = [_RUN, 0, form, function._js_handle, receiver(function)]
        return self.post(header, Segments(), form or UNNUMBERED, exchange, function, args, kwargs, begun)

    def run_now(self, form: int, function: JsProxy, args: tuple[Any, ...]) -> Any:
        """Value of a function that runs for a form, here and now."""
        exchange = self.home(function)
        self._interrupts.now(form)
        try:
            header: list[Any] = [_RUN, 0, form, function._js_handle, receiver(function)]
            return self._give(header, args, {}, exchange, self.request)
        finally:
            self._interrupts.now(0)

    def wait_now(self, function: JsProxy) -> Any:
        """What the promise of a function comes to, here and now: Node's event loop turns, this thread's does
        not, so the function must be one that needs nothing of Python."""
        return self.operate(_AWAIT, self.call(function, (), {}))

    async def post(
        self,
        header: list[Any],
        segments: list[Any],
        form: int,
        exchange: Exchange | None = None,
        held: object = None,
        args: Sequence[Any] = (),
        kwargs: dict[str, Any] = {},  # noqa: B006 (only read)
        begun: bool = False,
    ) -> Any:
        """Send a request and await its answer, while the running loop serves what JavaScript asks of Python.
        `form`: what an interrupt of the wait is about. `held`: what the header mentions; it lives until then,
        since a handle that is given back before the request is sent is unknown there. The arguments are added
        now: whoever makes a coroutine need not begin it."""
        if exchange is None:
            exchange = self._live()
        conn = exchange.connection
        _check_turning(exchange)
        loops = self._conversation.loops
        pending = loops.pending(conn)
        if form and not begun:
            self._interrupts.starting(form)
        try:
            _add(header, exchange.marshal, args, kwargs, segments)
            ident = conn.post(header, segments, pending)
        except BaseException:
            exchange.marshal.take_back(segments)  # nothing, when it has been sent
            raise
        if form:
            self._interrupts.started(ident, form)
        try:
            return await pending
        except loops.cancelled:
            conn.forget(ident)
            raise
        finally:
            if form:
                if exchange.server.managers.lost:
                    exchange.leave_lost()
                    await exchange.leave_lost_async()
                self._interrupts.ended(ident)
                if exchange.answers.thrown:
                    exchange.answers.over()

    def block_on(self, promise: JsProxy) -> Any:
        """Wait for a promise here and now. Raises WouldBlock where that could never end."""
        exchange = self.home(promise)
        _check_turning(exchange)
        return self._conversation.loops.block_on(
            exchange.connection, lambda: self.operate_async(_AWAIT, promise)
        )

    def block_on_source(self, source: str) -> Any:
        """Value of JavaScript source that awaits, here and now. Raises WouldBlock where that could never
        end; nothing has run then."""
        exchange = self._live()
        _check_turning(exchange)
        loops = self._conversation.loops
        if loops.running():
            raise WouldBlock("this thread's asyncio loop is running: use `await js.eval_async(source)`")
        return loops.block_on(exchange.connection, lambda: self.await_source(source))

    def serve(self, awaitable: Awaitable[Any]) -> Any:
        """Wait here and now for anything that can be awaited, until Ctrl-C. Raises WouldBlock where that
        could never end."""
        exchange = self._live()
        _check_turning(exchange)
        return self._conversation.loops.wait(exchange.connection, awaitable)

    def serving(self, awaitable: Awaitable[Any]) -> contextlib.AbstractContextManager[None]:
        """While inside, a thread serves, until something is done."""
        exchange = self._live()
        _check_turning(exchange)
        return self._conversation.loops.serving(exchange.connection, awaitable)

    def await_source(self, source: str) -> Coroutine[Any, Any, Any]:
        """A coroutine of JavaScript source that awaits."""
        return self.post([_EVAL, 0, current(), source, True], [], UNNUMBERED)

    def home(self, proxy: JsProxy) -> Exchange:
        """The exchange that an object belongs to. Raises NodeLost or BridgeError when the object is not to be
        had any more."""
        exchange = self._conversation.exchange
        if (
            exchange is None
            or proxy._js_imports is not exchange.imports
            or exchange.connection.failure is not None
        ):
            lost = NodeLost(proxy._js_imports.gone)
            if exchange is not None and proxy._js_imports is exchange.imports:
                ended = exchange.connection.failure  # how it did is how what asks of it ends
                if isinstance(ended, NodeLost):
                    lost.exit_status, lost.signal = ended.exit_status, ended.signal
            raise unbegun(lost)
        if proxy._js_handle < 0:
            raise BridgeError("this JavaScript object was given back with release()")
        return self._agreed(exchange)


def receiver(function: JsProxy) -> int | None:
    """JavaScript's number of the object that a method was taken from."""
    this = function._js_this
    return None if this is None else this[1]._js_handle


def _add(
    header: list[Any], marshal: Marshal, args: Sequence[Any], kwargs: dict[str, Any], segments: list[Any]
) -> None:
    """Add arguments to a header."""
    encode = marshal.encode
    for arg in args:
        header.append(encode(arg, segments))  # noqa: PERF401 (faster so, on Python 3.11, for the few there are)
    if kwargs:
        for name, value in kwargs.items():
            header += ([_KEYWORD, name], encode(value, segments))


def _check_turning(exchange: Exchange) -> None:
    """Raise WouldBlock where JavaScript's event loop stands still until this thread's code returns."""
    if exchange.in_callback():
        raise WouldBlock(
            "JavaScript waits for this very call, so its promise cannot settle: return the promise, "
            "or make the function `async def` and await it"
        )
