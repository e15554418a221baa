"""Nothing but LispError on any text, and `read(write(f)) == f` for every form."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form, List, Number, Str, Symbol, number_text
from polyrepl.lisp.layout.format import format_text
from polyrepl.lisp.layout.indent import indent_for
from polyrepl.lisp.layout.write import write_form
from polyrepl.lisp.read.lexer import tokens
from polyrepl.lisp.read.reader import MAX_DEPTH, Reader, read_all, status

from .fuzz_texts import PROGRAMS, forms, messy_programs

_PIECES = r"""
( ) [ ] { } #( #{ #" f" " ' ` ~@ ~ ^ #_ #| |# ; \ {{ }} % %2 %& : :: :a x
1 - . 0x 10n 1e \u \u{ \x @ # #! π nil , _ e n
"""
PIECES = [*_PIECES.split(), "\n", " ", "\x00", "\ufeff", "\r\n", "\ud800"]


def survives(text: str) -> None:
    """Every entry takes the text; a verdict is given, and its error renders."""
    verdict = status(text)
    assert verdict.kind in ("complete", "incomplete", "invalid", "empty")
    assert (verdict.error is None) == (verdict.kind in ("complete", "empty"))
    if verdict.error is not None:
        assert str(verdict.error).encode("utf-8")
        span = verdict.error.span
        assert span is not None and 0 <= span.start < span.end <= len(text)
    list(tokens(text))
    assert indent_for(text) >= 0
    try:
        format_text(text)
    except LispError:
        assert verdict.error is not None
    reader = Reader(text)
    found = 0
    try:
        while reader.read() is not None:
            found += 1
    except LispError as error:
        assert verdict.error is not None and error.code == verdict.error.code
    else:
        assert found == len(read_all(text))


@given(st.text(max_size=100))
def test_random_text(text: str) -> None:
    survives(text)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_random_pieces(text: str) -> None:
    survives(text)


@given(st.sampled_from(PROGRAMS), st.randoms(use_true_random=False), st.integers(1, 5))
def test_mutated_programs(program: str, rng: random.Random, edits: int) -> None:
    for _ in range(edits):
        at = rng.randrange(len(program) + 1)
        program = program[:at] + rng.choice(["", rng.choice(PIECES)]) + program[at + rng.randrange(3) :]
    survives(program)


@given(messy_programs(), st.data())
def test_prefixes_of_a_program_are_never_invalid_for_long(text: str, data: st.DataObject) -> None:
    """Whatever is called incomplete can be completed: the text that it was cut from is the proof."""
    cut = data.draw(st.integers(0, len(text)))
    verdict = status(text[:cut])
    assert status(text).kind in ("complete", "empty")
    if verdict.kind == "invalid":
        # only a token cut in two may be wrong by itself
        assert verdict.error is not None and verdict.error.span is not None
        assert verdict.error.span.end == cut or verdict.error.code in ("odd-map", "bad-dispatch", "bad-token")


@pytest.mark.parametrize("piece", [p for p in PIECES if p.strip()])
def test_deep_and_long(piece: str) -> None:
    survives(piece * (MAX_DEPTH + 5))
    survives((piece + " ") * 3000)


@given(forms())
def test_what_is_written_reads_back(form: Form) -> None:
    assert read_all(write_form(form)) == [form]
    assert read_all(write_form(form, 20)) == [form]


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_written_read_back(program: str) -> None:
    for form in read_all(program):
        assert read_all(write_form(form)) == [form]
        wide = write_form(form, 60)
        assert read_all(wide) == [form]
        assert format_text(wide) == wide + "\n"


def test_writing() -> None:
    deep: Form = Symbol("x")
    for _ in range(MAX_DEPTH):
        deep = List((deep,))
    assert write_form(deep) == "(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH
    assert write_form(Str('a"\\\n\u200b')) == '"a\\"\\\\\\n\\u200B"'
    assert write_form(read_all("#(f % %2)")[0]) == "#(f %1 %2)"
    assert write_form(read_all("(quote (unquote x))")[0]) == "'~x"
    assert [number_text(v) for v in (1, -0.0, 1.5, 2.0, 1e22, float("inf"))] == [
        "1",
        "-0",
        "1.5",
        "2",
        "1e+22",
        "Infinity",
    ]
    assert [write_form(Number(sign * float("inf"))) for sign in (1, -1)] == ["1e999", "-1e999"]
    assert write_form(Number(1e22)) == "1e+22"
