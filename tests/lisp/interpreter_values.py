"""The interpreter's values: JavaScript's data, promises and microtasks, as far as the core shows them.

In: nothing. Out: value types, `show` (the text a value is compared by), `equal`, and `EventLoop`.

Numbers are Python floats (so -0, NaN and Infinity come out as in JavaScript), strings, booleans, None (nil)
and UNDEFINED are themselves, arrays are lists, objects are dicts.

Promises follow ECMAScript's jobs to the tick: an await of a native promise takes one job after it settled, an
async function that returns a promise adopts it two jobs later. Promises of the outside world (`(p x)`) settle
one at a time, in the order they were made, each only when no job is left: `EventLoop.drain`, and the same in
differential.mjs. So two tasks can overtake each other only while both have jobs at once (`crowded`).

How many jobs an async function takes to end is no promise of the language (`(fn () (await x))` may compile to
`return x`). `late` says by a function's number which ones take two more at their end, and with `slow` at each
of their awaits too: a program that then does something else is not compared.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Generator
from decimal import Decimal
from typing import Any


class OutsideError(Exception):
    """The program does something that is no part of the core (adds strings, calls a number, never ends)."""


class LispThrow(Exception):
    """A value thrown by the program."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Undefined:
    def __repr__(self) -> str:
        return "UNDEFINED"


UNDEFINED = Undefined()


class KeywordValue:
    """An interned keyword."""

    __slots__ = ("name",)
    known: dict[str, KeywordValue] = {}  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def of(cls, name: str) -> KeywordValue:
        return cls.known.setdefault(name, cls(name))


class ErrorValue:
    """A JavaScript Error."""

    __slots__ = ("kind", "message")

    def __init__(self, message: str, kind: str = "Error") -> None:
        self.message = message
        self.kind = kind


class ListValue(list):
    """What `(list 1 2)` gives; prints in parentheses."""


class Returned(Exception):
    """Ends a generator at its yield, as JavaScript's `return()` does: only `finally` runs."""


class Yielded:
    """What a generator's body gives to its consumer (what it awaits comes bare)."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class GeneratorValue:
    """The object that a call of a generator function gives."""

    def __init__(self, body: Generator[Any, Any, Any], asynchronous: bool) -> None:
        self.body = body
        self.asynchronous = asynchronous
        self.ended = False

    def step(self, resume: Callable[[Any], Any], sent: Any) -> Generator[Any, Any, Any]:
        """Run to the next yield; `END` after the last. Awaits of the body are awaits of the consumer."""
        if self.ended:
            return END
        try:
            out = resume(sent)
            while type(out) is not Yielded:
                try:
                    got = yield out
                except LispThrow as thrown:
                    out = self.body.throw(thrown)
                else:
                    out = self.body.send(got)
        except (StopIteration, Returned):
            self.ended = True
            return END
        except LispThrow:
            self.ended = True
            raise
        return (yield out.value) if self.asynchronous else out.value

    def next(self) -> Generator[Any, Any, Any]:
        return self.step(self.body.send, None)

    def close(self) -> Generator[Any, Any, Any]:
        """The consumer stops early."""
        return self.step(self.body.throw, Returned())


END = object()


class AsyncItems:
    """An async generator that gives these items."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items


class Promise:
    """A native promise. `reactions` are pairs (fulfilled, rejected) of Python callables."""

    __slots__ = ("loop", "reactions", "resolved", "state", "value")

    def __init__(self, loop: EventLoop) -> None:
        self.loop = loop
        self.state = "pending"
        self.value: Any = None
        self.reactions: list[tuple[Callable[[Any], None], Callable[[Any], None]]] = []
        self.resolved = False

    def then(self, fulfilled: Callable[[Any], None], rejected: Callable[[Any], None]) -> None:
        if self.state == "pending":
            self.reactions.append((fulfilled, rejected))
        else:
            self._react(fulfilled, rejected)

    def _react(self, fulfilled: Callable[[Any], None], rejected: Callable[[Any], None]) -> None:
        self.loop.jobs.append((fulfilled if self.state == "fulfilled" else rejected, self.value))

    def _settle(self, state: str, value: Any) -> None:
        self.state, self.value = state, value
        reactions, self.reactions = self.reactions, []
        for fulfilled, rejected in reactions:
            self._react(fulfilled, rejected)

    def resolve(self, value: Any) -> None:
        """The resolve function of `new Promise`: a thenable is adopted in a job of its own."""
        if not self.resolved:
            self.resolved = True
            self._resolve(value)

    def reject(self, value: Any) -> None:
        if not self.resolved:
            self.resolved = True
            self._settle("rejected", value)

    def _resolve(self, value: Any) -> None:
        if isinstance(value, Promise):
            self.loop.jobs.append((self._adopt, value))
        elif isinstance(value, dict) and callable(value.get("then")):
            self.loop.jobs.append((self._adopt_object, value))
        else:
            self._settle("fulfilled", value)

    def _adopt(self, other: Promise) -> None:
        other.then(self._resolve, lambda error: self._settle("rejected", error))

    def _adopt_object(self, thenable: dict[str, Any]) -> None:
        try:
            thenable["then"](self._resolve, lambda error: self._settle("rejected", error))
        except LispThrow as error:
            self._settle("rejected", error.value)


