"""Pipes: standard input of programs, long lines, much input in flat memory, who reads going away."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from running import COMMAND, MARKER, Child, assert_nothing_left, environment, polyrepl

MIB = 1 << 20


@pytest.mark.parametrize("way", ["file", "-e", "-m"])
@pytest.mark.parametrize(
    "program",
    [
        '(py.import "sys") (println (py.input)) (println (.trim (.read sys.stdin)))',
        '(js.import "node:fs" :as fs) (println (.trim (fs.readFileSync 0 "utf8")))',
    ],
    ids=["python", "javascript"],
)
def test_standard_input_is_the_program_s(way: str, program: str, tmp_path: Path) -> None:
    (tmp_path / "p.lisp").write_text(program)
    args = {"file": ["p.lisp"], "-e": ["-e", program], "-m": ["-m", "p"]}[way]
    done = polyrepl(*args, stdin="one\ntwo\nthree\n", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "one\ntwo\nthree\n", "")


def test_a_line_of_a_megabyte(tmp_path: Path) -> None:
    names = " ".join([":" + "k" * 98] * (MIB // 100))
    done = polyrepl(stdin=f"(count [{names}])\n", cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, f"{MIB // 100}\n", "")
    done = polyrepl(stdin=f'(count "{"x" * MIB}")\n(+ 1 1)', cwd=tmp_path)
    assert (done.code, done.out) == (0, f"{MIB}\n2\n")


def test_with_keep_going_what_cannot_be_read_costs_its_line(tmp_path: Path) -> None:
    text = b'(println 1)) (println 2)\n(println 3)\n"\xff" (println 4)\n(println 5) "no end\n'
    done = subprocess.run(
        [*COMMAND, "--keep-going"],
        input=text, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, b"1\n3\n5\n")
    places = [line.split(": error: ")[0] for line in done.stderr.decode().splitlines() if ": error: " in line]
    assert places == ["<pipe>:1:12", "<pipe>:3", "<pipe>:4:13"]


def test_a_megabyte_that_is_wrong_is_one_short_message(tmp_path: Path) -> None:
    for text in ("(" * MIB, "x" * MIB, '"' + "x" * MIB):
        done = polyrepl(stdin=text, cwd=tmp_path)
        assert done.code == 1
        assert "error:" in done.err and "Traceback" not in done.err
        assert len(done.err) < 5000


@pytest.mark.parametrize("size", [20])
def test_much_input_in_flat_memory(size: int, tmp_path: Path) -> None:
    """As for 100 MB: what has run is forgotten."""
    env = environment(tmp_path)
    form = b"(def x [1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20]) ; " + b"-" * 8000 + b"\n"
    with Child(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=tmp_path) as child:
        assert child.stdin is not None and child.stdout is not None
        used = []
        for part in (1, size):
            for _ in range(part * MIB // len(form)):
                child.stdin.write(form)
            child.stdin.write(b"(count x)\n")
            child.stdin.flush()
            assert child.stdout.readline() == b"20\n"
            used.append(psutil.Process(child.pid).memory_info().rss)
        child.stdin.close()
        assert child.wait(60) == 0
    assert used[1] - used[0] < 15 * MIB, used
    assert_nothing_left(env[MARKER])


def test_forms_leave_nothing_in_the_heap_of_node(tmp_path: Path) -> None:
    collected = """(js.import "node:v8" :as v8) (js.import "node:vm" :as vm)
        (v8.setFlagsFromString "--expose-gc") (def gc (vm.runInNewContext "gc"))
        (defn heap [] (gc) (gc) (. (process.memoryUsage) heapUsed))"""
    form = "(def x [1 2 3])\n"
    program = f"{collected}\n{form * 300}(heap)\n{form * 2000}(heap)\n"
    done = polyrepl(stdin=program, cwd=tmp_path)
    before, after = map(int, done.out.split())
    assert after - before < MIB  # with V8's compilation cache it would be more than two
    assert done.err == ""


@pytest.mark.parametrize(
    "program", ["(dotimes [i 100000] (println i))", "(range 100000)", "(loop [] (py.print 1) (recur))"]
)
def test_who_reads_may_go_away(program: str, tmp_path: Path) -> None:
    env = environment(tmp_path)
    command = " ".join(["exec", *map(repr, COMMAND), "-e", f"'{program}'"])
    with Child(["sh", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as child:
        assert child.stdout is not None and child.stderr is not None
        child.stdout.read(1)
        child.stdout.close()
        assert child.wait(60) in (0, 141)
        assert child.stderr.read() == b""
    assert_nothing_left(env[MARKER])


FOR_EVER = [
    "(while true nil)",
    '((js.eval "() => { for (;;); }"))',
    "(await (new Promise (fn [ok] (setTimeout ok 100000))))",
    '(py.exec "while True: pass")',
    '(py.exec "import time; time.sleep(100)")',
    "(await (py.async (py.eval \"__import__('asyncio').sleep\") 100))",
    "(py.input)",
]


@pytest.mark.parametrize("program", FOR_EVER)
def test_ctrl_c_ends_a_program_by_the_signal(program: str, tmp_path: Path) -> None:
    env = environment(tmp_path)
    with Child(
        [*COMMAND, "-e", f'(println "go") {program} (println "never")'],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
    ) as child:  # fmt: skip
        assert child.stdout is not None and child.stderr is not None
        assert child.stdout.readline() == b"go\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == -signal.SIGINT
        assert child.stdout.read() == b""
        assert b"Traceback" not in child.stderr.read()
    assert_nothing_left(env[MARKER])


@pytest.mark.parametrize("way", ["file", "module", "pipe", "json", "keep going"])
def test_ctrl_c_is_the_same_in_all_ways_of_running(way: str, tmp_path: Path) -> None:
    env = environment(tmp_path)
    (tmp_path / "endless.lisp").write_text('(println "go") (while true nil)')
    arguments = {
        "file": ["endless.lisp"], "module": ["-m", "endless"], "pipe": [],
        "json": ["--json", "endless.lisp"], "keep going": ["--keep-going", "endless.lisp"],
    }[way]  # fmt: skip
    with Child(
        [*COMMAND, *arguments], cwd=tmp_path, env=env,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        if way == "pipe":
            child.stdin.write((tmp_path / "endless.lisp").read_bytes() + b"\n")
            child.stdin.flush()
        assert b"go" in child.stdout.readline()
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == -signal.SIGINT
        said = (child.stdout if way == "json" else child.stderr).read()
        assert b"Interrupted" in said and b"Traceback" not in said
    assert_nothing_left(env[MARKER])


SHELL_LOOP = """
for i in 1 2 3; do
  "$@" -e '(println "go") (while true nil)'
  echo "status $?"
