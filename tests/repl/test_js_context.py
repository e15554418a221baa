"""Which name the cursor of a JavaScript text is at."""

from __future__ import annotations

from polyrepl.repl.complete.js_context import is_plain, span_at, start_of


def word_at(text: str, cursor: int) -> str:
    start, end = span_at(text, cursor)
    return text[start:end]


def test_the_name_at_the_cursor() -> None:
    assert word_at("a+Math.max(1)", 8) == "Math.max"
    assert word_at("a+Math.max(1)", 4) == "Math"
    assert word_at("f(12", 4) == "12"
    assert word_at("[1].map(f)", 5) == ".map"
    assert word_at("[...xs.map", 10) == "xs.map"
    assert start_of("[...xs", 4) == 4


def test_names_and_other_things() -> None:
    assert is_plain("Math.max")
    assert is_plain("")
    assert not is_plain(".map")
    assert not is_plain("1.5.toFixed")
