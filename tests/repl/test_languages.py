"""Three languages in one session: what each sees of the others, and what may be declared again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from at_prompt import Prompt


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
