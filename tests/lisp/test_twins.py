"""A function with a numeric twin means what it means without one, whatever it is given and whatever its name
means by then.

Each random function is compiled with its twin and without; both are called with operands of every kind.
"""

from __future__ import annotations

import re
from typing import Any
from unittest.mock import patch

import pytest
from polyrepl.lisp.compiler import Compiler, compile_module
from test_operands import codes, differences

WITHOUT = "polyrepl.lisp.lower.defining.numeric_twins"
# what the name means when the function is called; NAME is the function's, `kept` the function
LATER = [
    "NAME",
    "(def kept NAME) (defn NAME [x y] :other) kept",
    "(def kept NAME) (def NAME (fn [x y] (if (= y 3) 2n (kept x y)))) kept",
    "(def kept NAME) (set! NAME (fn [x y] \"s\")) kept",
    "(def kept NAME) (Reflect.deleteProperty globalThis \"NAME\") kept",
    "(do (defn NAME [x y] (* x 2)) NAME)",
]  # fmt: skip


def asked(text: str, later: str) -> dict[str, Any]:
    """`text` defines NAME, a function of x and y."""
    whole = f"{text} {later}"
    plain = codes(whole.replace("NAME", "fa").replace("kept", "ka").replace("OTHER", "ga"))
    with patch(WITHOUT, return_value=None):
        other = codes(whole.replace("NAME", "fb").replace("kept", "kb").replace("OTHER", "gb"))
    return {"text": whole, "plain": plain, "other": other, "width": 2, "calls": [[5, 3], [8, 0.5], [6.5, 2]]}


def functions(code: str) -> int:
    """How many functions of the program's name there are in the code."""
    return len(re.findall(r"function fa?b?(\$\d)?\(", code))


# all of them end for every operand
SHAPES = [
    "(defn NAME [x y] (if (and (> x 0) (< x 9)) (+ {1} (NAME (- x 1) {2})) {0}))",
    "(defn NAME [x y] (cond (not (and (> x 0) (< x 9))) {0} (< y 2) (NAME (dec x) {1}) "
    ":else (* 2 (NAME (- x 2) {2}))))",
    "(defn NAME [x y] (loop [i 0 s {0}] (if (or (>= i x) (> i 9)) s (recur (inc i) (+ s {1})))))",
    "(defn NAME [x y] (if (and (> x 0) (< x 9)) (recur (dec x) {2}) (< {0} {1})))",
    "(defn NAME [x y] (let [n 0 s x] (while (< n 9) (set! n (inc n)) (set! s (- s {0}))) (+ s {1})))",
    "(defn NAME [x y] (let [a {0} b (* a 2)] (if (and (> x 0) (< x 9)) (NAME (- x 1) (- {1} a)) (+ a b))))",
]


# NAME calls OTHER, a function of an earlier form
PAIRS = [
    "(declare NAME) (defn OTHER [x y] (if (and (> x 0) (< x 9)) (NAME (- x 1) y) y)) "
    "(defn NAME [x y] (if (and (> x 0) (< x 9)) (+ 1 (OTHER (- x 1) (- y 0.5))) (< x y)))",
    "(declare NAME) (defn OTHER [x y] (if (and (> x 0) (< x 9)) (NAME (- x 1) y) (- y))) "
    "(defn NAME [x y] (if (and (> x 0) (< x 9)) (+ 1 (OTHER (- x 1) (- y 0.5))) (+ x y)))",
    "(defn OTHER [x y] (+ (* x 2) y)) "
    "(defn NAME [x y] (loop [i 0 s 0] (if (or (>= i x) (> i 9)) s (recur (inc i) (+ s (OTHER i y))))))",
    "(defn OTHER [x y] (if (< x 2) x (+ y (OTHER (- x 2) y)))) "
    "(defn NAME [x y] (let [s 0 i 0] (while (and (< i x) (< i 9)) (set! s (+ s (OTHER i y)))"
    " (set! i (inc i))) s))",
]
LATER_OF_PAIRS = [
    "NAME",
    "(defn OTHER [x y] :other) NAME",
    '(set! OTHER (fn [x y] (if (> x 2) "s" y))) NAME',
    '(Reflect.deleteProperty globalThis "OTHER") NAME',
    "(def kept OTHER) (def OTHER (fn [x y] (if (= x 3) 2n (kept x y)))) NAME",
    "(def kept NAME) (defn NAME [x y] nil) kept",
    "(def kept OTHER) (def OTHER nil) (def OTHER kept) NAME",
]  # fmt: skip


@pytest.mark.parametrize("later", LATER_OF_PAIRS)
@pytest.mark.parametrize("pair", PAIRS)
def test_a_function_of_an_earlier_form_that_is_called_has_its_twin_there(pair: str, later: str) -> None:
    program = asked(pair, later)
    assert "ofCode(globalThis.ga" in "".join(program["plain"]) or pair is PAIRS[0]
    assert differences([program]) == []


