"""The plan of the house holds: packages and rooms import downward, JavaScript too; no circle of files.

The floors are declared in scripts/house/floors.py; `python scripts/house` prints what this file checks.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from house.__main__ import since
from house.counts import MOMENTS, arrows, circles, upward
from house.floors import DOORS, FLOORS, USES, floor_of, room_of
from house.imports import PARTS, Import, files, imports, modules

ROOT = Path(__file__).resolve().parents[1]
FOUND = imports(ROOT)

# Files that import each other in a circle, and why they may.
CIRCLES = {
    (
        "lisp/runtime/data.mjs",
        "lisp/runtime/equality.mjs",
    ): "equality of data and data that compares: only functions"
    " called later, so the order in which the two are loaded does not matter",
}


def places(made: list[Import]) -> list[str]:
    return [f"{one.source}:{one.line} imports {one.target}" for one in made]


# -- this house ------------------------------------------------------------------------------------


@pytest.mark.parametrize("package", PARTS)
def test_packages_import_one_way(package: str) -> None:
    outward = [one for one in FOUND if one.source.startswith(f"{package}/")]
    assert outward, f"no imports in {package}/"
    wrong = [one for one in outward if one.target.split("/")[0] not in {package, *USES[package]}]
    assert not places(wrong)


@pytest.mark.parametrize("package", PARTS)
def test_other_packages_are_imported_by_their_full_name(package: str) -> None:
    for file in (ROOT / package).rglob("*.py"):
        depth = len(file.relative_to(ROOT / package).parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.ImportFrom) or node.level <= depth, f"{file} leaves its package"


def test_every_room_stands_on_a_floor_and_every_floor_has_its_rooms() -> None:
    rooms = {room_of(file) for file in files(ROOT)}
    assert not {room for room in rooms if floor_of(room) is None}, "name the room in scripts/house/floors.py"
    declared = {
        package if name == package else f"{package}/{name}"
        for package, floors in FLOORS.items()
        for floor in floors
        for name in floor
    }
    assert declared <= rooms, "a floor names a room that is gone"


# The files of bridge/node that are Node's alone; all others run wherever there is another platform.mjs.
NODE_S_OWN = {
    "idle",
    "library",
    "main",
    "output",
    "packages",
    "platform",
    "terminal",
    "transport",
    "watchdog",
    "worker",
}


def test_shared_files_of_the_bridge_name_no_module_of_node_s() -> None:
    naming = {
        file.stem
        for file in (ROOT / "bridge" / "node").glob("*.mjs")
        if re.search(r"""["']node:""", file.read_text(encoding="utf-8"))
    }
    assert "platform" in naming
    assert naming <= NODE_S_OWN


def test_rooms_import_downward() -> None:
    assert not {pair: places(made) for pair, made in upward(FOUND).items()}


def test_no_circle_of_files() -> None:
    """Neither as files are loaded nor inside functions; a circle that is allowed must be there."""
    assert circles(FOUND, MOMENTS["call"]) == sorted(CIRCLES)


def test_javascript_enters_another_package_by_its_doors() -> None:
    crossing = [
        one
        for one in FOUND
        if one.source.endswith(".mjs") and one.source.split("/")[0] != one.target.split("/")[0]
    ]
    assert crossing
    assert not places([one for one in crossing if one.target not in DOORS])


def test_doors_are_there() -> None:
    assert not [door for door in DOORS if not (ROOT / door).exists()]


