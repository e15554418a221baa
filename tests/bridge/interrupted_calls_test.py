"""Ctrl-C just as a call is sent, answered or waited for."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from polyrepl.bridge import Bridge, Interrupted, process
from polyrepl.bridge.plain import Begun
from polyrepl.bridge.protocol import LAST_REQUEST


def test_just_after_a_nested_call_was_sent(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """JavaScript runs by then, and has to be told: an exception here alone would leave it running."""
    connection: Any = own.live().connection
    send = connection.outbox.send

    def sent(parts: list[Any], bell: bool, owed: int = 0) -> None:
        send(parts, bell, owed)
        if connection.depth > 1 and not owed:
            monkeypatch.setattr(connection.outbox, "send", send)
            signal.raise_signal(signal.SIGINT)

    pid = own.pid
    own.eval("globalThis.call = (f) => f()")
    turn = own.eval("() => { for (;;); }")
    call = own.eval("call")
    if connection.channel.plain is None:
        monkeypatch.setattr(connection.outbox, "send", sent)
    else:
        Pressed(own, lambda: connection.depth > 0)
    with pytest.raises(KeyboardInterrupt):
        call(lambda: turn())
    assert (own.eval("1 + 1"), own.pid) == (2, pid)


class Pressed:
    """Rings on which Ctrl-C comes just after a plain call was sent, once."""

    def __init__(self, js: Bridge, when: Callable[[], bool]) -> None:
        self.channel: Any = cast(Any, js.connection).channel
        self.rings, self.when = self.channel.plain, when
        self.asked, self.serve, self.counts = self.rings.asked, self.rings.serve, self.rings.counts
        self.written, self.reached = self.rings.written, self.rings.reached
        self.kept = self.rings.kept
        self.channel.plain = self

    def ask(self, *request: Any) -> Any:
        return self._pressed(self.rings.ask(*request))

    def trade(self, *request: Any) -> Any:
        return self._pressed(self.rings.trade(*request))

    def _pressed(self, said: Any) -> Any:
        if said is not NotImplemented and self.when():
            self.channel.plain = self.rings
            signal.raise_signal(signal.SIGINT)
        return said


def test_just_after_a_plain_call_was_sent(own: Bridge, transport: None) -> None:
    """At the outermost level, where the program's handler still stands."""
    turn, add = own.eval("() => { for (;;); }"), own.eval("(x) => x + 1")
    pid = own.pid
    if cast(Any, own.connection).channel.plain is None:
        pytest.skip("plain calls need rings")
    Pressed(own, lambda: True)
    with pytest.raises(KeyboardInterrupt):
        turn()
    assert (add(1), own.pid) == (2, pid)
    Pressed(own, lambda: True)
    with contextlib.suppress(KeyboardInterrupt):  # none where it has its answer before it is stopped
        add(1)
    assert (add(1), own.eval("1 + 1"), own.pid) == (2, 2, pid)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("argument", [1, b"no scalar"])
def test_between_a_plain_call_and_its_wait(
    own: Bridge, transport: None, monkeypatch: pytest.MonkeyPatch, nested: bool, argument: Any
) -> None:
    """It has gone out, and nobody waits for it yet: it is stopped all the same."""
    call, turn = own.eval("(f) => f()"), own.eval("(x) => { for (;;); }")
    pid, conn = own.pid, cast(Any, own.connection)
    if conn.channel.plain is None:
        pytest.skip("plain calls need rings")
    ask, pressed = conn.plain.ask, []

    def asked(*request: Any) -> Any:
        found = ask(*request)
        if isinstance(found, Begun) and conn.depth == nested and not pressed:
            pressed.append(request)
            signal.raise_signal(signal.SIGINT)
        return found

    monkeypatch.setattr(conn.plain, "ask", asked)
    with pytest.raises(KeyboardInterrupt) as caught:
        if nested:
            call(lambda: turn(argument))
        else:
            turn(argument)
    assert len(pressed) == 1 and caught.value.__cause__ is None
    assert (own.eval("1 + 1"), own.pid) == (2, pid)


