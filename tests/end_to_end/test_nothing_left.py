"""Nothing is left behind, and what can survive does."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import psutil
from running import COMMAND, MARKER, assert_nothing_left, environment, node_of


def start(tmp_path: Path) -> tuple[subprocess.Popen[bytes], str]:
    env = environment(tmp_path)
    child = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    )
    say(child, "(+ 1 2)\n")
    assert child.stdout is not None
    assert child.stdout.readline() == b"3\n"
    return child, env[MARKER]


def say(child: subprocess.Popen[bytes], text: str) -> None:
    assert child.stdin is not None
    child.stdin.write(text.encode())
    child.stdin.flush()


def test_killed_python_leaves_no_node(tmp_path: Path) -> None:
    child, mark = start(tmp_path)
    with child:
        node_of(mark)
        child.kill()
        child.wait(30)
    assert_nothing_left(mark)


def test_killed_python_leaves_no_node_even_in_a_loop(tmp_path: Path) -> None:
    child, mark = start(tmp_path)
    with child:
        say(child, '(println "go") (while true nil)\n')
        assert child.stdout is not None
        assert child.stdout.readline() == b"go\n"
        child.kill()
        child.wait(30)
    assert_nothing_left(mark)


def test_terminated_python_leaves_no_node(tmp_path: Path) -> None:
    child, mark = start(tmp_path)
    with child:
        child.send_signal(signal.SIGTERM)
        child.wait(30)
    assert_nothing_left(mark)


def test_killed_node_is_replaced_and_python_objects_are_still_there(tmp_path: Path) -> None:
    child, mark = start(tmp_path)
    with child:
        assert child.stdout is not None and child.stderr is not None
        say(child, '(py.exec "kept = [1, 2]") (def lost 1) (py.eval "kept")\n')
        assert child.stdout.readline() == b"[1, 2]\n"
        node = node_of(mark)
        node.kill()
        psutil.wait_procs([node], timeout=10)
        say(child, '(py.eval "kept")\n')
        assert child.stdout.readline() == b"[1, 2]\n"
        line = child.stderr.readline().decode()
        assert "JavaScript state" in line and "lost" in line
        assert node_of(mark).pid != node.pid
        say(child, "lost\n")
        child.wait(30)
        assert b"lost" in child.stderr.read()
        assert child.returncode == 1
    assert_nothing_left(mark)
