"""JavaScript on a terminal has a terminal: from a file, with -e, and at the prompt, which gets it back."""

from __future__ import annotations

import os
import subprocess
import termios
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from npm_tools import npm_tools
from running import COMMAND, Child, environment, polyrepl
from screen import Screen

TERMINALS = Path(__file__).parents[1] / "terminals"


@dataclass(frozen=True)
class Program:
    """A text, what it shows when it waits for keys, the keys, what it says then."""

    text: str
    shows: str
    keys: tuple[str, ...]
    says: str


PROGRAMS = {
    "readFileSync": Program(
        """(js.import "node:fs" :as fs)
(println "ready")
(println "got" (fs.readFileSync 0 "utf8"))""",
        "\nready", ("hello", "Enter", "C-d"), "got hello",
    ),
    "question": Program(
        """(js.import "node:readline/promises" :as readline)
(def lines (readline.createInterface {"input" process.stdin "output" process.stdout}))
(def name (await (lines.question "name? ")))
(lines.close)
(println "got" name)""",
        "\nname?", ("Ann", "Enter"), "got Ann",
    ),
    "a question with a callback": Program(
        """(js.import "node:readline" :as readline)
(def lines (readline.createInterface {"input" process.stdin "output" process.stdout}))
(do (lines.question "name? " (fn [name] (println "got" name) (lines.close))) nil)""",
        "\nname?", ("Ann", "Enter"), "got Ann",
    ),
    "once data": Program(
        """(println "ready")
(defn told [d] (println "got" (.trim (String d))) (process.stdin.pause))
(do (process.stdin.once "data" told) nil)""",
        "\nready", ("hello", "Enter"), "got hello",
    ),
    "raw mode": Program(
        """(def key (await (new Promise (fn [ok]
  (process.stdin.setRawMode true) (process.stdin.once "data" ok) (println "ready")))))
(process.stdin.pause)
(println "got" (get key 0))""",
        "\nready", ("C-a",), "got 1",
    ),
    "what it is": Program(
        """(def keys [process.stdin.isTTY process.stdout.isTTY process.stderr.isTTY])
(def size [process.stdout.columns process.stdout.rows])
(println "got" keys size (> (process.stdout.getColorDepth) 1))""",
        "", (), "got [true true true] [90 30] true",
    ),
    "what libraries ask": Program(
        """(js.import "node:tty" :as tty)
(js.import "node:tty" :refer [isatty])
(println "got" (map tty.isatty [0 1 2]) (map isatty [0 1 2]) (isatty 99))""",
        "", (), "got [true true true] [true true true] false",
    ),
    "an editor as a child": Program(
        """(js.import "node:child_process" :as child)
(def ended (child.spawnSync "vi" ["f"] {"stdio" "inherit"}))
(println "got" (.-status ended))""",
        "a text", (":q!", "Enter"), "got 0",
    ),
    "inquirer": Program(
        """(js.import "inquirer" :default inquirer)
(def asked {"type" "list" "name" "fruit" "message" "which?" "choices" ["apple" "pear" "plum"]})
(def answer (await (inquirer.prompt [asked])))
(println "got" (.-fruit answer))""",
        "❯ apple", ("Down", "Enter"), "got pear",
    ),
    "ora": Program(
        """(js.import "ora" :default ora)
(def spinner (.start (ora "working")))
(await (new Promise (fn [ok] (setTimeout ok 300))))
(do (.succeed spinner "done") nil)
(println "got it")""",
        "", (), "got it",
    ),
    "ink": Program(
        """(js.import "react" :default React)
(js.import "ink" :as ink)
(defn App []
  (let [app (ink.useApp)]
    (ink.useInput (fn [key] (if (= key "q") (app.exit))))
    (React.createElement ink.Text nil "press q")))
(def app (ink.render (React.createElement App)))
(await (app.waitUntilExit))
(println "got away")""",
        "\npress q", ("q",), "got away",
    ),
}  # fmt: skip
LIBRARIES = ("inquirer", "ora", "ink")


