"""Programs of several Lisp files, and programs that ask the compiler while they run."""

from __future__ import annotations

from pathlib import Path

from running import polyrepl

LIB = """(defn helper [x] (list 'str x "!"))
(defmacro shout [x] (helper x))
(defn boom [x]
  (throw (new Error "bad")))
(def answer 42)
"""


def test_a_file_imports_another_from_beside_itself(tmp_path: Path) -> None:
    (tmp_path / "app/parts").mkdir(parents=True)
    (tmp_path / "app/parts/lib.lisp").write_text(LIB)
    (tmp_path / "app/parts/middle.lisp").write_text(
        '(import "./lib.lisp" :as lib)\n(def twice (* 2 lib.answer))\n'
    )
    (tmp_path / "app/main.lisp").write_text(
        '(import "./parts/lib.lisp" :as lib :refer [shout])\n'
        '(import "./parts/middle.lisp" :refer [twice])\n'
        '(println lib.answer twice (shout "a"))\n'
    )
    done = polyrepl("app/main.lisp", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "42 84 a!\n", "")


def test_a_stack_names_the_file_that_was_imported(tmp_path: Path) -> None:
    (tmp_path / "lib.lisp").write_text(LIB)
    done = polyrepl("-e", '(import "./lib.lisp" :as lib)', "-e", "(lib.boom 1)", cwd=tmp_path)
    assert done.code == 1
    assert f"{tmp_path.resolve()}/lib.lisp:4:10: Error: bad" in done.err
    assert '(throw (new Error "bad"))' in done.err


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = polyrepl("-e", '(import "./nope.lisp")', cwd=tmp_path)
    assert done.code == 1
    assert done.err.startswith("<-e>:1:9: error: cannot read ./nope.lisp: No such file or directory\n")


def test_programs_ask_the_compiler(tmp_path: Path) -> None:
    program = """(def x 20)
(eval '(+ x 1))
(eval (read-string "(do (defn made [n] (* n x)) (made 2))"))
(made 3)
(macroexpand '(when a b))
(eval '(await (Promise.resolve 5)))
"""
    done = polyrepl(stdin=program.replace("(made 3)", "(eval '(made 3))"), cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "21\n40\n60\n(if a b)\n5\n", "")


def test_an_error_of_eval_is_an_error_of_the_form(tmp_path: Path) -> None:
    done = polyrepl("-e", "(eval '(foo 1))", cwd=tmp_path)
    assert done.code == 1
    assert "unbound symbol foo" in done.err and "<-e>:1:1" in done.err and "Traceback" not in done.err


def test_what_has_no_stack_shows_its_form(tmp_path: Path) -> None:
    done = polyrepl(stdin='(def x 1)\n(throw "x")\n', cwd=tmp_path)
    assert (done.code, done.err) == (1, '<pipe>:2:1: Thrown: "x"\n  (throw "x")\n  ^^^^^^^^^^^\n')
