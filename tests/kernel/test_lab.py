"""A real JupyterLab in headless Chromium: cells, a table, a figure, a slider, an error, Tab, Shift-Tab, the
interrupt button, a restart. Screenshots go to the folder POLYREPL_SHOTS, or to pytest's own.

Needs jupyterlab, playwright (for Python) and Debian's chromium; skipped where one is missing.
"""

from __future__ import annotations

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import MARKER, assert_nothing_left, environment

pytest.importorskip("jupyterlab")
playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium")

EXPECT_MS = 20_000
CELLS = [
    '(py.import "pandas" :as pd)\n'
    '(pd.DataFrame {"language" ["Lisp" "Python" "JavaScript"] "year" [1958 1991 1995]})',
    '(py.import "matplotlib.pyplot" :as plt)\n(plt.figure :figsize [3.2 1.6])\n(plt.plot [1 3 2 5])\nnil',
    '(py.import "ipywidgets" :as w)\n(def slider (w.IntSlider :value 3 :description "n"))\nslider',
    '(defn parse (s)\n  (py.int s))\n(+ 1 (parse "x"))',
    '(println "slider is" slider.value)\n[{:x 1 :y "a"} {:x 2 :y "b"}]',
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """The address of a notebook in a JupyterLab."""
    cells = [
        {
            "id": f"c{i}",
            "cell_type": "code",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": c,
        }
        for i, c in enumerate(CELLS)
    ]
    spec = {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}
    book = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": spec}, "cells": cells}
    (tmp_path / "nb.ipynb").write_text(json.dumps(book))
    settings = tmp_path / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = '{"fetchNews":"false","checkForUpdates":false}'
    (settings / "notification.jupyterlab-settings").write_text(quiet)
    env = environment(
        tmp_path,
        JUPYTER_CONFIG_DIR=str(tmp_path / "config"),
        JUPYTERLAB_SETTINGS_DIR=str(tmp_path / "settings"),
        JUPYTERLAB_WORKSPACES_DIR=str(tmp_path / "workspaces"),
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
    options += [f"--ServerApp.root_dir={tmp_path}", "--IdentityProvider.token=t", "--log-level=WARN"]
    options += ["--ServerApp.terminals_enabled=False"]
    log = tmp_path / "lab.log"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            env=env, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/api/status?token=t", server, log)
        yield f"http://127.0.0.1:{port}/doc/tree/nb.ipynb?token=t&reset"
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        assert_nothing_left(env[MARKER])


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


@pytest.fixture
def page(lab: str) -> Iterator[Any]:
    with playwright.sync_playwright() as engine:
        browser = engine.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        opened = browser.new_page(viewport={"width": 1000, "height": 1180})
        opened.set_default_timeout(EXPECT_MS)
        opened.goto(lab)
        opened.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        idle(opened)
        yield opened
        browser.close()


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


def test_a_notebook_in_a_browser(page: Any, tmp_path: Path) -> None:
    expect = playwright.expect
    expect.set_options(timeout=EXPECT_MS)
    shots = Path(os.environ.get("POLYREPL_SHOTS", tmp_path))
    shots.mkdir(parents=True, exist_ok=True)

    def shot(name: str) -> None:
        page.screenshot(path=str(shots / f"{name}.png"))

    expect(run_cell(page, 0).locator("table.dataframe")).to_contain_text("JavaScript")
    expect(run_cell(page, 1).locator("img[src^='data:image/png']")).to_be_visible()
    slider = run_cell(page, 2).locator(".widget-slider .noUi-handle")
    expect(slider).to_be_visible()
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".widget-readout")).to_have_text("7")
    error = run_cell(page, 3).locator("[data-mime-type='application/vnd.jupyter.stderr']")
    expect(error).to_contain_text("ValueError: invalid literal")
    expect(error).to_contain_text("^^^^")
    last = run_cell(page, 4)
    expect(last.locator(".jp-OutputArea")).to_contain_text("slider is 7")
    expect(last.locator("table")).to_be_visible()
    idle(page)
    page.evaluate("document.activeElement.blur()")
    page.locator(".jp-Notebook .jp-CodeCell").first.scroll_into_view_if_needed()
    shot("notebook")

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
    page.locator(
        "jp-button[data-command='notebook:interrupt-kernel'], [title*='Interrupt the kernel']"
    ).first.click()
    expect(endless.locator(".jp-OutputArea")).to_contain_text("Interrupted")
    idle(page)
    shot("interrupt")

    page.locator("[data-command='notebook:restart-kernel'], [title*='Restart the kernel']").first.click()
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    idle(page)
    fresh = new_cell(page, "(+ 40 2)")
    page.keyboard.press("Control+Enter")
    expect(fresh.locator(".jp-OutputArea")).to_contain_text("42")
