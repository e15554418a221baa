"""What JavaScript's objects look like in a notebook."""

from __future__ import annotations

from typing import Any

import pytest
from kernels import Kernel

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PICTURES = {
    f"Buffer.from('{PNG}', 'base64')": ("image/png", PNG),
    f"new Uint8Array(Buffer.from('{PNG}', 'base64'))": ("image/png", PNG),
    "Buffer.from([255, 216, 255, 224, ...new Array(16).fill(0)])": (
        "image/jpeg",
        "/9j/4AAAAAAAAAAAAAAAAAAAAAA=",
    ),
    "new TextEncoder().encode('<svg width=\"1\"></svg>')": ("image/svg+xml", '<svg width="1"></svg>'),
    "({outerHTML: '<p>x</p>'})": ("text/html", "<p>x</p>"),
    "Buffer.from(' <?xml version=\"1.0\"?>\\n<!-- c --><!DOCTYPE svg><svg/>')": (
        "image/svg+xml",
        '<?xml version="1.0"?>\n<!-- c --><!DOCTYPE svg><svg/>',
    ),
    "Buffer.from('\\ufeff<svg width=\"10\"></svg>')": ("image/svg+xml", '<svg width="10"></svg>'),
    "({outerHTML: '<!-- c -->\\n<svg></svg>'})": ("image/svg+xml", "<!-- c -->\n<svg></svg>"),
    "({nodeType: 9, documentElement: {outerHTML: '<html>x</html>'}})": ("text/html", "<html>x</html>"),
    "({nodeType: 11, childNodes: [{outerHTML: '<p>x</p>'}, {textContent: 'a<b'}]})": (
        "text/html",
        "<p>x</p>a&#60;b",
    ),
    "({toDataURL: () => 'data:image/svg+xml;base64,PHN2Zy8+'})": ("image/svg+xml", "<svg/>"),
    "({toSpec: () => ({hconcat: []})})": ("application/vnd.vegalite.v5+json", {"hconcat": []}),
    "({get outerHTML() { return '<svg><g/></svg>' }})": ("image/svg+xml", "<svg><g/></svg>"),
    f"({{toDataURL: () => 'data:image/png;base64,{PNG}'}})": ("image/png", PNG),
    "({toSpec: () => ({$schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'bar'})})": (
        "application/vnd.vegalite.v5+json",
        {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "mark": "bar"},
    ),
    f"({{toBase64Image: () => 'data:image/png;base64,{PNG}'}})": ("image/png", PNG),  # Chart.js
    "({renderToSVGString: () => '<svg/>'})": ("image/svg+xml", "<svg/>"),  # ECharts
    "({toSVG: async () => '<svg/>'})": ("image/svg+xml", "<svg/>"),  # a view of Vega's
    # What only HTML's readers understand would be a broken picture.
    "svg('<svg width=60></svg>')": ("text/html", "<svg width=60></svg>"),
    "({outerHTML: '<svg><text>a&nbsp;b</text></svg>'})": ("text/html", "<svg><text>a&nbsp;b</text></svg>"),
    "({outerHTML: '<svg><use xlink:href=\"#a\"/></svg>'})": (
        "text/html",
        '<svg><use xlink:href="#a"/></svg>',
    ),
    "svg('<svg>\\ud800</svg>')": ("image/svg+xml", "<svg>\\ud800</svg>"),
    "({toSpec: () => ({marks: []})})": ("application/vnd.vega.v5+json", {"marks": []}),
    "({toSpec: () => ({mark: 'bar'})})": ("application/vnd.vegalite.v5+json", {"mark": "bar"}),
    f"new Uint8Array(Buffer.from('{PNG}', 'base64')).buffer": ("image/png", PNG),
    # What an object gives is awaited.
    "({[Symbol.for('Jupyter.display')]: async () => ({'text/html': '<p>x</p>'})})": ("text/html", "<p>x</p>"),
    f"({{toDataURL: async () => 'data:image/png;base64,{PNG}'}})": ("image/png", PNG),
    "({toSpec: async () => ({mark: 'bar'})})": ("application/vnd.vegalite.v5+json", {"mark": "bar"}),
    "({toDataURL: () => Promise.reject(1), outerHTML: '<i></i>'})": ("text/html", "<i></i>"),
    f"new Blob([Buffer.from('{PNG}', 'base64')], {{type: 'image/png'}})": ("image/png", PNG),
    # A canvas element without its drawing library is still an element.
    "({toDataURL: () => null, outerHTML: '<canvas></canvas>'})": ("text/html", "<canvas></canvas>"),
    "({toDataURL() { throw new Error('no') }, outerHTML: '<i></i>'})": ("text/html", "<i></i>"),
}


@pytest.mark.parametrize("code", PICTURES)
def test_pictures_of_javascript(kernel: Kernel, code: str) -> None:
    mime, content = PICTURES[code]
    assert kernel.run(f"%%js\n{code}").data[mime] == content
    assert kernel.run(f"%%js\ndisplay({code})").of("display_data")[0]["data"][mime] == content


