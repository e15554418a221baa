"""Loops that walk a sequence by `rest` count further in one copy, and give what copies in each turn give.

Each program runs as it stands and with functions of which the compiler knows nothing, over all kinds of
collections.
POLYREPL_LEFTS_PROGRAMS and POLYREPL_LEFTS_SEED say how many random ones are compared, and from where.
"""

from __future__ import annotations

import json
import os
import random
import re
from typing import Any

import pytest
from polyrepl.lisp.compiler import Compiler

PROGRAMS = int(os.environ.get("POLYREPL_LEFTS_PROGRAMS", "60"))
SEED = int(os.environ.get("POLYREPL_LEFTS_SEED", "1"))
# What is walked: each time a new one. `v` is one that the loop may change while it goes.
AROUND = """
(def seen []) (def v nil)
(defn logged [xs] (new Proxy xs {:get (fn [o k] (when (string? k) (push! seen k)) (Reflect.get o k))}))
(defn getting [xs] (Object.defineProperty xs 1 {:get (fn [] (push! seen :got) 5) :enumerable true}))
(def makers [
  (fn [] []) (fn [] [1]) (fn [] [1 2 3 4 5]) (fn [] [nil 1 nil]) (fn [] [js.undefined 2]) (fn [] [[1 2] [3]])
  (fn [] '(1 2 3)) (fn [] nil) (fn [] "abc") (fn [] {:a 1 :b 2}) (fn [] #{1 2 3}) (fn [] (hash-map 1 2 3 4))
  (fn [] (range 4)) (fn [] (map inc (range 3))) (fn [] (Array. 3)) (fn [] (new Uint8Array [1 2 3])) (fn [] 5)
  (fn [] (logged [1 2 3])) (fn [] (getting [1 2 3])) (fn [] (.values [1 2 3])) (fn [] [3n 2 "a" NaN])])
"""
CALLS = ("rest", "next", "first", "second", "seq", "nth", "count", "empty?")
WALKED = [
    "(loop [xs v n 0] (if (seq xs) (recur (rest xs) (inc n)) n))",
    "(loop [xs v out []] (if (seq xs) (recur (rest xs) (conj out (first xs) (count xs))) out))",
    "(loop [xs (seq v) out []] (if xs (recur (next xs) (conj out (first xs) (second xs))) [out (nil? xs)]))",
    "(loop [xs v out []] (if (or (empty? xs) (= (count out) 6)) out"
    " (recur (rest xs) (conj out (nth xs 0 7)))))",
    "(loop [xs v n 0] (if (and (seq xs) (< n 2)) (recur (rest xs) (inc n)) xs))",
    "(loop [xs v n 0] (if (< n 3) (recur (next xs) (inc n)) (vector n xs)))",
    "(loop [xs v n 0] (cond (empty? xs) n (= n 2) (concat [n] xs) :else (recur (rest xs) (inc n))))",
    "(loop [xs v n 0] (when-not (empty? xs) (if (= n 1) (nth xs 7 :none) (recur (next xs) (inc n)))))",
    "(loop [xs v n 0] (if (> n 4) :end (if (= n 1) (nth xs 7) (recur (rest xs) (inc n)))))",
    "(loop [[x & more] v out []] (if (or (nil? x) (> (count out) 4)) [x out] (recur more (conj out x))))",
    "(loop [[a b & more] v out []] (if (nil? b) [a out] (recur more (conj out a b))))",
    "(loop [xs v n 0] (let [[a b] xs] (if (or (> n 1) (nil? a)) [a b] (recur (rest xs) (inc n)))))",
    "(loop [xs v out []] (if-let [[x & more] (seq xs)] (recur more (conj out x)) out))",
    "(loop [xs v out []] (if-let [s (seq xs)] (recur (rest s) (conj out (first s))) out))",
    "(loop [xs v n 0] (if (< n 3) (let [more (rest (rest xs))] (recur more (inc n))) (first (rest xs))))",
    "(loop [xs v ys v n 0] (if (and (seq xs) (seq ys))"
    " (recur (rest xs) (next (next ys)) (inc n)) [n (count xs)]))",
    "((fn walk [xs out] (if (empty? xs) out (recur (rest xs) (conj out (first xs))))) v [])",
    "((fn [n & xs] (if (seq xs) (recur (inc n) (rest xs)) n)) 0 1 2 3)",
    "(loop [xs v n 0] (when (and (seq xs) (< n 3))"
    " (when (Array.isArray v) (push! v n)) (recur (rest xs) (inc n))))",
    "(loop [xs v out []] (if (or (empty? xs) (> (count out) 3)) out"
    " (do (when (Array.isArray v) (set! (get v 0) :new)) (recur (rest xs) (conj out (first xs))))))",
    "(loop [xs v n 0] (if (< n 2) (recur (rest xs) (inc n)) (push! xs (count xs))))",
    "(loop [xs v n 0] (case (count xs) 0 n 1 [n (first xs)] (recur (rest xs) (inc n))))",
]  # fmt: skip
HELD = [  # somebody else gets what is left
    "(loop [xs v] (when (seq xs) (push! seen xs) (recur (rest xs))))",
    "(loop [xs v fs []] (if (seq xs) (recur (rest xs) (conj fs (fn [] (first xs)))) (map #(%) fs)))",
    "(loop [xs v out []] (if (seq xs) (recur (rest xs) (conj out (rest xs))) out))",
    "(loop [xs v out []] (if (seq xs) (let [more (rest xs)] (recur more (conj out more))) out))",
    "(loop [xs v n 0] (if (< n 1) (recur (rest xs) (inc n)) (identical? xs xs)))",
    "(loop [xs v n 0] (if (< n 2) (recur (rest xs) (inc n)) (list xs xs)))",
    "(loop [xs v ys nil n 0] (if (< n 2) (recur (rest xs) xs (inc n)) [xs ys]))",
    "(loop [xs v n 0] (if (< n 2) (do (set! seen xs) (recur (rest xs) (inc n))) n))",
    "(loop [xs v n 0] (try (if (< n 2) (recur (rest xs) (inc n)) xs) (finally (push! seen xs))))",
    "(loop [xs v n 0] (if (< n 2) (recur (rest xs) (inc n)) (= xs v)))",
    "(loop [xs v n 0] (if (< n 2) (recur (rest xs) (inc n)) {:left xs :also xs}))",
    "(loop [xs v n 0] (if (< n 2) (recur (rest xs) (inc n)) (for [i [1 2]] xs)))",
    "(loop [xs v n 0] (if (< n 2) (recur (rest xs) (inc n)) (+ xs 1)))",
]  # fmt: skip


