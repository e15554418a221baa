"""Cells in a real kernel: results, errors, three languages, one set of variables."""

from __future__ import annotations

import re
from collections.abc import Callable
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


@pytest.mark.parametrize(
    "code",
    ["(nope)", "(def q", "(throw 1)", "(exit 3)", ",doc", "%%js\nthrow 1", "%%js\n1 +;", "%%py\n1/0",
     "%%py\n1+", "%%py\nraise ExceptionGroup('g', [OSError('o')])", "%%py\nawait nope"],
)  # fmt: skip
def test_a_silent_request_has_its_error_in_the_reply_alone(kernel: Kernel, code: str) -> None:
    """As the protocol has it; IPython publishes those of Python cells. What is printed is sent."""
    cell = kernel.run(code, silent=True)
    assert cell.reply["status"] == "error" and cell.reply["ename"] and cell.reply["traceback"]
    assert cell.of("error") == []
    (told,) = kernel.run(code).of("error")
    assert told["ename"] == cell.reply["ename"]


def test_an_error_that_is_only_printed_has_no_traceback_of_another(kernel: Kernel) -> None:
    kernel.run("%%py\n1/0")
    cell = kernel.run("%%py\n%nosuch")
    assert (cell.reply["ename"], cell.reply["traceback"]) == ("UsageError", [])
    assert "%nosuch" in cell.text("stderr")


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


def test_python_has_javascript_in_the_very_first_cell_and_after_a_reset(
    new_kernel: Callable[..., Kernel],
) -> None:
    kernel = new_kernel()
    assert kernel.run("%%py\njs.Math.max(1, 2)").result == "2"
    assert kernel.run("%%py\njs.early = 5").reply["status"] == "ok"
    assert kernel.run("early").result == "5"
    assert kernel.run("%%py\n%reset -f").reply["status"] == "ok"
    assert kernel.run("%%py\njs.early").result == "5"
    assert kernel.run("%%py\njs = 7").reply["status"] == "ok"
    assert kernel.run("%%py\njs").result == "7"


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
            kernel.wait_for_text("go\n", cell)
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


def paged(cell: Any) -> str:
    """What a cell shows beside the notebook."""
    return str(cell.reply["payload"][0]["data"]["text/plain"])


def test_habits_of_ipython_in_a_lisp_cell(kernel: Kernel) -> None:
    assert kernel.run("!echo one two").text().split() == ["one", "two"]
    assert kernel.run("%%bash\necho three").text() == "three\n"
    assert "pip" in kernel.run("%pip --version").text()
    assert kernel.run("%npm --version").text()[0].isdigit()
    assert kernel.run("; twice\n!echo a; echo b\n  ;; and\n!echo c").text().split() == ["a", "b", "c"]
    for code in ("?mapcat", "mapcat?", ",doc mapcat"):
        assert "Signature: (mapcat f" in paged(kernel.run(code))
    for code in ("(doc mapcat)", "(doc 'mapcat)", "(do (doc mapcat) nil)"):
        assert kernel.run(code).text().startswith("(mapcat f")
    assert "export function mapcat" in kernel.run("(source mapcat)").text()
    assert kernel.run('(count (apropos "mapca"))').result == "1"
    kernel.run("%%py\nint('x')")
    assert "ValueError: invalid literal" in kernel.run("(pst)").text()
    (kernel.home / "loaded.lisp").write_text("(defn cube [x]\n  (* x x x))\n(cube 3)")
    assert kernel.run(f'(load-file "{kernel.home / "loaded.lisp"}")').result == "27"
    assert kernel.run("(source cube)").text().endswith("(defn cube [x]\n  (* x x x))\n")
    assert kernel.run("(defn source [x] x) (source 5)").result == "5"
    assert kernel.run("(source mapcat)").result.startswith("#<fn")
    assert "Source" in paged(kernel.run("mapcat??")) and "Source" not in paged(kernel.run("mapcat?"))
    kernel.run("%%py\ndef helper(a, b=2): 'Helps.'")
    assert "Helps." in paged(kernel.run("helper?"))
    kernel.run("%%py\nimport math")  # Python's, which Lisp has as py.math
    for code in ("?math.sqrt", "math.sqrt?", "? math.sqrt"):
        assert "square root" in paged(kernel.run(code))
    for code in ("?nosuch", ",doc nosuch"):
        assert kernel.run(code).text() == "nothing is called nosuch\n"
    assert kernel.run("! echo four").text().strip() == "four"
    # A name that ends so is itself, and no question.
    kernel.run("(def quite? 5)")
    assert kernel.run("quite?").result == "5"
    assert kernel.run("even?").reply["payload"] == [] == kernel.run("map?").reply["payload"]
    for code, name in {
        "?even?": "even?",
        "even??": "even?",
        "?map?": "map?",
        "?set!": "set!",
        "set!?": "set!",
    }.items():
        assert paged(kernel.run(code)).startswith(f"{name}\n") and "Source" not in paged(kernel.run(code))
    assert "Source" in paged(kernel.run("??even?"))
    assert kernel.run("(+ 1 1)").result == "2"


