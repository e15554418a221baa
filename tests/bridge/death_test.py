"""The end of a process, of a pipe, or of patience: whatever happens to Node, Python gets one clear error and
goes on; whatever happens to Python, no Node is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from polyrepl.bridge import Bridge, BridgeError, NodeLost, NodeNotFound
from polyrepl.bridge.transport import Channel
from processes import gone, wait_for


@pytest.fixture
def press() -> Iterator[Any]:
    """`press(bridge, *gaps)`: Ctrl-C on the main thread after each gap, counted from when that one waits for
    JavaScript. The handler asks the bridge, as a front end's does: one that comes too late does nothing where
    nothing runs, so what runs next waits for the thread that it gives."""
    threads: list[threading.Thread] = []
    bridges: list[Bridge] = []
    old = signal.signal(signal.SIGINT, lambda number, frame: bridges[0].interrupt())

    def start(bridge: Bridge, *gaps: float) -> threading.Thread:
        bridges[:] = [bridge]

        def run() -> None:
            wait_for(lambda: bridge.connection is not None and bridge.connection.waiting)
            for gap in gaps:
                time.sleep(gap)
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return threads[-1]

    yield start
    for thread in threads:
        thread.join()
    signal.signal(signal.SIGINT, old)


# ---- Node ends


def test_out_of_memory(monkeypatch: pytest.MonkeyPatch, own: Bridge, printed: Any) -> None:
    monkeypatch.setenv("NODE_OPTIONS", "--max-old-space-size=40")
    with pytest.raises(NodeLost, match="out of memory"):
        own.eval("const kept = []; for (;;) kept.push(new Array(1000).fill('x'))")
    monkeypatch.delenv("NODE_OPTIONS")
    assert own.eval("1") == 1


def test_exit_in_a_callback_of_a_callback(own: Bridge) -> None:
    with pytest.raises(NodeLost, match="exit status 5"):
        own.eval("(f) => f(() => f(() => process.exit(5)))")(lambda g: g())
    assert own.eval("1") == 1


def test_closed_pipes(own: Bridge) -> None:
    with pytest.raises(NodeLost):  # the pipes have the numbers that they have here
        own.eval(
            "for (let fd = 3; fd < 1024; fd++) { try { require('node:fs').closeSync(fd) } catch {} } "
            "setTimeout(() => {}, 60000); 1"
        )
        own.eval("1")
    assert own.eval("2") == 2


def test_killed_while_python_works_for_it(own: Bridge) -> None:
    """The reply finds nobody: the caller hears of it, the next call works."""

    def kill() -> int:
        pid = own.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return 1

    with pytest.raises(NodeLost, match="SIGKILL"):
        own.eval("(f) => f()")(kill)
    assert own.eval("1") == 1


def test_threads_that_wait_hear_of_it(own: Bridge) -> None:
    own.eval("1")
    errors: list[BaseException] = []
    inside = threading.Event()

    def work() -> None:
        try:
            own.eval("(f) => { f(); for (;;); }")(inside.set)
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(10)
    assert own.pid is not None
    os.kill(own.pid, signal.SIGKILL)
    thread.join(10)
    assert [type(error) for error in errors] == [NodeLost]
    assert own.eval("1") == 1


# ---- Python ends


@pytest.mark.parametrize(
    "end",
    [
        "js.eval('(f) => f()')(lambda: os._exit(1))",
        "js.eval('(f) => f(() => f(() => f()))')(lambda g=None: g() if g else os.kill(os.getpid(), 9))",
        "raise SystemExit(js.eval('(f) => { try { f() } finally { } }')(sys.exit))",
    ],
    ids=["os._exit in a callback", "kill -9 three deep", "sys.exit in a callback"],
)
def test_no_node_outlives_python(end: str) -> None:
    start = "js = Bridge().start()\njs.eval('1')\nprint(js.pid, flush=True)"
    code = f"import os, sys\nfrom polyrepl.bridge import Bridge\n{start}\n{end}"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert gone(int(done.stdout))
    assert "Traceback" not in done.stderr


# ---- a Node that is none


FAKE = """#!{python}
import os, struct, sys, time
if "--version" in sys.argv:
    print("v24.0.0")
    sys.exit()
def frame(kind, head, ident=1, size=None, head_size=None, flags=1):
    size = len(head) if size is None else size
    head_size = len(head) if head_size is None else head_size
    return struct.pack("<IIIHBB", size, ident, head_size, 0, kind, flags) + head
