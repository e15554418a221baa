"""A signal wakes the event loop, and what waits without one; what is done after a silence."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from polyrepl.bridge import Bridge
from polyrepl.bridge.building import refused
from polyrepl.bridge.process import TRANSPORT
from polyrepl.bridge.protocol import KINDS
from polyrepl.bridge.receiving import Intake
from polyrepl.bridge.waiting import Poll
from polyrepl.bridge.waking import heeding, sigint_to


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


def test_a_signal_wakes_a_poll() -> None:
    """Python goes on with a poll whose signal handlers have run; one that comes just before it would be slept
    through."""
    reading, writing = os.pipe()
    poll = Poll(reading, (), lambda fd: True)
    before = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        until = time.perf_counter() + 60
        assert poll.sleep(until)
        assert time.perf_counter() < until
        assert signal.set_wakeup_fd(-1) == -1
    finally:
        signal.signal(signal.SIGINT, before)
        poll.close()
        os.close(reading)
        os.close(writing)


async def test_a_loop_hears_of_signals_that_came_in_a_poll() -> None:
    """Its descriptor is not the one that was installed then."""
    heard = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, heard.set)
    reading, writing = os.pipe()
    poll = Poll(reading, (), lambda fd: True)
    try:
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        poll.sleep(time.perf_counter() + 60)
        await asyncio.wait_for(heard.wait(), 20)
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGUSR1)
        poll.close()
        os.close(reading)
        os.close(writing)


def test_who_has_taken_the_descriptor_meanwhile_keeps_it() -> None:
    loop = asyncio.new_event_loop()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    try:
        with heeding(loop):
            signal.set_wakeup_fd(writing)
        assert signal.set_wakeup_fd(-1) == writing
        with heeding(loop):
            pass
        assert signal.set_wakeup_fd(-1) == -1
    finally:
        loop.close()
        os.close(reading)
        os.close(writing)


@pytest.mark.skipif(refused() is not None, reason="no rings here")
@pytest.mark.parametrize("what", ["1", "{}", "new Map()", "(() => { throw 7 })()"])
def test_what_a_thread_has_slept_for_takes_the_short_way(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, what: str
) -> None:
    """A call of JavaScript's, and the answer: the layers of the other way are cold then."""
    monkeypatch.setenv(TRANSPORT, "rings")
    asleep, sleep, route = tmp_path / "asleep", Poll.sleep, Intake._route
    routed: list[int] = []

    def sleeps(poll: Poll, until: float | None = None) -> bool:
        asleep.touch()
        return sleep(poll, until)

    def routes(intake: Intake, frame: Any) -> None:
        routed.append(frame.kind)
        route(intake, frame)

    def served(x: Any) -> int:
        asleep.unlink()
        return 5

    call = own.eval(
        f"""(f) => {{
            const fs = process.getBuiltinModule("fs");
            const slept = () => {{ while (!fs.existsSync({json.dumps(str(asleep))})); }};
            slept();
            f({what if "throw" not in what else 1});
            slept();
            return {what};
        }}"""
    )
    monkeypatch.setattr(Poll, "sleep", sleeps)
    monkeypatch.setattr(Intake, "_route", routes)
    ways = []
    for _ in range(3):  # something else may have woken it, and this have come right behind
        asleep.unlink(missing_ok=True)
        routed.clear()
        try:
            call(served)
        except Exception as error:
            assert "throw" in what and str(error) == "7"
        ways.append({KINDS["REQUEST"], KINDS["REPLY"], KINDS["ERROR"]} & set(routed))
    assert set() in ways, ways
    monkeypatch.undo()
    assert own.eval("1 + 1") == 2


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # of threads, which the child does without
@pytest.mark.parametrize("sleeps", [True, False])
def test_signals_of_a_forked_child_are_not_written_to_what_it_has_closed(sleeps: bool) -> None:
    """Of a child that another thread forks while this one sleeps, too; another's descriptor stays."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    poll: Any = Poll(read, (), lambda fd: True)
    statuses: list[int] = []

    def fork(_: object = None) -> list[Any]:
        child = os.fork()
        if child == 0:
            try:
                if not sleeps:  # here: newer asyncio has none in a child
                    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
                poll.abandon()
                os._exit(0 if signal.set_wakeup_fd(-1) == (-1 if sleeps else write) else 1)
            finally:
                os._exit(2)
        statuses.append(os.waitpid(child, 0)[1])
        return []

    if sleeps:
        poll._poll = SimpleNamespace(poll=fork)
        poll.sleep(0.0)
    else:
        fork()
    assert statuses == [0]
    poll.close()
    for fd in (read, write):
        os.close(fd)
