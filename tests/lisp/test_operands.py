"""Compiled operators mean what the core functions of their names mean, whatever they are given.

Each function is compiled twice: as it is written, where the compiler inlines what it can, and with every
operator taken from a local variable, where it must call the function. Both are called with operands of every
kind, and must give the same value or the same error.
"""

from __future__ import annotations

import json
import re
import subprocess
from typing import Any

import pytest
from lisp_host import NODE
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.runtime.table import FOLDER

RUN = """
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const $rt = await import(pathToFileURL(`${process.argv[1]}/index.mjs`));
const PYTHON = Symbol.for("polyrepl.python");
const truth = (x) => (typeof x === "object" && x !== null ? x.truth : Boolean(x));
// strings, booleans and nil cross by value: no object of Python's equals one
const byValue = (x) => x === null || x === undefined || typeof x === "string" || typeof x === "boolean";
const ops = {
  binary: (name, a, b) => {
    if (/^(eq|ne)$/.test(name) && (byValue(a) || byValue(b))) return name === "ne";
    const made = python(`${name}(${show(a)},${show(b)})`);
    return /^[lg][te]$/.test(name) ? made.truth : made;
  },
  unary: (name, a) => python(`${name}(${show(a)})`),
  equals: (a, b) => show(a) === show(b),
  kind: () => "object",
  truth,
};
let asked = 0;
function python(whole) {
  const text = whole.length > 300 ? `${whole.length}..${whole.slice(-200)}` : whole;
  return { [PYTHON]: ops, text, truth: ++asked < 60 && text.length % 2 === 0 }; // so that each loop ends
}
function show(x) {
  if (x === null || x === undefined) return "nil";
  if (Object.is(x, -0)) return "-0";
  if (typeof x === "bigint") return `${x}n`;
  if (typeof x === "string") return JSON.stringify(x);
  if (x[PYTHON]) return `py:${x.text}`;
  if (Array.isArray(x)) return `[${x.map(show)}]`;
  return typeof x === "object" || typeof x === "function" ? `${typeof x} ${Object.keys(x)}` : String(x);
}
const operands = [
  0, -0, 1, -1, 2, 3, -7, 10, 0.5, -2.5, 2 ** 31, -(2 ** 53), 1e308, NaN, Infinity, -Infinity,
  0n, 1n, -4n, 2n ** 70n, "a", "", "12", null, undefined, true, false, [], [1, 2], { a: 1 }, new Date(5),
  $rt.keyword("k"), Math.abs, python("x"), python("xy"),
];
const flag = new Int32Array(1);
function outcome(f, args) {
  asked = 0;
  try {
    return show(f(...args));
  } catch (e) {
    return `${e.name}: ${e.message}`.replace(/\\b([fgk])[ab]\\b/g, "$1");
  }
}
const wrong = [];
for (const { text, calls, plain, other, width } of JSON.parse(readFileSync(0, "utf8"))) {
  const made = [plain, other].map((codes) => {
    let f;
    for (const code of codes) f = (0, eval)(code)({ $rt, $flag: flag });
    return f;
  });
  const tuples = operands.flatMap((x) => (width === 1 ? [[x]] : operands.map((y) => [x, y])));
  tuples.push([], [1], [1, 2, 3], ...calls);
  for (const args of tuples) {
    const [a, b] = made.map((f) => outcome(f, args));
    if (a !== b) wrong.push(`${text} of ${args.map(show)}: ${a}, expected ${b}`);
  }
}
console.log(JSON.stringify(wrong.slice(0, 20)));
"""


def codes(text: str) -> list[str]:
    compiler = Compiler(polls=True)
    return [compiler.compile(form).code for form in compiler.read(text)]


def differences(asked: list[dict[str, Any]]) -> list[str]:
    ran = subprocess.run(
        [NODE, "--input-type=module", "-e", RUN, str(FOLDER)], input=json.dumps(asked),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    wrong: list[str] = json.loads(ran.stdout)
    return wrong


BINARY = ["+", "-", "*", "/", "**", "mod", "rem", "quot", "<", "<=", ">", ">=", "=", "not="]
UNARY = ["inc", "dec", "-", "not", "zero?", "pos?", "neg?", "even?", "odd?", "number?", "nil?"]
NAMED = {op: f"f{at}" for at, op in enumerate(dict.fromkeys(BINARY + UNARY))}
LITERALS = ["0", "1", "2", "3", "10", "-3", "0.5", "-0.0", "1e300", "2n", "nil", '"a"', "true", "NaN"]


def spelled(tree: Any, *, called: bool) -> str:
    """The tree as Lisp; `called`: with operators that are locals, so that nothing is known of them."""
    if isinstance(tree, str):
        return tree
    head, *args = tree
    head = NAMED[head] if called and head in NAMED else head
    return f"({head} {' '.join(spelled(arg, called=called) for arg in args)})"


def with_locals(body: str) -> str:
    """`f0` and so on are the core functions, set again so that the compiler does not see through them."""
    binds = " ".join(f"{name} nil" for name in NAMED.values())
    sets = " ".join(f"(set! {name} {op})" for op, name in NAMED.items())
    return f"(let [{binds}] {sets} {body})"


def asked(tree: Any, shape: str) -> dict[str, Any]:
    """The function of x and y that gives the tree's value, or tests it, in both ways."""
    plain, other = (shape.format(spelled(tree, called=called)) for called in (False, True))
    return {
        "text": plain,
        "plain": codes(f"(fn [x y] {plain})"),
        "other": codes(f"(fn [x y] {with_locals(other)})"),
        "width": 2 if re.search(r"\by\b", plain) else 1,
        "calls": [],
    }


def test_every_operator_alone_and_beside_each_literal() -> None:
    forms: list[Any] = [(op, "x", "y") for op in BINARY] + [(op, "x") for op in UNARY]
    for literal in LITERALS:
        forms += [form for op in BINARY for form in ((op, "x", literal), (op, literal, "x"))]
        forms += [(op, literal) for op in UNARY] + [(op, literal, "2") for op in BINARY]
    forms += [(relation, ("mod", "x", "3"), "1") for relation in ("<", "=", "not=", ">=")]
    shapes = ("{}", "(if {} 1 2)")
    assert differences([asked(form, shape) for form in forms for shape in shapes]) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(let [a 3] (try (+ (if (nil? (set! a nil)) 1 2) a) (catch e :refused)))", ":refused"),
        ("(let [a 1 f (fn [] (set! a 1n) 0)] (= (count [(f)]) a))", "true"),
        ("(let [a 3 f (fn [] (set! a nil) 0)] (try (< (* (count [(f)]) 2) (+ a 1)) (catch e :refused)))",
         ":refused"),
        ("(let [x 1] [(< x (set! x 5) 9) (= x 5 (count [1 (set! x 2) 3 4 x]))])", "[true true]"),
        ("((fn [a log f] (try (+ (- a) (f log 1)) (catch e log))) nil [] push!)", "[]"),
        ("((fn [a log f] (try (< (* 2 (inc a)) (f log 1)) (catch e log))) :k [] push!)", "[]"),
    ],
)  # fmt: skip
def test_operands_are_asked_from_left_to_right(text: str, value: str, lisp: Any) -> None:
    lisp.ask(op="reset")
    assert lisp.run(text) == value
