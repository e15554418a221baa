"""Bad input: one clear message that points at the source, the right exit code, no traceback of ours."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from running import polyrepl

# id, program, what standard error must contain, line by line
BAD = [
    ("unclosed", "(+ 1 (* 2 3)", ["<-e>:1:1: error:", "(+ 1 (* 2 3)", "^"]),
    ("stray-closer", "(+ 1 2))", ["<-e>:1:8: error:", "^"]),
    (
        "unknown-symbol",
        "(def length 3) (+ 1 lenght)",
        ["<-e>:1:21: error:", "lenght", "^^^^^^", "did you mean", "length"],
    ),
    (
        "python-exception",
        '(+ 1 (py.int "x"))',
        ["<-e>:1:6: ValueError: invalid", "^^^"],
    ),
    ("js-exception", '(JSON.parse "{")', ["<-e>:1:1: SyntaxError:", "^"]),
    ("js-type-error", "(do (null.x))", ["<-e>:1:"]),
    (
        "no-such-module",
        '(py.import "no_such_module_here" :as m)',
        ["ModuleNotFoundError", "no_such_module_here"],
    ),
    ("no-such-js-module", '(js.import "no-such-package-here" :as m)', ["no-such-package-here"]),
    (
        "python-recursion-in-a-macro",
        '(py.exec "class A:\\n  def __repr__(self): return repr(self)") '
        "(defmacro m [] (do (py.repr (py.A)) 1)) (m)",
        ["the macro m failed: RecursionError"],
    ),
    (
        "cyclic-form-of-a-macro",
        "(defmacro m [] (let [a [1]] (a.push a) a)) (m)",
        ["the macro m failed: RangeError: a macro returned more and more code"],
    ),
    ("throw-value", '(throw "plain")', ["plain"]),
]


@pytest.mark.parametrize(("program", "says"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_message_and_exit_code(program: str, says: list[str], tmp_path: Path) -> None:
    done = polyrepl("-e", program, cwd=tmp_path)
    assert done.code == 1
    assert done.out == ""
    for text in says:
        assert text in done.err
    assert "Traceback" not in done.err
    assert "polyrepl/" not in done.err
    assert ".mjs" not in done.err


def test_the_forms_before_an_error_have_run(tmp_path: Path) -> None:
    done = polyrepl(stdin='(+ 1 1)\n(py.int "x")\n(+ 2 2)\n', cwd=tmp_path)
    assert (done.code, done.out) == (1, "2\n")
    assert "<pipe>:2:1: ValueError" in done.err


def test_reader_error_stops_a_text_before_anything_runs(tmp_path: Path) -> None:
    done = polyrepl("-e", "(println 1) (+ 1", cwd=tmp_path)
    assert (done.code, done.out) == (1, "")


def test_invalid_utf8_on_stdin(tmp_path: Path) -> None:
    done = polyrepl(stdin=b'(+ 1 1)\n(println "\xff")\n', cwd=tmp_path)
    assert (done.code, done.out) == (1, "2\n")
    assert done.err.startswith("<pipe>:2: error: byte 0xff is not UTF-8")


@pytest.mark.parametrize("text", ["", "\n\n", "; nothing\n", "\ufeff", "#!/usr/bin/env polyrepl\n"])
def test_nothing_to_run_is_fine(text: str, tmp_path: Path) -> None:
    done = polyrepl(stdin=text, cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")
    file = tmp_path / "empty.lisp"
    file.write_text(text, encoding="utf-8")
    done = polyrepl(str(file), cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "", "")


def test_missing_file_is_usage(tmp_path: Path) -> None:
    done = polyrepl("nowhere.lisp", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (2, "", "polyrepl: nowhere.lisp does not exist\n")


def test_a_program_may_come_by_a_pipe(tmp_path: Path) -> None:
    """`polyrepl <(..)` and /dev/stdin: it stands in the working folder, standard input is its own."""
    (tmp_path / "beside.mjs").write_text("export const n = 1;")
    (tmp_path / "helper_mod.py").write_text("n = 2")
    (tmp_path / "own.lisp").write_text("(def m 3)")
    program = (
        '(js.import "./beside.mjs" :as b) (py.import "helper_mod" :as h) (import "./own.lisp" :as o) '
        "(println b.n h.n o.m *argv*) (throw (Error. (py.input)))"
    )
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_text, args=(program,))
    writer.start()
    done = polyrepl("pipe", "a", stdin="text\n", cwd=tmp_path)
    writer.join()
    assert (done.code, done.out) == (1, "1 2 3 ['a']\n")
    assert done.err.startswith("pipe:1:129: Error: text\n")
    done = polyrepl("/dev/stdin", stdin="(println 1) (foo)", cwd=tmp_path)
    assert (done.code, done.out, done.err.split(": ")[0]) == (1, "1\n", "/dev/stdin:1:14")


def test_unknown_option_is_usage(tmp_path: Path) -> None:
    done = polyrepl("--no-such-option", cwd=tmp_path)
    assert done.code == 2
    assert "--no-such-option" in done.err


@pytest.mark.parametrize("path", ["missing", "old"])
def test_unusable_node_gives_one_clear_line(path: str, tmp_path: Path) -> None:
    node = tmp_path / "node"
    if path == "old":
        # What a Node without our options does: refuse them, but tell its version when asked.
        refuses = '[ "$1" = --version ] && echo v20.1.0 && exit\necho bad option >&2; exit 9\n'
        node.write_text("#!/bin/sh\n" + refuses)
        node.chmod(0o755)
    done = polyrepl("-e", "1", cwd=tmp_path, POLYREPL_NODE=str(node))
    assert done.code == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert "POLYREPL_NODE" in done.err or "24" in done.err


NO_CLASS = 'a parent is a class, which NamedTuple and Generic[T] are not: (py.exec "class ..")'
CALLED = "the first item of (..) is what is called: (f x), as in (+ 1 2); data stand in [..]"


@pytest.mark.parametrize(
    ("program", "hint"),
    [
        ('(py.import "json" :as json) (json.load-s "1")', "did you mean loads?"),
        ("(1 + 2)", CALLED),
        ('print("hi")', CALLED),
        ("(nil 1)", CALLED),
        ('(.length "abc")', "a property is read by (.-length o), or o.length"),
        ("(def o {:m 2}) (.m o)", "if m is a property: (.-m o), or o.m, reads it"),
        ("(document.write 1)", "document is a browser's: the page of `polyrepl web` has it, Node has not"),
        ("(.get-time (new Date))", "methods keep the names of their language: get_time or getTime"),
        ('(.strip "a")', "a str of Python is a JavaScript string here: (trim s) or (py.str.strip s)"),
        ('(py.import "typing") (defclass P (extends typing.NamedTuple))', NO_CLASS),
        ('(py.import "typing") (defclass P (extends (. typing.List [py.int])))', NO_CLASS),
        ("(defclass P (extends 5))", NO_CLASS),
        ("(.append [1] 2)", "an array is no list of Python: (push! xs ..), or (py.list xs) makes one"),
        (
            "(.items {:a 1})",
            "an object is no dict of Python: (entries o), or (py.dict (entries o)) makes one",
        ),
    ],
)
def test_a_name_in_the_wrong_case_is_told(program: str, hint: str, tmp_path: Path) -> None:
    done = polyrepl("-e", program, cwd=tmp_path)
    assert done.code == 1
    assert done.err.endswith(f"  hint: {hint}\n")