done
"""


def test_a_shell_sees_130_and_its_loop_ends_with_the_program(tmp_path: Path) -> None:
    env = environment(tmp_path)

    def run(script: str, *shell: str) -> tuple[int, str]:
        with Child(
            [*shell, "-c", script, "shell", *COMMAND], env=env, text=True, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as child:  # fmt: skip
            assert child.stdout is not None
            assert child.stdout.readline() == "go\n"
            os.killpg(child.pid, signal.SIGINT)  # as a terminal does
            out, _ = child.communicate(timeout=30)
        assert_nothing_left(env[MARKER])
        return child.returncode, out

    assert run("trap : INT; " + SHELL_LOOP.replace("1 2 3", "1"), "sh") == (0, "status 130\n")
    assert run(SHELL_LOOP, "bash") == (-signal.SIGINT, "")


def test_what_ctrl_c_ends_has_ended_in_order(tmp_path: Path) -> None:
    env = environment(tmp_path)
    program = r"""(py.exec "
import atexit
file = open('kept.txt', 'w')
file.write('kept')
atexit.register(print, 'at exit')
print('buffered')")
    (do (.on process "exit" (fn [] (.writeFileSync (require "node:fs") "node.txt" "ended"))) nil)
    (println "go") (await (new Promise (fn [ok] nil)))"""
    with Child(
        [*COMMAND, "-e", program], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as child:
        assert child.stdout is not None and child.stderr is not None
        assert child.stdout.readline() + child.stdout.readline() == b"buffered\ngo\n"
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (-signal.SIGINT, b"at exit\n") and err.startswith(b"Interrupted")
    assert (tmp_path / "kept.txt").read_text() == "kept"
    assert (tmp_path / "node.txt").read_text() == "ended"
    assert_nothing_left(env[MARKER])


def test_a_program_may_exit_with_130(tmp_path: Path) -> None:
    assert polyrepl("-e", "(exit 130)", cwd=tmp_path).code == 130


def test_ctrl_c_while_a_pipe_has_nothing_to_run(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with Child(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    ) as child:
        assert child.stdin is not None and child.stdout is not None and child.stderr is not None
        child.stdin.write(b"(+ 1 2)\n")
        child.stdin.flush()
        assert child.stdout.readline() == b"3\n"
        child.send_signal(signal.SIGINT)
        assert child.wait(30) == -signal.SIGINT
        assert child.stderr.read() in (b"", b"Interrupted\n")  # the form may be just ending
    assert_nothing_left(env[MARKER])
