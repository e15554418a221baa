"""What was edited is loaded again: by `:reload`, `,reload` and `,autoreload`, in all three languages."""

from __future__ import annotations

import importlib
import os
import re
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from at_prompt import Prompt
from polyrepl.repl.session.python_again import OwnModules
from polyrepl.repl.session.reflection import Files
from running import polyrepl
from screen import Screen

LOW = "(defmacro twice (x) `(+ ~x ~x))\n(defonce seen (js.Array.))\n(defn where () :low)\n"
MID = '(import "./low.lisp" :refer [twice seen where])\n(defn doubled (x) (seen.push x) (twice x))\n'
LIB = """(import "./mid.lisp" :as mid)
(js.import "./near.mjs" :as near)
(defn f (x) [(mid.doubled x) (near.f)])
"""
NEAR = 'import { dep } from "./dep.mjs";\nexport const V = 1;\nexport const f = () => [V, dep];\n'
DEP = 'export const dep = "d1";\n'
OWN = 'from own_below import two\nclass A:\n    def hi(self): return ["one", two()]\ndef g(): return 1\n'
BELOW = "def two(): return 2\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, text in [
        ("low.lisp", LOW), ("mid.lisp", MID), ("lib.lisp", LIB), ("near.mjs", NEAR), ("dep.mjs", DEP),
        ("own_mod.py", OWN), ("own_below.py", BELOW),
    ]:  # fmt: skip
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def prompt(folder: Path) -> Iterator[Prompt]:
    for name in ("own_mod", "own_below"):
        sys.modules.pop(name, None)
    with Prompt() as made:
        made.submit('(import "./lib.lisp" :as lib)', '(import "./low.lisp" :refer [twice seen])')
        made.submit("(defn mine (x) (lib.f x))")
        made.submit('(js.import "./near.mjs" :as n :refer [f V])', '(py.import "own_mod" :as o :refer [A g])')
        made.submit("(def a (A.))")
        yield made


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_lisp_file_two_levels_down_and_its_macros(prompt: Prompt, folder: Path) -> None:
    assert prompt.submit("(mine 5)") == '[10 [1 "d1"]]'
    edit(folder / "low.lisp", "(+ ~x ~x)", "(* 100 ~x)")
    edit(folder / "low.lisp", ":low", ":deep")
    assert prompt.submit(",reload lib") == "loaded again: low.lisp, mid.lisp, lib.lisp"
    assert prompt.submit("[(mine 5) (twice 4) seen]") == '[[500 [1 "d1"]] 400 [5 5]]'
    assert prompt.submit(",reload low.lisp") == "loaded again: low.lisp, mid.lisp, lib.lisp"


@pytest.mark.parametrize("form", ['(import "./lib.lisp" :reload)', '(import "./lib.lisp" :as lib :reload)'])
def test_the_form_takes_along_what_has_changed_below(prompt: Prompt, folder: Path, form: str) -> None:
    edit(folder / "low.lisp", "(+ ~x ~x)", "(* 100 ~x)")
    edit(folder / "dep.mjs", "d1", "d2")
    assert prompt.submit(form) == ""
    assert prompt.submit("[(mine 5) (twice 4) (f)]") == '[[500 [1 "d2"]] 400 [1 "d2"]]'


def test_a_name_may_become_another_kind_of_thing(prompt: Prompt, folder: Path) -> None:
    edit(folder / "low.lisp", "(defmacro twice (x) `(+ ~x ~x))", "(defn twice (x) [x x])")
    assert prompt.submit(",reload lib", "[(twice 4) (mine 1)]") == '[[4 4] [[1 1] [1 "d1"]]]'
    (folder / "low.lisp").write_text(LOW)
    assert prompt.submit(",reload lib", "[(twice 4) (mine 1)]") == '[8 [2 [1 "d1"]]]'


