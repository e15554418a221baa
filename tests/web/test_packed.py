"""Python's library as a page has it: all of it is there; what a start imports is compiled."""

from __future__ import annotations

import ast
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from polyrepl.repl.web.assets import packages
from polyrepl.repl.web.packed import PLAIN
from web_pages import KEPT, READY, built, run, served

pytestmark = [pytest.mark.web, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, open_page: Callable[..., Any]) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("packed") / "site"
    built(folder)
    with served(folder) as address:
        opened = open_page(address)
        opened.wait_for_selector(READY)
        yield opened
        opened.close()


def modules(archive: Path) -> dict[str, str]:
    """Module -> how its file ends, of an archive."""
    names = zipfile.ZipFile(archive).namelist()
    return {
        name.rpartition(".")[0]: name.rpartition(".")[2] for name in names if name.endswith((".py", ".pyc"))
    }


def test_every_module_is_there(page: Any) -> None:
    before = modules(packages(KEPT) / "pyodide" / "python_stdlib.zip")
    after = modules(max(KEPT.glob(f"packed/*/{PLAIN}"), key=lambda file: file.stat().st_mtime))
    assert set(after) == set(before)
    ends = [after[name] for name in ("json/__init__", "asyncio/tasks", "statistics")]
    assert ends == ["pyc", "pyc", "py"]
    tops = sorted({name.partition("/")[0] for name in after} - {"__main__"})
    assert len(tops) > 150
    missing = f"[name for name in {json.dumps(tops)} if importlib.util.find_spec(name) is None]"
    text = f"import importlib.util\n{missing}"
    assert run(page, text, "py") == "[]"


def test_what_is_compiled_says_what_it_did(page: Any) -> None:
    said = run(
        page,
        "import json, traceback\n"
        "try:\n    json.loads('x')\n"
        "except ValueError as error:\n"
        "    found = traceback.extract_tb(error.__traceback__)[1:]\n"
        "    frames = [(f.filename, f.name, f.lineno > 1) for f in found]\n"
        "(json.loads.__doc__[:11], frames)",
        "py",
    )
    doc, frames = ast.literal_eval(said)
    assert doc == "Deserialize"
    assert frames[0] == ("/lib/python314.zip/json/__init__.py", "loads", True)
    assert "def mean" in run(
        page, "import inspect, statistics\nprint(inspect.getsource(statistics.mean))", "py"
    )


def test_two_starts_hash_differently(page: Any, open_page: Callable[..., Any]) -> None:
    other = open_page(page.url.partition("#")[0])
    other.wait_for_selector(READY)
    text = "[hash('text'), hash(b'text')]"
    assert run(page, text, "py") != run(other, text, "py")
    other.close()
