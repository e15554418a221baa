"""Accumulators that nobody else holds are changed in place, and give what copies give.

POLYREPL_GATHERING_PROGRAMS and POLYREPL_GATHERING_SEED say how many random ones are compared, and from where.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from typing import Any

import pytest
from lisp_host import NODE, JsFailure
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.runtime.table import FOLDER

PROGRAMS = int(os.environ.get("POLYREPL_GATHERING_PROGRAMS", "100"))
SEED = int(os.environ.get("POLYREPL_GATHERING_SEED", "1"))
NEW = ["[]", "[1 [2]]", "#{}", "#{1 2}", "{}", "{:a 1}", "{1 2}"]
ITEMS = [
    "[]", "[1 2 1]", "[[:a 1] [:b 2] [:a 3]]", "[{:a 2} {:b nil}]", "[nil]", "nil", '"abc"', "#{[1 2]}", "5",
    "{:k 1 :l 2}", "[[1 2] [[1] 3]]", "(range 5)", "(map inc [1 2])", "'(1 2)", "[#{1} [1 2 3]]", "[1 :a]",
    '[["__proto__" 1]]',
]  # fmt: skip


def outcome(lisp: Any, text: str) -> str:
    try:
        return str(lisp.run(text))
    except JsFailure as error:
        return f"{error.name}: {error}"


@pytest.mark.parametrize("new", NEW)
def test_a_literal_that_conj_gathers_into(new: str, lisp: Any) -> None:
    lisp.ask(op="reset")
    for items in ITEMS:
        plain = outcome(lisp, f"(reduce conj {new} {items})")
        assert plain == outcome(lisp, f"(let [add conj] (reduce add {new} {items}))"), items


def test_each_call_begins_with_a_new_one(lisp: Any) -> None:
    lisp.ask(op="reset")
    assert (
        lisp.run("(def f (fn [xs] (reduce conj [0] xs))) [(f [1]) (f [2 3]) (f [])]") == "[[0 1] [0 2 3] [0]]"
    )


def test_what_somebody_holds_is_copied(lisp: Any) -> None:
    lisp.ask(op="reset")
    assert lisp.run("(def held [0]) [(reduce conj held [1 2]) held]") == "[[0 1 2] [0]]"


def test_it_copies_nothing() -> None:
    """Counted, not timed: an array that is copied is iterated."""
    (form,) = (compiler := Compiler()).read("(fn [xs] (reduce conj [] xs))")
    count = """
    import { pathToFileURL } from "node:url";
    const $rt = await import(pathToFileURL(`${process.argv[1]}/index.mjs`));
    const f = (0, eval)(process.argv[2])({ $rt });
    const xs = Array.from({ length: 10000 }, (_, i) => i);
    let steps = 0;
    const iterate = Array.prototype[Symbol.iterator];
    Array.prototype[Symbol.iterator] = function () { steps += this.length; return iterate.call(this); };
    const made = f(xs).length;
    Array.prototype[Symbol.iterator] = iterate;
    console.log(JSON.stringify([made, steps < 30000]));
    """
    ran = subprocess.run(
        [NODE, "--input-type=module", "-e", count, str(FOLDER), compiler.compile(form).code],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(ran.stdout) == [10000, True]


# -- functions written out, and loops -------------------------------------------------------------

IN_PLACE = [  # an accumulator that nobody else holds, and how its changes are called
    ("(reduce (fn [m x] (assoc m x 1)) {} XS)", "assocOwn"),
    ("(reduce (fn [m x] (assoc m x (inc (get m x 0)))) (hash-map) XS)", "assocOwn"),
    ("(reduce #(assoc %1 %2 (count %1)) {} XS)", "assocOwn"),
    ("(reduce (fn [m [k v]] (assoc m k v)) {} (map (fn [x] [x x]) XS))", "assocOwn"),
    ("(reduce (fn [m x] (update m x (fn [n] (inc (or n 0))))) {} XS)", "updateOwn"),
    ("(reduce (fn [m x] (merge m {x x} nil {:last x})) {} XS)", "mergeOwn"),
    ("(reduce merge {} (map (fn [x] {x x}) XS))", "mergeOwn"),
    ("(reduce into [] (map (fn [x] [x x]) XS))", "intoOwn"),
    ("(reduce (fn [m x] (merge-with + m {x 1})) {} XS)", "mergeWithOwn"),
    ("(reduce (fn [m x] (update-in m [(mod x 3) :n] (fn [n] (inc (or n 0))))) {} XS)", "updateInOwn"),
    ("(reduce (fn [m x] (assoc-in m [x :k] x)) {} XS)", "assocInOwn"),
    ("(reduce (fn [v x] (if (contains? v 2) v (conj v x x))) #{} XS)", "conjOwn"),
    ("(reduce (fn [v x] (-> v (conj x) (conj (* x x)))) [] XS)", "conjOwn"),
    ("(reduce (fn [v x] (let [y (* x 2)] (cond (= y 2) v (= y 4) [] :else (conj v y)))) [] XS)", "conjOwn"),
    ("(reduce (fn [v x] (if (> x 6) (reduced (conj v :end)) (conj v x))) [] XS)", "conjOwn"),
    ("(reduce (fn [v x] (if (> x 6) (reduced [v v]) (conj v x))) [] XS)", "conjOwn"),
    ("(reduce (fn [s x] (disj (conj s x) (dec x))) #{} XS)", "disjOwn"),
    ("(reduce (fn [m x] (dissoc (assoc m x x) (dec x))) {} XS)", "dissocOwn"),
    ("(reduce-kv (fn [m k v] (assoc m v k)) {} {:a 1 :b 2})", "assocOwn"),
    ("(loop [i 0 m {}] (if (< i 9) (recur (inc i) (assoc m i (* i i))) m))", "assocOwn"),
    ("(loop [i 0 m {} n 0] (if (< i 9) (recur (inc i) (assoc m i n) (+ n i)) [m n (count m)]))", "assocOwn"),
    ("(loop [i 0 v []] (cond (= i 9) v (odd? i) (recur (inc i) v) :else (recur (inc i) (conj v i))))",
     "conjOwn"),
    ("(loop [i 0 a [] b #{}] (if (< i 9) (recur (inc i) (conj a (count b)) (conj b (mod i 4))) [a b]))",
     "conjOwn"),
    ("(let go [i 0 m {}] (if (< i 9) (go (inc i) (assoc m i (m (dec i)))) m))", "assocOwn"),
]  # fmt: skip
SHARED = [  # somebody else holds the accumulator, now or later
    "(reduce (fn [m x] (assoc m x m)) {} XS)",
    "(reduce (fn [m x] (push! seen m) (assoc m x 1)) {} XS)",
    "(reduce (fn [m x] (push! seen (fn [] m)) (assoc m x 1)) {} XS)",
    "(reduce (fn [m x] (set! held m) (conj m x)) [] XS)",
    "(reduce (fn [m x] (if (= x 3) held (assoc m x 1))) {} XS)",
    "(reduce (fn [m x] (if (= x 3) (identity held) (assoc m x 1))) {} XS)",
    "(reduce (fn [m x] (let [old m] (assoc m x (count old)))) {} XS)",
    "(reduce (fn [m x] (let [n (assoc m x 1)] (push! seen n) n)) {} XS)",
    "(reduce (fn [m x] (assoc (assoc m x 1) :n (count m))) {} XS)",
    "(reduce (fn [m x] (assoc m x (count (str (get m x m))))) {} XS)",
    "(reduce (fn [m x] (assoc m x (get m :no m))) {} XS)",
    "(reduce (fn step [m x] (push! seen step) (conj m x)) [] XS)",
    "(reduce (fn [m x] (conj m [x 1])) held XS)",
    "(reduce (fn [m x] (try (assoc m x 1 [x] 2) (catch e m))) {} XS)",
    "(reductions (fn [v x] (conj v x)) [] XS)",
    "(loop [i 0 m {}] (push! seen m) (if (< i 4) (recur (inc i) (assoc m i i)) m))",
    "(loop [i 0 m {} n 0] (if (< i 4) (recur (inc i) (assoc m i i) (count m)) [m n]))",
    "(loop [i 0 m {} old nil] (if (< i 4) (recur (inc i) (assoc m i i) m) [m old]))",
    "(loop [i 0 a {} b {}] (if (< i 4) (recur (inc i) (assoc b i i) (assoc a i 0)) [a b]))",
    "(loop [i 0 a {} b {}] (if (< i 4) (recur (inc i) b (assoc a i 0)) [a b]))",
    "(loop [i 0 m []] (if (< i 4) (recur (inc i) (do (set! m (conj m 1)) (conj m i))) m))",
    "(loop [i 0 m held] (if (< i 4) (recur (inc i) (assoc m i i)) [m held]))",
    "(loop [m {} i 0 n m] (if (< i 4) (recur (assoc m i i) (inc i) n) [m n]))",
    "(loop [i 0 m {}] (if (< i 4) (recur (inc i) (if (= i 2) held (assoc m i i))) [m held]))",
    "(loop [i 0 m {}] (try (if (< i 4) (recur (inc i) (assoc m i i)) m) (finally (push! seen m))))",
    "(loop [i 0 m {}] (if (< i 4) (recur (inc i) (assoc m i (fn [] (count m)))) (map (fn [k] ((m k))) [0])))",
]  # fmt: skip
AROUND = "(def held {:h 0}) (def seen []) (def XS [1 2 3 8 2 5]) "
COPYING = (
    "assoc",
    "assoc-in",
    "conj",
    "disj",
    "dissoc",
    "into",
    "merge",
    "merge-with",
    "update",
    "update-in",
)


def copying(text: str) -> str:
    """The program with functions of which the compiler knows nothing."""
    sets = " ".join(f"(set! my-{name} {name})" for name in COPYING)
    names = " ".join(f"my-{name} nil" for name in COPYING)
    for name in COPYING:
        text = text.replace(f"({name} ", f"(my-{name} ").replace(f"reduce {name} ", f"reduce my-{name} ")
    return f"(let [{names}] {sets} {text})"


def both_ways(lisp: Any, text: str) -> tuple[str, str]:
    """What the program gives, and what it left with others, by itself and with copies."""
    ways = [
        f"{AROUND} (def {name} (try (pr-str [{way} held (map #(if (fn? %) 1 %) seen)]) (catch e (str e))))"
        for name, way in (("one", text), ("two", copying(text)))
    ]
    first, second = json.loads(json.loads(lisp.run(f"{' '.join(ways)} (json-str [one two])")))
    return first, second


@pytest.mark.parametrize(("text", "name"), IN_PLACE)
def test_what_nobody_else_holds_is_changed_in_place(text: str, name: str, lisp: Any) -> None:
    compiler = Compiler()
    compiler.declare_names(["XS"])
    (form,) = compiler.read(text)
    assert name in compiler.compile(form).code
    first, second = both_ways(lisp, text)
    assert first == second and "rror" not in first


@pytest.mark.parametrize("text", SHARED)
def test_what_somebody_else_holds_is_not(text: str, lisp: Any) -> None:
    compiler = Compiler()
    compiler.declare_names(["XS", "held", "seen"])
    (form,) = compiler.read(text)
    code = compiler.compile(form).code
    assert "Own(" not in code and "conjOwn(" not in code
    first, second = both_ways(lisp, text)
    assert first == second and "rror" not in first


REFUSED = [  # what a call refuses, it refuses by its own name, and of holes there are none left
    ("(reduce (fn [m x] (update m :k vector)) [1] XS)", "update: expected an index"),
    ("(reduce (fn [m x] (update-in m [:k] vector)) [1] XS)", "update-in: expected an index"),
    ("(reduce (fn [m x] (update-in m [:k :l] vector)) [] XS)", "update-in: expected an index"),
    ("(reduce (fn [m x] (assoc-in m [:k] x)) [1] XS)", "assoc-in: expected an index"),
    ("(reduce (fn [m x] (assoc-in m [:k :l] x)) #{} XS)", "assoc-in: expected a map"),
    ("(reduce (fn [m x] (assoc m :k x)) [] XS)", "assoc: expected an index"),
    ("(loop [i 0 m {}] (if (< i 3) (recur (inc i) (update m [i] vector)) m))", "update: an array of 1"),
    ("(loop [i 0 m []] (if (< i 3) (recur (inc i) (update m 9 vector)) m))",
     "update: index 9 is out of range"),
    ("(Object.keys (reduce (fn [v x] (into v x)) [] [(Array. 2)]))", '["0" "1"]'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REFUSED)
def test_what_is_refused_in_place_is_told_as_of_a_copy(text: str, expected: str, lisp: Any) -> None:
    compiler = Compiler()
    compiler.declare_names(["XS"])
    (form,) = compiler.read(text)
    assert "Own(" in compiler.compile(form).code
    first, second = both_ways(lisp, text)
    assert expected in first and first == second


class Steps:
    """Random functions and loops over an accumulator `m`, which some of them let out."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *items: str) -> str:
        return self.random.choice(items)

    def value(self, depth: int) -> str:
        if self.random.random() < 0.015:
            return self.pick("m", "[m]", "(let [b m] b)", "(fn [] m)", "(get m :no m)", "((fn [] (count m)))")
        if depth <= 0 or self.random.random() < 0.4:
            return self.pick("x", "1", "2", ":k", "x", "x", "(count m)", "(get m x)", "(get m x 0)", "[x 1]")
        return f"({self.pick('+', 'vector', 'max')} 1 {self.value(depth - 1)})"

    def next(self, depth: int) -> str:
        """The next accumulator."""
        if depth <= 0:
            return self.pick("m", "m", "(conj m [x 1])", "(assoc m x 1)", "(assoc m 0 x)")
        if self.random.random() < 0.03:
            return self.pick(
                "held", "{}", "[]", "(hash-map 1 2)", "(identity m)", "nil", "(reduced m)", "(reduced [m m])"
            )
        m, v, k = self.next(depth - 1), self.value(depth - 1), self.value(0)
        return self.pick(
            f"(assoc {m} {k} {v})", f"(conj {m} [{k} {v}])", f"(merge {m} {{:a {v}}})",
            f"(update {m} {k} (fn [o] [o]))", f"(update {m} {k} vector {v})", f"(dissoc {m} {k})",
            f"(into {m} [[{k} {v}]])", f"(merge-with vector {m} {{:a {v}}})", f"(assoc-in {m} [{k} :b] {v})",
            f"(if (contains? m {k}) {m} {self.next(depth - 1)})", f"(let [a {v}] {m})",
            f"(do {self.effect()} {m})", f"(if (= x 2) {m} {self.next(depth - 1)})",
        )  # fmt: skip

    def effect(self) -> str:
        if self.random.random() < 0.1:
            return self.pick("(push! seen m)", "(set! held m)")
        return self.pick("(push! seen (get m x))", "(count m)", "(get m 1)", "nil")

    def program(self) -> str:
        new = self.pick("{}", "{:a 1}", "[]", "{}", "#{}", "(hash-map)", "{:b 2}", "(hash-map)", "held")
        if self.random.random() < 0.5:
            return f"(reduce (fn [m x] {self.next(2)}) {new} XS)"
        args = ["(inc x)", self.next(2), self.pick("x", "(count m)", "y", "(get m x)", "[x]", "x", "y", "m")]
        names = [("x", "0"), ("m", new), ("y", "nil")]
        order = self.random.sample(range(3), 3)
        binds, again = (
            " ".join(part) for part in ([" ".join(names[i]) for i in order], [args[i] for i in order])
        )
        end = self.pick("m", "[m y]", f"(conj m [1 {self.value(1)}])", "(assoc m 0 m)")
        body = f"(if (< x 4) (recur {again}) {end})"
        if self.random.random() < 0.3:
            body = f"(do {self.effect()} {body})"
        return f"(loop [{binds}] {body})"


def test_random_accumulators_give_what_copies_give(lisp: Any) -> None:
    lisp.ask(op="reset")
    changed = 0
    for seed in range(SEED, SEED + PROGRAMS):
        text = Steps(seed).program()
        first, second = both_ways(lisp, text)
        assert first == second, text
        compiler = Compiler()
        compiler.declare_names(["XS", "held", "seen"])
        (form,) = compiler.read(text)
        code = compiler.compile(form).code
        changed += "Own(" in code or "conjOwn(" in code
    assert changed > PROGRAMS / 5
