"""A page that has Python in a worker: `$py` of promises, and the page's objects for the worker's programs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.web, pytest.mark.timeout(100)]

# What every test's program begins with: the page's one worker, and what runs a text in it.
BEGIN = """
const { createPyodideBridge, PyodideTransport, PyError, BridgeError } = await import("/page/pyodide.mjs");
const begin = () => new Worker("/repl/web/worker.mjs", { type: "module" });
const worker = (globalThis.worker ??= begin());
globalThis.count ??= 0;
const said = [];
let hear = () => {};
document.body.replaceChildren();
const until = async (met) => {
  while (!met()) await new Promise((resolve) => (hear = resolve));
};
/** Its value as text, or what is wrong. */
const run = async (text, language) => {
  const id = ++globalThis.count;
  let last = "nothing";
  let done = false;
  worker.onmessage = ({ data }) => {
    if (data.op === "output") said.push(data.text);
    if (data.id === id) {
      if (data.op === "value" && !data.quiet) last = data.data["text/plain"];
      if (data.op === "problem") last = `${data.ename}: ${data.evalue}`;
      done ||= data.op === "answer" || data.op === "failed";
    }
    hear();
  };
  worker.postMessage({ id, op: "eval", text, language });
  await until(() => done);
  return last.startsWith('"') ? JSON.parse(last) : last;
};
const js = (text) => run(text, "js");
const lisp = (text) => run(text, "lisp");
"""


@pytest.fixture(scope="module")
def run(site: Path, serve: Callable[..., str], open_page: Callable[..., Any]) -> Callable[[str], Any]:
    """Runs a page's program and gives what it returns."""
    page = open_page(serve(site))
    return lambda program: page.evaluate(f"async () => {{ {BEGIN} {program} }}")


def test_python_answers_with_promises(run: Callable[[str], Any]) -> None:
    assert run("""
        const { $py } = await createPyodideBridge({ worker });
        const words = await $py.eval("['pear', 'fig', 'apple']");
        await words.sort(...$py.kwargs({ key: $py.eval("len") }));
        return [
          await $py("math").sqrt(16),
          await $py("fractions").Fraction(3, 4).limit_denominator(2).__str__(),
          await $py.toJs(words),
          await $py("builtins").bytes([1, 2, 255]).then((bytes) => [...bytes]),
          await $py("builtins").sum(new Float64Array([0.5, 2])),
          await $py("asyncio").sleep(0.01, "slept"),
        ];
    """) == [4, "1", ["fig", "pear", "apple"], [1, 2, 255], 2.5, "slept"]


def test_errors_keep_their_class(run: Callable[[str], Any]) -> None:
    assert run("""
        const { $py } = await createPyodideBridge({ worker });
        try {
          await $py("math").sqrt(-1);
        } catch (error) {
          const place = error.stack.split("\\n")[1].trim();
          return [error.name, error instanceof PyError, error.message, place, error.traceback ?? null];
        }
    """) == ["ValueError", True, "expected a nonnegative input, got -1.0", "at math.sqrt(…) (Python)", None]


def test_a_transport_has_the_bridge_s_operations(run: Callable[[str], Any]) -> None:
    assert run("""
        const { transport } = await createPyodideBridge({ worker });
        const wrong = async () => transport.request({ op: "nothing" });
        const told = (promise) => promise.then(() => "nothing", (error) => error);
        const failing = told(transport.request({ op: "eval", operands: ["1 / 0"] }));
        const controller = new AbortController();
        const { signal } = controller;
        const asyncio = await transport.request({ op: "import", operands: ["asyncio"] });
        const operands = [transport.connection.proxies.handleOf(asyncio), ["sleep"], -1, 1000];
        const endless = told(transport.request({ op: "call", operands, signal }));
        controller.abort();
        return [
          await transport.request({ op: "eval", operands: ["1 + 2"] }),
          (await failing).name,
          (await endless).name,
          (await told(wrong())).message.slice(0, 38),
        ];
    """) == [3, "ZeroDivisionError", "AbortError", 'there is no operation "nothing": ping,']  # fmt: skip