class EventLoop:
    """Jobs, and promises of the outside that settle in the order they were made."""

    def __init__(self, late: Callable[[int], bool], slow: bool = False) -> None:
        self.late = late
        self.slow = slow
        self.calls = 0
        self.crowded = False
        self.async_generators = False
        self.jobs: deque[tuple[Callable[[Any], Any], Any]] = deque()
        self.outside: deque[tuple[Callable[[Any], Any], Any]] = deque()

    def later(self, value: Any, *, rejects: bool = False) -> Promise:
        promise = Promise(self)
        self.outside.append((promise.reject if rejects else promise.resolve, value))
        return promise

    def as_promise(self, value: Any) -> Promise:
        """Promise.resolve"""
        if isinstance(value, Promise):
            return value
        promise = Promise(self)
        promise.resolve(value)
        return promise

    def run_async(self, body: Generator[Any, Any, Any]) -> Promise:
        """Start an async function: it runs at once up to its first await."""
        result = Promise(self)
        self.calls += 1
        late = self.late(self.calls)

        def step(resume: Callable[[Any], Any], value: Any) -> None:
            try:
                awaited = resume(value)
            except StopIteration as stop:
                result.resolve(self.settled(stop.value) if late else stop.value)
            except LispThrow as error:
                if late:
                    result.resolve(self.settled(error.value, rejects=True))
                else:
                    result.reject(error.value)
            else:
                promise = self.as_promise(awaited)
                if late and self.slow:
                    promise = self.adopted(promise)
                promise.then(lambda v: step(body.send, v), lambda e: step(body.throw, LispThrow(e)))

        step(body.send, None)
        return result

    def adopted(self, other: Promise) -> Promise:
        """A promise that settles as the other does, some jobs later."""
        promise = Promise(self)
        promise.resolve(other)
        return promise

    def settled(self, value: Any, *, rejects: bool = False) -> Promise:
        promise = Promise(self)
        (promise.reject if rejects else promise.resolve)(value)
        return promise

    def all(self, items: list[Any]) -> Promise:
        """Promise.all"""
        result = Promise(self)
        values: list[Any] = [None] * len(items)
        left = len(items)

        def one(at: int) -> Callable[[Any], None]:
            def done(value: Any) -> None:
                nonlocal left
                values[at] = value
                left -= 1
                if left == 0:
                    result.resolve(values)

            return done

        for at, item in enumerate(items):
            self.as_promise(item).then(one(at), result.reject)
        if not items:
            result.resolve(values)
        return result

    def drain(self) -> None:
        """Run until nothing is left to do."""
        jobs, outside = self.jobs, self.outside
        while True:
            while jobs:
                self.crowded |= len(jobs) > 1
                act, value = jobs.popleft()
                act(value)
            if not outside:
                return
            act, value = outside.popleft()
            act(value)


def truthy(value: Any) -> bool:
    return value is not None and value is not False and value is not UNDEFINED


def number_text(value: float) -> str:
    """As JavaScript prints it, but -0 is `-0`."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if str(value)[0] == "-" else "0"
    size = abs(value)
    if size < 2**53 and value == int(value):
        return str(int(value))
    if 1e-6 <= size < 1e21:
        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, _, exponent = repr(value).partition("e")
    return f"{mantissa.removesuffix('.0')}e{'+' if int(exponent) > 0 else '-'}{abs(int(exponent))}"


def show(value: Any) -> str:
    """The text by which values are compared; `show` in differential.mjs writes the same."""
    if value is None or value is UNDEFINED:
        return "nil"
    if value is True or value is False:
        return "true" if value else "false"
    kind = type(value)
    if kind is float:
        return number_text(value)
    if kind is str:
        return json.dumps(value)
    if kind is KeywordValue:
        return f":{value.name}"
    if isinstance(value, list):
        inner = " ".join(show(item) for item in value)
        return f"({inner})" if kind is ListValue else f"[{inner}]"
    if isinstance(value, dict):
        return "{" + " ".join(f":{key} {show(item)}" for key, item in value.items()) + "}"
    if kind is ErrorValue:
        return f"#<Error {value.message}>"
    if kind is Promise:
        return "#<promise>"
    return "#<fn>"


def equal(a: Any, b: Any) -> bool:
    """`=`: by structure."""
    if a is UNDEFINED:
        a = None
    if b is UNDEFINED:
        b = None
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(value, b[key]) for key, value in a.items())
    return (type(a) is type(b) and a == b) if isinstance(a, (float, str, bool)) else a is b
