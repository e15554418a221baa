"""A program gets an event loop when something needs it, and is the same with and without."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import re
import signal
import subprocess
from collections.abc import AsyncGenerator, Coroutine
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl.command_line import late_modules
from polyrepl.repl.command_line.late_loop import LateLoop
from running import COMMAND, environment, polyrepl

HEAVY = {
    "asyncio", "ssl", "socket", "logging", "concurrent.futures", "prompt_toolkit", "pygments", "pathlib",
}  # fmt: skip


def loaded(tmp_path: Path, *args: str) -> set[str]:
    """The modules that a program loads."""
    done = subprocess.run(
        [COMMAND[0], "-X", "importtime", *COMMAND[1:], *args],
        capture_output=True, text=True, env=environment(tmp_path), cwd=tmp_path, timeout=60, check=True,
    )  # fmt: skip
    return set(re.findall(r"^import time:.*\| +([\w.]+)$", done.stderr, re.M))


PURE = ["(+ 1 2)", '(println "a")', "(defn f [x] (* x x))", "(map inc [1 2])", "(let [p 1] p)"]


@pytest.mark.parametrize("form", PURE)
def test_a_form_that_neither_awaits_nor_calls_python_needs_none(form: str, tmp_path: Path) -> None:
    assert not HEAVY & loaded(tmp_path, "-e", form, "-e", "nil")


@pytest.mark.parametrize("form", ["(py.len [])", "(await 1)", "1 2"])
def test_others_have_one(form: str, tmp_path: Path) -> None:
    assert "asyncio" in loaded(tmp_path, "-e", form)


@pytest.mark.parametrize(
    ("forms", "out", "code"),
    [
        (["(js.Promise.resolve 3)"], "3\n", 0),
        (['(do (setTimeout (fn [] (println "late")) 20) nil)'], "late\n", 0),
        (['(do (setImmediate (fn [] (println "soon"))) nil)'], "soon\n", 0),
        (['(do (.then (js.Promise.resolve 1) (fn [x] (println "then" x))) nil)'], "then 1\n", 0),
        (['(do (process.on "beforeExit" (fn [] (println "before"))) nil)'], "before\n", 0),
        (['(do (process.on "exit" (fn [] (println "exit"))) nil)'], "exit\n", 0),
        (["(set! process.exitCode 4)"], "4\n", 4),
        (["(process.exit 5)"], "", 5),
        (["(exit 6)"], "", 6),
        (["(def x 1)", "(+ x 1)", "(py.len [x])"], "2\n1\n", 0),
        (["(do (setTimeout (fn [] (throw (Error \"late\"))) 1) nil)"], "", 1),
        (["(do (js.Promise.reject (Error \"late\")) nil)"], "", 1),
        (["(py.import asyncio) (asyncio.sleep 0)", "(do (asyncio.get_running_loop) 1)"], "1\n", 0),
    ],
)  # fmt: skip
def test_a_program_is_the_same(forms: list[str], out: str, code: int, tmp_path: Path) -> None:
    """A form of Python's first makes the loop begin at once."""
    given = [word for form in forms for word in ("-e", form)]
    plain = polyrepl(*given, cwd=tmp_path)
    looped = polyrepl("-e", "(do (py.len []) nil)", *given, cwd=tmp_path)
    assert plain == looped
    assert (plain.code, re.sub(r"#<(?:Timeout|Immediate|process)[^\n]*\n|nil\n", "", plain.out)) == (
        code,
        out,
    )


async def steps(late: LateLoop, seen: list[str]) -> int:
    seen.append("begun")
    assert not late.begun
    await late
    assert late.begun and asyncio.current_task() is not None
    await late
    await asyncio.sleep(0)
    try:
        await asyncio.wait_for(asyncio.Event().wait(), 0.001)
    except TimeoutError:
        seen.append("timed out")
    return 7


def go_on(loop: asyncio.AbstractEventLoop, rest: Coroutine[Any, Any, int]) -> int:
    return loop.run_until_complete(rest)


def test_a_coroutine_goes_on_where_it_was() -> None:
    late, seen = LateLoop(), []  # type: ignore[var-annotated]
    assert late.run(steps(late, seen), go_on) == 7
    assert seen == ["begun", "timed out"]
    late.close()
    assert late.loop is not None and late.loop.is_closed()


