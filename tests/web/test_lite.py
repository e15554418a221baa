"""The kernel in JupyterLite: what `jupyter lite build` makes of an install, opened in Chromium.

Screenshots go to the folder POLYREPL_SHOTS, or to pytest's own.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from polyrepl.repl.web.server import Server
from web_pages import built, built_lite

pytest.importorskip("jupyterlite_core")
playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.web, pytest.mark.timeout(400)]

EXPECT_MS = 60_000
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"
INTERRUPT = "jp-button[data-command='notebook:interrupt-kernel'], [title*='Interrupt the kernel']"
RESTART = "[data-command='notebook:restart-kernel'], [title*='Restart the kernel']"
SETTINGS = {
    "LiteBuildConfig": {
        "contents": ["files"],
        "output_dir": "built",
        "no_sourcemaps": True,
        "ignore_sys_prefix": ["federated_extensions"],  # those that the tests' other tools bring along
    },
    "PolyreplAddon": {"packages": ["sortedcontainers"]},
}
CELLS = [
    '(println "printed")\n(+ 40 2)',
    "%%py\nnumbers = [1, 2]\nnumbers",
    "%%js\nglobalThis.twice = (x) => 2 * x;\n[...py.numbers].map(twice)",
    '(html "<b id=bold>bold</b>")',
    '(defn parse (s)\n  (py.int s))\n(+ 1 (parse "x"))',
]
FILES = [
    '(.read (py.open "data.csv"))',
    """%%py
import os
with open("written.txt", "w") as file:
    file.write("first")
with open("written.txt", "a") as file:
    file.write(" second")
open("written.txt").read()""",
    """%%py
data = bytes(range(256))
open("bytes.bin", "wb").write(data)
open("bytes.bin", "rb").read() == data""",
    """%%py
os.makedirs("inner/more")
open("inner/more/a.txt", "w").close()
os.rename("inner/more/a.txt", "inner/b.txt")
os.rmdir("inner/more")
[os.getcwd(), os.listdir("inner"), os.path.getsize("data.csv"), os.path.exists("nothing")]""",
    """%%py
os.remove("inner/b.txt")
os.rmdir("inner")
try:
    open("nothing")
except FileNotFoundError as error:
    print(error)""",
]
PIP = [
    "%pip install sortedcontainers",
    '(py.import "sortedcontainers" :as s)\n(s.SortedList [2 1])',
    "%pip install numpy",
]


def notebook(*cells: str) -> str:
    """The text of a notebook file."""
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}},
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
    )
    return nbformat.writes(made)


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that JupyterLite has built."""
    place = tmp_path_factory.mktemp("lite")
    files = place / "files"
    (files / "folder").mkdir(parents=True)
    (files / "data.csv").write_text("a,b\n1,2\n")
    (files / "folder" / "data.csv").write_text("of the folder\n")
    (files / "cells.ipynb").write_text(notebook(*CELLS))
    (files / "files.ipynb").write_text(notebook(*FILES))
    (files / "folder" / "inner.ipynb").write_text(notebook(FILES[0]))
    (files / "pip.ipynb").write_text(notebook(*PIP))
    (files / "plain.ipynb").write_text(notebook("(def kept 41)", "(+ kept 1)"))
    (place / "jupyter_lite_config.json").write_text(json.dumps(SETTINGS))
    return built_lite(place)


@pytest.fixture(scope="module")
def address(lite: Path, serve: Callable[..., str]) -> str:
    return serve(lite)


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go."""
    folder = Path(os.environ.get("POLYREPL_SHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_notebook(open_page: Callable[..., Any], address: str) -> Callable[..., Any]:
    """Opens a notebook in a browser of its own, or in another tab of a page's."""
    playwright.expect.set_options(timeout=EXPECT_MS)

    def open_(name: str, beside: Any = None, at: str = address) -> Any:
        if beside is None:
            page = open_page(f"{at}lab/index.html?path={name}", viewport={"width": 1000, "height": 1100})
        else:  # where nothing is restored of what the other has open
            page = beside.context.new_page()
            page.goto(f"{at}notebooks/index.html?path={name}")
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=EXPECT_MS)
        idle(page)
        return page

    return open_


def idle(page: Any) -> None:
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=EXPECT_MS)


def cells(page: Any) -> Any:
    return page.locator(".jp-Notebook .jp-CodeCell")


