"""Errors: one message, three languages in one traceback, places that front ends can go to."""

from __future__ import annotations

import re

import pytest
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


def test_stacks_that_a_cell_prints_have_its_places_alone(kernel: Kernel) -> None:
    for code, place in (("%%js\ntry { null.x } catch (e) { console.error(e) }", "2:12"),
                        ('(try (throw (Error. "a")) (catch e (js.console.error e)))', "1:13")):  # fmt: skip
        cell = kernel.run(code)
        name = f"In[{cell.reply['execution_count']}]"
        assert cell.text("stderr").splitlines()[1:] == [f"    at {name}:{place}"]


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
        "%matplotlib inline\n(+ 1 2)": "%matplotlib is IPython's: it works in a Python cell, below %%py, "
        "or in a cell of such lines alone",
        "; see\n(+ 1 2)\n!ls -l": "!ls is IPython's: it works in a Python cell, below %%py, "
        "or in a cell of such lines alone",
        "files = !ls": "what !ls gives is assigned in a Python cell, below %%py",
        "pip install x": "%pip install x, for the kernel's own Python",
        "%%timeit\necho (hi": "%%timeit is IPython's: it works in a Python cell, below %%py",
        "; twice\n%%py\nx = 1": "%%py stands alone on the very first line of its cell",
        "%%js 1+1": "%%js stands alone on the very first line of its cell",
        "(+ 1 %)": "for the remainder write (mod a b) or (rem a b)",
    }.items():
        cell = kernel.run(code)
        assert cell.error.splitlines()[-1] == f"  hint: {hint}"


THROUGH_JAVASCRIPT = {
    "js.boom_there()": ("JSError", "boom_there"),
    "await js.aboom_there()": ("JSError", "aboom_there"),
    "list(map(js.boom_there, [1]))": ("JSError", "boom_there"),
    "import asyncio\nasync def t(): js.boom_there()\nawait asyncio.gather(t())": ("JSError", "boom_there"),
    "import asyncio\nasync with asyncio.TaskGroup() as tasks: tasks.create_task(t())": (
        "ExceptionGroup",
        None,
    ),
    "try: js.boom_there()\nexcept Exception as e: raise ValueError('outer') from e": ("ValueError", None),
    "js.back_there(lambda: 1 / 0)": ("ZeroDivisionError", "back_there"),
    "js.nosuch_there": ("AttributeError", None),
    "js.boom_there.a.b": ("AttributeError", None),
}


@pytest.mark.parametrize("code", THROUGH_JAVASCRIPT)
def test_a_traceback_of_a_python_cell_has_frames_of_javascript_and_none_of_ours(
    kernel: Kernel, code: str
) -> None:
    """There were hundreds of lines of the bridge's, and none of the JavaScript that had failed."""
    there = kernel.run(
        "%%js\nfunction boom_there() { null.x }\nasync function aboom_there() { await null; null.y }\n"
        "function back_there(f) { return f() }"
    ).reply["execution_count"]
    kernel.run("%%py\nimport asyncio\nasync def t(): js.boom_there()")
    name, function = THROUGH_JAVASCRIPT[code]
    cell = kernel.run(f"%%py\n{code}")
    assert cell.reply["ename"] == name and f"In[{cell.reply['execution_count']}]" in cell.error
    kept = f"get_ipython().history_manager.exceptions[{cell.reply['execution_count']}]"
    told = str(kernel.run(f"%%py\nprint({kept})").text())
    assert name in told
    for ours in ("/bridge/", "/kernel/", "/repl/session/"):
        assert ours not in cell.error and ours not in told
    if function is not None:
        assert re.search(rf"  js    In\[{there}\]:\d:\d+ in {function}\n", cell.error)


def test_a_javascript_error_that_python_shows_has_its_places_alone(kernel: Kernel) -> None:
    there = kernel.run("%%js\nfunction made_there() { return {e: new Error('q')} }").reply["execution_count"]
    shown = kernel.run("%%py\nprint(js.made_there())").text()
    # Whether the brace stands on a line of its own depends on how much stood there before.
    assert shown.replace("\n}", "}") == f"{{'e': Error: q\n    at made_there (In[{there}]:2:36)}}\n"


LEFT_OUT = {
    "a Python cell begins with %%py, alone on its first line": [
        *["amount = 5", "import numpy as np", "def add(x): return x", "for i in range(3): print(i)"],
        *["# a comment\namount = 1", "class A: pass", "print('hi')\namount = 3", "amounts = [1, 2]"],
    ],
    "a JavaScript cell begins with %%js, alone on its first line": [
        *["const some = 1;", "let some = 3", "function f(x) { return x }", "console.log(1)", "some => some"],
        *["class A {}", "import fs from 'fs'", "// a comment"],
    ],
    "a Python cell begins with %%py, a JavaScript cell with %%js, alone on its first line": [
        *["print(1)", "some.thing(3)", "await some(1)"],
    ],
}


