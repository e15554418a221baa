"""Errors: one message, three languages in one traceback, places that front ends can go to."""

from __future__ import annotations

import re

from kernels import Cell, Kernel

# VS Code's notebook renderer makes a link of a line of a traceback that this matches.
VSCODE_CELL = re.compile(
    r"^(?:(?:\x1b\[[\d;]*m|\s)*Cell(?:\x1b\[[\d;]*m|\s)*In(?:\x1b\[[\d;]*m|\s)*"
    r"\[(?P<count>\d+)\](?:\x1b\[[\d;]*m|\s|,)+)line (?P<line>\d+)[^\n]*$",
    re.MULTILINE,
)
# JupyterLab makes one of a path, line and column that this matches, where the file can be opened.
LAB_PATH = re.compile(r"(?P<path>(?:~|\.)?(?:/[\w.-]*)+)(?::(?P<line>\d+))?(?::(?P<column>\d+))?")


def linked(cell: Cell) -> tuple[int, int]:
    """Cell and line that VS Code would link."""
    found = VSCODE_CELL.search("\n".join(cell.of("error")[0]["traceback"]))
    assert found is not None, cell.error
    return int(found["count"]), int(found["line"])


def test_error_names_the_cell_and_points(kernel: Kernel) -> None:
    cell = kernel.run('(defn parse (s)\n  (py.int s))\n(+ 1 (parse "x"))')
    errors = cell.of("error")
    assert len(errors) == 1
    assert (errors[0]["ename"], cell.reply["ename"]) == ("ValueError", "ValueError")
    number = cell.reply["execution_count"]
    assert f"In[{number}]:2:3: ValueError: invalid literal" in cell.error
    assert "(py.int s)" in cell.error and "^^^^" in cell.error
    assert f"In[{number}]:3:" in cell.error  # the caller
    assert linked(cell) == (number, 2)
    assert "\x1b[31mValueError" in "\n".join(errors[0]["traceback"])
    assert kernel.run("(+ 1 1)").result == "2"


def test_compile_error(kernel: Kernel) -> None:
    cell = kernel.run("(let [x 1 y] x)")
    assert cell.reply["status"] == "error"
    assert "binding without a value" in cell.error
    assert "^" in cell.error


def test_magics_in_a_lisp_cell_say_where_they_work(kernel: Kernel) -> None:
    for code, hint in {
        "%matplotlib inline": "%matplotlib is IPython's: it works in a Python cell, below %%py",
        "; see\n(+ 1 2)\n!ls -l": "!ls is IPython's: it works in a Python cell, below %%py",
        "%%bash\necho (hi": "%%bash is IPython's: it works in a Python cell, below %%py",
        "; twice\n%%py\nx = 1": "%%py stands alone on the very first line of its cell",
        "%%js 1+1": "%%js stands alone on the very first line of its cell",
        "(+ 1 %)": "for the remainder write (mod a b) or (rem a b)",
    }.items():
        cell = kernel.run(code)
        assert cell.error.splitlines()[-1] == f"  hint: {hint}"


def test_javascript_cells(kernel: Kernel) -> None:
    cell = kernel.run('%%js\nfunction boom() {\n  throw new TypeError("bad");\n}\nboom()')
    number = cell.reply["execution_count"]
    assert cell.reply["ename"] == "TypeError"
    assert cell.error.splitlines()[0] == f"In[{number}]:3:9: TypeError: bad"
    assert '    throw new TypeError("bad");\n          ^^^' in cell.error
    assert f"js    In[{number}]:5:1" in cell.error and f"js    In[{number}]:3:9 in boom" in cell.error
    assert linked(cell) == (number, 3)


def test_javascript_that_v8_refuses(kernel: Kernel) -> None:
    cell = kernel.run("%%js\nlet n = 1;\nlet m = = 2")
    number = cell.reply["execution_count"]
    assert cell.error.splitlines() == [
        f"In[{number}]:3:9: SyntaxError: Unexpected token '='",
        f"Cell In[{number}], line 3",
        "  let m = = 2",
        "          ^",
    ]
    cell = kernel.run("%%js\nlet n = 1; n +")  # the error is at the end of the cell
    assert f"In[{cell.reply['execution_count']}]:2:14: SyntaxError: Unexpected end of input" in cell.error


def test_python_cells_count_their_marker(kernel: Kernel) -> None:
    cell = kernel.run("%%py\ndef boom(): 1/0")
    defined = cell.reply["execution_count"]
    cell = kernel.run("%%py\nboom()")
    assert linked(cell) == (cell.reply["execution_count"], 2)
    cell = kernel.run("%%py\nboom(")
    assert linked(cell) == (cell.reply["execution_count"], 2)
    cell = kernel.run('((py.eval "boom"))')
    assert f"py    In[{defined}]:2 in boom" in cell.error


def test_files_are_named_in_full(kernel: Kernel) -> None:
    """So that JupyterLab links them; a place in the cell, which it can not link, is there for VS Code."""
    python, javascript = kernel.home / "half_lib.py", kernel.home / "bad_lib.mjs"
    python.write_text("def half(f):\n    return f(1) / 0\n")
    javascript.write_text("export function bad(x) {\n  throw new RangeError(`no ${x}`);\n}\n")
    kernel.run(f'(py.import "sys" :as sys) (.append sys.path "{kernel.home}")')
    for file, code, said in [
        (python, '(py.import "half_lib" :as lib)\n(lib.half (fn (x) x))', "ZeroDivisionError"),
        (javascript, '(js.import "./bad_lib.mjs" :as bad)\n(bad.bad 1)', "RangeError: no 1"),
    ]:
        cell = kernel.run(code)
        number = cell.reply["execution_count"]
        assert cell.error.startswith(f"In[{number}]:2:1: {said}")
        assert linked(cell) == (number, 2)
        assert [(m["path"], m["line"]) for m in LAB_PATH.finditer(cell.error) if m["line"]] == [
            (str(file), "2")
        ]


def test_one_error_message_and_idle_at_once(kernel: Kernel) -> None:
    for code in ("(throw (new Error))", "%%py\n1/0", "%%js\nnope", "(", "%%py\nf("):
        cell = kernel.run(code)
        assert len(cell.of("error")) == 1
        assert cell.reply["status"] == "error"
        assert cell.of("error")[0]["ename"] == cell.reply["ename"]
        assert [m["content"].get("execution_state") for m in cell.messages if m["msg_type"] == "status"] == [
            "busy",
            "idle",
        ]
