"""`python -m polyrepl.bridge`: serve a Node parent (`createNodePythonBridge` in node/library.mjs starts it).

In: descriptor 3, a pair of sockets to the parent: a hand-shake, afterwards the bell. Out: the same
operations as for a Node child. The call channel is a pair of pipes made here (see pipes), which the parent
opens by their names.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import sys
import threading
from collections import deque
from typing import Any

from . import share
from .connection import Connection
from .conversation import Conversation
from .descriptors import Descriptor
from .errors import BridgeError, NodeLost
from .handles import Dead
from .host import Host
from .interrupt import NoLadder
from .line import Line
from .loop import Loops, Watched
from .pipes import offered, undisturbed
from .protocol import VERSION
from .resting import OURS
from .transport import Channel

_CONTROL = 3
_GONE = "the parent process is gone"
_FORKED = "this process was forked from the one that Node has started, and has no Node of its own"


class ParentLife:
    """The process that started this one (see life.Life). It begins once, and does not come back."""

    def __init__(self) -> None:
        self.interrupts = NoLadder()
        self.gone = asyncio.Event()  # there is no more to do
        self._loop = asyncio.get_running_loop()
        self._channel: Channel | None = None
        self._begun = False
        self._why = _GONE

    def begin(self) -> list[Descriptor]:
        """Shake hands. Raises NodeLost when the parent is gone, BridgeError when no pipe can be made."""
        if self._begun:
            raise NodeLost(self._why)
        self._begun = True
        about = {"pid": os.getpid(), "version": VERSION}
        # Undisturbed until the parent has answered or is gone: one of the two takes the pipes' names away.
        with undisturbed(), offered() as (folder, read, write):
            try:
                os.write(_CONTROL, json.dumps({**about, "folder": folder}).encode() + b"\n")
                answer = os.read(_CONTROL, 1)
            except OSError:
                answer = b""
            if answer != b"!":
                raise NodeLost(_GONE)
        os.set_blocking(_CONTROL, False)
        self._channel = Channel(read, write, _CONTROL, os.getppid())
        return []

    def connect(self, host: Host, dead: deque[Dead], ending: threading.RLock) -> Connection:
        """The calling thread, whose loop runs, becomes the home of Node's requests."""
        assert self._channel is not None
        return Connection(self._channel, host, threading.get_ident(), [], dead, ending)

    def loops(self, conversation: Watched) -> Loops:
        """Loops that watch the pipes."""
        return Loops(conversation)

    def welcome(self, versions: list[Any]) -> BaseException | None:
        """The parent has looked at our version already."""
        return None

    def ended(self, reason: str, unready: str | None, out_of_memory: bool) -> BaseException:
        """The parent is gone."""
        self._loop.call_soon_threadsafe(self.gone.set)
        return NodeLost(_GONE)

    def leave(self, line: Line) -> None:
        """The parent ends when it likes."""

    def wait(self) -> None:
        """Nothing ends that could be waited for."""

    def dismiss(self) -> None:
        """`close()` of the parent."""
        self.gone.set()

    def end(self) -> None:
        """The end of the conversation is the end of this process."""
        self._loop.call_soon_threadsafe(self.gone.set)

    def forked(self) -> None:
        """A child of this process has no parent that would be Node: it ends when its code has."""
        self._why = _FORKED
        self.gone.set()


async def _serve() -> None:
    """Serve the parent until it has gone or asks for the end; then cancel what still runs on the loop."""
    serving = asyncio.current_task()
    assert serving is not None
    serving.set_name(f"{OURS}serving")
    life = ParentLife()
    conversation = Conversation(life).start()
    os.register_at_fork(after_in_child=conversation.forked)
    assert conversation.connection is not None
    conversation.loops.attach(asyncio.get_running_loop(), conversation.connection)
    share(conversation)
    await life.gone.wait()
    await asyncio.sleep(0)  # the answer of who asked for the end
    conversation.loops.tasks.forsake()
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()
    if conversation.alive:
        with contextlib.suppress(BridgeError):
            conversation.connection.flush()


def _end() -> None:
    """Run what the program has left for its end; a parent that has asked for the end still answers."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or nobody reads it
            stream.flush()


def main() -> int:
    """Exit code 0 when the parent is gone, 1 when no pipe to it can be made, 2 when there is none."""
    try:
        os.fstat(_CONTROL)
    except OSError:
        print(
            "python -m polyrepl.bridge is started by createNodePythonBridge (docs/bridge.md)", file=sys.stderr
        )
        return 2
    runner = asyncio.Runner()  # not closed at the end: that would wait for every thread
    try:
        runner.run(_serve())
    except BaseException as error:
        runner.close()
        if isinstance(error, NodeLost):  # before there was anything to serve
            return 0
        if not isinstance(error, BridgeError):
            raise
        print(f"polyrepl: {error}", file=sys.stderr)
        return 1
    _end()
    # Threads that still run for a parent that is gone keep nobody waiting.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
