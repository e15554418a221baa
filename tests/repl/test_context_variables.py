"""What a form sets in Python's context variables (`np.errstate`, decimal's precision) holds in it, and in the
forms behind it: at the prompt, in a file, by a pipe; in a kernel see its tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl
from screen import Screen

SETUP = """(py.import "decimal" :as dec) (py.import "contextvars") (py.import "contextlib")
(def place (contextvars.ContextVar "place" :default 0))
(def third (fn [] (str (/ (dec.Decimal 1) 3))))
"""
FORMS = [
    ("(with [c (dec.localcontext :prec 4)] (third))", '"0.3333"'),
    ("(with [c (dec.localcontext :prec 4)] (await (sleep 1)) (third))", '"0.3333"'),
    ("(count (third))", "30"),
    ("(do (set! (.-prec (dec.getcontext)) 5) (third))", '"0.33333"'),
    ("(third)", '"0.33333"'),
    ("(do (await (sleep 1)) (set! (.-prec (dec.getcontext)) 6) (third))", '"0.333333"'),
    ("(third)", '"0.333333"'),
    ("(do (.set place 7) (.get place))", "7"),
    ("(.get place)", "7"),
    ("(do (await (sleep 1)) (.set place 8) (await (sleep 1)) (.get place))", "8"),
    ("(.get place)", "8"),
    ("(do (with [c (dec.localcontext :prec 2)] (.set place 9)) (.get place))", "9"),
    ("[(.get place) (third)]", '[9 "0.333333"]'),
    ("(do (def t (.set place 1)) (await (sleep 1)) (.reset place t) (.get place))", "9"),
    ("(.get place)", "9"),
]


@pytest.mark.parametrize("how", ["file", "pipe", "forms"])
def test_in_a_program(tmp_path: Path, how: str) -> None:
    text = SETUP + "\n".join(f"(prn {form})" if how == "file" else form for form, _ in FORMS) + "\n"
    (tmp_path / "p.lisp").write_text(text)
    if how == "file":
        done = polyrepl(str(tmp_path / "p.lisp"))
    elif how == "pipe":
        done = polyrepl(stdin=text)
    else:
        done = polyrepl("-e", SETUP, *[part for form, _ in FORMS for part in ("-e", form)])
    assert done.err == ""
    assert done.out.splitlines() == [value for _, value in FORMS]


def test_at_the_prompt(tmp_path: Path) -> None:
    with Screen(tmp_path) as screen:
        screen.ready()
        for form in SETUP.splitlines():
            screen.submit(form)
            screen.ready()
        for number, (form, value) in enumerate(FORMS):
            screen.submit(f"[{number} {form}]")
            screen.result(f"[{number} {value}]")
        screen.submit(",py import decimal; decimal.setcontext(decimal.Context(prec=3))")
        screen.ready()
        screen.submit("[:py (third)]")
        screen.result('[:py "0.333"]')
        screen.submit("(dec.setcontext (dec.Context :prec 2))")
        screen.ready()
        screen.submit(",py str(decimal.Decimal(1) / 3)")
        screen.result("'0.33'")
