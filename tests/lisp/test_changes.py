"""What a form defines is kept or dropped as a whole."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.errors import LispError, render

TABLES = sorted((Path(__file__).parent / "tables").glob("*.lisp"))


def loader(name: str, importer: str) -> tuple[str, str]:
    if name == "./broken.lisp":
        return "(def half 1) (nope)", "/broken.lisp"
    return "(def one 1) (defn two [] one)", f"/{name}"


class Host:
    """Gives back the first argument of any macro."""

    def define(self, js: str, name: str) -> int:
        return 1

    def expand(self, id: int, form_wire: Any) -> Any:
        return form_wire[0] if form_wire else [None]

    def known(self, names: list[str]) -> set[str]:
        return set()


def compiler() -> Compiler:
    made = Compiler(host=Host(), source_map=False)
    made.loader = loader
    return made


def seen(lisp: Compiler, texts: list[str]) -> list[Any]:
    """All that compiling these texts shows, form by form."""
    found: list[Any] = []
    for text in texts:
        try:
            for form in lisp.read(text):
                made = lisp.compile(form)
                warnings = [render(warning) for warning in made.warnings]
                found.append((made.code, made.names, made.quiet, made.is_async, warnings))
        except LispError as error:
            found.append((error.code, error.message, error.hint))
    return [*found, lisp.globals, lisp.macros, [lisp.doc(name) for name in lisp.globals]]


FORMS = [
    "(def m {:a 1})",
    "(def m 5)",
    '(def m "Doc." 5)',
    "(def m (nope))",
    "(m :a)",
    "(defn f [x] x)",
    "(defn f [] (await (g2)))",
    "(declare g2 f)",
    "(do (def zz 1) (nope))",
    "[zz]",
    "(f 1)",
    "(+ 1 (f))",
    "(defmacro mac [x] x)",
    "(defmacro mac [x] (f x) (nope))",
    "(def mac 3)",
    "(mac 1)",
    "(define-syntax m (syntax-rules () ((_ x) (str x))))",
    '(py.import "math" :as f)',
    '(import "./lib.lisp" :as lib)',
    '(import "./other.lisp" :refer [one])',
    '(import "./broken.lisp" :as lib)',
    "(lib.two)",
    "[one]",
    "`(one ~m)",
    "(defclass C (method [this] m))",
    "(for-macros (def helper 1))",
    "(defonce m 1)",
    "(define (f x) (define (g2 y) y) (g2 x))",
    "(defn outer [] (def inner 2) inner)",
    "inner",
    "(let [m 1] (def f (fn [] m)) (def zz [1]))",
    "(set! m 5)",
    "(begin-for-syntax (def helper (fn [x] x)))",
    "(letrec-syntax ((k (syntax-rules () ((_ x) x)))) (def via (k 1)))",
    "(py.defn f [x] (+ x 1))",
    "(def f (py.fn [x] x))",
    '(py.import "math" :refer [f])',
    '(js.import "node:fs" :as m)',
    '(js.import "node:fs" :refer [f])',
    '(import "./lib.lisp" :as lib :reload)',
    "(lib.nope)",
    "(defclass m (method [this] 1))",
    "(try (def m 1) (catch Error e (def f e)) (finally (def zz 2)))",
    "(loop [i 0] (when (< i 2) (def m i) (recur (inc i))))",
    "(defn odd [n] (if (= n 0) false (even (- n 1))))",
    "(defn even [n] (if (= n 0) true (odd (- n 1))))",
    "(even 3)",
    "(def + -)",
    "(+ 1 2)",
    "(defmacro when [x] x)",
    "(when 1)",
    "(def URL 1)",
    "(URL 2)",
    "(do (defmacro f [x] x) (nope))",
    "(def zz (def m (def f 1)))",
]


@given(st.lists(st.sampled_from(FORMS)), st.lists(st.sampled_from(FORMS)), st.lists(st.sampled_from(FORMS)))
def test_what_was_dropped_has_never_been(before: list[str], dropped: list[str], after: list[str]) -> None:
    with_it, without = compiler(), compiler()
    assert seen(with_it, before) == seen(without, before)
    for text in dropped:
        try:
            with_it.look(text, "<dropped>")
        except LispError:
            continue
    assert seen(with_it, after) == seen(without, after)


def programs() -> list[str]:
    found: list[str] = []
    for table in TABLES:
        found += re.split(r"\n\s*\n", table.read_text(encoding="utf-8"))
    return found


@given(st.data())
def test_programs_of_the_tables_leave_nothing_when_dropped(data: st.DataObject) -> None:
    texts = programs()
    first, dropped, last = (data.draw(st.sampled_from(texts)) for _ in range(3))
    with_it, without = compiler(), compiler()
    assert seen(with_it, [first]) == seen(without, [first])
    with contextlib.suppress(LispError):
        with_it.look(dropped, "<dropped>")
    assert seen(with_it, [last]) == seen(without, [last])


@pytest.mark.parametrize(("ran", "says"), [(["a"], "(a y)"), ([], "(a x)"), (["a", "b"], "(a y)")])
def test_of_a_form_that_failed_what_ran_is_kept(ran: list[str], says: str) -> None:
    lisp = compiler()
    first, second = lisp.read("(defn a [x] x) (do (defn a [y] y) (defn b [] 1))")
    lisp.compile(first)
    made = lisp.compile(second)
    assert made.changes is not None and made.changes.js == ["a", "b"]
    lisp.take_back(made, ran)
    assert lisp.doc("a") == says
    assert ("b" in lisp.globals) == ("b" in ran)


def test_a_file_whose_code_failed_is_imported_anew() -> None:
    lisp = compiler()
    (form,) = lisp.read('(import "./lib.lisp" :as lib)')
    made = lisp.compile(form)
    assert made.changes is not None and len(made.changes.js) == 2
    lisp.take_back(made, made.changes.js[:1])
    assert "lib" not in lisp.globals
    assert "1" in lisp.compile(form).code


def test_a_macro_that_a_failed_definition_replaced_is_back() -> None:
    lisp = compiler()
    macro, form, use = lisp.read("(define-syntax m (syntax-rules () ((_ x) (str x)))) (def m 1) (m 2)")
    lisp.compile(macro)
    lisp.take_back(lisp.compile(form), [])
    assert "str(2)" in lisp.compile(use).code
