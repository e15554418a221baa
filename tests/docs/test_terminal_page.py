"""docs/terminal.md tells the truth: its tables are the program's, its examples of structural editing hold."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

import pytest
from polyrepl.repl import cli
from polyrepl.repl.terminal import structural
from polyrepl.repl.terminal.keys import JUMPS, MOVES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ([\w ]+) \| ([^|]*) \| `([^`|]*)` \| `([^`]*)` → `([^`]*)` \|$", re.MULTILINE)
ROWS = ROW.findall(PAGE)
NAMES = {"right": "Right", "left": "Left", "s-left": "Shift-Left", "s-right": "Shift-Right"}


def test_commands_and_settings_are_the_program_s() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "terminal_reference.py"), "--check"], check=False, text=True,
        capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_every_picture_is_there_and_there_are_six() -> None:
    found = re.findall(r"!\[[^\]]+\]\((images/[^)]+)\)", PAGE)
    assert len(found) == 6
    for name in found:
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert text.startswith("<svg") and text.rstrip().endswith("</svg>")
        assert len(text) < 40_000 and "/tmp" not in text


def spelled(keys: tuple[str, ...]) -> str:
    """("escape", "c-k") as Ctrl-Alt-k."""
    key = keys[1]
    if key.startswith("c-"):
        return f"Ctrl-Alt-{key[2:]}"
    return f"Alt-{NAMES.get(key, key)}"


def test_the_table_has_every_structural_key() -> None:
    table = {name.replace(" ", "_"): (emacs, vi) for name, emacs, vi, _, _ in ROWS}
    table["raise_form"] = table.pop("raise")
    for name, (emacs, vi) in MOVES.items():
        assert table[name] == (spelled(emacs[0]), "".join(vi)), name
    for keys in JUMPS.values():
        assert spelled(keys) in PAGE


@pytest.mark.parametrize(("name", "before", "after"), [(row[0], row[3], row[4]) for row in ROWS])
def test_examples_of_structural_editing(name: str, before: str, after: str) -> None:
    move = getattr(structural, {"raise": "raise_form"}.get(name, name.replace(" ", "_")))
    text, cursor = move(before.replace("│", ""), before.index("│"))
    assert text[:cursor] + "│" + text[cursor:] == after


def test_every_option_and_subcommand_is_named() -> None:
    for action in cli.parser()._actions:
        if (
            action.option_strings
            and action.help != argparse.SUPPRESS
            and action.dest not in ("help", "version")
        ):
            assert any(f"`{word}" in PAGE or f" {word} " in PAGE for word in action.option_strings), action
    for name in cli.SUBCOMMANDS:
        assert f"polyrepl {name}" in PAGE or name in ("kernel", "compile", "fmt"), (
            name
        )  # these have own pages
