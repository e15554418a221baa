"""Completion in a running session: every source, and the meta column; nothing of the user's runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.complete import completer, helper, services
from polyrepl.repl.complete.completer import Candidate
from polyrepl.repl.complete.modes import Mode

SETUP = """
import threading
ran = []
class Thing:
    "A thing."
    size = 3
    def move(self, dx, dy=0): ...
    @property
    def risky(self): ran.append("property")
    def __getattr__(self, name): ran.append(name); raise AttributeError(name)
class Slow:
    asked, go_on = threading.Event(), threading.Event()
    def __dir__(self):
        self.asked.set()
        self.go_on.wait()
        return ["late"]
def plot(xs, *, color="red", width=1): ...
thing, slow = Thing(), Slow()
"""


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        made.submit(",py " + SETUP)
        made.submit(
            '(def thing (py.eval "thing"))', '(def slow (py.eval "slow"))', '(def plot (py.eval "plot"))'
        )
        made.submit('(py.import "json" :as json)', "(defn area [w h] (* w h))", "{:seen-before 1}")
        made.submit('(def my-object {:alpha 1 :beta (fn [a b] a) :inner {:deep "x"}})')
        made.submit(
            ",js globalThis.ranJs = []; "
            "globalThis.guarded = { get trap() { ranJs.push('getter'); return { x: 1 } }, "
            "plain: 1, method(a, b = 2) {}, made: new Proxy({}, { get() { ranJs.push('get') }, "
            "ownKeys() { ranJs.push('keys'); return [] } }), get pure() { return ' a ' } }; null"
        )
        made.submit(
            ",js class Point { constructor(x) { this.x = x } norm() {} }; globalThis.point = new Point(1)"
        )
        made.submit(
            ",js const pure = () => guarded.pure; "
            "let changed = 0; const change = () => { changed++; return 'a' }"
        )
        made.submit(
            ",js const endless = () => { for (;;); }; "
            "const rejected = async () => { throw new Error('never') }"
        )
        made.submit("(def long-array (js.Uint8Array. 3000000))")
        yield made


@pytest.fixture(autouse=True)
def patient(request: pytest.FixtureRequest, prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is offered is tested, not what of it a busy machine has ready at a key stroke."""
    if request.function in (test_a_slow_dir_is_not_waited_for, test_a_busy_node_costs_an_answer_not_a_wait):
        return
    monkeypatch.setattr(prompt.terminal.services, "patience", lambda: 30.0)
    for module in (completer, services):
        monkeypatch.setattr(module, "ask", lambda question, deadline=0: helper.ask(question, 30.0))


