"""Handlers of signals that raise, as time-outs do, at whatever moment: later calls are answered as ever."""

from __future__ import annotations

import contextlib
import gc
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


# ---- right after a step, where Python would call the handler

CLASSES = [TimeIsUp, TimeoutError, ValueError]


class Steps:
    """The rings, one of whose functions is followed by a handler that raises, once."""

    def __init__(self, rings: Any, name: str, error: type[BaseException]) -> None:
        self.rings = rings
        self.name = name
        self.error: type[BaseException] | None = error

    def __getattr__(self, name: str) -> Any:
        step = getattr(self.rings, name)
        if name != self.name:
            return step

        def and_the_handler(*arguments: Any) -> Any:
            found = step(*arguments)
            error = self.error
            if found is None or found is NotImplemented or error is None:
                return found
            self.error = None
            raise error("of the handler")

        return and_the_handler


def tables(js: Bridge) -> dict[str, Any]:
    gc.collect()
    js.stats(collect=True)
    found = js.stats(collect=True)
    return {name: found[name] for name in ("python", "node")}


def as_ever(js: Bridge, before: dict[str, Any]) -> None:
    """It is the same Node, whose event loop turns, and nothing is left in the tables."""
    promise = js.eval("new Promise((done) => setTimeout(done, 5, 7))")
    assert in_time(promise.result) == 7
    del promise
    assert in_time(lambda: js.eval("kept")) == 1
    assert tables(js) == before


@pytest.mark.parametrize("error", CLASSES)
@pytest.mark.parametrize("step", ["ask", "trade", "serve"])
def test_right_after_a_step_of_the_rings(
    alarms: Bridge, monkeypatch: pytest.MonkeyPatch, step: str, error: type[BaseException]
) -> None:
    js = alarms
    js.eval("globalThis.kept = 1")
    call, same = js.eval("(f) => f({}, () => 1)"), js.eval("(x) => x")
    for _ in range(3):
        call(lambda a, b: 1)
    channel = cast(Any, js.connection).channel
    if channel.plain is None:
        pytest.skip("there are no plain calls by pipes")
    before = tables(js)
    steps = Steps(channel.plain, step, error)
    with monkeypatch.context() as patch:
        patch.setattr(channel, "plain", steps)
        with contextlib.suppress(error):
            for _ in range(200):  # until one of them comes by there
                in_time(lambda: (same(1), same([1]), call(lambda a, b: 1)))
                if steps.error is None:
                    break
    as_ever(js, before)


@pytest.mark.parametrize("error", [TimeIsUp, TimeoutError, ValueError])
def test_when_bytes_have_come(
    alarms: Bridge, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    """They are looked at later: JavaScript waits for what is asked in them."""
    js = alarms
    js.eval("globalThis.kept = 1")
    slow = js.eval("(f) => { for (const end = Date.now() + 20; Date.now() < end; ); return f({}, () => 1) }")
    before = tables(js)
    channel = cast(Any, js.connection).channel
    parse, come = channel._parse, [True]

    def parses(data: bytes) -> Any:
        if come and b"[" in data:
            come.clear()
            raise error("of the handler")
        return parse(data)

    with monkeypatch.context() as patch:
        patch.setattr(channel, "plain", None)  # whose steps are looked at above
        patch.setattr(channel, "_parse", parses)
        with pytest.raises(error):
            slow(lambda a, b: 1)
    as_ever(js, before)


@pytest.mark.parametrize("way", ["rings", "frames", "asynchronous"])
def test_when_a_request_is_about_to_be_served(
    alarms: Bridge, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """What it has brought is given back; one that nobody stands still for is served all the same."""
    js = alarms
    js.eval("globalThis.kept = 1; globalThis.$py = globalThis[Symbol.for('polyrepl.$py')]")
    call, post = js.eval("(f) => f({}, () => 1)"), js.eval("(f) => $py.async(f, [], [{}, () => 1])")
    host, channel = cast(Any, js.connection).host, cast(Any, js.connection).channel
    call(lambda a, b: 1)
    post(lambda a, b: 1).result()
    before = tables(js)
    name = "serve_async" if way == "asynchronous" else "serve"
    serve, come = getattr(host, name), [True]

    def serves(*arguments: Any) -> Any:
        if come:
            come.clear()
            raise TimeIsUp
        return serve(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(host, name, serves)
        if way == "frames":
            patch.setattr(channel, "plain", None)
        if way != "asynchronous":
            with pytest.raises(TimeIsUp):
                in_time(lambda: call(lambda a, b: 1))
        else:
            told = cast(list[str], [])  # and nothing kept, whose frames know the promise
            js.loops.task_loop().set_exception_handler(lambda _, what: told.append(what["message"]))
            promise = post(lambda a, b: 7)
            with contextlib.suppress(TimeIsUp):
                in_time(promise.result)
            assert in_time(promise.result) == 7
            del promise
        assert not come
    as_ever(js, before)


def test_when_an_answer_is_about_to_be_written(alarms: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    js = alarms
    js.eval("globalThis.kept = 1")
    call = js.eval("(f) => f({}, () => 1)")
    before, line = tables(js), cast(Any, js.connection)
    if line.channel.plain is None:
        pytest.skip("pipes do not tell what was written")
    send, come = line.outbox.send, [True]

    def sends(parts: Any, bell: bool, owed: int = 0) -> None:
        if owed and come:
            come.clear()
            raise TimeIsUp
        send(parts, bell, owed)

    with monkeypatch.context() as patch:
        patch.setattr(line.outbox, "send", sends)
        with pytest.raises(TimeIsUp):
            in_time(lambda: call(lambda a, b: object()))
    as_ever(js, before)


def test_alarms_of_any_class(own: Bridge) -> None:
    """A TimeoutError is an OSError, and none of the descriptors'."""

    def ring(number: int, frame: object) -> None:
        raise TimeoutError("of the handler")

    own.start()
    own.eval("globalThis.kept = 1")
    same, call = own.eval("(x) => x"), own.eval("(f) => f({}, () => 1)")
    moments, before = random.Random(7), signal.signal(signal.SIGALRM, ring)
    try:
        for turn in range(ALARMS):
            with contextlib.suppress(TimeoutError):
                signal.setitimer(signal.ITIMER_REAL, 0.0003 + moments.random() * 0.002)
                for _ in range(3000):
                    same(turn)
                    call(lambda a, b: 1)
            signal.setitimer(signal.ITIMER_REAL, 0)
        assert own.eval("kept") == 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
