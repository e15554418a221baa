"""Many items, few requests: what `pmap`, `preduce` and `pfor` do where `:on` names a pool.

In: a function, items, a pool (concurrent.futures, a Client of Dask) or ":processes". Out: a coroutine of all
results in order. A chunk of items is one task of the pool, and in its process one request to Node. Nothing
here schedules or transports: the pool does.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sized
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from polyrepl.bridge import JsProxy
from polyrepl.bridge.capsule import Capsules, unpacked

from .function import LispFunction, at_once, is_data
from .objects import Together, packed
from .showing import show_python

_LARGEST = 10_000
"""Items of a chunk, where nobody says how many."""
_UNKNOWN = 256
"""Items of a chunk of a source whose length is not known."""
_TASKS = 4
"""Chunks for each process, so that one which is slow does not hold up the rest."""
_AHEAD = 2
"""Chunks under way for each process; the source is not read further."""


def map_chunk(function: Any, items: list[Any]) -> list[Any]:
    """What a function gives of each item, where a pool runs it. Raises what it raises."""
    function = unpacked(function)
    if isinstance(function, LispFunction):
        return function.batch(items, copied=True)
    if isinstance(function, JsProxy):
        found: list[Any] = at_once(_capsules_of(function), "mapAll", function, items, True)
        return found
    out: list[Any] = []
    try:
        for item in items:  # how many there are says which item failed
            out.append(function(item))  # noqa: PERF401
    except Exception as error:
        _tell(error, len(out))
        raise
    return out


def reduce_chunk(function: Any, first: Any, items: list[Any]) -> Any:
    """`reduce` of items from a first value, where a pool runs it. Raises what the function raises."""
    function = unpacked(function)
    if isinstance(function, LispFunction):
        return function.fold(first, items, copied=True)
    if isinstance(function, JsProxy):
        return at_once(_capsules_of(function), "reduceAll", function, items, True, first)
    value, at = first, 0
    try:
        for at, item in enumerate(items):  # noqa: B007
            value = function(value, item)
    except Exception as error:
        _tell(error, at)
        raise
    return value


def carried(task: Callable[..., Any], function: Any, before: Together, items: Together) -> Any:
    """A chunk in a process that must not end when it cannot read something, and what comes of it likewise."""
    found = task(function, *before, list(items))
    return found if is_data(found) else Together(None, (found,))


def _tell(error: Exception, at: int) -> None:
    """What Python's function raises knows the number of the item, and what a `py.fn` raises its place."""
    show_python(error)
    with contextlib.suppress(AttributeError):
        error.item = at  # type: ignore[attr-defined]


def _capsules_of(function: JsProxy) -> Capsules:
    with contextlib.suppress(TypeError):  # they are there from then on, also where it must stay here
        function._js_owner.stand_in(function)
    found = function._js_owner.capsules
    assert found is not None
    return found


class Pool:
    """A pool as it is needed here: how many processes it has, and tasks as futures of the running loop.

    Args:
        pool: with a method `submit`, as an Executor, or a Client of Dask; or the module `ray`.

    Raises:
        TypeError: it is none.
    """

    def __init__(self, pool: Any) -> None:
        self._is_ray = getattr(pool, "__name__", None) == "ray" and callable(getattr(pool, "remote", None))
        if not self._is_ray and not callable(getattr(pool, "submit", None)):
            raise TypeError(
                ":on takes :processes, a pool of concurrent.futures, a Client of Dask or Ray, "
                f"not {type(pool).__name__}"
            )
        self._pool = pool
        self.is_here = isinstance(pool, ThreadPoolExecutor)
        """Do its tasks run in this process?"""
        self.reads_for_all = isinstance(pool, Executor) and not self.is_here
        """Does one of its processes end, and all others, where it cannot unpickle a task?"""
        self._options = {} if isinstance(pool, Executor) else {"pure": False}

    @property
    def size(self) -> int:
        """How many tasks run at a time."""
        if self._is_ray:
            return int(self._pool.cluster_resources().get("CPU", 1)) or 1
        threads = getattr(self._pool, "nthreads", None)
        if callable(threads):
            return sum(threads().values()) or 1
        return getattr(self._pool, "_max_workers", None) or os.cpu_count() or 1

    def submit(self, function: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """A task; to cancel the future cancels it, where it has not begun."""
        if self._is_ray:
            task = self._pool.remote(function).remote(*args)
            made = asyncio.wrap_future(task.future())
            made.add_done_callback(lambda each: self._pool.cancel(task) if each.cancelled() else None)
            return made
        task = self._pool.submit(function, *args, **self._options)
        if isinstance(task, Future):
            return asyncio.wrap_future(task)
        loop = asyncio.get_running_loop()
        made = loop.create_future()

        def settle(value: Any, error: BaseException | None) -> None:
            if made.done():
                return
            if error is None:
                made.set_result(value)
            else:
                made.set_exception(error)

        def done(task: Any) -> None:  # in a thread of the pool's
            value: Any = None
            error: BaseException | None = None
            try:
                value = task.result()
            except BaseException as raised:
                error = (
                    raised if isinstance(raised, Exception) else RuntimeError(f"the task was {task.status}")
                )
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, value, error)

        task.add_done_callback(done)
        made.add_done_callback(lambda each: task.cancel() if each.cancelled() else None)
        return made