ELSEWHERE = {
    "%%time\n(+ 1 2)": "hint: (time form) says how long a form takes; %%time is IPython's: it works",
    "%time (+ 1 2)": "(time form) says",
    "%%capture x\n(f)": "below %%py",
    "%%tme\n1": "did you mean %%time?",
    "%%bsh\nls": "did you mean %%bash?",
    "%%node\n1": "JavaScript below %%js",
    ",help": "?name",
    ",time (+ 1 2)": "commands with a comma are the prompt's",
    ",who": "commands with a comma are the prompt's",
    ",apropos map": '(apropos "text")',
    ",source map": "(source name), or ??name",
    ",cd ..": "%cd folder",
    '(js.import "no-such-package")': "hint: %npm install no-such-package",
    '(py.import "no_such_package")': "hint: %pip install no_such_package",
}


@pytest.mark.parametrize("code", ELSEWHERE)
def test_what_works_elsewhere_only_says_so(kernel: Kernel, code: str) -> None:
    assert ELSEWHERE[code] in kernel.run(code).error


def test_cells_from_windows(kernel: Kernel) -> None:
    for code in ("%%py\r\nx = 1\r\nx + 1", "%%js\r\n1 + 1\r\n", "%%lisp\r\n(+ 1\r\n 1)"):
        assert kernel.run(code).result == "2"


def test_what_was_edited_is_loaded_again(kernel: Kernel) -> None:
    lib, own = kernel.home / "edited.lisp", kernel.home / "edited_mod.py"
    lib.write_text("(defmacro twice (x) `(+ ~x ~x)) (defonce seen [])")
    own.write_text("def g(): return 1\n")
    kernel.run(f'(import "{lib}" :as lib) (py.import "sys") (sys.path.append "{kernel.home}")')
    kernel.run("%%py\nimport edited_mod")
    lib.write_text("(defmacro twice (x) `(* 100 ~x)) (defonce seen [1])")
    cell = kernel.run(",reload lib")
    assert cell.reply["status"] == "ok" and re.fullmatch(r"loaded again: \S*edited.lisp\n", cell.text())
    assert kernel.run("[(lib.twice 3) lib.seen]").result == "[300 []]"
    assert kernel.run(",reload nosuch").error == "nothing that was imported is called nosuch"
    kernel.run(",autoreload on")
    lib.write_text("(defmacro twice (x) `(* 7 ~x))")
    own.write_text("def g(): return 2\n")
    for code, result in (("(lib.twice 3)", "21"), ("%%py\nedited_mod.g()", "2")):
        cell = kernel.run(code)
        assert cell.result == result, (cell.reply, cell.streams)
    lib.write_text("(nosuch)")
    cell = kernel.run("(lib.twice 3)")
    assert (cell.result, "unbound symbol nosuch" in cell.text("stderr")) == ("21", True)
    kernel.run(",autoreload off")


def test_all_languages_have_one_working_folder_and_environment(kernel: Kernel) -> None:
    (kernel.home / "below").mkdir()
    before = kernel.run("(process.cwd)").result
    below = str((kernel.home / "below").resolve())
    for move in (f"%%py\nimport os; os.chdir({below!r})", f"%cd {below}", f'(process.chdir "{below}")'):
        kernel.run(move)
        assert kernel.run("(process.cwd)").result == f'"{below}"'
        assert kernel.run("%%py\nimport os; os.getcwd()").result == repr(below)
        (kernel.home / "below" / "near.cjs").write_text("module.exports = 7")
        assert kernel.run("%%js\nrequire('./near.cjs')").result == "7"
        assert kernel.run(f"%%js\nprocess.chdir({before}); process.cwd()").result == before
        assert kernel.run("%%py\nos.getcwd() + ''").result == repr(before[1:-1])
    cell = kernel.run(
        f"%%py\nos.chdir({below!r}); print(js.process.cwd()); js.process.chdir('..'); print(os.getcwd())"
    )
    assert cell.text() == f"{below}\n{before[1:-1]}\n"
    kernel.run("%%py\nos.environ['PLACE'] = '1'")
    assert kernel.run("process.env.PLACE").result == '"1"'
    kernel.run('(set! process.env.PLACE "2")')
    assert kernel.run("%%py\nos.environ.pop('PLACE')").result == "'2'"
    assert kernel.run("%%js\n'PLACE' in process.env").result == "false"
