"""The incremental scan: a key in a long buffer costs its own line; colours tell names apart."""

from __future__ import annotations

import random

import pytest
from polyrepl.repl.complete.lines import Lines
from polyrepl.repl.terminal.editor_lexer import EditorLexer, ModeLexer
from prompt_toolkit.document import Document

FORM = ["(defn area-{0} [w h]", '  (let [a (* w h) s "te(xt"]', "    (when (> a {0})", "      (inc a))))"]
LONG = "\n".join(line.replace("{0}", str(number)) for number in range(250) for line in FORM)
NAMES = {"defn": "definer", "let": "special", "when": "macro", "inc": "function", "np": "module"}


def drawn(lines: Lines, text: str, rows: range) -> list[object]:
    get = EditorLexer(lines, lambda: NAMES).lex_document(Document(text))
    return [get(row) for row in rows]


def test_a_key_in_a_buffer_of_1000_lines_scans_one_line() -> None:
    lines = Lines()
    drawn(lines, LONG, range(1000))
    assert lines.scanned == 1000
    at = LONG.index("(inc a)", 15_000) + 4
    text, row = LONG, LONG.count("\n", 0, at)
    for count, key in enumerate("typing", 1):
        text = text[:at] + key + text[at:]
        drawn(lines, text, range(row - 25, row + 25))
        assert lines.scanned == 1000 + count


def test_a_new_line_scans_the_two_it_makes() -> None:
    lines = Lines()
    drawn(lines, LONG, range(1000))
    at = LONG.index("\n", 15_000) - 3
    drawn(lines, LONG[:at] + "\n" + LONG[at:], range(1001))
    assert lines.scanned <= 1003


def test_an_opened_string_scans_only_what_is_on_the_screen() -> None:
    lines = Lines()
    drawn(lines, LONG, range(1000))
    at = LONG.index("(defn area-10 ")
    drawn(lines, LONG[:at] + '"' + LONG[at:], range(30, 80))
    assert lines.scanned <= 1000 + 50


@pytest.mark.parametrize("seed", range(5))
def test_after_any_edits_it_looks_as_if_scanned_anew(seed: int) -> None:
    choose = random.Random(seed)
    lines, text = Lines(), "\n".join(LONG.split("\n")[:40])
    for _ in range(60):
        at = choose.randrange(len(text) + 1)
        if choose.random() < 0.4:
            text = text[:at] + text[at + choose.randrange(1, 8) :]
        else:
            text = (
                text[:at]
                + choose.choice(['"', "(", ")", "\n", "; ", "#|", "|#", "]", 'f"{', "a", " '"])
                + text[at:]
            )
        rows = range(text.count("\n") + 1)
        assert drawn(lines, text, rows) == drawn(Lines(), text, rows)


def styles(text: str, mode: str = "lisp") -> dict[str, str]:
    """The style of each word of a text."""
    lexer = ModeLexer(lambda _: mode, EditorLexer(Lines(), lambda: NAMES))
    get = lexer.lex_document(Document(text))
    found = {}
    for row in range(text.count("\n") + 1):
        found.update({word.strip(): style for style, word, *_ in get(row) if word.strip()})
    return found


def test_names_are_told_apart() -> None:
    found = styles("(let [x 1] (inc (nosuch x :k np.sum)))")
    assert found["let"] == "class:lisp.special"
    assert found["inc"] == "class:lisp.function"
    assert found["nosuch"] == "class:lisp.unknown"
    assert found["x"] == "class:lisp.local"
    assert found[":k"] == "class:lisp.keyword"
    assert found["np.sum"] == "class:lisp.module"


@pytest.mark.parametrize("text", ["(inc 1]", "[1)", "(a})", ")"])
def test_a_bracket_of_the_wrong_kind_is_marked(text: str) -> None:
    assert "class:lisp.mismatch" in styles(text).values()


def test_other_languages_have_their_own_colours() -> None:
    assert "keyword" in styles("def f(x): pass", "py")["def"]
    assert "keyword" in styles("const f = 1", "js")["const"]
    found = styles(",py def f(x): pass", "py")
    assert found[",py"] == "class:command" and "keyword" in found["def"]
