"""A real JupyterLab in headless Chromium: cells, a table, a figure, a slider, an error, Tab, Shift-Tab, the
interrupt button, a restart; and Notebook 7. Screenshots go to the folder POLYREPL_SHOTS, or to pytest's own.

Needs jupyterlab, notebook, playwright (for Python) and Debian's chromium; skipped where one is missing.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from running import MARKER, assert_nothing_left, environment

pytest.importorskip("jupyterlab")
pytest.importorskip("notebook")
playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="no chromium"), pytest.mark.timeout(300)]

EXPECT_MS = 20_000
ERROR = "[data-mime-type='application/vnd.jupyter.stderr']"
INTERRUPT = "jp-button[data-command='notebook:interrupt-kernel'], [title*='Interrupt the kernel']"
RESTART = "[data-command='notebook:restart-kernel'], [title*='Restart the kernel']"
LOAD_MS = 60_000
# Nothing that looks for a network, which a test machine need not have. Each start gets a new profile.
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CELLS = [
    '(py.import "pandas" :as pd)\n'
    '(def langs (pd.DataFrame {"language" ["Lisp" "Python" "JavaScript"] "year" [1958 1991 1995]}))\n'
    "(.assign langs :age (- 2026 langs.year))",
    '(py.import "matplotlib.pyplot" :as plt)\n'
    '(plt.figure :figsize [4 1.4])\n(plt.barh langs.language (- 2026 langs.year) :color "#7c5cbf")\nnil',
    "%%js\n// the same data frame, seen from JavaScript\nconst years = [...langs.year];\n"
    "[...langs.language].map((name, i) => ({ name, letters: name.length, year: years[i] }))",
    '(py.import "ipywidgets" :as w)\n(def slider (w.IntSlider :value 3 :max 10 :description "n"))\nslider',
    '(defn parse (s)\n  (py.int s))\n(+ 1 (parse "x"))',
]
SETTINGS = {
    "apputils-extension/notification": '{"fetchNews": "false", "checkForUpdates": false}',
    # It waits for completions so many milliseconds, one second by itself, and does not ask again.
    "completer-extension/manager": '{"providerTimeout": 20000}',
}
PAIRING = "from polyrepl.kernel import pairing\npairing.register()\n"  # as docs/kernel.md has it
LIBRARY = "export function bad() {\n  throw new RangeError('from a file');\n}\n"


def notebook(*cells: str) -> str:
    """The text of a notebook file."""
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}},
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
    )
    return nbformat.writes(made)


@pytest.fixture(scope="module")
def address(kernelspec: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a server of JupyterLab, and of Notebook 7 too, answers; with a place for a path in it."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "languages.ipynb").write_text(notebook(*CELLS))
    (folder / "plain.ipynb").write_text(notebook("(+ 40 2)", '(html "<b id=bold>bold</b>")', "(nope)"))
    (folder / "library.mjs").write_text(LIBRARY)
    for name, text in SETTINGS.items():
        settings = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        settings.parent.mkdir(parents=True, exist_ok=True)
        settings.write_text(text)
    if importlib.util.find_spec("jupytext"):
        (folder / "config").mkdir()
        (folder / "config" / "jupyter_server_config.py").write_text(PAIRING)
    env = environment(
        folder,
        JUPYTER_CONFIG_DIR=str(folder / "config"),
        JUPYTERLAB_SETTINGS_DIR=str(folder / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(folder / "workspaces"),
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--ServerApp.port_retries=0",
        "--allow-root",
    ]
    options += [f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=t", "--log-level=WARN"]
    options += ["--ServerApp.terminals_enabled=False"]
    log = folder / "lab.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token=t", server, log)
        yield f"http://127.0.0.1:{port}/{{}}?token=t"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        assert_nothing_left(env[MARKER])


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_OPTIONS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures go."""
    folder = Path(os.environ.get("POLYREPL_SHOTS") or tmp_path_factory.mktemp("shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def open_page(
    browser: Any, address: str, shots: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Any]]:
    """Opens pages of the server; each has a context of its own."""
    contexts = []

    def open_(path: str, height: int = 900) -> Any:
        contexts.append(browser.new_context(viewport={"width": 1000, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(EXPECT_MS)
        # Dialogs of JupyterLab itself, as that the server is slow to answer; a person would close them too.
        unasked = page.locator(".jp-Dialog").filter(has_not_text="Restart")
        page.add_locator_handler(unasked, close_dialog)
        page.goto(address.format(path), timeout=LOAD_MS)
        page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LOAD_MS)
        idle(page)
        return page

    playwright.expect.set_options(timeout=EXPECT_MS)
    yield open_
    for context in contexts:
        for page in context.pages:
            page.screenshot(
                path=str(shots / f"{request.node.name}-end.png")
            )  # what was there if it has failed
        context.close()


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert server.poll() is None, log.read_text()[-2000:]
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # nothing tells when a server begins to listen
    raise AssertionError(log.read_text()[-2000:])


def close_dialog(dialog: Any) -> None:
    print("closed:", dialog.inner_text())
    dialog.page.keyboard.press("Escape")


def idle(page: Any) -> None:
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)


def run_cell(page: Any, number: int) -> Any:
    cell = page.locator(".jp-Notebook .jp-CodeCell").nth(number)
    for _ in range(4):  # right after loading, JupyterLab may not listen to keys yet
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            playwright.expect(cell.locator(".jp-InputPrompt")).not_to_have_text("[ ]:", timeout=3_000)
            break
        except AssertionError:
            continue
    return cell


def new_cell(page: Any, text: str) -> Any:
    page.locator(".jp-Notebook .jp-CodeCell").last.locator(".cm-content").click()
    for key in ("Escape", "b", "Enter"):
        page.keyboard.press(key)
    page.keyboard.insert_text(text)
    return page.locator(".jp-Notebook .jp-CodeCell").last


def test_jupyterlab(open_page: Callable[..., Any], shots: Path) -> None:
    expect = playwright.expect
    page = open_page("doc/tree/languages.ipynb", height=1110)

    def shot(name: str) -> None:
        page.screenshot(path=str(shots / f"{name}.png"))

    expect(run_cell(page, 0).locator("table.dataframe")).to_contain_text("JavaScript")
    expect(run_cell(page, 1).locator("img[src^='data:image/png']")).to_be_visible()
    expect(run_cell(page, 2).locator(".jp-OutputArea table")).to_contain_text("letters")
    slider = run_cell(page, 3).locator(".widget-slider .noUi-handle")
    expect(slider).to_be_visible()
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".widget-readout")).to_have_text("7")
    error = run_cell(page, 4).locator(ERROR)
    expect(error).to_contain_text("ValueError: invalid literal")
    expect(error).to_contain_text("^^^^")
    idle(page)
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.locator(".jp-Notebook .jp-CodeCell").first.scroll_into_view_if_needed()
    shot("notebook")

    moved = new_cell(page, '(println "slider is" slider.value)')
    page.keyboard.press("Control+Enter")
    expect(moved.locator(".jp-OutputArea")).to_contain_text("slider is 7")

    linked = new_cell(page, '(js.import "./library.mjs" :as library) (library.bad)')
    page.keyboard.press("Control+Enter")
    expect(linked.locator(f"{ERROR} a", has_text="library.mjs:2")).to_have_attribute(
        "href", "library.mjs#line=1"
    )

    new_cell(page, "(Math.a")
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Completer-item", has_text="abs").first).to_be_visible()
    shot("complete")
    page.keyboard.press("Escape")
    new_cell(page, "map")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("(map f xs & more)")
    shot("inspect")
    page.keyboard.press("Escape")

    endless = new_cell(page, '(println "go") (while true nil)')
    page.keyboard.press("Control+Enter")
    expect(endless.locator(".jp-OutputArea")).to_contain_text("go")
    page.locator(INTERRUPT).first.click()
    expect(endless.locator(".jp-OutputArea")).to_contain_text("Interrupted")
    idle(page)
    endless.locator(".jp-OutputArea").scroll_into_view_if_needed()
    shot("interrupt")

    page.locator(RESTART).first.click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    idle(page)
    fresh = new_cell(page, "(+ 40 2)")
    page.keyboard.press("Control+Enter")
    expect(fresh.locator(".jp-OutputArea")).to_contain_text("42")


