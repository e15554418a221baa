"""Compiling ahead of time: only `defmacro` and `(for-macros ..)` are evaluated while a file is compiled."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lisp_host import NODE
from polyrepl.lisp.compiler import LispErrors, compile, compile_module
from polyrepl.lisp.errors import LispError


def run(text: str, lisp: Any, tmp_path: Path) -> str:
    """What the text gives in plain Node."""
    made = compile(text, macro_host=lisp)
    file = tmp_path / "run.mjs"
    file.write_text(f"console.log(await (0, eval)({json.dumps(made.code)})({{}}))")
    done = subprocess.run([NODE, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_macros_expand_while_compiling(lisp: Any, tmp_path: Path) -> None:
    lisp.ask(op="reset")
    text = "(defmacro twice [x] `(let [v# ~x] (+ v# v#))) (def y 4) (str (twice y))"
    assert run(text, lisp, tmp_path) == "8"


def test_definitions_for_macros_are_there_for_both(lisp: Any, tmp_path: Path) -> None:
    lisp.ask(op="reset")
    text = """
      (for-macros
        (def times 3)
        (defn even-more [x] (if (< x 10) (more x) x))
        (defn more [x] (even-more (* x times))))
      (defmacro grown [x] (more x))
      (defmacro named [x] `(do (def ~(symbol (str "the-" x)) times) (more ~x)))
      (str (grown 2) " " (named 5) " " the-5 " " (more 1))"""
    assert run(text, lisp, tmp_path) == "18 15 3 27"


def test_other_forms_do_not_run(lisp: Any, tmp_path: Path) -> None:
    lisp.ask(op="reset")
    compile_module(
        '(def started (do (set! globalThis.ran true) 1)) (println "x") (defmacro m [] 1) (m)', macro_host=lisp
    )
    assert lisp.known(["ran", "started"]) == set()


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("(defn helper [x] x) (defmacro m [x] (helper x)) (m 1)", "helper"),
        ("(defmacro m [x] (map (fn [y] (str y limit)) x)) (def limit 1) (m [1])", "limit"),
        ("(def base 1) (for-macros (defn f [] base))", "base"),
        ("(defmacro m [] (later)) (for-macros (defn later [] 1)) (m)", "later"),
    ],
)
def test_a_macro_cannot_call_what_is_not_there_yet(lisp: Any, text: str, at: str) -> None:
    lisp.ask(op="reset")
    with pytest.raises(LispError) as caught:
        compile(text, macro_host=lisp)
    error = caught.value.errors[0] if isinstance(caught.value, LispErrors) else caught.value
    assert error.code == "not-for-macros" and error.span is not None and error.span.text == at
    assert "(for-macros ..)" in str(error.hint)


def test_for_macros_reports_what_fails(lisp: Any) -> None:
    lisp.ask(op="reset")
    for text, code in [
        ('(for-macros (def x (throw (error "no"))))', "macro-failed"),
        ("(for-macros (def x (await 1)))", "macro-await"),
        ("(fn [] (for-macros (def x 1)))", "macro-here"),
    ]:
        with pytest.raises(LispError) as caught:
            compile(text, macro_host=lisp)
        assert caught.value.code == code, text
    with pytest.raises(LispError) as caught:
        compile("(for-macros (def x 1))")
    assert caught.value.code == "needs-host"


def test_a_session_needs_no_for_macros(lisp: Any) -> None:
    assert lisp.run("(defn h [x] `(+ 1 ~x)) (for-macros (def y 2)) (defmacro m [x] (h x)) (m y)") == "3"
