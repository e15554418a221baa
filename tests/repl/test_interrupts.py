"""Interrupts of a Session's forms: one each, whatever the form does; state is kept, the next form runs."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from polyrepl.bridge.waking import sigint_to
from polyrepl.repl.polyglot import Python
from polyrepl.repl.session import Session
from polyrepl.repl.session.events import Problem, Value
from polyrepl.repl.session.host import NodeHost

pytestmark = pytest.mark.usefixtures("heard")


class Pressed:
    """A session, and Ctrl-C pressed on it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.said = threading.Event()
        self._threads: list[threading.Thread] = []

    def press(self, after: float = 0.0, at_once: bool = False) -> None:
        """Press Ctrl-C so many seconds after the form has said "go" (or from now)."""

        def run() -> None:
            if not at_once:
                self.said.wait()
            time.sleep(after)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        self.said.clear()
        self._threads.append(threading.Thread(target=run))
        self._threads[-1].start()

    async def run(self, text: str) -> list[Value | Problem]:
        """What a text gives."""
        return [event async for event in self.session.eval(text) if isinstance(event, (Value, Problem))]

    def join(self) -> None:
        self.said.set()
        while self._threads:
            self._threads.pop().join()


@pytest.fixture
def usual() -> Iterator[None]:
    """The handler of SIGINT afterwards: what an async fixture finds is that of the runner that sets it up."""
    yield
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
async def pressed(usual: None) -> AsyncIterator[Pressed]:
    session = Session(output=lambda stream, text, form: made.said.set() if "go" in text else None)
    made = Pressed(session)
    with sigint_to(lambda number, frame: session.interrupt(), asyncio.get_running_loop()):
        yield made
        made.join()
    session.close()


CASES = {
    "a loop": '(do (println "go") (while true nil))',
    "an await": '(do (println "go") (await (new Promise (fn (ok) nil))))',
    "a loop after an await": '(do (await (Promise.resolve 1)) (println "go") (while true nil))',
    "JavaScript's own": '(do (println "go") ((new Function "for (;;);")))',
    "a callback": '(do (println "go") (py.list (py.map (fn (x) (while true nil)) [1 2])))',
    "Python": '(do (println "go") (py.exec "while True: pass"))',
    "Python that waits for a promise": '(do (println "go") (await (py.async pause)))',
    "a value that is shown": '(do (println "go") shown)',
}
SETUP = """
(py.exec "import asyncio\\nasync def pause(): await asyncio.sleep(1000)")
(def pause (py.eval "pause"))
(def shown ((new Function "return new (class Own { toString() { for (;;); } })")))
(def kept 42)
"""


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
async def test_one_interrupt_each(pressed: Pressed, text: str) -> None:
    assert not [event for event in await pressed.run(SETUP) if isinstance(event, Problem)]
    pid = None
    for _ in range(3):
        pressed.press(random.random() * 0.02)
        events = await pressed.run(text)
        assert [event.severity for event in events if isinstance(event, Problem)] == ["interrupt"], events
        pid = pid or pressed.session.bridge.pid
        assert pressed.session.bridge.pid == pid
        assert [event.text for event in await pressed.run("kept")] == ["42"]


async def test_at_any_moment_of_a_form(pressed: Pressed) -> None:
    """Also while it is compiled, and between that and its start in Node: one interrupt, never two."""
    await pressed.run("(def kept 42) (defmacro twice [x] `[~x ~x])")
    for _ in range(60):
        running = threading.Event()
        pause = random.random() * 0.01
        pressed.session.on_form = lambda number, running=running: running.set()

        def press(running: threading.Event = running, pause: float = pause) -> None:
            running.wait()
            time.sleep(pause)
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        presser = threading.Thread(target=press)
        presser.start()
        events = await pressed.run("(twice (while true nil))")
        presser.join()
        pressed.session.on_form = None
        assert [event.severity for event in events if isinstance(event, Problem)] == ["interrupt"], events
        assert [event.text for event in await pressed.run("kept")] == ["42"]


async def test_when_nothing_runs(pressed: Pressed) -> None:
    await pressed.run("1")
    for _ in range(20):
        signal.raise_signal(signal.SIGINT)
        assert [event.text for event in await pressed.run("(+ 1 1)")] == ["2"]


async def test_one_that_is_caught_comes_once(pressed: Pressed) -> None:
    """What cleans up after it may take its time, and awaits."""
    pressed.press()
    text = '(try (println "go") (while true nil) (catch Interrupt e (await (sleep 200)) "tidy"))'
    assert [event.text for event in await pressed.run(text) if isinstance(event, Value)] == ['"tidy"']