def pool_of(on: Any, capsules: Capsules | None) -> Pool:
    """The pool that `:on` names; that of `:processes` is made once, with a process for each processor."""
    if on != "processes":
        return Pool(on)
    if capsules is None:
        return Pool(_spawned())
    if capsules.pool is None or capsules.pool._broken:
        capsules.pool = _spawned()
    return Pool(capsules.pool)


def _spawned() -> Any:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    return ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn"))


async def spread(
    function: Any,
    items: Iterable[Any],
    on: Any,
    options: dict[str, Any],
) -> tuple[bool, list[Any]]:
    """`(pmap function items :on on ..)`.

    Args:
        function: of the Lisp, or a callable of Python's.
        items: any iterable; one without an end is read as fast as its items are done.
        on: "processes", or a pool.
        options: "chunk", how many items are one task; "ahead", how many tasks are under way at a time;
            "progress", show how far it is.

    Returns:
        Whether the results are data, of which JavaScript can have a copy; the results in the items' order.

    Raises:
        TypeError: for what is no pool, and for a function or items that must stay in this process.
        Exception: what the function raises, with a note and an attribute `item` that say for which item.
    """
    chunks = await _chunks(function, map_chunk, (), items, on, options, "pmap")
    out = [each for chunk in chunks for each in chunk]
    return is_data(out), out


async def fold(
    function: Any, first: Any, items: Iterable[Any], on: Any, options: dict[str, Any]
) -> tuple[bool, Any]:
    """`(preduce function first items :on on ..)`: chunks are reduced in the pool, what they give here.

    Args and what is raised: as `spread`; the function has to be associative, and `first` to change nothing.
    """
    chunks = await _chunks(function, reduce_chunk, (first,), items, on, options, "preduce")
    value = first
    for chunk in chunks:
        value = function(value, chunk)
        if asyncio.iscoroutine(value) or asyncio.isfuture(value) or hasattr(value, "__await__"):
            value = await value
    return is_data(value), value


async def _chunks(
    function: Any,
    task: Callable[..., Any],
    before: tuple[Any, ...],
    items: Iterable[Any],
    on: Any,
    options: dict[str, Any],
    who: str,
) -> list[Any]:
    pool = pool_of(on, _capsules_of(function) if isinstance(function, JsProxy) else None)
    size = pool.size
    total = len(items) if isinstance(items, Sized) else None
    chunk = _number(options, "chunk", who) or _share(total, size)
    ahead = _number(options, "ahead", who) or size * _AHEAD
    sent = function if pool.is_here else _stand_in(function)
    bar = _progress(total, who) if options.get("progress") else None
    under_way: dict[asyncio.Future[Any], tuple[int, int, int]] = {}
    done: list[Any] = []
    source = enumerate(_parts(items, chunk))
    begun = 0
    try:
        while True:
            while len(under_way) < ahead and (part := next(source, None)) is not None:
                number, values = part
                under_way[_begun(pool, task, sent, before, values)] = number, begun, len(values)
                begun += len(values)
                done.append(None)
            if not under_way:
                return done
            finished, _ = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            for future in sorted(finished, key=lambda each: under_way[each][0]):
                number, at, count = under_way.pop(future)
                error = future.exception()
                if error is not None:
                    raise _told(error, at, who)
                found = future.result()
                done[number] = found[0] if isinstance(found, Together) else found
                if bar is not None:
                    bar.update(count)
    finally:
        for future in under_way:
            future.cancel()
        if bar is not None:
            bar.close()


def _begun(
    pool: Pool, task: Callable[..., Any], sent: Any, before: tuple[Any, ...], values: list[Any]
) -> asyncio.Future[Any]:
    if not pool.reads_for_all or (is_data(values) and is_data(before)):
        return pool.submit(task, sent, *before, values)
    return pool.submit(carried, task, sent, Together(None, before), Together(None, tuple(values)))


def _parts(items: Iterable[Any], chunk: int) -> Iterator[list[Any]]:
    source = iter(items)
    while part := list(itertools.islice(source, chunk)):
        yield part


def _share(total: int | None, size: int) -> int:
    if total is None:
        return _UNKNOWN
    return min(max(1, -(-total // (size * _TASKS))), _LARGEST)


def _number(options: dict[str, Any], name: str, who: str) -> int | None:
    found = options.get(name)
    if found is None:
        return None
    if not isinstance(found, int) or isinstance(found, bool) or found < 1:
        raise ValueError(f"{who}: :{name} takes a number of at least 1, not {found!r}")
    return found


def _told(error: BaseException, at: int, who: str) -> BaseException:
    """The exception of a task, which says of what item it is where that is known."""
    if type(error).__module__.startswith("ray.") and isinstance(
        cause := getattr(error, "cause", None), Exception
    ):
        error = cause  # Ray has put one of its own around it
    if type(error.__cause__).__name__ == "_RemoteTraceback":  # text, of the pool's and our own frames
        error.__cause__ = getattr(error, "cause", None)
    item = getattr(error, "item", None)
    if isinstance(item, int):
        error.item = at + item  # type: ignore[attr-defined]
        error.add_note(f"{who}: it was item {at + item} (counted from 0)")
    return error


def _progress(total: int | None, who: str) -> Any:
    try:
        from tqdm import tqdm  # type: ignore[import-untyped]
    except ImportError:
        raise ImportError(f"{who}: :progress shows a bar of tqdm: pip install tqdm") from None
    return tqdm(total=total, desc=who, unit="item")


def _stand_in(function: Any) -> Any:
    """Captured once, and not for each chunk."""
    return function._js_owner.stand_in(function) if isinstance(function, JsProxy) else packed(function)
