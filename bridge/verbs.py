"""What programs ask of JavaScript: evaluate, import, call.

In: source, names of modules, functions with their arguments. Out: values and proxies, or coroutines of them.
A conversation (conversation.py) has these verbs; each is a request or two (asking.py).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Awaitable, Generator, Iterator
from typing import Any

from .asking import UNNUMBERED, Asking
from .errors import Awaits, BridgeError
from .forms import Forms, current
from .functions import placed
from .protocol import OPS

_EVAL, _IMPORT, _PING = OPS["eval"], OPS["import"], OPS["ping"]


class Verbs:
    """The verbs of a conversation."""

    forms: Forms
    _ask: Asking
    marshal: Any
    _folder: str | os.PathLike[str] | None
    _closed: bool

    def eval(self, source: str) -> Any:
        """Value of JavaScript source, evaluated in the global scope; a promise is a proxy that can be
        awaited. Source that awaits at its top (`const r = await fetch(u); r.status`) is waited for.

        Raises:
            JSError: what the source throws, a SyntaxError among it.
            WouldBlock: it awaits, and where an asyncio loop runs: `await js.eval_async(source)`.
            NodeLost: Node ended meanwhile.
            KeyboardInterrupt: it was stopped (Interrupted where JavaScript had to be).
        """
        try:
            return self._ask.request([_EVAL, 0, current(), source], [])
        except Awaits:
            pass
        return self._ask.block_on_source(source)

    @property
    def globalThis(self) -> Any:
        """JavaScript's global object: `js.globalThis.Math.max(1, 2)`, `js.globalThis.x = 1`."""
        return self._ask.request([_EVAL, 0, current(), "globalThis"], [])

    def require(self, spec: str | os.PathLike[str]) -> Any:
        """What `require` gives, and without waiting, of a package, a builtin or a file as for
        `import_module`. Raises JSError."""
        return self._ask.request([_IMPORT, 0, current(), self._spec(spec), True], [])

    def import_module(self, spec: str | os.PathLike[str]) -> Any:
        """Namespace of a module, loaded once.

        Args:
            spec: a package or builtin ("lodash", "node:fs"), resolved from Node's working directory, or the
                path of a file (absolute, or beginning with "./" or "../").

        Raises:
            JSError: it is not found, or throws as it is loaded.
        """
        return self._ask.request([_IMPORT, 0, current(), self._spec(spec)], [])

    def _spec(self, spec: str | os.PathLike[str]) -> str:
        text = os.fspath(spec)
        if os.path.isabs(text) or text.startswith(("./", "../")):
            text = os.path.abspath(os.path.join(self._folder or os.getcwd(), text))
        return text

    def get(self, root: Any, path: str) -> Any:
        """`root.a.b` for the path "a.b" in one round trip. Raises JSError."""
        return self._ask.get_path(root, path.split("."))

    def call(self, root: Any, path: str, /, *args: Any, **kwargs: Any) -> Any:
        """`root.a.b(*args)` for the path "a.b" in one round trip, with `root.a` as `this`; with keyword
        arguments, which are placed as in any call, in three. Raises JSError, TypeError for a keyword argument
        that is refused."""
        names = path.split(".")
        if kwargs:
            args, kwargs = placed(self._ask.get_path(root, names), args, kwargs)
        return self._ask.call_path(root, names, args, kwargs)

    async def eval_async(self, source: str) -> Any:
        """Value of JavaScript source; a promise is awaited, while the running loop goes on.

        Raises:
            JSError: what the source throws, or the promise rejects with.
            WouldBlock: JavaScript waits for the very call that asks.
        """
        try:
            value = await self._ask.post([_EVAL, 0, current(), source], [], UNNUMBERED)
        except Awaits:
            value = await self._ask.await_source(source)
        return await value if issubclass(type(value), Awaitable) else value

    async def import_async(self, spec: str | os.PathLike[str]) -> Any:
        """`import_module` that keeps the running loop going. Raises JSError."""
        return await self._ask.post([_IMPORT, 0, current(), self._spec(spec)], [], UNNUMBERED)

    async def call_async(self, function: Any, /, *args: Any, form: int | None = None, **kwargs: Any) -> Any:
        """Call a JavaScript function and await its promise; meanwhile the running loop serves what JavaScript
        asks of Python.

        Args:
            function: a JsProxy of it.
            args: its arguments; docs/bridge.md has what crosses how.
            form: the number of the form that it runs for; that of the calling code if None.
            kwargs: placed as in any call of it.

        Raises:
            JSError: what the promise rejects with; an exception of Python's comes back as itself.
            Interrupted: it was stopped.
            NodeLost: Node ended meanwhile.
        """
        number = current() if form is None else form
        if number:
            self.forms.remember(number)
        if kwargs:
            args, kwargs = placed(function, args, kwargs)
        return await self._ask.run(number, function, args, kwargs)

    # ---- shared memory

    def arrays_copied_because(self) -> str | None:
        """Why arrays cross by pipes and can not be shared; None: they can, Node has the memory too."""
        end = self.marshal.sharing()
        self._ask.request([_PING, 0, current()], [])  # what it says of the memory comes before the answer
        return None if end.ready else str(end.why)

    def share(self, array: Any) -> Any:
        """An array whose memory both languages have: what one writes the other sees.

        JavaScript gets it as the typed array of its dtype over the same memory (with its `shape`), the same
        ArrayBuffer each time, and Python gets that back as this very array.

        Args:
            array: of integers or floats of up to 64 bits, or anything numpy.asarray takes.

        Returns:
            The array itself where it lies in shared memory already (see `shared_arrays`); else a copy that
            does, C-contiguous, writable and of the machine's byte order.

        Raises:
            TypeError: a dtype that JavaScript has no typed array for.
            MemoryError: there is no room.
            BridgeError: there is no shared memory here; it says why.
        """
        return self.marshal.sharing().sure().share(array)

    def shared_array(self, dtype: Any, shape: Any) -> Any:
        """A new array of zeros as `share` gives them. Raises what `share` does, and ValueError for a shape
        that is none."""
        return self.marshal.sharing().sure().empty(dtype, shape)

    @contextlib.contextmanager
    def shared_arrays(self) -> Iterator[None]:
        """While inside, NumPy allocates arrays of 64 KB and more in shared memory, so that `share` and
        `py->js` copy nothing: a context manager.

        It is about the calling thread and the asyncio tasks it starts, not about other threads. Raises
        BridgeError where there is no shared memory.
        """
        with self.marshal.sharing().sure().arrays():
            yield

    # ---- serving

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """Wait here and now for a promise or a coroutine, and return its value. Meanwhile the calling thread
        serves JavaScript: handlers that are Python's functions, coroutines.

        Raises:
            JSError: what the promise rejects with.
            TypeError: for what cannot be awaited.
            KeyboardInterrupt: Ctrl-C; the promise goes on.
            WouldBlock: in a thread whose asyncio loop runs (`await` it), and where JavaScript waits for this
                very call.
        """
        if not isinstance(awaitable, Awaitable):
            raise TypeError(f"run takes a promise or a coroutine, not {type(awaitable).__name__}")
        return self._ask.serve(awaitable)

    def serve_forever(self) -> None:
        """Serve JavaScript, say a Node server whose handlers are Python's functions, until `close` is called;
        a handler may have called it before this has begun.

        Raises:
            KeyboardInterrupt: Ctrl-C.
            NodeLost: Node has ended.
            WouldBlock: as `run`.
        """
        try:
            self.run(_Never(self._ask))
        except BridgeError:  # NodeLost to what was asked before, to the next that the bridge is closed
            if not self._closed:
                raise

    @contextlib.contextmanager
    def serving(self) -> Iterator[Any]:
        """While inside, a thread serves JavaScript, and the calling one goes on with its own: a context
        manager that gives the bridge.

        Handlers and coroutines run on that thread, one at a time, beside what the calling thread does;
        callbacks of a call still run on the thread that made the call.

        Raises:
            WouldBlock: where an asyncio loop runs, which serves already.
        """
        with self._ask.serving(_Never(self._ask)):
            yield self


class _Never:
    """Ends only with the bridge, or by being cancelled. Nothing is asked before it is awaited: a handler that
    ran while this thread waits for JavaScript's answer would be what Ctrl-C stops, and not the wait."""

    def __init__(self, ask: Asking) -> None:
        self._ask = ask

    def __await__(self) -> Generator[Any, None, Any]:
        return self._ask.await_source("new Promise(() => {})").__await__()
