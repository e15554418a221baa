"""Jupyter's own test suite of the messaging protocol, whole: no group is left out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

import jupyter_kernel_test
import pytest
from running import MARKER, environment


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Kernels that the suite starts live in a home of their own."""
    made: Path = tmp_path_factory.mktemp("home")
    changed = {name: value for name, value in environment(made).items() if os.environ.get(name) != value}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in changed.items():
            patch.setenv(name, value)
        patch.delenv(MARKER)
        yield made


class TestProtocol(jupyter_kernel_test.KernelTests):
    kernel_name = "polyrepl"
    language_name = "polyrepl"
    file_extension = ".lisp"
    code_hello_world = '(println "hello, world")'
    code_stderr = '(console.error "oh")'
    completion_samples: ClassVar = [
        {"text": "(map-ind", "matches": {"map-indexed"}},
        {"text": "(Math.ma", "matches": {"max"}},
        {"text": "%%py\nimport mat", "matches": {"math", "matplotlib", "matplotlib_inline"}},
    ]
    complete_code_samples: ClassVar = ["1", "(+ 1 2)", '(println "hi")', "(defn f (x)\n  x)", "%%py\n1"]
    incomplete_code_samples: ClassVar = ["(+ 1", "(defn f (x)", '"abc', "[1 2", "%%py\nfor i in x:"]
    invalid_code_samples: ClassVar = ["(+ 1))", "(]", "%%py\n1 +* 2"]
    code_page_something = "%%py\nprint?"
    code_generate_error = '(throw (new Error "no"))'
    code_execute_result: ClassVar = [
        {"code": "(+ 1 2)", "result": "3"},
        {"code": "{:a [1 2]}", "result": "{:a [1 2]}"},
        {"code": '(py.eval "[1, 2]")', "result": "[1, 2]"},
        {"code": "%%py\n6 * 7", "result": "42"},
        {"code": "%%js\n6 * 7", "result": "42"},
    ]
    code_display_data: ClassVar = [
        {"code": '(display (html "<b>x</b>"))', "mime": "text/html"},
        {"code": '(display (svg "<svg/>"))', "mime": "image/svg+xml"},
        {"code": '(display (vega-lite {:mark "bar"}))', "mime": "application/vnd.vegalite.v5+json"},
        {"code": '(display (py.eval "dict(a=1)"))', "mime": "text/plain"},
    ]
    code_history_pattern = "(+ 1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "map"
    code_clear_output = "(clear-output)"


class TestWelcome(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "polyrepl"
    support_iopub_welcome = True


def test_no_group_is_left_out() -> None:
    empty = [
        name
        for name in vars(jupyter_kernel_test.KernelTests)
        if not name.startswith(("_", "test", "kc", "km")) and not getattr(TestProtocol, name)
    ]
    assert empty == []