async def test_between_the_forms_of_a_text(pressed: Pressed) -> None:
    """Also when the last one has just ended, and the next one has just not begun."""

    class Probed(Session):
        """Interrupted whenever a form is about to be counted."""

        at = -1

        @property
        def form_number(self) -> int:
            return self._number

        @form_number.setter
        def form_number(self, number: int) -> None:
            self._number = number
            if number == self.at:
                self.interrupt()

    session = Probed(output=lambda stream, text, form: None)
    try:
        for one_turn in (True, False):
            session.at = session.form_number + 2
            events = [event async for event in session.eval("(+ 1 1) (while true nil)", one_turn=one_turn)]
            assert [getattr(event, "severity", "value") for event in events] == ["value", "interrupt"]
            session.at = -1
            assert [event.text async for event in session.eval("(+ 1 2)")] == ["3"]
    finally:
        session.close()


async def test_when_the_call_of_a_form_has_just_ended(
    pressed: Pressed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes on of it behind an await is told."""
    interrupts = pressed.session.bridge.interrupts
    now = interrupts.now

    def ended(form: int) -> None:
        if not form:
            monkeypatch.setattr(interrupts, "now", now)
            signal.raise_signal(signal.SIGINT)
        now(form)

    for _ in range(20):  # Node hears of it before the rest of the form begins there, or after
        await pressed.run("(def left [])")
        monkeypatch.setattr(interrupts, "now", ended)
        # Two forms: a text of several is one turn, whose forms are called and not awaited.
        events = await pressed.run("(try (await (new Promise (fn (ok) nil))) (finally (push! left 1))) 2")
        assert [event.severity for event in events if isinstance(event, Problem)] == ["interrupt"]
        assert [event.text for event in await pressed.run("left")] == ["[1]"]


async def test_between_two_forms_it_is_about_their_text_alone(pressed: Pressed) -> None:
    """It is told once, also where the next form is run without a text around it."""
    session = pressed.session
    events = []
    async for event in session.eval("1 2"):
        events.append(event)
        session.interrupt()  # the second time none runs
    assert [getattr(event, "severity", "value") for event in events] == ["value", "interrupt"]
    (form,) = session.compiler.read("(+ 1 2)", "<next>")
    assert [event.text async for event in session.eval_form(form)] == ["3"]


async def events_of(events: AsyncIterator[object]) -> list[str]:
    """What the events of a text are, in short."""
    return [e.severity if isinstance(e, Problem) else getattr(e, "text", "") async for e in events]


async def test_before_what_was_accepted_begins(pressed: Pressed) -> None:
    """It is about that, in all three languages; and never about what comes next."""
    session = pressed.session
    await pressed.run("1")
    python = Python(session, lambda: vars(sys.modules["__main__"]))
    texts = {session.eval: "(def never 1)", session.eval_javascript: "globalThis.never = 1", python.run: "5"}
    for run, text in texts.items():
        session.accept()
        session.interrupt()
        assert await events_of(run(text)) == ["interrupt"]
        session.dismiss()
        assert not session.running
        assert await events_of(session.eval("[1 js.globalThis.never]")) == ["[1 nil]"]
        session.interrupt()  # nothing runs
        assert "interrupt" not in await events_of(run("5"))


@pytest.mark.parametrize("text", ["(def never 1)", "(def never 1) 2"])
async def test_what_javascript_does_meanwhile_is_stopped_too(pressed: Pressed, text: str) -> None:
    """What was asked to stop had not come to JavaScript: the next form would wait for ever."""
    session = pressed.session
    await pressed.run('(def kept 42) (setTimeout (fn [] (println "go") (while true nil)) 0) nil')
    await asyncio.to_thread(pressed.said.wait)
    session.accept()
    session.interrupt()
    assert await events_of(session.eval(text)) == ["interrupt"]
    assert await events_of(session.eval("kept")) == ["42"]


async def test_python_that_waits_for_a_busy_node_to_begin(pressed: Pressed, tmp_path: Path) -> None:
    session = pressed.session
    python = Python(session, lambda: vars(sys.modules["__main__"]))
    free = tmp_path / "free"
    busy = f'(setTimeout (fn [] (println "go") (while (not (fs.existsSync "{free}")))) 0)'
    await pressed.run(f'(js.import "node:fs" :as fs) {busy} nil')
    await asyncio.to_thread(pressed.said.wait)
    begun = asyncio.ensure_future(events_of(python.run("never = 1")))
    await asyncio.sleep(0)  # it has begun to ask Node where both are
    assert python.interrupt()
    free.touch()
    assert await begun == ["interrupt"]
    assert not python.interrupt()
    assert await events_of(python.run("'never' in globals()")) == [""]
    assert "never" not in vars(sys.modules["__main__"])


def test_an_interrupt_between_two_questions_of_a_macro_is_about_the_next() -> None:
    """It came when the first was all but done, and the second may never end."""
    asked: list[str] = []

    class Node:
        def __getattr__(self, name: str) -> Callable[..., str]:
            asked.append(name)
            return lambda *_: asked.append("called") or "[]"  # type: ignore[func-returns-value]

    host = NodeHost(Node, lambda: bool(asked))  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        host.expand(1, [])
    assert asked == ["expandMacro"] and not host.busy
