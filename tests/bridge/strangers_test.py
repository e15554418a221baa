"""What other code of the same program does to what is the bridge's: its descriptors, its child process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from polyrepl.bridge import Bridge, NodeLost


def run(code: str) -> str:
    """Output of a program of its own: it closes what is pytest's too."""
    start = """
import os, sys, tempfile, threading
from polyrepl.bridge import Bridge, NodeLost
told = []
js = Bridge(output=lambda *event: None)
js.on_reset.append(told.append)
def taken():
    os.closerange(3, 1000)
    return [tempfile.TemporaryFile("w+") for _ in range(60)]
def untouched(files):
    for file in files:
        assert os.fstat(file.fileno()).st_size == 0
        file.write("mine")
        file.close()
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", start + code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def test_the_first_call_recovers_after_closerange() -> None:
    code = """
pid, thing = (js.eval("process.pid"), js.eval("new (class {})()"))
os.closerange(3, 1000)
print(js.eval("40 + 2"), js.pid != pid, len(told), "closed by something else" in told[0])
try:
    thing.x
except NodeLost:
    print("lost")
js.close()
"""
    assert run(code) == "42 True 1 True\nlost\n"


def test_descriptors_that_are_others_by_now_are_left_alone() -> None:
    code = """
js.eval("1")
files = taken()
print(js.eval("40 + 2"))
js.interrupt()
js.close()
untouched(files)
js.start().eval("1")
files = taken()
js.close()
untouched(files)
js.start().eval("1")
files = taken()
js.restart()
print(js.eval("5"))
untouched(files)
"""
    assert run(code) == "42\n5\n"


def test_descriptors_are_taken_within_a_callback() -> None:
    code = """
call = js.eval("(f) => f()")
def take():
    files.extend(taken())
files = []
try:
    call(take)
except NodeLost as error:
    print("closed by something else" in str(error))
print(js.eval("40 + 2"))
untouched(files)
"""
    assert run(code) == "True\n42\n"


def test_descriptors_that_are_other_pipes_by_now_are_left_alone() -> None:
    code = """
double = js.eval("(x) => 2 * x")
assert double(1) == 2
os.closerange(3, 1000)
other = Bridge(output=lambda *event: None)
other.eval("globalThis.six = 6")
pipes = [os.pipe() for _ in range(40)]
sent = other.connection.channel.sent
try:
    double(21)
except NodeLost as error:
    print("closed by something else" in str(error))
print(other.connection.channel.sent == sent, other.eval("six"))
for read, _ in pipes:
    os.set_blocking(read, False)
    try:
        print(os.read(read, 100))
    except BlockingIOError:
        pass
print(js.eval("40 + 2"))
other.close()
"""
    assert run(code) == "True\nTrue 6\n42\n"


@pytest.mark.parametrize("which", ["read_fd", "write_fd", "bell_fd"])
def test_one_descriptor_is_closed(own: Bridge, which: str) -> None:
    own.eval("1")
    conn = own.connection
    assert conn is not None
    os.close(getattr(conn.channel, which))  # type: ignore[attr-defined]
    try:
        assert own.eval("2") == 2
    except NodeLost as error:
        assert "closed by something else" in str(error)
    assert own.eval("3") == 3


@pytest.fixture
def reaper() -> Iterator[None]:
    """A program that collects every child, as some servers do."""

    def reap(number: int, frame: object) -> None:
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return

    old = signal.signal(signal.SIGCHLD, reap)
    yield
    signal.signal(signal.SIGCHLD, old)


@pytest.mark.parametrize("end", ["process.exit(3)", "process.kill(process.pid, 'SIGKILL'); for (;;);"])
def test_somebody_else_collects_node(own: Bridge, reaper: None, end: str) -> None:
    with pytest.raises(NodeLost, match=r"collected its exit status .*waitpid"):
        own.eval(end)
    assert own.eval("1") == 1


def test_nobody_collects_children(own: Bridge) -> None:
    old = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with pytest.raises(NodeLost, match="collected its exit status"):
            own.eval("process.exit(3)")
        assert own.eval("1") == 1
        own.close()
    finally:
        signal.signal(signal.SIGCHLD, old)