to_node, _, from_node, *_ = map(int, os.environ["POLYREPL_FDS"].split(","))
def read():
    size, ident, head, epoch, kind, flags = struct.unpack("<IIIHBB", os.read(to_node, 16))
    return ident, os.read(to_node, size) if size else b""
os.write(from_node, frame(4, b'[3,"v24.0.0",1]'))
{body}
"""


@pytest.fixture
def fake(tmp_path: Path, printed: Any) -> Iterator[Any]:
    made: list[Bridge] = []

    def make(body: str) -> Bridge:
        script = tmp_path / "node"
        script.write_text(FAKE.format(python=sys.executable, body=body))
        script.chmod(0o755)
        made.append(Bridge(node=str(script), output=lambda *event: printed.append(event)))
        return made[-1]

    yield make
    for bridge in made:
        bridge.close()


@pytest.mark.parametrize(
    "body",
    [
        "read(); os.write(from_node, b'x' * 64)",
        "read(); os.write(from_node, frame(9, b'1'))",
        "read(); os.write(from_node, frame(2, b'1', size=0xffffffff))",
        "read(); os.write(from_node, frame(2, b'1', head_size=50))",
        "read(); os.write(from_node, frame(2, b'12345')[:-2])",
    ],
    ids=["noise", "unknown kind", "over 2 GiB", "head beyond the frame", "cut off"],
)
def test_malformed_frames_end_the_conversation(fake: Any, body: str) -> None:
    bridge = fake(body)
    with pytest.raises(NodeLost):
        bridge.eval("1")


def test_what_was_ready_and_went_has_started(fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where that it was ready is read only after a write has failed: it is lost, not found missing."""
    bridge = fake("read(); sys.exit(7)")
    ring = Channel.ring

    def late(self: Channel) -> None:
        os.waitid(os.P_PID, bridge.pid, os.WEXITED | os.WNOWAIT)
        ring(self)

    monkeypatch.setattr(Channel, "ring", late)
    with pytest.raises(NodeLost, match="exit status 7"):
        bridge.eval("1")


def test_malformed_contents_are_answered_or_dropped(fake: Any, printed: Any) -> None:
    bridge = fake(
        """
ident, _ = read()
replies = []
heads = b"", b"[", b"{}", b"[999,0,0]", b"[7,0,0]", b"[7,0,0,12345,null,-1]", b'["a","b","c"]', b"\\xff"
for head in heads:
    os.write(from_node, frame(1, head, ident=70, flags=0))
    replies.append(read()[1].split(b",")[3:4])
    os.write(from_node, frame(4, head))
os.write(from_node, frame(2, b"5", ident=4242))
os.write(from_node, frame(3, b"5", ident=4243))
os.write(from_node, frame(5, b"\\xff\\xfe", ident=3, head_size=0))
os.write(from_node, frame(2, str(len(replies)).encode(), ident=ident))
read()
"""
    )
    assert bridge.eval("1") == 8
    assert ("stdout", "\\xff\\xfe", 3) in printed
    assert any("malformed note" in text for _, text, _ in printed)


@pytest.mark.parametrize(
    "reply", ['["z",1]', '["h",99]', '["x"]', "[[]]", '["b",0,99999]', '["r",7]', "[", '["o",1]']
)
def test_malformed_replies_are_errors(fake: Any, reply: str) -> None:
    for kind in (2, 3):
        bridge = fake(
            f"ident, _ = read()\nos.write(from_node, frame({kind}, {reply.encode()!r}, ident=ident))\n"
            "ident, _ = read()\nos.write(from_node, frame(2, b'7', ident=ident))\nread()"
        )
        try:
            value = bridge.eval("1")
        except BridgeError:
            pass
        else:
            assert (kind, value) == (2, {})  # nobody reads so far
        assert bridge.eval("1") == 7
        bridge.close()


# ---- patience


def test_interrupt_during_start_up(own: Bridge, press: Any) -> None:
    press(own.start(), 0.0)
    with pytest.raises(KeyboardInterrupt):
        own.eval("for (;;);")
    assert own.eval("1") == 1


def test_a_node_that_never_gets_ready_can_be_interrupted(tmp_path: Path, press: Any) -> None:
    script = tmp_path / "node"
    script.write_text('#!/bin/sh\n[ "$1" = --version ] && echo v24.0.0 || exec sleep 1000\n')
    script.chmod(0o755)
    bridge = Bridge(node=str(script), output=lambda *event: None)
    press(bridge, 0.0, 0.05, 1.1)
    with pytest.raises(NodeNotFound, match="did not start, and was ended by Ctrl-C"):
        bridge.eval("1")
    bridge.close()