def output(page: Any, number: int) -> Any:
    return cells(page).nth(number).locator(".jp-OutputArea")


def run_all(page: Any) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()


def new_cell(page: Any, text: str) -> Any:
    """A cell at the end, with a text. Each key waits until the one before has been heeded."""
    expect = playwright.expect
    count = cells(page).count()
    cells(page).last.locator(".cm-content").click()
    page.keyboard.press("Escape")
    expect(page.locator(".jp-Notebook.jp-mod-commandMode")).to_have_count(1)
    page.keyboard.press("b")
    expect(cells(page)).to_have_count(count + 1)
    made = cells(page).last
    made.locator(".cm-content").click()
    expect(made.locator(".cm-editor.cm-focused")).to_have_count(1)
    page.keyboard.insert_text(text)
    return made


def run_cell(page: Any, number: int) -> None:
    cells(page).nth(number).locator(".cm-content").click()
    playwright.expect(cells(page).nth(number).locator(".cm-editor.cm-focused")).to_have_count(1)
    page.keyboard.press("Control+Enter")


def test_cells_in_three_languages(open_notebook: Callable[..., Any], shots: Path) -> None:
    expect = playwright.expect
    page = open_notebook("cells.ipynb")
    run_all(page)
    expect(output(page, 0)).to_have_text("printed\n[1]:42", use_inner_text=False)
    expect(output(page, 1)).to_contain_text("[1, 2]")
    expect(output(page, 2)).to_contain_text("[2 4]")
    expect(output(page, 3).locator("b#bold")).to_have_text("bold")
    error = output(page, 4).locator(ERROR)
    expect(error).to_contain_text("ValueError: invalid literal")
    expect(error).to_contain_text("^^^^")
    page.screenshot(path=str(shots / "lite-cells.png"))

    awaited = new_cell(page, "(await (js.Promise.resolve 7))")
    page.keyboard.press("Control+Enter")
    expect(awaited.locator(".jp-OutputArea")).to_contain_text("7")
    new_cell(page, "(Math.a")
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Completer-item", has_text="abs").first).to_be_visible()
    page.screenshot(path=str(shots / "lite-complete.png"))
    page.keyboard.press("Escape")
    new_cell(page, "map")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("(map f xs & more)")
    page.keyboard.press("Escape")
    new_cell(page, "?map")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".jp-CodeConsole, .jp-Notebook .jp-CodeCell").last).to_contain_text(
        "(map f xs & more)"
    )
    even = new_cell(page, "even?")
    page.keyboard.press("Control+Enter")
    expect(even.locator(".jp-OutputArea")).to_contain_text("even")


def test_an_interrupt_keeps_definitions_and_a_restart_does_not(
    open_notebook: Callable[..., Any], shots: Path
) -> None:
    expect = playwright.expect
    page = open_notebook("plain.ipynb")
    run_all(page)
    expect(output(page, 1)).to_contain_text("42")
    for endless in ('(println "go") (loop [i 0] (recur (+ i 1)))', "%%py\nprint('go')\nwhile True: pass"):
        cell = new_cell(page, endless)
        page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-OutputArea")).to_contain_text("go")
        page.locator(INTERRUPT).first.click()
        expect(cell.locator(ERROR)).to_contain_text("Interrupted")
        idle(page)
    page.screenshot(path=str(shots / "lite-interrupt.png"))
    run_cell(page, 1)
    expect(cells(page).nth(1).locator(".jp-InputPrompt")).to_have_text("[5]:")
    expect(output(page, 1)).to_contain_text("42")

    page.locator(RESTART).first.click()
    page.locator(".jp-Dialog button", has_text="Restart").click()
    idle(page)
    run_cell(page, 1)
    expect(output(page, 1).locator(ERROR)).to_contain_text("unbound symbol kept")


def test_a_cell_asks_for_a_line_and_shows_as_it_goes(open_notebook: Callable[..., Any]) -> None:
    expect = playwright.expect
    page = open_notebook("plain.ipynb")
    for ask in ('(def name (read-line "who? ")) (str "hello " name)', "%%py\n'hello ' + input('who? ')"):
        cell = new_cell(page, ask)
        page.keyboard.press("Control+Enter")
        box = cell.locator("input.jp-Stdin-input")
        expect(cell).to_contain_text("who?")
        box.fill("Ada")
        box.press("Enter")
        expect(cell.locator(".jp-OutputArea")).to_contain_text("hello Ada")
        idle(page)
    shown = new_cell(
        page, '(display (html "<i>first</i>")) (clear-output) (display (html "<b id=now>now</b>")) nil'
    )
    page.keyboard.press("Control+Enter")
    expect(shown.locator("b#now")).to_have_text("now")
    expect(shown.locator("i")).to_have_count(0)


