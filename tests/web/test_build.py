"""`polyrepl web build`: what is in a folder, and what a second build leaves of the first."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path

import pytest
from polyrepl.repl.command_line.web import parser
from polyrepl.repl.web import folders, npm_modules
from polyrepl.repl.web.problem import WebProblem
from web_pages import built

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

OURS = ("repl", "bridge", "lisp")


class Places(HTMLParser):
    """What a page's HTML loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.data: dict[str, str] = {}
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.found += [named[name] or "" for name in ("src", "href") if name in named]
        self._inside = (named.get("id") or named.get("type") or "") if tag == "script" else ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.data[self._inside] = data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("build") / "page"
    built(made)
    return made


def test_all_that_the_page_names_is_there(folder: Path) -> None:
    places = Places((folder / "index.html").read_text("utf-8"))
    imports = json.loads(places.data["importmap"])["imports"]
    about = json.loads(places.data["build"])
    assert set(imports) == {"polyrepl/editor"}
    named = [*places.found, *imports.values(), *(f"./{name}" for name in about["names"].values())]
    assert len(named) > 12
    for place in named:
        assert place.startswith("./")
        assert (folder / place).exists(), place


def test_each_module_is_whole(folder: Path) -> None:
    """A page is ready after a few answers of its host: no module asks for another one."""
    modules = {
        file.relative_to(folder).as_posix(): file.read_text("utf-8")
        for part in ("app", "editor")
        for file in folder.glob(f"{part}.*/**/*.mjs")
    }
    assert {name.rsplit("/", 1)[-1] for name in modules} == {
        "worker.mjs", "unpacking.mjs", "client.mjs", "pyodide.mjs", "page.mjs", "editor.mjs",
    }  # fmt: skip
    for name, text in modules.items():
        found = re.findall(
            r"""(?:^|[;}])(?:import|export)\b[^'"\n;]{0,300}?\bfrom ?["']([^"']+)""", text, re.M
        )
        assert not found, name
        asked = re.findall(r"""\bimport\(["']([^"']+)["']\)""", text)
        assert set(asked) <= {"polyrepl/editor"}, name


def test_without_a_bundler_modules_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(npm_modules, "_esbuild", lambda kept: None)
    built(tmp_path / "page")
    imports = json.loads(Places((tmp_path / "page" / "index.html").read_text("utf-8")).data["importmap"])[
        "imports"
    ]
    assert {"polyrepl/editor", "@codemirror/state", "@codemirror/view", "@lezer/lr", "style-mod"} <= set(
        imports
    )
    for place in imports.values():
        assert (tmp_path / "page" / place).is_file(), place
    for file in (tmp_path / "page").glob("editor.*/*js"):
        for name in re.findall(
            r"""(?:^|;)(?:import|export)\b[^'"\n;]*\bfrom\s*['"]([^'"]+)""", file.read_text(), re.M
        ):
            assert name in imports or (file.parent / name).is_file(), f"{file.name} imports {name}"
    assert next((tmp_path / "page").glob("app.*/bridge/web/host.mjs")).is_file()


def test_nothing_of_ours_names_another_host(folder: Path) -> None:
    app = next(folder.glob("app.*"))
    files = [file for part in OURS for file in folders.files(app / part)] + [folder / "index.html"]
    for file in files:
        if "vendor" not in file.parts and file.suffix in (".mjs", ".js", ".css", ".html"):
            text = re.sub(r"(?m)^\s*(?:\*|//|/\*).*$", "", file.read_text("utf-8"))
            for host in re.findall(r"https?://(\w[\w-]*(?:\.[\w-]+)+)", text):
                assert host in ("www.w3.org", "vega.github.io", "github.com"), (
                    f"{file.name} names {host}"
                )  # names, not places


def test_a_second_build_is_the_same_and_a_third_leaves_nothing_stale(tmp_path: Path) -> None:
    page = tmp_path / "page"
    built(page)
    first = {path.name for path in page.iterdir()}
    text = (page / "index.html").read_text("utf-8")
    built(page)
    assert {path.name for path in page.iterdir()} == first
    assert (page / "index.html").read_text("utf-8") == text
    data = tmp_path / "data"
    data.mkdir()
    (data / "x.csv").write_text("1")
    (data / "only.lisp").write_text("(+ 1 2)")
    built(page, files=data, examples=data)
    second = {path.name for path in page.iterdir()}
    assert {name.split(".")[0] for name in second - first} == {"files"}
    about = json.loads(Places((page / "index.html").read_text("utf-8")).data["build"])
    assert [one["text"] for one in about["examples"]] == ["(+ 1 2)"]
    assert set(zipfile.ZipFile(page / about["names"]["files"]).namelist()) == {"x.csv", "only.lisp"}
    built(page)
    assert {path.name for path in page.iterdir()} == first
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")], "nothing is left beside it"


def test_what_can_not_be_built_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    page = tmp_path / "page"
    built(page)
    before = {path.name: path.stat().st_mtime_ns for path in page.iterdir()}
    with pytest.raises(WebProblem, match="is no folder"):
        built(page, files=tmp_path / "missing")
    with pytest.raises(WebProblem, match="no wheel for the browser"):
        built(page, packages=("numpy",))
    assert {path.name: path.stat().st_mtime_ns for path in page.iterdir()} == before


def test_packages_that_are_wheels_are_taken_and_others_named(tmp_path: Path) -> None:
    built(tmp_path / "page", packages=("sortedcontainers==2.4.0",))
    names = zipfile.ZipFile(next((tmp_path / "page").glob("packages.*.zip"))).namelist()
    assert "sortedcontainers/sortedlist.py" in names
    with pytest.raises(WebProblem) as told:
        built(tmp_path / "other", packages=("sortedcontainers", "numpy", "orjson"))
    assert re.findall(r"^  (\w+)$", str(told.value), re.M) == ["numpy", "orjson"]
    assert not (tmp_path / "other").exists()


def test_packages_of_npm(tmp_path: Path) -> None:
    built(tmp_path / "page", npm=("ms@2.1.3", "nanoid@5.1.6"))
    npm = next((tmp_path / "page").glob("app.*")) / "npm"
    index = json.loads((npm / "index.json").read_text())
    assert set(index) == {"ms", "nanoid"}
    assert all((npm / file).is_file() for file in index.values())
    with pytest.raises(WebProblem, match="npm install failed"):
        built(tmp_path / "page", npm=("nanoid@99999.0.0",))


def test_the_command(tmp_path: Path, folder: Path) -> None:
    """Its own cache is the user's; the packages are there already."""
    (tmp_path / "notes.txt").write_text("mine")
    done = subprocess.run(
        [sys.executable, "-m", "polyrepl", "web", "build", str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"polyrepl: {tmp_path} has other files in it: name a new folder, or an empty one\n"


def test_its_arguments() -> None:
    read = parser().parse_args(["build", "out", "--packages", "a, b,", "--npm", "x", "--wheels-from-cdn"])
    assert (read.packages, read.npm, read.wheels_from_cdn, read.files) == (("a", "b"), ("x",), "", None)
    assert parser().parse_args(["build", "out"]).wheels_from_cdn is None
    assert parser().parse_args(["serve", "--port", "0"]).folder is None
    for wrong in ([], ["build"], ["serve", "--port", "x"], ["serve", "--port", "70000"], ["other"]):
        with pytest.raises(SystemExit) as ended:
            parser().parse_args(wrong)
        assert ended.value.code == 2
