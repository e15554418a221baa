"""How often a compiled loop looks at the interrupt flag: each turn, or once in 512 where a turn only counts.

The flag is a stand-in that counts how often it is read and is set at the k-th look; what a loop has done by
then says how many turns it made. No clock decides anything.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lisp_host import NODE
from polyrepl.lisp.compiler import Compiler
from polyrepl.lisp.runtime.table import FOLDER

RUN = """
import { pathToFileURL } from "node:url";
const $rt = await import(pathToFileURL(`${process.argv[1]}/index.mjs`));
const asked = JSON.parse(process.argv[2]);
const told = asked.map(({ codes, looks }) => {
  let read = 0;
  const $flag = { get 0() { return ++read >= looks ? 1 : 0; } };
  globalThis.turns = 0;
  globalThis.tick = () => { globalThis.turns++; return true; };
  try {
    let value;
    for (const code of codes) value = (0, eval)(code)({ $rt, $flag });
    return { value, read };
  } catch (e) {
    return { error: e.name, turns: globalThis.turns, seen: globalThis.seen ?? null, read };
  }
});
console.log(JSON.stringify(told));
"""


def run(*programs: tuple[str, int]) -> list[dict[str, Any]]:
    """Each program with its flag set at the look of that number; what came of it."""
    asked = []
    for text, looks in programs:
        compiler = Compiler(polls=True)
        compiler.declare_names(["tick", "turns", "seen"])
        asked.append({"codes": [compiler.compile(f).code for f in compiler.read(text)], "looks": looks})
    ran = subprocess.run(
        [NODE, "--input-type=module", "-e", RUN, str(FOLDER), json.dumps(asked)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    told: list[dict[str, Any]] = json.loads(ran.stdout)
    return told


NEVER = 10**9
COUNTING = [
    "(loop [i 0 s 0] (if (< i 100000) (recur (inc i) (+ s i)) s))",
    "(loop [i 0] (let [j (* i 2)] (cond (> j 100000) j (even? j) (recur (inc i)) :else (recur (+ i 2)))))",
    "(let [i 0] (while (< i 100000) (set! i (inc i))) i)",
    "(let [r (loop [i 0] (if (>= i 100000) i (do (if (odd? i) nil nil) (recur (inc i)))))] (+ r 1))",
]


@pytest.mark.parametrize("text", COUNTING)
def test_a_loop_that_only_counts_looks_once_in_512_turns_and_is_stopped(text: str) -> None:
    whole, stopped = run((text, NEVER), (text, 3))
    assert whole["value"] in (4999950000, 100000, 100001, 100002)
    assert 50_000 // 512 <= whole["read"] <= 100_000 / 512 + 3
    assert stopped["error"] == "Interrupt" and stopped["read"] <= 5


SETTING = [  # the test itself changes something: it is asked once a turn
    ("(let [i 0 n 0] (while (< (set! i (inc i)) 3) (set! n (inc n))) [i n])", [3, 2]),
    ("(let [n 0] [(loop [i 0] (if (< (set! n (inc n)) 600) (recur (inc i)) i)) n])", [599, 600]),
    ("(let [n 0] [(loop [i 0] (if (>= (set! n (inc n)) 600) i (recur (inc i)))) n])", [599, 600]),
]


def test_a_test_that_sets_is_asked_once_a_turn() -> None:
    told = run(*[(text, NEVER) for text, _ in SETTING])
    assert [one["value"] for one in told] == [value for _, value in SETTING]


ENDLESS = [
    "(while true nil)",
    "(loop [] (recur))",
    "(loop [i 0] (recur (inc i)))",
    "(loop [a true] (recur (not a)))",
]


def test_a_loop_without_end_is_stopped() -> None:
    for told in run(*[(text, 2) for text in ENDLESS]):
        assert told["error"] == "Interrupt"


LOOKING = [
    "(loop [i 0] (tick) (recur (inc i)))",
    "(loop [i 0] (if (tick) (recur (inc i)) i))",
    "(while (tick) nil)",
    "(loop [i 0] (if (< i 100000) (if (tick) (recur (inc i)) (recur (+ i 2))) i))",
    "(loop [i 0] (if (< i 100000) (let [x (tick)] (if x (let [y i] (recur (inc y))) (recur (+ i 2)))) i))",
    "(doseq [x (range 100000) :when (not (tick))] (println x) (println x))",
    "(for [x (range 100000) :when (not (tick)) :let [y x] :when y] y)",
    "(dotimes [i 100000] (tick))",
    "(loop [i 0] (loop [j 0] (if (< j 3) (recur (inc j)) j)) (tick) (recur (inc i)))",
]


@pytest.mark.parametrize("text", LOOKING)
def test_a_loop_that_calls_looks_in_every_turn(text: str) -> None:
    (told,) = run((text, 40))
    assert told["error"] == "Interrupt" and told["turns"] <= 40


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1600), st.integers(1, 3), st.sampled_from(["+", "-", "*"]))
def test_turns_are_counted_alike_whatever_the_number(count: int, step: int, op: str) -> None:
    """Around 512 and its multiples the value is that of a loop that looks in every turn."""
    plain = f"(loop [i 0 s 1] (if (< i {count}) (recur (+ i {step}) ({op} s 1.5)) [s i]))"
    looking = plain.replace("(recur", "(do (tick) (recur").replace(f"({op} s 1.5))", f"({op} s 1.5)))")
    first, second = run((plain, NEVER), (looking, NEVER))
    assert first["value"] == second["value"]
