"""docs/more-than-one-machine.md tells the truth: its examples and its notebook run on two processes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from polyrepl.repl.session.nesting import nesting

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "docs"))

from examples import Runner, Section, sections  # noqa: E402

pytestmark = [pytest.mark.scale, pytest.mark.timeout(300)]

SECTIONS = sections((ROOT / "docs" / "more-than-one-machine.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("section", SECTIONS, ids=[section.title for section in SECTIONS])
def test_examples(section: Section, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    monkeypatch.chdir(tmp_path)
    loop = asyncio.new_event_loop()
    runner = Runner(str(tmp_path))

    async def blocks() -> list[str]:
        return [wrong for line, text in section.blocks for wrong in await runner.run(text, line)]

    try:
        with nesting(loop):  # as every front end does
            wrong = loop.run_until_complete(blocks())
        assert not wrong, "\n".join([section.title, *wrong])
    finally:
        runner.close()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def test_the_notebook() -> None:
    folder = ROOT / "docs" / "examples"
    book = nbformat.read(folder / "two-processes.ipynb", as_version=4)
    client = NotebookClient(
        book, kernel_name="polyrepl", timeout=120, resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env={**os.environ})
    outputs = [[dict(o) for o in cell.outputs] for cell in book.cells if cell.cell_type == "code"]
    shown = [cell[-1]["data"]["text/plain"] if cell and "data" in cell[-1] else "" for cell in outputs]
    assert '["the" 4]' in shown[1]
    assert [line.split()[-1] for line in shown[2].splitlines()[1:]] == ["2.5", "5.0", "7.5", "10.0"]
    assert shown[3].startswith('["RangeError" 1 "In[')
