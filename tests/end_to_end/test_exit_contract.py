"""Exit codes and messages where output, descriptors or folders are not as usual."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from polyrepl.repl import cli
from running import COMMAND, MARKER, TIMEOUT, Child, environment, node_of, polyrepl


def shell(tmp_path: Path, program: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `"$@"` is polyrepl."""
    return subprocess.run(
        ["bash", "-c", program, "bash", *COMMAND],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        cwd=tmp_path,
        env=environment(tmp_path, **env),
        check=False,
    )


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize(
    "options", ["-e '(println 1)'", "-e '(+ 1 1)'", "--json -e 1", "-e '(console.log 1)'"]
)
def test_a_full_disk_is_an_error(tmp_path: Path, options: str) -> None:
    done = shell(tmp_path, f'"$@" {options} > /dev/full')
    assert done.returncode == 1
    assert done.stderr == "polyrepl: cannot write the output: No space left on device\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize(
    ("command", "code", "err"),
    [
        ("--version > /dev/full", 1, "polyrepl: cannot write the output: No space left on device\n"),
        ("completion bash > /dev/full", 1, "polyrepl: cannot write the output: No space left on device\n"),
        ("-e '(println 1)' > /dev/full", 1, "polyrepl: cannot write the output: No space left on device\n"),
        ("-e '(console.error 1)' 2> /dev/full", 1, ""),
        ("-e '(throw (error 1))' > /dev/full 2> /dev/full", 1, ""),
    ],
)
def test_output_that_waits_for_the_end(tmp_path: Path, command: str, code: int, err: str) -> None:
    """As a shell runs it, without PYTHONUNBUFFERED: what is printed is written when the process ends."""
    done = shell(tmp_path, f'"$@" {command}', PYTHONUNBUFFERED="")
    assert (done.returncode, done.stderr) == (code, err)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
