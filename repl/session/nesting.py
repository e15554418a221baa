"""`asyncio.run(main())` and `loop.run_until_complete(main())` in code that our own event loop has called.

In: the loop of a front end. Out: while the block runs, code on that loop's thread may run another event
loop, or the same one, until something is done, as it may in a plain script.

Python refuses both where a loop is running, and at a prompt one always is. What it asks is looked up in two
of its modules (`events` in asyncio.runners and asyncio.base_events); while a front end's loop runs, these
find a copy of asyncio.events that answers for this loop's thread, and the loop has a `run_until_complete` of
its own. Both are taken back when the block ends. Loops of other threads, and a process without a session, see
no change.
"""

from __future__ import annotations

import asyncio
import threading
from asyncio import base_events, events, runners, tasks
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

Loop = asyncio.AbstractEventLoop


class _Running(threading.local):
    """The loops that run on this thread around the innermost one, which Python itself knows."""

    def __init__(self) -> None:
        self.outer: list[Loop | None] = []


_running = _Running()
_ours: list[Loop] = []
_changing = threading.Lock()


def _is_nested() -> bool:
    """Has a front end's loop called the code that asks?"""
    innermost = asyncio._get_running_loop()
    return innermost is not None and any(loop in _ours for loop in (innermost, *_running.outer))


def _get_running_loop() -> Loop | None:
    return None if _is_nested() else asyncio._get_running_loop()


def _set_running_loop(loop: Loop | None) -> None:
    innermost = asyncio._get_running_loop()
    if loop is not None:
        _running.outer.append(innermost)
    elif _running.outer:
        loop = _running.outer.pop()
        if innermost is not None and innermost not in _ours:
            _refuse(innermost)
    asyncio._set_running_loop(loop)
    if loop is not None and loop is not innermost and _is_nested():
        _allow(loop)


def _allow(loop: Loop) -> None:
    loop.run_until_complete = lambda future: _until(loop, future)  # type: ignore[method-assign]


def _refuse(loop: Loop) -> None:
    with suppress(AttributeError):
        del loop.run_until_complete


def _set_event_loop(loop: Loop | None) -> None:
    if not _is_nested():  # else the running loop counts, and nothing is left behind
        events.set_event_loop(loop)


@contextmanager
def nesting(loop: Loop) -> Iterator[None]:
    """While inside, code that this loop calls may run loops.

    Args:
        loop: it need not run yet.
    """
    with _changing:
        if not _ours:
            _install()
        _ours.append(loop)
    _allow(loop)
    try:
        yield
    finally:
        _refuse(loop)
        with _changing:
            _ours.remove(loop)
            if not _ours:
                _uninstall()


def _install() -> None:
    copy = ModuleType(events.__name__)
    vars(copy).update(vars(events))
    vars(copy).update(
        _get_running_loop=_get_running_loop,
        _set_running_loop=_set_running_loop,
        set_event_loop=_set_event_loop,
    )
    for module in (runners, base_events):
        module.events = copy  # type: ignore[attr-defined]


def _uninstall() -> None:
    for module in (runners, base_events):
        module.events = events  # type: ignore[attr-defined]


def _until(loop: Any, awaitable: Any) -> Any:
    """`loop.run_until_complete(awaitable)`, also where the loop is running and has called us."""
    if not loop.is_running() or loop not in (asyncio._get_running_loop(), *_running.outer):
        return type(loop).run_until_complete(loop, awaitable)
    made = not asyncio.isfuture(awaitable)
    future = asyncio.ensure_future(awaitable, loop=loop)
    waiting = len(loop._ready)
    current = asyncio.current_task(loop)
    if current is not None:
        tasks._leave_task(loop, current)
    innermost = asyncio._get_running_loop()
    asyncio._set_running_loop(loop)
    try:
        while not future.done():
            loop._run_once()
            if loop._stopping and not future.done():
                raise RuntimeError("Event loop stopped before Future completed.")
    except BaseException:
        if made:
            future.cancel()
        raise
    finally:
        asyncio._set_running_loop(innermost)
        if current is not None:
            tasks._enter_task(loop, current)
        # The round that called us goes through as many handles as it found.
        while len(loop._ready) < waiting:
            done = events.Handle(_nothing, (), loop)
            done.cancel()
            loop._ready.append(done)
    return future.result()


def _nothing() -> None:
    """What is never called."""
