"""`error.stack`, as programs and libraries read it: the program's own frames, in its own lines."""

from __future__ import annotations

import re
from pathlib import Path

from running import polyrepl

PROGRAM = """\
(def shown (fn [e] (println e.stack)))
(defn f [] (py.int "x"))
(try (f) (catch Error e (shown e)))
(try (throw (Error. "of JavaScript")) (catch Error e (shown e)))
(defn my-fn? [] (throw (TypeError. "named")))
(try (mapv (fn [x] (my-fn?)) [1]) (catch Error e (shown e)))
(try (py.list (py.map (fn [x] (throw (Error. "through Python"))) [1])) (catch Error e (shown e)))
(defn ^:async go [] (await (delay 1)) (throw (Error. "late")))
(try (await (go)) (catch Error e (shown e)))
(try ((eval '(fn [] (throw (Error. "of eval"))))) (catch Error e (shown e)))
(load-file "beside.lisp")
(try (beside) (catch Error e (shown e)))
(defmacro boom [x] `(throw (Error. ~x)))
(try (boom "of a macro") (catch Error e (shown e)))
(js.import "./library.cjs" :default library)
(try (library.calls f) (catch Error e (shown e)))
(def marked {})
(Error.captureStackTrace marked)
(shown marked)
(console.log (Error. "logged"))
(await (js.Promise. (fn [ok] (setTimeout (fn [] (shown (Error. "of a timer")) (ok nil)) 1))))
(set! Error.prepareStackTrace (fn [e sites] (str "its own: " e.message)))
(shown (Error. "way"))
"""

SHOWN = """\
ValueError: invalid literal for int() with base 10: 'x'
    at f (program.lisp:2:12)
    at program.lisp:3:6
Error: of JavaScript
    at program.lisp:4:13
TypeError: named
    at my-fn? (program.lisp:5:24)
    at program.lisp:6:20
    at program.lisp:6:6
Error: through Python
    at program.lisp:7:38
    at program.lisp:7:6
Error: late
    at go (program.lisp:8:46)
    at async program.lisp:9:6
Error: of eval
    at eval:1:1
    at program.lisp:10:6
Error: of beside
    at beside (beside.lisp:1:24)
    at program.lisp:12:6
Error: of a macro
    at program.lisp:14:6
ValueError: invalid literal for int() with base 10: 'x'
    at f (program.lisp:2:12)
    at Object.calls (library.cjs:1:44)
    at program.lisp:16:6
Error
    at program.lisp:18:1
Error: logged
    at program.lisp:20:14
Error: of a timer
    at Timeout._onTimeout (program.lisp:21:56)
    at listOnTimeout (node:internal/timers)
    at process.processTimers (node:internal/timers)
its own: way
"""


def test_a_program_reads_its_own_frames(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(PROGRAM)
    (tmp_path / "beside.lisp").write_text('(defn beside [] (throw (Error. "of beside")))')
    (tmp_path / "library.cjs").write_text("exports.calls = function calls(f) { return f(); };")
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert re.sub(r"(node:[\w/]+):\d+:\d+", r"\1", done.out.replace(f"{tmp_path}/", "")) == SHOWN


def test_what_has_no_file_is_known_by_its_name(tmp_path: Path) -> None:
    code = '(println (.-stack (Error. "m")))'
    assert polyrepl("-e", code, cwd=tmp_path).out == "Error: m\n    at <-e>:1:19\n"
    assert polyrepl(stdin="\n" + code, cwd=tmp_path).out == "Error: m\n    at <pipe>:2:19\n"


def test_a_stack_that_was_read_or_written_anew_still_has_its_place(tmp_path: Path) -> None:
    """What is told of an error that nobody catches comes from all of its frames, whoever has read them."""
    program = """\
(defn f [] (py.int "x"))
(defn g [] (throw (Error. "m")))
(try (f)
  (catch Error e (set! e.stack (str "in: " e.stack)) (console.error e.stack) (setTimeout (fn [] (throw e)))))
(try (g) (catch Error e e.stack (set! e.message "another") (throw e)))
"""
    (tmp_path / "program.lisp").write_text(program)
    done = polyrepl("program.lisp", "--keep-going", cwd=tmp_path)
    lines = done.err.replace(f"{tmp_path}/", "").splitlines()
    assert lines[:3] == [
        "in: ValueError: invalid literal for int() with base 10: 'x'",
        "    at f (program.lisp:1:12)",
        "    at program.lisp:3:6",
    ]
    assert lines[3].startswith("program.lisp:2:19: Error: another")
    assert "  lisp  program.lisp:5:6" in lines, done.err