# -- the rules themselves --------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    texts = {
        "lisp/forms.py": "",
        "lisp/errors.py": "from __future__ import annotations\nfrom . import forms\n",
        "lisp/read/__init__.py": "",
        "lisp/read/reader.py": (
            "from typing import TYPE_CHECKING\nfrom ..errors import A\nif TYPE_CHECKING:\n"
            "    from polyrepl.lisp import compiler\nelse:\n    import polyrepl.lisp.forms\n"
            "def f():\n    from .lexer import x\n"
        ),
        "lisp/read/lexer.py": "def g():\n    return import_module('polyrepl.lisp.read.reader')\n",
        "lisp/compiler.py": "import polyrepl.lisp.read.reader as reader, os\n",
        "bridge/node/a.mjs": (
            'import {\n  b,\n  c,\n} from "./b.mjs";\nexport * from "../../lisp/runtime/x.mjs";\n'
            'import fs from "node:fs";\n/** @type {import("./t.mjs").T} */\n'
            'const text = `\\nimport "./t.mjs"`;\nconst d = () => import("./d.mjs");\n'
        ),
        **{f"bridge/node/{name}.mjs": "" for name in "bdt"},
        "lisp/runtime/x.mjs": 'import "../../bridge/node/a.mjs";\n',
    }  # fmt: skip
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_imports_are_read_with_their_moment(tree: Path) -> None:
    assert {(one.source, one.target, one.moment) for one in imports(tree)} == {
        ("lisp/errors.py", "lisp/forms.py", "load"),
        ("lisp/read/reader.py", "lisp/errors.py", "load"),
        ("lisp/read/reader.py", "lisp/compiler.py", "type"),
        ("lisp/read/reader.py", "lisp/forms.py", "load"),
        ("lisp/read/reader.py", "lisp/read/lexer.py", "call"),
        ("lisp/read/lexer.py", "lisp/read/reader.py", "call"),
        ("lisp/compiler.py", "lisp/read/reader.py", "load"),
        ("bridge/node/a.mjs", "bridge/node/b.mjs", "load"),
        ("bridge/node/a.mjs", "lisp/runtime/x.mjs", "load"),
        ("bridge/node/a.mjs", "bridge/node/t.mjs", "type"),
        ("bridge/node/a.mjs", "bridge/node/d.mjs", "call"),
        ("lisp/runtime/x.mjs", "bridge/node/a.mjs", "load"),
    }


def test_what_is_against_the_rules_is_found(tree: Path) -> None:
    found = imports(tree)
    assert set(upward(found)) == {
        ("lisp/read", "lisp/compiler"),
        ("bridge/node", "lisp/runtime"),
        ("lisp/runtime", "bridge/node"),
    }
    assert ("lisp/compiler", "lisp/read") in arrows(found)
    loaded = ("bridge/node/a.mjs", "lisp/runtime/x.mjs")
    assert circles(found, MOMENTS["load"]) == [loaded]
    assert circles(found, MOMENTS["call"]) == [loaded, ("lisp/read/lexer.py", "lisp/read/reader.py")]
    assert circles(found, MOMENTS["type"])[0] == (
        "lisp/compiler.py",
        "lisp/read/lexer.py",
        "lisp/read/reader.py",
    )


def test_modules_of_others_are_read_too() -> None:
    text = "import a.b\ndef f():\n    from c import d\n"
    assert list(modules(text)) == [("a.b", "", "load", 1), ("c", "d", "call", 3)]


def test_an_older_commit_is_counted_in_the_rooms_of_today(tree: Path) -> None:
    def git(*words: str) -> None:
        who = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
        subprocess.run(["git", *who, *words], cwd=tree, check=True, capture_output=True)

    reader = tree / "lisp" / "read" / "reader.py"
    flat = tree / "lisp" / "reader.py"
    flat.write_text(reader.read_text().replace("from ..", "from ."))
    reader.unlink()
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "flat")
    reader.write_text(flat.read_text().replace("from .", "from .."))
    flat.unlink()
    git("add", "-A")
    there, found, moved = since("HEAD", tree)
    assert (moved, "lisp/read/reader.py" in there, "lisp/reader.py" in there) == (1, True, False)
    assert Import("lisp/read/reader.py", "lisp/errors.py", "load", 2) in found


def test_the_script_counts_this_tree() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "house")], capture_output=True, text=True, check=True
    )
    assert "arrows between rooms" in done.stdout and not done.stderr
