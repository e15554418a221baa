"""What Node asks of Python objects: one small function per operation.

In: a request's header (see protocol). Out: the Python value it answers with; the bridge encodes it. Anything
raised here becomes an error reply, never a crash.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import numbers
import operator
import sys
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

from . import traits
from .errors import JSError, ProtocolError, WouldBlock
from .handles import Segments
from .marshal import Marshal
from .namespace import Names
from .protocol import OPS, SORTS, TRAITS
from .proxy import JsProxy

MISSING = object()
_MAPPING = TRAITS["MAPPING"]
_ARRAY_LIKE = TRAITS["ARRAY_LIKE"]
_ERROR = SORTS.index("error")


def _equals(first: Any, second: Any) -> bool:
    """Equality that is always a boolean: arrays are equal when all their elements are."""
    result = first == second
    if isinstance(result, bool):
        return result
    if type(result).__module__.split(".")[0] in ("numpy", "pandas"):
        import numpy

        return getattr(first, "shape", None) == getattr(second, "shape", None) and bool(numpy.all(result))
    return bool(result)


def _hash(value: Any) -> Any:
    """What equal things share: numbers their number, others a text (unhashable ones only their kind)."""
    if isinstance(value, str):
        return str(value)
    try:
        number = hash(value)
    except TypeError:
        return f"py:{type(value).__name__}"
    if isinstance(value, numbers.Number):
        try:
            near: Any = float(value)  # type: ignore[arg-type]
            if near == value:
                return near
        except (TypeError, ValueError, OverflowError):
            pass
    return f"py#{number}"


_PLAIN = "add sub mul truediv floordiv mod pow matmul lt le gt ge eq ne xor lshift rshift"
_OPERATORS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in _PLAIN.split(" ")},
    "and": operator.and_,
    "or": operator.or_,
    "neg": operator.neg,
    "pos": operator.pos,
    "invert": operator.invert,
    "abs": operator.abs,
    "truth": operator.truth,
    "isinstance": isinstance,
    "equals": _equals,
    "hash": _hash,
}


class Plain:
    """A reply that is to be copied deeply to the other side instead of shown by handle."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Shared:
    """A reply that is to go by handle even where its type crosses by value."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class Server:
    """The operations on Python objects."""

    def __init__(self, marshal: Marshal, stats: Callable[[], dict[str, Any]]) -> None:
        self.marshal = marshal
        self.get = marshal.exports.get
        self.decode = marshal.decode
        self.stats = stats
        main = sys.modules.get("__main__")
        self.namespace: dict[str, Any] = main.__dict__ if main is not None else {"__builtins__": builtins}

    def perform(self, message: list[Any], body: Any) -> Any:
        """Run one request. Raises whatever the operation raises, ProtocolError for an unknown one."""
        try:
            operation = _TABLE[message[0]]
        except (KeyError, IndexError, TypeError):
            raise ProtocolError(f"unknown operation {str(message)[:60]}") from None
        return operation(self, message, body)

    def resolve(self, handle: Any, path: Any) -> Any:
        """The object at the end of an attribute chain."""
        value = self.get(handle)
        if path:
            for name in path:
                value = getattr(value, name)
        return value

    def arguments(self, message: list[Any], body: Any) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments; from the first Keyword on, `:name value` pairs are keywords."""
        split = message[5]
        decode, shared = self.decode, []  # type: ignore[var-annotated]
        if split < 0:
            return [decode(arg, body, shared) if arg.__class__ is list else arg for arg in message[6:]], {}
        wires = message[6:]
        args = [decode(arg, body, shared) for arg in wires[:split]]
        kwargs: dict[str, Any] = {}
        index = split
        while index < len(wires):
            wire = wires[index]
            index += 1
            if wire.__class__ is list and wire[0] == "k" and index < len(wires):
                kwargs[wire[1]] = decode(wires[index], body, shared)
                index += 1
            else:
                args.append(decode(wire, body, shared))
        return args, kwargs

    # ---- operations

    def ping(self, message: list[Any], body: Any) -> Any:
        return message[3] if len(message) > 3 else None

    def import_(self, message: list[Any], body: Any) -> Any:
        return importlib.import_module(message[3])

    def getattr(self, message: list[Any], body: Any) -> Any:
        value = self.get(message[3])
        path, mode = message[4], message[5]
        if mode == 1:
            for name in path:
                value = getattr(value, name)
            return value
        name = path[0]
        found = getattr(value, name, MISSING)
        if found is not MISSING:
            return found
        bits = traits.of(value)
        if bits & _MAPPING:
            try:
                # A defaultdict makes an item of what is asked for, but not of what JavaScript only probes.
                return value[name] if mode == 0 or name in value else MISSING
            except (KeyError, TypeError, IndexError):
                return MISSING
        if mode == 2 or bits & _ARRAY_LIKE:
            return MISSING
        return getattr(value, name)  # raises Python's own AttributeError, with its suggestions

    def setattr(self, message: list[Any], body: Any) -> Any:
        target, name = self.get(message[3]), message[4]
        value = self.decode(message[5], body)
        if isinstance(target, dict) and not hasattr(type(target), name):
            target[name] = value
        else:
            setattr(target, name, value)

    def delattr(self, message: list[Any], body: Any) -> Any:
        target, name = self.get(message[3]), message[4]
        if isinstance(target, dict):
            target.pop(name, None)
        else:
            delattr(target, name)

    def hasattr(self, message: list[Any], body: Any) -> Any:
        target, name = self.get(message[3]), message[4]
        return hasattr(target, name) or bool(traits.of(target) & _MAPPING and name in target)

    def call(self, message: list[Any], body: Any) -> Any:
        # The arguments first: what a call that fails mentions has been received all the same.
        args, kwargs = self.arguments(message, body)
        path = message[4]
        function = self.get(message[3])
        if path:
            for name in path:
                function = getattr(function, name)
        return function(*args, **kwargs)

    def new(self, message: list[Any], body: Any) -> Any:
        shared: list[Any] = []
        return self.get(message[3])(*[self.decode(wire, body, shared) for wire in message[4:]])

    def await_(self, message: list[Any], body: Any) -> Any:
        """An awaitable asked for synchronously: JavaScript stands still, and so would the asyncio loop."""
        value = self.get(message[3])
        if inspect.isawaitable(value):
            raise WouldBlock("a coroutine cannot be waited for inside a synchronous call: await it")
        return value

    def getitem(self, message: list[Any], body: Any) -> Any:
        target, key = self.get(message[3]), self.decode(message[4], body)
        if len(message) > 5:  # lax: a missing item is undefined
            try:
                return target[key]
            except (IndexError, KeyError):
                return MISSING
        return target[key]

    def setitem(self, message: list[Any], body: Any) -> Any:
        shared: list[Any] = []
        key = self.decode(message[4], body, shared)
        self.get(message[3])[key] = self.decode(message[5], body, shared)

    def delitem(self, message: list[Any], body: Any) -> Any:
        del self.get(message[3])[self.decode(message[4], body)]

    def len(self, message: list[Any], body: Any) -> Any:
        return len(self.get(message[3]))

    def iter(self, message: list[Any], body: Any) -> Any:
        """[private, iterator, done, items]: whether nobody else sees the iterator, and the first items."""
        target = self.get(message[3])
        pairs = len(message) > 5 and message[5]
        iterator = iter(target.items() if pairs else target)
        segments = Segments()
        done, items, *failure = self.batch(iterator, message[4], pairs, segments)
        handle = None if done else self.encode(Shared(iterator), segments)
        return Wired(["a", iterator is not target, handle, done, items, *failure], segments)

    def next(self, message: list[Any], body: Any) -> Any:
        """[done, items]: at most message[4] items, fewer when they are slow to come. What was raised after
        some items stands behind them."""
        segments = Segments()
        pairs = len(message) > 5 and message[5]
        return Wired(["a", *self.batch(self.get(message[3]), message[4], pairs, segments)], segments)

    def batch(self, iterator: Any, count: int, pairs: bool, segments: list[Any]) -> list[Any]:
        """Whether it ended, the wire form of the next items, and perhaps of what was raised behind them."""
        encode = self.marshal.encode
        items: list[Any] = ["a"]
        end = time.perf_counter() + 0.002
        try:
            for item in islice(iterator, count):
                items.append(
                    ["a", encode(item[0], segments), encode(item[1], segments)]
                    if pairs
                    else encode(item, segments)
                )
                if len(items) & 7 == 0 and time.perf_counter() > end:
                    return [False, items]
        except BaseException as error:
            if len(items) == 1 or not isinstance(error, Exception):
                self.marshal.take_back(segments)
                raise
            return [False, items, self.marshal.encode_exception(error, segments)]
        return [len(items) <= count, items]

    def contains(self, message: list[Any], body: Any) -> Any:
        return self.decode(message[4], body) in self.get(message[3])

    def dir(self, message: list[Any], body: Any) -> Any:
        target = self.get(message[3])
        if isinstance(target, dict) and len(message) > 4:
            return Plain([key for key in target if isinstance(key, str)])
        return Plain(dir(target))

    def repr(self, message: list[Any], body: Any) -> Any:
        return repr(self.get(message[3]))

    def str(self, message: list[Any], body: Any) -> Any:
        return str(self.get(message[3]))

    def display(self, message: list[Any], body: Any) -> Any:
        import pprint

        return pprint.pformat(self.get(message[3]), width=100)

    def eval(self, message: list[Any], body: Any) -> Any:
        return eval(message[3], self.namespace)

    def exec(self, message: list[Any], body: Any) -> Any:
        exec(message[3], self.namespace)

    def operator(self, message: list[Any], body: Any) -> Any:
        shared: list[Any] = []
        values = [self.decode(wire, body, shared) for wire in message[4:]]
        return _OPERATORS[message[3]](*values)

    def convert(self, message: list[Any], body: Any) -> Any:
        return Plain(self.get(message[3]))

    def make(self, message: list[Any], body: Any) -> Any:
        """A Python object to share, from a copy: kind is value, tuple or slice; names: Python's names."""
        if message[3] == "names":
            return Shared(Names(lambda: self.namespace))
        value = self.decode(message[4], body)
        if message[3] == "tuple":
            value = tuple(value)
        elif message[3] == "slice":
            value = slice(*value)
        return Shared(value)

    def describe(self, message: list[Any], body: Any) -> Any:
        kind = type(self.get(message[3]))
        return Plain({"type": kind.__name__, "module": kind.__module__})

    def stats_(self, message: list[Any], body: Any) -> Any:
        return Plain(self.stats()["python"])

    def send(self, message: list[Any], body: Any) -> Any:
        """Generator and context-manager protocol: [done, value] for generators."""
        target, method = self.get(message[3]), message[4]
        value = self.decode(message[5], body)
        segments = Segments()
        if method == "enter":
            return target.__enter__()
        if method == "exit":
            if value is None:
                return target.__exit__(None, None, None)
            error = _raised(value)
            return target.__exit__(type(error), error, error.__traceback__)
        try:
            if method == "next":
                result = next(target) if value is None else target.send(value)
            elif method == "throw":
                result = target.throw(_raised(value))
            else:
                close = getattr(target, "close", None)
                if close is not None:
                    close()
                return Wired(["a", True, self.marshal.encode(value, segments)], segments)
        except StopIteration as stop:
            return Wired(["a", True, self.marshal.encode(stop.value, segments)], segments)
        return Wired(["a", False, self.marshal.encode(result, segments)], segments)

    # ---- replies

    def encode(self, value: Any, segments: list[Any]) -> Any:
        """Wire form of an operation's result."""
        kind = value.__class__
        if kind is Wired:
            segments.extend(value.segments)
            return value.wire
        if value is MISSING:
            return ["m"]
        if kind is Plain:
            from .deep import encode_deep

            return encode_deep(self.marshal, value.value, segments)
        if kind is Shared:
            value = value.value
            if value is None or value.__class__ in (bool, int, float, str):
                return self.marshal.encode(value, segments)
            return ["p", self.marshal.give(value, segments), traits.of(value)]
        return self.marshal.encode(value, segments)


def _raised(value: Any) -> BaseException:
    """What JavaScript throws into Python's code, as an exception."""
    if isinstance(value, BaseException):
        return value
    if isinstance(value, JsProxy) and value._traits & 15 == _ERROR:
        return JSError(str(value.name), str(value.message), str(value.stack), value)
    return JSError("", str(value), "", value)


class Wired:
    """A reply that is in wire form already."""

    __slots__ = ("segments", "wire")

    def __init__(self, wire: Any, segments: list[Any] | None = None) -> None:
        self.wire = wire
        self.segments: list[Any] = segments or []


_SHADOWED = {"import": "import_", "stats": "stats_", "await": "await_"}
_NAMES = (
    "ping import getattr setattr delattr hasattr call new getitem setitem delitem len iter next contains dir "
    "repr str display await eval exec operator convert make describe stats send"
)
_TABLE: dict[int, Callable[[Server, list[Any], Any], Any]] = {
    OPS[name]: getattr(Server, _SHADOWED.get(name, name)) for name in _NAMES.split(" ")
}