@pytest.mark.parametrize("hint", LEFT_OUT)
def test_a_cell_without_its_marker_says_which_one_it_wants(kernel: Kernel, hint: str) -> None:
    for code in LEFT_OUT[hint]:
        assert kernel.run(code).error.splitlines()[-1] == f"  hint: {hint}", code


def test_a_cell_of_lisp_that_fails_lacks_no_marker(kernel: Kernel) -> None:
    for code in (
        "(nosuch)",
        "(nosuch (map))",
        "nosuch",
        "nosuch (map)",
        "nosuch.y",
        "(fn",
        "(let [no => 3] 1)",
    ):
        assert "cell begins" not in kernel.run(code).error, code


def test_a_python_cell_names_the_package_that_is_missing(kernel: Kernel) -> None:
    cell = kernel.run("%%py\nimport nosuch_package")
    assert cell.error.splitlines()[-1] == "hint: %pip install nosuch_package"


def test_a_warning_from_lisp_names_no_file_of_ours(kernel: Kernel) -> None:
    cell = kernel.run('(py.import "warnings" :as warning) (warning.warn "careful")')
    assert cell.text("stderr") == "UserWarning: careful\n"
    assert "UserWarning: mine" in kernel.run("%%py\nimport warnings; warnings.warn('mine')").text("stderr")


def test_javascript_cells(kernel: Kernel) -> None:
    cell = kernel.run('%%js\nfunction boom() {\n  throw new TypeError("bad");\n}\nboom()')
    number = cell.reply["execution_count"]
    assert cell.reply["ename"] == "TypeError"
    assert cell.error.splitlines()[0] == f"In[{number}]:3:9: TypeError: bad"
    assert '    throw new TypeError("bad");\n          ^^^' in cell.error
    assert f"js    In[{number}]:5:1" in cell.error and f"js    In[{number}]:3:9 in boom" in cell.error
    assert linked(cell) == (number, 3)


def test_places_in_javascript_cells(kernel: Kernel) -> None:
    for code, place, line, caret in [
        ("%%js\nfoo()", "2:1", "foo()", "^^^"),
        ("%%js\nlet a = missing + 1", "2:9", "let a = missing + 1", "        ^^^^^^^"),
        ("%%js\n\n  foo()", "3:3", "  foo()", "  ^^^"),
        (
            "%%js\n// one\nconst [a] = [1], b = missing",
            "3:22",
            "const [a] = [1], b = missing",
            " " * 21 + "^" * 7,
        ),
        ('%%js\n"use strict"\nfoo()', "3:1", "foo()", "^^^"),
        ('%%js\n"use strict"; foo()', "2:15", '"use strict"; foo()', " " * 14 + "^^^"),
        ("%%js\nfunction f() {} foo()", "2:17", "function f() {} foo()", " " * 16 + "^^^"),
        ("%%js\nlet s = `😀${missing}`", "2:13", "let s = `😀${missing}`", " " * 13 + "^" * 7),
        ("%%js\nline = 1\r\nfoo()", "3:1", "foo()", "^^^"),
        (
            "%%js\nimport fs from 'node:fs'; missing",
            "2:27",
            "import fs from 'node:fs'; missing",
            " " * 26 + "^" * 7,
        ),
        ("%%js\nx = 'missing' + 1 + missing", "2:21", "x = 'missing' + 1 + missing", " " * 20 + "^" * 7),
        ("%%js\nlet o = { a: 1, missing }", "2:17", "let o = { a: 1, missing }", " " * 16 + "^" * 7),
        ("%%js\n{a: missing}", "2:5", "{a: missing}", "    ^^^^^^^"),
        ("%%js\nclass A extends missing {}", "2:17", "class A extends missing {}", " " * 16 + "^" * 7),
        ("%%js\n'use strict'; set = 1; set", "2:15", "'use strict'; set = 1; set", " " * 14 + "^" * 3),
        ("%%js\nexport const e = missing", "2:18", "export const e = missing", " " * 17 + "^" * 7),
    ]:
        cell = kernel.run(code)
        said = cell.error.splitlines()
        assert said[0].startswith(f"In[{cell.reply['execution_count']}]:{place}: ReferenceError: "), code
        assert f"  {line}" in said and f"  {caret}" in said, (code, said)


def test_javascript_that_is_hard_to_read(kernel: Kernel) -> None:
    for code, result in [
        ("if (true) /\"/.test('a\"'); 5", "5"),
        ("if (true) /\"/.test('a\"'); const kept = 3", None),
        ("kept", "3"),
        ("for (var seen of [1, 2]); if (1) { var among = 4 }", None),
        ("seen + among", "6"),
        ("/`/.test('`')", "true"),
        ('"use strict"; const strict = (function () { return this === undefined })(); strict', "true"),
        ("strict", "true"),
        ("using held = { [Symbol.dispose]() { globalThis.freed = 1 } }; 3", "3"),
        ("const data = (await import('node:path')).posix.sep; data", '"/"'),
    ]:
        cell = kernel.run(f"%%js\n{code}")
        assert (cell.reply["status"], cell.result) == ("ok", result), code


