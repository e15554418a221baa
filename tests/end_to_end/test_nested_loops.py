"""`asyncio.run` and `run_until_complete` where our loop runs: what they leave, see and refuse.

That they work in each way of running is in tests/programs.py.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from asyncio import base_events, events, runners
from collections.abc import Iterator

import pytest
from at_prompt import Prompt
from polyrepl.repl.session.nesting import nesting
from running import polyrepl

PRELUDE = """,py import asyncio
async def m(x=1):
    await asyncio.sleep(0.001)
    return x * 2
async def promised():
    return await js.eval("new Promise(ok => setTimeout(() => ok(42), 1))")"""


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        made.submit(PRELUDE)
        yield made


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("asyncio.run(m(4))", "8"),
        ("asyncio.run(m(4), debug=True)", "8"),
        ("asyncio.get_event_loop().run_until_complete(m(4))", "8"),
        ("asyncio.run(m(4)) + await m(5)", "18"),
        ("asyncio.run(promised()) + asyncio.get_event_loop().run_until_complete(promised())", "84"),
        ("with asyncio.Runner() as r:\n    print(r.run(m(1)), r.run(m(2)))", "2 4"),
        ("loop = asyncio.get_running_loop(); loop.run_until_complete(loop.create_task(m(3)))", "6"),
        ("a = asyncio.get_running_loop(); asyncio.run(m(4)); asyncio.get_running_loop() is a", "True"),
        ("t = asyncio.create_task(m(3)); (asyncio.run(m(1)), await t)", "(2, 6)"),
        ("loop.run_until_complete(asyncio.gather(*map(m, range(50))))[-1]", "98"),
    ],
)
def test_python_at_the_prompt(prompt: Prompt, text: str, shown: str) -> None:
    assert prompt.submit(f",py {text}") == shown


def test_errors_are_the_program_s(prompt: Prompt) -> None:
    prompt.submit(",py async def bad():\n    raise ValueError('own')")
    for call in ("asyncio.run(bad())", "asyncio.get_event_loop().run_until_complete(bad())"):
        shown = prompt.submit(f",py {call}")
        assert shown.endswith("ValueError: own") and "nesting.py" not in shown
    assert prompt.submit(",py asyncio.run(m(4))") == "8"


def test_what_a_timer_of_javascript_calls(prompt: Prompt) -> None:
    prompt.submit(",py def later():\n    return asyncio.run(m(21))")
    assert (
        prompt.submit(
            '(let [f (py.eval "later")] (await (new Promise (fn (ok) (setTimeout (fn () (ok (f))) 1)))))'
        )
        == "42"
    )


def test_a_promise_that_waits_for_the_very_call_is_refused(prompt: Prompt) -> None:
    shown = prompt.submit('(do (py.import "asyncio") (asyncio.run ((py.eval "promised"))))')
    assert "WouldBlock: JavaScript waits for this very call" in shown


def test_nothing_outlives_it_and_other_threads_see_nothing() -> None:
    async def inner() -> str:
        return "ran"

    async def refused() -> str:
        with pytest.raises(RuntimeError, match="cannot be called from a running event loop"):
            asyncio.run(inner_coroutine := inner())
        inner_coroutine.close()
        return "refused"

    found: list[str] = []
    loop = asyncio.new_event_loop()

    async def main() -> str:
        thread = threading.Thread(target=lambda: found.append(asyncio.run(refused())))
        thread.start()
        thread.join()
        return asyncio.run(inner())

    with nesting(loop):
        assert runners.events is base_events.events is not events
        assert loop.run_until_complete(main()) == "ran"
    assert found == ["refused"]
    assert runners.events is base_events.events is events
    assert "run_until_complete" not in vars(loop)
    assert asyncio._get_running_loop() is None
    loop.run_until_complete(refused())
    loop.close()


def test_a_program_that_is_imported_first_keeps_its_run() -> None:
    done = polyrepl(
        "-e", '(py.exec "from asyncio import run, sleep\\nrun(sleep(0))\\nprint(run(sleep(0, 5)))")'
    )
    assert (done.code, done.out, done.err) == (0, "5\n", "")


def test_python_without_a_session_is_python() -> None:
    text = "import polyrepl.repl.session, asyncio.runners as r, asyncio.events as e; assert r.events is e"
    assert subprocess.run([sys.executable, "-c", text], check=False).returncode == 0
