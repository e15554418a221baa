"""What a compile embeds of the runtime: all that is needed (says an independent parser), little more."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from lisp_host import NODE
from npm_tools import npm_tools
from polyrepl.lisp.compiler import compile
from polyrepl.lisp.corelib import runtime_files, table
from polyrepl.lisp.inline import declarations, embed

HERE = Path(__file__).parent


def free_names(programs: list[str]) -> list[set[str]]:
    """Names each program uses and does not bind, asked of acorn."""
    ran = subprocess.run(
        [NODE, HERE / "free_names.mjs", npm_tools()],
        input=json.dumps(programs), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return [set(names) for names in json.loads(ran.stdout)]


def test_the_parser_sees_free_names() -> None:
    programs = ["const a = b.c(a); f(({ d: e }) => d + e)", "let x = 1; { const y = x } y", "`${q} z`"]
    assert free_names(programs) == [{"b", "f", "d"}, {"y"}, {"q"}]


def test_all_that_a_core_function_needs_is_embedded() -> None:
    names = [entry.js for entry in table().values()]
    assert set(names) <= set(declarations())
    globals_of_js = json.loads(
        subprocess.run(
            [NODE, "-p", "JSON.stringify(Object.getOwnPropertyNames(globalThis))"],
            capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    known = {*globals_of_js, "arguments"}
    missing = {
        name: free - known
        for name, free in zip(names, free_names([embed([name]) for name in names]), strict=True)
        if free - known
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("program", "most"),
    [("(inc 1)", 3), ("(def x 1) (* 2 x)", 40), ("(defn f [x] (inc x))", 220), ("(fn [m] (:k m))", 560)],
)
def test_little_more_is_embedded(program: str, most: int) -> None:
    assert compile(program).code.count("\n") <= most


def test_declarations_cover_the_runtime() -> None:
    """Every export that is not made of others is found by the scan."""
    for file, text in runtime_files().items():
        for line in text.splitlines():
            words = line.replace("(", " ").replace("*", " ").split()
            if words[:1] == ["export"] and words[1] in ("function", "async", "const", "class"):
                name = words[3] if words[1] == "async" else words[2]
                assert name in declarations(), f"{file}: {name}"