def test_what_it_raises_comes_out() -> None:
    async def fails(late: LateLoop, first: bool) -> int:
        if not first:
            await late
            await asyncio.sleep(0)
        raise LookupError("gone")

    for first in (True, False):
        late = LateLoop()
        with pytest.raises(LookupError, match="gone"):
            late.run(fails(late, first), go_on)
        assert late.begun is not first
        late.close()


def test_it_is_cancelled_as_any_task() -> None:
    async def waits(late: LateLoop) -> int:
        await late
        asyncio.get_running_loop().call_soon(asyncio.current_task().cancel)  # type: ignore[union-attr]
        await asyncio.Event().wait()
        return 1

    late = LateLoop()
    with pytest.raises(asyncio.CancelledError):
        late.run(waits(late), go_on)
    assert asyncio.CancelledError in late.endings
    late.close()


@pytest.mark.parametrize("when", ["loading", "beginning", "begun", "cancelled"])
def test_an_interrupt_is_heard_where_the_coroutine_waits(when: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it comes: a coroutine that nobody ends would complain of itself."""
    late, seen = LateLoop(own_process=True), []  # type: ignore[var-annotated]

    async def events() -> AsyncGenerator[int]:
        try:
            await late
        except (KeyboardInterrupt, asyncio.CancelledError) as error:
            seen.append(type(error).__name__)
            if isinstance(error, asyncio.CancelledError):
                raise
        yield 7

    async def shown() -> AsyncGenerator[int]:
        async with contextlib.aclosing(events()) as source:
            async for event in source:
                yield event

    async def job() -> int:
        async with contextlib.aclosing(shown()) as source:
            [event] = [event async for event in source]
            return event

    def load() -> None:
        if when == "loading":
            signal.raise_signal(signal.SIGINT)
        seen.append("loaded")

    def go(loop: asyncio.AbstractEventLoop, rest: Coroutine[Any, Any, int]) -> int:
        seen.append("goes on")
        if when == "beginning":
            signal.raise_signal(signal.SIGINT)
        task = loop.create_task(rest)
        try:
            late.heed()
            if when == "begun":
                signal.raise_signal(signal.SIGINT)
            if when == "cancelled":
                task.cancel()
            return loop.run_until_complete(task)
        except KeyboardInterrupt:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                loop.run_until_complete(task)
            raise

    monkeypatch.setattr(late_modules, "load_asyncio", load)
    if when == "cancelled":
        with pytest.raises(asyncio.CancelledError):
            late.run(job(), go)
        assert seen == ["loaded", "goes on", "CancelledError"]
    else:
        assert late.run(job(), go) == 7
        assert seen == ["loaded", "goes on", "KeyboardInterrupt"]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
    late.close()
    gc.collect()


# -- the end ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["(+ 1 2)", "(py.len [1 2 3])"])
def test_who_looks_on_sees_the_end(form: str, tmp_path: Path) -> None:
    """Whether Python is taken down piece by piece or not."""
    (tmp_path / "sitecustomize.py").write_text(
        "import atexit, sys, os\natexit.register(lambda: print('at exit', flush=True))\n"
        "if os.environ.get('WATCHED'):\n    sys.setprofile(lambda *event: None)\n"
    )
    for watched in ("", "1"):
        done = polyrepl("-e", form, cwd=tmp_path, PYTHONPATH=str(tmp_path), WATCHED=watched)
        assert (done.code, done.out, done.err) == (0, "3\nat exit\n", "")


def test_what_the_program_has_left_in_python_ends_with_it(tmp_path: Path) -> None:
    """Also where no form mentions Python: a file that is open is written."""
    form = """(eval (read-string "(py.exec \\"kept = open('f', 'w'); kept.write('all')\\")"))"""
    done = polyrepl("-e", form, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "f").read_text() == "all"


def test_exit_listeners_may_call_python(tmp_path: Path) -> None:
    form = '(do (process.on "exit" (fn [] (println "bye" (py.len [1])))) nil)'
    assert polyrepl("-e", form, cwd=tmp_path).out == "bye 1\n"
    write = '(.writeSync (process.getBuiltinModule "fs") 1 (.repeat "x" 60000))'
    form = f'(do (process.on "exit" (fn [] {write})) nil)'
    assert len(polyrepl("-e", form, cwd=tmp_path).out) == 60000
