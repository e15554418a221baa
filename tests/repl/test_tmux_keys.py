"""Keys, colours, history and faults on a real terminal; one session is shared where nothing must be fresh."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import assert_nothing_left, marked_processes
from screen import Screen, typed_rows

MARKED = r"\x1b\[(1;)?4m(\x1b\[\d+m)*\("
OUTER = re.compile(rf"=> (\x1b\[\d+m)*{MARKED}")
INNER = re.compile(rf"inc(\x1b\[\d+m)* (\x1b\[\d+m)*{MARKED}")
EDITOR = '#!/bin/sh\nprintf "(* 6\\n   7)" > "$1"\n'


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    home = tmp_path_factory.mktemp("home")
    (home / "editor").write_text(EDITOR)
    (home / "editor").chmod(0o755)
    with Screen(home, EDITOR=str(home / "editor")) as made:
        made.ready()
        yield made


@pytest.fixture
def screen(shared: Screen) -> Screen:
    """The shared session at an empty prompt on an empty screen."""
    if not shared.capture().split("=>")[-1].startswith("\n"):
        shared.key("C-c")
        shared.ready()
    shared.clear()
    return shared


# -- keys ----------------------------------------------------------------------------------------


def test_documentation_on_a_key(screen: Screen) -> None:
    screen.type("(reduce")
    screen.key("F1")
    screen.shows("(reduce f xs) (reduce f init xs)")
    screen.matches(r"^=> \(reduce$")
    screen.key("C-c")
    screen.type("(partition-all 2 ")  # the function around the cursor
    screen.key("F1")
    screen.shows("makes a shorter")


def test_the_editor_on_a_key(screen: Screen) -> None:
    screen.type("(+ 1")
    screen.key("C-x", "C-e")
    screen.matches(r"^=> \(\* 6\n\.\.    7\)$")
    screen.key("Enter")
    screen.result("42")


def test_ctrl_r_and_suggestion(screen: Screen) -> None:
    screen.submit("(def alpha-beta 12)")
    screen.ready()
    screen.key("C-r")
    screen.type("lpha")
    screen.shows("(def alpha-beta 12)")
    screen.key("C-c")
    screen.key("C-c")
    screen.ready()
    screen.clear()
    screen.type("(def al")
    screen.matches(r"^=> \(def alpha-beta 12\)$")  # the rest is suggested
    screen.key("End", "Enter")
    screen.matches(r"^=> \(def alpha-beta 12\)\n=>$")


def test_keys_typed_ahead_leave_no_answer_of_the_terminal(screen: Screen) -> None:
    screen.type("(+ 40 2)")
    screen.shows("(+ 40 2)")
    screen.key("Enter", "C-l", "C-l")
    screen.type("(+ 1 2)")
    screen.until(lambda shown: typed_rows(shown)[:1] == ["=> (+ 1 2)"], "only what was typed after Ctrl-L")
    screen.key("Enter")
    screen.result("3")


def test_structural_keys(screen: Screen) -> None:
    screen.type("(+ 1) 2")
    screen.key("Home", "Right", "Right", "M-Right")
    screen.matches(r"^=> \(\+ 1 2\)$")
    screen.key("Enter")
    screen.result("3")


def test_a_bracket_s_partner_is_marked(screen: Screen) -> None:
    screen.type("(inc (dec 5))")
    screen.shows("(inc (dec 5))")
    # Underlined: first the outer one, since the cursor stands behind its partner.
    screen.until(lambda _: OUTER.search(screen.capture(colors=True)), "the outer bracket marked")
    screen.key("Left")
    screen.until(lambda _: INNER.search(screen.capture(colors=True)), "the inner bracket marked")


def test_keywords_of_a_python_call_and_attributes_of_javascript(screen: Screen) -> None:
    screen.submit("(def server {:port 80 :start (fn [host] host)})")
    screen.ready()
    screen.offered("server.", r"port\s+number")
    screen.matches(r"start\s+\(host\)")
    screen.key("C-c")
    screen.ready()
    screen.offered("(py.sorted xs :re", r":reverse\s+argument = False")


def test_an_unknown_command(screen: Screen) -> None:
    screen.submit(",tiem 1")
    screen.shows("unknown command ,tiem: did you mean ,time?")


def test_a_line_of_a_megabyte(screen: Screen) -> None:
    big = screen.home / "big.lisp"
    big.write_text(f'(def big "{"x" * (1 << 20)}")')
    screen.submit(f",load {big}")
    screen.ready()
    screen.submit("(count big)")
    screen.result("1048576")
    screen.submit("big")
    screen.shows("… +1046576 chars")


def test_a_child_that_blocks_node_is_stopped_by_the_second_ctrl_c(screen: Screen) -> None:
    screen.submit('(js.import "node:child_process" :as child)')
    screen.ready()
    screen.submit(',py survivor = "still here"')
    screen.ready()
    screen.submit("(child.execSync \"trap '' INT; sleep 100\")")
    screen.shows("Ctrl-C stops it")
    screen.key("C-c")
    screen.key("C-c")
    shown = screen.shows("restarted")
    screen.ready()
    assert "Python" in shown
    screen.submit(",py survivor")
    screen.line("'still here'")


# -- colour --------------------------------------------------------------------------------------


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_without_colour(env: dict[str, str], tmp_path: Path) -> None:
    with Screen(tmp_path, **env) as screen:
        screen.matches(r"^=>")
        screen.submit('(py.int "x")')
        screen.shows("ValueError")
        screen.submit("[1 :a nil]")
        screen.result("[1 :a nil]")
        # What is cancelled is gone, and the line after it is not.
        screen.type("(cancelled")
        screen.shows("(cancelled")
        screen.key("C-c")
        screen.ready()
        screen.submit("(+ 40 2)")
        screen.result("42")
        styled = screen.capture(colors=True)
        assert not any(f"\x1b[{code}m" in styled for code in (31, 32, 33, 34, 35, 36, 90)), styled
        screen.key("C-d")
        screen.shows("[exit 0]")


# -- files ---------------------------------------------------------------------------------------


def test_history_that_is_broken_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "polyrepl").mkdir()
    (tmp_path / "polyrepl" / "history.jsonl").write_bytes(b'\xff\xfe\n{"t": 1, "s": "(def kept 1)"}\n{"t": 1')
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.key("Up")
        screen.matches(r"^=> \(def kept 1\)$")
        screen.shows("history: 2 unreadable lines moved to")
        screen.key("Enter")
        screen.ready()
        screen.submit("(+ kept 1)")
        screen.result("2")
    assert b"\xff\xfe" in (tmp_path / "polyrepl" / "history.jsonl.unreadable").read_bytes()


def test_a_home_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("")
    with Screen(tmp_path, XDG_STATE_HOME=str(tmp_path / "blocked")) as screen:
        screen.ready()
        screen.shows("history is not kept: Not a directory")
        screen.submit("(+ 1 2)")
        screen.result("3")
        screen.key("Up")
        screen.matches(r"^=> \(\+ 1 2\)$")


def test_a_broken_config_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "polyrepl").mkdir()
    (tmp_path / "polyrepl" / "config.toml").write_text("editing = 'ed'\n")
    (tmp_path / "polyrepl" / "init.lisp").write_text("(def from-init 41)\n(nosuch)")
    with Screen(tmp_path, columns=200) as screen:
        screen.ready()
        screen.shows("config.toml:1: editing is one of emacs, vi, not 'ed' (the defaults are used)")
        screen.shows("init.lisp:2:2: error: unbound symbol nosuch")
        screen.submit("(inc from-init)")
        screen.result("42")


# -- the end -------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", ["(while true nil)", '(py.exec "while True: pass")', ""])
def test_a_terminal_that_is_closed_leaves_nothing(program: str, tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        screen.ready()
        if program:
            screen.submit(program)
            screen.shows("Ctrl-C stops it")
        assert len(marked_processes(screen.mark)) >= 2
        # The terminal itself goes: its processes get SIGHUP, and writing to it fails from now on.
        subprocess.run(
            ["tmux", "-L", screen.socket, "kill-server"], check=True, env={"PATH": os.environ["PATH"]}
        )
        assert_nothing_left(screen.mark)


def test_ctrl_d_typed_while_a_form_runs_leaves(tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        screen.ready()
        # The form ends when the key has come, and does not read it.
        screen.submit(
            "(py.exec \"import select, sys; print('ru' + 'ns'); select.select([sys.stdin], [], [])\")"
        )
        screen.shows("runs")
        screen.key("C-d")
        screen.shows("[exit 0]")
