"""nbclient runs a notebook whose cells use numpy and a JavaScript module."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from running import MARKER, assert_nothing_left, environment

CELLS = [
    '(py.import "numpy" :as np)\n(js.import "./shapes.mjs" :as shapes)',
    "(def area (shapes.area 3 4))\n(np.sum [area 1])",
    "(println area)\n(np.arange 3)",
]


@pytest.fixture
def marked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    env = environment(tmp_path)
    for name, value in env.items():
        if os.environ.get(name) != value:
            monkeypatch.setenv(name, value)
    return env[MARKER]


def test_notebook(tmp_path: Path, marked: str) -> None:
    (tmp_path / "shapes.mjs").write_text("export const area = (w, h) => w * h;\n")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    client = NotebookClient(
        book, kernel_name="polyrepl", timeout=60, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [[dict(o) for o in cell.outputs] for cell in book.cells]
    assert outputs[0] == []
    assert outputs[1][0]["data"]["text/plain"] == "13"
    assert [o["output_type"] for o in outputs[2]] == ["stream", "execute_result"]
    assert outputs[2][0]["text"] == "12\n"
    assert outputs[2][1]["data"]["text/plain"] == "array([0, 1, 2])"
    assert_nothing_left(marked)
