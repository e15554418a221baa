"""The wire: what is malformed is refused, on both sides, without a crash."""

from __future__ import annotations

import json
import os
import random
import struct
from typing import Any

import pytest
from polyrepl.bridge import Bridge, BridgeError, JSError, NodeLost, ProtocolError
from polyrepl.bridge.protocol import KINDS, MAX_FRAME, OPS, PREFIX
from polyrepl.bridge.transport import Channel, Closed


def frame(header: Any, kind: str = "REQUEST", ident: int = 9, body: bytes = b"", flags: int = 1) -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return PREFIX.pack(len(head) + len(body), ident, len(head), 0, KINDS[kind], flags) + head + body


def ask(js: Bridge, *operands: Any) -> Any:
    """A raw request with our own operands."""
    return js._ask.request([*operands], [])


@pytest.mark.parametrize(
    "header",
    [
        [999, 0, 0],
        [-1, 0, 0],
        ["x", 0, 0],
        [OPS["call"], 0, 0],
        [OPS["call"], 0, 0, 123456, None],
        [OPS["getattr"], 0, 0, 1e9, "x"],
        [],
        {},
        5,
    ],
)
def test_node_answers_nonsense_with_an_error(js: Bridge, header: Any) -> None:
    conn = js.connection
    assert conn is not None
    with pytest.raises((JSError, ProtocolError)):
        js.exchange.answers.read(conn.request(header, []))
    assert js.eval("1") == 1


def test_node_answers_broken_json(js: Bridge) -> None:
    conn = js.connection
    assert conn is not None
    for head in (b"", b"[", b"\xff\xfe", b"nul"):
        os.write(conn.channel.write_fd, frame(head, ident=77))
        os.write(conn.channel.write_fd, frame(head, "NOTE"))
    os.write(conn.channel.write_fd, frame([1], "REPLY", ident=123456))  # nobody waits for it
    conn.channel.ring()
    assert js.eval("1") == 1


def test_python_answers_nonsense_with_an_error(js: Bridge) -> None:
    """Node as a bad peer: requests that make no sense."""
    server = js.server
    for message in (
        [999, 0, 0],
        [OPS["call"], 0, 0, 1 << 40, None, -1],
        [OPS["getattr"], 0, 0, None, ["x"], 1],
        [OPS["operator"], 0, 0, "no"],
        [OPS["chain"], 0, 0],
        [OPS["chain"], 0, 0, False, [0, ["x"]]],
        [OPS["chain"], 0, 0, False, [0, [], None]],
        [OPS["chain"], 0, 0, False, [[1, 2], ["x"], None]],
        [OPS["chain"], 0, 0, False, [[1], ["x"], []]],
        [OPS["chain"], 0, 0, 1, [[1], ["x"], [-1]]],
    ):
        with pytest.raises((ProtocolError, KeyError, IndexError, TypeError)):
            server.perform(message, b"")
    for wire in (["z"], [], [[]], ["h", 1 << 40], [{}]):
        with pytest.raises(ProtocolError):
            js.marshal.decode(wire, b"")


def test_a_malformed_prefix_ends_node_and_the_next_use_starts_another(own: Bridge) -> None:
    own.eval("1")
    conn = own.connection
    assert conn is not None
    os.write(conn.channel.write_fd, struct.pack("<IIIHBB", 5, 0, 99, 0, 1, 0))
    conn.channel.ring()
    with pytest.raises(NodeLost):
        own.eval("1")
    assert own.eval("2") == 2


def test_channel_against_random_bytes() -> None:
    """Whatever arrives, in whatever pieces: frames, ProtocolError or Closed, nothing else."""
    rng = random.Random(3)
    for _ in range(300):
        read, write = os.pipe()
        os.set_blocking(read, False)
        channel = Channel(read, -1, -1)
        good = rng.random() < 0.5
        data = (
            b"".join(
                frame([i, "x" * rng.randrange(50)], body=rng.randbytes(rng.randrange(40))) for i in range(5)
            )
            if good
            else (rng.randbytes(rng.randrange(200)))
        )
        got = 0
        try:
            while data:
                cut = rng.randrange(1, len(data) + 1)
                os.write(write, data[:cut])
                data = data[cut:]
                got += len(channel.receive())
            os.close(write)
            write = -1
            channel.receive()
        except (ProtocolError, Closed):
            pass
        finally:
            channel.close()
            if write >= 0:
                os.close(write)
        if good:
            assert got == 5


def test_large_frames_in_pieces() -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    channel = Channel(read, -1, -1)
    body = random.Random(1).randbytes(300_000)
    data = frame(["big"], body=body) + frame(["small"])
    frames = []
    while data:
        count = os.write(write, data[:30_000])
        data = data[count:]
        frames += channel.receive()
    frames += channel.receive()
    assert [bytes(f.body) for f in frames] == [body, b""]
    os.close(write)
    channel.close()


def test_a_frame_over_two_gigabytes_is_refused(js: Bridge) -> None:
    class Huge:
        def __len__(self) -> int:
            return MAX_FRAME

    conn = js.connection
    assert conn is not None
    with pytest.raises(BridgeError, match="too large"):
        conn.outbox.frame(KINDS["REQUEST"], 1, 0, ["x"], [Huge()])
    with pytest.raises(JSError, match=r"too large|Invalid"):
        js.eval("new Uint8Array(2 ** 31)")
    assert js.eval("1") == 1


def test_data_that_looks_like_the_wire(js: Bridge) -> None:
    for value in (["p", 1, 2], ["h", 1], {"p": ["h", 1]}, ["f", "nan"], ["r", 0], [["k", "x"]]):
        assert js.eval(f"({json.dumps(value)})") == value
        assert js.eval("(x) => globalThis[Symbol.for('polyrepl.$py')].toJs(x)")(value) == value


def test_deeply_nested_data_is_an_error_not_a_crash(js: Bridge) -> None:
    with pytest.raises((JSError, BridgeError, RecursionError, ValueError)):
        js.eval("let x = []; for (let i = 0; i < 100000; i++) x = [x]; x")
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises((JSError, BridgeError, RecursionError)):
        js.eval("(x) => globalThis[Symbol.for('polyrepl.$py')].toJs(x)")(deep)
    assert js.eval("1") == 1
