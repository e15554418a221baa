"""One owner of the terminal: what says that a form still runs is drawn only while nothing else can use it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from processes import wait_for
from screen import Screen

SPINNER = "stops it"
SETUP = """,py import asyncio, getpass, os, pty, select, subprocess, sys, threading, time
keys = select.poll()
keys.register(0, select.POLLIN)

def selected():
    select.select([0], [], [])
    return os.read(0, 10)

async def typed():
    loop = asyncio.get_running_loop()
    line = loop.create_future()
    loop.add_reader(0, lambda: line.done() or line.set_result(os.read(0, 10)))
    try:
        return await line
    finally:
        loop.remove_reader(0)

def later(name, seconds=1.2):
    threading.Timer(seconds, lambda: open(name, "w").close()).start()

def slowly(name):
    later(name)
    time.sleep(1.0)
"""


class Logged(Screen):
    """A screen whose terminal's output is kept from the beginning of a form on."""

    def log(self) -> None:
        self.raw = self.home / "raw"
        self.raw.touch()
        self.tmux("pipe-pane", "-o", f"cat >> {self.raw}")

    def heard(self, text: str) -> str:
        """What was written to the terminal, once `text` is there."""
        wait_for(lambda: text in self.raw.read_text(errors="replace"))
        return self.raw.read_text(errors="replace")

    def happens(self, name: str) -> None:
        """Wait for a file."""
        wait_for(lambda: (self.home / name).exists())


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Logged]:
    (tmp_path / "f").write_text("a text\n")
    (tmp_path / "c").write_text("echo begun; while [ ! -e late ]; do sleep 0.05; done")
    with Logged(tmp_path, PAGER="less", EDITOR="vi", GIT_PAGER="less") as made:
        made.ready()
        made.paste(SETUP)
        made.key("Enter")
        made.ready()
        yield made


@dataclass(frozen=True)
class Way:
    """How a program comes to use the terminal: what is shown then, the keys that end it."""

    form: str
    shows: str
    keys: tuple[str, ...]


WAYS = {
    "vi of os.system": Way("os.system('vi f')", "a text", (":q!", "Enter")),
    "vi of subprocess": Way("subprocess.run(['vi', 'f']).returncode", "a text", (":q!", "Enter")),
    "less of help": Way("help(str)", "class str", ("q",)),
    "a pager behind a pipe": Way("os.system('seq 1000 | less')", "20", ("q",)),
    "the pager of git": Way("os.system('git -p help -a')", "Main Porcelain", ("q",)),
    "getpass": Way("len(getpass.getpass('secret? '))", "secret?", ("abc", "Enter")),
    "readline": Way("print('your line?') or sys.stdin.readline()", "your line?", ("abc", "Enter")),
    "a line of stdin": Way("print('your line?') or next(iter(sys.stdin))", "your line?", ("abc", "Enter")),
    "poll": Way("print('your line?') or (keys.poll(), os.read(0, 10))", "your line?", ("abc", "Enter")),
    "select": Way("print('your line?') or selected()", "your line?", ("abc", "Enter")),
    "asyncio": Way("(print('your line?'), await typed())", "your line?", ("abc", "Enter")),
    "a descriptor": Way("print('your bytes?') or os.read(0, 10)", "your bytes?", ("abc", "Enter")),
    "input": Way("input('name? ')", "name?", ("abc", "Enter")),
    "read of a shell": Way("os.system('printf \"name? \"; read x')", "name?", ("abc", "Enter")),
    "a command that prints": Way("os.system('sh c')", "begun", ()),
    "a shell with jobs": Way("os.system('PS1=sub: bash --norc -i')", "sub:", ("exit", "Enter")),
    "a terminal of its own": Way("pty.spawn(['sh', '-c', 'echo name?; read x'])", "name?", ("abc", "Enter")),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_is_drawn_over_what_uses_the_terminal(screen: Logged, way: Way) -> None:
    """Neither while it does, from its beginning or later on, nor when it has gone."""
    screen.log()
    screen.submit(f",py [later('late'), {way.form}][0]")
    screen.shows(way.shows)
    screen.happens("late")  # long after the line would have been drawn
    screen.key(*way.keys)
    screen.ready()
    screen.submit("(+ 40 2)")
    screen.result("42")
    assert SPINNER not in screen.heard("42")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_line_is_gone_before_it_begins(screen: Logged, way: Way) -> None:
    screen.submit(f",py [slowly('late'), {way.form}][0]")
    screen.shows(SPINNER)
    screen.until(lambda text: way.shows in text.split("[0]")[-1] and SPINNER not in text, way.shows)
    screen.happens("late")
    assert SPINNER not in screen.capture()
    screen.key(*way.keys)
    shown = screen.ready()
    assert SPINNER not in shown
    assert not any(mark in shown for mark in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")


def test_it_is_drawn_again_below_what_was_left(screen: Logged) -> None:
    screen.submit(",py [os.system('printf half'), time.sleep(4)][0]")
    screen.shows(SPINNER)
    screen.line("half")
    screen.result("0")
    screen.line("half")


def test_modes_that_a_program_has_left_behind_are_put_back(screen: Logged) -> None:
    screen.submit(",py os.system('stty raw -echo; kill -9 $$')")
    screen.ready()
    screen.submit("(while true nil)")
    screen.shows(SPINNER)
    screen.key("C-c")
    screen.shows("Interrupted")
    screen.ready()
    screen.submit(",py [print('reads'), sys.stdin.readline()][1]")
    screen.line("reads")  # what is typed before is for the line editor
    screen.type("seen")
    screen.key("Enter")
    screen.result("'seen\\n'")


def test_the_foreground_is_taken_back_from_a_shell_that_was_killed(screen: Logged) -> None:
    screen.submit(",py os.system('PS1=sub: bash --norc -i')")
    screen.shows("sub:")
    screen.submit("kill -9 $$")
    screen.ready()
    screen.submit("(+ 40 2)")
    screen.result("42")