@pytest.mark.parametrize("command", ["", "fmt", "compile", "kernel", "kernel install", "completion"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_help_that_cannot_be_written(tmp_path: Path, command: str, unbuffered: str) -> None:
    done = shell(tmp_path, f'"$@" {command} --help > /dev/full', PYTHONUNBUFFERED=unbuffered)
    assert done.returncode == 1
    assert re.fullmatch(r"polyrepl: .*No space left on device\n", done.stderr)


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-e", "(throw (error 1))"], ["-e", "1"]])
def test_nobody_reads(tmp_path: Path, arguments: list[str], both: bool) -> None:
    read, write = os.pipe()
    os.close(read)
    streams = {"stdout": write, "stderr": write if both else subprocess.PIPE}
    env = environment(tmp_path, PYTHONUNBUFFERED="")
    done = subprocess.run(
        [*COMMAND, *arguments], **streams, timeout=TIMEOUT, cwd=tmp_path, env=env, check=False
    )  # type: ignore[call-overload]
    os.close(write)
    failed = "throw" in arguments[-1]
    assert done.returncode == (1 if failed and not both else 141)
    assert both or done.stderr.count(b"\n") == (3 if failed else 0)


def test_a_name_in_a_message_is_shown_not_sent(tmp_path: Path) -> None:
    done = polyrepl("no\x1b[31m.lisp", cwd=tmp_path)
    assert (done.code, done.err) == (2, "polyrepl: no␛[31m.lisp does not exist\n")
    name = "latin\x1b[31m.lisp"
    (tmp_path / name).write_bytes(b"\xe9")
    for command in (
        ["--no\x1b[31m"],
        ["fmt", "no\x1b[31m"],
        ["compile", "no\x1b[31m"],
        [name],
        ["fmt", name],
    ):
        done = polyrepl(*command, cwd=tmp_path)
        assert done.code in (1, 2)
        assert "\x1b" not in done.err and "␛[31m" in done.err


@pytest.mark.parametrize(
    ("form", "code", "out"),
    [
        ("(process.exit 3)", 3, ""),
        ("(process.exit 0)", 0, ""),
        ("(set! process.exitCode 4)", 4, ""),
        ('(do (process.on "exit" (fn () (println "bye"))) (process.exit 5))', 5, "bye\n"),
        ("(do (setTimeout (fn () (process.exit 6)) 5) nil)", 6, ""),
    ],
)
def test_process_exit(tmp_path: Path, form: str, code: int, out: str) -> None:
    (tmp_path / "p.lisp").write_text(form)
    for done in (polyrepl("p.lisp", cwd=tmp_path), polyrepl(stdin=f"(do {form} nil)", cwd=tmp_path)):
        assert (done.code, done.out, done.err) == (code, out, "")
    done = polyrepl("--json", "-e", "(process.exit 3)")
    assert (done.code, done.out) == (3, '{"type": "exit", "code": 3}\n')


@pytest.mark.parametrize(
    ("form", "code", "out"),
    [
        ('(set! process.exitCode "7")', 7, ""),
        ("(set! process.exitCode js.undefined)", 0, ""),
        ("(set! process.exitCode 256)", 0, ""),
        ("(do (set! process.exitCode 9) (process.exit))", 9, ""),
        ('(process.on "exit" (fn [code] (println code) (set! process.exitCode 9)))', 9, "0\n"),
        ('(do (process.on "exit" (fn [code] (println code) (process.exit 8))) (exit 4))', 8, "4\n"),
        ('(process.on "beforeExit" (fn [code] (println code) (set! process.exitCode 6)))', 6, "0\n"),
        ('(process.on "beforeExit" (fn [] (process.exit 3)))', 3, ""),
        ('(process.on "beforeExit" (fn [] (println 1) (.unref (setTimeout (fn [] 2) 1000))))', 0, "1\n"),
        ('(process.once "beforeExit" (fn [] (await (sleep 5)) (println "slept")))', 0, "slept\n"),
        ('(do (def n 0) (process.on "beforeExit" (fn [] (println n)'
         " (when (< n 2) (set! n (inc n)) (setTimeout (fn []) 5)))))", 0, "0\n1\n2\n"),
        ('(do (process.on "uncaughtException" (fn [e] (println e.message)))'
         ' (setTimeout (fn [] (throw (error "late"))) 5))', 0, "late\n"),
        ('(do (process.on "unhandledRejection" (fn [e] (println e.message)))'
         ' (def p (js.Promise.reject (error "late"))))', 0, "late\n"),
        ("(do (setTimeout (fn [] (exit 7)) 5) (await (sleep 60000)))", 7, ""),
        ("(do (defn f [] (await (sleep 5)) (exit 9)) (def p (f)))", 9, ""),
    ],
)  # fmt: skip
def test_exit_codes_of_javascript(tmp_path: Path, form: str, code: int, out: str) -> None:
    (tmp_path / "p.lisp").write_text(form)
    done = polyrepl("p.lisp", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (code, out, "")


ENDS = [
    "(def _ (setImmediate leave))",
    "(def _ (process.nextTick leave))",
    "(def _ (queueMicrotask leave))",
    "(def _ (.then (sleep 5) leave))",
    '(def _ (process.on "uncaughtException" (fn [e] (leave)))) (.unref (setTimeout throws 5)) (sleep 90)',
    '(def _ (process.on "unhandledRejection" (fn [e] (leave)))) (def p (js.Promise.reject (error "x")))',
]


@pytest.mark.parametrize("leave", ["(process.exit 9)", "(exit 9)", "(e.leave 9)"])
@pytest.mark.parametrize("form", ENDS)
def test_it_ends_wherever_that_is_asked(tmp_path: Path, form: str, leave: str) -> None:
    """Between two forms and behind the last one, in listeners of what nobody has caught."""
    (tmp_path / "leaving.py").write_text(SYSTEM_EXIT)
    first = f'(py.import "leaving" :as e)\n(defn leave [] {leave}) (defn throws [] (throw (error "x")))\n'
    (tmp_path / "p.lisp").write_text(first + form)
    ways = (["p.lisp"], ["-e", first, "-e", f"{form} nil"])
    for way in ways:
        done = polyrepl(*way, cwd=tmp_path)
        assert (done.code, done.err) == (9, "")


def gone_between(tmp_path: Path, form: str, rest: str, *options: str) -> tuple[int, str, str]:
    """What a pipe gives whose Node has ended before the rest comes."""
    env = environment(tmp_path)
    with Child(
        [*COMMAND, *options], cwd=tmp_path, env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write('(println "ready")\n')
        child.stdin.flush()
        assert "ready" in child.stdout.readline()
        node = node_of(env[MARKER])
        child.stdin.write(form + "\n")
        child.stdin.flush()
        node.wait(TIMEOUT)
        out, err = child.communicate(rest, timeout=TIMEOUT)
    return child.returncode, out, err


@pytest.mark.parametrize("leave", ["(process.exit 6)", "(exit 6)", "(e.leave 6)"])
@pytest.mark.parametrize("rest", ["", '(println "on")\n'])
@pytest.mark.parametrize("options", [(), ("--keep-going",), ("--json",), ("--json", "--keep-going")])
def test_node_that_has_left_before_the_next_form_or_the_end(
    tmp_path: Path, leave: str, rest: str, options: tuple[str, ...]
) -> None:
    """It is the program's end, with its code: no other Node goes on."""
    (tmp_path / "leaving.py").write_text(SYSTEM_EXIT)
    form = f'(do (py.import "leaving" :as e) (setTimeout (fn [] {leave}) 5) nil)'
    code, out, err = gone_between(tmp_path, form, rest, *options)
    assert (code, err) == (6, "")
    assert "lost" not in out and "output" not in out and "on\n" not in out


@pytest.mark.parametrize("leave", ["(process.exit 6)", "(exit 6)", "(e.leave 6)"])
@pytest.mark.parametrize("options", [(), ("--json",), ("--json", "--keep-going")])
def test_a_program_that_leaves_waits_for_no_further_form(
    tmp_path: Path, leave: str, options: tuple[str, ...]
) -> None:
    (tmp_path / "leaving.py").write_text(SYSTEM_EXIT)
    with Child(
        [*COMMAND, *options], cwd=tmp_path, env=environment(tmp_path), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        child.stdin.write(f'(do (py.import "leaving" :as e) (setTimeout (fn [] {leave}) 5) nil)\n')
        child.stdin.flush()
        assert child.wait(TIMEOUT) == 6
        assert child.stderr.read() == ""
        said = child.stdout.read()
    assert ('{"type": "exit", "code": 6}\n' in said) == bool(options)


def test_a_channel_is_told_at_once_that_node_was_lost(tmp_path: Path) -> None:
    """Once; the next form finds another one."""
    with Child(
        [*COMMAND, "--json", "--keep-going"], cwd=tmp_path, env=environment(tmp_path), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None

        def record_of(kind: str) -> dict[str, object]:
            while (record := json.loads(child.stdout.readline()))["type"] != kind:  # type: ignore[union-attr]
                assert record["type"] == "end"
            return record

        for _ in range(2):
            child.stdin.write('(do (setTimeout (fn [] (process.kill process.pid "SIGKILL")) 5) nil)\n')
            child.stdin.flush()
            assert "was killed by SIGKILL" in str(record_of("lost")["text"])
        child.stdin.write("(+ 1 2)\n")
        child.stdin.close()
        assert record_of("value")["text"] == "3"
        assert child.wait(TIMEOUT) == 0


def test_node_that_is_lost_before_the_end_of_a_pipe(tmp_path: Path) -> None:
    form = '(do (setTimeout (fn [] (process.kill process.pid "SIGKILL")) 5) nil)'
    code, _, err = gone_between(tmp_path, form, "")
    assert code == 128 + signal.SIGKILL
    assert err.startswith("NodeLost: the Node process was killed by SIGKILL\n")
    code, out, err = gone_between(tmp_path, form, "(println 1)\n")
    assert (code, out) == (0, "1\n")
    assert err.startswith("polyrepl: Node was restarted (the Node process was killed by SIGKILL): ")


def test_an_exit_handler_of_pythons_that_leaves(tmp_path: Path) -> None:
    (tmp_path / "p.lisp").write_text('(py.import "atexit") (atexit.register (fn [] (process.exit 6)))')
    assert polyrepl("p.lisp", cwd=tmp_path).code == 6


@pytest.mark.parametrize("signal_name", ["SIGKILL", "SIGTERM"])
def test_node_that_is_killed_between_two_forms(tmp_path: Path, signal_name: str) -> None:
    form = f'(def _ (setImmediate (fn [] (process.kill process.pid "{signal_name}"))))'
    for way in (["-e", form], ["-e", form, "-e", "(await (sleep 2000))"]):
        done = polyrepl(*way, cwd=tmp_path)
        assert done.code == 128 + getattr(signal, signal_name)
        assert done.err.startswith(f"NodeLost: the Node process was killed by {signal_name}\n")


def test_what_a_listener_of_exceptions_throws_ends_a_program_as_in_node(tmp_path: Path) -> None:
    form = '(def _ (process.on "uncaughtException" (fn [e] (throw (error "again")))))'
    done = polyrepl("-e", f'{form} (def t (setTimeout (fn [] (throw (error "x"))) 5))', cwd=tmp_path)
    assert done.code == 7
    assert done.err.startswith("Uncaught (late) <-e>:1:") and ": Error: again\n" in done.err
    assert "bundle" not in done.err and "node:" not in done.err


SYSTEM_EXIT = """
import asyncio, sys, threading, time
class Bad:
    def __str__(self): raise ValueError
def leave(code=None): sys.exit(code)
def slowly(): time.sleep(0.01); sys.exit(6)
async def later(): await asyncio.sleep(0.01); sys.exit(6)
def start(): global task; task = asyncio.get_running_loop().create_task(later())
def thread():
    started = threading.Thread(target=slowly); started.start(); started.join()
"""


@pytest.mark.parametrize(
    ("form", "code", "err"),
    [
        ("(e.leave 5)", 5, ""),
        ("(e.leave)", 0, ""),
        ("(e.leave true)", 1, ""),
        ("(e.leave 300)", 44, ""),
        ('(e.leave "text")', 1, "text\n"),
        ("(e.leave (e.Bad))", 1, "<ValueError in __str__>\n"),
        ("(setTimeout (fn [] (e.leave 7)) 5) (await (sleep 60000))", 7, ""),
        ('(setTimeout (fn [] (e.leave "text")) 5) nil', 1, "text\n"),
        ("(await (e.later))", 6, ""),
        ("(do (e.start) (await (sleep 60000)))", 6, ""),
        ("(await (py.async e.slowly))", 6, ""),
        ("(py.async e.slowly)", 6, ""),
        ("(e.thread)", 0, ""),
        ('(exit "text")', 1, "text\n"),
        ("(exit [1 2])", 1, "[1 2]\n"),
        ("(exit nil)", 0, ""),
        ('(exit "3")', 3, ""),
        ('(do (process.on "exit" (fn [] (throw (error "in exit")))) nil)', 1, "Error: in exit"),
        ('(do (process.on "beforeExit" (fn [] (throw (error "before")))) nil)', 1, "Error: before"),
        ("(process.kill process.pid)", 143, "NodeLost: the Node process was killed by SIGTERM"),
    ],
)
def test_system_exit(tmp_path: Path, form: str, code: int, err: str) -> None:
    (tmp_path / "leaving.py").write_text(SYSTEM_EXIT)
    (tmp_path / "p.lisp").write_text(f'(py.import "leaving" :as e)\n{form}\n')
    done = polyrepl("p.lisp", cwd=tmp_path)
    assert (done.code, done.out) == (code, "")
    assert done.err == err or (err.startswith(("Error", "NodeLost")) and done.err.count(err) == 1)


def test_exit_listeners_are_told_of_an_error(tmp_path: Path) -> None:
    listener = '(def on (process.on "exit" (fn [code] (println code) CHANGE)))'
    for change, code in (("", 1), ("(set! process.exitCode 0)", 0), ("(set! process.exitCode 3)", 3)):
        done = polyrepl("-e", listener.replace("CHANGE", change), "-e", '(throw (error "no"))', cwd=tmp_path)
        assert (done.code, done.out, done.err.count("Error: no")) == (code, "1\n", 1)


@pytest.mark.parametrize(
    ("closed", "out"),
    [
        ("<&-", "3\n"),
        (">&-", ""),
        ("2>&-", "3\n"),
        ("<&- >&-", ""),
        ("<&- 2>&-", "3\n"),
        ("<&- >&- 2>&-", ""),
    ],
)
def test_closed_descriptors(tmp_path: Path, closed: str, out: str) -> None:
    done = shell(tmp_path, f"\"$@\" -e '(+ 1 2)' {closed}")
    assert (done.returncode, done.stdout, done.stderr) == (0, out, "")


@pytest.mark.parametrize("number", [6, 8, 10, 16])
def test_few_descriptors(tmp_path: Path, number: int) -> None:
    done = shell(tmp_path, f"ulimit -n {number}; \"$@\" -e '(+ 1 2)'")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "Too many open files" in done.stderr
    assert "Traceback" not in done.stderr and "install" not in done.stderr


@pytest.mark.parametrize(
    ("limit", "says"),
    [
        ("ulimit -v 100000", "its memory is limited to 97 MB, see ulimit -v)"),
        ("ulimit -v 300000", "its memory is limited to 292 MB, see ulimit -v)"),
        ("ulimit -n 20", "open files|descriptors are limited to 20, see ulimit -n"),
        ("export NODE_OPTIONS=--max-old-space-size=x", "NODE_OPTIONS is '--max-old-space-size=x')"),
        (
            "export NODE_OPTIONS='--require ./none.js'",
            "module './none.js'; NODE_OPTIONS is",
        ),
        (
            "echo 'process.exit(3)' > p.js; export NODE_OPTIONS='--require ./p.js'",
            "(exit status 3; NODE_OPTIONS is",
        ),
    ],
)
def test_a_node_that_cannot_start_says_why(tmp_path: Path, limit: str, says: str) -> None:
    done = shell(tmp_path, f"{limit}; \"$@\" -e '(+ 1 2)'")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert any(part in done.stderr for part in says.split("|"))
    assert "install" not in done.stderr


def test_python_out_of_memory_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(argv: object) -> int:
        raise MemoryError

    monkeypatch.setattr(cli, "run_command", full)
    monkeypatch.setattr(cli, "complete_descriptors", lambda: None)
    assert cli.main() == 1
    assert capsys.readouterr().err == "polyrepl: Python is out of memory\n"


def test_javascript_out_of_memory(tmp_path: Path) -> None:
    form = "(do (def a []) (while true (.push a (.fill (js.Array. 100000) 1.5))))"
    done = polyrepl("-e", form, cwd=tmp_path, NODE_OPTIONS="--max-old-space-size=40")
    assert (done.code, done.out) == (134, "")
    assert done.err.count("NodeLost: JavaScript ran out of memory and Node ended") == 1


def test_a_deleted_folder(tmp_path: Path) -> None:
    done = shell(tmp_path, "mkdir gone && cd gone && rmdir ../gone && \"$@\" -e '(+ 1 2)'")
    assert (done.returncode, done.stdout) == (0, "3\n")
    assert done.stderr == "polyrepl: the working folder is gone; working in / instead\n"


def test_doctor_into_head(tmp_path: Path) -> None:
    done = shell(tmp_path, '"$@" doctor | head -1')
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def test_node_that_is_there_is_not_to_be_installed(tmp_path: Path) -> None:
    done = polyrepl("-e", "1", cwd=tmp_path, NODE_OPTIONS="--nonsense")
    assert done.code == 1
    assert "NODE_OPTIONS" in done.err and "install" not in done.err and done.err.count("\n") == 1