def test_native_code_is_restarted(own: Bridge, press: Any) -> None:
    """Nothing but the end of the process stops a loop inside C++: the second Ctrl-C does it, and says so."""
    reasons: list[str] = []
    own.on_reset.append(reasons.append)
    own.eval("1")
    pid = own.pid
    pressing = press(own, 0.05, 0.6)
    with pytest.raises(NodeLost, match="restarted"):
        own.eval("require('node:crypto').pbkdf2Sync('a', 'b', 2 ** 31 - 1, 64, 'sha512')")
    pressing.join()
    assert own.eval("1") == 1
    assert own.pid != pid
    assert len(reasons) == 1


def test_json_parse_of_something_large(own: Bridge, press: Any) -> None:
    """V8 does not look up from it; whichever rung ends it, there is one exception and life goes on."""
    own.eval("globalThis.text = '[' + '1,'.repeat(2e6) + '1]'; 1")
    pressing = press(own, 0.1, 0.6)
    with pytest.raises((KeyboardInterrupt, NodeLost)):
        own.eval("for (;;) JSON.parse(text)")
    pressing.join()
    assert own.eval("JSON.parse('[1]')") == [1]


def test_many_threads_notice_it(own: Bridge) -> None:
    """One of them buries Node and one starts the next, which the others do not take for the old one."""
    own.start()
    reasons: set[str] = set()
    done = threading.Event()

    def work() -> None:
        while not done.is_set():
            try:
                assert own.eval("1 + 1") == 2
            except NodeLost as error:
                reasons.add(str(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    killed: set[int | None] = {None}
    try:
        for _ in range(5):
            wait_for(lambda: own.exchange is not None and own.exchange.ready and own.pid not in killed)
            pid = own.pid
            assert pid is not None
            killed.add(pid)
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: own.exchange is not None and own.exchange.ready and own.pid not in killed)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert reasons == {"the Node process was killed by SIGKILL"}
    assert own.eval("2") == 2


def test_after_a_stop_the_next_call_is_its_own(own: Bridge, press: Any) -> None:
    """One Ctrl-C makes one exception."""
    call = own.eval("(f) => f(1)")
    press(own, 0.05)
    with pytest.raises(KeyboardInterrupt):
        own.eval("for (;;);")
    assert call(lambda x: x + 1) == 2


def test_another_version_of_the_bridge_is_refused(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("polyrepl.bridge.bridge.VERSION", 99)
    with pytest.raises(BridgeError, match=r"version \d+, this one 99"):
        own.eval("1")
    assert not own.alive


FORKS = """if True:
    import itertools
    import os
    import signal
    from polyrepl.bridge import Bridge, NodeLost

    def told(run, read, write):
        os.close(read)
        signal.alarm(20)
        try:
            said = run()
        except NodeLost as lost:
            said = lost
        os.write(write, str(said).encode())
        os._exit(0)

    def heard(child, read, write):
        os.close(write)
        with os.fdopen(read) as file:
            print(file.read())
        os.waitpid(child, 0)

    with Bridge() as js:
        thing, call = js.eval("new (class A { x = 1 })"), js.eval("f => f(3) + 1")
        read, write = os.pipe()
        heard(os.fork() or told(lambda: thing.x, read, write), read, write)
        main, pid = os.getpid(), js.pid
        for plain, begins in itertools.product((False, True), (False, True)):
            for _ in range(100 * plain):
                call(lambda x: x)
            read, write = os.pipe()
            children = []

            def fork(x):
                lock = js.connection.channel.lock
                with lock:  # another thread may have it, which the child is without
                    child = os.fork()
                if child:
                    children.append(child)
                elif begins:
                    js.eval("1")
                if not child:
                    lock.acquire()
                return x

            try:
                value = call(fork)
            except NodeLost as lost:
                value = lost
            if os.getpid() != main:
                own = js.pid not in (None, pid) and js.eval("2") == 2
                told(lambda: f"{value} {own == begins}", read, write)
            heard(children[0], read, write)
            print(value, call(lambda x: x), thing.x, js.pid == pid)
"""


def test_a_fork_has_no_part_in_what_its_parent_says(transport: None) -> None:
    """Also amid a call, of any kind, with a Node of its own or without, whatever lock another thread has."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, timeout=60, check=False
    )
    elsewhere = "this object is of the process that this one was forked from, and cannot be used here"
    goes_on = "this call is of the process that this one was forked from, and goes on there"
    lines = [elsewhere, *[f"{goes_on} True", "4 4 1 True"] * 4]
    assert (done.stdout.splitlines(), done.stderr) == (lines, "")
