"""What a bridge does with a connection, whatever carries it: the mirror of `node/conversation.mjs`.

In: JavaScript source, modules, calls. Out: Python values and JsProxy objects. How the other side begins and
ends is its `Life` (life.py). One exchange is under way at a time; when its connection is lost, pending calls
fail with NodeLost and the next use begins another, if the life can.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, Self

from .asking import Asking
from .errors import BridgeError, NodeLost
from .forms import Forms, current
from .handles import Exports, Imports
from .protocol import OPS
from .proxy import JsProxy, make_proxy
from .turns import Steps, Turn
from .verbs import Verbs

if TYPE_CHECKING:  # they are loaded while Node starts
    from .capsule import Capsules
    from .exchange import Exchange
    from .life import Life
    from .line import Line
    from .loop import Loops
    from .marshal import Marshal
    from .output import Sink
    from .plane import Plane
    from .server import Server
    from .sharing import End

_STATS = OPS["stats"]
_GOES_ON = "this call is of the process that this one was forked from, and goes on there"
_ELSEWHERE = "this object is of the process that this one was forked from, and cannot be used here"


# What other parts of this package ask of a conversation, and programs have no use for.
_INTERNAL = frozenset(
    ("call_now", "call_on", "capsules", "closed", "common", "connection", "describe_late", "ended_by",
     "ending", "exchange", "forked", "forms", "interrupts", "javascript_on_top", "late", "leave", "live",
     "looping", "loops", "lost", "marshal", "nested", "output_fds", "python_on_top", "raw_output", "server",
     "stand_in", "turn", "wait_now", "welcome")
)  # fmt: skip


class Common(Protocol):
    """What both sides keep alike, as a session does its working folder; node/sending.mjs has the mirror."""

    def changes(self) -> str | None:
        """What has changed here since both agreed, for the other side; None if nothing. Both agree then."""

    def take(self, text: str) -> None:
        """Change here what has changed there."""


class Conversation(Verbs):
    """Two runtimes, one conversation.

    Args:
        life: the other side.
        output: called as output(stream, text, form) for all that JavaScript prints (default:
            sys.stdout/stderr).
        folder: the directory that relative paths of modules are meant from; default the current one.

    Attributes:
        on_reset: functions called with a reason when the other side was lost.
        describe_late: called with an exception that nobody caught, gives the text to print; set by a front
            end that knows the source it came from.
        common: what both sides keep alike, set by a front end whose half in Node does the same. It is asked
            for changes before each outermost request; Node tells its own before all that it says.
    """

    def __init__(
        self, life: Life, *, output: Sink | None = None, folder: str | os.PathLike[str] | None = None
    ) -> None:
        self.on_reset: list[Callable[[str], None]] = []
        self.describe_late: Callable[[BaseException], str] | None = None
        self.common: Common | None = None
        self.forms = Forms()
        self.interrupts = life.interrupts
        self.exchange: Exchange | None = None
        self._life = life
        self._sink = output
        self._folder = folder
        self._loops: Loops | None = None
        self._namespace: dict[str, Any] | None = None
        self._over: list[Exchange] = []  # whose descriptors are still open
        self._plane: Plane | None = None  # stays when another Node begins
        self._ending = threading.RLock()
        self._closed = False
        self.ended_by: BaseException | None = None
        """What the last exchange failed with that the other side has ended; kept when another begins."""
        self._custom: dict[type, tuple[str, Callable[[Any], Any]]] = {}
        self._revive: dict[str, Callable[[Any], Any]] = {}
        self._stand_for: Callable[[JsProxy], Any] | None = None
        self.capsules: Capsules | None = None
        self._ask = Asking(self)

    # ---- beginning and end

    def start(self) -> Self:
        """Begin without waiting for the other side; harmless when it lives. Every use does this by itself.

        Raises:
            NodeNotFound: there is no Node 24 or newer to start.
        """
        with self._ending:
            if self.alive:
                return self
            self._bury()
            fds = self._life.begin()
            self._closed = False
            # Node is starting; only now the imports that it need not wait for.
            from .exchange import Exchange
            from .marshal import Marshal
            from .output import Output, default_sink
            from .server import Server

            exports, imports = (
                Exports(),
                Imports(lambda handle, traits: make_proxy(self._ask, imports, handle, traits)),
            )
            marshal = Marshal(exports, imports, self._custom, self._revive, self._sharing)
            server = Server(
                marshal,
                lambda: {"objects": len(exports), "proxies": len(imports)},
                self._life.dismiss,
                self._namespace,
            )
            self.exchange = Exchange(
                self,
                lambda host, dead: self._life.connect(host, dead, self._ending),
                Output(self._sink or default_sink, fds),
                marshal,
                server,
            )
            if self._plane is not None:  # what was shared stays it with another Node
                marshal.sharing()
            return self

    def live(self) -> Exchange:
        """The exchange under way; begun if there is none. Raises BridgeError when this bridge is closed."""
        exchange = self.exchange
        if exchange is not None:
            exchange.connection.look()
        if exchange is None or exchange.connection.failure is not None:
            if self._closed:
                raise BridgeError("this bridge is closed")
            self.start()
            exchange = self.exchange
            assert exchange is not None
        return exchange

    def close(self) -> None:
        """End the other side and release everything; harmless twice.

        Node's `exit` listeners run first, and may still call Python.
        """
        self._closed = True
        exchange = self.exchange
        if exchange is not None:
            exchange.connection.look()
        try:
            if exchange is not None and exchange.connection.failure is None:
                exchange.connection.flush()
                with contextlib.suppress(BridgeError):
                    self._life.leave(exchange.connection)
        finally:
            self._end(exchange)

    def _end(self, exchange: Exchange | None) -> None:
        if self._loops is not None:
            if exchange is not None:
                self._loops.detach(exchange.connection)
            self._loops.close()
        self._life.wait()
        with self._ending:  # another thread that waited for Node may be ending it by now
            if exchange is not None:
                exchange.output_to.drain()
                exchange.output_to.close()
            self._life.end()
            if exchange is not None:
                self._namespace = exchange.server.namespace
                if self._loops is not None:  # those that came to watch it meanwhile
                    self._loops.detach(exchange.connection)
                exchange.connection.close("the bridge was closed")
                exchange.marshal.clear()
                self.exchange = None
            self._bury()
            plane, self._plane = self._plane, None
            if plane is not None:
                plane.close()

    def _sharing(self) -> End:
        """For marshals: their part of the shared memory."""
        from .plane import Plane, load  # late: most programs share nothing
        from .sharing import End

        def plane() -> Plane:
            self._plane = self._plane or Plane(load())
            return self._plane

        exchange = self.exchange
        assert exchange is not None
        return End(plane, exchange.connection.note, exchange.imports)

    def _bury(self) -> None:
        for exchange in self._over:
            self._namespace = exchange.server.namespace  # a front end may have chosen another than __main__'s
            exchange.connection.close("the Node process ended")
        self._over.clear()

    def lost(self, exchange: Exchange, reason: str) -> BaseException:
        """For exchanges: the connection is gone. Returns what pending calls fail with."""
        if not exchange.ready:  # it may have said so, and a write has failed before that was read
            exchange.connection.read_aside()
            exchange.connection.catch_up()
        said = exchange.output_to.drain()
        if self._loops is not None:
            self._loops.detach(exchange.connection)
        unready = None if exchange.ready or self._closed else said
        failure = self._life.ended(reason, unready, exchange.output_to.ran_out)
        exchange.output_to.close()
        self._over.append(exchange)
        exchange.marshal.clear()
        if exchange.refused is not None:
            return exchange.refused
        if unready is None:
            self.ended_by = failure
            for callback in list(self.on_reset):
                with contextlib.suppress(Exception):
                    callback(str(failure))
        return failure

    def forked(self) -> None:
        """For a forked child: forget the conversation, which is the parent's, and speak on none of its
        pipes."""
        exchange, self.exchange, self._loops, self._plane = self.exchange, None, None, None
        self._ending = threading.RLock()  # another thread may have held it
        if exchange is not None:
            self._namespace = exchange.server.namespace
            exchange.imports.gone = _ELSEWHERE
            with contextlib.suppress(Exception):
                exchange.connection.abandon(NodeLost(_GOES_ON))
        with contextlib.suppress(Exception):
            self._life.forked()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self.start()

    async def __aexit__(self, *exc: object) -> None:
        self.close()

    def __dir__(self) -> list[str]:
        return [
            name
            for name in super().__dir__()
            if (name not in _INTERNAL and name[:1] != "_") or name[:2] == "__"
        ]

    @property
    def alive(self) -> bool:
        """Whether the other side lives right now."""
        return self.exchange is not None and self.exchange.connection.failure is None

    @property
    def connection(self) -> Line | None:
        """What carries the conversation; None before it begins."""
        return None if self.exchange is None else self.exchange.connection

    @property
    def marshal(self) -> Marshal:
        """What crosses, and how."""
        return self.live().marshal

    @property
    def server(self) -> Server:
        """What JavaScript may ask of Python; its `namespace` is where it evaluates."""
        return self.live().server

    # ---- use

    def call_now(self, function: Any, *args: Any, form: int) -> Any:
        """`call_async` that waits here and now, for the value and not for its promise."""
        self.forms.remember(form)
        return self.forms.run(form, self._ask.run_now, form, function, args)

    def wait_now(self, function: Any) -> Any:
        """What the promise of a function of ours comes to, which asks nothing of Python, here and now."""
        return self._ask.wait_now(function)

    def call_on(self, function: Any, form: int) -> Awaitable[Any]:
        """What comes of a form that `call_now` has begun: a function that gives the promise."""
        return self._ask.run(form, function, begun=True)

    def turn(self, steps: Steps | None = None) -> Turn:
        """A turn of the event loops for several calls, which `take` begins.

        Args:
            steps: of the running loop, where that goes on meanwhile and the program's steps wait.
        """
        return Turn(self._ask, steps)

    def form(self, number: int) -> contextlib.AbstractContextManager[None]:
        """The code within runs for a form: a context manager. What JavaScript prints for it carries the
        number, and what Python does for such JavaScript runs in the context that the form was started in."""
        return self.forms.running(number)

    @property
    def current_form(self) -> int:
        """The form that the calling code runs for; 0: none."""
        return current()

    def release(self, proxy: JsProxy) -> None:
        """Give a JavaScript object back now instead of when the proxy is collected; it is unusable then."""
        if self.exchange is not None and proxy._js_imports is self.exchange.imports and proxy._js_handle >= 0:
            self.exchange.imports.drop(proxy._js_handle)
        object.__setattr__(proxy, "_js_handle", -1)

    def interrupt(self, form: int | None = None) -> bool:
        """Stop what runs: the ladder of docs/bridge.md. Callable from a signal handler and from any thread.

        Args:
            form: only what runs for this form, or is about to: it is stopped as it begins. If None, what
                runs: the call that the home thread waits for, else the newest.

        Returns:
            Whether anything was asked to stop. When nothing runs nothing happens, and no later call is
            stopped instead.

        Raises:
            KeyboardInterrupt: called on the home thread while Python code called by JavaScript is on top.
        """
        asked = self.interrupts.interrupt(form)
        if asked and form and self._loops is not None:
            self._loops.tasks.stop_unbegun(form)
        return asked

    def stats(self, *, collect: bool = False) -> dict[str, Any]:
        """Sizes of both tables: {"python": t, "node": t} with t = {"objects": n, "proxies": n}.

        "objects" counts what the other side holds, "proxies" the living ones; "node" is None where none runs.
        Where one has begun, also "arrays": {"shared": whether arrays cross in shared memory, "why": why not,
        "live": bytes in use, "cached": bytes that wait to be used again} and "transport": {"kind": "rings" or
        "pipes", "why": why not rings}.
        `collect`: run both garbage collectors first."""
        exchange = self.exchange
        if exchange is None:
            return {"python": {"objects": 0, "proxies": 0}, "node": None}
        node = None
        if exchange.connection.failure is None:
            if collect:
                import gc

                gc.collect()
                self._ask.request([_STATS, 0, 0, True], [])
            exchange.connection.flush()
            node = self._ask.request([_STATS, 0, 0, False], [])
        return {
            "python": exchange.server.stats(),
            "node": node,
            "arrays": exchange.marshal.sharing_stats(),
            # A line that is no connection carries no frames.
            "transport": getattr(exchange.connection, "transport", None),
        }

    def register(
        self, kind: type, name: str, encode: Callable[[Any], Any], decode: Callable[[Any], Any] | None = None
    ) -> None:
        """Let instances of a type, and of its subclasses, cross by value.

        Args:
            kind: the type.
            name: what JavaScript's half registers (`$py.register`); without that half JavaScript sees
                the data.
            encode: makes data that crosses of an instance.
            decode: makes an instance of such data, for what comes from JavaScript.
        """
        self._custom[kind] = (name, encode)
        if decode is not None:
            self._revive[name] = decode

    def pickle_with(self, stand_for: Callable[[JsProxy], Any]) -> None:
        """Let objects of JavaScript be pickled; without this none can be.

        Args:
            stand_for: makes what stands for an object in a pickle: something with `__reduce__` and
                `__dask_tokenize__`; what it has as `leaving`, if that is not None, is pickled for it. It
                raises TypeError for an object that must stay.
        """
        self._stand_for = stand_for

    def stand_in(self, proxy: JsProxy) -> Any:
        """What stands for an object in a pickle. Raises TypeError for one that must stay."""
        if self._stand_for is None:
            raise TypeError("a JavaScript object cannot be pickled: copy it with to_py() first")
        return self._stand_for(proxy)

    # ---- which side is on top, for who takes SIGINT

    @property
    def python_on_top(self) -> bool:
        """Whether the home thread is in code of Python's that JavaScript has called."""
        line = self.connection
        return line is not None and line.top_python

    @property
    def javascript_on_top(self) -> bool:
        """Whether the home thread waits for JavaScript, and JavaScript for nothing of that thread's."""
        line = self.connection
        return line is not None and not line.top_python and bool(line.waiting or line.plainly)

    @property
    def nested(self) -> bool:
        """Whether it waits in the midst of code that JavaScript has called."""
        line = self.connection
        return line is not None and line.depth > 1 and not line.top_python

    # ---- what exchanges and loops ask

    @property
    def loops(self) -> Loops:
        """The asyncio loops that watch this conversation."""
        if self._loops is None:
            self._loops = self._life.loops(self)
        return self._loops

    @property
    def ending(self) -> threading.RLock:
        """Held while a connection ends."""
        return self._ending

    @property
    def closed(self) -> bool:
        """Whether it was closed, and has not begun again."""
        return self._closed

    @property
    def looping(self) -> bool:
        """Whether there are any."""
        return self._loops is not None

    def welcome(self, versions: list[Any]) -> BaseException | None:
        """JavaScript is ready. Returns why it is of no use, if so."""
        return self._life.welcome(versions)

    def late(self, error: BaseException) -> str:
        """What to print of an exception that nobody caught."""
        if self.describe_late is not None:
            with contextlib.suppress(Exception):
                return f"Uncaught (late) {self.describe_late(error)}\n"
        from .frames import short_text

        return f"Uncaught (late) {short_text(error)}\n"

    def output_fds(self) -> list[int]:
        """Raw descriptors that who waits should watch too."""
        return list(self.exchange.output_to.fds) if self.exchange is not None else []

    def raw_output(self, fd: int) -> bool:
        """Read one of them. False when it is finished."""
        return self.exchange is not None and self.exchange.raw_output(fd)