def test_what_is_no_picture_is_shown_as_it_was(kernel: Kernel) -> None:
    for code in (
        "new Uint8Array([255, 216, 255])",
        "new Uint8Array(40)",
        "({get outerHTML() { throw new Error('no') }})",
        "({toDataURL: () => 5})",
        "({toBase64Image: () => null, renderToSVGString: () => '<p>', toSVG: async () => 5})",
        "({toSpec: async () => 5})",
        "({toSpec: async () => { throw new Error('no') }})",
        "new Blob(['<b>x</b>'], {type: 'text/html'})",
        "({toSpec: () => ({rows: 5})})",
        "({toDataURL: () => 'data:image/png,abc'})",
        "({outerHTML: ''})",
        "({nodeType: 9})",
        "Buffer.from('RIFF1234WAVEfmt 123456')",
    ):
        assert list(kernel.run(f"%%js\n{code}").data) == ["text/plain"], code


def test_objects_of_javascript_in_a_python_cell_look_as_in_the_others(kernel: Kernel) -> None:
    kernel.run(
        "%%js\nclass Para { get outerHTML() { return '<p>x</p>' } }\nconst para = new Para();"
        " function plainly() {}"
    )
    show = "from IPython.display import display\ndisplay(js.para)"
    displayed = kernel.run(f"%%py\n{show}").of("display_data")[0]["data"]
    for data in (kernel.run("%%py\njs.para").data, displayed):
        assert data["text/html"] == "<p>x</p>" and "Para" in data["text/plain"]
    assert list(kernel.run("%%py\njs.plainly").data) == ["text/plain"]


def shows(result: str) -> str:
    """An object of JavaScript whose method is this."""
    return f"({{[Symbol.for('Jupyter.display')]: {result}}})"


def test_a_display_that_takes_its_time_belongs_to_its_cell(kernel: Kernel) -> None:
    late = "() => new Promise((ok) => setTimeout(ok, 1, {'text/html': 'late'}))"
    assert kernel.run("%%js\n" + shows(late)).data["text/html"] == "late"
    quick = shows("() => ({'text/html': 'quick'})")
    kernel.run(f"%%js\nconst slow = {shows(late)}, quick = {quick}")
    for code in (
        "%%js\nawait display(slow, quick); 1",
        "(await (js.display js.slow js.quick)) 1",
        "(display slow quick)",
    ):
        cell = kernel.run(code)
        assert [shown["data"]["text/html"] for shown in cell.of("display_data")] == ["late", "quick"], code
    assert kernel.run("slow").data["text/html"] == "late"
    (updated,) = kernel.run('(display 1 :id "slow") (update-display "slow" slow)').of("update_display_data")
    assert updated["data"]["text/html"] == "late"


def test_a_display_that_never_comes_is_interrupted(kernel: Kernel) -> None:
    never = "() => { process.stdout.write('go'); return new Promise(() => {}) }"
    assert kernel.interrupt(f"%%js\n{shows(never)}")["ename"] == "KeyboardInterrupt"
    assert kernel.interrupt(f"%%js\ndisplay({shows(never)})")["ename"] == "KeyboardInterrupt"
    assert kernel.run("(+ 1 2)").result == "3"


@pytest.mark.parametrize(
    ("result", "data", "said"),
    [
        ("async () => { throw new Error('no') }", {}, "Jupyter.display raised Error: no"),
        ("async () => 5", {}, "gave no object of MIME types"),
        ("() => { const x = {}; x.x = x; return {'application/json': x} }", {}, "application/json: Conv"),
        (
            "() => { let x = []; for (let i = 0; i < 600; i++) x = [x]; return {'a/b+json': x} }",
            {},
            "a/b+json: nested too deeply",
        ),
        (
            "() => ({'application/json': py.object()})",
            {},
            "application/json: a Python object has no JSON form",
        ),
        ("() => ({'text/plain': {a: 1}})", {}, "text/plain: no text"),
        ("() => ({'text/html': py.object()})", {}, "text/html: no text"),
        ("() => ['text/html']", {}, '"0": no MIME type'),
        (
            "() => ({'application/json': {a: 1n, b: NaN, c: () => 1}})",
            {"application/json": {"a": 1, "b": None}},
            "",
        ),
        ("() => ({'text/html': ['a', 'b'], 'image/png': null})", {"text/html": "ab"}, ""),
        ("() => ({'image/png': new Uint8Array([1, 2, 3])})", {"image/png": "AQID"}, ""),
        ("() => ({'image/svg+xml': Buffer.from('<svg/>')})", {"image/svg+xml": "<svg/>"}, ""),
    ],
)
def test_what_no_message_can_carry_is_left_out_and_said(
    kernel: Kernel, result: str, data: dict[str, Any], said: str
) -> None:
    for code in (f"%%js\n{shows(result)}", f"%%js\ndisplay({shows(result)})"):
        cell = kernel.run(code)
        assert cell.reply["status"] == "ok"
        (shown,) = cell.of("execute_result") + cell.of("display_data")
        text = shown["data"].pop("text/plain")
        assert shown["data"] == data
        assert said in text and ("\n;" in text) == bool(said)


def test_metadata_that_is_no_json_is_none(kernel: Kernel) -> None:
    kernel.run("%%js\nconst meta = " + shows("() => ({'text/html': 'x'})"))
    for given, metadata in {"meta": {}, "5": {}, "null": {}, "({a: {b: 1n}})": {"a": {"b": 1}}}.items():
        (shown,) = kernel.run(f"%%js\nmeta.metadata = {given}; meta").of("execute_result")
        assert (shown["data"]["text/html"], shown["metadata"]) == ("x", metadata)
