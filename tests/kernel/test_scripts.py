"""Notebooks as text: nbconvert's script is a program that runs, jupytext pairs `.lisp` files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from polyrepl.kernel.pairing import register
from polyrepl.kernel.script_export import program
from running import environment, polyrepl

CELLS = [
    ("markdown", '# Title\n\ntext `;` "q"'),
    ("code", "(def items [1 2 3])"),
    (
        "code",
        "%%py\nimport asyncio\ntotal = sum(js.items)\n%time x = 1\nawait asyncio.sleep(0)\n"
        's = "a\\n\\"b"\nprint(total, repr(s))',
    ),
    ("code", "%%py\ndef f(x):\n    return x + 1\nf(2)"),
    (
        "code",
        "%%js\nimport path from 'node:path';\nconst joined = path.join('a', 'b');\n"
        "let doubled = items.map(x => 2 * x);\nawait null; console.log(joined, py.total, `t${1}`)",
    ),
    ("code", "!ls"),
    ("code", "%pip install x"),
    ("code", "?map"),
    ("code", ",reload lib"),
    ("code", '(println doubled (reduce + doubled))\n(display "shown" (count (progress items)))'),
    ("code", "%%js\nclass Point { constructor(x) { this.x = x } }"),
    ("code", '(println (.-x (Point. 3)) ((py.eval "f") 4))'),
    ("raw", "raw"),
    (
        "code",
        "%%py\n%time timed = 4\nhere = %pwd\nnothing = %timeit -o 1\ndisplay(timed, bool(here), nothing)",
    ),
    ("code", "%%py\n_ = get_ipython().run_line_magic('pwd', '')"),
    ("code", "%%js\ndisplay(html('<b>x</b>')); for (const x of progress([1])) console.log(x)"),
]
PRINTED = '6 \'a\\n"b\'\na/b 6 t1\n[2 4 6] 12\nshown\n3\n3 5\n4 True None\n#<html "<b>x</b>">\n1\n'


def book() -> nbformat.NotebookNode:
    kinds = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    metadata = {
        "kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"},
        "language_info": {"name": "polyrepl", "file_extension": ".lisp", "nbconvert_exporter": "script"},
    }
    return nbformat.v4.new_notebook(metadata=metadata, cells=[kinds[kind](text) for kind, text in CELLS])


@pytest.mark.timeout(300)  # several processes that load much, also where the machine is busy
def test_the_script_of_a_notebook_runs(tmp_path: Path) -> None:
    nbformat.write(book(), tmp_path / "book.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "script", "book.ipynb"], cwd=tmp_path, check=False,
        env=environment(tmp_path), capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ran = polyrepl("book.lisp", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, PRINTED, "")
    text = (tmp_path / "book.lisp").read_text()
    assert ';; %% [markdown]\n;; # Title\n;;\n;; text `;` "q"\n' in text and ";; %%\n;; !ls\n" in text


def refuses(code: str) -> str:
    raise ValueError("no JavaScript")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("(+ 1 2)", ";; %%\n(+ 1 2)\n"),
        ("%%py\nx = 'é'", ";; %%\n(py.exec \"x = 'é'\")\n"),
        ("%%py\nx = (", ';; %%\n(py.exec "x = (")\n'),
        ("%%bash\nls", ";; %%\n;; %%bash\n;; ls\n"),
        ("%%py\n%%bash\nls (", ";; %%\n;; %%bash\n;; ls (\n"),
        ("%%py\nlen?\n?len\nx", ';; %%\n;; len?\n;; ?len\n(py.exec "pass\\npass\\nx")\n'),
        ("%%py\ns = '''\n%x\nwhy?\n'''", ";; %%\n(py.exec \"s = '''\\n%x\\nwhy?\\n'''\")\n"),
    ],
)
def test_a_cell_as_a_form(cell: str, text: str) -> None:
    assert program([("code", cell)], refuses) == text


def test_what_a_command_prints_is_captured_in_the_program_too(tmp_path: Path) -> None:
    cells = [("code", "%%py\nlines = !printf '1\\n2\\n'\nawait __import__('asyncio').sleep(0)")]
    (tmp_path / "p.lisp").write_text(program([*cells, ("code", "(println py.lines)")], refuses))
    ran = polyrepl("p.lisp", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "['1', '2']\n")


def test_javascript_that_is_none_fails_in_the_program_too(tmp_path: Path) -> None:
    (tmp_path / "p.lisp").write_text(program([("code", "%%js\nlet x = ")], refuses))
    ran = polyrepl("p.lisp", cwd=tmp_path)
    assert ran.code == 1 and "SyntaxError" in ran.err


def pairing(folder: Path, *arguments: str, before: str = "") -> subprocess.CompletedProcess[str]:
    """`python -m polyrepl.kernel.pairing` with arguments; first `before` is run in its process."""
    run = f"{before}\nimport runpy; runpy.run_module('polyrepl.kernel.pairing', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", run, *arguments], cwd=folder, check=False,
        env=environment(folder), capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.timeout(300)
def test_jupytext_pairs_lisp_files(tmp_path: Path) -> None:
    pytest.importorskip("jupytext")
    nbformat.write(book(), tmp_path / "book.ipynb")
    done = pairing(tmp_path, "--set-formats", "ipynb,lisp:percent", "book.ipynb")
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "book.lisp").read_text()
    assert ";; %% [markdown]\n;; # Title" in text and ';; %% language="py"\n;; import asyncio' in text
    # What is edited in the text is in the notebook after the next synchronisation.
    (tmp_path / "book.lisp").write_text(text.replace("[1 2 3]", "[4 5]"))
    done = pairing(tmp_path, "--sync", "book.lisp")
    assert done.returncode == 0, done.stderr
    back = nbformat.read(tmp_path / "book.ipynb", as_version=4)
    sources = [(kind, source.replace("[1 2 3]", "[4 5]")) for kind, source in CELLS]
    assert [(cell.cell_type, cell.source) for cell in back.cells] == sources
    assert back.metadata["kernelspec"] == book().metadata["kernelspec"]


def test_pairing_says_that_jupytext_is_missing(tmp_path: Path) -> None:
    done = pairing(tmp_path, "--version", before="import sys; sys.modules['jupytext'] = None")
    assert done.returncode == 1 and "pip install jupytext" in done.stderr and "Traceback" not in done.stderr


SLIDE = {"slideshow": {"slide_type": "slide"}}
KEPT: list[tuple[str, str, dict[str, object]]] = [
    ("code", "(def x 1)", {"tags": ["parameters"]}),
    ("code", '%%py\n# don\'t stop """ here\nx = 1\n\n\ndef f():\n    return "# no"', {"tags": ["a", "b"]}),
    ("code", "(+ x\n\n   ;; a comment\n   1)", {}),
    ("code", "%%js\n// '''\nconst a = `%%py\n`;\n\nfor (const b of a) {\n  b;\n}", SLIDE),
    ("code", ";; only a comment", {}),
    ("code", "", {}),
    ("markdown", "%%py\n```lisp\n;; %% no cell\n```\n\n* a", {"custom": [1, "a", {"b": None}]}),
    ("code", "%%lisp\n(+ 1 2)", {}),
    ("code", "%%python\nprint(1)", {}),
    ("code", "%%javascript\n1", {"editable": False}),
    ("code", "%%bash\necho 1", {}),
    ("code", "%%writefile -a a.py\nx = (\n'''", {}),
    ("code", "%%html\n<b>(\n\n;; %% no cell", {}),
    ("code", "%%markdown\n# a (", {}),
    ("code", "%pip install x\n!ls", {}),
    ("code", "!ls *.py", {}),
    ("code", "??map", {}),
    ("code", '(def s "é λ 日本 \\" ;; %% \\n")\n;; !important\n;; ;; %twice', {}),
    ("code", "  (indented 1)", {}),
    ("raw", "raw\n\ntext", {"format": "text/html"}),
    ("markdown", "", {}),
]


