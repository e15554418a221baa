"""A malformed frame is a ProtocolError on either side, whatever is wrong with it, and one answer goes out."""

from __future__ import annotations

import contextlib
import json
import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from polyrepl.bridge import Bridge, BridgeError, JSError, ProtocolError, transport
from polyrepl.bridge.answers import Answers
from polyrepl.bridge.protocol import KINDS, MAX_TEXT, OPS, PREFIX, TAGS
from polyrepl.bridge.shapes import well_formed
from polyrepl.bridge.transport import Channel, Frame

REPLY, ERROR, REQUEST = KINDS["REPLY"], KINDS["ERROR"], KINDS["REQUEST"]
BODY = bytes(range(64))
# Wire values that make sense, to be mutated.
SENSIBLE: list[Any] = [
    ["f", "nan"],
    ["n", "-ff00000000000000000"],
    ["b", 3, 5],
    ["t", "f8", 8, 16],
    ["t", "f2", 0, 8],
    ["g", "f4", 0, 24, 2, 3],
    ["a", 1, "x", None, True, 2.5, ["a", ["r", 0]]],
    ["o", "a", 1, "b", ["a"]],
    ["M", 1, ["a"], ["a", 2], ["b", 0, 4]],
    ["S", 1, "a", ["a", 2]],
    ["d", 1.5e12],
    ["k", "word"],
    ["p", 99, 64],
    ["P", 64, 98, 99],
    ["h", 1],
    ["x", 99, 64, "ValueError", "text"],
    ["m"],
    ["c", "money", ["a", 1]],
    # Only Python writes these.
    ["w", 2, ["a", "b"], ["t", "f8", 8, 16], ["i", ["a", 1], ["r", 0]]],
    ["w", 2, [], ["z", 1, "ff"], ["q", ["a", ["a"]], ["t", "i4", 0, 8]]],
    ["l", ["t", "i4", 0, 8], ["=", 1, "x"]],
    ["C", ["q", ["w", 1, ["a"], ["=", None]]]],
    ["=", {"a": [1, {}]}],
    ["T", "a\x7fb"],
]
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 2, 63, 64, 1 << 31, 1 << 53, 1 << 63, -(1 << 40), 1.5, 1e300, -0.5),
    *("", "x", "f8", "nan", "zz", "9" * 400, "\ud800", "__proto__", "toString"),
    *([], [[]], ["z"], [None], [1, 2], ["r", 0], ["r", -1], ["M", ["a"]]),
    ["d", 1e300],
    ["T", 1],
    ["T"],
    ["t", "f8", 0, 7],
    ["g", "f8", 0, 0, 1 << 40, 0],
    ["g", "f8", 0, 8, 1 << 30, 1 << 30],
    ["S", ["a", ["r", 0]]],
    ["M", ["a", ["r", 1]], 1],
    ["b", 0, 1 << 40],
    ["n", "f" * 5000],
]


def mutated(rng: random.Random, value: Any) -> Any:
    """A copy with something else somewhere."""
    if not isinstance(value, list) or not value or rng.random() < 0.15:
        return rng.choice(ODD if rng.random() < 0.8 else SENSIBLE)
    copy = list(value)
    at = rng.randrange(len(copy))
    what = rng.random()
    if what < 0.15:
        del copy[at]
    elif what < 0.3:
        copy.insert(at, rng.choice(ODD))
    elif what < 0.4:
        copy[0] = rng.choice(list(TAGS.values()))
    else:
        copy[at] = mutated(rng, copy[at])
    return copy


def values(seed: int, count: int) -> Iterator[Any]:
    rng = random.Random(seed)
    for _ in range(count):
        value = rng.choice(SENSIBLE)
        for _ in range(rng.randrange(1, 4)):
            value = mutated(rng, value)
        yield value


def nested(levels: int, inside: str = "1") -> bytes:
    return b'["a",' * levels + inside.encode() + b"]" * levels


