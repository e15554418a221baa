"""Bridge: the public face of the conversation with Node.

In: JavaScript source, modules, calls. Out: Python values and JsProxy objects. One Bridge owns one Node
process at a time; when it dies, pending calls fail with NodeLost and the next use starts another.

    js = Bridge()
    js.eval("x => x + 1")(2)          # 3
    fs = js.import_module("node:fs")
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import os
import sys
import threading
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from .errors import BridgeError, NodeLost, WouldBlock
from .handles import Exports, Imports, Segments
from .hosting import Hosting
from .interrupt import Ladder
from .process import NodeProcess, find_node
from .protocol import NOTES, OPS
from .proxy import JsProxy, make_proxy

if TYPE_CHECKING:
    from .connection import Connection
    from .loop import Loops
    from .output import Sink

_FORM: contextvars.ContextVar[int] = contextvars.ContextVar("polyrepl_form", default=0)
_CALL, _RUN, _IMPORT, _EVAL, _AWAIT = OPS["call"], OPS["run"], OPS["import"], OPS["eval"], OPS["await"]
_GETATTR = OPS["getattr"]
_KEPT_CONTEXTS = 64


class Bridge(Hosting):
    """Two runtimes, one conversation.

    Args:
        node: path of the Node to use (default: POLYREPL_NODE, the installed wheel, PATH).
        output: called as output(stream, text, form) for all that JavaScript prints (default:
            sys.stdout/stderr).
        cwd: directory Node runs in, from which `require` and `import()` resolve; default the current one.
        preload: files of modules that Node loads at once, because `import_module` will ask for them soon.
        stdin: a descriptor that is Node's standard input too; it has an empty one otherwise.
    """

    def __init__(
        self,
        *,
        node: str | None = None,
        output: Sink | None = None,
        cwd: str | os.PathLike[str] | None = None,
        preload: Sequence[str] = (),
        stdin: int | None = None,
    ) -> None:
        self._preload = tuple(preload)
        self._stdin = stdin
        self._node = node
        self._sink = output
        self._cwd = cwd
        self.on_reset = []
        # Given name, message and stack of an exception nobody caught: the text to print (a front end knows
        # the source that it came from).
        self.describe_late = None
        self.connection = None
        self._process = None
        self._output = None
        self._loops = None
        self._graveyard = []
        self._errors = deque(maxlen=16)
        self._serving = {}  # other threads than the home thread, inside a callback
        self._contexts = {}
        self._starting = threading.RLock()
        self._ready = False
        self._closed = False
        self._started = False
        self._ladder = Ladder(self)
        self._exports = Exports()
        self._imports = Imports(self._make)
        self._custom: dict[type, tuple[str, Callable[[Any], Any]]] = {}
        self._revive: dict[str, Callable[[Any], Any]] = {}

    # ---- life

    def start(self) -> Bridge:
        """Spawn Node without waiting for it. Raises NodeNotFound when there is none to start."""
        with self._starting:
            if self.connection is not None and self.connection.failure is None:
                return self
            self._bury()
            process = NodeProcess(find_node(self._node), self._cwd, self._preload, self._stdin)
            self._process = process
            self._ready = False
            self._closed = False
            # Node is starting; only now the imports that it need not wait for.
            from .connection import loads
            from .marshal import Marshal
            from .output import Output, default_sink
            from .server import Server
            from .transport import Channel

            self._loads = loads
            self._exports = Exports()
            self._imports = Imports(self._make)
            self.marshal = Marshal(self._exports, self._imports, self._custom, self._revive)
            namespace = self.server.namespace if self._started else None
            self.server = Server(self.marshal, self.stats)
            if namespace is not None:
                self.server.namespace = namespace  # a front end may have chosen another than __main__'s
            self._started = True
            self._output = Output(self._sink or default_sink, process.output_fds)
            channel = Channel(process.call_read, process.call_write, process.bell_fd)
            self._connect(channel, process.output_fds)
            _LIVING.add(self)
            return self

    def _live(self) -> Connection:
        conn = self.connection
        if conn is None or conn.failure is not None:
            if self._closed:
                raise BridgeError("this bridge is closed")
            self.start()
            conn = self.connection
            assert conn is not None
        return conn

    def close(self) -> None:
        """End Node and release everything; harmless twice."""
        self._closed = True
        conn, process = self.connection, self._process
        if conn is not None and conn.failure is None and process is not None:
            with contextlib.suppress(BridgeError):
                conn.note([NOTES["exit"], 0])
        if self._loops is not None:
            if conn is not None:
                self._loops.detach(conn)
            self._loops.close()
        if process is not None:
            process.wait(0.5)
        with self._starting:  # another thread that waited for Node may be ending it by now
            if self._process is not None:
                if self._output is not None:
                    self._output.drain()
                    self._output.close()
                self._process.kill()
                self._process.close_control()
                self._process = None
            if conn is not None:
                conn.close("the bridge was closed")
                self.connection = None
            self._bury()
            self._exports.clear()
            _LIVING.discard(self)

    def _bury(self) -> None:
        for conn in self._graveyard:
            conn.close("the Node process ended")
        self._graveyard.clear()

    def restart(self) -> None:
        """End Node (its objects are lost) and start a new one."""
        conn = self.connection
        if conn is not None and conn.failure is None:
            conn._lose("JavaScript was restarted")
        self.start()

    def __enter__(self) -> Bridge:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.close()

    async def __aenter__(self) -> Bridge:
        return self.start()

    async def __aexit__(self, *exc: object) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether Node runs right now."""
        return self.connection is not None and self.connection.failure is None

    @property
    def pid(self) -> int | None:
        """Process id of Node, None when it does not run."""
        return self._process.pid if self._process is not None and self.alive else None

    # ---- use

    def eval(self, source: str) -> Any:
        """Value of JavaScript source, evaluated in the global scope. Raises JSError."""
        return self._request([_EVAL, 0, _FORM.get(), source], [])

    def import_module(self, spec: str | os.PathLike[str]) -> Any:
        """Namespace of an ES module or package (resolved from Node's working directory) or of a file."""
        return self._request([_IMPORT, 0, _FORM.get(), self._spec(spec)], [])

    def _spec(self, spec: str | os.PathLike[str]) -> str:
        text = os.fspath(spec)
        if os.path.isabs(text) or text.startswith(("./", "../")):
            text = os.path.abspath(os.path.join(self._cwd or os.getcwd(), text))
        return text

    def get(self, root: Any, path: str) -> Any:
        """`root.a.b` for the path "a.b" in one round trip."""
        return self._request([_GETATTR, 0, _FORM.get(), self._mine(root), path.split(".")], [])

    def call(self, root: Any, path: str, *args: Any, **kwargs: Any) -> Any:
        """`root.a.b(*args)` for the path "a.b" in one round trip."""
        segments = Segments()
        header: list[Any] = [_CALL, 0, _FORM.get(), self._mine(root), path.split(".")]
        header += self._arguments(args, kwargs, segments)
        return self._request(header, segments)

    async def eval_async(self, source: str) -> Any:
        """Value of JavaScript source; a promise is awaited, while the running loop goes on."""
        value = await self._await([_EVAL, 0, _FORM.get(), source], [], -1)
        return await value if isinstance(value, Awaitable) else value

    async def import_async(self, spec: str | os.PathLike[str]) -> Any:
        """`import_module` that keeps the running loop going."""
        return await self._await([_IMPORT, 0, _FORM.get(), self._spec(spec)], [], -1)

    def release(self, proxy: JsProxy) -> None:
        """Give a JavaScript object back now instead of when the proxy is collected; it is unusable then."""
        if proxy._imports is self._imports and proxy._handle >= 0:
            self._imports.drop(proxy._handle)
        object.__setattr__(proxy, "_handle", -1)

    async def call_async(self, function: Any, *args: Any, form: int | None = None, **kwargs: Any) -> Any:
        """Run a JavaScript function for a form and await its promise; meanwhile the running loop serves what
        JavaScript asks of Python. Raises what the promise rejects with, Interrupted, or NodeLost."""
        number = _FORM.get() if form is None else form
        if number:
            with self.form(number):
                pass
        segments = Segments()
        header = self._call_header(_RUN, number, function, args, kwargs, segments)
        return await self._await(header, segments, number or -1)

    @contextlib.contextmanager
    def form(self, number: int) -> Iterator[None]:
        """The code within runs for a form: what JavaScript prints for it carries the number, and what Python
        does for such JavaScript runs in the context that the form was started in, also later."""
        token = _FORM.set(number)
        self._contexts.setdefault(number, contextvars.copy_context())
        while len(self._contexts) > _KEPT_CONTEXTS:
            del self._contexts[next(iter(self._contexts))]
        try:
            yield
        finally:
            _FORM.reset(token)

    @property
    def current_form(self) -> int:
        """The form that the calling code runs for; 0: none."""
        return _FORM.get()

    def interrupt(self, form: int | None = None) -> None:
        """Stop what runs: the ladder of docs/bridge.md. Callable from a signal handler and from any thread.

        Raises KeyboardInterrupt when called on the home thread while Python code called by JavaScript is on
        top; does nothing when nothing runs."""
        self._ladder.interrupt(form)

    def stats(self, *, collect: bool = False) -> dict[str, Any]:
        """Sizes of both tables: {"python"|"node": {"objects": held by the other side, "proxies": living}}.
        With `collect` both garbage collectors run first."""
        conn = self.connection
        node = None
        if conn is not None and conn.failure is None:
            if collect:
                import gc

                gc.collect()
                self._request([OPS["stats"], 0, 0, True], [])
            conn.flush()
            node = self._request([OPS["stats"], 0, 0, False], [])
        return {"python": {"objects": len(self._exports), "proxies": len(self._imports)}, "node": node}

    def register(
        self, kind: type, name: str, encode: Callable[[Any], Any], decode: Callable[[Any], Any] | None = None
    ) -> None:
        """Let instances of a type cross by value: `encode` makes crossable data of one, `decode` makes one
        of the data. JavaScript's half is `bridge.register(name, ...)`; without it JavaScript sees the
        data."""
        self._custom[kind] = (name, encode)
        if decode is not None:
            self._revive[name] = decode

    # ---- requests of ours

    def _request(self, header: list[Any], segments: list[Any]) -> Any:
        conn = self._live()
        if conn._depth:
            return self._result(conn.request(header, segments))
        try:
            return self._result(self._ladder.guard(conn, header, segments))
        finally:
            if self._errors:
                self._errors.clear()

    def _mine(self, proxy: JsProxy) -> int:
        if proxy._imports is not self._imports or not self.alive:
            raise NodeLost("this object lived in a Node process that has ended")
        if proxy._handle < 0:
            raise BridgeError("this JavaScript object was given back with release()")
        return proxy._handle

    def _operate(self, op: int, proxy: JsProxy, *operands: Any) -> Any:
        segments = Segments()
        header: list[Any] = [op, 0, _FORM.get(), self._mine(proxy)]
        header += self._arguments(operands, {}, segments)
        return self._request(header, segments)

    def _operate_on(self, op: int, *operands: Any) -> Any:
        """An operation without one object it is about."""
        segments = Segments()
        name, *values = operands
        header = [op, 0, _FORM.get(), name, *self._arguments(values, {}, segments)]
        return self._request(header, segments)

    def _quietly(self, op_name: int, proxy: JsProxy, *operands: Any) -> None:
        with contextlib.suppress(Exception):
            self._operate(op_name, proxy, *operands)

    def _call_header(
        self,
        op: int,
        form: int,
        function: Any,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        segments: list[Any],
    ) -> list[Any]:
        this = function._this
        header: list[Any] = [op, 0, form, self._mine(function), None if this is None else this[1]._handle]
        header += self._arguments(args, kwargs, segments)
        return header

    def _arguments(self, args: Sequence[Any], kwargs: dict[str, Any], segments: list[Any]) -> list[Any]:
        encode = self.marshal.encode
        try:
            wires = [encode(arg, segments) for arg in args]
            for name, value in kwargs.items():
                wires += (["k", name], encode(value, segments))
        except BaseException:
            self.marshal.take_back(segments)
            raise
        return wires

    def _call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        segments = Segments()
        return self._request(
            self._call_header(_CALL, _FORM.get(), function, args, kwargs, segments), segments
        )

    def _post(self, op: int, proxy: JsProxy, *operands: Any) -> Any:
        segments = Segments()
        header: list[Any] = [op, 0, _FORM.get(), self._mine(proxy)]
        header += self._arguments(operands, {}, segments)
        return self._await(header, segments, 0)

    async def _await(self, header: list[Any], segments: list[Any], form: int) -> Any:
        conn = self._live()
        self._check_turning(conn)
        loops = self._loops or self.loops
        pending = loops.pending(conn)
        if form:
            self._ladder.starting(form)
        ident = conn.post(header, segments, pending)
        if form:
            self._ladder.started(ident, form)
        try:
            return await pending.future
        except loops.cancelled:
            conn.forget(ident)
            raise
        finally:
            if form:
                self._ladder.ended(ident)
                if self._errors:
                    self._errors.clear()

    def _check_turning(self, conn: Connection) -> None:
        """Raise WouldBlock where JavaScript's event loop stands still until this thread's code returns."""
        thread = threading.get_ident()
        if conn.top_python if thread == conn.home else self._serving.get(thread):
            raise WouldBlock(
                "JavaScript waits for this very call, so its promise cannot settle: return the promise, "
                "or make the function `async def` and await it"
            )

    def _block_on(self, promise: JsProxy) -> Any:
        import asyncio

        conn = self._live()
        self._check_turning(conn)
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            pass
        else:
            raise WouldBlock("this thread's asyncio loop is running: use `await` on the promise")
        if threading.get_ident() != conn.home:
            loop = self.loops.task_loop()
            if loop.is_running():

                async def wait() -> Any:
                    return await self._post(_AWAIT, promise)

                return asyncio.run_coroutine_threadsafe(wait(), loop).result()
        loop = self.loops.task_loop()
        return loop.run_until_complete(self._post(_AWAIT, promise))

    @property
    def loops(self) -> Loops:
        """The asyncio loops that watch this bridge."""
        if self._loops is None:
            from .loop import Loops

            self._loops = Loops(self)
        return self._loops

    def _make(self, handle: int, traits: int) -> JsProxy:
        return make_proxy(self, self._imports, handle, traits)


_LIVING: weakref.WeakSet[Bridge] = weakref.WeakSet()


def _close_all() -> None:
    for bridge in list(_LIVING):
        with contextlib.suppress(Exception):
            bridge.close()


def _after_fork() -> None:
    # A forked child must not keep Node alive, nor speak on its parent's pipes.
    for bridge in list(_LIVING):
        conn, process = bridge.connection, bridge._process
        bridge.connection = bridge._process = None
        bridge._loops = None
        bridge._starting = threading.RLock()  # another thread may have held it
        with contextlib.suppress(Exception):
            if process is not None:
                process.close_control()
            if conn is not None:
                conn.channel.close()


atexit.register(_close_all)
if sys.platform != "win32":
    os.register_at_fork(after_in_child=_after_fork)