def test_an_answer_that_nobody_has_read(own: Bridge, transport: None) -> None:
    """Ctrl-C comes when it is there: what it mentions is given back."""
    make = own.eval("() => new (class {})()")
    if cast(Any, own.connection).channel.plain is None:
        pytest.skip("plain calls need rings")
    before = own.stats(collect=True)
    for argument in ((), (b"no scalar",)):
        for _ in range(20):
            Pressed(own, lambda: True)
            with contextlib.suppress(KeyboardInterrupt):  # it may be stopped before it has its answer
                make(*argument)
    gc.collect()
    after = own.stats(collect=True)
    assert (after["node"], after["python"]) == (before["node"], before["python"])


def test_a_handler_of_the_programs_is_left_alone(own: Bridge, transport: None) -> None:
    """What it raises is raised, and what was sent goes on without anybody who waits."""
    slow = own.eval("(n) => { const end = Date.now() + n; while (Date.now() < end); return n; }")
    add = own.eval("(x) => x + 1")
    if cast(Any, own.connection).channel.plain is None:
        pytest.skip("plain calls need rings")

    def raises(number: int, frame: object) -> None:
        raise LookupError

    before = signal.signal(signal.SIGINT, raises)
    try:
        Pressed(own, lambda: True)
        with pytest.raises(LookupError):
            slow(50)
    finally:
        signal.signal(signal.SIGINT, before)
    assert [add(x) for x in range(3)] == [1, 2, 3]


INNER = """(kind) => {
  const { request } = kind.prototype;
  kind.prototype.request = function (...operands) {
    kind.prototype.request = request;
    globalThis.inner = this;
    return request.apply(this, operands);
  };
}"""


def test_numbers_begin_again(transport: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of requests and of epochs, on both sides: what waits meanwhile keeps its own, and Ctrl-C stops
    what it stopped before."""
    monkeypatch.setattr(process, "bundle", lambda *_: None)  # so that one can get at Node's half
    file = Path(str(process.__file__)).resolve().parent / "node" / "connection.mjs"
    begun = threading.Event()
    with Bridge(output=lambda *_: begun.set()) as js:
        js.eval(INNER)(js.run(js.eval(f"import({file.as_uri()!r})")).Connection)
        js.eval("(thing) => thing.x")(threading)  # a request of Node's
        conn: Any = js.connection
        total = js.eval("(f, n) => { let sum = 0; for (let i = 0; i < n; i++) sum += f(i); return sum }")

        def near(distance: int) -> None:
            conn.ids = conn.waits.numbers(LAST_REQUEST - distance)
            js.eval(f"inner.next = {LAST_REQUEST - distance}")

        async def main() -> None:
            held = asyncio.Event()
            there = asyncio.ensure_future(js.eval("(f) => f()")(held.wait))
            here = asyncio.ensure_future(js.eval("new Promise((resolve) => { globalThis.settle = resolve })"))
            ours = js.eval("(async (f) => `${await f()} there`)")(held.wait)
            waits = asyncio.ensure_future(ours)
            while not js.eval("inner.promises.size"):
                await asyncio.sleep(0)
            near(30)
            numbers = set(conn.waits)
            for _ in range(150):
                assert total(lambda i: i, 3) == 3
                assert numbers <= set(conn.waits)
            assert js.eval("inner.next") < 1000 and conn.latest < 1000
            js.eval("settle('here')")
            held.set()
            assert await asyncio.gather(there, here, waits) == [True, "here", "true there"]

        js.run(main())
        conn.outbox.epoch = 0xFFFE
        js.eval("inner.channel.epoch = 0xfffe")
        near(8)
        for epoch in (0xFFFF, 0, 1):
            begun.clear()
            threading.Thread(target=lambda: begun.wait(30) and js.interrupt()).start()
            with pytest.raises(Interrupted):
                js.eval("require('fs').writeSync(1, 'begun'); for (;;);")
            assert conn.outbox.epoch == js.eval("inner.channel.epoch") == epoch
            assert total(lambda i: i, 5) == 10
        assert conn.latest < 1000