CASES: list[tuple[str, Mode, dict[str, tuple[str, str]]]] = [
    # text with | where the cursor is, language, some of what is offered: (kind, meta)
    ("(let [alpha 1 [beta & more] xs] al|", "lisp", {"alpha": ("local", "local")}),
    ("(fn [width] (let [weight 2] w|))", "lisp", {"width": ("local", "local"), "weight": ("local", "local")}),
    ("(are", "lisp", {"area": ("function", "(area w h)")}),
    ("(redu", "lisp", {"reduce": ("function", "(reduce f xs)")}),
    ("(when-l", "lisp", {"when-let": ("macro", "macro (when-let [name value] body ..)")}),
    ("(defcl", "lisp", {"defclass": ("definer", "special (defclass Name (extends P) member ..)")}),
    ("(Arr", "lisp", {"Array": ("js", "JavaScript")}),
    ("(f :se", "lisp", {":seen-before": ("keyword", "keyword")}),
    ("(json.dum", "lisp", {"dumps": ("function", "")}),
    ("(.mo| thing 1)", "lisp", {"move": ("function", "(dx, dy=0)")}),
    ("(-> thing (.mo", "lisp", {"move": ("function", "(dx, dy=0)")}),
    ("thing.", "lisp", {"size": ("value", "int"), "risky": ("property", "property")}),
    ("(. thing mo", "lisp", {"move": ("function", "(dx, dy=0)")}),
    ("py.sor", "lisp", {"sorted": ("function", "(iterable, /, *, key=None, reverse=False)")}),
    ("(plot xs :co", "lisp", {":color": ("argument", "argument = 'red'")}),
    ("(plot xs :", "lisp", {":width": ("argument", "argument = 1")}),
    ("(json.dumps x :ind", "lisp", {":indent": ("argument", "argument = None")}),
    ("my-object.", "lisp", {"alpha": ("value", "number"), "beta": ("function", "(a, b)")}),
    ("my-object.in", "lisp", {"inner": ("value", "Object")}),
    ("my-object.inner.de", "lisp", {"deep": ("value", "string")}),
    ("(.no| point)", "lisp", {"norm": ("function", "()")}),
    ("Math.ma", "lisp", {"max": ("function", "(a, b)")}),
    ("guarded.", "lisp", {"trap": ("property", "getter"), "method": ("function", "(a, b = 2)")}),
    ('(js.import "node:f', "lisp", {"node:fs": ("module", "Node")}),
    ('(py.import "xml.do', "lisp", {"xml.dom": ("module", "module")}),
    (",do", "lisp", {",doc": ("command", "what a name does, whichever language it is of")}),
    (",help so", "lisp", {"source": ("command", "where a function is written, and its text")}),
    (",set max-i", "lisp", {"max-items": ("setting", "items of a collection shown before ,more")}),
    (",doc are", "lisp", {"area": ("function", "(area w h)")}),
    (",py thi", "py", {}),
    ("thing.mo", "py", {"move": ("function", "(dx, dy=0)")}),
    ("import jso", "py", {"json": ("module", "module")}),
    ("thi", "py", {"thing": ("Thing", "Thing")}),
    ("while_", "py", {}),
    ("Math.hy", "js", {"hypot": ("function", "(a, b)")}),
    ("my_obj", "js", {"my_object": ("value", "Object")}),
    ("point.no", "js", {"norm": ("function", "()")}),
    ("cons", "js", {"const": ("keyword", "keyword")}),
    (",py import nump", "py", {"numpy": ("module", "module")}),
    ("import json, nump", "py", {"numpy": ("module", "module")}),
    ("x = 1; from nump", "py", {"numpy": ("module", "module")}),
    ("from json.de", "py", {"json.decoder": ("module", "module")}),
    (",py from json import du", "py", {"dumps": ("function", "(obj")}),
    ("from json import (loads as l, de", "py", {"decoder": ("module", "module")}),
    ('f"{thing.mo', "py", {"move": ("function", "(")}),
    (",js await import('node:f", "js", {"node:fs": ("module", "Node")}),
    ('import fs from "fs/p', "js", {"node:fs/promises": ("module", "Node")}),
    ('const fs = require("f', "js", {"node:fs": ("module", "Node")}),
    ("`a ${Math.hy", "js", {"hypot": ("function", "(a, b)")}),
    ("if (true) /'/.test(Math.hy", "js", {"hypot": ("function", "(a, b)")}),
    ("`${`a`} ${/`/.test(Math.hy", "js", {"hypot": ("function", "(a, b)")}),
    ('"a.b".toU', "js", {"toUpperCase": ("function", "()")}),
    ("[1, 2].ma", "js", {"map": ("function", "(a)")}),
    ("[1].map(x => x)\n  .fi", "js", {"filter": ("function", "(a)")}),
    ("[...point.no", "js", {"norm": ("function", "()")}),
    ("point?.no", "js", {"norm": ("function", "()")}),
    ("x = 1.5.toF", "js", {"toFixed": ("function", "(a)")}),
    ("f(new Date(0).getT", "js", {"getTime": ("function", "()")}),
    ("pure().tri", "js", {"trim": ("function", "()")}),
    ("guarded.pure.tri", "js", {"trim": ("function", "()")}),
    ("guarded.pure.tri", "lisp", {"trim": ("function", "()")}),
    ("js.guarded.pure.tri", "py", {"trim": ("function", "()")}),
    ('(.toU| "a.b")', "lisp", {"toUpperCase": ("function", "()")}),
    ("(.ma| [1 2] inc)", "lisp", {"map": ("function", "(a)")}),
    ('(-> "abc" .toU', "lisp", {"toUpperCase": ("function", "()")}),
    ("long-array.fil", "lisp", {"fill": ("function", "(a)"), "filter": ("function", "(a)")}),
    ('(js.import "fs/p', "lisp", {"node:fs/promises": ("module", "Node")}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mode", "expected"), CASES, ids=[row[0] for row in CASES])
def test_offered(prompt: Prompt, text: str, mode: Mode, expected: dict[str, tuple[str, str]]) -> None:
    found = prompt.complete(text, mode)
    for name, (kind, meta) in expected.items():
        assert name in found, sorted(found)[:40]
        assert found[name].kind == kind
        assert found[name].meta.startswith(meta), found[name]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "(",
        '"a str',
        "; a comm",
        "12",
        "\\a",
        "thing.risky.",
        "(thing.move).",
        "nosuch.",
        "(let [x thing] x.",
    ],
)
def test_nothing_is_offered(prompt: Prompt, text: str) -> None:
    assert prompt.complete(text) == {}


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        (',py print("pri', "py"),
        ('"""it\'s pri', "py"),
        ("x = 1 # pri", "py"),
        (',js console.log("cons', "js"),
        ("x = 1 // cons", "js"),
        ("if (true) /'/.test('cons", "js"),
        ("/'/.test(x) // cons", "js"),
        ("`a ${1} cons", "js"),
        ("import fs from 'nosuch", "js"),
    ],
)
def test_nothing_is_offered_in_texts_of_other_languages(prompt: Prompt, text: str, mode: Mode) -> None:
    assert prompt.complete(text, mode) == {}


