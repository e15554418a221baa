"""The interrupt ladder of the design, 4.6: every kind of thing that may be running, and what must survive."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from interrupting import POLLED, interrupted, when_waiting
from polyrepl.bridge import Bridge, Interrupted, NodeLost
from processes import wait_for


@pytest.fixture
def js(own: Bridge) -> Bridge:
    own.eval(POLLED)
    return own


@pytest.fixture
def control_c(own: Bridge) -> Iterator[Any]:
    """Ctrl-C as a Session handles it: the handler asks the bridge. `control_c(after)` presses it so many
    seconds after a form has begun."""
    old = signal.signal(signal.SIGINT, lambda number, frame: own.interrupt())
    threads: list[threading.Thread] = []

    def press(after: float = 0.1, idle: bool = False) -> threading.Thread:
        def run() -> None:
            if not idle:
                wait_for(lambda: own.interrupts._forms)
            time.sleep(after)
            # Into the main thread, as a terminal does it.
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return threads[-1]

    yield press
    for thread in threads:
        thread.join()
    signal.signal(signal.SIGINT, old)


def test_a_call_that_ends_just_after_it_was_asked_to_stop(own: Bridge, tmp_path: Path) -> None:
    """It has not heard of it: the exception comes as it returns, and is not lost."""
    begun, end = tmp_path / "begun", tmp_path / "end"
    function = own.eval(
        "(begun, end) => { const fs = process.getBuiltinModule('fs'); fs.writeFileSync(begun, '');"
        " while (!fs.existsSync(end)); return {} }"
    )

    def ask(number: int, frame: object) -> None:
        assert own.interrupt()
        end.touch()

    def press() -> None:
        wait_for(begun.exists)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    old = signal.signal(signal.SIGINT, ask)
    thread = threading.Thread(target=press)
    thread.start()
    try:
        with pytest.raises((KeyboardInterrupt, Interrupted)):
            function(str(begun), str(end))
    finally:
        thread.join()
        signal.signal(signal.SIGINT, old)
    assert own.eval("[1 + 1]") == [2]


async def test_polled_loop(js: Bridge, control_c: Any) -> None:
    control_c(0.1)
    await interrupted(js, "() => spin()")
    assert js.eval("[alive, cleaned]") == [5, True]


async def test_polled_loop_after_an_await(js: Bridge, control_c: Any) -> None:
    control_c(0.1)
    await interrupted(js, "async () => { await new Promise((r) => setTimeout(r, 10)); spin() }")
    assert js.eval("[alive, cleaned]") == [5, True]


async def test_pending_promise(js: Bridge, control_c: Any) -> None:
    control_c(0.1)
    await interrupted(js, "() => pending()")
    assert js.eval("[alive, cleaned]") == [5, True]


async def test_pending_promise_in_a_library(js: Bridge, control_c: Any) -> None:
    control_c(0.1)
    await interrupted(js, "() => new Promise(() => {})")
    assert js.eval("alive") == 5


async def test_loop_in_a_library(js: Bridge, control_c: Any) -> None:
    pid = js.pid
    control_c(0.1)
    await interrupted(js, "() => { for (;;); }")
    assert js.eval("alive") == 5
    assert js.pid == pid


async def test_endless_microtasks(js: Bridge, control_c: Any) -> None:
    pid = js.pid
    control_c(0.1)
    await interrupted(js, "async () => { for (;;) await null; }")
    assert js.eval("alive") == 5
    assert js.pid == pid


async def test_library_loop_three_callbacks_deep(js: Bridge, control_c: Any) -> None:
    pid = js.pid
    control_c(0.2)
    await interrupted(js, "(f, g) => f(() => g(() => f(() => { for (;;); })))", lambda f: f(), lambda f: f())
    assert js.eval("alive") == 5
    assert js.pid == pid
    assert js.eval("(f) => f(1)")(lambda x: x + 1) == 2


async def test_python_code_on_top(js: Bridge, control_c: Any) -> None:
    control_c(0.1)
    await interrupted(js, "(f) => f(10)", time.sleep)

    def loop() -> None:
        while True:
            pass

    control_c(0.1)
    await interrupted(js, "(f) => f()", loop)
    assert js.eval("alive") == 5


async def test_not_stoppable_is_restarted(js: Bridge, control_c: Any) -> None:
    reasons: list[str] = []
    js.on_reset.append(reasons.append)
    pid = js.pid
    slow = js.eval("() => /^(a+)+$/.test('a'.repeat(64) + 'b')")
    control_c(0.1)
    control_c(0.7)
    with pytest.raises((NodeLost, KeyboardInterrupt)):
        await js.call_async(slow, form=4)
    # The regular expression engine heeds terminations itself on some versions; both ends are right.
    assert js.eval("1") == 1
    assert (js.pid == pid) == (not reasons)


async def test_twice_quickly(js: Bridge, control_c: Any) -> None:
    first, second = control_c(0.1), control_c(0.12)
    await interrupted(js, "() => spin()")
    first.join()
    second.join()  # else it may come in the midst of what follows, and stop that
    assert js.eval("alive") == 5


@pytest.mark.parametrize("pause", [0.0, 0.2, 0.35])
async def test_soon_after_one_that_was_obeyed(js: Bridge, control_c: Any, pause: float) -> None:
    """The ladder starts anew: the second loop is terminated at its rung 2, Node is not killed."""
    pid = js.pid
    control_c(0.05)
    await interrupted(js, "() => spin()", form=5)
    await asyncio.sleep(pause)
    control_c(0.05)
    await interrupted(js, "() => { for (;;); }", form=6)
    assert js.eval("alive") == 5
    assert js.pid == pid


async def test_idle_does_nothing(js: Bridge, control_c: Any) -> None:
    control_c(0.0, idle=True)
    await asyncio.sleep(0.05)
    assert await js.call_async(js.eval("async () => { await null; return alive }"), form=9) == 5


async def test_next_form_is_not_hit(js: Bridge, control_c: Any) -> None:
    control_c(0.05)
    await interrupted(js, "() => pending()", form=5)
    assert (
        await js.call_async(
            js.eval("() => { const f = globalThis[Symbol.for('polyrepl.$flag')]; return f[0] }"), form=6
        )
        == 0
    )


async def test_catch_of_interrupt_class(js: Bridge, control_c: Any) -> None:
    control_c(0.05)
    with pytest.raises(Interrupted):
        await js.call_async(js.eval("() => pending()"), form=5)


def test_synchronous_call_without_a_session(js: Bridge) -> None:
    pid = js.pid
    timer = when_waiting(js, lambda: signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        js.eval("for (;;);")
    timer.join()
    assert js.eval("alive") == 5
    assert js.pid == pid
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_asked_to_stop_before_it_began(own: Bridge) -> None:
    """Node is busy when the call comes and hears of the interrupt first; the call is stopped all the same."""
    busy = "setTimeout(() => { const end = performance.now() + 150; while (performance.now() < end); }, 0)"
    for _ in range(3):
        own.eval(busy)
        pid = own.pid
        timer = when_waiting(own, own.interrupt)
        with pytest.raises(KeyboardInterrupt):
            own.eval("for (;;);")
        timer.join()
        assert own.eval("1 + 1") == 2
        assert own.pid == pid


def test_from_another_thread(js: Bridge) -> None:
    timer = when_waiting(js, js.interrupt)
    with pytest.raises(KeyboardInterrupt):
        js.eval("spin()")
    timer.join()
    assert js.eval("[alive, cleaned]") == [5, True]


def test_node_says_nothing_of_debuggers(js: Bridge, printed: Any) -> None:
    timer = when_waiting(js, js.interrupt)
    with pytest.raises(KeyboardInterrupt):
        js.eval("for (;;);")  # ended by rung 2, which uses an inspector session
    timer.join()
    js.close()
    assert printed.text("stderr") == ""


async def test_a_call_of_python_is_where_an_interrupt_is_noticed(js: Bridge, control_c: Any) -> None:
    """JavaScript that was asked to stop does not start something in Python; what cleans up may."""
    log: list[str] = []
    source = """(f) => {
      const flag = globalThis[Symbol.for("polyrepl.$flag")];
      while (flag[0] === 0);   // asked to stop, and nothing looks at it
      try { f("started") } finally { f("cleaned") }
    }"""
    control_c(0.05)
    await interrupted(js, source, log.append)
    assert log == ["cleaned"]
    assert js.eval("alive") == 5


def test_a_call_already_under_way_when_the_interrupt_came(js: Bridge) -> None:
    """JavaScript made it before it heard of anything: it is Python that raises, once."""
    ask = js.eval("(f) => f()")
    log: list[str] = []

    def outer() -> None:
        js.interrupts.due = 0  # an interrupt that was asked for while JavaScript was on top
        try:
            ask(lambda: log.append("too late"))
        finally:
            ask(lambda: log.append("cleaned"))

    with pytest.raises(KeyboardInterrupt):
        ask(outer)
    assert log == ["cleaned"]


async def test_before_the_form_has_begun(js: Bridge) -> None:
    """A front end has a form's number before it makes the call: such an interrupt waits for it."""
    js.interrupt(41)
    f = js.eval("() => 1")
    with pytest.raises(KeyboardInterrupt):
        await js.call_async(f, form=41)
    assert await js.call_async(f, form=41) == 1
    js.interrupt(42)
    assert await js.call_async(f, form=43) == 1
    assert await js.call_async(f, form=42) == 1


