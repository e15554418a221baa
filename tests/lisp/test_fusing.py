"""Chains of map, filter and reduce that are one loop mean what the calls mean.

Random chains are compiled twice: as written, and with their functions kept in variables, of which nothing is
known. Both are called with arrays of numbers, of numbers and others, and with what is no array, and give
the same value or the same error. POLYREPL_FUSING_PROGRAMS and POLYREPL_FUSING_SEED say how many are compared,
and from where.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from typing import Any

import pytest
from lisp_host import NODE
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.runtime.table import FOLDER

PROGRAMS = int(os.environ.get("POLYREPL_FUSING_PROGRAMS", "600"))
SEED = int(os.environ.get("POLYREPL_FUSING_SEED", "1"))

RUN = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const $rt = await import(pathToFileURL(`${process.argv[1]}/index.mjs`));
const PYTHON = Symbol.for("polyrepl.python");
const ops = {
  binary: (name, a, b) => (/^(eq|ne)$/.test(name) ? name === "ne" : python(`${name}(${show(a)},${show(b)})`)),
  unary: (name, a) => python(`${name}(${show(a)})`),
  equals: (a, b) => a === b,
  kind: () => "object",
  typeName: () => "Decimal",
  truth: () => true,
};
function python(text) {
  return { [PYTHON]: ops, text: text.length > 200 ? `${text.length}..${text.slice(-100)}` : text };
}
function show(x) {
  if (x === null || x === undefined) return "nil";
  if (Object.is(x, -0)) return "-0";
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "string") return JSON.stringify(x);
  if (x[PYTHON]) return `py:${x.text}`;
  if (Array.isArray(x)) return `[${x.map(show)}]`;
  if (x instanceof Set) return `#{${[...x].map(show)}}`;
  if (typeof x !== "object") return String(x);
  return typeof x[Symbol.iterator] === "function" ? `lazy ${[...x].map(show)}` : `object ${Object.keys(x)}`;
}
const ends = [2 ** 31, 2 ** 53, 1e308, NaN, Infinity, -Infinity];
// (an end of Infinity has none, and is for a test of its own)
const numbers = [0, 1, 2, 3, 4, -1, -2, 0.5, 2.5, -0, 7, 100, ...ends];
const empty = [null, undefined, true, false, [], ""];
const others = [0n, 3n, 2n ** 70n, "a", "2", [1, 2], { a: 1 }, python("x"), ...empty];
const sparse = [1, , 3];
const whole = {
  array: [[], [0], [-0], [-0, -0], [1, 2, 3, 4, 5, 6], [1.5], [0.5, 2, 4], sparse, [3n, 4n], ["a"], [null]],
  other: [null, undefined, "12", 5, new Set([1, 2, 3]), new Map([[1, 2]]), { a: 1 }, new Uint8Array([1, 2])],
};
function outcome(f, args) {
  try {
    return show(f(...args));
  } catch (e) {
    return `${e.name}: ${e.message}`;
  }
}
/** An array each item of which tells when it is read. */
function watched(xs, reads) {
  const made = [];
  for (let i = 0; i < xs.length; i++) {
    Object.defineProperty(made, i, { get: () => (reads.push(i), xs[i]), enumerable: true });
  }
  return made;
}
const $flag = new Int32Array(1);
let looped = 0;
const answer = JSON.parse(readFileSync(0, "utf8")).map(({ plain, other, seed }) => {
  const [a, b] = [plain, other].map((code) => (0, eval)(code)({ $rt, $flag, $read: (x) => x }));
  const next = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const pick = (xs) => xs[Math.floor(next() * xs.length)];
  const some = (from) => Array.from({ length: Math.floor(next() * 9) }, () => pick(from));
  const reads = [];
  const sources = [...whole.array, ...whole.other].map((xs) => () => xs);
  for (let i = 0; i < 14; i++) {
    const xs = i < 9 ? some(numbers) : [...some(numbers), pick(others), ...some(numbers)];
    sources.push(() => xs, () => watched(xs, reads));
  }
  sources.push(() => $rt.range(6), () => $rt.list(1, 2, 3), () => new Set([1, 2]).values());
  sources.push(() => (function* () { yield 1; yield 2; })());
  for (const source of sources) {
    for (const k of [2, pick(numbers), pick(others)]) {
      const [x, y] = [a, b].map((f) => {
        reads.length = 0;
        return `${outcome(f, [source(), k])} having read ${reads}`;
      });
      if (x !== y) return `of ${show(source())} and ${show(k)}: ${x}, expected ${y}`;
    }
  }
  return null;
});
console.log(JSON.stringify(answer));
"""
NUMBERS = ["0", "1", "2", "3", "-1", "0.5", "10"]
ODDS = ["nil", '"s"', "2n", "true", "k", "k", "k", "outside"]
RANGES = [
    "(range 7)", "(range 2 9)", "(range 0.5 5)", "(range 9 -1 -2)", "(range outside)", "(range -1 outside)",
    "(range (count [1 2 3]))", "(range 0 1 0.25)", "(range 5 2)", "(range (if (= k 2) k 3))",
]  # fmt: skip
OF_ONE = ["inc", "dec", "pos?", "neg?", "zero?", "even?", "odd?", "identity", "str", "-", "nil?"]
OF_TWO = ["+", "-", "*", "max", "str", "conj"]