def test_a_function_that_is_not_the_one_that_was_compiled_keeps_its_meaning(lisp: Any) -> None:
    lisp.ask(op="reset")
    sums = "(defn sums [n] (loop [i 0 s 0] (if (< i n) (recur (inc i) (+ s (sq i))) s)))"
    assert lisp.run(f"(defn sq [x] (* x x)) {sums} (sums 5)") == "30"
    changed = "(set! globalThis.sq (fn [x] 100))"
    assert lisp.run(f"(defn sq [x] (* x x)) {changed} {sums} (sums 5)") == "500"
    assert lisp.run(f"(defn sq [x] (* x x)) {sums} {changed} (sums 5)") == "500"
    assert lisp.run(f"(defn sq [x] (* x x)) {sums} (defn sq [x] (* x x)) [(sums 5) (sums 5n)]") == "[30 30]"


FIB = "(defn NAME [x y] (if (< x 2) x (+ (NAME (- x 1) y) (NAME (- x 2) y))))"


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("shape", [shape.format("1", "y", "(+ y 0.5)") for shape in SHAPES])
def test_each_shape_has_a_twin_and_keeps_its_meaning(shape: str, later: str) -> None:
    program = asked(shape, later)
    assert (functions(program["plain"][0]), functions(program["other"][0])) == (2, 1)
    assert differences([program]) == []


def test_what_it_gives_for_numbers_bigints_and_others(lisp: Any) -> None:
    lisp.ask(op="reset")
    fib = FIB.replace("NAME", "fib")
    assert lisp.run(f"{fib} [(fib 20 0) (fib 20n 0) (fib 1.5 0) (fib -0.0 0)]") == "[6765 6765n 1.5 -0]"
    assert lisp.run(f'{fib} [(fib "1" 0) (fib true 0)]') == '["1" true]'
    later = "(def kept fib) (defn fib [x y] 100) [(kept 5 0) (kept 1 0)]"
    assert lisp.run(f"{fib} {later}") == "[200 1]"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(defn walk [n] (if n (+ 1 (walk (if (> n 0) (dec n)))) 0)) (walk 3)", "4"),
        ("(defn odder [n b] (if (> n 0) (odder (dec n) true) (odd? b))) (odder 2 1)", "odd?"),
        ("(defn gives [n b] (if (> n 0) (gives (dec n) nil) (inc b))) (gives 2 1)", "inc"),
        ("(defn sure [n b] (if (> n 0) (sure (dec n) (< n 2)) (if b 1 0))) [(sure 1 1) (sure 2 1)]", "[1 1]"),
    ],
)
def test_a_function_that_gives_itself_other_than_numbers_means_what_it_meant(
    lisp: Any, text: str, value: str
) -> None:
    lisp.ask(op="reset")
    assert value in lisp.run(f"(try (do {text}) (catch e (ex-message e)))")


@pytest.mark.parametrize(
    "body",
    [
        "(if (= n 0) :done (f (dec n)))",
        "(if (= n 0) 1 (+ 1 (f (dec n) 2)))",
        "(if (= n 0) 1 (+ (g n) (f (dec n))))",
        "(if (= n 0) 1 (do (println n) (f (dec n))))",
        "(if (= n 0) 1 (* outer (f (dec n))))",
        "(if (= n 0) 1 (let [[a b] [n 1]] (f (- a b))))",
        "(when (> n 0) (f (dec n)))",
        "(f n)",
        "(* n n)",
    ],
)
def test_what_does_something_else_has_none(body: str) -> None:
    compiler = Compiler(polls=True)
    compiler.declare_names(["g", "outer"])
    (form,) = compiler.read(f"(defn f [n] {body})")
    assert functions(compiler.compile(form).code) == 1


def test_in_a_module_a_name_that_is_set_keeps_the_test_of_numbers_only_where_it_is_fixed() -> None:
    fac = "(defn fac [n] (if (< n 2) 1 (* n (fac (- n 1)))))"
    fixed = compile_module(fac, source_map=None).code
    assert 'if (typeof n === "number") return fac$2(n);' in fixed
    assert "return fac$" not in compile_module(f"{fac} (set! fac (fn [n] 7))", source_map=None).code
    twice = compile_module(f"{fac} (def fac (fn [n] 7))", source_map=None).code
    assert 'if (typeof n === "number" && fac === fac$1) return fac$2(n);' in twice


def test_a_long_function_is_not_written_twice() -> None:
    (form,) = (compiler := Compiler()).read(f"(defn f [n] (if (< n 1) 0 (+ {'n ' * 400} (f (dec n)))))")
    assert functions(compiler.compile(form).code) == 1
