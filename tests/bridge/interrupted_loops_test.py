"""Ctrl-C in loops of short calls: whatever it hits, one exception comes of it, and no later call is hurt."""

from __future__ import annotations

import contextlib
import gc
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge.plain import SLOW

MAIN = threading.main_thread().ident or 0
PRESSES = 25
PATIENCE = 30.0  # seconds: a Ctrl-C that has done nothing by then is lost

SETUP = """
const flag = globalThis[Symbol.for("polyrepl.$flag")];
const Interrupt = globalThis[Symbol.for("polyrepl.Interrupt")];
const poll = () => { if (flag[0] !== 0) throw new Interrupt(); };
globalThis.loops = {
  add: (x) => x + 1,
  boxed: (x) => [x],
  call: (f) => f(1),
  deep: (f, n) => (n > 0 ? f(n - 1) : 0),
  made: () => new (class Made { a = 1 })(),
  fails: () => { throw new RangeError("no"); },
  polled: (f) => { for (;;) { f(1); poll(); } },
  plain: (f) => { for (;;) f(1); },
  caught: (f) => { try { for (;;) { f(1); poll(); } } catch (e) { return String(e.name); } },
};
"""


@pytest.fixture
def usual(own: Bridge) -> Iterator[Bridge]:
    """A bridge, and Python's own handler of Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    own.eval(SETUP)
    gc.collect()  # of earlier tests: Python drops an exception that comes amid a weakref's callback
    yield own
    signal.signal(signal.SIGINT, before)


class Press:
    """Ctrl-C once, a moment after `start`, which is called where the exception is expected."""

    def __init__(self, after: float) -> None:
        self.over, self.lost = threading.Event(), False
        self._after = after
        self._thread = threading.Thread(target=self._press)
        self.start = self._thread.start

    def _press(self) -> None:
        time.sleep(self._after)
        signal.pthread_kill(MAIN, signal.SIGINT)
        if not self.over.wait(PATIENCE):
            self.lost = True
            signal.pthread_kill(MAIN, signal.SIGINT)

    def join(self) -> None:
        self.over.set()
        self._thread.join()


def forever(call: Callable[[], Any]) -> None:
    while True:
        call()


def loops(js: Bridge) -> dict[str, Callable[[], Any]]:
    def of(name: str) -> Any:
        return js.eval(f"loops.{name}")

    add, boxed, call, deep, made = map(of, ("add", "boxed", "call", "deep", "made"))
    thing = made()

    def down(n: int) -> Any:
        return deep(down, n)

    def fail() -> None:
        with pytest.raises(JSError):
            of_fails()

    of_fails = of("fails")
    polled, plain = of("polled"), of("plain")
    return {
        "numbers": lambda: forever(lambda: add(1)),
        "lists": lambda: forever(lambda: boxed([1])),
        "objects": lambda: forever(made),
        "properties": lambda: forever(lambda: thing.a),
        "source": lambda: forever(lambda: js.eval("1 + 1")),
        "errors": lambda: forever(fail),
        "callbacks": lambda: forever(lambda: call(lambda x: add(x))),
        "deep": lambda: forever(lambda: deep(down, 4)),
        "JavaScript's, polled": lambda: polled(lambda x: x),
        "JavaScript's": lambda: plain(lambda x: x),
        "JavaScript's, of a builtin": lambda: plain(abs),
        "JavaScript's, nested": lambda: plain(lambda x: add(x)),
    }


NAMES = (
    "numbers", "lists", "objects", "properties", "source", "errors", "callbacks", "deep",
    "JavaScript's, polled", "JavaScript's", "JavaScript's, of a builtin", "JavaScript's, nested",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_at_any_moment(usual: Bridge, name: str) -> None:
    js, loop = usual, loops(usual)[name]
    add, call, pid = js.eval("loops.add"), js.eval("loops.call"), js.pid
    moments = random.Random(len(name))
    for _ in range(PRESSES):
        press = Press(moments.random() * 0.004)
        with pytest.raises(KeyboardInterrupt):
            press.start()
            loop()
        press.join()
        assert not press.lost
        assert [add(1), call(lambda x: x), js.pid] == [2, 1, pid]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_javascript_has_caught_is_over(usual: Bridge) -> None:
    caught = usual.eval("loops.caught")
    for _ in range(PRESSES):
        press = Press(0.01)
        with contextlib.suppress(KeyboardInterrupt):  # a slow machine: before the call
            press.start()
            assert caught(lambda x: x) in ("Interrupt", "KeyboardInterrupt")
        press.join()
        assert not press.lost


@pytest.fixture
def usually(usual: Bridge, monkeypatch: pytest.MonkeyPatch) -> Bridge:
    """One without plain calls, which need no ladder where they are answered at once."""
    plain = cast(Any, usual.connection).plain
    monkeypatch.setattr(plain, "ask", lambda *request: SLOW)
    monkeypatch.setattr(plain, "trade", lambda *request: SLOW)
    return usual


@pytest.mark.parametrize("name", ["add", "made", "fails"])
@pytest.mark.parametrize("when", ["answered", "read", "twice"])
def test_when_the_answer_is_there(
    usually: Bridge, monkeypatch: pytest.MonkeyPatch, name: str, when: str
) -> None:
    """JavaScript has ended then, and nobody else would hear of it."""
    function, line = usually.eval(f"loops.{name}"), cast(Any, usually.connection)
    answers = cast(Any, usually.exchange).answers
    wait, read = line._wait, answers.read

    def waits(*request: Any) -> None:
        wait(*request)
        if when != "read":
            signal.raise_signal(signal.SIGINT)

    def reads(*answer: Any) -> Any:
        if when != "answered":
            signal.raise_signal(signal.SIGINT)
        return read(*answer)

    with monkeypatch.context() as patch:
        patch.setattr(line, "_wait", waits)
        patch.setattr(answers, "read", reads)
        with pytest.raises(KeyboardInterrupt):
            function(1)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert usually.eval("loops.add")(1) == 2


def test_where_javascript_returns_to_what_it_has_called(
    usually: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has not heard of the interrupt, and Python code is on top: there it comes, once."""
    add, call, line = usually.eval("loops.add"), usually.eval("loops.call"), cast(Any, usually.connection)
    wait, log = line._wait, []

    def waits(waiter: Any, home: bool, ident: int) -> None:
        wait(waiter, home, ident)
        if line.depth == 2 and not log:
            log.append("asked")
            signal.raise_signal(signal.SIGINT)

    def outer(x: int) -> Any:
        try:
            log.append(add(x))
        except KeyboardInterrupt:
            log.append("raised")
            add(x)
            raise
        return add(x)

    with monkeypatch.context() as patch:
        patch.setattr(line, "_wait", waits)
        with pytest.raises(KeyboardInterrupt):
            call(outer)
    assert log == ["asked", "raised"]
    assert call(lambda x: add(x)) == 2


