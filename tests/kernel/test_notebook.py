"""nbclient runs the example notebooks."""

from __future__ import annotations

import base64
import itertools
import os
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from polyrepl.bridge.building import refused
from running import MARKER, assert_nothing_left, environment

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    env = environment(tmp_path)
    for name, value in env.items():
        if os.environ.get(name) != value:
            monkeypatch.setenv(name, value)
    yield env[MARKER]
    # This very process got the marker late; its environment in /proc is the one it began with.
    assert_nothing_left(env[MARKER])


def run(book: nbformat.NotebookNode, folder: Path) -> list[list[dict]]:  # type: ignore[type-arg]
    """Run a notebook; the outputs of its code cells."""
    client = NotebookClient(
        book, kernel_name="polyrepl", timeout=60, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [[dict(o) for o in cell.outputs] for cell in book.cells if cell.cell_type == "code"]


def outputs_of(name: str) -> list[list[dict]]:  # type: ignore[type-arg]
    return run(nbformat.read(EXAMPLES / name, as_version=4), EXAMPLES)


def shown(cell: list[dict]) -> str:  # type: ignore[type-arg]
    return cell[-1]["data"]["text/plain"]


def test_numpy_and_javascript(marked: str) -> None:
    cells = outputs_of("numpy-and-javascript.ipynb")
    assert cells[0] == []
    assert shown(cells[1]) == "[1 4 9 16 25]"
    assert shown(cells[2]) == "55"
    assert shown(cells[3]) == "[2, 5, 1, 4, 3]"
    assert any("image/png" in output.get("data", {}) for output in cells[4])
    assert "55" in shown(cells[5])


def test_pandas_and_vega(marked: str) -> None:
    cells = outputs_of("pandas-and-vega.ipynb")
    assert "<table" in cells[0][0]["data"]["text/html"]
    assert "<table" in cells[2][0]["data"]["text/html"]
    assert cells[3][0]["data"]["application/vnd.vegalite.v5+json"]["data"]["values"][0]["city"] == "Oslo"


def test_async_fetch(marked: str) -> None:
    cells = outputs_of("async-fetch.ipynb")
    assert shown(cells[1]) == '"144"'
    assert "20/20" in cells[2][0]["data"]["text/plain"]
    assert shown(cells[2]).endswith("361 400]")
    assert shown(cells[3]) == '["4" "9" "16"]'


@pytest.mark.skipif(
    refused() is not None or not any(map(shutil.which, ("cc", "gcc", "clang"))),
    reason="this system has no shared memory, or nothing to build its library with",
)
def test_shared_waves(marked: str) -> None:
    cells = outputs_of("shared-waves.ipynb")
    assert shown(cells[0]) == "13500"
    (film,) = [output for output in cells[2] if "image/png" in output.get("data", {})]
    png = base64.b64decode(film["data"]["image/png"])
    frames = [
        data[4:] if name == b"fdAT" else data for name, data in chunks(png) if name in (b"IDAT", b"fdAT")
    ]
    pixels = [zlib.decompress(data) for data in frames]
    assert len(pixels) == 60 and {len(frame) for frame in pixels} == {180 * (300 * 3 + 1)}
    moved = [before != after for before, after in itertools.pairwise(pixels)]
    assert all(moved)  # NumPy has written between any two frames
    assert shown(cells[3]) == "(True, (90, 150))"


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and data of a PNG's chunks, whose sums are right."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert zlib.crc32(name + data) == int.from_bytes(png[at + 8 + size : at + 12 + size])
        yield name, data
        at += 12 + size


def test_widgets(marked: str) -> None:
    pytest.importorskip("ipywidgets")
    cells = outputs_of("widgets.ipynb")
    assert "application/vnd.jupyter.widget-view+json" in cells[0][0]["data"]
    assert shown(cells[1]) == "'n is now 7'" or shown(cells[1]) == '"n is now 7"'
