"""Ctrl-C for a page: every kind of endless program is stopped, and what was defined is still there.

In: programs that never end, in a worker of Chromium, and `client.stop()`. Out: one `interrupt`, soon; or a
new worker where nothing else helps, and it is said what is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workers import Worker, values

pytestmark = [pytest.mark.web, pytest.mark.timeout(180)]

# How long a stop may take on a machine that does other things too; the figures are printed.
SLOW = 1500
# Starts a program, stops it once it runs, tells how long that took.
STOP = """async ([text, language, wait]) => {
  const events = [];
  let running;
  const runs = new Promise((resolve) => (running = resolve));
  const ended = client.eval(`${text}`, { language, name: "cell" }, (event) => {
    events.push(event);
    if (event.op === "output" && event.text.includes("runs")) running();
  });
  await Promise.race([runs, ended]);
  await new Promise((done) => setTimeout(done, wait));
  const began = performance.now();
  client.stop();
  const late = new Promise((done) => setTimeout(done, 60_000));
  await Promise.race([ended, late]); // what does not stop shows what it did instead
  return { events, took: performance.now() - began };
}"""
PROGRAMS = {
    "a loop": '(println "runs") (loop [i 0] (recur (+ i 1)))',
    "a loop that awaits": '(println "runs") (loop [i 0] (await nil) (recur (+ i 1)))',
    "a promise that never comes": '(println "runs") (await (new Promise (fn () nil)))',
    "a loop in Python": '(println "runs") (py.exec "while True: pass")',
    "a loop that calls Python": '(println "runs") (loop [i 0] (py.len "abc") (recur (+ i 1)))',
    "a sleep": '(println "runs") (py.import "time") (time.sleep 100)',
    "a loop with something to clean up": (
        '(try (println "runs") (loop [i 0] (recur (+ i 1))) (finally (println "clean" (py.len "abc"))))'
    ),
    "Python that is awaited": '(println "runs") (py.import "asyncio") (await (py.async asyncio.sleep 100))',
    "Python that calls a loop": (
        '(println "runs") (py.list (py.map (fn (x) (loop [i 0] (recur (+ i 1)))) [1 2]))'
    ),
    "a macro": '(println "runs") (defmacro m [] (loop [i 0] (recur (+ i 1)))) (m)',
    "Python that awaits and loops": (
        '(println "runs") (py.exec "async def f():\\n    while True: pass") (await (py.async (py.eval "f")))'
    ),
    "a loop of calls both ways": (
        '(println "runs") (py.exec "def g(f):\\n    while True: f(1)") ((py.eval "g") (fn (x) (+ x 1)))'
    ),
}
JAVASCRIPT = {
    "a promise that never comes": "console.log('runs'); await new Promise(() => {})",
    "a loop that awaits": "console.log('runs'); for (;;) await null",
    "a function with one": "const f = async () => { for (;;) { await 1 } }; console.log('runs'); await f()",
    "a source without end": (
        "async function* g() { for (;;) yield 1 }\nconsole.log('runs'); for await (const x of g()) x + 1"
    ),
}
PYTHON = {
    "a loop": "print('runs')\nwhile True: pass",
    "a loop that calls JavaScript": "print('runs')\nwhile True: js.Math.sqrt(2)",
    "a sleep": "print('runs')\nimport time\ntime.sleep(100)",
    "an await": "print('runs')\nimport asyncio\nawait asyncio.sleep(100)",
}


@pytest.fixture(scope="module")
def worker(site: Path, serve: Callable[..., str], open_page: Callable[..., Any]) -> Worker:
    worker = Worker(open_page(serve(site)))
    worker.run("(def kept 42)")
    return worker


def stop(worker: Worker, text: str, language: str = "lisp", wait: int = 60) -> dict[str, Any]:
    stopped: dict[str, Any] = worker.page.evaluate(STOP, [text, language, wait])
    return stopped


def is_kept(worker: Worker) -> bool:
    return values(worker.run("[kept (py.len [1 2])]")) == ["[42 2]"]


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_program_is_stopped_and_all_is_kept(worker: Worker, kind: str, tell: Callable[[str], None]) -> None:
    stopped = stop(worker, PROGRAMS[kind])
    problem = stopped["events"][-1]
    assert (problem["op"], problem.get("severity")) == ("problem", "interrupt"), stopped["events"]
    assert [event["op"] for event in stopped["events"]].count("problem") == 1
    assert "lost" not in [event["op"] for event in stopped["events"]]
    tell(f"stopped in a page after {stopped['took']:.0f} ms: {kind}")
    assert stopped["took"] < SLOW
    if "clean" in PROGRAMS[kind]:
        assert "clean 3\n" in [event.get("text") for event in stopped["events"]]
    assert is_kept(worker)


@pytest.mark.parametrize("kind", PYTHON)
def test_a_text_of_python_is_stopped(worker: Worker, kind: str) -> None:
    stopped = stop(worker, PYTHON[kind], "py")
    problem = stopped["events"][-1]
    assert (problem["op"], problem.get("severity")) == ("problem", "interrupt"), stopped["events"]
    assert stopped["took"] < SLOW
    assert is_kept(worker)


@pytest.mark.parametrize("kind", JAVASCRIPT)
def test_what_is_awaited_in_javascript_is_stopped(
    worker: Worker, kind: str, tell: Callable[[str], None]
) -> None:
    stopped = stop(worker, JAVASCRIPT[kind], "js")
    assert stopped["events"][-1].get("severity") == "interrupt", stopped["events"]
    tell(f"JavaScript stopped in a page after {stopped['took']:.0f} ms: {kind}")
    assert stopped["took"] < SLOW
    assert is_kept(worker)


def test_awaits_of_a_cell_give_what_they_give(worker: Worker) -> None:
    text = """
