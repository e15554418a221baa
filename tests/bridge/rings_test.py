"""The rings: the protocol of their words in all interleavings, the C under sanitizers, who uses them."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from polyrepl.bridge import Bridge, NodeLost, bridge
from polyrepl.bridge.building import refused
from polyrepl.bridge.descriptors import Descriptor
from polyrepl.bridge.process import TRANSPORT, find_node
from polyrepl.bridge.protocol import FLAGS, KINDS, NOTES, OPS, PREFIX
from polyrepl.bridge.rings import Offer, offer
from polyrepl.bridge.transport import Channel, Closed

NATIVE = Path(__file__).parent / "native"
needs_rings = pytest.mark.skipif(refused() is not None, reason="no rings here")

# ---- a model of native/lanes.h: one lane, its two words, its bell, a store buffer for each side

MESSAGES = 2
Words = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class State:
    """Shared memory, the stores that each side has not let go of, and where each side is."""

    memory: Words = (("bell", 0), ("head", 0), ("sleeping", 1))
    buffers: tuple[Words, Words] = ((), ())  # of the writer and the reader, in the order of the stores
    writer: tuple[str, int] = ("store", 1)
    reader: tuple[str, int, int] = ("rouse", 0, 0)  # what it does next, what it has read, if a bell is owed


@dataclass(frozen=True)
class Rules:
    """What the protocol has, each of which may be missing."""

    fenced: bool = True  # sequentially consistent stores: nothing of this side goes ahead of them
    looks_again: bool = True  # the reader, when it has said that it sleeps
    exchanges: bool = True  # the writer tells that it has rung
    hears_awake: bool = True  # the reader takes bells back only while nobody rings


def load(state: State, side: int, word: str) -> int:
    for name, value in reversed(state.buffers[side]):
        if name == word:
            return value
    return dict(state.memory)[word]


def written(state: State, **words: int) -> State:
    return replace(state, memory=tuple(sorted({**dict(state.memory), **words}.items())))


def store(state: State, side: int, rules: Rules, **words: int) -> State:
    if rules.fenced:
        return written(state, **words)
    buffers = list(state.buffers)
    buffers[side] = (*buffers[side], *words.items())
    return replace(state, buffers=(buffers[0], buffers[1]))


def drained(state: State) -> Iterator[State]:
    """A core lets go of a store: of each word in their order, of different words in any."""
    for side, buffer in enumerate(state.buffers):
        for at, (word, value) in enumerate(buffer):
            if word not in [name for name, _ in buffer[:at]]:
                buffers = list(state.buffers)
                buffers[side] = buffer[:at] + buffer[at + 1 :]
                yield replace(written(state, **{word: value}), buffers=(buffers[0], buffers[1]))


def exchanged(state: State, side: int, value: int) -> tuple[State, int] | None:
    """An exchange of `sleeping`; it waits for this side's own stores to that word."""
    if any(word == "sleeping" for word, _ in state.buffers[side]):
        return None
    return written(state, sleeping=value), dict(state.memory)["sleeping"]


def writes(state: State, rules: Rules) -> Iterator[State]:
    what, count = state.writer
    after = ("store", count + 1) if count < MESSAGES else ("done", count)
    if what == "store":
        yield replace(store(state, 0, rules, head=count), writer=("look", count))
    elif what == "look":
        asleep = load(state, 0, "sleeping")
        yield replace(state, writer=("exchange", count) if asleep else after)
    elif what == "exchange":
        if not rules.exchanges:
            yield replace(state, writer=("ring", count))
            return
        done = exchanged(state, 0, 0)
        if done is not None:
            yield replace(done[0], writer=("ring", count) if done[1] else after)
    elif what == "ring":
        yield replace(written(state, bell=dict(state.memory)["bell"] + 1), writer=after)


