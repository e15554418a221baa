"""The package for Node: what `npm pack` makes of its folder, installed into a project of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from npm_tools import NODE, NPM, TYPES, npm_tools
from polyrepl.bridge import bridge

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bridge" / "node"
ABOUT = json.loads((PACKAGE / "package.json").read_text(encoding="utf-8"))
ENV = {
    **os.environ,
    "PATH": f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}",
    "POLYREPL_PYTHON": sys.executable,
}

# What is made of a folder once, with npm, takes its time on a busy machine.
pytestmark = pytest.mark.timeout(400)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, env=ENV, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new project in which the packed package is installed, without a network."""
    folder = tmp_path_factory.mktemp("project")
    installed = Path(bridge.__file__).parent / "node"
    run(NODE, NPM, "pack", "--offline", "--pack-destination", folder, installed, cwd=folder)
    tarball = f"polyrepl-{ABOUT['version']}.tgz"
    assert [file.name for file in folder.iterdir()] == [tarball]
    (folder / "package.json").write_text('{"name": "project", "private": true, "type": "module"}')
    options = ("--offline", "--no-audit", "--no-fund", "--ignore-scripts")
    run(NODE, NPM, "install", *options, f"./{tarball}", cwd=folder)
    return folder


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


INSTEAD = {name.removeprefix("./"): file.removeprefix("./") for name, file in ABOUT["browser"].items()}


def imported(name: str, instead: dict[str, str] | None = None) -> set[str]:
    """A module of the folder, and all that it imports; where others stand in some places, those."""
    found, todo = set(), [name]
    while todo:
        one = todo.pop()
        one = (instead or {}).get(one, one)
        if one not in found:
            found.add(one)
            text = (PACKAGE / one).read_text(encoding="utf-8")
            todo += re.findall(r'^(?:import|export) [^"]*"\./([\w./]+)"', text, re.M)
    return found


def test_it_is_the_same_release_as_the_python_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (ABOUT["name"], ABOUT["version"]) == (project["name"], project["version"])
    assert ABOUT["license"] == project["license"]
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
    assert ABOUT["type"] == "module" and ABOUT["engines"] == {"node": ">=24"}


def test_it_holds_what_it_needs_and_nothing_else(project: Path) -> None:
    papers = {"package.json", "README.md", "LICENSE", "library.d.ts", "pyodide.d.ts"}
    needed = imported("library.mjs") | imported("pyodide.mjs", INSTEAD)
    assert files(project / "node_modules" / "polyrepl") == needed | papers


def test_a_browser_gets_files_that_name_no_module_of_node_s() -> None:
    """What a bundler makes of the page's door: `browser` in package.json says which file stands for which."""
    needed = imported("pyodide.mjs", INSTEAD)
    assert {"browser.mjs", "plain.mjs"} <= needed and "platform.mjs" not in needed
    for name in needed:
        text = (PACKAGE / name).read_text(encoding="utf-8")
        assert not re.search(r"""["']node:""", text), name


def test_the_readme_s_example_runs_there(project: Path) -> None:
    readme = (project / "node_modules" / "polyrepl" / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```js\n(.*?)^```", readme, re.S | re.M)
    (project / "example.js").write_text(example, encoding="utf-8")
    said = re.findall(r"console\.log\(.*\); // (.*)", example)
    assert len(said) == 4
    assert run(NODE, "example.js", cwd=project).splitlines() == said


def test_only_what_it_promises_can_be_imported(project: Path) -> None:
    code = """
import * as polyrepl from "polyrepl";
import * as web from "polyrepl/web";
import about from "polyrepl/package.json" with { type: "json" };
const inside = await import("polyrepl/library.mjs").catch((error) => error.code);
const { createRequire } = await import("node:module");
const required = createRequire(import.meta.url)("polyrepl") === polyrepl;
const all = [polyrepl, web].map((door) => Object.keys(door).sort());
console.log(JSON.stringify([...all, about.name, inside, required]));
"""
    (project / "doors.js").write_text(code, encoding="utf-8")
    names = ["BridgeError", "PyError", "createNodePythonBridge"]
    pages = ["BridgeError", "PyError", "PyodideTransport", "createPyodideBridge"]
    assert json.loads(run(NODE, "doors.js", cwd=project)) == [
        names, pages, "polyrepl", "ERR_PACKAGE_PATH_NOT_EXPORTED", True,
    ]  # fmt: skip


def test_its_types_are_those_of_the_program(project: Path) -> None:
    """tsc accepts what programs write and finds each mistake."""
    shutil.copy(TYPES / "uses.mts", project)
    compiler = npm_tools(TYPES) / "node_modules" / "typescript" / "bin" / "tsc"
    options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext", "--lib", "esnext,dom"]
    assert run(NODE, compiler, *options, "uses.mts", cwd=project) == ""


def test_its_types_have_every_name(project: Path) -> None:
    code = """
import * as polyrepl from "polyrepl";
const python = await polyrepl.createNodePythonBridge();
const live = await polyrepl.createNodePythonBridge({ sync: true });
const of = { Python: python.$py, SyncPython: live.$py, NodePythonBridge: python };
const names = Object.fromEntries(Object.entries(of).map(([name, value]) => [name, Object.keys(value)]));
console.log(JSON.stringify(names));
await python.close();
await live.close();
"""
    (project / "names.js").write_text(code, encoding="utf-8")
    types = (project / "node_modules" / "polyrepl" / "library.d.ts").read_text(encoding="utf-8")

    def declared(interface: str) -> set[str]:
        (head, body) = re.findall(
            rf"^(?:export )?interface {interface}\b(.*?) {{\n(.*?)^}}", types, re.S | re.M
        )[0]
        names = set(re.findall(r"^  (?:readonly )?([\w$]+)(?:<[^\n]*?>)?\??[(:]", body, re.M))
        return names | (declared("Shared") if "extends Shared" in head else set())

    internal = {"setKeywordMaker"}  # a Lisp's
    for interface, names in json.loads(run(NODE, "names.js", cwd=project)).items():
        assert declared(interface) == set(names) - internal, interface