@pytest.fixture(params=PROGRAMS.items(), ids=PROGRAMS)
def program(request: pytest.FixtureRequest, tmp_path: Path) -> Program:
    name, found = request.param
    if name in LIBRARIES:
        (tmp_path / "node_modules").symlink_to(npm_tools(TERMINALS) / "node_modules")
    (tmp_path / "f").write_text("a text\n")
    (tmp_path / "p.lisp").write_text(found.text)
    assert isinstance(found, Program)
    return found


def seen(screen: Screen, text: str) -> None:
    """Wait for a text; a line end before it may be the top of the screen."""
    screen.until(lambda shown: text in f"\n{shown}", text)


def answered(screen: Screen, program: Program) -> None:
    seen(screen, program.shows)
    screen.key(*program.keys)
    seen(screen, f"\n{program.says}")


WAYS: dict[str, Callable[[Program], list[str]]] = {
    "a file": lambda program: ["p.lisp"],
    "-e": lambda program: ["-e", program.text],
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_in_a_program(tmp_path: Path, program: Program, way: Callable[[Program], list[str]]) -> None:
    with Screen(tmp_path, *way(program)) as screen:
        answered(screen, program)
        screen.line("[exit 0]")
        pane = screen.tmux("display-message", "-p", "#{pane_tty}").strip()
        terminal = os.open(pane, os.O_RDWR | os.O_NOCTTY)
        modes = termios.tcgetattr(terminal)[3]
        os.close(terminal)
        assert modes & termios.ICANON and modes & termios.ISIG and modes & termios.ECHO


def test_at_the_prompt(tmp_path: Path, program: Program) -> None:
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.paste(program.text)
        screen.shows(program.text.splitlines()[-1][-20:])
        screen.key("Enter")
        answered(screen, program)
        screen.ready()
        screen.type("(+ 40 3")
        screen.key("BSpace")
        screen.type("2)")
        screen.key("Enter")
        screen.line("42")


def test_it_is_read_from_form_to_form(tmp_path: Path) -> None:
    """An interface that stays open leaves the prompt its keys."""
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.submit('(js.import "node:readline/promises" :as readline)')
        screen.ready()
        screen.submit('(def given {"input" process.stdin "output" process.stdout})')
        screen.ready()
        screen.submit("(do (def lines (readline.createInterface given)) nil)")
        screen.ready()
        screen.clear()
        for name in ("Ann", "Bob"):
            screen.submit('(await (lines.question "name? "))')
            screen.shows("\nname?")
            screen.type(name)
            screen.key("Enter")
            screen.result(f'"{name}"')
            screen.submit("(+ 40 2)")
            screen.result("42")
            screen.clear()


def test_ctrl_c_takes_the_keyboard_back(tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.submit('(do (println "ready") (process.stdin.on "data" (fn [d] nil)) nil)')
        screen.shows("\nready")
        screen.key("C-c")
        screen.shows("Interrupted")
        screen.ready()
        screen.submit("(+ 40 2)")
        screen.result("42")


def test_a_resize_is_heard_of(tmp_path: Path) -> None:
    text = (
        '(println process.stdout.columns) (await (new Promise (fn [ok] (process.stdout.once "resize" ok))))'
    )
    with Screen(tmp_path, "-e", f"{text} (println process.stdout.columns)") as screen:
        screen.line("90")
        screen.resize(70, 20)
        screen.line("70")


def test_pipes_stay_pipes() -> None:
    found = polyrepl("-e", '(map (. (require "node:tty") isatty) [0 1 2])')
    assert found.out == "[false false false]\n"
    found = polyrepl("-e", "[process.stdin.isTTY process.stdout.isTTY process.stderr.isTTY]")
    assert found.out == "[nil nil nil]\n"


def test_output_into_a_pipe_of_a_program_on_a_terminal(tmp_path: Path) -> None:
    """Each descriptor is what it is."""
    ours, theirs = os.openpty()
    form = "[process.stdin.isTTY process.stdout.isTTY process.stderr.isTTY]"
    with Child(
        [*COMMAND, "-e", form], env=environment(tmp_path), stdin=theirs, stdout=subprocess.PIPE, stderr=theirs
    ) as child:
        out, _ = child.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert out == b"[true nil true]\n"
