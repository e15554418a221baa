"""What Enter does at a JavaScript prompt: the parser in Node decides, else a rough answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.complete.modes import javascript_verdict, verdict
from processes import wait_for

OPEN = ["f(", "x = {", "[1,", "`a", "`a${b", "1 +", "x =>", "a.", "return", "if (x) {"]
WHOLE = [
    "f(1)",
    "x++",
    "`a${b}c`",
    "'(' + f",
    "/[(]/.test(x)",
    "1 // (",
    "/* ( */ 1",
    "a // +",
    "f)",
    "let a = 1;",
]
PARSED = [
    ("if (x)", "incomplete"),
    ("/* a", "incomplete"),
    ("try {}", "incomplete"),
    ("if (x) /[(]/.test(y)", "complete"),
    ("if (true) /\"/.test('a\"')", "complete"),
    ("x = `${/`/.test(y)}`", "complete"),
    ("{a: 1, b: (", "incomplete"),
]


@pytest.fixture(scope="module")
def prompt() -> Iterator[Prompt]:
    with Prompt() as made:
        made.submit(",js 1")
        yield made


@pytest.mark.parametrize("text", OPEN)
def test_what_is_open_waits(prompt: Prompt, text: str) -> None:
    assert javascript_verdict(text) == "incomplete"
    status = prompt.terminal.services.javascript_status
    if text != "return":  # which is whole, for who reads on
        assert verdict(text, "js", status) == verdict(f",js {text}", "lisp", status) == "incomplete"


@pytest.mark.parametrize("text", WHOLE)
def test_what_is_whole_is_submitted(prompt: Prompt, text: str) -> None:
    assert javascript_verdict(text) in ("complete", "invalid")
    assert verdict(text, "js", prompt.terminal.services.javascript_status) == "complete"


@pytest.mark.parametrize(("text", "kind"), PARSED)
def test_the_parser_knows_better(prompt: Prompt, text: str, kind: str) -> None:
    assert verdict(text, "js", prompt.terminal.services.javascript_status) == kind


def test_a_busy_node_costs_an_answer_and_no_wait_for_its_end(prompt: Prompt, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begin = f'require("node:fs").writeFileSync({json.dumps(str(begun))}, ""); globalThis.busy = true'
    spin = "const end = Date.now() + 3000; while (Date.now() < end);"
    prompt.submit(f",js setTimeout(() => {{ {begin}; {spin} }}, 1)")
    wait_for(begun.exists)
    status = prompt.terminal.services.javascript_status
    began = time.monotonic()
    kinds = [verdict("f(", "js", status) for _ in range(2)]
    assert kinds == ["incomplete", "incomplete"]
    assert time.monotonic() - began < 60
    assert prompt.submit(",js busy") == "true"
    assert verdict("if (x)", "js", status) == "incomplete"
