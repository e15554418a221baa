"""The formatter: a table of before and after, and its laws on every program of the other tests."""

import pytest
from hypothesis import given
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.layout.format import format_text
from polyrepl.lisp.read.lexer import tokens
from polyrepl.lisp.read.reader import read_all

from .fuzz_texts import PROGRAMS, messy_programs
from .test_tables import cases

TABLE = [
    ("", ""),
    ("  \n\n ", ""),
    ("(a  b   c)", "(a b c)\n"),
    ("( a b )", "(a b)\n"),
    ("(a\n b\n)", "(a\n  b)\n"),
    ("(a\n  b\n\n\n\n  c\n\n)", "(a\n  b\n\n  c)\n"),
    ("(a)\n\n\n\n\n(b)", "(a)\n\n\n(b)\n"),
    ("\n\n(a)", "(a)\n"),
    ("(a)(b)", "(a) (b)\n"),
    ('(a"b"c)', '(a "b" c)\n'),
    ("(defn f[x]\n(+ x\n1))", "(defn f [x]\n  (+ x\n     1))\n"),
    ("(let [a 1\nb 2]\na)", "(let [a 1\n      b 2]\n  a)\n"),
    ("(foo\nbar)", "(foo\n  bar)\n"),
    ("{:a 1,:b 2 , :c 3}", "{:a 1, :b 2, :c 3}\n"),
    ("(\n\n a)", "(a)\n"),
    ("' a", "'a\n"),
    ("#_ a ~ @".replace(" ~ @", ""), "#_a\n"),
    ("^  :a   x", "^:a x\n"),
    ("(a   ; c  \n b)", "(a   ; c\n  b)\n"),
    ("(a; c\n b)", "(a ; c\n  b)\n"),
    ("(a ; c\n)", "(a ; c\n  )\n"),
    ("(a [b ; c\n])", "(a [b ; c\n    ])\n"),
    ("(\n; c\na)", "(\n ; c\n a)\n"),
    ("' ; c\nx", "' ; c\nx\n"),
    ("(f ' ; c\nx\ny)", "(f ' ; c\n   x\n   y)\n"),
    ("(a)\n  ; c\n(b)", "(a)\n; c\n(b)\n"),
    ("(when x\n; c\n)", "(when x\n  ; c\n  )\n"),
    ('(a "b\n   c"\nd)', '(a "b\n   c"\n   d)\n'),
    ('f"a{ x }b"', 'f"a{x}b"\n'),
    ('f"a{ {:a 1} }b"', 'f"a{ {:a 1}}b"\n'),
    ('f"a{(g\nx)}b"', 'f"a{(g\n      x)}b"\n'),
    ('f"{a}{ (g  b)}{c}-{d}"', 'f"{a}{(g b)}{c}-{d}"\n'),
    ("(a)\r\n(b)\r\n", "(a)\n(b)\n"),
    ("\ufeff(a)", "(a)\n"),
    ("#!/usr/bin/env polyrepl\n(a )", "#!/usr/bin/env polyrepl\n(a)\n"),
    ("#| a\n   b |#   (c)", "#| a\n   b |# (c)\n"),
    ("(defmacro m [x & body] 1)\n(m a\nb)\n(n a\nb)", "(defmacro m [x & body] 1)\n(m a\n  b)\n(n a\n   b)\n"),
]


@pytest.mark.parametrize(("before", "after"), TABLE)
def test_table(before: str, after: str) -> None:
    assert format_text(before) == after
    assert format_text(after) == after


def test_what_does_not_read_is_not_formatted() -> None:
    with pytest.raises(LispError) as caught:
        format_text("(a", "x.lisp")
    assert str(caught.value).startswith("x.lisp:1:1: error:")


def comments(text: str) -> list[str]:
    return [text[t.start : t.end].rstrip() for t in tokens(text) if t.kind == "comment"]


def check(text: str) -> None:
    once = format_text(text)
    assert read_all(once) == read_all(text)
    assert format_text(once) == once
    assert comments(once) == comments(text)


@pytest.mark.parametrize("program", PROGRAMS)
def test_laws_on_programs(program: str) -> None:
    check(program)


def test_laws_on_all_tables() -> None:
    """Also on the oddest programs that we have."""
    for case in cases():
        if not case.fails:
            check(case.program)


@given(messy_programs())
def test_laws(text: str) -> None:
    check(text)
