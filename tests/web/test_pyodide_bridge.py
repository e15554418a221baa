"""The bridge inside of one process: tests of tests/bridge, unchanged, run by pytest inside of Pyodide.

Node stands in for the browser: what it has and a browser has not is not used. What cannot pass there is
named in inside_conftest.py, each with the browser's limit.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from npm_tools import NODE, npm_tools

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = (
    "values", "basics", "conversions", "pyproxy", "jsproxy", "citizens", "errors", "output", "lifetimes",
)  # fmt: skip
# What pytest is made of; hypothesis of today is compiled, the last one that is not is asked for.
PACKAGES = ("pytest", "pluggy", "iniconfig", "packaging", "pygments", "sortedcontainers", "attrs")
HYPOTHESIS = "hypothesis==6.139.3"
AT_LEAST = 242

pytestmark = [pytest.mark.web, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def tools() -> Path:
    return npm_tools(HERE) / "node_modules"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python packages for the inside."""
    folder = tmp_path_factory.mktemp("packages")
    for name in PACKAGES:
        for file in importlib.metadata.distribution(name).files or ():
            if file.suffix == ".py" or ".dist-info" in file.parts[0]:
                source = Path(str(file.locate()))
                if source.is_file() and ".." not in file.parts:
                    (folder / file).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source, folder / file)
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
    ran = subprocess.run(
        [*command, HYPOTHESIS, "-d", str(folder)], capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        pytest.skip(f"NOT CHECKED: pip cannot have {HYPOTHESIS}:\n{ran.stderr[-500:]}")
    for wheel in folder.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
    return folder


Run = Callable[[list[Path]], str]


@pytest.fixture
def inside(site: Path, tools: Path, packages: Path, tmp_path: Path) -> Run:
    """Runs files of tests; what pytest prints."""

    def run(files: list[Path]) -> str:
        for file in files:
            shutil.copyfile(file, tmp_path / file.name)
        shutil.copyfile(ROOT / "tests" / "processes.py", tmp_path / "processes.py")
        shutil.copyfile(HERE / "inside_conftest.py", tmp_path / "conftest.py")
        about = {
            "site": str(site),
            "pyodide": str(tools / "pyodide"),
            "folders": {
                "/packages": str(packages),
                "/tests": str(tmp_path),
                "/src/polyrepl/bridge": str(ROOT / "bridge"),
            },
            "args": [
                "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "-c", "/dev/null",
                "--rootdir=/tests", "--tb=short", "-rfE",
                *(f"/tests/{file.name}" for file in files),
            ],
        }  # fmt: skip
        ran = subprocess.run(
            [NODE, "--experimental-wasm-jspi", HERE / "inside.mjs", json.dumps(about)],
            capture_output=True, text=True, errors="replace", check=False, timeout=550,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-5_000:]
        return ran.stdout

    return run


def test_the_bridge_s_tests_pass_inside(inside: Run, tell: Callable[[str], None]) -> None:
    printed = inside([ROOT / "tests" / "bridge" / f"{name}_test.py" for name in FILES])
    passed, skipped = (int(re.findall(rf"(\d+) {what}", printed)[-1]) for what in ("passed", "skipped"))
    tell(f"inside of Pyodide: {passed} of {passed + skipped} tests of the bridge pass")
    assert passed >= AT_LEAST


def test_calls_of_single_values_mean_the_same_without_json(inside: Run, tell: Callable[[str], None]) -> None:
    printed = inside([HERE / "inside_lane.py"])
    assert re.search(r"\b\d\d+ passed", printed) and "skipped" not in printed
    tell("inside of Pyodide: " + re.findall(r"CALLS: (.*)", printed)[-1])
