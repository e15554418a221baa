"""docs/api.md tells the truth: its entries are the sources', its examples print what they say."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import api_reference
import pytest
from polyrepl import bridge
from polyrepl.bridge.process import find_node

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.S | re.M)


def promised(code: str, mark: str) -> list[str]:
    """The comments of an example, which are what it prints."""
    lines = [line.partition(f"{mark} ") for line in code.splitlines()]
    return [said for code, found, said in lines if found and not code.startswith("import")]


def test_the_page_is_current() -> None:
    assert api_reference.filled(PAGE) == PAGE, "run python scripts/api_reference.py"


def test_there_are_examples() -> None:
    assert (len(examples("python")), len(examples("js"))) == (3, 1)


@pytest.mark.parametrize("code", examples("python"))
def test_python_examples(code: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == promised(code, "#")


@pytest.mark.parametrize("code", examples("js"))
def test_javascript_examples(code: str) -> None:
    library = (Path(bridge.__file__).parent / "node" / "library.mjs").as_uri()
    done = subprocess.run(
        [find_node(), "--input-type=module", "-e", code.replace('"polyrepl"', f'"{library}"')],
        env={**os.environ, "POLYREPL_PYTHON": sys.executable},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == promised(code, "//")


# -- the page's own tool ---------------------------------------------------------------------------


def test_docstrings_become_markdown() -> None:
    doc = """What it does.

    Args:
        one: the first,
            on two lines.
        two: the second.

    Raises:
        ValueError: never.

        code(1)
    """
    code = """Before.

        code(1)

    After.
    """
    assert api_reference.markdown(code) == "Before.\n\n```python\ncode(1)\n```\n\nAfter."
    made = api_reference.markdown(doc)
    assert "*Arguments*\n\n- `one`: the first, on two lines.\n- `two`: the second." in made
    assert "*Raises*\n\n- `ValueError`: never." in made


def test_jsdoc_becomes_markdown() -> None:
    made = api_reference.jsdoc(
        " Start it.\n * @param {{a?: string, b: {c: number}}} [options] how\n * @returns {Promise<any>} what"
    )
    assert (
        made
        == "Start it.\n\n- `[options]`: `{a?: string, b: {c: number}}` how\n- returns `Promise<any>` what"
    )


def test_a_signature_shows_what_a_caller_writes() -> None:
    def f(self: object, a: int, *, b: str = "x", c: list[int] | None = None) -> None: ...

    assert api_reference.signature("f", f) == 'f(a: int, *, b: str = "x", c: list[int] | None = None) -> None'


# -- what the page promises ------------------------------------------------------------------------


Function = ast.FunctionDef | ast.AsyncFunctionDef
DEMANDED = {"self", "cls", "memo", "owner", "instance"}
"""Parameters that Python itself passes."""


def loaded_attributes(tree: ast.AST) -> set[str]:
    return {
        one.attr for one in ast.walk(tree) if isinstance(one, ast.Attribute) and isinstance(one.ctx, ast.Load)
    }


@functools.cache
def asked_of_objects(package: str) -> set[str]:
    """The names of all attributes that some code of a package reads."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in (ROOT / package).rglob("*.py")]
    return set().union(*map(loaded_attributes, trees))


def functions(value: Any) -> Iterator[tuple[Function, str]]:
    """The functions of a public name, a class's own and inherited ones, each with its package."""
    for owner in getattr(value, "__mro__", [value]):
        if owner.__module__.startswith("polyrepl.") and not getattr(owner, "_is_protocol", False):
            tree = ast.parse(textwrap.dedent(inspect.getsource(owner)))
            for node in ast.walk(tree):
                if isinstance(node, Function):
                    yield node, owner.__module__.split(".")[1]


def unread(node: Function, asked: set[str]) -> list[str]:
    """Parameters that do nothing: never read, or only kept in an attribute that nobody reads."""
    given = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)} - DEMANDED
    reads = [one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)]
    kept = [
        (one.value.id, target.attr)
        for one in ast.walk(node)
        if isinstance(one, ast.Assign) and isinstance(one.value, ast.Name)
        for target in one.targets
        if isinstance(target, ast.Attribute)
    ]
    useless = [name for name, attribute in kept if attribute not in asked]
    return sorted(name for name in given if reads.count(name) <= useless.count(name))


PUBLIC = [
    getattr(importlib.import_module(module), name)
    for module, names in api_reference.PYTHON.values()
    for name in names
]


@pytest.mark.parametrize("value", PUBLIC, ids=lambda value: value.__name__)
def test_every_public_parameter_does_something(value: Any) -> None:
    found = {node.name: unread(node, asked_of_objects(package)) for node, package in functions(value)}
    assert not {name: parameters for name, parameters in found.items() if parameters}


def test_a_parameter_that_does_nothing_is_found() -> None:
    code = """def __init__(self, used, kept, dead, ignored):
        self.a = kept
        self.b = dead
        print(used)
    """
    (node,) = ast.parse(code).body
    assert isinstance(node, Function)
    assert unread(node, {"a"}) == ["dead", "ignored"]