def test_no_property_no_getter_no_trap_has_run(prompt: Prompt) -> None:
    prompt.submit(",py ran.clear()", "(set! ranJs.length 0)")
    for text in (
        "thing.",
        "thing.risky",
        "thing.risky.",
        "guarded.",
        "guarded.trap.",
        "guarded.made.",
        "guarded.made.x.",
    ):
        prompt.complete(text)
    for text in ("thing.", "thing.risky."):
        prompt.complete(text, "py")
    for text in ("guarded.trap.", "guarded.made."):
        prompt.complete(text, "js")
    prompt.submit(",doc thing.risky", ",doc guarded.trap", ",source guarded.trap")
    assert prompt.submit(",py ran") == "[]"
    assert prompt.submit("ranJs") == "[]"


@pytest.mark.parametrize(
    "text",
    [
        "change().",
        "(changed = 1, 'a').",
        "ranJs.concat(ranJs.push(1)).",
        "(async () => { throw 1 })().",
        "rejected().",
        "endless().",
        "process.exit(7).",
        "console.log('said').",
        "setTimeout(() => console.log('said'), 0).",
        "(process.env.CHANGED = 'a').",
        "thing.move(1).",
        "py.list('ab').",
        "import('node:fs').",
        "nosuch().",
    ],
)
def test_what_would_change_something_is_not_done(prompt: Prompt, text: str) -> None:
    prompt.submit("(set! ranJs.length 0)", ",js changed = 0")
    assert prompt.complete(text, "js") == {}
    assert prompt.complete(text + "a", "js") == {}
    assert prompt.submit(",js [changed, ranJs.length, process.env.CHANGED]") == "[0 0 nil]"


def test_a_slow_dir_is_not_waited_for(prompt: Prompt) -> None:
    try:
        for mode in ("lisp", "py"):
            assert prompt.complete("slow.", mode) == {}  # while its __dir__ does not end
            assert prompt.submit(",py [slow.asked.wait(30), slow.asked.clear()][0]") == "True"
        # Others are asked all the same, a busy machine perhaps more than once.
        assert any("move" in prompt.complete("thing.") for _ in range(50))
    finally:
        prompt.submit(",py slow.go_on.set()")


def test_a_property_s_value_is_not_computed_but_a_field_s_type_is_known(prompt: Prompt) -> None:
    prompt.submit(",py import datetime; day = datetime.date(2020, 1, 1)")
    found = prompt.complete("day.", "py")
    assert found["year"].meta == "int"
    assert found["isoformat"].kind == "function"


def test_files_and_packages(prompt: Prompt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "node_modules" / "lodash").mkdir(parents=True)
    (tmp_path / "node_modules" / "@scope" / "pkg").mkdir(parents=True)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "tool.mjs").write_text("")
    monkeypatch.chdir(tmp_path)
    assert prompt.complete('(js.import "lod')["lodash"].meta == "package"
    assert "@scope/pkg" in prompt.complete('(js.import "@sc')
    assert prompt.complete('(js.import "./l') == {"./lib/": Candidate("./lib/", "file", "folder", "lib")}
    assert list(prompt.complete('(js.import "./lib/')) == ["./lib/tool.mjs"]
    assert list(prompt.complete('(slurp "./lib/to')) == ["./lib/tool.mjs"]
    assert list(prompt.complete(",load li")) == ["lib" + os.sep]


def test_a_busy_node_costs_an_answer_not_a_wait(prompt: Prompt) -> None:
    prompt.session._running = 1  # as while a form runs
    try:
        assert prompt.complete("my-object.") == {}
        assert "area" in prompt.complete("are")
    finally:
        prompt.session._running = None
