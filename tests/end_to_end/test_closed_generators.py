"""A loop that leaves a Python generator early closes it; who takes a part of a held one leaves it open."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl

PRELUDE = """
(py.exec "
closed = []
def gen():
    try:
        yield from range(10)
    finally:
        closed.append('closed')
async def agen():
    try:
        for i in range(10):
            yield i
    finally:
        closed.append('closed')
")
(def g (py.gen))
"""


def run(folder: Path, program: str) -> str:
    (folder / "program.lisp").write_text(program)
    done = polyrepl("program.lisp", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return done.out


@pytest.mark.parametrize(
    "loop",
    [
        "(doseq [x g :while (< x 2)] x)",
        "(for [x g :while (< x 2)] x)",
        '(try (doseq [x g] (when (> x 2) (throw (error "out")))) (catch e nil))',
        "(reduce (fn [a x] (if (> x 2) (reduced a) (+ a x))) 0 g)",
        "(some (fn [x] (> x 3)) g)",
        "(doseq [:await x (py.agen) :while (< x 2)] x)",
        '((globalThis.eval "(g) => { for (const x of g) if (x > 2) break }") g)',
        '(await ((globalThis.eval "async (g) => { for await (const x of g) if (x > 2) break }") (py.agen)))',
    ],
)
def test_a_loop_closes(loop: str, tmp_path: Path) -> None:
    assert run(tmp_path, f"{PRELUDE}\n{loop}\n(println (py.str py.closed))") == "['closed']\n"


@pytest.mark.parametrize(
    ("part", "following"),
    [
        ("(take 2 g)", "2"),
        ("(first g)", "1"),
        ("(second g)", "2"),
        ("(nth g 1)", "2"),
        ("(zip [1 2] g)", "2"),
        ("(take-while (fn [x] (< x 1)) g)", "2"),
        ("(let [[a b] g] a)", "2"),
        ("((fn [[a b]] a) g)", "2"),
    ],
)
def test_a_part_leaves_it_open(part: str, following: str, tmp_path: Path) -> None:
    assert run(tmp_path, f"{PRELUDE}\n{part}\n(println (count py.closed) (first g))") == f"0 {following}\n"


@pytest.mark.parametrize(
    "endless",
    [
        "((fn [] (loop [i 0] (yield i) (recur (inc i)))))",
        '((globalThis.eval "(function* () { for (let i = 0; ; i++) yield i })"))',
    ],
)
def test_what_takes_a_generator_without_end_answers(endless: str, tmp_path: Path) -> None:
    takes = [
        f"(map inc {endless})",
        f"(filter number? {endless})",
        f"(map + {endless} {endless})",
        f"(mapcat list {endless})",
        f"(concat [5] {endless})",
        f"(cons 6 {endless})",
        f"(take-while number? {endless})",
        f"(drop 1 (map-indexed (fn [i x] i) {endless}))",
        f"(partition 2 {endless})",
        f"(reductions + 7 {endless})",
        f"(keep identity (map str {endless}))",
    ]
    program = f"(println {' '.join(f'(first {take})' for take in takes)})"
    assert run(tmp_path, program) == "1 0 0 0 5 6 0 1 [0 1] 7 0\n"


def test_what_takes_a_python_generator_without_end_answers(tmp_path: Path) -> None:
    program = """
(py.import itertools)
(def zeros (py.eval "(i for i in iter(int, 1))"))
(println (take 2 (map inc (itertools.count 5))) (first (filter zero? zeros)))
"""
    assert run(tmp_path, program) == "[6 7] 0\n"


def test_what_is_left_of_a_generator_comes_once_and_in_order(tmp_path: Path) -> None:
    program = """
(defn numbers [n] (loop [i 0] (when (< i n) (yield i) (recur (inc i)))))
(def some (map inc (numbers 30000)))
(println (count some) (nth some 20000) (last some) (= some (vec (range 1 30001))) (reduce + 0 some))
(def few (map inc (numbers 3)))
(println (Array.isArray few) few)
(def failing (map (fn [x] (if (= x 20000) (throw (error "late")) x)) (numbers 30000)))
(println (nth failing 15000) (try (count failing) (catch e (ex-message e))))
"""
    assert run(tmp_path, program) == "30000 20001 30000 true 450015000\ntrue [1 2 3]\n15000 late\n"