HEADS = [
    b"", b"[", b"nul", b"\xff", b'{"a":1}', b'["a",{}]', b'["a",["o","x",{"y":1}]]', b"[NaN]", b"1e999",
    b'"\\ud8"',
    b'["a","\\ud800",NaN]', b'["a","\\ud800",{}]', b'["n",' + b"9" * 5000 + b"]", b"9" * 5000, b"[" * 100_000,
    nested(300), nested(600), nested(1000), nested(100_000), nested(900, '"\\ud800"'),
    b'["r",0]', b'["d",1e300]', b'["d","x"]', b'["n","-"]', b'["f","1"]',
    b'["t","zz",0,0]', b'["t","f8",0,7]', b'["t","f2",0,1]',
    b'["S",1,true]', b'["M",1]', b'["b",-1,1]', b'["b",true,1]', b'["p",null,0]', b'["p",[],0]', b'["h",[]]',
]  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def beyond(shared: Bridge) -> None:
    """No object of either side has a handle that the values mention: whoever reads one would show the object
    as something else, and give it back, while its owner uses it."""
    make = shared.eval("() => () => {}")
    assert shared.exchange is not None
    while make()._js_handle < 200:
        pass
    while (handle := shared.exchange.exports.add(object())) < 200:
        shared.exchange.exports.release(handle, 1)
    shared.exchange.exports.release(handle, 1)


@pytest.mark.parametrize("head", HEADS, ids=lambda head: str(head[:20]))
@pytest.mark.parametrize("kind", [REPLY, ERROR])
def test_python_reads_a_malformed_answer(js: Bridge, head: bytes, kind: int) -> None:
    assert isinstance(outcome(js, Frame(kind, 1, 0, 0, head, BODY)), (str, type(None), list))


def outcome(js: Bridge, frame: Frame) -> Any:
    """ "protocol" for what is refused; anything but a value, a refusal or JavaScript's error is raised."""
    assert js.exchange is not None
    try:
        value = js.exchange.answers.read(frame)
    except (ProtocolError, JSError, AttributeError, KeyError, IndexError) as error:
        # The three are what an error envelope may ask for.
        assert frame.kind == ERROR or isinstance(error, ProtocolError)
        return "protocol"
    del value
    return None


def test_python_against_mutated_answers(js: Bridge) -> None:
    for value in values(1, 4000):
        try:
            head = json.dumps(value).encode()
        except RecursionError:
            continue
        outcome(js, Frame(REPLY, 1, 0, 0, head, BODY))
        outcome(js, Frame(ERROR, 1, 0, 0, head, BODY))
        outcome(js, Frame(ERROR, 1, 0, 0, json.dumps(["E", "m", "s", value]).encode(), BODY))


def test_python_against_mutated_text(js: Bridge) -> None:
    rng = random.Random(2)
    for value in values(3, 3000):
        head = bytearray(json.dumps(value).encode())
        for _ in range(rng.randrange(1, 4)):
            if head:
                head[rng.randrange(len(head))] = rng.choice(b'[]{}",\\0un9-e\xff')
        outcome(js, Frame(REPLY, 1, 0, 0, bytes(head), BODY[: rng.randrange(65)]))


def test_python_serves_mutated_requests(js: Bridge) -> None:
    """Each has one answer; one that makes no sense is refused as that."""
    exchange = js.exchange
    assert exchange is not None
    rng = random.Random(4)
    handle = exchange.exports.add(lambda *args, **kwargs: 1)
    for value in values(5, 4000):
        op = rng.choice([*OPS.values(), 0, 99, "x", None, 1.5])
        if op in (OPS["import"], OPS["eval"], OPS["exec"]):
            continue
        header: Any = [op, 0, 0, handle, None, -1, value]
        if rng.random() < 0.7:
            header = mutated(rng, header)
        packed, segments, _ = exchange.serve(
            Frame(REQUEST, 1, 0, 0, json.dumps(header).encode(), BODY), False
        )
        exchange.take_back(segments)
        head = b"".join(bytes(part) for part in packed)
        if not well_formed(header) and head[14] == ERROR:
            assert b"ProtocolError" in head or b"Uncopied" in head, header
    # A call of what takes anything fails of nothing but the frame.
    for value in values(6, 2000):
        header = [OPS["call"], 0, 0, handle, None, -1, value]
        packed, segments, _ = exchange.serve(
            Frame(REQUEST, 1, 0, 0, json.dumps(header).encode(), BODY), False
        )
        exchange.take_back(segments)
        head = b"".join(bytes(part) for part in packed)
        assert head[14] == REPLY or b"ProtocolError" in head or b"Uncopied" in head, header


