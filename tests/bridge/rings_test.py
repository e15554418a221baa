"""The rings: the C under sanitizers, how a conversation goes over to them, who uses them."""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from descriptors import descriptors, left
from polyrepl.bridge import Bridge, NodeLost, bridge
from polyrepl.bridge.building import refused
from polyrepl.bridge.descriptors import Descriptor
from polyrepl.bridge.process import TRANSPORT, find_node
from polyrepl.bridge.protocol import FLAGS, KINDS, NOTES, OPS, PREFIX
from polyrepl.bridge.rings import Offer, offer
from polyrepl.bridge.transport import Channel, Closed

NATIVE = Path(__file__).parent / "native"
needs_rings = pytest.mark.skipif(refused() is not None, reason="no rings here")

# ---- the C


@pytest.mark.parametrize("checks", ["address,undefined", "thread"])
def test_the_rings_under_sanitizers(tmp_path: Path, checks: str) -> None:
    compiler = next(filter(None, map(shutil.which, ("gcc", "cc", "clang"))), None)
    if compiler is None or refused() is not None:
        pytest.skip("nothing to build it with")
    program = str(tmp_path / "fuzz")
    command = [compiler, "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-pthread", str(NATIVE / "lanes_fuzz.c")]
    sanitizers = [f"-fsanitize={checks}", "-fno-sanitize-recover=all"]
    made = subprocess.run([*command, *sanitizers, "-o", program], capture_output=True, text=True)
    if made.returncode and "error:" not in made.stderr:  # no such runtime here
        made = subprocess.run([*command, "-o", program], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    more = ["one"] if checks == "thread" else []
    for seed in "23":  # with an odd one all is on one core
        done = subprocess.run([program, seed, *more], capture_output=True, text=True, check=False)
        assert done.stdout == "fine\n", done.stderr


# ---- the channel


class Pair:
    """A channel on rings, and the other side's ends of its descriptors."""

    def __init__(self) -> None:
        made = offer()
        assert isinstance(made, Offer)
        self.fd = made.fd
        self.read, self.bell_out = os.pipe()
        self.sync, self.write = os.pipe()
        self.loop, self.bell = os.pipe()
        for fd in (self.read, self.write, self.bell, self.sync, self.loop):
            os.set_blocking(fd, False)
        self.channel = Channel(self.read, self.write, self.bell, 0, made.rings)

    def say(self, text: bytes = b"", more: bytes = b"") -> None:
        os.write(self.bell_out, PREFIX.pack(len(text), 0, len(text), 0, KINDS["RINGS"], 0) + text + more)

    def close(self) -> None:
        self.channel.close()
        for fd in (self.fd, self.bell_out, self.sync, self.loop):
            os.close(fd)


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


@needs_rings
def test_a_channel_goes_over_when_the_other_side_says_so(pair: Pair) -> None:
    channel = pair.channel
    channel.send([b"one"], True, None)
    assert channel.why and os.read(pair.sync, 100) == b"one" and os.read(pair.loop, 100) == b"!"
    pair.say(more=b"!")
    assert list(channel.receive()) == [] and channel.why == ""
    channel.send([b"two"], True, None)  # the loop sleeps, and it is told on the pipe before
    assert os.read(pair.sync, 100) == PREFIX.pack(0, 0, 0, 0, KINDS["RINGS"], 0)
    assert os.read(pair.loop, 100) == b"!"
    channel.send([b"three"], True, None)  # it was rung once, and has not slept since
    with pytest.raises(BlockingIOError):
        os.read(pair.loop, 100)


@needs_rings
def test_a_channel_stays_where_the_other_side_has_none(pair: Pair) -> None:
    channel = pair.channel
    frame = PREFIX.pack(2, 7, 2, 0, KINDS["NOTE"], 0) + b"[]"
    pair.say(b"no such file", frame)
    assert [each.id for each in channel.receive()] == [7] and channel.why == "no such file"
    channel.send([b"one"], False, None)
    assert os.read(pair.sync, 100) == b"one"


@needs_rings
def test_the_descriptors_of_the_rings_may_be_others_by_now(pair: Pair) -> None:
    pair.say()
    pair.channel.receive()
    os.close(pair.channel.bell_fd)
    with pytest.raises(Exception, match="closed by something else"):
        pair.channel.send([b"x"], True, None)
    os.close(pair.channel.read_fd)
    with pytest.raises(Exception, match="closed by something else"):
        pair.channel.receive()


class Ended:
    """Rings whose other side has ended right behind the last byte of a large frame."""

    def __init__(self, first: bytes, rest: bytes) -> None:
        self.first, self.rest = first, rest

    def bells(self, into: int, out: int, loop: int, /) -> None: ...
    def close(self) -> None: ...

    def send(self, data: Any, /) -> int:
        return len(data)

    def receive(self, until: float, /) -> bytes:
        first, self.first = self.first, b""
        if not first:
            raise EOFError("end of file")
        return first

    def into(self, buffer: Any, at: int, /) -> int:
        memoryview(buffer)[at:] = self.rest
        return len(self.rest)


def test_what_came_before_the_end_is_not_lost() -> None:
    size = 2 << 20
    frame = PREFIX.pack(size, 7, size, 0, KINDS["REPLY"], 0) + b" " * size
    channel = Channel(-1, -1, -1, 0, Ended(frame[: 1 << 20], frame[1 << 20 :]))
    read, write = os.pipe()
    channel.read_fd = Descriptor(read)
    os.write(write, PREFIX.pack(0, 0, 0, 0, KINDS["RINGS"], 0))
    os.close(write)
    assert list(channel.receive()) == [] and channel.filling
    assert [frame.id for frame in channel.receive()] == [7]
    with pytest.raises(Closed):
        channel.receive()
    channel.close()


CUT = """
import fs from "node:fs";
import { Channel } from FILE;
const [path] = process.argv.slice(1);
const frame = (id, size) => {
  const made = Buffer.alloc(16 + size, " ");
  made.writeUInt32LE(size, 0), made.writeUInt32LE(id, 4), made.writeUInt32LE(size, 8);
  made.writeUInt32LE(4 << 16, 12);
  return made;
};
for (let cut = 0; cut < 20; cut++) {
  const small = Array.from({ length: 9 }, (_, i) => frame(3 + i, 7));
  const frames = [frame(1, 30000), frame(2, (1 << 16) - 30000 - 32 - cut), ...small];
  fs.writeFileSync(path, Buffer.concat(frames));
  const fd = fs.openSync(path);
  const channel = new Channel(fd, fd, -1);
  for (let id = 1; id <= 11; id++) {
    if (channel.poll()?.id !== id) throw new Error(`frame ${id} with ${cut} bytes behind`);
  }
  fs.closeSync(fd);
}
console.log("fine");
"""


def test_a_read_may_end_anywhere_in_a_prefix(tmp_path: Path) -> None:
    """Node's buffer is full, and the last bytes in it are the first of a frame."""
    source = CUT.replace("FILE", repr(str(Path(bridge.__file__).parent / "node" / "transport.mjs")))
    command = [find_node(), "--input-type=module", "-e", source, str(tmp_path / "frames")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "fine\n", done.stderr


TORN = """
import vm from "node:vm";
import { Channel } from FILE;
const channel = new Channel(-1, -1, Number(process.argv[1]));
globalThis.put = () => channel.put(2, 1, 0, "[]", [new Uint8Array(300000), new Uint8Array(300000).fill(7)]);
try {
  vm.runInThisContext("put()", { timeout: 200 });
} catch (error) {
  console.log(error.code);
}
channel.put(2, 2, 0, "[]");
channel.flush();
channel.put(2, 3, 0, "[]", [new Uint8Array(300000)]);
"""


def test_a_termination_tears_no_frame_apart() -> None:
    """It comes while a large one is written: nobody reads the pipe until then."""
    source = TORN.replace("FILE", repr(str(Path(bridge.__file__).parent / "node" / "transport.mjs")))
    read, write = os.pipe()
    os.set_blocking(write, False)
    command = [find_node(), "--input-type=module", "-e", source, str(write)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, pass_fds=[write]) as node:
        os.close(write)
        assert node.stdout is not None
        assert node.stdout.readline() == "ERR_SCRIPT_EXECUTION_TIMEOUT\n"
        os.set_blocking(read, False)
        channel, idents = Channel(read, -1, -1), []
        with pytest.raises(Closed):
            while True:
                select.select([read], [], [])
                idents += [frame.id for frame in channel.receive()]
        channel.close()
    assert idents in ([1, 2, 3], [2, 3])  # on a busy machine it may come before anything is written


# ---- who uses them


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("POLYREPL_PURE", "1", "POLYREPL_PURE is set"),
        (TRANSPORT, "pipes", "POLYREPL_TRANSPORT is not 'rings'"),
        ("NODE_OPTIONS", "--no-addons", "Node: "),
    ],
)
def test_where_there_are_none_it_says_why(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, name: str, value: str, why: str
) -> None:
    monkeypatch.setenv(TRANSPORT, "rings")
    monkeypatch.setenv(name, value)
    assert own.eval("1 + 1") == 2
    said = own.stats()["transport"]
    assert said["kind"] == "pipes" and said["why"].startswith(why)
    assert own.eval("(f) => f(20) + 1")(lambda x: 2 * x) == 41


