"""The moment at which a program has nothing left to do in Python.

In: an asyncio loop. Out: a wait for that moment; whether a descriptor that the loop watches is the bridge's.
A program has something to do while there is a task, a timer, a descriptor it waits for, or a thread that
Python itself would wait for at its end. Idle threads of pools are none of these: what they
are at is awaited by a task, or by who has asked.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from types import MethodType
from typing import Any

OURS = "polyrepl-"  # begins the names of our threads and tasks
_ROOMS = ("polyrepl.bridge.loop", "polyrepl.bridge.waking")
_SELDOM = 0.5  # seconds between two looks at descriptors, of which nobody tells when they are given up


async def rests() -> None:
    """Return when nothing is left to do on the running loop, but for the task that asks."""
    loop = asyncio.get_running_loop()
    own = asyncio.current_task()
    while True:
        timers = [timer.when() for timer in getattr(loop, "_scheduled", ()) if not timer.cancelled()]
        tasks = [task for task in asyncio.all_tasks() if not _is_own(task, own)]
        if tasks:
            await asyncio.wait(tasks)
        elif timers:
            await asyncio.sleep(max(timers) - loop.time())
        elif threads := _threads():
            await loop.run_in_executor(None, threads[0].join)
        elif any(not is_ours(*key.data) for key in _watched(loop)):
            await asyncio.sleep(_SELDOM)
        else:
            return


def _is_own(task: asyncio.Task[Any], own: asyncio.Task[Any] | None) -> bool:
    return task is own or task.get_name().startswith(OURS)


def _threads() -> list[threading.Thread]:
    """Those that Python waits for at its end."""
    pools: Any = getattr(sys.modules.get("concurrent.futures.thread"), "_threads_queues", ())
    return [
        thread
        for thread in threading.enumerate()
        if not (thread.daemon or thread is threading.main_thread() or thread in pools)
        and not thread.name.startswith(OURS)
    ]


def _watched(loop: Any) -> list[Any]:
    selector = getattr(loop, "_selector", None)
    return [] if selector is None else list(selector.get_map().values())


def is_ours(reader: Any, writer: Any) -> bool:
    """Whether what a descriptor calls is the bridge's, or the loop's own."""
    called = getattr(reader, "_callback", None)
    if writer is not None or not isinstance(called, MethodType):
        return False
    function = called.__func__
    return function.__module__ in _ROOMS or function is _OF_THE_LOOP


_OF_THE_LOOP = getattr(asyncio.SelectorEventLoop, "_read_from_self", None)