def test_the_default_export_of_a_commonjs_module(kernel: Kernel) -> None:
    (kernel.home / "node_modules" / "old").mkdir(parents=True)
    (kernel.home / "node_modules" / "old" / "index.js").write_text("exports.a = 1; exports.b = 2")
    assert kernel.run('%%js\nimport old, {a} from "old"\n;[old.b, a]').result == "[2 1]"


def test_import_attributes(kernel: Kernel) -> None:
    (kernel.home / "numbers.json").write_text("[1, 2]")
    assert kernel.run('%%js\nimport n from "./numbers.json" with { type: "json" }\nn[1]').result == "2"


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


GROUPS = {
    "raise ExceptionGroup('both', [ValueError('a'), KeyError('b')])": ("ExceptionGroup", "ValueError: a"),
    "async def bad(): raise KeyError('k')\nimport asyncio\n"
    "async with asyncio.TaskGroup() as tasks: tasks.create_task(bad())": ("ExceptionGroup", "KeyError: 'k'"),
    "try: raise ExceptionGroup('g', [OSError('o')])\nfinally: 1 / 0": ("ZeroDivisionError", "OSError: o"),
}


@pytest.mark.parametrize("code", GROUPS)
def test_a_group_of_exceptions_is_an_error_like_any_other(kernel: Kernel, code: str) -> None:
    name, inner = GROUPS[code]
    cell = kernel.run(f"%%py\n{code}")
    (told,) = cell.of("error")
    for content in (told, cell.reply):
        assert content["ename"] == name
        said = "\n".join(content["traceback"])
        assert inner in said and f'File "In[{cell.reply["execution_count"]}]", line ' in said
    assert cell.text("stderr") == "" and "interactiveshell.py" not in cell.error


@pytest.mark.parametrize(
    "body", ["raise ValueError", "raise KeyboardInterrupt", "raise SystemExit", "return 5"]
)
@pytest.mark.parametrize("way", ["raise E", "try: raise E\nexcept E as e: raise ValueError(7) from e"])
def test_an_exception_without_a_text_in_a_python_cell(kernel: Kernel, body: str, way: str) -> None:
    """A `__str__` that raises SystemExit ended the kernel, KeyboardInterrupt took the exception's place."""
    kernel.run("(def still 5)")
    cell = kernel.run(f"%%py\nclass E(Exception):\n  def __str__(self): {body}\n{way}")
    name = "E" if way == "raise E" else "ValueError"
    assert cell.reply["status"] == "error" and cell.reply["ename"] == name
    raised = {"return 5": "TypeError"}.get(body, body.removeprefix("raise "))
    assert f"E: <{raised} in __str__>" in cell.error and name in cell.of("error")[0]["ename"]
    assert kernel.run("still").result == "5"


SHOWN_BY = {"Lisp": "(py.{})", "JavaScript": "%%js\npy.{}()", "Python": "%%py\n{}()"}


@pytest.mark.parametrize("language", SHOWN_BY)
def test_a_value_that_does_not_let_itself_be_shown_fails_no_cell(kernel: Kernel, language: str) -> None:
    """A `__repr__` that raises SystemExit ended the kernel; after a Python cell whose value's raises stood an
    error and no value, with a reply that all was well."""
    kernel.run(
        "%%py\nclass Quits:\n  def __repr__(self): raise SystemExit(3)\n"
        "class Shy:\n  def _repr_html_(self): raise SystemExit(3)\n  def __repr__(self): return 'shy'\n"
        "class Shows:\n  def _ipython_display_(self): raise SystemExit(3)\n"
        "class Odd:\n  def __repr__(self): 1 / 0\n  def _repr_html_(self): return '<i>odd</i>'\n"
        "class Own:\n  def _ipython_display_(self): print('own')\n  def __repr__(self): 1 / 0"
    )

    def run(name: str) -> Cell:
        cell = kernel.run(SHOWN_BY[language].format(name))
        assert cell.reply["status"] == "ok" and cell.of("error") == []
        return cell

    assert run("Quits").result == "#<Quits: its repr raised SystemExit: 3>"
    assert run("Shy").result == "shy"
    assert "Shows object" in str(run("Shows").result)
    odd = run("Odd")
    assert odd.result == "#<Odd: its repr raised ZeroDivisionError: division by zero>"
    assert odd.data["text/html"] == "<i>odd</i>" and "__repr__" in odd.text("stderr")
    own = run("Own")
    assert own.of("execute_result") == [] and own.text() == "own\n"
    shown = kernel.run("%%py\ndisplay(Odd())" if language == "Python" else "(display (py.Odd))")
    assert shown.of("display_data")[0]["data"].keys() == odd.data.keys()
    assert kernel.run("(+ 1 2)").result == "3"