def test_what_fails_leaves_what_was(prompt: Prompt, folder: Path) -> None:
    edit(folder / "low.lisp", "(+ ~x ~x)", "(+ ~x ~y)")
    assert "low.lisp:1:29: error: unbound symbol y" in prompt.submit(",reload lib")
    assert prompt.submit("[(mine 5) (twice 4)]") == '[[10 [1 "d1"]] 8]'
    (folder / "low.lisp").write_text('(throw (Error. "at load"))\n' + LOW)
    assert "Error: at load" in prompt.submit(",reload lib")
    assert prompt.submit("(mine 5)") == '[10 [1 "d1"]]'
    edit(folder / "near.mjs", "V = 1", "V = ")
    assert "SyntaxError" in prompt.submit(",reload n")
    assert prompt.submit("(f)") == '[1 "d1"]'
    (folder / "near.mjs").write_text(NEAR.replace("V = 1", "V = 3"))
    (folder / "low.lisp").write_text(LOW.replace("(+ ~x ~x)", "(* 9 ~x)"))
    assert prompt.submit(",reload lib", "[(mine 5) (twice 4) (f)]") == '[[45 [3 "d1"]] 36 [3 "d1"]]'


def test_what_fails_costs_no_other_language(prompt: Prompt, folder: Path) -> None:
    edit(folder / "own_below.py", "def two()", "def two(")
    edit(folder / "near.mjs", "V = 1", "V = 7")
    edit(folder / "low.lisp", "(+ ~x ~x)", "(* 9 ~x)")
    said = prompt.submit(",reload n")
    assert "SyntaxError" in said and "own_below.py" in said
    assert "near.mjs" in said.rpartition("loaded again: ")[2]
    assert prompt.submit(",reload lib", "[(mine 5) (f) (g)]") == '[[45 [7 "d1"]] [7 "d1"] 1]'
    (folder / "own_below.py").write_text(BELOW.replace("2", "22"))
    assert prompt.submit(",reload o", "(.hi (A.))") == "['one', 22]"


