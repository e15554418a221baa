"""Widgets of ipywidgets in JupyterLite, with their own front end: what they show, and what they are told.

In: jupyterlite_core, ipywidgets from the package index, the front end that is installed with it. Out: cells
of a notebook in Chromium.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from web_pages import built_lite

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("jupyterlite_core")
pytest.importorskip("jupyterlab_widgets")

pytestmark = [pytest.mark.web, pytest.mark.timeout(400)]

EXPECT_MS = 60_000
CELLS = [
    '(py.import "ipywidgets" :as w) (def slider (w.IntSlider :value 5 :max 10)) slider',
    "(set! slider.value 8) slider.value",
    """%%py
import ipywidgets as w
button = w.Button(description="press")
button.on_click(lambda _: setattr(button, "description", "pressed"))
button""",
    '(w.interact (fn [x] (str "twice " (* 2 x))) :x 3) nil',
    """%%py
from IPython.display import HTML, clear_output, display
print("old")
clear_output()
shown = display(HTML("<i>first</i>"), display_id=True)
shown.update(HTML("<b>second</b>"))""",
    """%%py
inside = w.Output()
with inside:
    print("in the widget")
display(inside)
print("below")""",
    "(+ 40 2)",
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory, serve: Callable[..., str]) -> str:
    """The address of one that JupyterLite has built."""
    place = tmp_path_factory.mktemp("widgets")
    (place / "files").mkdir()
    about = {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}
    empty: dict[str, Any] = {"metadata": {}, "outputs": [], "execution_count": None}
    cells = [
        {"cell_type": "code", "id": f"cell-{number}", "source": text, **empty}
        for number, text in enumerate(CELLS)
    ]
    made = {"cells": cells, "metadata": {"kernelspec": about}, "nbformat": 4, "nbformat_minor": 5}
    (place / "files" / "widgets.ipynb").write_text(json.dumps(made))
    settings = {
        "LiteBuildConfig": {"contents": ["files"], "output_dir": "built"},
        "PolyreplAddon": {"packages": ["ipywidgets"]},
    }
    (place / "jupyter_lite_config.json").write_text(json.dumps(settings))
    return f"{serve(built_lite(place))}lab/index.html?path=widgets.ipynb"


def test_what_is_shown_and_what_is_told(notebook: str, open_page: Callable[..., Any]) -> None:
    expect = playwright.expect
    expect.set_options(timeout=EXPECT_MS)
    page = open_page(notebook, viewport={"width": 1000, "height": 1500})
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=EXPECT_MS)
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator(".lm-Menu-itemLabel", has_text="Run All Cells").first.click()

    def output(number: int) -> Any:
        return page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-Cell-outputArea")

    expect(output(6)).to_contain_text("42")
    expect(output(0).locator(".widget-readout")).to_have_text("8")
    expect(output(1)).to_contain_text("8")
    output(2).locator("button").click()
    expect(output(2).locator("button")).to_have_text("pressed")
    expect(output(4).locator("b")).to_have_text("second")
    expect(output(4)).not_to_contain_text("first")
    expect(output(4)).not_to_contain_text("old")
    expect(output(5).locator(".jp-OutputArea", has_text="in the widget").last).not_to_contain_text("below")
    expect(output(5)).to_contain_text("below")

    expect(output(3)).to_contain_text("twice 6")
    output(3).locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    expect(output(3)).to_contain_text("twice 8")
    expect(output(3).locator(".noUi-handle")).to_have_count(1)
