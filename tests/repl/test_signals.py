"""Signals that programs listen to, in JavaScript and in Python, and what they do where nobody listens."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest
from running import COMMAND, MARKER, Child, assert_nothing_left, environment
from screen import Screen

WAIT = "(await (new Promise (fn [ok] (setTimeout ok 60000))))"
INT, TERM = signal.SIGINT, signal.SIGTERM
SIGNAL_EXIT = """
// What npm's signal-exit does: clean up, then end as without a listener, if nobody else listens.
const listener = () => {
  if (process.listeners("SIGINT").length !== 1) return;
  process.removeListener("SIGINT", listener);
  console.log("cleaned up");
  process.kill(process.pid, "SIGINT");
};
process.on("SIGINT", listener);
"""
ENDING = "(def done nil) (def ended (new Promise (fn [ok] (setTimeout ok 60000) (set! done ok))))"
PYTHON = '(py.import "signal" :as signal)'


def ends(tmp_path: Path, arguments: list[str], *signals: tuple[str, int]) -> tuple[int, str, str]:
    """Run to the end; a signal is sent when a line with its text has come. Returns code, output, errors."""
    env = environment(tmp_path)
    with Child(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        cwd=tmp_path,
    ) as child:
        assert child.stdout is not None
        read = ""
        for after, number in signals:
            while after not in read:
                line = child.stdout.readline()
                assert line, read
                read += line
            child.send_signal(number)
        out, err = child.communicate(timeout=60)
    assert_nothing_left(env[MARKER])
    return child.returncode, read + out, err


@pytest.mark.parametrize("number", [INT, TERM, signal.SIGHUP, signal.SIGUSR2])
def test_a_listener_is_called(tmp_path: Path, number: signal.Signals) -> None:
    name = number.name
    text = f'(process.on "{name}" (fn [name n] (println name n) (process.exit 3))) (println "up") {WAIT}'
    (tmp_path / "p.lisp").write_text(text)
    for arguments in (["p.lisp"], ["-e", f"(do {text})"]):
        assert ends(tmp_path, arguments, ("up", number)) == (3, f"up\n{name} {int(number)}\n", "")


FORKS = """
(py.import multiprocessing :as mp) (py.import os) (py.import signal)
(py.exec "import os, signal, time
def handler(number, frame): print('Python', flush=True)
def twice(): os.kill(os.getpid(), signal.SIGUSR1); os.kill(os.getpid(), signal.SIGUSR1)
def sleep(up): os.write(up, b'1'); time.sleep(60)")
(def [heard up] (os.pipe))
(def context (mp.get_context "fork"))
(process.on "SIGTERM" (fn [] (println "TERM")))
(def child (context.Process :target (py.eval "sleep") :args [up]))
(child.start) (os.read heard 1) (child.terminate) (child.join) (println child.exitcode)
(process.on "SIGUSR1" (fn [] (println "USR1")))
(signal.signal signal.SIGUSR1 (py.eval "handler"))
(def child (context.Process :target (py.eval "twice")))
(child.start) (child.join) (println child.exitcode)
(await (new Promise (fn [ok] (setTimeout ok 100))))
(process.exit 3)
"""


def test_signals_of_a_forked_child_are_its_own(tmp_path: Path) -> None:
    """One that ends it does, and a listener does not hear of what its parent was not sent."""
    (tmp_path / "p.lisp").write_text(FORKS)
    assert ends(tmp_path, ["p.lisp"]) == (3, "-15\nPython\nPython\n0\n", "")


CASES = {
    "a server that is closed": (
        '(import "http" :as http) (def s (http.createServer (fn [q r] (.end r))))'
        '(process.on "SIGINT" (fn [] (s.close (fn [] (println "closed")))))'
        '(s.listen 0 "127.0.0.1" (fn [] (println "up")))',
        [("up", INT)],
        (0, "up\nclosed\n", ""),
    ),
    "one that goes on": (
        '(def n 0) (defn got [] (set! n (inc n)) (println "got" n) (when (= n 2) (process.exit 9)))'
        '(process.on "SIGINT" got)'
        f'(println "up") {WAIT}',
        [("up", INT), ("got 1", INT)],
        (9, "up\ngot 1\ngot 2\n", ""),
    ),
    "once": (
        f'(process.once "SIGINT" (fn [] (println "one"))) (println "up") {WAIT}',
        [("up", INT), ("one", INT)],
        (-INT, "up\none\n", "Interrupted\n"),
    ),
    "taken back": (
        '(defn f [] (println "never")) (process.on "SIGINT" f) (process.removeListener "SIGINT" f)'
        f'(println "up") {WAIT}',
        [("up", INT)],
        (-INT, "up\n", "Interrupted\n"),
    ),
    "another signal's, taken back": (
        '(defn f [] (println "never")) (process.on "SIGTERM" f) (process.off "SIGTERM" f)'
        f'(println "up") {WAIT}',
        [("up", TERM)],
        (-TERM, "up\n", ""),
    ),
    "Python's": (
        f'{PYTHON} {ENDING} (signal.signal signal.SIGINT (fn [n frame] (println "py" n) (done)))'
        '(println "up") (await ended) (process.exit 4)',
        [("up", INT)],
        (4, "up\npy 2\n", ""),
    ),
    "both languages'": (
        "(def heard []) (defn hears [who] (.push heard who) (when (= (count heard) 2)"
        "  (println (.sort heard)) (done)))"
        f'{PYTHON} {ENDING} (process.on "SIGINT" (fn [] (hears "js")))'
        f'(signal.signal signal.SIGINT (fn [n frame] (hears "py"))) (println "up")'
        "(await ended) (process.exit 4)",
        [("up", INT)],
        (4, "up\n[js py]\n", ""),
    ),
    "behind Python that sleeps": (
        '(py.import "time" :as time) (process.on "SIGINT" (fn [] (println "js") (process.exit 4)))'
        '(println "up") (time.sleep 0.5) (println "after")',
        [("up", INT)],
        (4, "up\nafter\njs\n", ""),
    ),
    "another signal's, behind Python that sleeps": (
        '(py.import "time" :as time) (process.on "SIGTERM" (fn [] (println "js") (process.exit 4)))'
        '(println "up") (time.sleep 0.5) (println "after")',
        [("up", TERM)],
        (4, "up\nafter\njs\n", ""),
    ),
    "one that throws": (
        '(process.on "SIGINT" (fn [] (println "js") (throw (error "no"))))'
        '(await (new Promise (fn [ok] (setTimeout (fn [] (process.on "SIGTERM" ok) (println "up")) 1))))',
        [("up", INT), ("js", TERM)],
        (1, "up\njs\n", None),
    ),
    "a library's, which ends the process": (
        f'(js.require "./exit.cjs") (println "up") {WAIT}',
        [("up", INT)],
        (-INT, "up\ncleaned up\n", "Interrupted\n"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_graceful_ends(tmp_path: Path, case: str) -> None:
    text, signals, expected = CASES[case]
    (tmp_path / "exit.cjs").write_text(SIGNAL_EXIT)
    (tmp_path / "p.lisp").write_text(text)
    code, out, err = ends(tmp_path, ["p.lisp"], *signals)
    assert (code, out) == expected[:2], err
    assert expected[2] is None or err == expected[2]


def test_a_second_one_stops_what_does_not_listen(tmp_path: Path) -> None:
    """A loop of JavaScript's never comes to its listeners. Two that come as one are one, hence as many as it
    takes."""
    text = '(process.on "SIGINT" (fn [] nil)) (println "up") (while true)'
    (tmp_path / "p.lisp").write_text(text)
    env = environment(tmp_path)
    with Child([*COMMAND, "p.lisp"], stdout=subprocess.PIPE, text=True, env=env, cwd=tmp_path) as child:
        assert child.stdout is not None and child.stdout.readline() == "up\n"
        child.send_signal(INT)
        while child.poll() is None:
            try:
                child.wait(0.5)
            except subprocess.TimeoutExpired:
                child.send_signal(INT)
    assert child.returncode == -INT
    assert_nothing_left(env[MARKER])


def test_at_the_prompt_what_runs_is_stopped_too(tmp_path: Path) -> None:
    (tmp_path / "exit.cjs").write_text(SIGNAL_EXIT)
    with Screen(tmp_path) as screen:
        screen.ready()
        screen.submit('(def kept 42) (do (process.once "SIGINT" (fn [] (println "told"))) nil)')
        screen.ready()
        screen.submit('(do (println "up") (while true))')
        screen.line("up")
        screen.key("C-c")
        screen.line("told")
        screen.matches(r"^(\^C)?Interrupted")
        screen.ready()
        screen.submit('(do (js.require "./exit.cjs") nil)')
        screen.ready()
        screen.submit('(do (println "off") (await (new Promise (fn [ok] nil))))')
        screen.line("off")
        screen.key("C-c")
        screen.matches(r"^(\^C)?cleaned up")
        screen.ready()
        screen.submit("kept")
        screen.result("42")
        screen.submit('(do (println "again") (await (new Promise (fn [ok] nil))))')
        screen.line("again")
        screen.key("C-c")
        screen.ready()
        screen.submit("(inc kept)")
        screen.result("43")