def test_a_lisp_file_that_is_as_it_was_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "own.lisp"
    file.write_text("(def a 1)")
    files = Files(lambda: str(tmp_path))
    found = file.stat()

    def read(after: float) -> str:
        """The text, so many seconds after it was written."""
        monkeypatch.setattr(time, "time_ns", lambda: file.stat().st_ctime_ns + int(after * 1e9))
        return files("own.lisp", "")[0]

    # What was written just now may be written again at what is the same time to the file system.
    assert read(0.01) is not read(0.01)
    assert read(1) is read(1)
    file.write_text("(def a 2)")
    os.utime(file, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert read(1) == read(1) == "(def a 2)"


def test_javascript_that_was_imported_by_path(prompt: Prompt, folder: Path) -> None:
    edit(folder / "dep.mjs", "d1", "d2")
    edit(folder / "near.mjs", "V = 1", "V = 2")
    assert prompt.submit(",reload n") == "loaded again: near.mjs, dep.mjs"
    assert prompt.submit("[(f) V (n.f) (mine 1)]") == '[[2 "d2"] 2 [2 "d2"] [2 [2 "d2"]]]'
    edit(folder / "near.mjs", "V = 2", "V = 3")
    assert prompt.submit('(js.import "./near.mjs" :as n :reload)', "[V (n.f)]") == '[3 [3 "d2"]]'
    (folder / "near.mjs").write_text('export const f = () => { throw new Error("here") };\n')
    shown = prompt.submit(",reload near.mjs", "(f)", ",bt")
    assert re.search(r"^  js    \S+/near.mjs:1:32", shown, re.MULTILINE)


def test_commonjs(prompt: Prompt, folder: Path) -> None:
    (folder / "c.cjs").write_text('exports.x = require("./d.cjs").x;')
    (folder / "d.cjs").write_text("exports.x = 1;")
    assert prompt.submit('(js.import "./c.cjs" :as c)', "c.x") == "1"
    (folder / "d.cjs").write_text("exports.x = 2;")
    assert prompt.submit(",reload c", "c.x") == "2"


def test_python_functions_classes_and_instances(prompt: Prompt, folder: Path) -> None:
    assert prompt.submit("[(a.hi) (g)]") == "[#py ['one', 2] 1]"
    edit(folder / "own_mod.py", '"one"', '"two"')  # of the same length, within a second
    edit(folder / "own_mod.py", "return 1", "return 9")
    edit(folder / "own_below.py", "return 2", "return 8")
    assert prompt.submit(",reload o") == "loaded again: own_below.py, own_mod.py"
    assert prompt.submit("[(a.hi) (g) (py.isinstance a o.A)]") == ("[#py ['two', 8] 9 true]")
    edit(folder / "own_mod.py", "return 9", "return 7")
    assert prompt.submit('(py.import "own_mod" :reload)', "(g)") == "7"
    edit(folder / "own_mod.py", "return 7", "return (")
    assert "SyntaxError" in prompt.submit(",reload own_mod")
    assert prompt.submit("(g)") == "7"


def test_what_is_installed_as_links_is_not_the_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, installed, own = (tmp_path / name for name in ("store", "installed", "own"))
    for folder in (store, installed, own):
        folder.mkdir()
    (store / "linked_mod.py").touch()
    (installed / "linked_mod.py").symlink_to(store / "linked_mod.py")
    (own / "mine_mod.py").touch()
    (own / "theirs_mod.py").symlink_to(installed / "linked_mod.py")
    paths = dict.fromkeys(("stdlib", "platstdlib", "purelib", "platlib"), str(installed))
    paths["platlib"] = str(store)
    monkeypatch.setattr(sysconfig, "get_paths", lambda: paths)
    names = ("linked_mod", "mine_mod", "theirs_mod")
    for folder in (installed, own):
        monkeypatch.syspath_prepend(str(folder))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    for name in names:
        importlib.import_module(name)
    modules = OwnModules()
    modules.note()
    for file in (store / "linked_mod.py", own / "mine_mod.py"):
        file.write_text("# edited\n")
    assert [name for name in modules.changed() if name in names] == ["mine_mod"]


def test_autoreload_before_the_next_form(prompt: Prompt, folder: Path) -> None:
    assert prompt.submit(",autoreload") == "files that are saved are not loaded again"
    assert prompt.submit(",autoreload on") == "files that are saved are loaded again"
    assert prompt.submit("(+ 1 1)") == "2"
    edit(folder / "low.lisp", "(+ ~x ~x)", "(* 100 ~x)")
    edit(folder / "dep.mjs", "d1", "d2")
    edit(folder / "own_mod.py", "return 1", "return 9")
    said, value = prompt.submit("[(mine 5) (f) (g)]").splitlines()
    assert value == '[[500 [1 "d2"]] [1 "d2"] 9]'
    assert said == "loaded again: own_mod.py, low.lisp, mid.lisp, lib.lisp, dep.mjs, near.mjs"
    edit(folder / "low.lisp", "100 ~x", "100 ~z")
    assert "unbound symbol z" in prompt.submit("(+ 1 1)")
    assert prompt.submit("(+ 1 1)") == "2"  # told once
    (folder / "low.lisp").write_text(LOW)
    assert prompt.submit("(mine 5)").endswith('[10 [1 "d2"]]')
    for old, new in ("9", "8"), ("8", "7"):  # each time
        edit(folder / "own_mod.py", f"return {old}", f"return {new}")
        assert prompt.submit("(g)").splitlines() == ["loaded again: own_mod.py", new]
    edit(folder / "own_mod.py", "return 7", "return (")
    assert "SyntaxError" in prompt.submit("(+ 1 1)")
    edit(folder / "own_mod.py", "return (", "return 6")
    assert prompt.submit("(g)").splitlines() == ["loaded again: own_mod.py", "6"]
    prompt.submit(",autoreload off")
    edit(folder / "low.lisp", "(+ ~x ~x)", "(* 100 ~x)")
    assert prompt.submit("(mine 5)") == '[10 [1 "d2"]]'


def test_a_program_renews_its_own(folder: Path) -> None:
    program = """
    (import "./lib.lisp" :as lib) (js.import "node:fs" :as fs) (py.import "own_mod" :refer [g])
    (println (lib.f 5) (g))
    (fs.writeFileSync "low.lisp" (.replace (fs.readFileSync "low.lisp" "utf8") "+ ~x" "* ~x"))
    (fs.writeFileSync "dep.mjs" "export const dep = 'd2';")
    (fs.writeFileSync "own_mod.py" (.replace (fs.readFileSync "own_mod.py" "utf8") "return 1" "return 3"))
    (import "./lib.lisp" :as lib :reload) (py.import "own_mod" :reload)
    (println (lib.f 5) (g))
    """
    (folder / "main.lisp").write_text(program)
    done = polyrepl("main.lisp", cwd=folder)
    assert (done.out, done.err) == ("[10 [1 d1]] 1\n[25 [1 d2]] 3\n", "")


def test_autoreload_at_the_idle_prompt(folder: Path) -> None:
    with Screen(folder) as screen:
        screen.ready()
        screen.submit('(import "./lib.lisp" :as lib)')
        screen.ready()
        screen.submit(",autoreload on")
        screen.shows("are loaded again")
        edit(folder / "low.lisp", "(+ ~x ~x)", "(* 100 ~x)")
        screen.shows("loaded again: low.lisp, mid.lisp, lib.lisp")
        screen.submit("(lib.f 5)")
        screen.shows('[500 [1 "d1"]]')


def test_what_was_required(prompt: Prompt, folder: Path) -> None:
    (folder / "c.cjs").write_text('exports.x = require("./d.cjs").x; exports.f = () => "one";')
    (folder / "d.cjs").write_text("exports.x = 1;")
    held = "[c.x (c.f) (f)]"
    assert prompt.submit('(def c (js.require "./c.cjs"))', "(def f c.f)", held) == '[1 "one" "one"]'
    (folder / "d.cjs").write_text("exports.x = 2;")
    assert prompt.submit(",reload c", held) == '[2 "one" "one"]'
    (folder / "c.cjs").write_text('exports.x = require("./d.cjs").x; exports.f = () => "two";')
    assert prompt.submit(",reload ./c.cjs", held) == '[2 "two" "two"]'
    (folder / "c.cjs").write_text("no text of JavaScript")
    assert "SyntaxError" in prompt.submit(",reload c")
    assert prompt.submit(held) == '[2 "two" "two"]'
    (folder / "c.cjs").write_text('exports.x = 7; exports.f = () => "three";')
    assert prompt.submit('(js.import "./c.cjs" :as i :reload)', held) == '[7 "three" "three"]'


@pytest.mark.parametrize("kind", ["commonjs", "module"])
def test_a_package_that_is_asked_for(prompt: Prompt, folder: Path, kind: str) -> None:
    package = folder / "node_modules" / "pkg"
    package.mkdir(parents=True)
    (package / "package.json").write_text(f'{{"name": "pkg", "type": "{kind}", "exports": "./i.js"}}')
    is_module = kind == "module"
    inner = "export const v = {};" if is_module else "exports.v = {};"
    outer = 'export { v } from "./in.js";' if is_module else 'exports.v = require("./in.js").v;'
    (package / "i.js").write_text(outer)
    (package / "in.js").write_text(inner.format(1))
    assert prompt.submit('(js.import "pkg" :as k :refer [v])', "[k.v v]") == "[1 1]"
    (package / "in.js").write_text(inner.format(2))
    edit(folder / "near.mjs", "V = 1", "V = 2")
    # What else has changed comes along, packages do not.
    assert prompt.submit(",reload n", "[k.v v]") == "[1 1]"
    assert "node_modules/pkg/in.js" in prompt.submit(",reload k")
    assert prompt.submit("[k.v v]") == "[2 2]"
    (package / "in.js").write_text(inner.format(3))
    assert prompt.submit('(js.import "pkg" :as k :reload)', "[k.v v]") == "[3 3]"
