"""Which call the cursor of a JavaScript text is in, and which name it is at."""

from __future__ import annotations

import pytest
from polyrepl.repl.complete.js_context import call_head, word_at


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("Math.max(1", "Math.max"),
        ("new URL(", "URL"),
        ("f(g(1), ", "f"),
        ("f(')', \"(\", `(${", "f"),
        ("f(/* g( */ [1, {a: ", "f"),
        ("f(1) // g(", ""),
        ("f(1)", ""),
        ("x = (1", ""),
        ("a.b (", "a.b"),
        ("f(function () {", "f"),
        ("`a ${Math.min(", "Math.min"),
        ("`a ${f(1)} ${g(`x`, ", "g"),
        ("`${`${f(", "f"),
        ("f(`a ${b} (`, 1, ", "f"),
        ("`a \\` ${f(", "f"),
        ("`$ $${f(", "f"),
        ("`a ${f(1)}`", ""),
    ],
)
def test_call_head(text: str, head: str) -> None:
    assert call_head(text, len(text)) == head


def test_word_at() -> None:
    assert word_at("a+Math.max(1)", 8) == "Math.max"
    assert word_at("a+Math.max(1)", 4) == "Math"
    assert word_at("f(12", 4) == ""


def test_a_long_text_is_looked_at_in_part() -> None:
    text = "f(" + "`(" * 200_000
    assert call_head(text, len(text)) in ("", "f")