def test_the_lisp_has_the_page_at_once(run: Callable[[str], Any]) -> None:
    assert run("""
        await createPyodideBridge({ worker });
        const made = await lisp(`
          (def button (page.document.createElement "button"))
          (set! button.textContent "press")
          (page.document.body.append button)
          [page.document.title page.document.body.children.length button.textContent]
        `);
        return [made, document.body.innerHTML];
    """) == ['["page" 1 "press"]', "<button>press</button>"]


def test_handlers_call_back(run: Callable[[str], Any]) -> None:
    assert run("""
        await createPyodideBridge({ worker });
        await lisp(`
          (def button (page.document.createElement "button"))
          (page.document.body.append button)
          (def clicks (py.list))
          (set! button.onclick
            (fn [event]
              (.append clicks event.type)
              (set! event.target.textContent (str "clicked " (count clicks)))))
        `);
        const button = document.querySelector("button");
        for (let times = 1; times <= 2; times++) {
          button.click();
          await new Promise((resolve) => new MutationObserver(resolve).observe(button, { childList: true }));
        }
        return [button.textContent, await lisp("clicks")];
    """) == ["clicked 2", "['click', 'click']"]


def test_what_a_handler_throws_is_told_in_the_worker(run: Callable[[str], Any]) -> None:
    assert (
        run("""
        await createPyodideBridge({ worker });
        await lisp('(page.setTimeout (fn [] (throw (RangeError "of a handler"))) 0)');
        await until(() => said.some((text) => text.includes("of a handler")));
        return said.join("").split("\\n")[0];
    """)
        == "Uncaught (late) RangeError: of a handler"
    )


def test_values_cross_as_everywhere(run: Callable[[str], Any]) -> None:
    assert run("""
        const { $py } = await createPyodideBridge({ worker });
        globalThis.floats = new Float64Array([1, 2.5]);
        globalThis.take = async (list, live, function_, { half, more: [deep] }) => {
          await live.append(4);
          const [text, called] = [await $py.repr(live), await function_(20)];
          return [JSON.stringify(list), text, called, half, deep instanceof Date].join();
        };
        globalThis.long = "ä".repeat(300_000);
        await lisp('(py.import "collections" :as collections)');
        return [
          await js("[...page.floats].join()"),
          await js("page.bytes = new Uint8Array([3, 4]); [...page.bytes].join()"),
          bytes instanceof Uint8Array,
          await lisp(`(await (page.take
            [[1] (py.tuple [2])] (collections.deque [1]) inc {:half 0.5 :more [(Date. 0)]}))`),
          await lisp("(count page.long)"),
          await lisp("(page.missing)"),
          await lisp('(page.document.querySelector "#")'),
          await lisp("(page.Array.from [1 2])"),
          await lisp('(.-type (page.Event.new "press"))'),
        ];
    """) == [
        "1,2.5", "3,4", True, "[[1],[2]],deque([1, 4]),21,0.5,true", "300000",
        'AttributeError: JavaScript Window has no property "missing"',
        "JSError: SyntaxError: Failed to execute 'querySelector' on 'Document': '#' is not a valid selector.",
        "[1, 2]", "press",
    ]  # fmt: skip


def test_waiting_for_a_busy_page_can_be_interrupted(run: Callable[[str], Any]) -> None:
    """Not by the page, which is busy: by another worker that has the words."""
    problem, took, after = run("""
        const words = new Int32Array(new SharedArrayBuffer(64));
        const stoppable = begin();
        const events = (id) => new Promise((resolve) => {
          const all = [];
          stoppable.addEventListener("message", ({ data }) => {
            if (data.id === id) all.push(data);
            if (data.id === id && data.op === "answer") resolve(all);
          });
        });
        stoppable.postMessage({ id: 0, op: "start", words });
        await createPyodideBridge({ worker: stoppable });
        globalThis.busy = () => {
          for (const end = performance.now() + 4000; performance.now() < end; );
        };
        const source = `onmessage = ({ data }) => {
          postMessage(0);
          setTimeout(() => Atomics.store(data, 0, -1), 500);
        }`;
        const other = new Worker(URL.createObjectURL(new Blob([source])));
        const there = new Promise((resolve) => (other.onmessage = resolve));
        other.postMessage(words);
        await there;
        const stopped = events(1);
        const text = `(def start (performance.now))
          (try (page.busy) (finally (def took (- (performance.now) start))))`;
        stoppable.postMessage({ id: 1, op: "eval", text });
        const { severity } = (await stopped).find(({ op }) => op === "problem");
        const answered = events(2);
        stoppable.postMessage({ id: 2, op: "eval", text: "[took page.document.title]" });
        const [took, title] = JSON.parse((await answered)[0].data["text/plain"].replace(" ", ","));
        stoppable.terminate();
        return [severity, took, title];
    """)
    assert problem == "interrupt"
    assert 300 < took < 3500
    assert after == "page"


