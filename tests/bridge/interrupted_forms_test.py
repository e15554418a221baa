"""An interrupt belongs to one form: what else runs or waits goes on."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from interrupting import POLLED, interrupted, when_waiting
from polyrepl.bridge import Bridge, Interrupted
from processes import wait_for


@pytest.fixture
def js(own: Bridge) -> Bridge:
    own.eval(POLLED)
    return own


@pytest.mark.timeout(300)
def test_the_law_of_one_form_after_the_other() -> None:
    """A small run of bench/interrupts.py; the 2,000 and 200 are run by hand."""
    program = Path(__file__).resolve().parents[2] / "bench" / "interrupts.py"
    done = subprocess.run(
        [sys.executable, str(program), "120", "12"], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'polled': 121" in done.stdout
    assert "'endless': 13" in done.stdout


def test_nothing_runs(js: Bridge) -> None:
    """It says so, and no later call is stopped instead."""
    assert js.interrupt() is False
    assert js.eval("6 * 7") == 42


async def test_another_form_loops_while_one_awaits(js: Bridge) -> None:
    """A loop that polls is not the form that was asked to stop."""
    first = asyncio.ensure_future(settled(js.call_async(js.eval("() => pending()"), form=5)))
    await asyncio.sleep(0)  # it is sent first
    running = threading.Event()
    presser = threading.Thread(target=lambda: (running.wait(), js.interrupt(5)))
    presser.start()
    source = """(said) => {
      const flag = globalThis[Symbol.for("polyrepl.$flag")];
      said();
      const end = performance.now() + 500;
      while (performance.now() < end) if (flag[0] !== 0) return "hit";
      return "whole";
    }"""
    assert await js.call_async(js.eval(source), running.set, form=6) == "whole"
    presser.join()
    assert isinstance(await first, Interrupted)
    assert js.eval("[alive, cleaned]") == [5, True]


async def settled(call: Any) -> Any:
    """Its value, or the interrupt that ended it (which would end the event loop)."""
    try:
        return await call
    except KeyboardInterrupt as error:
        return error


async def test_a_termination_leaves_other_forms_alone(js: Bridge) -> None:
    """What awaits while another form is terminated comes to its value: in JavaScript, through Python."""
    py = js.eval('globalThis[Symbol.for("polyrepl.$py")]')
    later = js.eval("(ms) => new Promise((resolve) => setTimeout(() => resolve('whole'), ms))")
    asks = js.eval("async (py, nap) => await py.async(nap, [], [])")

    async def nap() -> str:
        await asyncio.sleep(0.05)
        return "rested"

    others = [
        asyncio.ensure_future(settled(js.call_async(later, 50, form=7))),
        asyncio.ensure_future(settled(js.call_async(asks, py, nap, form=8))),
    ]
    running = threading.Event()
    presser = threading.Thread(target=lambda: (running.wait(), js.interrupt(9)))
    presser.start()
    await interrupted(js, "(said) => { said(); for (;;); }", running.set, form=9)
    presser.join()
    assert await asyncio.gather(*others) == ["whole", "rested"]


def test_forms_of_two_threads(js: Bridge) -> None:
    """The one that is named is stopped, also where the other came first."""
    outcomes: dict[int, Any] = {}
    running = threading.Event()
    spin = js.eval("(said) => { said(); for (;;); }")
    quick = js.eval("() => 'whole'")

    def work(form: int, *call: Any) -> None:
        with js.form(form):
            try:
                outcomes[form] = call[0](*call[1:])
            except KeyboardInterrupt as error:
                outcomes[form] = error

    first = threading.Thread(target=work, args=(21, spin, running.set))
    first.start()
    running.wait()
    second = threading.Thread(target=work, args=(22, quick))
    second.start()
    assert js.interrupt(21)
    # What it said is served here, on the home thread.
    for thread in (first, second):
        while thread.is_alive():
            js.connection.run_ready() if js.connection is not None else None
            thread.join(0.01)
    assert isinstance(outcomes[21], KeyboardInterrupt)
    assert outcomes[22] == "whole"


class Unhurried:
    """What interrupts a form while a call of its own is looked up, or just before that call begins."""

    def __init__(self, interrupt: Callable[[], object]) -> None:
        self._interrupt = interrupt
        self.begun: list[str] = []

    @property
    def f(self) -> Callable[[], Any]:
        self._interrupt()
        return self.runs

    @property
    def g(self) -> Callable[[], Any]:
        self._interrupt()
        return lambda: self.begun.append("g")

    async def runs(self) -> None:
        self.begun.append("f")


@pytest.mark.parametrize("name", ["f", "g"])
@pytest.mark.parametrize("soon", [False, True])
async def test_what_has_not_begun_when_an_interrupt_comes_never_does(
    js: Bridge, soon: bool, name: str
) -> None:
    """It might run for ever without looking up, and JavaScript tells of the interrupt in the meantime."""
    loop = asyncio.get_running_loop()
    object_ = Unhurried(lambda: loop.call_soon(js.interrupt, 4) if soon else js.interrupt(4))
    py = js.eval('globalThis[Symbol.for("polyrepl.$py")]')
    await interrupted(js, f"async (py, o) => await py.async(o, ['{name}'], [])", py, object_, form=4)
    assert object_.begun == []
    object_._interrupt = lambda: None
    await js.call_async(js.eval(f"async (py, o) => await py.async(o, ['{name}'], [])"), py, object_, form=5)
    assert object_.begun == [name]
    js.loops.tasks.cancel(0)
    assert not js.loops.tasks._stopped and not js.loops.tasks._forms


async def test_what_goes_on_of_a_form_never_begins_what_its_beginning_has_asked_for(
    js: Bridge, tmp_path: Path
) -> None:
    """The beginning of a form, which a program waits for without a loop, ends without having heard of it."""
    begun: list[str] = []

    async def runs() -> None:
        begun.append("it")

    py = js.eval('globalThis[Symbol.for("polyrepl.$py")]')
    begin = js.eval(
        """(py, f, file) => {
          globalThis.asked = py.async(f, [], []);
          while (!process.getBuiltinModule("fs").existsSync(file));
        }"""
    )
    goes_on = js.eval("() => globalThis.asked")
    file = tmp_path / "interrupted"
    thread = when_waiting(js, lambda: (js.interrupt(6), file.touch()))
    before = signal.signal(signal.SIGINT, lambda number, frame: None)  # a front end has one of its own
    try:
        js.call_now(begin, py, runs, str(file), form=6)
        thread.join()
        with pytest.raises(KeyboardInterrupt):
            await js.call_on(goes_on, 6)
    finally:
        signal.signal(signal.SIGINT, before)
    assert begun == []


FLOODS = {
    "microtasks": "queueMicrotask(again)",
    "promises": "Promise.resolve().then(again)",
    "ticks": "process.nextTick(again)",
    "an async function": "(async () => { for (;;) { await null; turn(); } })()",
}
FLOOD = """(file) => {
  let turns = 0;
  const turn = () => { if (turns++ === 1) process.getBuiltinModule("fs").writeFileSync(file, ""); };
  const again = () => { turn(); %s; };
  again();
}"""


@pytest.mark.parametrize("again", FLOODS.values(), ids=FLOODS)
async def test_what_keeps_the_answer_of_a_form_from_being_sent_is_stopped(
    js: Bridge, again: str, tmp_path: Path
) -> None:
    """The form has ended, and its answer waits for the end of a turn that never ends."""
    over = tmp_path / "over"  # written in the flood's second turn, when the form is over
    form = js.eval(FLOOD % again)
    pid = js.pid

    def press() -> None:
        wait_for(over.exists)
        js.interrupt(3)

    presser = threading.Thread(target=press)
    presser.start()
    await asyncio.wait_for(settled(js.call_async(form, str(over), form=3)), 20)
    presser.join()
    assert js.pid == pid and js.eval("alive") == 5