def opaque(text: str) -> str:
    """The program with functions of which the compiler knows nothing."""
    for name in CALLS:
        text = text.replace(f"({name} ", f"(my-{name} ")
    text = re.sub(r"\(recur (more|s)\b", r"(recur (same \1)", text)
    names = " ".join(f"my-{name} nil" for name in (*CALLS, "x"))
    sets = " ".join(f"(set! my-{name} {name})" for name in CALLS)
    return f"(let [{names} same nil] {sets} (set! same identity) {text})"


def code_of(text: str) -> str:
    compiler = Compiler()
    compiler.declare_names(["v", "seen"])
    (form,) = compiler.read(text)
    return compiler.compile(form).code


def both_ways(lisp: Any, text: str) -> tuple[list[str], list[str]]:
    """What the program gives, or refuses, and what else happened, for each collection."""
    functions = [
        f"(defn {name} [make] (set! seen []) (set! v (make)) (try (pr-str [{way} seen]) (catch e (str e))))"
        for name, way in (("one", text), ("two", opaque(text)))
    ]
    told = lisp.run(f"{AROUND} {' '.join(functions)} (json-str [(map one makers) (map two makers)])")
    first, second = json.loads(json.loads(told))
    return first, second


@pytest.mark.parametrize("text", WALKED)
def test_what_nobody_else_holds_is_counted_further(text: str, lisp: Any) -> None:
    assert "Left(" in code_of(text)
    first, second = both_ways(lisp, text)
    assert first == second


@pytest.mark.parametrize("text", HELD)
def test_what_somebody_else_holds_is_not(text: str, lisp: Any) -> None:
    assert "Left(" not in code_of(text)
    first, second = both_ways(lisp, text)
    assert first == second


def test_each_item_is_copied_once(lisp: Any) -> None:
    """Counted, not timed: `slice` is what copies."""
    counting = """
    (def copied 0) (def slice Array.prototype.slice)
    (set! Array.prototype.slice
      (fn [& args] (set! copied (+ copied this.length)) (Reflect.apply slice this args)))
    (def big (vec (range 3000)))
    (def sum (loop [xs big s 0] (if (seq xs) (recur (rest xs) (+ s (first xs))) s)))
    (def other (loop [[x & more] big s 0] (if (nil? x) s (recur more (+ s x)))))
    (set! Array.prototype.slice slice)
    [sum other (< copied 10000)]
    """
    assert lisp.run(counting) == "[4498500 4498500 true]"


class Loops:
    """Random loops over what is left of `v`, some of which let it out."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def pick(self, *items: str) -> str:
        return self.random.choice(items)

    def left(self) -> str:
        if self.random.random() < 0.08:
            return self.pick("(vec xs)", "[n]", "v", "(map identity xs)", "(rest v)", "(cons n xs)")
        return self.pick("(rest xs)", "(next xs)", "(rest (rest xs))", "xs", "(rest xs)", "(seq (rest xs))")

    def look(self) -> str:
        if self.random.random() < 0.04:
            return self.pick("xs", "[xs]", "(fn [] xs)", "(str xs)", "(rest xs)", "(let [b xs] b)")
        return self.pick(
            "(first xs)", "(second xs)", "(count xs)", "(empty? xs)", "(nth xs 1 :no)", "n", "(nil? xs)",
            "(if xs 1 2)", "(let [[a b] xs] [b a])", "(let [m (next xs)] (first m))", "(first (rest xs))",
        )  # fmt: skip

    def turn(self) -> str:
        args = f"{self.left()} (inc n) (conj out {self.look()})"
        return self.pick(
            f"(recur {args})", f"(recur {args})", f"(do (push! seen {self.look()}) (recur {args}))",
            f"(let [more {self.left()}] (recur more (inc n) (conj out {self.look()})))",
            f"(let [[y & more] xs] (recur more (inc n) (conj out y {self.look()})))",
            f"(if (= n 1) (recur {args}) (recur {args.replace('xs', 'xs', 1)}))",
        )  # fmt: skip

    def program(self) -> str:
        test = self.pick(
            "(< n 3)", "(and (seq xs) (< n 4))", "(and xs (< n 3))", "(not (or (empty? xs) (> n 2)))"
        )
        end = self.pick("[n out]", f"(vector out {self.look()})", "(vector xs n)", "xs", "(conj out xs)")
        return f"(loop [xs v n 0 out []] (if {test} {self.turn()} {end}))"


def test_random_loops_give_what_copies_give(lisp: Any) -> None:
    walked = 0
    for seed in range(SEED, SEED + PROGRAMS):
        text = Loops(seed).program()
        first, second = both_ways(lisp, text)
        assert first == second, text
        walked += "Left(" in code_of(text)
    assert walked > PROGRAMS / 4