def test_a_page_that_shares_no_memory_has_promises_only(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    python, synchronous, told = open_page(serve(site, {})).evaluate(f"""async () => {{ {BEGIN}
        const {{ $py, transport }} = await createPyodideBridge({{ worker }});
        return [await $py("math").sqrt(9), transport.synchronous, await lisp("page.document")];
    }}""")
    assert (python, synchronous) == (3, False)
    assert "Cross-Origin-Opener-Policy: same-origin" in told


def test_it_ends_and_the_worker_goes_on(run: Callable[[str], Any]) -> None:
    assert run("""
        const python = await createPyodideBridge({ worker });
        const endless = python.$py("asyncio").sleep(1000).catch((error) => error.name);
        const title = await lisp("(def kept page.document) kept.title");
        await python.close();
        await python.close();
        const late = await python.$py("math").sqrt(1).catch((error) => error.message);
        const again = await createPyodideBridge({ worker, page: null });
        const gone = (await lisp("kept.title")).split(":")[0];
        return [title, await endless, late, await js("typeof page"), gone, await again.$py("math").sqrt(4)];
    """) == ["page", "BridgeError", "the conversation with the worker has ended", "undefined", "NodeLost", 2]


def test_two_conversations_share_a_worker(run: Callable[[str], Any]) -> None:
    assert run("""
        const first = await createPyodideBridge({ worker });
        const second = await createPyodideBridge({ worker, page: null });
        await first.$py.exec("shared = [1]");
        await second.$py.eval("shared").append(2);
        return [await first.$py.toJs(first.$py.eval("shared")), await lisp("page.document.title")];
    """) == [[1, 2], "page"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("createPyodideBridge()", "createPyodideBridge needs a worker: { worker: new Worker(..) }"),
        (
            "createPyodideBridge({ worker, pgae: 1 })",
            "createPyodideBridge has no option `pgae`: it has worker, page, begin",
        ),
        (
            "createPyodideBridge({ worker: new Worker('/nothing.mjs', { type: 'module' }) })",
            "the worker cannot serve: its script could not be loaded",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_told(run: Callable[[str], Any], call: str, message: str) -> None:
    assert run(f"return {call}.then(() => 'nothing', (error) => error.message);") == message


def test_a_page_does_not_stand_still(run: Callable[[str], Any]) -> None:
    """Wherever a page wants of Python at once what it cannot have, it is told what to write."""
    assert run("""
        const { $py } = await createPyodideBridge({ worker });
        const list = await $py.eval("[1]");
        const errors = [() => `${list}`, () => (list.x = 1), () => "a" in list].map((wrong) => {
          try { return wrong(); } catch (error) { return error.message; }
        });
        return errors;
    """) == [
        "a Python object answers asynchronously, so its text or number cannot be had at once: use "
        "`await $py.repr(object)`",
        "a Python object answers asynchronously, so assigning cannot be had at once: use "
        "`await $py.set(object, name, value)`",
        'a Python object answers asynchronously, so `in` cannot be had at once: use '
        '`await $py.eval("hasattr")`',
    ]  # fmt: skip


def test_a_client_s_session_and_its_page_s_bridge_are_one(run: Callable[[str], Any]) -> None:
    assert run("""
        const { Client } = await import("/repl/web/client.mjs");
        const client = new Client();
        await client.start();
        const { $py } = await createPyodideBridge({ worker: client });
        await client.eval('(set! page.document.title "from the Lisp") (py.exec "shared = 6")');
        const endless = $py("asyncio").sleep(1000).catch((error) => error.message);
        const all = [document.title, await $py.eval("shared * 7")];
        document.title = "page";
        client.close();
        return [...all, await endless];
    """) == ["from the Lisp", 42, "the worker was ended: all that it held is lost"]
