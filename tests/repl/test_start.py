"""How a session starts: init.lisp, config.toml, -i, shebang, colour; what is said of a broken file."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.colors import wants_color
from polyrepl.repl.complete.modes import Mode
from running import COMMAND, Child, Done, environment, polyrepl

ESCAPE = re.compile(r"\x1b")


def configure(home: Path, **files: str) -> None:
    """Write init.lisp and config.toml into the folder that `running.environment` makes the user's."""
    folder = home / "polyrepl"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)


def prompted(home: Path, typed: str, *args: str, **env: str) -> Done:
    """A prompt without a terminal: what was typed is read line by line."""
    return polyrepl("-i", *args, stdin=typed, cwd=home, **env)


def shown(done: Done) -> list[str]:
    """The values and the output, without banner and prompts."""
    lines = [re.sub(r"^(=> |\.\. )+", "", line) for line in done.out.splitlines()[1:]]
    return [line for line in lines if line]


# -- init.lisp and config.toml ---------------------------------------------------------------------


def test_init_runs_before_the_prompt(tmp_path: Path) -> None:
    configure(tmp_path, init_lisp="(defn from-init [] 7)\n(+ 1 1)", config_toml="max-items = 2")
    done = prompted(tmp_path, "(from-init)\n[1 2 3 4]\n")
    assert (done.code, done.err) == (0, "")
    assert shown(done) == ["7", "[1 2 … +2 more]", ",more shows more"]


def test_the_collector_is_as_python_starts_it(tmp_path: Path) -> None:
    (tmp_path / "gc.lisp").write_text("(py.import gc)\n(println (gc.isenabled) (gc.get_freeze_count))")
    assert polyrepl("-e", "(py.import gc) (gc.isenabled)", cwd=tmp_path).out == "true\n"
    assert polyrepl("gc.lisp", cwd=tmp_path).out == "true 0\n"


def test_no_init(tmp_path: Path) -> None:
    configure(tmp_path, init_lisp="(defn from-init [] 7)", config_toml="max-items = 2")
    done = prompted(tmp_path, "(from-init)\n[1 2 3]\n", "--no-init")
    assert "unbound symbol from-init" in done.err
    assert shown(done) == ["[1 2 3]"]


def test_programs_read_no_init(tmp_path: Path) -> None:
    configure(tmp_path, init_lisp='(println "init")', config_toml="nonsense = 1")
    for args, stdin in ((["-e", "1"], ""), ([], "1"), (["-"], "1")):
        done = polyrepl(*args, stdin=stdin, cwd=tmp_path)
        assert (done.code, done.out, done.err) == (0, "1\n", "")


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("init_lisp", "(car 1", "init.lisp:1:1: error: ( is never closed"),
        ("init_lisp", '(println 1)\n(py.int "x")', "init.lisp:2:1: ValueError"),
        ("init_lisp", "(py.import", "did not run to its end"),
        ("config_toml", "max-item = 3", "config.toml:1: unknown setting max-item: did you mean max-items?"),
        ("config_toml", "max-items = \n", "config.toml: Invalid value"),
        ("config_toml", "editing = 'ed'", "config.toml:1: editing is one of emacs, vi, not 'ed'"),
    ],
)
def test_a_broken_file_is_told_of_and_the_prompt_comes(
    file: str, text: str, says: str, tmp_path: Path
) -> None:
    configure(tmp_path, **{file: text})
    done = prompted(tmp_path, "(+ 1 2)\n")
    assert says in done.err
    assert "Traceback" not in done.err
    assert (done.code, shown(done)[-1]) == (0, "3")


# -- ways to start ---------------------------------------------------------------------------------


def test_interactive_after_a_form_or_a_file(tmp_path: Path) -> None:
    assert shown(prompted(tmp_path, "(inc x)\n", "-e", "(def x 41)")) == ["42"]
    (tmp_path / "p.lisp").write_text("(def y 1)")
    assert shown(prompted(tmp_path, "(+ y (count *argv*))\n", "p.lisp", "a", "b")) == ["3"]


