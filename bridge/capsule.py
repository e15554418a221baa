"""Capsules: functions of JavaScript on their way to another process, and those that were opened in this one.

In: the code, the captured values and Python's objects of one function; a module of JavaScript's that opens
them. Out: the function, made again in the Node that lives. What was opened is kept by its digest while that
Node lives. What is in a capsule is for the makers of the module to know; it is trusted as a pickle is.
"""

from __future__ import annotations

import hashlib
import select
import threading
from collections import OrderedDict
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .conversation import Conversation

KEPT = 100  # functions that stay made
_GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Packed:
    """An object of Python's that travels in another form."""

    __slots__ = ()

    def unpacked(self) -> Any:
        """The object. Raises what making it raises."""
        raise NotImplementedError


class Named(Packed):
    """A module of Python's: by its name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __reduce__(self) -> Any:
        return Named, (self.name,)

    def unpacked(self) -> Any:
        """The module. Raises ImportError."""
        return import_module(self.name)


class Capsule:
    """What one function needs to be made again.

    Attributes:
        code: JavaScript that makes the functions in it.
        data: JSON text of what they have captured.
        objects: Python's objects among that; a module travels by its name.
        bytes: contents of arrays and buffers.
    """

    __slots__ = ("_digest", "bytes", "code", "data", "objects")

    def __init__(self, code: str, data: str, objects: tuple[Any, ...], bytes: tuple[bytes, ...]) -> None:
        self.code = code
        self.data = data
        self.objects = objects
        self.bytes = bytes
        self._digest: str | None = None

    @property
    def digest(self) -> str:
        """Of all but Python's objects."""
        if self._digest is None:
            made = hashlib.sha256()
            for text in (self.code, self.data):
                made.update(text.encode("utf-8", "surrogatepass") + b"\0")
            for part in self.bytes:
                made.update(part)
            for name in self._named():
                made.update(name.encode())
            self._digest = made.hexdigest()[:32]
        return self._digest

    def _named(self) -> list[str]:
        return [thing.name for thing in self.objects if isinstance(thing, Named)]

    @property
    def plain(self) -> bool:
        """Whether the digest says all: there are no objects of Python's in it but modules."""
        return len(self._named()) == len(self.objects)


def unpacked(thing: Any) -> Any:
    """An object of Python's that has travelled. Raises what making it raises."""
    return thing.unpacked() if issubclass(type(thing), Packed) else thing


class Capsules:
    """Those that a conversation has opened.

    Args:
        conversation: with the Node to open them in, which is started where it is not there.
        entry: path of the module that opens: `begin()` is called once in each Node and says its version,
            `prepare(data)` gives a promise of what has to be there first, or null, and `open(code, data,
            objects, bytes, filename)` the function.
        begun: called with that module when it has been loaded, before anything is opened.

    Attributes:
        version: of the Node that the module was asked for last.
        pool: processes that its owner has begun for it.
    """

    def __init__(
        self, conversation: Conversation, entry: str, begun: Callable[[Any], None] = lambda _: None
    ) -> None:
        self.version = ""
        self.pool: Any = None
        self._conversation = conversation
        self._entry = entry
        self._begun = begun
        self._lock = threading.RLock()
        self._waits = threading.RLock()
        self._module: Any = None
        self._kept: OrderedDict[str, Any] = OrderedDict()
        self._functions: dict[str, Any] = {}

    def module(self) -> Any:
        """The module in a Node that lives. Raises BridgeError."""
        self._look()
        module = self._module
        if module is None or not self.is_live(module):
            # Several threads may come here at once, and get the same module.
            module = self._conversation.import_module(self._entry)
            self.version = str(module.begin())
            self._begun(module)
            with self._lock:
                self._kept.clear()
                self._functions.clear()
                self._module = module
        return module

    def function(self, name: str) -> Any:
        """A function of the module, which is asked for once. Raises BridgeError."""
        module = self.module()
        found = self._functions.get(name)
        if found is None or not self.is_live(found):
            found = self._functions[name] = getattr(module, name)
        return found

    def is_live(self, proxy: Any) -> bool:
        """Whether an object is in the Node that lives."""
        exchange = self._conversation.exchange
        return (
            exchange is not None
            and proxy._js_imports is exchange.imports
            and exchange.connection.failure is None
        )

    def _look(self) -> None:
        """Notice now that Node has ended: what was not asked of it can be asked of another."""
        connection: Any = self._conversation.connection
        if connection is None or connection.failure is not None or not hasattr(connection, "fd"):
            return
        poll = select.poll()
        poll.register(connection.fd, 0)
        if any(event & _GONE for _, event in poll.poll(0)):
            connection.lose("end of file")

    def open(self, capsule: Capsule, filename: str, copy: int = 0) -> Any:
        """A capsule's function, in the Node that lives.

        Args:
            capsule: of any process.
            filename: what JavaScript's stacks call its code.
            copy: a number for each of several that are alike and have their own variables.

        Raises:
            JSError: a module that it needs is missing, or fails as it is loaded.
            ImportError: a module of Python's is missing.
            BridgeError: there is no Node, or another one than the capsule needs.
        """
        module = self.module()
        key = f"{capsule.digest} {copy}"
        if capsule.plain and (found := self._known(key)) is not None:
            return found
        objects = [unpacked(thing) for thing in capsule.objects]
        waiting = module.prepare(capsule.data)
        if waiting is not None:
            self.settle(waiting)
        # Nothing is locked while Node is asked: it may be about to ask this thread, or another one.
        function = module.open(capsule.code, capsule.data, objects, list(capsule.bytes), filename)
        if not capsule.plain:
            return function
        with self._lock:
            first = self._known(key)
            if first is not None:  # another thread was faster
                return first
            self._kept[key] = function
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return function

    def _known(self, key: str) -> Any:
        with self._lock:
            found = self._kept.get(key)
            if found is None or not self.is_live(found):
                return None
            self._kept.move_to_end(key)
            return found

    def settle(self, promise: Any) -> Any:
        """What a promise comes to, waited for here and now, also in a thread whose asyncio loop runs: then
        another thread waits for it. Threads wait one after the other, since there is one loop for all waits,
        while their promises go on beside each other. Raises what the promise rejects with."""
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            with self._waits:
                return promise.result()
        found: list[Any] = []
        failure: list[BaseException] = []

        def wait() -> None:
            try:
                with self._waits:
                    found.append(promise.result())
            except BaseException as error:
                failure.append(error)

        waiter = threading.Thread(target=wait)
        waiter.start()
        waiter.join()
        if failure:
            raise failure[0]
        return found[0]
