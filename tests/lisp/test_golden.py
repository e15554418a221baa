"""Goldens: tests/golden/NAME.lisp beside NAME.js, the JavaScript of each form in turn.

`POLYREPL_UPDATE_GOLDENS=1 pytest tests/lisp/test_golden.py` writes the .js files anew; read the diff.
The file `polls.lisp` is compiled as a Session does, with interrupt polls and the await wrapper; those in
`ahead/` as `polyrepl compile` does, with macros that run in Node and files that import each other.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from lisp_host import NODE
from polyrepl.lisp.compiler import Compiler, compile_module

GOLDEN = Path(__file__).parents[1] / "golden"
PROGRAMS = sorted(GOLDEN.glob("*.lisp"))
AHEAD = sorted((GOLDEN / "ahead").glob("*.lisp"))
UPDATE = bool(os.environ.get("POLYREPL_UPDATE_GOLDENS"))


def emitted(path: Path) -> str:
    session = path.stem == "polls"
    compiler = Compiler(polls=session, await_wrapper=session)
    parts = []
    for form in compiler.read(path.read_text(), path.name):
        code = compiler.compile(form).code.removeprefix('"use strict";\n')
        if code != "() => {}":
            parts.append(code + ";\n")
    return "\n".join(parts)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    want = path.with_suffix(".js")
    got = emitted(path)
    if UPDATE:
        want.write_text(got)
    assert want.read_text() == got


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_node_accepts_it(path: Path, tmp_path: Path) -> None:
    file = tmp_path / "unit.mjs"
    file.write_text(emitted(path))
    subprocess.run([str(NODE), "--check", str(file)], check=True)


@pytest.mark.parametrize("path", AHEAD, ids=lambda path: path.stem)
def test_module_of_a_file(path: Path, lisp: Any) -> None:
    """`defmacro`, `for-macros`, `import`: the module without the core functions it embeds."""

    def load(name: str, importer: str) -> tuple[str, str]:
        file = Path(importer).parent / name
        return file.read_text(), str(file)

    lisp.ask(op="reset")
    text = path.read_text()
    code = compile_module(text, str(path), source_map=None, macro_host=lisp, loader=load).code
    got = code.rpartition("\n})();\n")[2]
    want = path.with_suffix(".js")
    if UPDATE:
        want.write_text(got)
    assert want.read_text() == got


def test_emitted_text_does_not_depend_on_the_map() -> None:
    for path in PROGRAMS:
        text = path.read_text()
        one, two = Compiler(source_map=True), Compiler(source_map=False)
        for a, b in zip(one.read(text), two.read(text), strict=True):
            assert one.compile(a).code == two.compile(b).code


def test_module_golden() -> None:
    """A module reads as a module: exports, no function around it."""
    code = compile_module(
        "(def x 1) (defn f [y] (if (nil? y) x (f (- y 1)))) (def z (f nil))", source_map=None
    ).code
    assert code.endswith(
        """
const x = 1;

function f(y) {
  if (y == null) return x;
  return f(typeof y === "number" ? y - 1 : sub(y, 1));
}

const z = f(null);

export { x, f, z };
"""
    )
