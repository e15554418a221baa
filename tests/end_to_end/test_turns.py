"""The forms of a file or of `-e` run in one turn of both event loops, as the statements of a module do."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from running import COMMAND, TIMEOUT, Child, environment, polyrepl

LATER = """
(js.import "node:fs" :as fs)
(def log [])
(def q (.then (Promise.resolve 1) (fn [x] (.push log "microtask"))))
(process.nextTick (fn [] (.push log "tick")))
(setTimeout (fn [] (.push log "timer")) 0)
(setImmediate (fn [] (.push log "immediate")))
(.readFile fs "program.lisp" (fn [e text] (.push log "file")))
(py.exec "
import asyncio
async def step():
    log.append('task')
    await asyncio.sleep(0)
    log.append('task again')
log = []
loop = asyncio.get_running_loop()
task = loop.create_task(step())
loop.call_soon(log.append, 'soon')
")
(def until (+ (Date.now) 50))
(while (< (Date.now) until) nil)
(defmacro twice [x] `(do ~x ~x))
(twice (.push log "form"))
(def seen [(.slice log) (py.eval "list(log)")])
"""


def run(folder: Path, program: str, *options: str, within: float = TIMEOUT) -> str:
    (folder / "program.lisp").write_text(program)
    done = polyrepl(*options, "program.lisp", cwd=folder, within=within)
    assert (done.code, done.err) == (0, "")
    return done.out


@pytest.mark.parametrize("options", [(), ("--keep-going",)])
def test_nothing_happens_between_two_forms(options: tuple[str, ...], tmp_path: Path) -> None:
    rest = '(while (or (< (count log) 7) (< (py.len (py.eval "log")) 3)) (await (sleep 1)))'
    program = f'{LATER}\n(println seen)\n{rest}\n(println (count log) (py.eval "log"))'
    lines = run(tmp_path, program, *options).splitlines()
    assert lines[0] == "[[form form] #py []]"
    assert lines[1] == "7 ['task', 'soon', 'task again']"


def test_a_promise_that_the_next_form_catches(tmp_path: Path) -> None:
    out = run(
        tmp_path, '(def p (Promise.reject (error "x")))\n(.catch p (fn [e] (println "caught" e.message)))'
    )
    assert out == "caught x\n"


def test_a_listener_that_the_next_form_adds(tmp_path: Path) -> None:
    out = run(
        tmp_path,
        """
        (js.import "node:http" :as http)
        (def server (http.createServer (fn [request answer] (.end answer "hi"))))
        (def listening (.listen server 0 "127.0.0.1"))
        (await (new Promise (fn [ready] (.once server "listening" ready))))
        (def answer (await (fetch f"http://127.0.0.1:{(:port (.address server))}")))
        (println (await (.text answer)))
        (.close server)
        """,
    )
    assert out == "hi\n"


@pytest.mark.parametrize(
    "awaiting",
    [
        "(await (sleep 5))",
        "(sleep 5)",
        "(let [x (await (sleep 5))] x)",
        "(def x (await (sleep 5)))",
        "(main)",
    ],
)
def test_a_form_that_awaits_ends_the_turn(awaiting: str, tmp_path: Path) -> None:
    out = run(
        tmp_path,
        f"""
        (def log [])
        (defn main [] (await (sleep 5)) 1)
        (setTimeout (fn [] (.push log 1)) 0)
        (def before (.slice log))
        {awaiting}
        (println before log)
        (setTimeout (fn [] (.push log 2)) 0)
        (def until (+ (Date.now) 20))
        (while (< (Date.now) until) nil)
        (println log)
        """,
    )
    assert out == "[] [1]\n[1]\n"


def test_one_text_of_e_is_one_turn_and_a_pipe_is_as_the_prompt(tmp_path: Path) -> None:
    forms = ["(def log [])", "(def q (.then (Promise.resolve) (fn [] (.push log 1))))", "(println log)"]
    assert polyrepl("-e", " ".join(forms), cwd=tmp_path).out.splitlines()[-1] == "[]"
    assert polyrepl(stdin="\n".join(forms), cwd=tmp_path).out.splitlines()[-1] == "[1]"


def test_errors_and_exits_within_a_turn(tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(
        "(println 1)\n(.foo nil)\n(println 2)\n(undefined-name)\n(println 3) (exit 4)"
    )
    done = polyrepl("program.lisp", cwd=tmp_path)
    assert (done.code, done.out) == (1, "1\n")
    assert "program.lisp:2:" in done.err
    done = polyrepl("--keep-going", "program.lisp", cwd=tmp_path)
    assert (done.code, done.out) == (4, "1\n2\n3\n")
    assert "program.lisp:2:" in done.err and "program.lisp:4:" in done.err


def test_output_and_values_stay_in_order(tmp_path: Path) -> None:
    text = "\n".join(f'(println "out {n}") {n} (py.print "py" {n})' for n in range(50))
    out = polyrepl("-e", text, cwd=tmp_path).out
    assert out == "".join(f"out {n}\n{n}\npy {n}\n" for n in range(50))


@pytest.mark.timeout(300)  # it compiles ten thousand forms, also where the machine is busy
def test_ten_thousand_forms_are_no_deeper_than_one(tmp_path: Path) -> None:
    depth = "(py.eval \"len(__import__('inspect').stack(0))\")"
    forms = "\n".join("(set! n (inc n))" for _ in range(10_000))
    out = run(
        tmp_path, f"(def n 0)\n(def before {depth})\n{forms}\n(println n (- {depth} before))", within=280
    )
    count, deeper = map(int, out.split())
    # A call is served in one of a few ways, some by a few frames longer; a frame in a hundred forms is more.
    assert count == 10_000 and abs(deeper) < 30


@pytest.mark.parametrize("loop", ["(while true nil)", "(spin)", "(await (new Promise (fn [r] nil)))"])
def test_an_interrupt_ends_the_turn(loop: str, tmp_path: Path) -> None:
    (tmp_path / "program.lisp").write_text(
        f"""(def spin (js.eval "() => {{ for (;;); }}"))
        (def q (.then (Promise.resolve) (fn [] (println "later"))))
        (println "running")
        {loop}
        (println "never")"""
    )
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [*COMMAND, "program.lisp"]
    with Child(command, cwd=tmp_path, env=environment(tmp_path), text=True, **streams) as child:  # type: ignore[call-overload]
        assert child.stdout.readline() == "running\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert out in ("", "later\n")
    assert "Interrupted" in err and "restarted" not in err