def test_notebook_7(open_page: Callable[..., Any], shots: Path) -> None:
    expect = playwright.expect
    page = open_page("notebooks/plain.ipynb")
    expect(run_cell(page, 0).locator(".jp-OutputArea")).to_contain_text("42")
    expect(run_cell(page, 1).locator("#bold")).to_have_text("bold")
    expect(run_cell(page, 2).locator(ERROR)).to_contain_text("unbound symbol nope")
    page.screenshot(path=str(shots / "notebook-7.png"))


def test_a_server_pairs_lisp_files(address: str) -> None:
    pytest.importorskip("jupytext")
    made = nbformat.reads(notebook("(def x 1)", "%%py\nx = 1"), as_version=4)
    made["metadata"]["jupytext"] = {"formats": "ipynb,lisp:percent"}

    def asked(path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            address.format(f"api/contents/{path}"),
            data=data,
            method="GET" if body is None else "PUT",
            headers={"Authorization": "token t", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    asked("paired.ipynb", {"type": "notebook", "format": "json", "content": made})
    text = asked("paired.lisp", None)
    assert text["type"] == "notebook"  # which JupyterLab opens as one
    sources = [cell["source"] for cell in text["content"]["cells"]]
    assert sources == ["(def x 1)", "%%py\nx = 1"]
