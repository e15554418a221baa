"""Handles of requests that came to nothing: both tables are as before, whatever was interrupted or failed."""

from __future__ import annotations

import contextlib
import gc
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge.protocol import OPS

MAIN = threading.main_thread().ident or 0
INTERRUPTS = 100
FAILURES = 1000


class Thing:
    """Crosses by handle."""


@pytest.fixture
def usual(own: Bridge) -> Iterator[Bridge]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    own.start()
    yield own
    signal.signal(signal.SIGINT, before)


def held(js: Bridge) -> tuple[int, int]:
    """How many objects each side holds for the other."""
    for _ in range(2):  # what the first one has given back is forgotten by the second
        gc.collect()
        stats = js.stats(collect=True)
    return stats["python"]["objects"], stats["node"]["objects"]


def interrupted(loop: Callable[[], Any], after: float) -> None:
    """Ctrl-C in a call that is made again and again."""
    begun = threading.Event()

    def press() -> None:
        begun.wait()
        time.sleep(after)
        signal.pthread_kill(MAIN, signal.SIGINT)

    presser = threading.Thread(target=press)
    presser.start()
    with pytest.raises(KeyboardInterrupt):
        begun.set()
        while True:
            loop()
    presser.join()


KINDS = [
    "arguments", "keywords", "containers", "results", "attributes", "errors", "callbacks", "in a callback",
    "JavaScript's",
]  # fmt: skip


@pytest.mark.parametrize("what", KINDS)
def test_interrupted_requests(usual: Bridge, what: str) -> None:
    """Whenever Ctrl-C comes, nothing is lost on its way, and nothing is given back twice."""
    js = usual
    take, made = js.eval("(x) => 1"), js.eval("() => [new (class {})(), () => 1]")
    call, forever = js.eval("(f) => f(() => 1)"), js.eval("(f) => { for (;;) f(new (class {})()); }")
    has = js.eval("new (class { get x() { return new (class {})() } })()")
    throws, once = js.eval("() => { throw new Error('no') }"), js.eval("(f) => f()")

    def errors() -> None:
        with contextlib.suppress(JSError):
            throws()

    def in_a_callback() -> None:
        while True:
            made()

    loop = {
        "arguments": lambda: take(Thing()),
        "keywords": lambda: take(x=Thing()),
        "containers": lambda: take([Thing()]),
        "results": made,
        "attributes": lambda: has.x,
        "errors": errors,
        "callbacks": lambda: call(lambda x: Thing()),
        "in a callback": lambda: once(in_a_callback),
        "JavaScript's": lambda: forever(lambda x: Thing()),
    }[what]
    moments = random.Random(7)
    interrupted(loop, 0.001)
    before = held(js)
    for _ in range(INTERRUPTS):
        interrupted(loop, moments.random() * 0.002)
    assert held(js) == before


FAILING = {
    "a handler of another's": ("(f, ...args) => { throw new Error('no') }", True),
    "what cannot be copied, between others": (
        "() => [() => 1, new Map([[1, 2], [true, 3]]), () => 2]",
        False,
    ),
    "an error with a cause": ("() => { throw new Error('a', { cause: new Error('b') }) }", False),
    "of Python's": ("(f, x) => f(() => 1, x, () => 2)", True),
    "asked for what there is not": ("(f, x) => f.nothing(() => 1, x)", True),
}


@pytest.mark.parametrize("what", FAILING)
def test_failing_requests(own: Bridge, what: str) -> None:
    source, arguments = FAILING[what]
    call, own_one = own.eval(source), Thing()

    def fails(*args: Any) -> None:
        raise LookupError

    def fail() -> None:
        with contextlib.suppress(Exception):
            call(*((fails, [Thing(), own_one]) if arguments else ()))
            pytest.fail("no exception")

    fail()
    before = held(own)
    for _ in range(FAILURES):
        fail()
    assert held(own) == before


async def test_a_coroutine_that_nobody_begins(own: Bridge) -> None:
    take = own.eval("(x) => 1")
    before = held(own)
    for _ in range(100):
        own.call_async(take, Thing()).close()  # type: ignore[attr-defined]
    assert held(own) == before


def test_a_request_that_is_stopped_before_it_has_come(usual: Bridge) -> None:
    """Node hears of the interrupt first, and never looks at the arguments."""
    js = usual
    take = js.eval("(x) => 1")
    before = held(js)
    for _ in range(5):
        js.eval("setTimeout(() => { const end = Date.now() + 60; while (Date.now() < end); })")
        presser = threading.Timer(0.02, js.interrupt)
        presser.start()
        with contextlib.suppress(KeyboardInterrupt):
            take(Thing())
        presser.join()
    assert held(js) == before


def test_what_was_put_off_waits_after_an_exception(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is sent with the next frame: no promise is awaited for ever, and nothing is held for ever."""
    fresh, take = own.eval("() => new (class {})()"), own.eval("(x) => x + 1")
    line: Any = own.connection
    held(own)
    before, thing = held(own), fresh()
    values: list[Any] = []

    class Waiter:
        def settle(self, value: Any, error: BaseException | None) -> None:
            values.append(value)

    def send(*arguments: Any) -> None:
        raise KeyboardInterrupt

    line.post([OPS["call"], 0, 0, take._js_handle, None, 1], [], Waiter())
    del thing
    with monkeypatch.context() as patch:
        patch.setattr(line.channel, "send", send)
        with pytest.raises(KeyboardInterrupt):
            line.flush()
    if line.channel.why:
        return  # pipes do not tell what was written
    own.eval("new Promise((r) => setTimeout(r))").result()
    assert values == [2] and held(own) == before
