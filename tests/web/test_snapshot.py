"""A start from a snapshot of Python's memory: what two starts have in common, and what they must not have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl.web.packed import PLAIN
from polyrepl.repl.web.snapshot import NoSnapshot, take
from web_pages import KEPT, READY, built, run, served

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]

DRAWN = """import random, secrets, tempfile, uuid, os
name = next(tempfile._get_candidate_names())
[random.random(), secrets.token_hex(8), str(uuid.uuid4()), name, os.urandom(8).hex()]"""


NO_MEMORY = bytes.fromhex("28b52ffda0a086010003350c00")
"""A frame of Zstandard's (RFC 8878): one piece, 100,000 bytes of zero."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("snapshot") / "page"
    built(made, snapshot=True, packages=("sortedcontainers==2.4.0",))
    return made


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with served(folder) as address:
        yield address


def started(open_page: Callable[..., Any], address: str) -> Any:
    page = open_page(address)
    page.wait_for_selector(READY)
    return page


def test_two_starts_draw_different_numbers(address: str, open_page: Callable[..., Any]) -> None:
    drawn = []
    for _ in range(2):
        page = started(open_page, address)
        assert page.inner_text("#output") == "", "nothing was said of a start without the snapshot"
        drawn.append(json.loads(run(page, DRAWN, "py").replace("'", '"')))
        page.close()
    assert all(one != other for one, other in zip(*drawn, strict=True)), drawn


def test_all_is_there(address: str, open_page: Callable[..., Any]) -> None:
    page = started(open_page, address)
    said = run(
        page, '(py.import "sortedcontainers" :refer [SortedList])\n(py.list (SortedList [3 1]))', "lisp"
    )
    assert said == "[1, 3]"
    assert (
        run(page, "import sqlite3, decimal\nsqlite3.connect(':memory:').execute('select 7').fetchone()", "py")
        == "(7,)"
    )
    assert run(page, '(defn f (s) (py.int s))\n(f "x")', "lisp").splitlines()[1:3] == [
        "  (defn f (s) (py.int s))",
        "              ^^^^^^^^^^",
    ]
    page.close()


def test_the_same_parts_have_the_same_snapshot(folder: Path, tmp_path: Path) -> None:
    built(tmp_path / "page", snapshot=True)
    first, second = (next(made.glob("snapshot.*.bin")) for made in (folder, tmp_path / "page"))
    assert first.name == second.name
    (tmp_path / "bad.zip").write_text("no archive")
    with pytest.raises(NoSnapshot, match="no snapshot can be made"):
        python = next(folder.glob("python.*"))
        bad, library = tmp_path / "bad.zip", next(KEPT.glob(f"packed/*/{PLAIN}"))
        take(python, library, bad, tmp_path / "made.bin", tmp_path / "kept")
    assert not (tmp_path / "made.bin").exists()
    assert not list((tmp_path / "kept" / "snapshot").iterdir())


def test_a_snapshot_that_can_not_be_used_is_a_plain_start(
    folder: Path, address: str, open_page: Callable[..., Any]
) -> None:
    file = next(folder.glob("snapshot.*.bin"))
    whole = file.read_bytes()
    for bad in (b"", whole[: len(whole) // 2], NO_MEMORY):
        file.write_bytes(bad)
        page = started(open_page, address)
        assert "without its snapshot" in page.inner_text("#output")
        assert run(page, "(+ 40 2)", "lisp") == "42"
        page.close()
    file.unlink()
    page = started(open_page, address)
    assert "404" in page.inner_text("#output")
    file.write_bytes(whole)


def test_what_comes_after_the_prompt_is_waited_for(
    folder: Path, address: str, open_page: Callable[..., Any]
) -> None:
    """No start needs Python's library: a page is ready without, and a program says what is missing."""
    file = next(folder.glob("library.*.zst"))
    whole = file.read_bytes()
    file.unlink()
    page = started(open_page, address)
    assert page.inner_text("#output") == ""
    assert "404" in run(page, "import statistics", "py")
    file.write_bytes(whole)
    page.close()
    page = started(open_page, address)
    assert run(page, "import statistics, polyrepl.lisp.layout.indent\nstatistics.mean([1, 3])", "py") == "2"
    page.close()
