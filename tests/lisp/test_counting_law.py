"""Functions that only count mean what their operators mean, with whatever shortcuts they are compiled.

Random functions (generate_counting.py) are compiled twice: as written, where the compiler inlines operators,
looks at the interrupt flag once in many turns and writes numeric twins; and with every operator taken from a
local variable, of which nothing is known. Both are called with numbers, BigInts, nil, booleans, strings,
collections and Python's numbers, also after their names mean something else, and give the same value or
error. For numbers both give what the interpreter gives.

POLYREPL_COUNTING_PROGRAMS and POLYREPL_COUNTING_SEED say how many are compared, and from where.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from generate_counting import counting
from generator import Tree, lst, text_of, vec
from lisp_host import NODE
from polyrepl.lisp.runtime.table import FOLDER
from shrink import shrink
from test_operands import NAMED, codes

PROGRAMS = int(os.environ.get("POLYREPL_COUNTING_PROGRAMS", "300"))
SEED = int(os.environ.get("POLYREPL_COUNTING_SEED", "1"))
BATCH = 500
OPERATORS = {**NAMED, **{name: f"q{at}" for at, name in enumerate(("some?", "true?", "false?"))}}

RUN = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const $rt = await import(pathToFileURL(`${process.argv[1]}/index.mjs`));
const PYTHON = Symbol.for("polyrepl.python");
const plain = {
  add: (a, b) => a + b, sub: (a, b) => a - b, mul: (a, b) => a * b, truediv: (a, b) => a / b, mod: $rt.mod,
  lt: (a, b) => a < b, le: (a, b) => a <= b, gt: (a, b) => a > b, ge: (a, b) => a >= b, eq: (a, b) => a === b,
  ne: (a, b) => a !== b,
};
const isNumber = (v) => typeof v === "number" || typeof v === "bigint";
// a number of Python's that comes as an object, as a Decimal does
const ops = {
  binary(name, a, b) {
    const [x, y] = [a, b].map((v) => (v?.[PYTHON] ? v.v : isNumber(v) ? Number(v) : undefined));
    if (x === undefined || y === undefined) {
      if (/^(eq|ne)$/.test(name)) return name === "ne";
      throw new TypeError(`${name} of ${show(a)} and ${show(b)}`);
    }
    const made = plain[name](x, y);
    return typeof made === "boolean" ? made : python(made);
  },
  unary: (name, a) => python(-a.v),
  equals: (a, b) => ops.binary("eq", a, b),
  kind: () => "object",
  typeName: () => "Decimal",
  truth: (a) => a.v !== 0,
};
function python(v) {
  return { [PYTHON]: ops, v, valueOf: () => v };
}
function show(x) {
  if (x === null || x === undefined) return "nil";
  if (Object.is(x, -0)) return "-0";
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "string") return x.length > 200 ? `${x.length} characters` : JSON.stringify(x);
  if (x[PYTHON]) return `py:${show(x.v)}`;
  if (Array.isArray(x)) return `[${x.map(show)}]`;
  return typeof x === "object" || typeof x === "function" ? `${typeof x} ${Object.keys(x)}` : String(x);
}
const numbers = [0, 1, 2, 3, 4, -1, 0.5, 2.5, -0, 7];
const others = [
  NaN, Infinity, -Infinity, 1e308, 2 ** 53, 0n, 1n, 2n, 3n, -4n, 2n ** 70n, "a", "", "2", null, undefined,
  true, false, [], [1, 2], { a: 1 }, new Date(3), $rt.keyword("k"), Math.abs, python(2), python(3),
  python(1.5),
];
const all = [...numbers, ...others];
const $flag = new Int32Array(1);
const from = { $rt, $flag, $read: (x) => x };
function outcome(f, args) {
  try {
    return show(f(...args));
  } catch (e) {
    return `${e.name}: ${e.message}`.replace(/\\b([fgk])[ab]\\b/g, "$1");
  }
}
const answer = JSON.parse(readFileSync(0, "utf8")).map(({ plain, other, seed }) => {
  const made = [plain, other].map((codes) => {
    let f;
    for (const code of codes) f = (0, eval)(code)(from);
    return f;
  });
  const next = () => (seed = (seed * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const pick = (xs) => xs[Math.floor(next() * xs.length)];
  const tuples = [[], [3], [2, 1, 2, 9]];
  for (let i = 0; i < 12; i++) tuples.push([pick([1, 2, 3, 4]), pick(numbers), pick(numbers)]);
  for (let i = 0; i < 12; i++) tuples.push([pick([1, 2, 3]), pick(others), pick(all)]);
  for (let i = 0; i < 12; i++) tuples.push([pick(others), pick(all), pick(all)]);
  for (const args of tuples) {
    const [a, b] = made.map((f) => outcome(f, args));
    if (a !== b) return `of ${args.map(show)}: ${a}, expected ${b}`;
  }
  return null;
});
console.log(JSON.stringify(answer));
"""
# what the names mean when the function is called; `kept` is the function
LATER = [
    *["NAME"] * 6,
    "(def kept NAME) (defn NAME [n x y] :other) kept",
    "(def kept NAME) (def NAME (fn [n x y] (if (= n 2) 2n (kept n x y)))) kept",
    '(def kept NAME) (set! NAME (fn [n x y] "s")) kept',
    '(def kept NAME) (Reflect.deleteProperty globalThis "NAME") kept',
    "(do (defn NAME [n x y] (* x 2)) NAME)",
]
LATER_OF_TWO = [
    "(defn OTHER [n x y] :other) NAME",
    "(set! OTHER (fn [n x y] (if (= n 2) nil (NAME (- n 1) y x)))) NAME",
    '(Reflect.deleteProperty globalThis "OTHER") NAME',
    "(def kept NAME) (def NAME (fn [n x y] (OTHER (- n 1) 2n x))) kept",
]