CLEANS_UP = """(f) => {
  const flag = globalThis[Symbol.for("polyrepl.$flag")], ASKED = 3, before = flag[ASKED];
  try { for (;;) f("body"); } finally {
    f("first");
    for (const end = Date.now() + 20000; Atomics.load(flag, ASKED) === before && Date.now() < end; );
    for (let i = 0; i < 10; i++) f("cleaning");
    f("clean");
  }
}"""


@pytest.mark.parametrize("caught", [False, True])
def test_what_cleans_up_hears_nothing_of_an_interrupt_that_python_has_told(
    usual: Bridge, caught: bool
) -> None:
    """However late the watchdog hears of it: here when the exception is out already."""
    js, said, records = usual, cast(list[str], []), cast(list[bytes], [])
    clean, ladder = js.eval(CLEANS_UP), cast(Any, js.interrupts)
    inner = js.eval("(f) => f()")

    class Late:
        pid = js.pid

        def signal_control(self, record: bytes) -> None:
            records.append(record)

    def ask() -> None:
        process, ladder._process = ladder._process, Late()
        ladder._ask(cast(Any, js.connection).outer, 0)
        ladder._process = process

    def f(what: str) -> None:
        said.append(what)
        if what == "body" and len(said) == 3:
            if not caught:
                return ask()
            with pytest.raises(KeyboardInterrupt):  # Python goes on, and JavaScript with it
                inner(ask)
            raise ValueError
        if what == "first":
            ladder._process.signal_control(records.pop())
        return None

    with pytest.raises(ValueError if caught else KeyboardInterrupt):
        clean(f)
    assert said[-13:] == ["body", "first", *["cleaning"] * 10, "clean"] and not records
    assert js.eval("1 + 1") == 2


@pytest.mark.parametrize("body", ["f(1)", "f({ a: 1 })"])
def test_what_cleans_up_ends(usual: Bridge, body: str) -> None:
    js = usual
    js.eval("globalThis.s = { begun: 0, ended: 0 }")
    tries = f"s.begun++; try {{ for (;;) {body} }} finally"
    loop = js.eval(f"(f) => {{ {tries} {{ for (let i = 0; i < 100; i++) {body}; s.ended++ }} }}")
    moments = random.Random(11)
    for _ in range(PRESSES * 2):
        press = Press(moments.random() * 0.002)
        with pytest.raises(KeyboardInterrupt):
            press.start()
            while not press.lost:
                loop(lambda x: 1)
        press.join()
        assert not press.lost
    assert js.eval("s.begun === s.ended")
