"""Cells in a real kernel: results, errors, three languages, one set of variables."""

from __future__ import annotations

from typing import Any

import pytest
from kernels import Kernel
from programs import PROGRAMS


def test_only_the_last_value_is_the_result(kernel: Kernel) -> None:
    cell = kernel.run("1 2 (+ 1 2)")
    assert (cell.reply["status"], cell.result) == ("ok", "3")
    assert len(cell.of("execute_result")) == 1
    assert cell.of("execute_result")[0]["execution_count"] == cell.reply["execution_count"]


def test_definitions_nil_and_silence_show_nothing(kernel: Kernel) -> None:
    assert kernel.run("(def a 1)").result is None
    assert kernel.run("nil").result is None
    before = kernel.run("(+ 1 1)").reply["execution_count"]
    silent = kernel.run("(def quiet 5) quiet", silent=True)
    assert [m["msg_type"] for m in silent.messages] == ["status", "status"]
    after = kernel.run("quiet")
    assert (after.result, after.reply["execution_count"]) == ("5", before + 1)


def test_a_promise_is_awaited_and_shown(kernel: Kernel) -> None:
    assert kernel.run("(new Promise (fn (ok) (setTimeout (fn () (ok [1 2])) 20)))").result == "[1 2]"


def test_python_results_show_as_themselves(kernel: Kernel) -> None:
    cell = kernel.run('(py.import "pandas" :as pd) (pd.DataFrame {"a" [1 2]})')
    assert "<table" in cell.data["text/html"]
    assert cell.result == "   a\n0  1\n1  2"
    cell = kernel.run('(py.import "matplotlib.pyplot" :as plt) (plt.plot [1 3 2])')
    assert any("image/png" in c["data"] for c in cell.of("display_data"))
    cell = kernel.run('(py.import "IPython.display" :as shown) (shown.Latex "$x^2$")')
    assert cell.data["text/latex"] == "$x^2$"
    kernel.run('%%py\nclass Both:\n    def _repr_mimebundle_(self, **k): return {"text/html": "<i>b</i>"}')
    assert kernel.run('((py.eval "Both"))').data["text/html"] == "<i>b</i>"


def test_javascript_results_show_as_themselves(kernel: Kernel) -> None:
    assert kernel.run('(html "<b>x</b>")').data["text/html"] == "<b>x</b>"
    assert kernel.run('(markdown "# x")').data["text/markdown"] == "# x"
    assert kernel.run('(latex "x^2")').data["text/latex"] == "$$x^2$$"
    assert kernel.run("(json {:a [1]})").data["application/json"] == {"a": [1]}
    assert kernel.run("(image [137 80 78 71])").data["image/png"] == "iVBORw=="
    chart = kernel.run('(vega-lite {:mark "bar" :data {:values [{:x 1}]}})').data
    assert chart["application/vnd.vegalite.v5+json"]["mark"] == "bar"
    kernel.run('%%js\nclass Own { [Symbol.for("Jupyter.display")]() { return {"text/html": "<u>o</u>"} } }')
    assert kernel.run("(new Own)").data["text/html"] == "<u>o</u>"


def test_nested_data_has_a_table_or_a_tree_and_always_text(kernel: Kernel) -> None:
    cell = kernel.run("[{:a 1 :b 2} {:a 3 :b 4}]")
    assert "<table" in cell.data["text/html"] and "<th>b</th>" in cell.data["text/html"]
    assert cell.result == "[{:a 1 :b 2} {:a 3 :b 4}]"
    cell = kernel.run("{:list (vec (range 40)) :deep {:er {:still [1 2 3]}}}")
    assert "<details" in cell.data["text/html"]
    assert cell.result is not None and ":still [1 2 3]" in cell.result


def test_one_python(kernel: Kernel) -> None:
    kernel.run('(py.exec "class Box: pass\\nbox = Box()") (def box (py.eval "box"))')
    kernel.run('(py.exec "def is_box(x): return x is box")')
    assert kernel.run('((py.eval "is_box") box)').result == "true"
    assert kernel.run('((py.eval "lambda f: f(box)") (fn (b) ((py.eval "is_box") b)))').result == "true"


# -- cells in Python and JavaScript ----------------------------------------------------------------


def test_python_cells_are_ipython_cells(kernel: Kernel) -> None:
    assert kernel.run("%%py\nx = 20\n_ = x\nx + 1").result == "21"
    assert kernel.run("%%py\nimport asyncio\nawait asyncio.sleep(0)\nx").result == "20"
    assert kernel.run('(py.eval "x")').result == "20"
    assert kernel.run("%%py\n%who_ls int").reply["status"] == "ok"
    kernel.run("%%py\ndef tripled(n): return n * 3")
    assert kernel.run("(py.tripled py.x)").result == "60"
    assert "tripled" in kernel.ask("complete", "(py.trip", 8)["matches"][0]
    paged = kernel.run("%%py\nx?").reply["payload"]
    assert paged[0]["source"] == "page" and "int" in paged[0]["data"]["text/plain"]
    failed = kernel.run("%%py\n1/0")
    assert (failed.reply["ename"], len(failed.of("error"))) == ("ZeroDivisionError", 1)
    kernel.run('(py.eval "[7]")')
    assert kernel.run("%%py\n_[0]").result == "7"


