"""What nobody catches in Python, where it came through JavaScript, is told as ours: by its place in the Lisp,
without how the bridge was called."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl
from screen import Screen

PYTHON = """
import asyncio, gc, threading
def in_thread(f):
    thread = threading.Thread(target=f)
    thread.start()
    thread.join()
def in_loop(f):
    asyncio.get_running_loop().call_later(0.01, f)
async def later(f):
    f()
def in_a_loop_of_its_own(f):
    async def main():
        asyncio.get_running_loop().call_soon(f)
        await asyncio.sleep(0)
    asyncio.run(main())
def in_a_task_of_a_thread(f):
    async def main():
        task = asyncio.create_task(later(f))
        await asyncio.wait([task])
    in_thread(lambda: asyncio.run(main()))
    gc.collect()
def in_task(f):
    asyncio.get_running_loop().create_task(later(f))
class Dying:
    def __init__(self, f): self.f = f
    def __del__(self): self.f()
def in_finalizer(f):
    Dying(f)
def at_exit(f):
    import atexit
    atexit.register(f)
def fails():
    raise ValueError("of Python's")
def leaves():
    raise SystemExit("of Python's")
"""
OWN = ["in_a_loop_of_its_own", "in_a_task_of_a_thread"]
PLACES = ["in_thread", "in_loop", "in_task", "in_finalizer", "at_exit", *OWN]
WAITS = "(await (sleep 100))"


def program(tmp_path: Path, text: str) -> Path:
    (tmp_path / "places.py").write_text(PYTHON)
    (tmp_path / "p.lisp").write_text(f'(py.import "places" :as places)\n{text}\n')
    return tmp_path


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('(throw (Error. "of JavaScript"))', "Error: of JavaScript"),
        ("(places.fails)", "ValueError: of Python's"),
        ("(throw 5)", "Thrown: 5"),
    ],
)
def test_it_names_the_lisp(tmp_path: Path, place: str, body: str, said: str) -> None:
    done = polyrepl(
        "p.lisp", cwd=program(tmp_path, f"(defn bad []\n  {body})\n(places.{place} bad)\n{WAITS}")
    )
    assert done.code == 0
    where = "" if "throw 5" in body else f"p.lisp:3:{10 if 'Error' in body else 3}: "  # a number has no stack
    assert done.err.startswith(f"Uncaught (late) {where}{said}\n")
    assert "bridge" not in done.err and "Traceback" not in done.err


@pytest.mark.parametrize("place", PLACES)
def test_what_is_pythons_own_is_told_as_ever(tmp_path: Path, place: str) -> None:
    done = polyrepl("p.lisp", cwd=program(tmp_path, f"(places.{place} places.fails)\n{WAITS}"))
    assert done.code == 0
    assert "Uncaught" not in done.err and "Traceback" in done.err and "ValueError: of Python's" in done.err


@pytest.mark.parametrize("place", ["in_loop", "in_task", "in_thread", "at_exit"])
@pytest.mark.parametrize(
    ("leave", "code", "err"),
    [("(exit 6)", 6, ""), ('(exit "text")', 1, "text\n"), ("(process.exit 7)", 7, "")],
)
def test_a_function_of_the_lisp_that_python_calls_leaves(
    tmp_path: Path, place: str, leave: str, code: int, err: str
) -> None:
    text = f'(places.{place} (fn [] {leave}))\n{WAITS}\n(println "on")'
    done = polyrepl("p.lisp", cwd=program(tmp_path, text))
    assert (done.code, done.err) == (code, err)
    assert (done.out == "on\n") == (place == "at_exit")


def test_who_awaits_it_hears_of_an_exit_first(tmp_path: Path) -> None:
    text = """
    (defn told [f] (try (await (places.later f)) (catch e (.-name e))))
    (println (await (told (fn [] (exit 6)))) (await (told py.exit)))
    (await (places.later (fn [] (exit 7))))
    (println "on")"""
    done = polyrepl("p.lisp", cwd=program(tmp_path, text))
    assert (done.code, done.out, done.err) == (7, "Exit SystemExit\n", "")


def test_python_that_leaves_at_exit(tmp_path: Path) -> None:
    text = '(py.import "atexit") (py.import "sys") (atexit.register sys.exit 5)'
    done = polyrepl("p.lisp", cwd=program(tmp_path, text))
    assert (done.code, done.err) == (5, "")


def test_the_prompt_goes_on_below_it(tmp_path: Path) -> None:
    """The editor's own handler stops at it until Enter is pressed, and takes what was typed for that."""
    program(tmp_path, "")
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.submit('(py.import "places" :as places)')
        screen.ready()
        screen.submit('(defn bad [] (throw (Error. "beside")))')
        screen.ready()
        screen.submit("(places.in_loop bad)")
        screen.shows("Uncaught (late) In[2]:1:21: Error: beside")
        screen.submit("(places.in_loop places.fails)")
        screen.shows("ValueError: of Python's")
        for code, place in enumerate(("in_task", "in_loop"), 31):
            screen.submit(f"(places.{place} (fn [] (exit {code})))")
            screen.shows(f"Exit: exit {code}\n")
        screen.submit("(places.in_loop places.leaves)")
        screen.shows("Uncaught (late) SystemExit: of Python's")
        # What `exit` of Python's site closes, and a program itself, is there again for the prompt.
        screen.submit("(places.in_loop (fn [] (py.exit 33)))")
        screen.shows("SystemExit: 33\n")
        screen.submit("(try (py.exit 34) (catch py.SystemExit e [e.code]))")
        screen.line("[34]")
        for closed in (
            "(py.import sys) (.close sys.stdin)",
            "(.close sys.stdin.buffer)",
            "(py.import os) (os.close 0)",
        ):
            screen.submit(f"(do {closed} :closed)")
            screen.ready()
        screen.submit("(do (os.close 1) :closed)")
        screen.ready()
        screen.submit('[(py.input (+ "in" "put? "))]')
        screen.line("input?")
        screen.submit("typed")
        screen.line('["typed"]')
        screen.submit("(+ 40 2)")
        seen = screen.line("42")
        assert "ENTER" not in seen and "bridge" not in seen
