"""Where a new line begins. Each program stands as it should; the indentation of every line is asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polyrepl.lisp.layout.indent import body_at, indent_for

GOOD = [
    "(defn f [x]\n  (let [a 1\n        b 2]\n    (+ a b)))",
    "(defn f\n  [x]\n  x)",
    "(defn f\n  ([x] x)\n  ([x y]\n   (+ x\n      y)))",
    "(define (f x)\n  (* x x))",
    "(let ((x 1)\n      (y 2))\n  x)",
    "(let\n    [x 1]\n  x)",
    "(foo a\n     b\n     c)",
    "(foo\n  a\n  b)",
    "((f x)\n y)",
    "[1 2\n 3\n [4\n  5]]",
    "{:a 1\n :b {:c 2\n     :d 3}}",
    "#{1\n  2}",
    "#(foo %\n      1)",
    "#(when %\n   1)",
    "'(1 2\n  3)",
    "`(let [a 1]\n   ~b)",
    "(if a\n  b\n  c)",
    "(when (foo)\n  (bar)\n  (baz))",
    "(try\n  (a)\n  (catch E e\n    (b))\n  (finally\n    (c)))",
    "(cond\n  a 1\n  b 2)",
    "(-> x\n    (f 1)\n    g)",
    "(doto x\n  (.a)\n  (.b))",
    "(as-> x y\n  (f y))",
    "(for [x xs\n      :when x]\n  x)",
    "(defclass A (extends B)\n  (area [this]\n    (* 1 2))\n  (get name []\n    1))",
    "(letfn [(f [x]\n          (g x))\n        (g [x]\n          x)]\n  (f 1))",
    "(fn (x)\n  x)",
    "(with-open [f x]\n  f)",
    "(with-meta x\n           y)",
    "(deftest a\n  b)",
    "(default a\n         b)",
    'f"a {(foo 1\n          2)} b"',
    '(f "a" f"b{c}d"\n   e)',
    "(a ; x\n  b)",
    "(f #_x y\n   z)",
    "\n",
    "(a)\n(b)",
    "(:key m\n      d)",
]


@pytest.mark.parametrize("program", GOOD)
def test_lines_stand_where_they_should(program: str) -> None:
    lines = program.split("\n")
    at = -1
    for line in lines[1:]:
        at = program.index("\n", at + 1)
        assert indent_for(program, at) == len(line) - len(line.lstrip()), line


def test_strings_and_comments_begin_at_the_margin() -> None:
    assert indent_for('(foo "abc') == 0
    assert indent_for("(foo #| abc") == 0
    assert indent_for('(foo f"abc') == 0
    assert indent_for('(foo f"abc {(g x') == 15


def test_macros_join_the_table() -> None:
    assert indent_for("(unless-not x") == 12
    assert indent_for("(unless-not x", extra={"unless-not": 1}) == 2
    assert body_at("[test & body]") == 1
    assert body_at("([a b] & forms)") == 2
    assert body_at("[a & more]") is None


@given(st.text(alphabet="()[]{}#\"'`~^;|\\\n fnlet1%:-", max_size=80))
def test_never_raises(text: str) -> None:
    assert indent_for(text) >= 0