def called(tree: Tree) -> Tree:
    """The definition with every operator from a local, set again so that the compiler knows nothing of it."""
    used: set[str] = set()

    def again(tree: Tree) -> Tree:
        if isinstance(tree, str):
            return tree
        if tree[0] == "(" and len(tree) > 1 and tree[1] in OPERATORS:
            used.add(tree[1])
            return ["(", OPERATORS[tree[1]], *map(again, tree[2:])]
        return [*tree[:1], *map(again, tree[1:])]

    opener, word, name, params, *body = tree
    body = [again(part) for part in body]
    binds = [part for op in sorted(used) for part in (OPERATORS[op], "nil")]
    sets = [lst("set!", OPERATORS[op], op) for op in sorted(used)]
    return [opener, word, name, params, lst("let", vec(*binds), *sets, *body)]


def later(seed: int, pair: bool) -> str:
    return random.Random(seed).choice(LATER + LATER_OF_TWO if pair else LATER)


def named(text: str, letter: str) -> str:
    return text.replace("NAME", f"f{letter}").replace("OTHER", f"g{letter}").replace("kept", f"k{letter}")


def both(trees: list[Tree], seed: int) -> dict[str, Any]:
    """The program in both ways, as code."""
    pair = len(trees) > 1
    declared = "(declare NAME OTHER) " if pair else ""
    plain = f"{declared}{text_of(trees)} {later(seed, pair)}"
    other = f"{declared}{text_of([called(tree) for tree in trees])} {later(seed, pair)}"
    return {"seed": seed, "plain": codes(named(plain, "a")), "other": codes(named(other, "b"))}


def answers(programs: list[dict[str, Any]], seconds: float = 300) -> list[str | None]:
    """For each program None, or for which arguments the two ways differ."""
    ran = subprocess.run(
        [NODE, "--input-type=module", "-e", RUN, str(FOLDER)], input=json.dumps(programs),
        capture_output=True, text=True, check=False, timeout=seconds,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found: list[str | None] = json.loads(ran.stdout)
    return found


def smallest(trees: list[Tree], seed: int) -> str:
    """A difference made small, with the code that is wrong."""

    def still(candidate: list[Tree]) -> bool:
        return len(candidate) == len(trees) and answers([both(candidate, seed)], 2) != [None]

    small = shrink(trees, still)
    made = both(small, seed)
    text = f"{text_of(small)}  {later(seed, len(small) > 1)}"
    return f"seed {seed}: {text} {answers([made])[0]}\n" + "\n".join(made["plain"])


@pytest.mark.timeout(240 + PROGRAMS // 5)
def test_it_means_what_its_operators_mean() -> None:
    twins = others = polls = 0
    wrong: list[int] = []
    for first in range(SEED, SEED + PROGRAMS, BATCH):
        seeds = range(first, min(first + BATCH, SEED + PROGRAMS))
        programs = [both(counting(seed), seed) for seed in seeds]
        twins += sum("fa$2" in "".join(program["plain"]) for program in programs)
        others += sum("ofCode(globalThis.ga" in "".join(program["plain"]) for program in programs)
        polls += sum("< 512" in "".join(program["plain"]) for program in programs)
        wrong += [seed for seed, said in zip(seeds, answers(programs), strict=True) if said is not None]
    shown = "\n\n".join(smallest(counting(seed), seed) for seed in wrong[:3])
    assert wrong == [], f"seeds {wrong[:20]}\n{shown}"
    assert others > PROGRAMS / 50 and twins > PROGRAMS / 5 and polls > PROGRAMS / 20  # the law is about them


CALLS = [(3, 1, 2), (4, 0.5, -1), (2, -3, 7), (1, 2.5, 0), (0, 1, 1), (5, 3, 2)]


def numbers_only(seed: int) -> list[Tree]:
    """The program and a vector of what it gives for numbers."""
    calls = [lst("try", lst("NAME", *map(str, args)), lst("catch", "e", ":error")) for args in CALLS]
    made = [*counting(seed, pairs=False), vec(*calls)]
    return [with_name(tree) for tree in made]


def with_name(tree: Tree) -> Tree:
    return tree.replace("NAME", "counts") if isinstance(tree, str) else [with_name(part) for part in tree]


@pytest.mark.timeout(240 + PROGRAMS // 5)
def test_it_gives_what_the_interpreter_gives() -> None:
    from differential import run

    tally = run(PROGRAMS // 2, SEED, make=numbers_only)
    assert not tally.differences, "\n".join(map(str, tally.differences))
    assert tally.programs > PROGRAMS / 4
