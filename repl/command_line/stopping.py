"""Ctrl-C in a program, and an exit that its own tasks ask for.

In: a signal, while the task that does a job runs. Out: what runs is stopped, whoever has called it; the
task hears of it and ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import FrameType
from typing import Any

from ..session.on_top import is_programs
from ..session.outcomes import exit_code
from ..session.session import Session
from .reporting import Ended

Handler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]
PATIENCE = 1.0  # seconds that tasks have to end which were cancelled


def until_done(
    session: Session, task: asyncio.Task[int | None], channel: bool, interactive: bool
) -> int | None:
    """Run the loop until the task is done, also where a callback or another task has let a Ctrl-C through, or
    asks for an exit: at a prompt that is the end of those alone."""
    loop = task.get_loop()
    try:
        while True:
            try:
                return loop.run_until_complete(task)
            except SystemExit as asked:  # of a task or callback of the program's: asyncio lets it through
                if interactive and not task.done():
                    session.uncaught.tell(asked)
                    continue
                loop.set_exception_handler(_unless_exit(loop.get_exception_handler()))
                raise Ended(exit_code(asked)) from None
            except KeyboardInterrupt:
                if task.done() or task.cancelling():
                    raise
                if not interactive:
                    stop(session, task, channel, None)
    finally:
        _end_tasks(session, loop)


def _end_tasks(session: Session, loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what still runs, as `asyncio.run` does; what does not let go is left after a while."""
    if session.bridge.looping:
        session.bridge.loops.tasks.forsake()  # JavaScript need not hear of it
    tasks = asyncio.all_tasks(loop)
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    with contextlib.suppress(BaseException):
        loop.run_until_complete(asyncio.wait(tasks, timeout=PATIENCE))
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # nobody need hear of it
        task._log_destroy_pending = False  # type: ignore[attr-defined]


def _unless_exit(tell: Handler | None) -> Handler:
    """Nobody need hear of a task that has ended the program."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), SystemExit):
            (tell or asyncio.BaseEventLoop.default_exception_handler)(loop, context)  # type: ignore[arg-type]

    return handle


def stop(session: Session, task: asyncio.Task[int | None], channel: bool, frame: FrameType | None) -> None:
    """Ctrl-C: it is for JavaScript's listeners, where there are any; else stop Python code of the program's
    that keeps the loop, the running form, or the wait for the next one (a channel goes on).

    Raises:
        KeyboardInterrupt: into that code, or where that has been asked for before and something does not let
            go.
    """
    bridge = session.bridge
    if session.node.signals.hand_on():
        return
    if not (bridge.javascript_on_top or bridge.python_on_top) and is_programs(frame):
        raise KeyboardInterrupt
    if session.running:
        session.interrupt()
    elif channel:
        pass
    elif task.cancelling():
        raise KeyboardInterrupt
    else:
        task.cancel()