AROUND = [
    "CHAIN", "CHAIN", "CHAIN", "(if (nil? k) 0 CHAIN)", "[1 CHAIN (+ 1 outside)]", "(let [r CHAIN] [r r])",
    "(and xs CHAIN)", "(or (= k 2) CHAIN)", "((fn [] CHAIN))", "(try CHAIN (catch Error e (.-message e)))",
    "(loop [i 0] (if (< i 2) (do CHAIN (recur (inc i))) CHAIN))", "(str CHAIN outside)", "(if CHAIN 1 2)",
    "(loop [k k n 0] (if (< n 2) (recur (if (number? k) (+ k 1) k) (inc n)) CHAIN))",
    "(let [ys xs] (let [xs (if (nil? k) ys ys)] CHAIN))", "(let [k outside] CHAIN)",
    "(while CHAIN (throw (Error. \"it\")))",
]  # fmt: skip


class Chains:
    """Random chains."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def number(self, names: list[str], depth: int) -> str:
        pick = self.random.choice
        if depth == 0 or self.random.random() < 0.2:
            return pick(
                [*names * 3, *NUMBERS, pick(ODDS)] if self.random.random() < 0.3 else [*names, *NUMBERS]
            )
        inner = lambda: self.number(names, depth - 1)  # noqa: E731
        match self.random.randrange(12):
            case 0 | 1 | 2 | 3:
                return f"({pick('+-*')} {inner()} {inner()})"
            case 4:
                return f"({pick(['/', '**', 'mod', 'rem', 'quot'])} {inner()} {pick([*NUMBERS, inner()])})"
            case 5:
                return f"({pick(['inc', 'dec', '-'])} {inner()})"
            case 6 | 7:
                return f"(if {self.truth(names, depth - 1)} {inner()} {inner()})"
            case 8:
                return f"(let [y {inner()}] {self.number([*names, 'y'], depth - 1)})"
            case 9:
                return f"(do {inner()} {inner()})"
            case 10:
                return f"(+ {inner()} {inner()} {inner()})"
        return self.truth(names, depth - 1)

    def truth(self, names: list[str], depth: int) -> str:
        pick = self.random.choice
        inner = lambda: self.number(names, max(depth - 1, 0))  # noqa: E731
        match self.random.randrange(8):
            case 0 | 1 | 2:
                return f"({pick(['<', '<=', '>', '>=', '=', 'not='])} {inner()} {inner()})"
            case 3:
                return f"({pick(['even?', 'odd?'])} {pick([names[-1], inner()])})"
            case 4:
                return f"({pick(['zero?', 'pos?', 'neg?', 'nil?', 'some?', 'number?', 'true?'])} {inner()})"
            case 5 if depth > 0:
                parts = [self.truth(names, depth - 1) for _ in range(2)]
                return f"({pick(['and', 'or'])} {' '.join(parts)})"
            case 6 if depth > 0:
                return f"(not {self.truth(names, depth - 1)})"
        return f"(< {pick(names)} {pick(NUMBERS)})"

    def function(self, count: int, truth: bool = False) -> str:
        if self.random.random() < 0.25:
            if truth and self.random.random() < 0.8:
                return self.random.choice(OF_ONE[2:7])
            return self.random.choice(OF_ONE if count == 1 else OF_TWO)
        names = ["x"] if count == 1 else ["acc", "x"]
        made = self.truth(names, 2) if truth else self.number(names, 2)
        return f"(fn [{' '.join(names)}] {made})"

    def chain(self) -> tuple[str, list[str]]:
        """A chain with holes for its functions, and these."""
        made, functions = self.random.choice(["xs"] * 4 + RANGES), []
        for _ in range(self.random.randrange(1, 4)):
            name = self.random.choice(["map", "map", "filter", "filter", "remove", "mapv", "filterv"])
            functions.append(self.function(1, truth=name[0] in "fr"))
            made = f"({name} HOLE{len(functions) - 1}. {made})"
        if self.random.random() < 0.7 or len(functions) < 2:
            functions.append(self.function(2))
            init = self.random.choice(["0", "1", "true", "", "", "k", "[]", "nil", "-0.0"])
            made = f"(reduce HOLE{len(functions) - 1}. {init} {made})"
        return made, functions


def written(seed: int) -> tuple[str, str]:
    """A chain as it is, and with its functions in variables."""
    chain, functions = Chains(seed).chain()
    plain = other = chain
    binds = sets = ""
    for at, function in enumerate(functions):
        plain = plain.replace(f"HOLE{at}.", function)
        other = other.replace(f"HOLE{at}.", f"f{at}")
        binds += f"f{at} nil "
        sets += f"(set! f{at} {function}) "
    around = f"(fn [xs k] (let [outside 3] {AROUND[seed % len(AROUND)]}))"
    return around.replace("CHAIN", plain), around.replace("CHAIN", f"(let [{binds}] {sets} {other})")


def code(text: str, polls: bool) -> str:
    compiler = Compiler(polls=polls, await_wrapper=polls)
    (form,) = compiler.read(text)
    return compiler.compile(form).code


@pytest.mark.timeout(120 + PROGRAMS // 5)
def test_a_loop_means_what_the_calls_mean() -> None:
    seeds = range(SEED, SEED + PROGRAMS)
    programs: list[dict[str, Any]] = []
    for seed in seeds:
        plain, other = written(seed)
        programs.append({"seed": seed, "plain": code(plain, seed % 2 == 0), "other": code(other, False)})
    ran = subprocess.run(
        [NODE, "--input-type=module", "-e", RUN, str(FOLDER)],
        input=json.dumps(programs), capture_output=True, text=True, check=False, timeout=100 + PROGRAMS / 10,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    wrong = [
        f"{written(seed)[0]} {said}" for seed, said in zip(seeds, json.loads(ran.stdout), strict=True) if said
    ]
    assert wrong == [], "\n".join(wrong[:5])
    loops = [program["plain"] for program in programs if "= Infinity" in program["plain"]]
    assert len(loops) > PROGRAMS / 6  # the law is about them
    assert not any("= Infinity" in program["other"] for program in programs)


def fuses(text: str) -> bool:
    return "= Infinity" in code(f"(fn [xs k f] {text})", False)


@pytest.mark.parametrize(
    "text",
    [
        "(reduce + 0 (map (fn [x] (* x x)) xs))",
        "(->> xs (map #(* % k)) (filter even?) (reduce + 0))",
        "(reduce (fn [a x] (if (> x a) x a)) (map inc xs))",
        "(map inc (filter (fn [x] (< x 3)) xs))",
        "(filterv odd? (mapv #(rem % 10) (f xs)))",
        "(let [n 3] (remove #(= % n) (map dec xs)))",
    ],
)
def test_what_is_one_loop(text: str) -> None:
    assert fuses(text)


@pytest.mark.parametrize(
    "text",
    [
        "(map inc xs)",  # nothing to fuse
        "(reduce + 0 xs)",
        "(reduce + 0 (map f xs))",  # who knows what it does
        "(reduce + 0 (map (fn [x] (f x)) xs))",
        "(reduce + 0 (map (fn [x] (set! k x) x) xs))",
        "(reduce + 0 (map (fn [x] (.push k x)) xs))",
        "(reduce + 0 (map (fn [x] (await x)) xs))",
        "(reduce + 0 (map (fn [x] (if (> x 3) (throw x) x)) xs))",
        "(reduce + 0 (map (fn [x] (rem 10 x)) xs))",  # may raise of numbers
        "(filter (fn [x] (even? (/ x 2))) (map inc xs))",
        "(reduce (fn [a x] (even? a)) 0 (map inc xs))",
        "(reduce + 0 (map (fn [x y] x) xs k))",
        "(reduce + 0 (map (fn [x & more] x) xs))",
        "(reduce + 0 (map (fn [[x]] x) xs))",
        "(reduce conj [] (map inc xs))",
        '(reduce str "" (map inc xs))',
        "(reduce (fn [a x] (if (> a 9) (reduced a) (+ a x))) 0 (map inc xs))",
        "(let [n 3] (set! n k) (map #(+ % n) (map inc xs)))",
        "(map (fn [x] (loop [i 0] (if (< i x) (recur (inc i)) i))) (map inc xs))",
        "(map (fn [x] (fn [] x)) (map inc xs))",
    ],
)
def test_what_is_left_as_calls(text: str) -> None:
    assert not fuses(text)


def test_an_interrupt_ends_it(lisp: Any) -> None:
    """It looks at the flag as every loop does that counts."""
    made = code("(fn [xs] (reduce + 0 (map (fn [x] (* x x)) xs)))", True)
    assert "turn < 512" in made and "throw interrupt()" in made


def test_a_range_is_counted(lisp: Any) -> None:
    lisp.ask(op="reset")
    assert fuses_range("(reduce + 0 (map (fn [x] (* x x)) (range 10)))")
    assert lisp.run("(reduce + 0 (map (fn [x] (* x x)) (range 10)))") == "285"
    assert lisp.run("(map inc (filter odd? (range 1 12 3)))") == "[2 8]"
    assert lisp.run("(take 3 (map inc (filter odd? (range))))") == "[2 4 6]"
    assert lisp.run("(take 3 (map inc (filter odd? (range 0 Infinity))))") == "[2 4 6]"


def fuses_range(text: str) -> bool:
    return "Number.isFinite(" in code(f"(fn [] {text})", False)


def test_items_are_read_once(lisp: Any) -> None:
    """Also where the loop is given up; the random arrays above have getters, too."""
    lisp.ask(op="reset")
    text = (
        "(do (def seen []) (def xs (Proxy. [1 2 3] {:get (fn [o key] (.push seen (str key)) (. o [key]))}))"
        ' (def total (reduce + 0 (map #(* % %) xs))) [total (count (filter #{"1"} seen))])'
    )
    assert lisp.run(text) == "[14 1]"
    assert lisp.run(text.replace("[1 2 3]", "[1 2 nil]").replace("#(* % %)", "#(if % 1 0)")) == "[2 1]"