def test_python_cell_counts_as_one_cell(kernel: Kernel) -> None:
    first = kernel.run("%%py\n5").reply["execution_count"]
    cell = kernel.run("%%py\n6")
    assert cell.reply["execution_count"] == first + 1
    assert cell.of("execute_result")[0]["execution_count"] == first + 1


def test_javascript_cells(kernel: Kernel) -> None:
    cell = kernel.run(
        '%%js\nimport fs, { existsSync as there } from "node:fs";\nthere("/") && fs.existsSync("/")'
    )
    assert cell.result == "true"
    assert kernel.run("%%js\nconst k = await Promise.resolve(5);\nk").result == "5"
    assert (
        kernel.run("%%js\nconst k = 6; let { a, b: [c] } = { a: 1, b: [2] };\n[k, a, c]").result == "[6 1 2]"
    )
    assert (
        kernel.run(
            "%%js\nclass A { m() { return 1 } }\nasync function f() { return new A().m() }\nf()"
        ).result
        == "1"
    )
    assert kernel.run("%%js\n{ a: 1 }").result == "{:a 1}"


def test_variables_are_one_set(kernel: Kernel) -> None:
    kernel.run("%%js\nlet total = 1")
    assert kernel.run("(+ total 1)").result == "2"
    kernel.run("(def total 7) (def my-name 8)")
    assert kernel.run("%%js\n[total, my_name]").result == "[7 8]"
    kernel.run("%%py\nin_python = [1, js.total, js.my_name]\njs.from_python = 9")
    assert kernel.run("%%js\npy.in_python[2] + py.len(py.in_python) + from_python").result == "20"
    assert kernel.run('(py.eval "in_python")').result == "[1, 7, 8]"
    assert kernel.run("%%py\n%who_ls JsNames").result == "[]"
    kernel.run("%%py\n6 * 7")
    assert kernel.run("(+ *1 1)").result == "43"


# Last, since they define names of the core anew.
@pytest.mark.parametrize(
    ("program", "shown"), [row[1:] for row in PROGRAMS], ids=[row[0] for row in PROGRAMS]
)
def test_programs(kernel: Kernel, program: str, shown: str) -> None:
    assert kernel.run(program).result == shown


ENDS = {
    "value": "(+ 1 1)",
    "python": "%%py\n1",
    "javascript": "%%js\nawait 1",
    "nothing": "",
    "error": '(println 1) (throw (new Error "no"))',
    "compile error": "(let [",
    "python error": "%%py\nprint(1)\n1 / 0",
    "exit": "%%py\nimport sys\nsys.exit()",
    "flood": "%%py\nfor i in range(20_000): print(i)",
    "late": '(setTimeout (fn () (println "late")) 1) nil',
    "shown": '(display (html "<b>1</b>")) (println 1)',
    "interrupted loop": '(println "go") (while true nil)',
    "interrupted await": '%%py\nimport asyncio\nprint("go")\nawait asyncio.sleep(60)',
}


def test_idle_follows_the_reply_at_once(kernel: Kernel) -> None:
    """Nothing of the cell's own is sent after its reply but idle. The session counts what it sends."""
    gaps = []
    for name, code in ENDS.items():
        cell = kernel.start(code, stop_on_error=False)
        if name.startswith("interrupted"):
            assert kernel.wait_for("stream", cell)["text"] == "go\n"
            kernel.manager.interrupt_kernel()
        messages = [kernel.next_of(cell)]
        while messages[-1]["content"].get("execution_state") != "idle":
            messages.append(kernel.next_of(cell))
        reply = kernel.client.get_shell_msg(timeout=20)
        while reply["parent_header"]["msg_id"] != cell:
            reply = kernel.client.get_shell_msg(timeout=20)
        *_, before, at_reply, at_idle = sorted(map(count_of, [*messages, reply]))
        assert (at_reply, at_idle) == (count_of(reply), count_of(messages[-1])), name
        assert before < at_reply, name
        gaps.append((messages[-1]["header"]["date"] - reply["header"]["date"]).total_seconds())
    assert 0 <= min(gaps) < 0.1  # every one, where the machine is not busy


def count_of(message: dict[str, Any]) -> int:
    """The number of a message among all that the kernel's session has made."""
    return int(message["header"]["msg_id"].rpartition("_")[2])
