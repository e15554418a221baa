"""Handlers of signals that raise, as time-outs do, at whatever moment: later calls are answered as ever."""

from __future__ import annotations

import contextlib
import random
import signal
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from polyrepl.bridge import Bridge

ALARMS = 150
PATIENCE = 60.0  # seconds


class TimeIsUp(BaseException):
    """What a handler raises."""


@pytest.fixture
def alarms(own: Bridge) -> Iterator[Bridge]:
    """A bridge, and a handler of SIGALRM that raises."""

    def ring(number: int, frame: object) -> None:
        raise TimeIsUp

    own.start()
    before = signal.signal(signal.SIGALRM, ring)
    yield own
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def in_time(call: Callable[[], Any]) -> Any:
    """What comes of a call that is to end."""
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        return call()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


@pytest.mark.parametrize("argument", [1, [1], object()])
def test_later_calls_are_answered(alarms: Bridge, argument: Any) -> None:
    js = alarms
    same = js.eval("(x) => x")
    moments = random.Random(5)
    for _ in range(ALARMS):
        with contextlib.suppress(TimeIsUp):
            signal.setitimer(signal.ITIMER_REAL, 0.0003 + moments.random() * 0.002)
            while True:
                same(argument)
        assert in_time(lambda: same("later")) == "later"
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
        assert signal.set_wakeup_fd(-1) == -1


def test_just_after_an_answer_was_written(alarms: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Node has it, and sleeps: what comes next rings."""
    js, line = alarms, cast(Any, alarms.connection)
    call, send, pressed = js.eval("(f) => f({})"), line.channel.send, cast(list[bool], [])

    def sends(*arguments: Any) -> None:
        send(*arguments)
        if pressed:
            pressed.clear()
            raise TimeIsUp

    def f(x: object) -> object:
        pressed.append(True)
        return object()

    with monkeypatch.context() as patch:
        patch.setattr(line.channel, "send", sends)
        with pytest.raises(TimeIsUp):
            call(f)
    assert line.outbox.owed == 0
    assert in_time(lambda: js.eval("new Promise((done) => setTimeout(done, 5, 7))").result()) == 7
    assert in_time(lambda: js.eval("1 + 1")) == 2