def test_interactive_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "p.lisp").write_text('(def reached 1)\n(throw (Error "broken"))\n(def reached 2)')
    done = prompted(tmp_path, "reached\n,bt\n", "p.lisp")
    assert shown(done)[0] == "1" and done.code == 0
    assert "p.lisp:2:8: Error: broken" in done.err
    assert "Error: broken" in done.out
    assert prompted(tmp_path, "1\n", "-e", "(exit 4)").code == 4


@pytest.mark.parametrize("form", ['(py.exec "while True: pass")', "(while true nil)", '(py.eval "input()")'])
def test_exit_code_of_the_prompt_after_ctrl_c(form: str, tmp_path: Path) -> None:
    with Child(
        [*COMMAND, "-i"], env=environment(tmp_path),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(f'(println "go") {form}\n'.encode())
        child.stdin.flush()
        while b"go" not in (line := child.stdout.readline()):
            assert line
        child.send_signal(signal.SIGINT)
        while b"Interrupted" not in (line := child.stdout.readline()):
            assert line
        out, _ = child.communicate(b"(exit 3)\n", timeout=30)
        assert child.returncode == 3, out


def test_exit_code_of_the_prompt(tmp_path: Path) -> None:
    assert prompted(tmp_path, "(exit 7)\n").code == 7
    assert prompted(tmp_path, ",quit\n(exit 7)\n").code == 0


def test_a_form_that_never_ends_is_told_of(tmp_path: Path) -> None:
    done = prompted(tmp_path, "(+ 1\n")
    assert "( is never closed" in done.err


@pytest.mark.skipif(not (Path(sys.executable).parent / "polyrepl").exists(), reason="not installed")
def test_ctrl_c_while_it_starts_leaves_without_a_traceback(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text('#!/bin/sh\n[ "$1" = --version ] && echo v24.0.0 && exit\nkill -INT $PPID\n')
    node.chmod(0o755)
    done = polyrepl("-e", "(+ 1 2)", cwd=tmp_path, POLYREPL_NODE=str(node))
    assert (done.code, done.out) == (-signal.SIGINT, "") and "Traceback" not in done.err


def test_shebang(tmp_path: Path) -> None:
    script = tmp_path / "hello.lisp"
    script.write_text("#!/usr/bin/env polyrepl\n(println (first *argv*) (count *argv*))\n")
    script.chmod(0o755)
    env = environment(tmp_path)
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    done = subprocess.run(
        [str(script), "you", "-e"], capture_output=True, text=True, env=env, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "you 2\n", "")


# -- colour ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
    ],
)
def test_colour_without_a_terminal(env: dict[str, str], colored: bool, tmp_path: Path) -> None:
    done = prompted(tmp_path, ':a\n(py.int "x")\n', **env)
    assert bool(ESCAPE.search(done.out)) is colored
    assert bool(ESCAPE.search(done.err)) is colored


class Tty:
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("env", "colored"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
    ],
)
def test_colour_on_a_terminal(env: dict[str, str], colored: bool) -> None:
    assert wants_color(Tty(), env) is colored  # type: ignore[arg-type]


class KeysThatCancel:
    """An editor whose first two texts are given up with Ctrl-C."""

    mode: Mode = "lisp"

    def __init__(self) -> None:
        self.events: list[str] = []

    @contextlib.contextmanager
    def raw(self) -> Iterator[None]:
        self.events.append("raw")
        yield
        self.events.append("not raw")

    async def read(self, before: Callable[[], None] | None = None) -> str:
        self.events.append("read")
        if self.events.count("read") < 3:
            raise KeyboardInterrupt
        return "(exit 3)"


def test_the_terminal_stays_raw_from_a_cancelled_text_to_the_next() -> None:
    """Keys that come right behind a Ctrl-C would be echoed, a cursor key as ^[[D."""
    with Prompt() as prompt:
        editor = KeysThatCancel()
        prompt.terminal.editor = editor  # type: ignore[assignment]
        assert prompt.run(prompt.terminal.loop()) == 3
    assert editor.events == ["raw", "read", "read", "read", "not raw"]