async def test_what_cleans_up_may_loop_and_await(js: Bridge, control_c: Any) -> None:
    """The interrupt is told once: at a loop, an await or a call of Python, whichever comes first."""
    source = """async (f) => {
      const flag = globalThis[Symbol.for("polyrepl.$flag")];
      const Interrupt = globalThis[Symbol.for("polyrepl.Interrupt")];
      const $w = globalThis[Symbol.for("polyrepl.$w")];
      const log = [];
      try { await $w(1); for (;;) if (flag[0] !== 0) break; throw new Interrupt(); }
      catch { log.push("told") }
      for (let i = 0; i < 1000; i++) if (flag[0] !== 0) log.push("again");
      await $w(new Promise((resolve) => setTimeout(resolve, 20)));
      f();
      return log.join();
    }"""
    control_c(0.05)
    assert await js.call_async(js.eval(source), lambda: None, form=5) == "told"


async def test_many_quick_ones(js: Bridge, control_c: Any) -> None:
    """Somebody leans on Ctrl-C: what obeys at rung 2 is not restarted for that."""
    pid = js.pid
    for after in (0.05, 0.08, 0.11, 0.14, 0.17):
        control_c(after)
    await interrupted(js, "() => { for (;;); }")
    assert js.eval("alive") == 5
    assert js.pid == pid


@pytest.mark.parametrize("body", ["spin()", "for (;;);"])
def test_loops_of_both_languages_nested(js: Bridge, body: str) -> None:
    """JavaScript in Python in JavaScript in Python: one exception, which passes them all."""
    pid = js.pid
    seen: list[str] = []
    inner = js.eval(f"() => {{ {body} }}")
    outer = js.eval("(f) => { f(); }")

    def between() -> None:
        try:
            inner()
        except KeyboardInterrupt:
            seen.append("inner")
            raise

    presser = when_waiting(js, js.interrupt)
    with pytest.raises(KeyboardInterrupt):
        outer(between)
    presser.join()
    assert seen == ["inner"]
    assert js.eval("alive") == 5
    assert js.pid == pid
