"""What nobody awaits is told once, with its place in the Lisp."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from running import polyrepl

WAIT = "(await (new Promise (fn (r) (setTimeout r 30))))\n"


@pytest.mark.parametrize(
    ("program", "place", "said"),
    [
        ('(defn go () (setTimeout (fn () (throw (Error "boom"))) 1) nil)\n(go)\n', "1:39", "Error: boom"),
        ('(defn go () (Promise.reject (TypeError "lost")) nil)\n(go)\n', "1:29", "TypeError: lost"),
    ],
    ids=["thrown by a timer", "rejected promise"],
)
def test_late_errors_name_the_lisp(tmp_path: Path, program: str, place: str, said: str) -> None:
    file = tmp_path / "program.lisp"
    file.write_text(program + WAIT)
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert done.err.count(said.split(": ")[1]) == 2  # once told, once in the excerpt
    assert f"Uncaught (late) program.lisp:{place}: {said}" in done.err


PYTHON = """
def fails():
    try:
        1 / 0
    except ZeroDivisionError as e:
        error = ValueError("no")
        error.add_note("noted")
        raise error from e
def group():
    return ExceptionGroup("g", [failed(ValueError("v")), KeyError("k")])
def failed(error):
    try:
        raise error
    except ValueError as caught:
        return caught
"""


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (
            "(places.fails)",
            ["ValueError: no", "lisp  p.lisp:2", "py    places.py:8 in fails",
             "caused by ZeroDivisionError: division by zero", "note: noted"],
        ),
        ('(throw (Error. "a" {:cause (TypeError. "b")}))', ["Error: a", "caused by TypeError: b"]),
        (
            '(throw (AggregateError. [(Error. "a") (TypeError. "b")] "both"))',
            ["AggregateError: both", "1 of 2: p.lisp:2: Error: a", "2 of 2: p.lisp:2: TypeError: b"],
        ),
        (
            "(throw (places.group))",
            ["ExceptionGroup: g (2 sub-exceptions)", "1 of 2: places.py:13: ValueError: v",
             "2 of 2: KeyError: 'k'"],
        ),
        (
            '(Promise.any [(Promise.reject (Error. "p"))])',
            ["AggregateError: All", "1 of 1: p.lisp:2: Error: p"],
        ),
    ],
    ids=["python", "cause", "aggregate", "group", "any"],
)  # fmt: skip
@pytest.mark.parametrize("late", [True, False], ids=["late", "awaited"])
def test_all_of_an_error_is_told(tmp_path: Path, body: str, lines: list[str], late: bool) -> None:
    (tmp_path / "places.py").write_text(PYTHON)
    runs = f"(setTimeout (fn () {body}) 1)" if late else f"(await ((fn [] {body})))"
    (tmp_path / "p.lisp").write_text(f'(py.import "places")\n{runs}\n')
    done = polyrepl("p.lisp", cwd=tmp_path)
    assert done.code == 1 and "bridge" not in done.err
    told, at = re.sub(r"/\S*/|(?<=:2):\d+", "", done.err), 0
    for line in lines:
        assert line in told[at:], f"{line} in\n{told}"
        at = told.index(line, at)


def test_of_many_errors_some_are_told(tmp_path: Path) -> None:
    text = """
    (def errors (map (fn [i] (Error. (str "e" i "-"))) (range 3000)))
    (throw (AggregateError. [(AggregateError. errors "inner") (get errors 5)] "outer"))"""
    done = polyrepl("-e", text, cwd=tmp_path)
    assert done.code == 1
    lines = done.err.splitlines()
    assert len(lines) < 40
    assert "    … 2990 more" in lines
    circle = '(let [a (AggregateError. [] "c")] (.push a.errors a) (.push a.errors (Error. "x")) (throw a))'
    done = polyrepl("-e", circle, cwd=tmp_path)
    assert "of 2: <-e>:1:70: Error: x\n  … 1 more" in done.err
