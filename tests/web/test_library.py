"""A page that has Python in a worker: `$py` of promises, and the page's objects for the worker's programs."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from loopback import CHROMIUM_OPTIONS, Requests, serving
from npm_tools import npm_tools
from polyrepl.repl.web.assemble import assemble
from polyrepl.repl.web.page import write_page

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
CHROMIUM = shutil.which("chromium")
LACKING = [
    name
    for name, there in {
        "chromium": CHROMIUM,
        "playwright": importlib.util.find_spec("playwright"),
    }.items()
    if not there
]
pytestmark = [
    pytest.mark.web,
    pytest.mark.timeout(100),
    pytest.mark.skipif(bool(LACKING), reason=f"NOT CHECKED: there is no {', '.join(LACKING)}"),
]
# What every test's program begins with: the page's one worker, and `lisp(code)`, which runs code in it.
BEGIN = """
const { createPyodideBridge, PyError, BridgeError } = await import("/page/pyodide.mjs");
const worker = (globalThis.worker ??= new Worker("/worker.mjs", { type: "module" }));
const said = [];
let hear = () => {};
document.body.replaceChildren();
worker.onmessage = ({ data }) => {
  if (data.op === "said") said.push(data.text);
  hear();
};
const until = async (met) => {
  while (!met()) await new Promise((resolve) => (hear = resolve));
};
const lisp = async (code) => {
  const { length } = said;
  worker.postMessage({ op: "lisp", code });
  await until(() => said.length > length);
  return said[length];
};
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a page, a worker, and Python for it."""
    folder = tmp_path_factory.mktemp("site")
    tools = npm_tools(HERE) / "node_modules"
    assemble(folder, tools / "node-inspect-extracted" / "dist" / "inspect.js")
    write_page(folder / "page")
    for name in ("bridge/web/page.mjs", "bridge/node/mailbox.mjs"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "pyodide").mkdir()
    for name in PYODIDE:
        shutil.copyfile(tools / "pyodide" / name, folder / "pyodide" / name)
    with zipfile.ZipFile(folder / "polyrepl.zip", "w") as archive:
        archive.write(ROOT / "package" / "__init__.py", "polyrepl/__init__.py")
        for file in (ROOT / "bridge").rglob("*.py"):
            archive.write(file, f"polyrepl/{file.relative_to(ROOT)}")
    shutil.copyfile(HERE / "bridge_worker.mjs", folder / "worker.mjs")
    (folder / "index.html").write_text('<!doctype html><title>A page</title><link rel="icon" href="data:,">')
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    import playwright.sync_api as playwright

    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with serving(site) as there:
        yield there


@contextlib.contextmanager
def a_page(browser: Any, address: str) -> Iterator[Any]:
    """A new page; whatever it and its worker ask for is asked of 127.0.0.1."""
    context = browser.new_context()
    requests = Requests(context)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    yield page
    context.close()
    requests.assert_at_home()


@pytest.fixture(scope="module")
def run(browser: Any, address: str) -> Iterator[Callable[[str], Any]]:
    """Runs a page's program and gives what it returns."""
    with a_page(browser, address) as page:
        yield lambda program: page.evaluate(f"async () => {{ {BEGIN} {program} }}")


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


def test_the_worker_has_the_page_at_once(run: Callable[[str], Any]) -> None:
    assert run("""
        await createPyodideBridge({ worker });
        const made = await lisp(`
          globalThis.button = page.document.createElement("button");
          button.textContent = "press";
          page.document.body.append(button);
          [page.document.title, page.document.body.children.length, String(page.document.nothing)].join()
        `);
        return [made, document.body.innerHTML, document.querySelector("button").textContent];
    """) == ["A page,1,undefined", "<button>press</button>", "press"]


def test_handlers_call_back(run: Callable[[str], Any]) -> None:
    assert run("""
        await createPyodideBridge({ worker });
        await lisp(`
          globalThis.button = page.document.createElement("button");
          page.document.body.append(button);
          globalThis.clicks = $py.eval("[]");
          button.onclick = (event) => {
            clicks.append(event.type);
            event.target.textContent = "clicked " + clicks.length;
          }
        `);
        const button = document.querySelector("button");
        for (let times = 1; times <= 2; times++) {
          button.click();
          await new Promise((resolve) => new MutationObserver(resolve).observe(button, { childList: true }));
        }
        return [button.textContent, await lisp("String(clicks)")];
    """) == ["clicked 2", "['click', 'click']"]


