"""The program's own modules are found in every way of running, and shadow neither Python's nor ours."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from jupyter_client.manager import start_new_kernel
from kernels import Kernel
from polyrepl.kernel.install import main as kernel_command
from running import COMMAND, MARKER, Done, assert_nothing_left, environment, polyrepl
from screen import Screen

USE = '(py.import "helper_mod" :as h) (println (+ h.X 1))'
# What Python, the bridge, the terminal and the kernel import; each would end the program. (What
# `python -m` imports itself is found before there is anything of ours.)
SHADOWS = ("json", "select", "signal", "asyncio", "sqlite3")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A program's folder: a module, a package with a program, and files named like the library's."""
    home = tmp_path / "program"
    (home / "pkg").mkdir(parents=True)
    (home / "helper_mod.py").write_text("X = 41\n")
    (home / "m.lisp").write_text(USE)
    (home / "pkg" / "m.lisp").write_text(USE)
    for name in SHADOWS:
        (home / f"{name}.py").write_text("raise SystemExit('a stranger was imported')\n")
    return home


WAYS: dict[str, Callable[[Path], tuple[list[str], str]]] = {
    "-e": lambda folder: (["-e", USE], ""),
    "pipe": lambda folder: ([], USE + "\n"),
    "file": lambda folder: (["m.lisp"], ""),
    "-m": lambda folder: (["-m", "pkg.m"], ""),
    "json": lambda folder: (["--json", "-e", USE], ""),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_module_of_the_program_is_found(folder: Path, way: str) -> None:
    arguments, stdin = WAYS[way](folder)
    done = polyrepl(*arguments, stdin=stdin, cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert "42" in done.out


@pytest.mark.parametrize("command", [COMMAND, [COMMAND[0], "-m", "polyrepl"], ["polyrepl"]])
def test_the_working_folder_in_pythonpath_stays(folder: Path, tmp_path: Path, command: list[str]) -> None:
    """Also where `python -m` has put it in front once more; it too stands behind the standard library."""
    marked = environment(tmp_path, PYTHONPATH=str(folder))
    marked["PATH"] = f"{Path(COMMAND[0]).parent}{os.pathsep}{marked['PATH']}"
    done = subprocess.run(
        [*command, "pkg/m.lisp"], env=marked, cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")


@pytest.mark.parametrize("command", [COMMAND, [COMMAND[0], "-m", "polyrepl"], ["polyrepl"]])
def test_a_file_finds_what_stands_beside_it_from_any_folder(
    folder: Path, tmp_path: Path, command: list[str]
) -> None:
    marked = environment(tmp_path)
    marked["PATH"] = f"{Path(COMMAND[0]).parent}{os.pathsep}{marked['PATH']}"
    done = subprocess.run(
        [*command, str(folder / "m.lisp")],
        capture_output=True,
        text=True,
        env=marked,
        cwd="/",
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "42\n", "")
    assert_nothing_left(marked[MARKER])


def test_a_module_beside_a_program_of_m_is_found(folder: Path) -> None:
    (folder / "pkg" / "beside.py").write_text("X = 6\n")
    (folder / "pkg" / "n.lisp").write_text('(py.import "beside" :as b) (println b.X)')
    done = polyrepl("-m", "pkg.n", cwd=folder)
    assert (done.code, done.out, done.err) == (0, "6\n", "")


def test_the_folder_stands_between_the_library_and_site_packages(folder: Path) -> None:
    (folder / "path.lisp").write_text("(py.import sys) (println (JSON.stringify (py->js sys.path)))")
    done = polyrepl(str(folder / "path.lisp"), cwd=folder.parent)
    path = json.loads(done.out)
    library = [at for at, place in enumerate(path) if place == os.path.dirname(os.__file__)]
    sites = [at for at, place in enumerate(path) if place.endswith("site-packages")]
    assert library[0] < path.index(str(folder)) < sites[0]
    assert str(folder.parent) not in path and str(Path(COMMAND[0]).parent) not in path


def test_the_programs_own_module_wins_over_an_installed_one(folder: Path) -> None:
    (folder / "wcwidth.py").write_text("mine = 'the program'\n")
    done = polyrepl("-e", '(py.import "wcwidth" :as w) (println w.mine)', cwd=folder)
    assert (done.code, done.out, done.err) == (0, "the program\n", "")


def test_at_the_prompt(folder: Path) -> None:
    for name in ("pygments", "prompt_toolkit", "wcwidth"):
        (folder / f"{name}.py").write_text("raise SystemExit('a stranger was imported')\n")
    with Screen(folder) as screen:
        screen.ready()
        screen.submit('(py.import "helper_mod" :as h)')
        screen.ready()
        screen.submit("(+ h.X 1)")
        screen.result("42")
        screen.submit(",py import helper_mod; helper_mod.X + 2")
        screen.result("43")


def test_in_a_notebook(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("polyrepl", "runpy", "types"):
        (folder / f"{name}.py").write_text("raise SystemExit('a stranger was imported')\n")
    assert kernel_command(["install", "--prefix", str(tmp_path)]) == 0
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    env = environment(tmp_path)
    manager, client = start_new_kernel(kernel_name="polyrepl", env=env, cwd=str(folder))
    try:
        kernel = Kernel(manager, client, env[MARKER], tmp_path)
        assert kernel.run('(py.import "helper_mod" :as h) (+ h.X 1)').result == "42"
        assert kernel.run("%%py\nimport helper_mod, json\njson.dumps(helper_mod.X + 2)").result == "'43'"
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        assert_nothing_left(env[MARKER])


@pytest.mark.parametrize(
    ("file", "form", "advice"),
    [
        ("helper_mod.py", '(js.import "helper_mod")', 'of Python: (py.import "helper_mod")'),
        ("tool.lisp", '(py.import "tool")', 'tool.lisp is a file of the program: (import "./tool.lisp")'),
        ("tool.mjs", '(py.import "tool")', 'tool.mjs is a file of the program: (js.import "./tool.mjs")'),
        ("tool.mjs", '(js.import "tool")', 'tool.mjs is a file of the program: (js.import "./tool.mjs")'),
    ],
)
def test_no_hint_installs_what_lies_beside(folder: Path, file: str, form: str, advice: str) -> None:
    (folder / file).write_text("")
    done = polyrepl("-e", form, cwd=folder)
    assert done.code == 1 and f"hint: {advice}" in done.err, done.err
    assert "install" not in done.err.partition("hint:")[2]


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("helper_mod.py", '(py.import "helper_mod")'),
        ("tool.lisp", '(py.import "tool")'),
        ("tool.mjs", '(js.import "tool")'),
    ],
)
def test_a_hint_for_the_working_folder_of_a_program_from_elsewhere_helps(
    folder: Path, tmp_path: Path, file: str, form: str
) -> None:
    (folder / file).touch()
    (tmp_path / "elsewhere").mkdir()
    program = tmp_path / "elsewhere" / "p.lisp"
    program.write_text(form)
    done = polyrepl(str(program), cwd=folder)
    hint = done.err.partition("hint: ")[2]
    assert done.code == 1 and str(folder) in hint
    advised = hint[hint.index("(") : hint.rindex(")") + 1]
    program.write_text(advised + "\n" + form * (file == "helper_mod.py"))
    assert polyrepl(str(program), cwd=folder) == Done(0, "", "")


@pytest.mark.parametrize(
    "form",
    [
        """(js.eval "import('pkg').then((it) => it.v)")""",
        """(js.eval "import('./own.mjs').then((it) => it.v)")""",
        """((new Function "return import('pkg').then((it) => it.v)"))""",
        """((js.eval "async () => (await import('./own.mjs')).v"))""",
    ],
)
def test_import_in_texts_that_a_form_evaluates(tmp_path: Path, form: str) -> None:
    package = tmp_path / "app" / "node_modules" / "pkg"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "exports": "./i.js"}')
    (package / "i.js").write_text("export const v = 7;")
    (tmp_path / "app" / "own.mjs").write_text("export const v = 7;")
    (tmp_path / "app" / "p.lisp").write_text(f"(println (await {form}))")
    done = polyrepl("app/p.lisp", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "7\n", "")
    done = polyrepl("-e", f"(println (await {form}))", cwd=tmp_path / "app")
    assert (done.code, done.out, done.err) == (0, "7\n", "")


def test_modules_of_javascript_have_python_by_name(tmp_path: Path) -> None:
    (tmp_path / "m.mjs").write_text('export const four = $py("math").sqrt(16);\n')
    (tmp_path / "program.lisp").write_text(
        '(js.import "./m.mjs" :as m) (println m.four (js.eval "typeof $py"))'
    )
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err, done.out) == (0, "", "4 function\n")
