"""Node's modules in one file: it is made of the modules as they are, runs as they do, and its compiled code
is kept only where nobody else can write."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from polyrepl.bridge import Bridge, JSError
from polyrepl.bridge import bundles as module
from polyrepl.bridge.bundles import NAME, beside, bundle
from polyrepl.bridge.process import find_node, program
from running import polyrepl

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("lisp/runtime", "bridge/node", "repl/node", "kernel/node", "scripts")
WORKS = '(def m {:a [1 (py.len "abc")]}) (println m) (js.Promise.resolve (get m :a))'


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modules and what bundles them, in a folder of their own, with the bridge's bundle."""
    tree = tmp_path_factory.mktemp("tree").resolve()
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tree / folder, ignore=shutil.ignore_patterns("*.pyc", NAME))
    return tree


@pytest.fixture
def tree(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As `copied`, for this test what the bridge takes for its own."""
    monkeypatch.setattr(module, "_ROOT", str(copied))
    monkeypatch.setattr(module, "_MAKER", str(copied / "scripts" / "bundle.mjs"))
    return copied


def never() -> str:
    raise AssertionError("made again")


def test_it_is_made_when_a_module_is_another_and_only_then(tree: Path) -> None:
    folder = tree / "bridge" / "node"
    made = bundle(str(folder), find_node)
    assert made == str(folder / NAME)
    text = (folder / NAME).read_bytes()
    assert text.isascii()
    assert bundle(str(folder), never) == made
    source = folder / "gate.mjs"
    later = (folder / NAME).stat().st_mtime_ns + 10**9
    os.utime(source, ns=(later, later))  # a checkout has touched it
    assert bundle(str(folder), never) == made
    assert (folder / NAME).read_bytes() == text
    old = source.read_text(encoding="utf-8")
    source.write_text(old + "export const another = 1;\n", encoding="utf-8")
    assert bundle(str(folder), find_node) == made
    assert b"another" in (folder / NAME).read_bytes()
    source.write_text(old, encoding="utf-8")
    assert bundle(str(folder), find_node) == made
    assert (folder / NAME).read_bytes() == text


def test_modules_are_loaded_one_by_one_where_no_bundle_can_be_made(tree: Path) -> None:
    folder = tree / "repl" / "node"
    (folder / "bad.mjs").write_text("await 1;\n", encoding="utf-8")
    assert bundle(str(folder), find_node) is None  # a bundle awaits nothing at its top
    assert beside(str(folder / "session.mjs"), find_node) is None
    assert not list(folder.glob(".bundle-*"))
    (folder / "bad.mjs").unlink()
    assert beside(str(folder / "session.mjs"), find_node) == str(folder / NAME)


def test_modules_of_others_are_in_no_bundle(tmp_path: Path) -> None:
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / NAME).write_text("throw 1")
    assert beside(str(tmp_path / "node" / "m.mjs"), never) is None


def test_a_bundle_is_what_runs_here() -> None:
    assert [Path(file).name for file in program(find_node(), [])] == ["start.cjs", NAME]


@pytest.fixture
def without_bundles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Another installation, with no bundles and nothing to make them with."""
    place = tmp_path / "elsewhere" / "polyrepl"
    for room in ("lisp", "bridge", "repl", "kernel"):
        shutil.copytree(ROOT / room, place / room, ignore=shutil.ignore_patterns("__pycache__", NAME))
    for file in (ROOT / "package").glob("*.py"):
        shutil.copy(file, place)
    return place.parent


def test_programs_run_the_same_without_bundles(without_bundles: Path, tmp_path: Path) -> None:
    for form in (WORKS, '(throw (TypeError "no"))', "(eval '(+ 1 2))"):
        bundled = polyrepl("-e", form, cwd=tmp_path)
        single = polyrepl("-e", form, cwd=tmp_path, PYTHONPATH=str(without_bundles))
        assert bundled == single
        assert bundled.out or bundled.code == 1


def test_modules_loaded_later_are_those_of_the_bundle() -> None:
    folder = str(ROOT / "repl" / "node")
    with Bridge(preload=[f"{folder}/session.mjs"]) as js:
        session = js.import_module(f"{folder}/session.mjs")
        assert js.import_module(f"{folder}/session.mjs") == session
        assert js.import_module(f"{folder}/terminal.mjs").moveTo == session.moveTo


def test_own_frames_are_hidden_and_paths_are_meant_from_the_caller(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("value = 7")
    caller = tmp_path / "caller.mjs"
    caller.write_text('export const ask = () => globalThis[Symbol.for("polyrepl.$py")]("./beside.py").value;')
    with Bridge() as js:
        assert js.import_module(caller).ask() == 7
        with pytest.raises(JSError) as caught:
            js.eval("() => { throw new Error('x') }")()
    assert NAME not in caught.value.stack.partition("\n    at ")[2].splitlines()[0]


# -- the compiled code -----------------------------------------------------------------------------


def run(cache: Path) -> str:
    done = polyrepl("-e", "(+ 1 2)", cwd=cache.parent, XDG_CACHE_HOME=str(cache))
    assert (done.code, done.err) == (0, "")
    return done.out


def kept(cache: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (cache / "polyrepl").iterdir()}


def test_compiled_code_is_kept_where_only_the_user_writes(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert run(cache) == "3\n"
    first = kept(cache)
    assert {name.partition("-")[0] for name in first} == {"bridge", "repl"}
    assert (cache / "polyrepl").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (cache / "polyrepl").iterdir()} == {0o600}
    assert run(cache) == "3\n"
    assert kept(cache) == first  # and used: else it would have been made again


@pytest.mark.parametrize(
    "wrong", ["folder for all", "link", "file for all", "garbage", "empty", "unwritable"]
)
def test_what_another_may_have_written_is_left_alone(wrong: str, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(cache)
    folder = cache / "polyrepl"
    good = kept(cache)
    poison = b"\0" * 64
    match wrong:
        case "folder for all":
            folder.chmod(0o777)
        case "link":
            folder.rename(tmp_path / "real")
            folder.symlink_to(tmp_path / "real")
        case "file for all":
            for name in good:
                (folder / name).chmod(0o666)
        case "garbage" | "empty":
            for name in good:
                (folder / name).write_bytes(poison if wrong == "garbage" else b"")
        case "unwritable":
            shutil.rmtree(folder)
            folder.write_text("no folder")
    assert run(cache) == "3\n"
    if wrong in ("folder for all", "link"):
        assert kept(cache) == good
    elif wrong != "unwritable":  # the folder is ours: they are made again
        assert all(data not in (poison, b"") for data in kept(cache).values())
        assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}
    else:
        assert folder.read_text() == "no folder"


def test_a_program_sees_nothing_of_it() -> None:
    with Bridge() as js:
        shown = js.eval("[process.argv.length, typeof require.main, 'mainModule' in process]")
        assert list(shown) == [2, "undefined", False]


def test_the_maker_refuses_what_a_bundle_cannot_say(tree: Path) -> None:
    folder = tree / "kernel" / "node"
    for text in ("export let a = 1;\n", "export default 1;\n", 'export const f = () => import("node:fs");\n'):
        (folder / "bad.mjs").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [find_node(), str(tree / "scripts" / "bundle.mjs"), str(tree), "repl/node/bundle.cjs"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode != 0 and "bad.mjs:1: " in done.stderr
    (folder / "bad.mjs").unlink()
