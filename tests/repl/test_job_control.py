r"""Ctrl-Z and Ctrl-\ under a shell with job control, at the prompt and while a form runs."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import psutil
import pytest
from processes import wait_for
from screen import COMMAND, Screen

SETUP = """,py import time
def say(name):
    open(name, "w").close()

def busy(name="begun"):
    say(name)
    while True: pass
"""


class Shell(Screen):
    """A shell with the prompt started in it."""

    program: ClassVar[list[str]] = ["env", "PS1=$ ", "bash", "--norc", "-i"]

    def at_shell(self) -> None:
        """Wait for the shell's prompt below all else."""
        self.ready("$")

    def begun(self, name: str = "begun") -> None:
        wait_for((self.home / name).exists)

    def continued(self) -> None:
        """Wait until it runs again, in the foreground by then."""
        session = psutil.Process(self.node().ppid())
        wait_for(lambda: session.status() != psutil.STATUS_STOPPED)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with Shell(tmp_path) as made:
        made.at_shell()
        made.submit(shlex.join(COMMAND))
        made.ready()
        made.paste(SETUP)
        made.key("Enter")
        made.ready()
        made.submit("(def kept 42)")
        made.ready()
        yield made


def goes_on(shell: Shell) -> None:
    shell.ready()
    shell.submit('[kept "still there"]')
    shell.line('[42 "still there"]')


def typed_is_echoed(shell: Shell, status: int) -> None:
    """The shell has its terminal in order."""
    shell.shows("Quit")
    shell.submit("echo status=$?")
    shell.line(f"status={status}")


def test_suspended_at_the_prompt(shell: Shell) -> None:
    shell.type("[kept")
    shell.key("C-z")
    shell.shows("Stopped")
    shell.at_shell()
    shell.submit("fg")
    shell.shows("=> [kept")
    shell.type(" 1]")
    shell.shows("=> [kept 1]")
    shell.key("Enter")
    shell.line("[42 1]")
    goes_on(shell)


RUNNING = {
    "Python": "(py.busy)",
    "JavaScript": '(do (py.say "begun") (while true nil))',
    "an await": '(do (py.say "begun") (await (new Promise (fn [ok] nil))))',
    "a command": '(os.system "touch begun; exec sleep 60")',  # which says itself that it runs
}


@pytest.mark.parametrize("form", RUNNING.values(), ids=RUNNING)
def test_suspended_while_a_form_runs(shell: Shell, form: str) -> None:
    shell.submit('(py.import "os" :as os)')
    shell.ready()
    shell.submit(form)
    shell.begun()
    shell.key("C-z")
    shell.shows("Stopped")
    shell.at_shell()
    shell.submit("fg")
    shell.continued()
    shell.key("C-c")
    goes_on(shell)


@pytest.mark.parametrize("which", ["Python", "JavaScript", "an await"])
def test_quit_while_a_form_runs(shell: Shell, which: str) -> None:
    shell.submit(RUNNING[which])
    shell.begun()
    shell.key("C-\\")
    typed_is_echoed(shell, 128 + signal.SIGQUIT)


def test_quit_at_the_prompt(shell: Shell) -> None:
    shell.type("[kept")
    shell.key("C-\\")
    typed_is_echoed(shell, 128 + signal.SIGQUIT)


def test_quit_while_the_program_keeps_the_idle_prompt(shell: Shell) -> None:
    shell.submit("(setTimeout (fn [] (py.busy)) 100)")
    shell.begun()
    shell.key("C-\\")
    typed_is_echoed(shell, 128 + signal.SIGQUIT)