def test_what_a_handler_throws_is_told_in_the_worker(run: Callable[[str], Any]) -> None:
    assert (
        run("""
        await createPyodideBridge({ worker });
        await lisp(`page.setTimeout(() => { throw new RangeError("of a handler"); }, 0)`);
        await until(() => said.some((text) => text.includes("of a handler")));
        return said.find((text) => text.includes("of a handler")).split("\\n")[0];
    """)
        == "Uncaught (late) JSError: RangeError: of a handler"
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
        const long = "ä".repeat(300_000);
        globalThis.long = long;
        return [
          await lisp("[...page.floats].join()"),
          await lisp(`page.bytes = new Uint8Array([3, 4]); [...page.bytes].join()`),
          bytes instanceof Uint8Array,
          await lisp(`page.take(
            [[1], $py.eval("(2,)")],
            $py("collections").deque([1]), (x) => x + 1, { half: 0.5, more: [new Date(0)] },
          )`),
          await lisp("page.long.length"),
          await lisp("page.missing()"),
          await lisp("page.document.querySelector('#')"),
          await lisp("String(page.Array.from([1, 2]))"),
          await lisp("page.Event.new('press').type"),
        ];
    """) == [
        "1,2.5", "3,4", True, "[[1],[2]],deque([1, 4]),21,0.5,true", "300000",
        "TypeError: page.missing is not a function",
        "JSError: SyntaxError: Failed to execute 'querySelector' on 'Document': '#' is not a valid selector.",
        "[1, 2]", "press",
    ]  # fmt: skip


def test_waiting_for_a_busy_page_can_be_interrupted(run: Callable[[str], Any]) -> None:
    """Not by the page, which is busy: by another worker that has the words."""
    outcome, waited, after = run("""
        await createPyodideBridge({ worker });
        globalThis.busy = () => {
          for (const end = performance.now() + 4000; performance.now() < end; );
        };
        const words = new Promise((resolve) => {
          worker.addEventListener("message", ({ data }) => data.op === "words" && resolve(data.words));
        });
        await lisp("postMessage({ op: 'words', words })");
        const source = `onmessage = ({ data }) => {
          postMessage(0);
          setTimeout(() => Atomics.store(data, 0, -1), 500);
        }`;
        const other = new Worker(URL.createObjectURL(new Blob([source])));
        const there = new Promise((resolve) => (other.onmessage = resolve));
        other.postMessage(await words);
        await there;
        const [name, waited] = (await lisp(`
          const start = performance.now();
          let name = "";
          try { page.busy(); } catch (error) { name = error.name; }
          [name, performance.now() - start].join()
        `)).split(",");
        return [name, Number(waited), await lisp("page.document.title")];
    """)
    assert outcome == "KeyboardInterrupt"
    assert 400 < waited < 3500
    assert after == "A page"


def test_a_page_that_shares_no_memory_has_promises_only(site: Path, browser: Any) -> None:
    with serving(site, isolated=False) as address, a_page(browser, address) as page:
        python, synchronous, told = page.evaluate(f"""async () => {{ {BEGIN}
            const {{ $py, transport }} = await createPyodideBridge({{ worker }});
            return [await $py("math").sqrt(9), transport.synchronous, await lisp("page.document")];
        }}""")
    assert (python, synchronous) == (3, False)
    assert "Cross-Origin-Opener-Policy: same-origin" in told


def test_it_ends_and_the_worker_goes_on(run: Callable[[str], Any]) -> None:
    assert run("""
        const python = await createPyodideBridge({ worker });
        const endless = python.$py("asyncio").sleep(1000).catch((error) => error.name);
        const title = await lisp("globalThis.kept = page.document; kept.title");
        await python.close();
        await python.close();
        const late = await python.$py("math").sqrt(1).catch((error) => error.message);
        const again = await createPyodideBridge({ worker, page: null });
        const gone = (await lisp("kept.title")).split(":")[0];
        return [title, await endless, late, await lisp("typeof page"), gone, await again.$py("math").sqrt(4)];
    """) == [
        "A page",
        "BridgeError",
        "the conversation with the worker has ended",
        "undefined",
        "NodeLost",
        2,
    ]


def test_two_conversations_share_a_worker(run: Callable[[str], Any]) -> None:
    assert run("""
        const first = await createPyodideBridge({ worker });
        const second = await createPyodideBridge({ worker, page: null });
        await first.$py.exec("shared = [1]");
        await second.$py.eval("shared").append(2);
        return [await first.$py.toJs(first.$py.eval("shared")), await lisp("page.document.title")];
    """) == [[1, 2], "A page"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("createPyodideBridge()", "createPyodideBridge needs a worker: { worker: new Worker(..) }"),
        (
            "createPyodideBridge({ worker, pgae: 1 })",
            "createPyodideBridge has no option `pgae`: it has worker, page",
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
