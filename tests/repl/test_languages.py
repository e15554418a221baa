"""Three languages in one session: what each sees of the others, and what may be declared again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.session.session import Session


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        yield made


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        ([",js let twice = 1", ",js let twice = 2", ",js twice"], "2"),
        ([",js const {a, b: [c]} = {a: 1, b: [2]}", "[a c]"], "[1 2]"),
        ([",js class Dog { bark() { return 'woof' } }", "(.bark (new Dog))"], '"woof"'),
        ([",js class Dog { bark() { return 'wow' } }", "(.bark (new Dog))"], '"wow"'),
        ([",js import path from 'node:path'", ',js path.basename("/a/b")'], '"b"'),
        ([",js function add(a, b) { return a + b }", "(add 1 2)", ",js add(20, 22)"], "42"),
        ([",js await Promise.resolve(7)"], "7"),
        ([",js [1, 2]", "(map inc *1)"], "[2 3]"),
        ([",js ;"], ""),
        (
            ["(def d (py.dict))", ",js [d.missing?.x ?? 5, typeof d.then]"],
            '[5 "undefined"]',
        ),
        (["(def my-list [1 2])", ",js my_list.length"], "2"),
        (["(def my-list [1 2])", ",py len(js.my_list)"], "2"),
        ([",py js.from_python = 5", "(inc from_python)"], "6"),
        ([",py total = 40", ",js py.total + 2"], "42"),
        ([",js py.total = 41", ",py total"], "41"),
        ([",py class P:\n    x = 3", '(. ((py.eval "P")) x)'], "3"),
        ([",py [1, 2]", "(py.len *1)"], "2"),
        ([",py import asyncio\nawait asyncio.sleep(0, 'slept')"], "'slept'"),
        ([",lisp (+ 1 2)"], "3"),
    ],
)
def test_what_is_seen_of_the_others(prompt: Prompt, texts: list[str], shown: str) -> None:
    assert prompt.submit(*texts) == shown


def test_a_name_of_node_is_not_lost(prompt: Prompt) -> None:
    assert prompt.submit(",js const process = 1; process") == "1"
    assert prompt.submit("(typeof process.pid)") == '"number"'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (",js let 1x = 2", "SyntaxError: Invalid or unexpected token"),
        (",js null.x", "TypeError: Cannot read properties of null"),
        (",js throw 5", "5"),
        (",py 1 +", "SyntaxError: invalid syntax"),
        (",py 1 / 0", "ZeroDivisionError: division by zero"),
        (',py int("x")', "<py "),
    ],
)
def test_problems_are_said_in_the_language_s_own_words(prompt: Prompt, text: str, says: str) -> None:
    shown = prompt.submit(text)
    assert says in shown
    assert "/repl/" not in shown and ".mjs" not in shown


@pytest.mark.parametrize(
    ("text", "column", "marked"),
    [
        ("null.x", 6, "x"),
        ("1; null.x", 9, "x"),
        ("const here = null.x, there = 2", 19, "x"),
        ("function fails(a) { return a.missing.x }", 38, "x"),
        ("class Fails { static now() { null.x } }; Fails.now()", 35, "x"),
        ("import os from 'node:os'; null.x", 32, "x"),
        ("let text = `${null.x}`", 20, "x"),
        ("if (true) /'/.test(null.x)", 25, "x"),
        ('"use strict"; const strict = null.x', 35, "x"),
    ],
)
def test_a_place_in_javascript_is_where_the_person_wrote_it(
    prompt: Prompt, text: str, column: int, marked: str
) -> None:
    shown = prompt.submit(f",js {text}")
    if not shown:
        shown = prompt.submit(",js fails({})")
    place, excerpt, carets, *frames = shown.splitlines()
    assert f".js:1:{column}: TypeError: Cannot read properties" in place
    assert excerpt == "  " + text
    assert carets == " " * (column + 1) + "^" * len(marked)
    assert all(re.search(r"\.js:1:(\d+)", line) for line in frames if "js " in line)
    assert max((int(at) for at in re.findall(r"\.js:1:(\d+)", shown)), default=0) <= len(text)


@pytest.mark.parametrize(
    ("text", "column"),
    [("missing()", 1), ("let a = missing + 1", 9), ("f = 1 + `${missing}`", 12), ("a\nlet b = missing", 9)],
)
def test_an_unknown_name_is_pointed_at(prompt: Prompt, text: str, column: int) -> None:
    prompt.submit(",js a = 1")
    place, excerpt, carets, *_ = prompt.submit(f",js {text}").splitlines()
    line = text.split("\n")[-1]
    assert f".js:{text.count(chr(10)) + 1}:{column}: ReferenceError: missing is not defined" in place
    assert (excerpt, carets) == (f"  {line}", "  " + " " * (column - 1) + "^" * len("missing"))


def test_a_place_in_what_only_v8_reads(prompt: Prompt) -> None:
    text = "1" + "+1" * 60_000 + "+missing"
    place, excerpt, carets = prompt.submit(f",js {text}").splitlines()  # no frame of what evaluates it
    assert ".js:1:120003: ReferenceError: missing is not defined" in place
    assert excerpt.endswith("+missing") and carets.endswith("^" * len("missing"))
    assert len(excerpt) == len(carets)
    assert prompt.submit(",js 1" + "+1" * 60_000) == "60001"


def test_what_is_hard_to_read_runs(prompt: Prompt) -> None:
    assert prompt.submit(",js if (true) /\"/.test('a\"'); 5") == "5"
    assert prompt.submit(",js if (true) /\"/.test('a\"'); const kept = 3", "kept") == "3"
    assert prompt.submit(",js /`/.test('`')") == "true"
    assert prompt.submit(',js "use strict"; (function () { return this })() === undefined') == "true"


def test_a_syntax_error_of_python_has_no_frames_of_ours(prompt: Prompt) -> None:
    shown = prompt.submit(",py f(")
    assert shown.startswith('  File "<py ') and "SyntaxError" in shown


def test_switching(prompt: Prompt) -> None:
    assert "Python" in prompt.submit(",py")
    assert prompt.submit("x = [n * n for n in range(3)]\nx") == "[0, 1, 4]"
    assert "JavaScript" in prompt.submit(",js")
    assert prompt.submit("[1, 2].map((n) => n * 3)") == "[3 6]"
    assert prompt.submit(",py x[2]") == "4"
    assert prompt.submit(",lisp") == ""
    assert prompt.submit("(+ 1 1)") == "2"


def test_a_program_in_a_folder_called_polyrepl_is_the_persons_own(prompt: Prompt, tmp_path: Path) -> None:
    folder = tmp_path / "polyrepl"
    folder.mkdir()
    (folder / "of_mine.py").write_text("def fails():\n    raise ValueError('x')\n")
    prompt.submit(f",py import sys; sys.path.insert(0, {str(folder)!r}); import of_mine")
    assert "of_mine.py" in prompt.submit(",py of_mine.fails()")
    assert "of_mine.py" in prompt.submit("(py.eval \"__import__('of_mine').fails()\")")


def test_what_a_python_name_means_is_one_rule(prompt: Prompt) -> None:
    """A global hides a builtin: for Lisp, for JavaScript, for completion in all three, and when it goes."""
    prompt.submit(",py def hex(mine, other=1): 'Of mine.'")
    assert prompt.submit("(py.hex 1)") == prompt.submit(",js py.hex(1)") == ""
    assert prompt.complete("(py.he")["hex"].meta == "(mine, other=1)"
    assert prompt.complete("he", "py")["hex"].kind == "function"
    assert ":other" in prompt.complete("(py.hex :")
    assert prompt.submit(",js 'hex' in py") == prompt.submit(",js 'ord' in py") == "true"
    assert prompt.submit(",js 'nowhere_at_all' in py") == "false"
    for text in ("py.nowhere_at_all", ",js py.nowhere_at_all"):
        assert "Python has no name nowhere_at_all" in prompt.submit(text)
    prompt.submit(",py del hex")
    assert prompt.submit("(py.hex 10)") == prompt.submit(",js py.hex(10)") == '"0xa"'
    assert ":other" not in prompt.complete("(py.hex :")


async def test_the_first_javascript_declares_again_what_lisp_has_defined() -> None:
    """Whenever what reads JavaScript is loaded: a name of the program is not Node's."""
    session = Session(output=lambda *event: None)

    async def lisp(text: str) -> str:
        return [event.text async for event in session.eval(text)][-1]

    async def javascript(text: str) -> str:
        return [event.text async for event in session.eval_javascript(text)][-1]

    try:
        await lisp('(def a 1) (def b 1) (defn c [] 1) (def d 1) (py.import "math" :as e) (def f 1) (def g 1)')
        await lisp('(def h 1) (def i-j 1) (js.import "node:path" :as k)')
        assert await javascript("const a = 2; let b = 2; function c() { return 2 }; class d {}") == ""
        await javascript("var e = 2; const { f, x: [g] } = { f: 2, x: [2] }; import h from 'node:os'")
        await javascript("import { sep as i_j, posix as k } from 'node:path'")
        assert await javascript("[a, b, c(), typeof d, e, f, g, typeof h.cpus, i_j, k.sep]") == (
            '[2 2 2 "function" 2 2 2 "function" "/" "/"]'
        )
        assert await lisp("[a b (c) (typeof d) e f g i-j (.-sep k)]") == '[2 2 2 "function" 2 2 2 "/" "/"]'
        for name in ("process", "fetch", "URL", "require", "exit"):
            before = await javascript(f"String({name})")
            await javascript(f"const {name} = 2")
            assert await javascript(f"String({name})") == before
    finally:
        session.close()