@needs_rings
def test_frames_cross_by_rings(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TRANSPORT, "rings")
    back: Any = own.eval("(f, x) => f(x)")
    assert own.stats()["transport"] == {"kind": "rings", "why": ""}
    for size in (0, 1, 1 << 10, 1 << 16, (1 << 20) - 40, 1 << 20, 3 << 20, 5_000_001):
        text = "é" * (size // 2) + "x" * (size % 2)
        assert back(lambda x: x, text) == text, size  # larger than a ring, both ways
    assert [back(abs, -x) for x in range(3000)] == list(range(3000))


HOLD, PING = OPS["hold"], OPS["ping"]


@pytest.mark.parametrize("transport", ["rings", "pipes"])
def test_what_is_read_with_the_end_of_a_turn_is_served(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    """The turn was asked for while JavaScript waited for Python. What stands behind its end in the same read
    rings no more."""
    monkeypatch.setenv(TRANSPORT, transport)
    call: Any = own.eval("(f) => f()")
    line: Any = own.connection

    class Heard:
        def __init__(self) -> None:
            self.done = False

        def settle(self, value: Any, error: BaseException | None) -> None:
            self.done = True

    def heard(waiter: Heard) -> bool:
        while not waiter.done and select.select([line.fd], [], [], 20)[0]:
            line.run_ready()
        return waiter.done

    held, pinged = Heard(), Heard()

    def hold() -> None:
        line.post([HOLD, 0, 0], [], held)
        line.flush()

    call(hold)
    assert heard(held)
    # In its read it sleeps: from then on nothing rings for its event loop.
    while psutil.Process(own.pid).status() != psutil.STATUS_SLEEPING:
        os.sched_yield()
    free = line.outbox.frame(KINDS["NOTE"], 0, FLAGS["BELL"], [NOTES["free"]], [])
    line.outbox.outgoing += free
    line.post([PING, 0, 0], [], pinged)
    line.flush()
    assert heard(pinged)


@needs_rings
@pytest.mark.parametrize("plain", [True, False])
def test_what_a_dead_node_was_asked_has_not_begun(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    """Memory takes everything, whether somebody reads it or not; how far it was read tells."""
    monkeypatch.setenv(TRANSPORT, "rings")
    call: Any = own.eval("(x, more) => { if (x === 0) process.kill(process.pid, 'SIGKILL'); for (;;); }")
    node = psutil.Process(own.pid)
    node.kill()
    psutil.wait_procs([node], 10)
    with pytest.raises(NodeLost) as lost:
        call(1) if plain else call(1, lambda: None)
    assert not lost.value.begun
    call = own.eval("(x, more) => { if (x === 0) process.kill(process.pid, 'SIGKILL'); for (;;); }")
    with pytest.raises(NodeLost) as lost:
        call(0) if plain else call(0, lambda: None)
    assert lost.value.begun


@pytest.mark.parametrize("transport", ["rings", "pipes"])
def test_children_of_nodes_inherit_nothing(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, transport: str
) -> None:
    """Node sees to that for small numbers only. Who inherits a bell keeps Node's end from being seen."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("nobody tells what is open")
    monkeypatch.setenv(TRANSPORT, transport)
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(30)]
    try:
        own.eval("globalThis.child = require('node:child_process')")
    finally:
        for fd in taken:
            os.close(fd)
    said = own.eval("child.execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' })")
    assert said.split() == ["0", "1", "2", "3"]
    # So its end is seen, whoever lives on.
    pid = own.eval("child.spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).pid")
    try:
        with pytest.raises(NodeLost):
            own.eval("process.kill(process.pid, 'SIGKILL'); for (;;);")
    finally:
        os.kill(pid, signal.SIGKILL)


@needs_rings
def test_nothing_of_the_rings_is_left(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    def mapped() -> int:
        return Path("/proc/self/maps").read_text().count("rings-of-polyrepl")

    if sys.platform != "linux" or not os.path.exists("/proc/self/maps"):
        pytest.skip("nobody tells what is mapped")
    monkeypatch.setenv(TRANSPORT, "rings")
    before, fds = mapped(), descriptors()
    assert own.eval("1") == 1 and mapped() > before
    with pytest.raises(NodeLost):
        own.eval("process.kill(process.pid, 'SIGKILL'); for (;;);")
    assert own.eval("2") == 2
    own.close()
    assert mapped() == before and not left(fds)


@needs_rings
def test_threads_on_one_core_call_beside_each_other() -> None:
    """Who waits for the other side of its core leaves its own to the other threads, which may read what it
    waits for."""
    program = """
import os, threading
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from polyrepl.bridge import Bridge
js = Bridge()
call, over = js.eval("(f, x) => f(x) + 1"), threading.Event()
add, wrong = js.eval("(x) => x + 1"), []
def beside(start):
    for x in range(start, start + 150):
        if add(x) != x + 1 or call(abs, -x) != x + 1:
            wrong.append(x)
threads = [threading.Thread(target=beside, args=(n * 1000,)) for n in range(3)]
for each in threads:
    each.start()
x = 0
while any(each.is_alive() for each in threads):
    x += 1
    if add(x) != x + 1 or call(abs, -x) != x + 1 or js.eval("[1, 'é']") != [1, "é"]:
        wrong.append(x)
print(wrong, js.stats()["transport"]["kind"])
js.close()
"""
    environment = {**os.environ, TRANSPORT: "rings"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=100
    )
    assert done.stdout == "[] rings\n", done.stderr


@needs_rings
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
@pytest.mark.parametrize("narrow", [False, True])
def test_node_may_use_the_cores_that_it_was_given(
    own: Bridge, monkeypatch: pytest.MonkeyPatch, narrow: bool
) -> None:
    """Where both sides are on one core it goes to another; what it may use stays what was chosen."""
    monkeypatch.setenv(TRANSPORT, "rings")
    add, pid = own.eval("(x) => x + 1"), own.pid
    assert pid is not None
    cores = os.sched_getaffinity(pid)
    here, chosen = os.sched_getaffinity(0), {min(cores)} if narrow else cores
    os.sched_setaffinity(pid, chosen)
    os.sched_setaffinity(0, {min(cores)})
    try:
        for x in range(3000):
            assert add(x) == x + 1
    finally:
        os.sched_setaffinity(0, here)
    assert os.sched_getaffinity(pid) == chosen