def test_jupytext_loses_nothing() -> None:
    jupytext = pytest.importorskip("jupytext")
    register()
    make = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    made = book()
    made.cells = [make[kind](source, metadata=metadata) for kind, source, metadata in KEPT]
    made.metadata["title"] = "kept"
    made.metadata["jupytext"] = {"formats": "ipynb,lisp:percent", "notebook_metadata_filter": "title"}
    for _ in range(2):
        made = jupytext.reads(jupytext.writes(made, fmt="lisp:percent"), fmt="lisp:percent")
        assert [(cell.cell_type, cell.source, cell.metadata) for cell in made.cells] == KEPT
        assert (made.metadata["title"], made.metadata["kernelspec"]["name"]) == ("kept", "polyrepl")


def test_a_paired_file_is_a_program(tmp_path: Path) -> None:
    jupytext = pytest.importorskip("jupytext")
    register()
    made = book()
    sources = ["(def n 20)", "%pip install x", "!ls", "?map", "%%py\nexit(3)", "(println (* 2 n))"]
    sources += ["%%writefile a.txt\n(not (closed", "%%html\n<b>((", "%%script cat\n(("]
    made.cells = [nbformat.v4.new_markdown_cell("# text"), *map(nbformat.v4.new_code_cell, sources)]
    (tmp_path / "paired.lisp").write_text(jupytext.writes(made, fmt="lisp:percent"))
    ran = polyrepl("paired.lisp", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (0, "40\n", "")