const late = async (x) => { await null; return x };
async function* numbers() { yield 1; yield await late(2) }
const found = [await late(1), await (await late(late(2))), [...await late([3])][0]];
for await (const x of numbers()) found.push(x);
for await (const x of [late(5)]) { let y = x; found.push(y) }
try { await Promise.reject(new Error("no")) } catch (e) { found.push(e.message) }
found.push(await { then(done) { done(6) } }, typeof await import("data:text/javascript,export default 1"));
found.join()
"""
    assert values(worker.run(text, language="js")) == ['"1,2,3,1,2,5,no,6,object"']


def test_a_stop_is_of_the_text_that_runs_alone(worker: Worker) -> None:
    told = worker.page.evaluate(
        """async () => {
          const first = [], second = [];
          let running;
          const runs = new Promise((resolve) => (running = resolve));
          const one = client.eval('(println "runs") (await (new Promise (fn () nil)))', {}, (event) => {
            first.push(event);
            if (event.op === "output") running();
          });
          const two = client.eval("(+ 1 2)", {}, (event) => second.push(event));
          await runs;
          client.stop();
          await Promise.all([one, two]);
          client.stop();
          return [first.at(-1), second.at(-1)];
        }"""
    )
    assert told[0]["severity"] == "interrupt"
    assert told[1]["data"]["text/plain"] == "3"
    assert is_kept(worker)


def test_runaway_recursion_is_an_error_and_all_is_kept(worker: Worker) -> None:
    for text in (
        '(defn f (n) (+ (py.len "a") (f (+ n 1)))) (f 0)',
        "(defn g (n) (+ 1 (g n))) (g 0)",
        '(py.exec "def h(f): return f(f)") ((py.eval "h") (fn k (f) ((py.eval "h") f)))',
        "(defn s (n) (py.sorted [2 1] :key (fn (x) (s (+ n 1))))) (s 0)",
        '(py.exec "def r(n): return r(n + 1)") ((py.eval "r") 0)',
        '(py.exec "def r(n): return r(n + 1)") '
        '(defn deep (n) (if (= n 0) ((py.eval "r") 0) (+ 1 (deep (- n 1))))) (deep 3000)',
    ):
        problem = worker.run(text)[-1]
        assert problem["op"] == "problem", text
        assert problem["ename"] in ("RangeError", "RecursionError"), problem["text"]
        assert is_kept(worker), text


RESTARTED = """async (text) => {
  window.reasons = [];
  window.lost = new Client({ restarting: (reason, begun) => reasons.push(reason) });
  await lost.start();
  await lost.eval("(def kept 42)");
  const events = [];
  let running;
  const runs = new Promise((resolve) => (running = resolve));
  const ended = lost.eval(text, {}, (event) => {
    events.push(event);
    if (event.op === "output") running();
  });
  await Promise.race([runs, ended]);
  const began = performance.now();
  lost.stop();
  const answer = await ended;
  const took = performance.now() - began;
  const after = [];
  await lost.eval("(+ 1 1)", {}, (event) => after.push(event));
  await lost.eval("kept", {}, (event) => after.push(event));
  lost.close();
  return { events, answer, took, after, reasons };
}"""


def test_foreign_code_that_loops_ends_with_its_worker(worker: Worker) -> None:
    worker.page.evaluate("import('./repl/web/client.mjs').then((it) => (window.Client = it.Client))")
    told = worker.page.evaluate(RESTARTED, '(do (println "runs") ((Function. "while (true) {}")))')
    assert told["events"][-1]["op"] == "lost"
    assert "did not stop" in told["events"][-1]["text"]
    assert "lost" in told["events"][-1]["text"]
    assert told["answer"] == {"form": None}
    assert 1900 < told["took"] < 10_000
    assert told["reasons"] == [told["events"][-1]["text"]]
    assert told["after"][0]["data"]["text/plain"] == "2"
    assert "kept" in told["after"][-1]["text"]


def test_without_isolation_awaits_stop_and_loops_end_with_their_worker(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    worker = Worker(open_page(serve(site, {})))
    assert not worker.page.evaluate("client.isolated")
    worker.run("(def kept 42)")
    awaiting = [(PROGRAMS[kind], "lisp") for kind in ("a promise that never comes", "Python that is awaited")]
    awaiting += [(text, "js") for text in JAVASCRIPT.values()]
    awaiting += [('(println "runs") (loop [i 0] (await (resolved i)) (recur (+ i 1)))', "lisp")]
    for text, language in awaiting:
        stopped = stop(worker, text, language)
        assert stopped["events"][-1].get("severity") == "interrupt", (text, stopped["events"])
        assert is_kept(worker)
    stopped = stop(worker, PROGRAMS["a loop"])
    assert stopped["events"][-1]["op"] == "lost"
    assert values(worker.run("(+ 1 1)")) == ["2"]


def test_a_fatal_error_of_python_begins_another_worker(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    worker = Worker(open_page(serve(site)))
    for text, language in (
        ('(py.import "ctypes") (ctypes.string_at 4000000000 10)', "lisp"),
        ("import os\nos.abort()", "py"),
    ):
        events = worker.run(text, language=language)
        assert events[-1]["op"] == "lost"
        assert "Python has ended" in events[-1]["text"]
        assert "output" not in [event["op"] for event in events], events  # nothing of our own stack
        assert values(worker.run("(+ 1 1)")) == ["2"]


def test_a_worker_that_a_program_closes_is_replaced(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    """Also where nothing runs when it ends: that all is lost is told there too."""
    worker = Worker(open_page(serve(site)))
    for text, language in (("(js.close)", "lisp"), ("self.close()", "js"), ("import js\njs.close()", "py")):
        events = worker.run(text, language=language)
        assert [event["op"] for event in events][-1:] == ["lost"], (text, events)
        assert "its worker has ended" in events[-1]["text"]
        assert values(worker.run("(+ 1 1)")) == ["2"]
    worker.run('(js.addEventListener "message" (fn [e] (when (= e.data.op "go") (js.close))))')
    worker.page.evaluate("client.postMessage({ op: 'go', id: 0 })")
    worker.page.wait_for_function("stray.some(({ op, text }) => op === 'lost' && text.includes('has ended'))")
    assert values(worker.run("(+ 1 1)")) == ["2"]
