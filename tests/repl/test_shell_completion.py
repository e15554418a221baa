"""The completion files of the shells: they offer what the command line takes, and the shells accept them."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from polyrepl.repl import cli
from polyrepl.repl.command_line.shell_completion import FILES, FOLDER, completion


def words() -> list[str]:
    """Every option and subcommand of `polyrepl`."""
    options = [
        option
        for action in cli.parser()._actions
        if action.help != argparse.SUPPRESS
        for option in action.option_strings
    ]
    return [*options, *cli.SUBCOMMANDS]


@pytest.mark.parametrize("shell", FILES)
@pytest.mark.parametrize("word", words())
def test_every_word_is_offered(shell: str, word: str) -> None:
    text = (FOLDER / FILES[shell]).read_text(encoding="utf-8")
    wanted = r"-(s|l) " + word.lstrip("-") if shell == "fish" and word.startswith("-") else re.escape(word)
    assert re.search(rf"(?<![\w-]){wanted}(?![\w-])", text), f"add {word} to repl/completions/{FILES[shell]}"


@pytest.mark.parametrize("shell", FILES)
def test_the_command_prints_the_file(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert completion([shell]) == 0
    assert capsys.readouterr().out == (FOLDER / FILES[shell]).read_text(encoding="utf-8")


def test_another_word_is_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert completion(["tcsh"]) == 2
    assert "bash|zsh|fish" in capsys.readouterr().err


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        (["polyrepl", "--no"], {"--no-init"}),
        (["polyrepl", "kernel", ""], {"install", "uninstall", "list"}),
        (["polyrepl", "completion", "f"], {"fish"}),
        (["polyrepl", "doctor", ""], set()),
        (["polyrepl", "no"], {"node", "notes.lisp"}),
        (["polyrepl", "-i", "s"], {"sub dir/"}),
    ],
)
def test_bash(line: list[str], offered: set[str], tmp_path: Path) -> None:
    for name in ("notes.lisp", "notes.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "sub dir").mkdir()
    program = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _polyrepl; '
    program += 'printf "%s\\n" "${COMPREPLY[@]}"'
    out = run("bash", "-c", program, "bash", str(FOLDER / FILES["bash"]), *line, cwd=tmp_path)
    assert set(filter(None, out.split("\n"))) == offered


@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh here")
def test_zsh_reads_its_file() -> None:
    run("zsh", "-n", str(FOLDER / FILES["zsh"]))


@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish here")
@pytest.mark.parametrize(
    ("line", "offered"),
    [("polyrepl --keep", "--keep-going"), ("polyrepl kernel u", "uninstall"), ("polyrepl n", "npm")],
)
def test_fish(line: str, offered: str) -> None:
    program = f"source '{FOLDER / FILES['fish']}'; complete -C '{line}'"
    assert offered in [row.split("\t")[0] for row in run("fish", "--no-config", "-c", program).splitlines()]