def reads(state: State, rules: Rules) -> Iterator[State]:
    what, count, owed = state.reader
    if what == "rouse":
        done = exchanged(state, 1, 0)
        if done is not None:
            yield replace(done[0], reader=("look", count, owed or int(done[1] == 0)))
    elif what == "look":
        seen = load(state, 1, "head")
        if seen == count or owed:
            yield replace(state, reader=("hear", count, owed))
        else:
            yield replace(state, reader=("rest", seen, owed))
    elif what == "hear":
        rung = dict(state.memory)["bell"]
        yield replace(written(state, bell=0), reader=("take", count, 0 if rung else owed))
    elif what == "take":
        yield replace(state, reader=("rest", load(state, 1, "head"), owed))
    elif what == "rest":
        after = "again" if rules.looks_again else "poll"
        yield replace(store(state, 1, rules, sleeping=1), reader=(after, count, owed))
    elif what == "late":  # a reader that takes the bells back when it has said that it sleeps
        yield replace(written(state, bell=0), reader=("poll", count, owed))
    elif what == "again":
        there = load(state, 1, "head") != count
        sleeps = "poll" if rules.hears_awake else "late"
        yield replace(state, reader=("rouse" if there else sleeps, count, owed))
    elif what == "poll" and dict(state.memory)["bell"]:
        yield replace(state, reader=("rouse", count, owed))


def explore(rules: Rules) -> tuple[int, list[State]]:
    """How many states there are, and those in which nothing goes on though something was not read."""
    seen, todo, stuck = {State()}, [State()], []
    while todo:
        state = todo.pop()
        following = [*writes(state, rules), *reads(state, rules), *drained(state)]
        if not following and state.reader[1] != MESSAGES:
            stuck.append(state)
        for each in following:
            if each not in seen and dict(each.memory)["bell"] <= MESSAGES + 1:
                seen.add(each)
                todo.append(each)
    return len(seen), stuck


def test_no_interleaving_loses_a_bell() -> None:
    count, stuck = explore(Rules())
    assert count > 100 and stuck == []


@pytest.mark.parametrize("missing", ["fenced", "looks_again", "hears_awake"])
def test_each_part_of_the_protocol_is_needed(missing: str) -> None:
    assert explore(replace(Rules(), **{missing: False}))[1], missing


def test_there_is_one_ring_for_each_sleep() -> None:
    """Without the exchange each message rings that finds a sleeper who has not woken yet."""

    def most(rules: Rules) -> int:
        seen, todo, rings = {State(reader=("poll", 0, 0))}, [State(reader=("poll", 0, 0))], 0
        while todo:
            state = todo.pop()
            rings = max(rings, dict(state.memory)["bell"])
            for each in writes(state, rules):
                if each not in seen:
                    seen.add(each)
                    todo.append(each)
        return rings

    assert most(Rules()) == 1
    assert most(Rules(exchanges=False)) == MESSAGES


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
    done = subprocess.run([program, "3", *more], capture_output=True, text=True, check=False)
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


@needs_rings
def test_children_of_nodes_inherit_nothing(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Node sees to that for small numbers only. Who inherits a bell keeps Node's end from being seen."""
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("nobody tells what is open")
    monkeypatch.setenv(TRANSPORT, "rings")
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(30)]
    try:
        own.eval("globalThis.child = require('node:child_process')")
    finally:
        for fd in taken:
            os.close(fd)
    said = own.eval("child.execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' })")
    assert said.split() == ["0", "1", "2", "3"]


@needs_rings
def test_nothing_of_the_rings_is_left(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    def mapped() -> int:
        return Path("/proc/self/maps").read_text().count("rings-of-polyrepl")

    if sys.platform != "linux" or not os.path.exists("/proc/self/maps"):
        pytest.skip("nobody tells what is mapped")
    monkeypatch.setenv(TRANSPORT, "rings")
    before, fds = mapped(), len(os.listdir("/dev/fd"))
    assert own.eval("1") == 1 and mapped() > before
    with pytest.raises(NodeLost):
        own.eval("process.kill(process.pid, 'SIGKILL'); for (;;);")
    assert own.eval("2") == 2
    own.close()
    assert mapped() == before and len(os.listdir("/dev/fd")) == fds
