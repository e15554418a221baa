"""Pages for the tests, as `polyrepl web build` makes them.

In: what a page is to have. Out: its folder, its address where it is served, what it shows of a text. What npm
fetches is kept under build/ (which git ignores); tests skip only when the registry cannot be reached.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from npm_tools import UNREACHABLE
from polyrepl.repl.web.build import Wanted, build
from polyrepl.repl.web.problem import WebProblem
from polyrepl.repl.web.server import Server

KEPT = Path(__file__).parents[1] / "build" / "test-tools" / "web"
READY = "body[data-state=ready]"
NOT_FETCHED = ("npm ci failed", "npm install failed", "pip can not fetch")
NO_INDEX = ("Temporary failure", "NewConnectionError", "Failed to establish", "403", "503")


def built_lite(place: Path) -> Path:
    """Build what JupyterLite makes of a folder by the configuration there; returns where it is."""
    command = [sys.executable, "-m", "jupyterlite_core", "build"]
    ran = subprocess.run(
        command, cwd=place, capture_output=True, text=True, errors="replace", check=False, timeout=350
    )
    said = ran.stdout + ran.stderr
    if any(words in said for words in NOT_FETCHED):
        pytest.skip(f"NOT CHECKED: a registry cannot be reached:\n{said[-800:]}")
    assert ran.returncode == 0, said[-3000:]
    return place / "built"


def built(folder: Path, **wanted: Any) -> dict[str, int]:
    """Build a page; returns the sizes of its parts."""
    try:
        return build(Wanted(folder, kept=KEPT, **wanted), lambda text: None)
    except WebProblem as problem:
        said = str(problem)
        if said.startswith("npm") and any(code in said for code in UNREACHABLE):
            pytest.skip(f"NOT CHECKED: npm cannot reach its registry:\n{said}")
        if said.startswith("pip") and any(code in said for code in NO_INDEX):
            pytest.skip(f"NOT CHECKED: pip cannot reach its index:\n{said}")
        raise


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder, as `polyrepl web serve` serves it while inside."""
    with Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.address
        finally:
            server.shutdown()
            thread.join()


def run(page: Any, text: str, language: str = "lisp") -> str:
    """Run a text in the editor; returns what the page shows then."""
    page.select_option("#language", language)
    page.click("#editor .cm-content")
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)
    page.click("#run")
    page.wait_for_selector(READY)
    return "\n".join(part.rstrip("\n") for part in page.locator("#output > *").all_text_contents())
