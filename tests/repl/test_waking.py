"""A signal wakes the event loop."""

from __future__ import annotations

import asyncio
import os
import signal
import threading

from polyrepl.repl.waking import sigint_to


async def test_a_handler_s_callback_runs_although_nothing_else_would_wake_the_loop() -> None:
    loop = asyncio.get_running_loop()
    done: asyncio.Future[int] = loop.create_future()
    guard = loop.call_later(20, done.cancel)

    def handle(number: int, frame: object) -> None:
        # Not call_soon_threadsafe, which would wake the loop by itself.
        loop.call_soon(done.set_result, number)

    with sigint_to(handle, loop):
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        assert await done == signal.SIGINT
    guard.cancel()


async def test_everything_is_given_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with sigint_to(lambda number, frame: None, asyncio.get_running_loop()) as waker:
        assert signal.getsignal(signal.SIGINT) is not before
        waker.install()
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1
