"""An interrupt belongs to one form: what else runs or waits goes on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from interrupting import POLLED, interrupted
from polyrepl.bridge import Bridge, Interrupted


@pytest.fixture
def js(own: Bridge) -> Bridge:
    own.eval(POLLED)
    return own


@pytest.mark.timeout(300)
def test_the_law_of_one_form_after_the_other() -> None:
    """A small run of bench/interrupts.py; the 2,000 and 200 are run by hand."""
    program = Path(__file__).resolve().parents[2] / "bench" / "interrupts.py"
    done = subprocess.run(
        [sys.executable, str(program), "200", "30"], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'polled': 201" in done.stdout
    assert "'endless': 31" in done.stdout


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
