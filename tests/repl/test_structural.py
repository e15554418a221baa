"""Structural editing, each move as `before -> after` with | for the cursor."""

from __future__ import annotations

import pytest
from polyrepl.repl.terminal import structural

MOVES = [
    ("slurp_forward", "(a |b) c", "(a |b c)"),
    ("slurp_forward", "(|) a b", "(|a) b"),
    ("slurp_forward", "((a |b)) c", "((a |b) c)"),
    ("slurp_forward", '[1|] "s t" 2', '[1| "s t"] 2'),
    ("slurp_forward", "(a |b)\n  'c d", "(a |b\n  'c) d"),
    ("slurp_forward", "(a |b", None),
    ("slurp_forward", "a |b", None),
    ("barf_forward", "(a |b c)", "(a |b) c"),
    ("barf_forward", "(|a)", "(|) a"),
    ("barf_forward", "(|)", None),
    ("slurp_backward", "a (b| c)", "(a b| c)"),
    ("slurp_backward", "a '(b| c)", "'(a b| c)"),
    ("barf_backward", "(a b| c)", "a (b| c)"),
    ("raise_form", "(a (f| x) b)", "(a f| b)"),
    ("raise_form", "(a |(f x) b)", "|(f x)"),
    ("splice", "(a (b| c) d)", "(a b| c d)"),
    ("splice", "(a #{b| c} d)", "(a b| c d)"),
    ("wrap", "a |b c", "a (|b) c"),
    ("wrap", "a |", "a (|)"),
    ("kill_form", "(a |(b c) d)", "(a | d)"),
    ("kill_form", "(a| b)", "(a|)"),
    ("kill_form", '(a |"x (" b)', "(a | b)"),
    ("kill_form", "(a |)", None),
    ("transpose", "(a |b)", "(b a|)"),
    ("transpose", "(a b|)", "(b a|)"),
    ("transpose", "(f [1] |{:a 1} x)", "(f {:a 1} [1]| x)"),
    ("transpose", "|a", None),
]


@pytest.mark.parametrize(("move", "before", "after"), MOVES)
def test_move(move: str, before: str, after: str | None) -> None:
    cursor = before.index("|")
    done = getattr(structural, move)(before.replace("|", ""), cursor)
    if done is not None:
        text, cursor = done
        done = text[:cursor] + "|" + text[cursor:]
    assert done == after


@pytest.mark.parametrize(
    ("before", "forward", "backward"),
    [
        ("|(a b) c", "(a b)| c", "|(a b) c"),
        ("(a |b) c", "(a b|) c", "(|a b) c"),
        ("(a b|) c", "(a b)| c", "(a |b) c"),
        ('(f f"x{y}z"| 1)', '(f f"x{y}z" 1|)', '(f |f"x{y}z" 1)'),
    ],
)
def test_jump(before: str, forward: str, backward: str) -> None:
    cursor = before.index("|")
    text = before.replace("|", "")
    for jump, after in ((structural.forward_form, forward), (structural.backward_form, backward)):
        at = jump(text, cursor)
        assert text[:at] + "|" + text[at:] == after


@pytest.mark.parametrize("text", ["", "(", ")", '"', 'f"{', "#_", "'", "(((", "]["])
def test_no_text_breaks_it(text: str) -> None:
    for move in dict.fromkeys(row[0] for row in MOVES):
        for cursor in range(len(text) + 1):
            getattr(structural, move)(text, cursor)
