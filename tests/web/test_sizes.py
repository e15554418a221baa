"""Sizes and times of the page, beside a plain page of Pyodide in the same browser: told, never asserted."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl.web import folders
from polyrepl.repl.web.assets import packages
from web_pages import KEPT, built, served

CELL = {"cell_type": "code", "id": "a", "source": "(+ 40 2)", "metadata": {}, "outputs": []}
NOTEBOOK = {
    "cells": [{**CELL, "execution_count": None}],
    "metadata": {"kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}

pytestmark = [pytest.mark.web, pytest.mark.timeout(600)]

STARTS = 3
NOT_OURS = ("python_stdlib.zip", "plain.html", "plain-worker.mjs", "without.html")
PLAIN = """<!doctype html><title>plain</title><link rel="icon" href="data:,"><script type="module">
const worker = new Worker("./plain-worker.mjs", { type: "module" });
worker.onmessage = () => { document.body.dataset.state = "ready"; };
</script><body>plain</body>"""
PLAIN_WORKER = """import { loadPyodide } from "./%s/pyodide.mjs";
const python = await loadPyodide();
postMessage(python.runPython("1 + 1"));
"""
# One-liners, each alone, as the prompt runs them; loops that are stopped after a while: milliseconds of each.
MEASURE = """async ([url, python, parts]) => {
  const { Client } = await import(url);
  const client = new Client({ python, ...parts });
  await client.start();
  const lines = [], stops = [];
  for (let i = 0; i < 60; i++) {
    const from = performance.now();
    await client.eval("(+ 1 2)");
    lines.push(performance.now() - from);
  }
  for (let i = 0; i < 5; i++) {
    const ended = client.eval("(loop [i 0] (recur (+ i 1)))");
    await new Promise((done) => setTimeout(done, 300));
    const from = performance.now();
    client.stop();
    await ended;
    stops.push(performance.now() - from);
  }
  client.close();
  return [lines.slice(10), stops];
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("sizes") / "page"
    built(made, snapshot=True)
    text = (made / "index.html").read_text("utf-8")
    (made / "without.html").write_text(re.sub(r', "snapshot": "[^"]+"', "", text), "utf-8")
    python = next(made.glob("python.*"))
    modules = packages(KEPT)
    shutil.copyfile(modules / "pyodide" / "python_stdlib.zip", python / "python_stdlib.zip")
    (made / "plain.html").write_text(PLAIN)
    (made / "plain-worker.mjs").write_text(PLAIN_WORKER % python.name)
    return made


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as address:
        yield address


def squeezed(folder: Path, names: list[str]) -> float:
    """Megabytes that a host sends which compresses."""
    return sum(len(gzip.compress((folder / name).read_bytes(), 6)) for name in names) / 1e6


def started(open_page: Callable[..., Any], address: str) -> tuple[Any, float, list[str]]:
    """A page at its prompt, the seconds until then, the files it asked for."""
    asked: list[str] = []
    page = open_page("about:blank")
    page.context.on("request", lambda request: asked.append(request.url))
    from_ = time.monotonic()
    page.goto(address)
    page.wait_for_selector("body[data-state=ready]")
    took = time.monotonic() - from_
    base = address.rsplit("/", 1)[0] + "/"
    names = {
        url.removeprefix(base).partition("#")[0] or "index.html" for url in asked if url.startswith(base)
    }
    return page, took, sorted(names)


def test_sizes_and_times(
    folder: Path, address: str, open_page: Callable[..., Any], tell: Callable[[str], None]
) -> None:
    kinds = {
        "our page": "without.html",
        "our page with its snapshot": "",
        "a plain page of Pyodide": "plain.html",
    }
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    files: dict[str, list[str]] = {}
    for _ in range(STARTS):
        for kind, name in kinds.items():
            page, took, files[kind] = started(open_page, f"{address}{name}")
            times[kind].append(took)
            page.close()
    own = [file for file in folders.files(folder) if file.name not in NOT_OURS]
    sizes = sum(file.stat().st_size for file in own) / 1e6
    tell(f"web: the folder has {sizes:.1f} MB")
    for kind in kinds:
        best, usual = min(times[kind]), statistics.median(times[kind])
        sent = squeezed(folder, files[kind])
        start = f"is ready after {best:.1f} s (median {usual:.1f})"
        tell(f"web: {kind} transfers {sent:.2f} MB compressed, {start}")
    app, python = (next(folder.glob(f"{part}.*")).name for part in ("app", "python"))
    parts = {part: f"{address}{next(folder.glob(f'{part}.*')).name}" for part in ("library", "archive")}
    urls = [f"{address}{app}/repl/web/client.mjs", f"{address}{python}/", parts]
    page, _, _ = started(open_page, address)
    for what, took in zip(
        ("a one-liner takes", "a loop stops within"), page.evaluate(MEASURE, urls), strict=True
    ):
        tell(f"web: {what} {min(took):.1f} ms (median {statistics.median(took):.1f})")
    assert any("snapshot" in name for name in files["our page with its snapshot"])
    assert not any("snapshot" in name for name in files["our page"])


def test_a_notebook_in_jupyterlite(
    tmp_path: Path, open_page: Callable[..., Any], tell: Callable[[str], None]
) -> None:
    """From an empty browser to the answer of a notebook's first cell."""
    pytest.importorskip("jupyterlite_core")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "one.ipynb").write_text(json.dumps(NOTEBOOK))
    made = tmp_path / "page"
    built(made, lite=True, files=tmp_path / "files")
    times = []
    asked: set[str] = set()
    with served(made) as address:
        for _ in range(STARTS):
            page = open_page("about:blank")
            page.context.on("request", lambda request: asked.add(request.url))
            from_ = time.monotonic()
            page.goto(f"{address}lite/notebooks/index.html?path=one.ipynb")
            page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
            page.locator(".jp-CodeCell .cm-content").first.click()
            page.wait_for_selector(".jp-CodeCell .cm-editor.cm-focused")
            page.keyboard.press("Control+Enter")
            page.locator(".jp-CodeCell .jp-InputPrompt", has_text=re.compile(r"\[[*1]\]")).first.wait_for()
            page.locator(".jp-CodeCell .jp-OutputArea", has_text="42").first.wait_for()
            times.append(time.monotonic() - from_)
            page.context.close()
    names = {url.removeprefix(address).partition("#")[0].partition("?")[0] for url in asked}
    sent = squeezed(made, sorted(name for name in names if (made / name).is_file()))
    start = f"{min(times):.1f} s (median {statistics.median(times):.1f})"
    tell(f"web: a notebook in JupyterLite transfers {sent:.2f} MB compressed, and answers after {start}")
    assert sent > 5
