"""What else a session has in a page: lines that a person types, things shown in between, modules, errors.

In: programs in a worker of Chromium. Out: what the page gets.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workers import Worker, printed, values

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

# Runs a text, and answers what it asks for.
ASK = """async ([text, lines, language]) => {
  const events = [];
  await client.eval(text, { language }, (event) => {
    events.push(event);
    if (event.op === "input") setTimeout(() => client.answer(lines.shift()), 10);
  });
  return events;
}"""


@pytest.fixture(scope="module")
def page_folder(site: Path) -> Path:
    """The build's files, with a module beside the page and packages in npm/."""
    (site / "beside.mjs").write_text(
        "export const here = import.meta.url;\nexport default () => 'default';\n"
    )
    (site / "npm" / "square").mkdir(parents=True)
    (site / "npm" / "square" / "index.mjs").write_text("export const square = (x) => x * x;\n")
    (site / "npm" / "square" / "cube.mjs").write_text("export const cube = (x) => x ** 3;\n")
    (site / "npm" / "index.json").write_text('{"square": "square/index.mjs"}')
    return site


@pytest.fixture(scope="module")
def worker(page_folder: Path, serve: Callable[..., str], open_page: Callable[..., Any]) -> Worker:
    return Worker(open_page(serve(page_folder)))


def ask(worker: Worker, text: str, lines: list[str | None], language: str = "lisp") -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = worker.page.evaluate(ASK, [text, lines, language])
    return events


def problem(worker: Worker, text: str, language: str = "lisp") -> str:
    last = worker.run(text, language=language)[-1]
    assert last["op"] == "problem", last
    return str(last["text"])


def test_a_program_asks_for_lines(worker: Worker) -> None:
    events = ask(worker, '(println "hello") (read-line "name? ")', ["Ann"])
    (asked,) = [event for event in events if event["op"] == "input"]
    assert (asked["prompt"], asked["secret"]) == ("name? ", False)
    assert [event["op"] for event in events if event["op"] in ("output", "input")][-1] == "input"
    assert values(events) == ['"Ann"']
    assert values(ask(worker, "(read-line)", [None])) == []
    assert values(ask(worker, "input('? ')", ["Bób 😀"], "py")) == ["'Bób 😀'"]
    assert ask(worker, "input()", [None], "py")[-1]["ename"] == "EOFError"
    assert values(ask(worker, "import sys; sys.stdin.read()", ["a", "b", None], "py")) == ["'a\\nb\\n'"]
    events = ask(worker, "import getpass; getpass.getpass()", ["pw"], "py")
    assert events[0]["secret"] is True
    assert values(events) == ["'pw'"]
    # Longer than the box that it comes in, with letters of several bytes.
    assert values(ask(worker, "(count (py.input))", ["aé" * 60_000])) == ["120000"]


def test_a_program_that_waits_for_a_line_is_stopped(worker: Worker) -> None:
    events = worker.page.evaluate(
        """async () => {
          const events = [];
          await client.eval("(py.input)", {}, (event) => {
            events.push(event);
            if (event.op === "input") client.stop();
          });
          return events;
        }"""
    )
    assert events[-1]["severity"] == "interrupt"
    assert values(ask(worker, "(read-line)", ["after"])) == ['"after"']


def test_things_are_shown_in_between(worker: Worker) -> None:
    events = worker.run('(display [1 2] :id "a") (println "x") (update-display "a" {:b 3}) (clear-output)')
    shown = [event for event in events if event["op"] in ("display", "output", "clear")]
    assert [event["op"] for event in shown] == ["display", "output", "display", "clear"]
    assert shown[0]["data"]["text/plain"] == "[1 2]"
    assert (shown[0]["name"], shown[0]["update"]) == ("a", False)
    assert (shown[2]["name"], shown[2]["update"]) == ("a", True)
    events = worker.run('(doseq [x (progress [1 2 3])] (println x)) (display (py.eval "range(3)"))')
    assert printed(events) == "1\n2\n3\n"
    bars = [event for event in events if event["op"] == "display"]
    assert "3/3" in bars[-2]["data"]["text/html"]
    assert bars[-1]["data"]["text/plain"] == "range(0, 3)"


def test_modules_of_the_page_of_npm_and_of_other_hosts(
    worker: Worker, tmp_path: Path, serve: Callable[..., str]
) -> None:
    address = worker.page.url
    assert values(worker.run('(js.import "./beside.mjs" :as beside) beside.here')) == [
        f'"{address}beside.mjs"'
    ]
    assert values(worker.run('(js.import "./beside.mjs" :default f) (f)')) == ['"default"']
    assert values(worker.run('(js.import "square" :refer [square]) (square 7)')) == ["49"]
    assert values(worker.run('(js.import "square/cube.mjs" :refer [cube]) (cube 3)')) == ["27"]
    assert values(worker.run('import { square as s } from "square"; s(5)', language="js")) == ["25"]
    assert values(worker.run('(await import("./beside.mjs")).default()', language="js")) == ['"default"']
    events = worker.run('const later = () => import("square"); (await later()).square(3)', language="js")
    assert values(events) == ["9"]
    (tmp_path / "far.mjs").write_text("export const far = 1;\n")
    allowed = serve(tmp_path, {"Access-Control-Allow-Origin": "*"})
    assert values(worker.run(f'(js.import "{allowed}far.mjs" :refer [far]) far')) == ["1"]
    refused = serve(tmp_path, {})
    told = problem(worker, f'(js.import "{refused}far.mjs" :as far)')
    assert "ModuleNotFound" in told
    assert "Cross-Origin-Resource-Policy" in told


def test_what_is_not_there_is_told_with_what_to_do(worker: Worker) -> None:
    told = problem(worker, '(js.import "./nothing.mjs" :as x)')
    assert f'cannot find the JavaScript module "./nothing.mjs" from {worker.page.url}' in told
    assert "beside the page" in told
    assert "polyrepl web build --npm lodash" in problem(worker, '(js.import "lodash" :as x)')
    assert "Node's own" in problem(worker, '(js.import "node:fs" :as x)')
    assert "js.import" in problem(worker, '(require "x")')
    assert "Access-Control-Allow-Origin" in problem(worker, '(await (fetch "http://127.0.0.1:1/"))')
    open_url = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:1/')"
    assert "hint: a browser's Python has no sockets" in problem(worker, open_url, "py")
    assert "has no threads" in problem(
        worker, "import threading; threading.Thread(target=print).start()", "py"
    )
    assert "no processes" in problem(worker, "import subprocess; subprocess.run(['ls'])", "py")
    assert "polyrepl web build --packages numpy" in problem(worker, "import numpy", "py")
    assert "polyrepl web build --packages numpy" in problem(worker, '(py.import "numpy")')
    assert "cannot be loaded again" in problem(worker, '(js.import "./beside.mjs" :reload)')


def test_the_network_is_fetch_s(worker: Worker) -> None:
    assert values(worker.run('(.text (await (fetch "./beside.mjs")))')) != []
    text = "import pyodide.http\nlen(pyodide.http.open_url(js.location.href).read()) > 0"
    assert values(worker.run(text, language="py")) == ["True"]


def test_a_page_that_shares_no_memory_cannot_be_asked(
    site: Path, serve: Callable[..., str], open_page: Callable[..., Any]
) -> None:
    worker = Worker(open_page(serve(site, {})))
    told = problem(worker, '(read-line "? ")')
    assert "Cross-Origin-Embedder-Policy: require-corp" in told
    assert "Cross-Origin-Opener-Policy" in problem(worker, "input()", "py")
    assert values(worker.run("(+ 1 1)")) == ["2"]
