"""Which name the cursor of a JavaScript text is at."""

from __future__ import annotations

from polyrepl.repl.complete.js_context import word_at


def test_word_at() -> None:
    assert word_at("a+Math.max(1)", 8) == "Math.max"
    assert word_at("a+Math.max(1)", 4) == "Math"
    assert word_at("f(12", 4) == ""