def test_files_are_those_of_jupyterlite(open_notebook: Callable[..., Any], shots: Path) -> None:
    expect = playwright.expect
    page = open_notebook("files.ipynb")
    run_all(page)
    expect(output(page, 0)).to_contain_text('"a,b\\n1,2\\n"')
    expect(output(page, 1)).to_contain_text("'first second'")
    expect(output(page, 2)).to_contain_text("True")
    expect(output(page, 3)).to_contain_text("['/drive', ['b.txt'], 8, False]")
    expect(output(page, 4)).to_contain_text("[Errno 44] No such file or directory: 'nothing'")
    idle(page)
    browser = page.locator(".jp-DirListing-content")
    expect(browser).to_contain_text("written.txt")
    page.screenshot(path=str(shots / "lite-files.png"))

    inner = open_notebook("folder/inner.ipynb", page)
    run_all(inner)
    expect(output(inner, 0)).to_contain_text("of the folder")
    # Each tab has a session of its own, and both have the files.
    new_cell(inner, "%%py\nprint(open('../written.txt').read()); 'numbers' in globals(), 'os' in globals()")
    inner.keyboard.press("Control+Enter")
    expect(cells(inner).last.locator(".jp-OutputArea")).to_contain_text("first second")
    expect(cells(inner).last.locator(".jp-OutputArea")).to_contain_text("(False, False)")
    new_cell(page, "%%py\n'os' in globals()")
    page.keyboard.press("Control+Enter")
    expect(cells(page).last.locator(".jp-OutputArea")).to_contain_text("True")


def test_pip_has_the_packages_of_the_build(open_notebook: Callable[..., Any]) -> None:
    expect = playwright.expect
    page = open_notebook("pip.ipynb")
    run_all(page)
    expect(output(page, 0)).to_contain_text("is there: it came with this page")
    expect(output(page, 1)).to_contain_text("SortedList([1, 2])")
    error = output(page, 2).locator(ERROR)
    expect(error).to_contain_text("NotInThisBuild: numpy: a page installs nothing")
    expect(error).to_contain_text("sortedcontainers")


def test_a_page_that_shares_no_memory(
    lite: Path, serve: Callable[..., str], open_notebook: Callable[..., Any]
) -> None:
    """Its files come by way of JupyterLite's service worker; what awaits can be interrupted."""
    expect = playwright.expect
    page = open_notebook("files.ipynb", at=serve(lite, {}))
    run_all(page)
    expect(output(page, 0)).to_contain_text('"a,b\\n1,2\\n"')
    expect(output(page, 1)).to_contain_text("'first second'")
    expect(output(page, 2)).to_contain_text("True")
    cell = new_cell(page, '(println "go") (await (js.Promise. (fn [_])))')
    page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-OutputArea")).to_contain_text("go")
    page.locator(INTERRUPT).first.click()
    expect(cell.locator(ERROR)).to_contain_text("Interrupted")


def test_beside_the_playground(tmp_path: Path, open_notebook: Callable[..., Any]) -> None:
    """`polyrepl web build --lite`, served by `polyrepl web serve`."""
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "plain.ipynb").write_text(notebook("(+ 40 2)"))
    built(tmp_path / "page", lite=True, files=tmp_path / "files")
    with Server(tmp_path / "page") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            page = open_notebook("plain.ipynb", at=f"{server.address}lite/")
            run_all(page)
            playwright.expect(output(page, 0)).to_contain_text("42")
            page.context.close()
        finally:
            server.shutdown()
            thread.join()


def test_an_ordinary_jupyterlab_has_nothing_of_it() -> None:
    """The build alone writes an extension: an install puts none among those that JupyterLab loads."""
    folders = [Path(sys.prefix) / "share" / "jupyter" / "labextensions"]
    assert not [place for folder in folders for place in folder.glob("*polyrepl*")]
