"""The Session in a worker of Chromium: it begins, runs programs in three languages, answers questions.

In: the folder of assemble.py, served on 127.0.0.1. Out: what client.mjs gives a page.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "lisp"))

from test_tables import cases, unmarked
from workers import Worker, printed, values

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

# What programs of the tables call, as in tests/lisp/lisp_host.mjs.
HELPERS = """
globalThis.logged = [];
const tick = (x, ms = 1) => new Promise((done) => setTimeout(() => done(x), ms));
globalThis.helpers = {
  p: (x) => tick(x),
  p_ms: tick,
  fails: (message) => new Promise((_, fail) => setTimeout(() => fail(new Error(message)), 1)),
  t: (x) => (logged.push(x), x),
  tp: (x) => (logged.push(x), tick(x)),
  log: () => [...logged],
  agen: async function* (...xs) {
    for (const x of xs) {
      await tick(null);
      yield x;
    }
  },
};
"""
# Each program begins in a world of its own, as if a worker had begun for it.
ANEW = """
import gc
from polyrepl.repl.session.session import Session
session = next(each for each in gc.get_objects() if issubclass(type(each), Session))
def anew():
    session.compiler = session._new_compiler()
    js.forget()
"""
FORGET = """
globalThis.known = new Set(["known", "forget", "js", "py", ...Object.getOwnPropertyNames(globalThis)]);
globalThis.forget = () => {
  for (const name of Object.keys(globalThis)) if (!known.has(name)) delete globalThis[name];
};
"""
# Programs, each in its world; the last event of each.
RUN_ALL = """async (texts) => {
  const ends = [];
  for (const [text, name] of texts) {
    await client.eval("anew()", { language: "py" });
    const events = await run(text, { name });
    ends.push(events.at(-1));
  }
  return ends;
}"""
NODES = {"expressions/XC2"}  # it imports node:path
NAMES = """
(def p helpers.p) (def p-ms helpers.p_ms) (def p! helpers.fails) (def t helpers.t) (def tp helpers.tp)
(def log helpers.log) (def agen helpers.agen)
"""


@pytest.fixture(scope="module")
def worker(site: Path, serve: Callable[..., str], open_page: Callable[..., Any]) -> Worker:
    return Worker(open_page(serve(site)))


def test_it_begins(worker: Worker) -> None:
    assert worker.began["polyrepl"] and worker.began["python"].startswith("3.")
    steps = worker.page.evaluate("steps")
    assert [step["done"] for step in steps] == sorted(step["done"] for step in steps)
    assert steps[-1]["done"] == 1
    assert worker.page.evaluate("crossOriginIsolated")


def test_values_output_and_definitions_come_in_order(worker: Worker) -> None:
    events = worker.run('(println "a") (def x 20) (print "b") (+ x 1) (py.len [1 2 3])')
    assert [event["op"] for event in events if event["op"] != "value" or not event["quiet"]] == [
        "output", "output", "value", "value",
    ]  # fmt: skip
    assert printed(events) == "a\nb"
    assert values(events) == ["21", "3"]
    assert [event["python"] for event in events if event["op"] == "value" and not event["quiet"]] == [
        False,
        False,
    ]


def test_three_languages_see_each_other(worker: Worker) -> None:
    assert values(worker.run("(defn twice (x) (* 2 x))")) == []
    assert values(worker.run("twice(4) + 1", language="js")) == ["9"]
    assert values(worker.run("import math\nfound = js.twice(math.floor(3.5))\nfound", language="py")) == ["6"]
    assert values(worker.run("py.found + await Promise.resolve(1)", language="js")) == ["7"]
    assert values(worker.run('(py.import "fractions") (fractions.Fraction 1 3)')) == ["Fraction(1, 3)"]
    events = worker.run("print('from Python')\nimport asyncio\nawait asyncio.sleep(0)\n[1, 2]", language="py")
    assert printed(events) == "from Python\n"
    assert values(events) == ["[1, 2]"]


def test_awaits_and_promises(worker: Worker) -> None:
    assert values(worker.run("(await (Promise.resolve 5))")) == ["5"]
    assert values(worker.run('(py.import "asyncio") (await (py.async asyncio.sleep 0.01 "slept"))')) == [
        '"slept"'
    ]


def test_errors_have_an_excerpt_a_caret_and_the_user_s_frames(worker: Worker) -> None:
    (problem,) = worker.run('(defn f (x) (+ 1 (py.int x)))\n(f "x")', name="cell")[1:]
    assert problem["op"] == "problem" and problem["severity"] == "error"
    assert problem["ename"] == "ValueError"
    assert problem["text"] == (
        "cell:1:18: ValueError: invalid literal for int() with base 10: 'x'\n"
        "  (defn f (x) (+ 1 (py.int x)))\n"
        "                   ^^^^^^^^^^\n"
        "  lisp  cell:2:1\n"
        "  lisp  cell:1:18 in f"
    )
    (problem,) = worker.run("function g() { null.x }\ng()", language="js", name="cell.js")
    assert "TypeError" in problem["text"]
    assert [frame.split(" in ")[0] for frame in problem["frames"]] == [
        "js    cell.js:2:1",
        "js    cell.js:1:21",
    ]
    (problem,) = worker.run("def h():\n    return 1 / 0\nh()", language="py", name="cell.py")
    assert problem["ename"] == "ZeroDivisionError"
    assert 'File "cell.py", line 2, in h' in problem["text"]
    assert "polyrepl" not in problem["text"]
    (problem,) = worker.run("(+ 1", name="cell")
    assert problem["text"].startswith("cell:1:1: ")
    (problem,) = worker.run("let = = 3", language="js", name="cell.js")
    assert problem["ename"] == "SyntaxError"


def test_rich_results(worker: Worker) -> None:
    worker.run(
        "class Rich:\n    def _repr_html_(self): return '<b>rich</b>'\n"
        "    def _repr_png_(self): return b'png'\n    def _repr_svg_(self): raise ValueError('no')\n",
        language="py",
    )
    events = worker.run('(py.eval "Rich()")')
    (value,) = [event for event in events if event["op"] == "value"]
    assert value["data"]["text/html"] == "<b>rich</b>"
    assert value["data"]["image/png"] == "cG5n"
    assert "_repr_svg_ raised ValueError: no" in printed(events, "stderr")
    (value,) = worker.run("[{:a 1 :b 2} {:a 3 :b 4}]")
    assert "<table" in value["data"]["text/html"]


def test_questions(worker: Worker) -> None:
    worker.run("(def answer 42) (def shape {:area 3})")
    found = worker.ask("complete", text="(+ ans", cursor=6)
    assert (found["start"], found["end"]) == (3, 6)
    assert "answer" in [one["text"] for one in found["candidates"]]
    found = worker.ask("complete", text='"😀" (math.sq', cursor=13)
    assert found["start"] == 11
    found = worker.ask("complete", text="Math.sq", cursor=7, language="js")
    assert "sqrt" in [one["text"].split(".")[-1] for one in found["candidates"]]
    found = worker.ask("complete", text="found.bit_l", cursor=11, language="py")
    assert [one["text"].split(".")[-1] for one in found["candidates"]] == ["bit_length"]
    assert "map" in worker.ask("inspect", text="(map inc", cursor=4)["doc"]
    assert worker.ask("inspect", text="(map inc ", cursor=9)["signature"]["text"].startswith("(map")
    assert "absolute" in worker.ask("doc", name="py.abs")
    assert worker.ask("status", text="(+ 1")["kind"] == "incomplete"
    assert worker.ask("status", text="(+ 1)")["kind"] == "complete"
    assert worker.ask("status", text="f(1,", language="js")["kind"] == "incomplete"
    assert worker.ask("status", text="if x:", language="py")["kind"] == "incomplete"
    assert worker.ask("names")["answer"]
    assert "answer" in worker.ask("compiled", text="(+ answer 1)")


def test_files(worker: Worker) -> None:
    worker.ask("write", path="data.csv", data="a,b\n1,2\n")
    assert values(worker.run('(.read ((. py open) "data.csv"))')) == ['"a,b\\n1,2\\n"']
    assert {"name": "data.csv", "folder": False, "size": 8} in worker.ask("list", path="")
    worker.ask("remove", path="data.csv")
    assert "data.csv" not in [one["name"] for one in worker.ask("list")]
    told = worker.page.evaluate("client.ask('read', {path: 'data.csv'}).catch((error) => error.message)")
    assert told == "there is no such file or folder"


def test_what_goes_wrong_is_told(worker: Worker) -> None:
    told = worker.page.evaluate("client.ask('nothing').catch((error) => error.message)")
    assert "no operation" in told
    told = worker.page.evaluate("client.eval('1', {language: 'cobol'}).catch((error) => error.message)")
    assert "cobol" in told
    assert values(worker.run("(+ 1 1)")) == ["2"]


def test_late_output_is_of_its_request(worker: Worker) -> None:
    worker.page.evaluate(
        """async () => {
          window.late = [];
          await client.eval('(setTimeout (fn () (println "late")) 20) nil', {}, (event) => late.push(event));
        }"""
    )
    worker.page.wait_for_function("stray.some((event) => event.text === 'late\\n')")


def test_a_flood_of_output_loses_nothing(worker: Worker) -> None:
    began = time.monotonic()
    events = worker.run("(dotimes (i 20000) (println i))")
    took = time.monotonic() - began
    assert printed(events) == "".join(f"{i}\n" for i in range(20_000))
    # A hundred texts in each tenth of a second at most, and what gathers in between.
    assert len([event for event in events if event["op"] == "output"]) < 1_200 * (took + 0.2)


def test_programs_of_the_tables(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any], tell: Callable[[str], None]
) -> None:
    worker = Worker(open_page(serve(site)))
    worker.run(HELPERS, language="js")
    assert worker.run(ANEW, language="py")[-1]["op"] == "value"
    worker.run(FORGET, language="js")
    programs = list(cases())
    texts = [[f"{NAMES} (set! logged.length 0) {unmarked(case.program)[0]}", case.id] for case in programs]
    ends = worker.page.evaluate(RUN_ALL, texts)
    failed = []
    for case, last in zip(programs, ends, strict=True):
        shown = last.get("text") or last.get("data", {}).get("text/plain", "nil")
        if case.id in NODES:
            fine = "cannot find the JavaScript module" in shown and "hint: it is Node's own" in shown
        elif case.fails:
            fine = last["op"] == "problem" and re.search(case.wanted, shown, re.IGNORECASE | re.DOTALL)
        else:  # a page gets values laid out in lines
            fine = last["op"] == "value" and shown.split() == case.wanted.split()
        if not fine:
            failed.append((case.id, case.wanted, shown))
    tell(f"in a page: {len(programs) - len(failed)} of {len(programs)} programs of the tables pass")
    assert not failed, "\n".join(map(repr, failed))
