"""Ctrl-C goes to the program's code, wherever that is on the stack; prompt, its text and state are kept."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from processes import wait_for
from running import COMMAND, MARKER, Child, assert_nothing_left, environment
from screen import Screen

SETUP = """,py import asyncio, time
def say(name):
    open(name, "w").close()

def slow(name="begun"):
    say(name)
    time.sleep(60)

def busy(name="begun"):
    say(name)
    while True: pass

async def later():
    await asyncio.sleep(0.2)
    busy()

class Slow:
    def __repr__(self):
        slow()

class Late:
    is_slow = False
    def __repr__(self):
        if Late.is_slow:
            slow()
        return "x" * 100_000
"""


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    with Screen(tmp_path) as made:
        made.ready()
        made.paste(SETUP)
        made.key("Enter")
        made.ready()
        made.submit("(def kept 42)")
        made.ready()
        yield made


def begun(screen: Screen, name: str = "begun") -> None:
    """Wait until the program's code has said that it runs."""
    wait_for((screen.home / name).exists)


def stops(screen: Screen) -> None:
    """Ctrl-C is heard: everything goes on."""
    screen.key("C-c")
    screen.shows("Interrupted")


def still_there(screen: Screen) -> None:
    screen.ready()
    screen.submit("[kept (py.eval \"'1' + '2'\")]")
    screen.line('[42 "12"]')


IDLE = {
    "a timer of JavaScript's": "(setTimeout (fn [] (py.slow)) 200)",
    "one that loops": "(setTimeout (fn [] (py.busy)) 200)",
    "a builtin": '(setTimeout (fn [] (py.say "begun") (py.time.sleep 60)) 200)',
    "a task": ",py task = asyncio.get_running_loop().create_task(later())",
    "a callback": ",py _ = asyncio.get_running_loop().call_later(0.2, busy)",
    "a coroutine that JavaScript asked for": "(setTimeout (fn [] (await (py.later))) 10)",
}


@pytest.mark.parametrize("form", IDLE.values(), ids=IDLE)
def test_at_the_idle_prompt(screen: Screen, form: str) -> None:
    """What is being typed is kept."""
    screen.submit(form)
    begun(screen)
    screen.type("[kept 1")
    stops(screen)
    screen.type(" 2]")
    screen.shows("=> [kept 1 2]")
    screen.key("Enter")
    screen.line("[42 1 2]")
    still_there(screen)


# Each says that it has begun.
JAVASCRIPT = {
    "a timer that loops": '(setTimeout (fn [] (py.say "begun") (while true nil)) 50)',
    "JavaScript's own loop": ",js void setTimeout(() => { py.say('begun'); for (;;); }, 50)",
    "what a promise goes on with": '(def p (.then (sleep 50) (fn [] (py.say "begun") (while true nil))))',
    "a child that a timer waits for": (
        '(setTimeout (fn [] (.execSync (require "node:child_process") "touch begun; sleep 60; true")) 50)'
    ),
}
CHILDREN = [
    '(.execSync (require "node:child_process") "touch begun; sleep 60; true")',
    ",js require('node:child_process').spawnSync('sh', ['-c', 'touch begun; exec sleep 60'])",
]


@pytest.mark.parametrize(
    "form", [*JAVASCRIPT.values(), *CHILDREN], ids=[*JAVASCRIPT, "execSync", "spawnSync"]
)
def test_what_keeps_javascript_s_loop(screen: Screen, form: str) -> None:
    """Node and all that it knows live on."""
    screen.paste(form)
    screen.key("Enter")
    begun(screen)
    stops(screen)
    still_there(screen)
    assert "restarted" not in screen.capture()


def test_a_task_beside_a_form_that_has_all_but_ended(screen: Screen) -> None:
    screen.paste(",py async def at_once():\n    busy()\n\n")
    screen.key("Enter")
    screen.ready()
    screen.submit(",py task = asyncio.get_running_loop().create_task(at_once())")
    begun(screen)
    stops(screen)
    still_there(screen)
    assert screen.capture().count("Interrupted") == 1


def test_a_server_of_javascript_calls_slow_python(screen: Screen) -> None:
    screen.submit('(js.import "node:http" :as http)')
    screen.ready()
    screen.submit('(def server (http.createServer (fn [req res] (py.slow) (res.end "done"))))')
    screen.ready()
    screen.submit('(defn told [] (println "port" (.-port (.address server))))')
    screen.ready()
    screen.clear()
    screen.submit('(do (.listen server 0 "127.0.0.1" told) nil)')
    port = int(screen.matches(r"port \d+$").split("port ")[-1].split()[0])

    def ask() -> None:
        with contextlib.suppress(OSError):  # it is never answered
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).read()

    Thread(target=ask, daemon=True).start()
    begun(screen)
    stops(screen)
    still_there(screen)


SHOWN = {
    "a value of Lisp": '(py.eval "Slow()")',
    "a value of Python": ",py Slow()",
    "one in a list": ",py [Slow(), Slow(), Slow()]",
    "inspect": ',inspect (py.eval "Slow()")',
    "one that JavaScript holds": '[(py.eval "Slow()")]',
}


@pytest.mark.parametrize("form", SHOWN.values(), ids=SHOWN)
def test_while_a_value_is_shown(screen: Screen, form: str) -> None:
    screen.submit(form)
    begun(screen)
    stops(screen)
    still_there(screen)


def test_while_more_of_a_value_is_shown(screen: Screen) -> None:
    screen.submit(",py Late()")
    screen.shows(",more")
    screen.ready()
    screen.submit(",py Late.is_slow = True")
    screen.ready()
    screen.submit(",more")
    begun(screen)
    stops(screen)
    still_there(screen)


def test_a_value_is_asked_once_for_its_text(screen: Screen) -> None:
    screen.paste(
        ",py asked = []\nclass Asked:\n    def __repr__(self):\n        asked.append(1)\n"
        "        return 'an Asked'\n"
    )
    screen.shows("'an Asked'")
    screen.key("Enter")
    screen.ready()
    screen.submit(",py Asked()")
    screen.result("an Asked")
    screen.submit(",py asked")
    screen.result("[1]")


def test_while_a_getter_of_javascript_loops_when_it_is_shown(screen: Screen) -> None:
    screen.submit(',js globalThis.Own = class Own { toString() { py.say("begun"); for (;;); } }; new Own()')
    begun(screen)
    stops(screen)
    still_there(screen)


def test_a_task_keeps_the_loop_while_a_form_awaits(screen: Screen) -> None:
    screen.submit("(await (py.later))")
    begun(screen)
    stops(screen)
    still_there(screen)


def test_a_line_is_cancelled_as_ever(screen: Screen) -> None:
    screen.type("(never run")
    screen.key("C-c")
    still_there(screen)


SCRIPTS = {
    "a task that keeps the loop": "(do (py.exec text) (await (py.later)))",
    "a timer's callback after the last form": "(do (py.exec text) (setTimeout (fn [] (py.busy)) 10) nil)",
}


@pytest.mark.parametrize("form", SCRIPTS.values(), ids=SCRIPTS)
def test_in_a_script(tmp_path: Path, form: str) -> None:
    (tmp_path / "setup.py").write_text(SETUP.removeprefix(",py "))
    read = '(def text (.read (py.open "setup.py")))'
    mark = environment(tmp_path)
    with Child([*COMMAND, "-e", read, "-e", form], cwd=tmp_path, env=mark, stderr=subprocess.PIPE) as child:
        wait_for((tmp_path / "begun").exists)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=30)
        assert child.returncode == -signal.SIGINT
        assert said == b"Interrupted\n"
    assert_nothing_left(mark[MARKER])
