"""Front ends besides JupyterLab: a console in a terminal, papermill, nbconvert; VS Code by protocol."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import nbformat
import papermill
import pytest
from kernels import Kernel
from nbconvert.exporters import HTMLExporter, ScriptExporter
from papermill.exceptions import PapermillException
from running import assert_nothing_left, environment
from screen import Screen

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


class Console(Screen):
    """`jupyter console` on a real terminal."""

    program = (sys.executable, "-m", "jupyter_console")

    def enter(self, text: str, number: int) -> str:
        """Submit at the prompt of this number; the screen when the next one is there."""
        self.submit(text)
        return self.matches(rf"^In \[{number + 1}\]:\s*$")


def test_jupyter_console(kernelspec: Path, tmp_path: Path) -> None:
    # Where the kernel has not answered in time whether a text is complete, the console never asks again.
    patient = "--ZMQTerminalInteractiveShell.kernel_is_complete_timeout=60"
    with Console(tmp_path, "--kernel", "polyrepl", patient, rows=40) as console:
        console.matches(r"^In \[1\]:\s*$")
        assert "Out[1]: 42" in console.enter("(+ 40 2)", 1)
        console.submit("(defn twice (x)")  # not complete: the console asks for more, at our indent
        console.matches(r"^\s+\.\.\.:\s*$")
        console.enter("(* 2 x))", 2)
        seen = console.enter('(twice (py.int "x"))', 3)
        assert "ValueError: invalid literal" in seen and "^^^^" in seen
        console.submit('(println "go" 1) (while true nil)')
        console.line("go 1")
        console.key("C-c")
        console.shows("Interrupted")
        console.matches(r"^In \[5\]:\s*$")
        assert "Out[5]: [0 1]" in console.enter("(vec (range 2))", 5)
        console.submit("(exit)")
        console.shows("[exit 0]")
        assert_nothing_left(console.mark)


def test_papermill(kernelspec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}},
        cells=[
            nbformat.v4.new_code_cell("(def n 6)"),
            nbformat.v4.new_code_cell('(println "n is" n) (* n 7)'),
        ],
    )
    nbformat.write(book, tmp_path / "in.ipynb")
    papermill.execute_notebook(
        tmp_path / "in.ipynb", tmp_path / "out.ipynb", cwd=tmp_path, progress_bar=False, log_output=False
    )
    outputs = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells[1].outputs
    assert outputs[0]["text"] == "n is 6\n"
    assert outputs[1]["data"]["text/plain"] == "42"


PARAMETERS = {
    "n": 6,
    "big": 2**70,
    "rate": 1e-7,
    "none": None,
    "on": True,
    "text": 'a "b" \\ \n \x01 é \U0001f600 \u2028',
    "deep": {"a b": [1, {"c": []}, None], "x": {}},
    "endless": float("-inf"),
}


def test_papermill_passes_parameters(
    kernelspec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by papermill itself, through the entry point."""
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    defaults = nbformat.v4.new_code_cell("(def n 1) ; how many\n(def text nil)\n(def rate (/ 1 2))")
    defaults.metadata["tags"] = ["parameters"]
    names = " ".join(PARAMETERS)
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}},
        cells=[defaults, nbformat.v4.new_code_cell(f'(py.import "json") (println (json.dumps [{names}]))')],
    )
    nbformat.write(book, tmp_path / "in.ipynb")
    papermill.execute_notebook(
        tmp_path / "in.ipynb",
        tmp_path / "out.ipynb",
        parameters=PARAMETERS,
        cwd=tmp_path,
        progress_bar=False,
    )
    _, injected, cell = nbformat.read(tmp_path / "out.ipynb", as_version=4).cells
    assert injected.metadata["tags"] == ["injected-parameters"]
    assert injected.source.startswith("; Parameters\n(def n 6)\n(def big 1180591620717411303424n)\n")
    assert json.loads(cell.outputs[0]["text"]) == list(PARAMETERS.values())
    found = papermill.inspect_notebook(tmp_path / "in.ipynb")
    assert [tuple(found[name].values()) for name in found] == [
        ("n", "number", "1", "how many"),
        ("text", "nil", "nil", ""),
        ("rate", "None", "(/ 1 2)", ""),
    ]
    with pytest.raises(PapermillException, match="parameter 'a b'"):
        papermill.execute_notebook(
            tmp_path / "in.ipynb", None, parameters={"a b": 1}, prepare_only=True, progress_bar=False
        )


def test_papermill_reports_a_failing_cell(
    kernelspec: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    book = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "polyrepl", "display_name": "polyrepl", "language": "polyrepl"}},
        cells=[nbformat.v4.new_code_cell('(py.int "x")')],
    )
    nbformat.write(book, tmp_path / "in.ipynb")
    with pytest.raises(papermill.PapermillExecutionError) as failed:
        papermill.execute_notebook(
            tmp_path / "in.ipynb", tmp_path / "out.ipynb", cwd=tmp_path, progress_bar=False
        )
    assert failed.value.ename == "ValueError"
    assert "In[1]:1:1" in str(failed.value)


def test_nbconvert() -> None:
    """The page highlights Lisp; the script is a Lisp file."""
    source = EXAMPLES / "pandas-and-vega.ipynb"
    page, _ = HTMLExporter().from_filename(str(source))
    assert '<span class="kd">py.import</span>' in page and '<span class="ss">:as</span>' in page
    code, resources = ScriptExporter().from_notebook_node(nbformat.read(source, as_version=4))
    assert resources["output_extension"] == ".lisp"
    assert '(py.import "pandas" :as pd)' in code


def test_what_vs_code_needs(kernel: Kernel) -> None:
    """Its extension reads these of a kernel; the debugger it offers only where kernel_info says so."""
    info = kernel.ask("kernel_info")
    assert info["protocol_version"].startswith("5.")
    assert not info.get("debugger") and "debugger" not in info["supported_features"]
    assert info["language_info"].keys() >= {
        "name",
        "version",
        "mimetype",
        "file_extension",
        "pygments_lexer",
        "codemirror_mode",
    }
    spec = kernel.manager.kernel_spec
    assert spec.language == "polyrepl" and spec.metadata["debugger"] is False
    assert spec.interrupt_mode == "message"  # it has no signal to send on a remote machine
    answer = kernel.ask("complete", "(map", 4)
    types = answer["metadata"]["_jupyter_types_experimental"]
    assert [item["text"] for item in types] == answer["matches"]
    assert all(set(item) == {"text", "type", "signature", "start", "end"} for item in types)
    kinds = {item["text"]: item["type"] for item in types}
    assert kinds["mapcat"] == "function" and kinds["Map"] == "instance"
    cell = kernel.run("(nope)")
    assert [m["msg_type"] for m in cell.messages] == ["status", "execute_input", "error", "status"]
