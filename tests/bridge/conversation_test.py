"""A conversation over something that is no process: requests are function calls, and nothing is watched."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Sequence
from typing import Any

import pytest
from polyrepl.bridge import JSError, NodeLost
from polyrepl.bridge.conversation import Conversation
from polyrepl.bridge.interrupt import NoLadder
from polyrepl.bridge.protocol import KINDS, OPS, TAGS
from polyrepl.bridge.text import Reader, Writer
from polyrepl.bridge.transport import Frame

REQUEST, REPLY, ERROR = KINDS["REQUEST"], KINDS["REPLY"], KINDS["ERROR"]
dumps, loads = Writer().dumps, Reader().loads


class Far:
    """The other side, as far as these tests go: `eval` gives a list back, calls its argument, or throws."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def answer(self, header: list[Any]) -> tuple[int, Any]:
        op, _, form, *operands = header
        if op == OPS["eval"] and operands[0] == "throw":
            return ERROR, ["TypeError", "no", "", None]
        if op == OPS["eval"] and operands[0] == "f":
            return REPLY, [TAGS["HANDLE"], 7, 16 + 6]
        if op == OPS["call"]:  # of that f: its argument is called with 20, and 1 added
            kind, wire = self.line.ask([OPS["call"], 1, form, operands[2][1], None, -1, 20])
            return (
                (REPLY, wire + 1) if kind == REPLY else (ERROR, ["", wire[-1], "", [TAGS["HOME"], wire[1]]])
            )
        return REPLY, [TAGS["ARRAY"], *operands]


class Line:
    """What carries it: the interface of line.Line."""

    fd = -1
    waiting = queued = False
    depth = 0

    def __init__(self, host: Any) -> None:
        self.host = host
        self.home = threading.get_ident()
        self.top_python = False
        self.failure: BaseException | None = None
        self.far = Far(self)
        self.notes: list[Any] = []
        self.ids = itertools.count(1).__next__

    def ask(self, header: list[Any]) -> tuple[int, Any]:
        """A request of the other side's."""
        packed, _, _ = self.host.serve(Frame(REQUEST, self.ids(), 0, 0, dumps(header), b""), True)
        kind, text = packed
        return kind, loads(text)

    def pack(self, kind: int, ident: int, sync: bool, wire: Any, segments: list[Any]) -> Any:
        return kind, dumps(wire)

    def look(self) -> None: ...

    def request(self, header: list[Any], segments: list[Any]) -> Frame:
        if self.failure is not None:
            raise self.failure
        kind, wire = self.far.answer(loads(dumps(header)))
        return Frame(kind, 0, 0, 0, dumps(wire), b"")

    def post(self, header: list[Any], segments: list[Any], waiter: Any) -> int:
        frame = self.request(header, segments)
        asyncio.get_running_loop().call_soon(self.host.settle, waiter, frame)
        return self.ids()

    def note(self, header: list[Any]) -> None:
        self.notes.append(header)

    def lose(self, reason: str) -> BaseException:
        self.failure = NodeLost(reason)
        self.failure = self.host.lost(reason)
        return self.failure

    def close(self, reason: str) -> None:
        self.failure = self.failure or NodeLost(reason)

    def forget(self, ident: int) -> None: ...
    def send_answer(self, answer: Any, epoch: int, sync: bool) -> None: ...
    def flush(self) -> None: ...
    def run_ready(self) -> None: ...
    def read_aside(self) -> None: ...
    def catch_up(self) -> None: ...
    def reset(self, epoch: int, lost: Sequence[int]) -> None: ...
    def abandon(self, failure: BaseException) -> None: ...


class Slot:
    def __init__(self) -> None:
        self.future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    def __await__(self) -> Generator[Any, None, Any]:
        return self.future.__await__()

    def settle(self, value: Any, error: BaseException | None) -> None:
        if error is None:
            self.future.set_result(value)
        else:
            self.future.set_exception(error)


class Turns:
    """No loop is watched by anything."""

    cancelled = asyncio.CancelledError

    def pending(self, line: Any) -> Slot:
        return Slot()

    def detach(self, line: Any) -> None: ...
    def close(self) -> None: ...


class HereLife:
    """The other side begins and ends with the process."""

    def __init__(self) -> None:
        self.interrupts = NoLadder()
        self.lines: list[Line] = []

    def begin(self) -> list[int]:
        return []

    def connect(self, host: Any, dead: deque[Any], ending: threading.RLock) -> Line:
        self.lines.append(Line(host))
        return self.lines[-1]

    def loops(self, conversation: Any) -> Any:
        return Turns()

    def welcome(self, versions: list[Any]) -> BaseException | None:
        return None

    def ended(self, reason: str, unready: str | None, out_of_memory: bool) -> BaseException:
        return NodeLost(reason)

    def leave(self, line: Any) -> None:
        line.note("bye")

    def dismiss(self) -> None: ...
    def wait(self) -> None: ...
    def end(self) -> None: ...
    def forked(self) -> None: ...


@pytest.fixture
def life() -> HereLife:
    return HereLife()


def test_values_errors_and_callbacks(life: HereLife) -> None:
    with Conversation(life) as js:
        assert js.eval("x") == ["x"]
        with pytest.raises(JSError, match="TypeError: no"):
            js.eval("throw")
        function = js.eval("f")
        assert function(lambda x: 2 * x) == 41
        with pytest.raises(ZeroDivisionError) as caught:
            function(lambda x: x / 0)
        assert caught.value.__traceback__ is not None
        assert js.stats()["python"]["proxies"] == 1
    assert life.lines[0].notes == ["bye"]


async def test_awaited(life: HereLife) -> None:
    async with Conversation(life) as js:
        assert await js.eval_async("x") == ["x"]
        with pytest.raises(JSError, match="no"):
            await js.eval_async("throw")


def test_an_answer_is_made_whatever_the_frame_says(life: HereLife) -> None:
    with Conversation(life) as js:
        js.eval("x")
        line = life.lines[0]
        odd: list[Any] = [[], [1], [999, 0, 0], [OPS["call"], 0, {}, 99, None, -1], ["call", None, [], 1]]
        for header in odd:
            kind, wire = line.ask(header)
            assert kind == ERROR, header
            assert wire[0] == TAGS["EXCEPTION"], header


def test_the_next_use_begins_another(life: HereLife) -> None:
    said: list[str] = []
    with Conversation(life) as js:
        js.on_reset.append(said.append)
        function = js.eval("f")
        life.lines[0].host.ready = True
        life.lines[0].lose("gone")
        with pytest.raises(NodeLost):
            function(1)
        assert js.eval("x") == ["x"]
        assert (len(life.lines), said) == (2, ["gone"])


def test_it_needs_no_process() -> None:
    """What begins a process is the affair of a life."""
    code = (
        "import sys; sys.modules['subprocess'] = None; sys.modules['fcntl'] = None\n"
        "import types; sys.modules['polyrepl.bridge'] = package = types.ModuleType('polyrepl.bridge')\n"
        f"package.__path__ = [{str(__import__('polyrepl.bridge').bridge.__path__[0])!r}]\n"
        "import polyrepl.bridge.conversation, polyrepl.bridge.exchange, polyrepl.bridge.interrupt"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