def test_node_serves_mutated_requests(js: Bridge) -> None:
    conn, exchange = js.connection, js.exchange
    assert conn is not None
    assert exchange is not None
    anything = js.eval("(...args) => 1")
    rng = random.Random(7)
    for value in values(8, 2000):
        header = [OPS["call"], 0, 0, anything._js_handle, None, value]
        before = conn.channel.received  # type: ignore[attr-defined]
        with contextlib.suppress(ProtocolError):
            assert exchange.answers.read(conn.request(header, [BODY])) == 1
        # One answer, and perhaps a note of what had come with the request and was not taken.
        assert conn.channel.received - before in (1, 2), header  # type: ignore[attr-defined]
    for value in values(9, 2000):
        op = rng.choice(
            [op for name, op in OPS.items() if name not in ("import", "eval", "exec", "run", "await")]
        )
        header = mutated(rng, [op, 0, 0, anything._js_handle, value])
        if header in (None, True) or (
            isinstance(header, list) and header[1:2] and header[0] in (2, 20, 21, 22, 26)
        ):
            continue
        with contextlib.suppress(ProtocolError, JSError, AttributeError, KeyError, IndexError):
            exchange.answers.read(conn.request(header, [BODY]))
    assert anything(1) == 1


@pytest.mark.parametrize("levels", [300, 100_000, 3_000_000])
def test_node_reads_deeply_nested_text(js: Bridge, levels: int) -> None:
    anything = js.eval("(...args) => 1")
    conn, exchange = js.connection, js.exchange
    assert conn is not None
    assert exchange is not None
    text = f"[{OPS['call']},0,0,{anything._js_handle},null,{nested(levels).decode()}]".encode()
    conn.outbox.frame = lambda *args: _frame(text, *args)  # type: ignore[attr-defined]
    try:
        frame = conn.request([], [])
    finally:
        del conn.outbox.frame  # type: ignore[attr-defined]
    if levels < 100_000:
        assert exchange.answers.read(frame) == 1
    else:
        with pytest.raises(ProtocolError, match="nested"):
            exchange.answers.read(frame)
    assert anything() == 1


def _frame(text: bytes, kind: int, ident: int, flags: int, header: Any, segments: list[Any]) -> list[Any]:
    return [PREFIX.pack(len(text), ident, len(text), 0, kind, flags) + text]


class Raw:
    """A value whose wire form is given."""

    def __init__(self, wire: Any) -> None:
        self.wire = wire


def test_node_reads_mutated_answers(js: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Answers._encode

    def encode(self: Answers, value: Any, segments: list[Any]) -> Any:
        if value.__class__ is not Raw:
            return whole(self, value, segments)
        segments.append(BODY)
        return value.wire

    monkeypatch.setattr(Answers, "_encode", encode)
    ask = js.eval("(f) => { try { f(); return 'value' } catch (e) { return e.name } }")
    for value in values(10, 2000):
        assert ask(lambda value=value: Raw(value)) in ("value", "ProtocolError"), value
    deep: Any = 1
    for _ in range(200_000):
        deep = ["a", deep]
    assert ask(lambda: Raw(deep)) == "RecursionError"  # Python's, which cannot write it


def test_text_over_the_limit(own: Bridge) -> None:
    """Text that no string of JavaScript's can hold is refused by whoever would send it; all goes on."""
    own.eval("globalThis.count = (...args) => args.length; 1")
    count, pid = own.eval("count"), own.pid
    large = "x" * 540_000_000
    with pytest.raises(BridgeError, match=f"too large .* {MAX_TEXT} "):
        count(large)
    with pytest.raises(BridgeError, match="too large"):
        count(*[large[:10_000_000]] * 54)
    caught = "(f) => { try { return f().length } catch (e) { return e.message } }"
    assert "too large" in own.eval(caught)(lambda: large)
    with pytest.raises(BridgeError, match="too large"):
        own.eval("(f) => f()")(lambda: large)
    with pytest.raises(JSError, match="too large"):
        own.eval("Array(54).fill('x'.repeat(1e7))")
    give = "(f) => { try { return f(...Array(54).fill('x'.repeat(1e7))) } catch (e) { return e.message } }"
    assert "too large" in own.eval(give)(lambda *args: len(args))
    assert own.eval("1 + 1") == 2
    assert own.pid == pid


def test_node_is_sent_text_over_the_limit(own: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer that sends it all the same is answered."""
    own.eval("1")
    monkeypatch.setattr("polyrepl.bridge.sending.MAX_TEXT", 1 << 31)
    with pytest.raises(ProtocolError, match="larger than"):
        own.eval(" " * (MAX_TEXT + 1))
    assert own.eval("1 + 1") == 2


def test_no_memory_for_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(size: int) -> bytearray:
        raise MemoryError

    read, write = os.pipe()
    os.set_blocking(read, False)
    channel = Channel(read, -1, -1)
    monkeypatch.setattr(transport, "bytearray", full, raising=False)
    try:
        os.write(write, PREFIX.pack(1 << 30, 1, 1, 0, REPLY, 0) + b"x")
        with pytest.raises(ProtocolError, match="no memory"):
            channel.receive()
    finally:
        os.close(write)
        channel.close()
