"""What a proxy of a JavaScript object can do beside having attributes and items; its class has those of its
object (proxy.py; being called and awaited is in functions.py).

In: Python's protocols: iteration, generators, `with`, sizes. Out: one request each, batches of items.
"""

from __future__ import annotations

from collections import abc
from time import perf_counter
from typing import Any

from .protocol import OPS

_LARGEST = 2048  # batch of items
_FRESH = 0.01  # seconds for which an array at its end has not grown unless it was asked (as ahead.mjs has it)
_LEN, _ITER, _NEXT, _SEND = OPS["len"], OPS["iter"], OPS["next"], OPS["send"]


class Sized:
    __slots__ = ()

    def __len__(self) -> int:
        return int(self._js_owner.operate(_LEN, self))  # type: ignore[attr-defined]


class Iterable:
    __slots__ = ()

    def __iter__(self) -> abc.Iterator[Any]:
        owner = self._js_owner  # type: ignore[attr-defined]
        private, iterator = owner.operate(_ITER, self)
        return _iterate(owner, iterator, private)


def _iterate(owner: Any, iterator: Any, private: bool) -> abc.Generator[Any, None, None]:
    """Items in growing batches when nobody else sees the iterator, else one by one."""
    size = 1
    done = False
    try:
        while not done:
            done, items = owner.operate(_NEXT, iterator, size)
            if done is None and private:  # at the end, unless the array grows
                end = owner.mark(iterator)
                until = perf_counter() + _FRESH
                yield from items
                done = owner.mark(iterator) == end + 1 and perf_counter() < until
            else:
                yield from items
            if private and size < _LARGEST:
                size *= 2
    finally:
        if not done and private:
            owner.operate_quietly(_SEND, iterator, "return", None)


class Iterator:
    __slots__ = ()

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        _, items = self._js_owner.operate(_NEXT, self, 1)  # type: ignore[attr-defined]
        if not items:
            raise StopIteration
        return items[0]


def _thrown(error: Any, value: Any, traceback: Any) -> Any:
    """What a generator is thrown by one of the two ways of Python's own."""
    if isinstance(error, type) and issubclass(error, BaseException):
        if isinstance(value, error):
            error = value
        else:
            error = error(*(value if isinstance(value, tuple) else () if value is None else (value,)))
    if traceback is not None and isinstance(error, BaseException):
        error.__traceback__ = traceback
    return error


class Generator(Iterator):
    __slots__ = ()

    def __next__(self) -> Any:
        return self.send(None)  # which knows the value that it returns at its end

    def send(self, value: Any) -> Any:
        """Resume a generator with a value."""
        done, result = self._js_owner.operate(_SEND, self, "next", value)  # type: ignore[attr-defined]
        if done:
            raise StopIteration(result)
        return result

    def throw(self, error: Any, value: Any = None, traceback: Any = None) -> Any:
        """Resume a generator with an exception; also as type, value and traceback, as contextlib has it."""
        error = _thrown(error, value, traceback)
        done, result = self._js_owner.operate(_SEND, self, "throw", error)  # type: ignore[attr-defined]
        if done:
            raise StopIteration(result)
        return result

    def close(self) -> None:
        """End a generator."""
        self._js_owner.operate(_SEND, self, "return", None)  # type: ignore[attr-defined]


class List:
    __slots__ = ()

    def insert(self, index: int, value: Any) -> None:
        """Insert before index, as list.insert."""
        self.splice(index, 0, value)  # type: ignore[attr-defined]


class Set:
    __slots__ = ()

    def discard(self, value: Any) -> None:
        """Remove value if it is there, as set.discard."""
        self.delete(value)  # type: ignore[attr-defined]

    @classmethod
    def _from_iterable(cls, items: Any) -> set[Any]:
        return set(items)


class AsyncIterable:
    __slots__ = ()

    def __aiter__(self) -> Any:
        owner = self._js_owner  # type: ignore[attr-defined]
        _, iterator = owner.operate(_ITER, self, True)
        return _async_iterate(owner, iterator)


async def _async_iterate(owner: Any, iterator: Any) -> Any:
    done = False
    try:
        while True:
            done, value = await owner.operate_async(_SEND, iterator, "next", None)
            if done:
                return
            yield value
    finally:
        if not done:
            await owner.operate_async(_SEND, iterator, "return", None)


class AsyncIterator:
    __slots__ = ()

    def __aiter__(self) -> Any:
        return self

    async def __anext__(self) -> Any:
        return await self.asend(None)

    async def asend(self, value: Any) -> Any:
        """Resume an async generator with a value."""
        return await self._js_step("next", value)

    async def athrow(self, error: Any, value: Any = None, traceback: Any = None) -> Any:
        """Resume an async generator with an exception, as `throw` does."""
        return await self._js_step("throw", _thrown(error, value, traceback))

    async def aclose(self) -> None:
        """End an async generator."""
        await self._js_owner.operate_async(_SEND, self, "return", None)  # type: ignore[attr-defined]

    async def _js_step(self, method: str, value: Any) -> Any:
        post = self._js_owner.operate_async  # type: ignore[attr-defined]
        done, result = await post(_SEND, self, method, value)
        if done:
            raise StopAsyncIteration
        return result


class Context:
    __slots__ = ()

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc: object) -> None:
        self._js_owner.operate(_SEND, self, "dispose", None)  # type: ignore[attr-defined]


class AsyncContext:
    __slots__ = ()

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._js_owner.operate_async(_SEND, self, "asyncDispose", None)  # type: ignore[attr-defined]
