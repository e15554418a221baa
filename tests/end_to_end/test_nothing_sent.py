"""What a program's names hold never reaches the terminal as a command; signals open nothing."""

from __future__ import annotations

import pytest
from running import polyrepl


@pytest.mark.parametrize(
    ("program", "shown"),
    [
        (r'(symbol "a\u001b[31mb")', r"a\u001b[31mb"),
        (r'(js.Symbol "a\u001b[31mb")', r"#<Symbol a\u001b[31mb>"),
        (r'{(js.Symbol "a\u001b]0;t\u0007") 1}', r"\u001b]0;t\u0007"),
        ("(foo\x1b[31m 1)", "\ufffd[31m"),
        ('(throw (Error. "m")) ; \x1b[31m', "\ufffd[31m"),
        (r'(throw (Object.assign (Error. "m") {:hint "x\u001b[31m"}))', "hint: x␛[31m"),
        (r'(py.import "mod\u001b[31m")', "pip install mod␛[31m"),
    ],
)  # fmt: skip
def test_control_characters_are_shown(program: str, shown: str) -> None:
    done = polyrepl("-e", program)
    lines = (done.out + done.err).split("\n")
    assert any(shown in line for line in lines), lines
    assert "\x1b" not in done.out
    assert not any("\x1b" in line for line in lines if line.startswith("  "))


def test_sigusr1_does_not_open_the_inspector() -> None:
    program = (
        '(let [got (promise (fn (ok) (process.on "SIGUSR1" (fn () (ok "heard")))))] '
        '(process.kill process.pid "SIGUSR1") (println (await got)))'
    )
    assert polyrepl("-e", program).out == "heard\n"


def test_sigusr1_without_a_listener() -> None:
    program = (
        '(do (process.kill process.pid "SIGUSR1") (await (sleep 300)) (.url (require "node:inspector")))'
    )
    done = polyrepl("-e", program, "-e", '"alive"')
    assert (done.code, done.out) == (0, '"alive"\n')
