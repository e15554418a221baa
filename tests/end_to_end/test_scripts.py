"""Files, arguments, exit codes, output order, pipes that trickle."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest
from running import COMMAND, MARKER, Child, assert_nothing_left, environment, polyrepl


def test_file_with_arguments_prints_only_what_it_prints(tmp_path: Path) -> None:
    file = tmp_path / "program.lisp"
    file.write_text('(defn hello (name) (println f"hello {name}"))\n(hello (first *argv*))\n42\n')
    done = polyrepl(str(file), "you", "--flag", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "hello you\n", "")


def test_js_import_resolves_beside_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "lib.mjs").write_text("export const twice = (x) => 2 * x;\n")
    (folder / "main.lisp").write_text('(js.import "./lib.mjs" :refer [twice])\n(println (twice 21))\n')
    done = polyrepl("app/main.lisp", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "42\n", "")


def test_several_eval_options_share_a_session(tmp_path: Path) -> None:
    done = polyrepl("-e", "(def x 20)", "-e", "(+ x 1)", cwd=tmp_path)
    assert (done.code, done.out) == (0, "21\n")


@pytest.mark.parametrize(("program", "code"), [("(exit 3)", 3), ("(exit)", 0), ("(py.exit 4)", 4)])
def test_exit(program: str, code: int, tmp_path: Path) -> None:
    done = polyrepl("-e", f"(println 1) {program} (println 2)", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (code, "1\n", "")


def test_definitions_and_nil_print_nothing(tmp_path: Path) -> None:
    done = polyrepl(stdin="(def x 1)\n(defn f () 2)\nnil\n(f)\n", cwd=tmp_path)
    assert (done.code, done.out) == (0, "2\n")


def test_output_of_both_languages_keeps_its_order(tmp_path: Path) -> None:
    program = '(do (println 1) (py.print 2) (console.log 3) (py.exec "print(4)") (println 5))'
    done = polyrepl("-e", program, cwd=tmp_path)
    assert (done.code, done.out) == (0, "1\n2\n3\n4\n5\n")


def test_errors_go_to_stderr(tmp_path: Path) -> None:
    done = polyrepl("-e", '(console.error "bad") (println "good")', cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "good\n", "bad\n")


def test_forms_of_a_pipe_run_as_they_arrive(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with Child(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env) as child:
        assert child.stdin is not None and child.stdout is not None
        for text, shown in [("(+ 1 2)\n", b"3\n"), ("(* 2\n", None), ("5)\n", b"10\n")]:
            child.stdin.write(text.encode())
            child.stdin.flush()
            if shown is not None:
                assert child.stdout.readline() == shown
        child.stdin.close()
        assert child.wait(30) == 0
    assert_nothing_left(env[MARKER])


def test_ctrl_c_ends_a_pipe(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with Child(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as child:
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        child.stdin.write(b'(println "go") (while true nil)\n')
        child.stdin.flush()
        assert child.stdout.readline() == b"go\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == -signal.SIGINT
        assert b"Interrupted" in child.stderr.read()
    assert_nothing_left(env[MARKER])


LATER = """(js.import "node:http" :as http)
(def server (http.createServer (fn [req res] (.end res "hello"))))
(.listen server 0 "127.0.0.1" (fn []
  (.then (fetch f"http://127.0.0.1:{(. (.address server) port)}") (fn [_]
    (println "fetched")
    (.close server)))))
(.then (py.async (py.eval "lambda x: x * 2") 21) println)
(setTimeout (fn [] (println "timer")) 50)
"""


def test_a_program_ends_when_its_last_work_is_done(tmp_path: Path) -> None:
    (tmp_path / "later.lisp").write_text(LATER)
    for arguments, text in ((("later.lisp",), ""), ((), f"(do {LATER} nil)")):
        done = polyrepl(*arguments, stdin=text, cwd=tmp_path)
        assert (done.code, sorted(done.out.split()), done.err) == (0, ["42", "fetched", "timer"], "")


def test_what_throws_after_the_last_form_is_an_error(tmp_path: Path) -> None:
    done = polyrepl("-e", '(do (setTimeout (fn [] (throw (new Error "late"))) 1) nil)', cwd=tmp_path)
    assert done.code == 1
    assert "<-e>:1:31: Error: late" in done.err


def test_ctrl_c_ends_the_wait_for_the_last_work(tmp_path: Path) -> None:
    env = environment(tmp_path)
    program = '(do (setInterval (fn [] (println "tick")) 5) nil)'
    with Child([*COMMAND, "-e", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"tick\n"
        child.send_signal(signal.SIGINT)
        _, complaint = child.communicate(timeout=30)
        assert (child.returncode, complaint) == (-signal.SIGINT, b"Interrupted\n")
    assert_nothing_left(env[MARKER])


def test_broken_pipe_is_quiet(tmp_path: Path) -> None:
    env = environment(tmp_path)
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        program = "(dotimes [i 100000] (println i))"
        done = subprocess.run(
            [*COMMAND, "-e", program], stdout=closed, stderr=subprocess.PIPE, env=env, timeout=60, check=False
        )
    assert done.stderr == b""
    assert_nothing_left(env[MARKER])


def test_version_and_help(tmp_path: Path) -> None:
    done = polyrepl("--version", cwd=tmp_path)
    assert done.code == 0
    assert done.out.startswith("polyrepl ") and "Node v" in done.out
    done = polyrepl("--help", cwd=tmp_path)
    assert done.code == 0
    assert "polyrepl FILE" in done.out
