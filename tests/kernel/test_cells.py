"""Cells in a real kernel: results, streams, errors, interrupts, state."""

from __future__ import annotations

import psutil
from running import node_of


def test_only_the_last_value_is_the_result(kernel) -> None:  # type: ignore[no-untyped-def]
    cell = kernel.run("1 2 (+ 1 2)")
    assert (cell.reply["status"], cell.result) == ("ok", "3")
    assert len(cell.of("execute_result")) == 1
    assert cell.of("execute_result")[0]["execution_count"] == cell.reply["execution_count"]


def test_definitions_and_nil_show_nothing(kernel) -> None:  # type: ignore[no-untyped-def]
    assert kernel.run("(def a 1)").result is None
    assert kernel.run("nil").result is None


def test_streams_keep_their_order(kernel) -> None:  # type: ignore[no-untyped-def]
    cell = kernel.run('(do (println 1) (py.print 2) (console.log 3) (console.error "e") (println 4))')
    assert cell.text("stdout") == "1\n2\n3\n4\n"
    assert cell.text("stderr") == "e\n"


def test_dataframe_and_figure_show_as_themselves(kernel) -> None:  # type: ignore[no-untyped-def]
    cell = kernel.run('(py.import "pandas" :as pd) (pd.DataFrame (js->py {"a" [1 2]}))')
    data = cell.of("execute_result")[0]["data"]
    assert "<table" in data["text/html"]
    assert "text/plain" in data
    cell = kernel.run('(py.import "matplotlib.pyplot" :as plt) (plt.plot [1 3 2])')
    assert any("image/png" in c["data"] for c in cell.of("display_data"))


def test_error_names_the_cell_and_points(kernel) -> None:  # type: ignore[no-untyped-def]
    cell = kernel.run('(defn parse (s)\n  (py.int s))\n(+ 1 (parse "x"))')
    errors = cell.of("error")
    assert len(errors) == 1
    assert (errors[0]["ename"], cell.reply["ename"]) == ("ValueError", "ValueError")
    text = "\n".join(errors[0]["traceback"])
    number = cell.reply["execution_count"]
    assert f"In[{number}]:2:3: ValueError: invalid literal" in text
    assert "(py.int s)" in text and "^^^^" in text
    assert f"In[{number}]:3:6" in text  # the caller
    assert kernel.run("(+ 1 1)").result == "2"


def test_compile_error(kernel) -> None:  # type: ignore[no-untyped-def]
    cell = kernel.run("(let [x 1 y] x)")
    assert cell.reply["status"] == "error"
    assert "binding without a value" in "\n".join(cell.of("error")[0]["traceback"])


def test_is_complete(kernel) -> None:  # type: ignore[no-untyped-def]
    for code, status in [("(+ 1 2)", "complete"), ("(defn f (x)", "incomplete"), ("(+ 1))", "invalid")]:
        kernel.client.is_complete(code)
        content = kernel.client.get_shell_msg(timeout=30)["content"]
        assert content["status"] == status
        if status == "incomplete":
            assert content["indent"] == "  "


def interrupt(kernel, code: str):  # type: ignore[no-untyped-def]
    """Start a cell that says "go", interrupt it then, return its error."""
    cell = kernel.start(code)
    assert kernel.wait_for("stream", cell)["text"].startswith("go")
    kernel.manager.interrupt_kernel()
    error = kernel.wait_for("error", cell)
    assert kernel.reply_to(cell)["status"] == "error"
    return error


def test_interrupt_keeps_state(kernel) -> None:  # type: ignore[no-untyped-def]
    kernel.run('(def kept 42) (py.exec "py_kept = [1]")')
    for code in [
        '(println "go") (while true nil)',
        '(println "go") (loop [i 0] (recur (inc i)))',
        '(println "go") (await (new Promise (fn (ok) nil)))',
        '(println "go") (py.exec "import time\\ntime.sleep(60)")',
        '(println "go") (py.exec "while True: pass")',
    ]:
        assert interrupt(kernel, code)["ename"] == "KeyboardInterrupt"
        assert kernel.run('[kept (py.len (py.eval "py_kept"))]').result == "[42 1]"


def test_node_killed_between_cells(kernel) -> None:  # type: ignore[no-untyped-def]
    kernel.run('(py.exec "survivor = [1, 2, 3]")')
    node = node_of(kernel.mark)
    node.kill()
    psutil.wait_procs([node], timeout=10)
    cell = kernel.run('(py.eval "survivor")')
    assert cell.result == "[1, 2, 3]"
    assert "JavaScript state" in cell.text("stderr")


def test_node_killed_in_a_cell(kernel) -> None:  # type: ignore[no-untyped-def]
    cell = kernel.start('(println "go") (while true nil)')
    kernel.wait_for("stream", cell)
    node_of(kernel.mark).kill()
    assert kernel.wait_for("error", cell)["ename"] == "NodeLost"
    assert kernel.reply_to(cell)["status"] == "error"
    assert kernel.run("(+ 1 2)").result == "3"


def test_one_python(kernel) -> None:  # type: ignore[no-untyped-def]
    kernel.run('(py.exec "class Box: pass\\nbox = Box()") (def box (py.eval "box"))')
    kernel.run('(py.exec "def is_box(x): return x is box")')
    assert kernel.run('((py.eval "is_box") box)').result == "true"
    assert kernel.run('((py.eval "lambda f: f(box)") (fn (b) ((py.eval "is_box") b)))').result == "true"
