"""Bridge: the conversation with a Node process of our own, from its birth to its death.

In: which Node, where it runs. Out: a Conversation; one Node process at a time carries it, and when it dies
the next use starts another.

    js = Bridge()
    js.eval("x => x + 1")(2)          # 3
    fs = js.import_module("node:fs")
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import threading
import time
import weakref
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .conversation import Conversation
from .descriptors import Descriptor
from .errors import BridgeError, NodeLost, NodeNotFound, ProtocolError
from .interrupt import Ladder
from .process import OLDEST, NodeProcess, spawn
from .protocol import NOTES, OPS, VERSION

if TYPE_CHECKING:  # they are loaded while Node starts
    from .connection import Connection
    from .handles import Dead
    from .host import Host
    from .line import Line
    from .loop import Loops, Watched
    from .output import Sink


_ENDS = 5.0  # seconds in which a Node is gone that has closed its pipes
_HEARS = 0.5  # seconds in which a Node whose event loop turns has begun to leave
_LEAVE = "globalThis[Symbol.for('polyrepl.leave')]({})"


class NodeLife:
    """A Node process at a time (see life.Life)."""

    def __init__(
        self,
        node: str | None,
        cwd: str | os.PathLike[str] | None,
        preload: Sequence[str],
        stdin: int | None,
        terminal: bool,
    ) -> None:
        self._node = node
        self.begun: NodeProcess | None = None
        """A Node that was spawned before, to begin with."""
        self.unwaited = False
        """This process ends with the bridge."""
        self.untouched = False
        """Node has ended, and asked Python nothing in all its life."""
        self._cwd = cwd
        self._preload = tuple(preload)
        self._stdin = stdin
        self._terminal = terminal
        self.process: NodeProcess | None = None
        self.interrupts = Ladder()
        self._left: Line | None = None  # whose exit listeners were to run
        self._has_left = False  # they have

    def begin(self) -> list[Descriptor]:
        """Spawn Node, unless that was done."""
        begun, self.begun = self.begun, None
        self.process = begun or spawn(self._node, self._cwd, self._preload, self._stdin, self._terminal)
        return self.process.output_fds

    def connect(self, host: Host, dead: deque[Dead], ending: threading.RLock) -> Connection:
        """The calling thread becomes the home of Node's requests."""
        from .connection import Connection  # late, as all that Node need not wait for
        from .transport import Channel

        process = self.process
        assert process is not None
        rings, process.rings = process.rings, ""
        channel = Channel(process.call_read, process.call_write, process.bell_fd, process.pid, rings)
        line = Connection(channel, host, threading.get_ident(), process.output_fds, dead, ending)
        self.interrupts.stand(line, process)
        return line

    def loops(self, conversation: Watched) -> Loops:
        """Loops that watch the pipes."""
        from .loop import Loops  # late: asyncio costs as much as all the rest

        return Loops(conversation)

    def welcome(self, versions: list[Any]) -> BaseException | None:
        """Node is ready. Returns why it is of no use: it is too old, or its half of the bridge is
        another's."""
        self.interrupts.ready()
        node, protocol = versions
        if protocol != VERSION:
            return BridgeError(f"Node's half of the bridge speaks version {protocol}, this one {VERSION}")
        if self.process is not None and int(str(node).lstrip("v").split(".")[0]) < OLDEST:
            return self._why_not(self.process.node, None, "")
        return None

    @staticmethod
    def _why_not(node: str, status: int | None, said: str) -> BaseException:
        from .failed_start import why_not

        return why_not(node, status, said)

    def ended(self, reason: str, unready: str | None, out_of_memory: bool) -> BaseException:
        """Reap it, and say why it ended."""
        process, self.process = self.process, None
        status, collected = None, False
        if process is not None:
            process.wait(_ENDS if _at_its_end(reason) else 0.2)
            status, collected = process.status, process.collected
            process.kill()
            process.close_control()
        stopped = self.interrupts.lost()
        if process is not None and unready is not None:
            if stopped:
                return NodeNotFound(f"{process.node} did not start, and was ended by Ctrl-C")
            return self._why_not(process.node, status, unready)
        why = stopped or (_COLLECTED if collected else _why(reason, status))
        lost = NodeLost(_out_of_memory() if out_of_memory else why)
        if not stopped and not collected and status is not None:
            if status < 0:
                lost.signal = -status
            elif not out_of_memory:
                lost.exit_status = status
        return lost

    def run_exit_listeners(self, line: Line, code: int | None, until: float | None) -> int | None:
        """The exit code after them; None where they have run, or what they did went wrong. Raises NodeLost,
        and BridgeError where Node is too busy to hear of it until a time (of time.perf_counter)."""
        if self.process is None or self._left is line:
            return None
        self._left, self._has_left = line, False
        asked = _LEAVE.format("" if code is None else code)
        reply = line.request([OPS["eval"], 0, 0, asked], [], until)
        self._has_left = True
        try:
            said = int(reply.head)
        except ValueError:
            return None
        self.untouched = bool(said & 1)
        return said >> 1

    def leave(self, line: Line) -> None:
        """Have it run what the program has left for its end, unless it is too busy to hear of it, and ask it
        to exit."""
        if self.process is not None:
            with contextlib.suppress(BridgeError):
                self.run_exit_listeners(line, None, time.perf_counter() + _HEARS)
            if self._has_left and self.unwaited:
                self.process.abandon()
                return
            line.note([NOTES["exit"], 0])

    def dismiss(self) -> None:
        """A child of ours has no say."""
        raise ProtocolError("only a parent may end Python")

    def wait(self) -> None:
        """Give it half a second."""
        process = self.process
        if process is not None:
            process.wait(0.5)

    def end(self) -> None:
        """Kill it."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.close_control()

    def forked(self) -> None:
        """A forked child must not keep Node alive."""
        process, self.process = self.process, None
        if process is not None:
            process.close_control()


class Bridge(Conversation):
    """The conversation with a Node process that this program starts, at the first use.

    Args:
        node: path of the Node to use (default: POLYREPL_NODE, the installed wheel, PATH).
        output: called as output(stream, text, form) for all that JavaScript prints (default:
            sys.stdout/stderr).
        cwd: directory Node runs in, from which `require` and `import()` resolve; default the current one.
        preload: files of modules that Node loads at once, because `import_module` will ask for them soon.
        stdin: a descriptor that is Node's standard input too; it has an empty one otherwise.
        terminal: JavaScript's process.stdout and stderr are terminals where this process's are, and what it
            prints still goes to `output`.
    """

    def __init__(
        self,
        *,
        node: str | None = None,
        output: Sink | None = None,
        cwd: str | os.PathLike[str] | None = None,
        preload: Sequence[str] = (),
        stdin: int | None = None,
        terminal: bool = False,
    ) -> None:
        self._node = NodeLife(node, cwd, preload, stdin, terminal)
        super().__init__(self._node, output=output, folder=cwd)
        _LIVING.add(self)

    def restart(self) -> None:
        """End Node (its objects are lost) and start a new one."""
        conn = self.connection
        if conn is not None and conn.failure is None:
            conn.lose("JavaScript was restarted")
        self.start()

    def leave(self, code: int | None = None) -> int | None:
        """Run JavaScript's `exit` listeners, which `close` does not run again then.

        Args:
            code: the exit code of the program, which they are told and may change; None: what it is, is for
                `process.exitCode` to say.

        Returns:
            `process.exitCode` after them; None where Node has ended, or is too busy to hear of it although a
            code was given (without one it is waited for).
        """
        exchange = self.exchange
        if exchange is None or not self.alive:
            return None
        until = None if code is None else time.perf_counter() + _HEARS
        try:
            return self._node.run_exit_listeners(exchange.connection, code, until)
        except NodeLost as lost:
            return lost.exit_status
        except BridgeError:
            return None

    @property
    def pid(self) -> int | None:
        """Process id of Node, None when it does not run."""
        process = self._node.process
        return process.pid if process is not None and self.alive else None


def unwaited(bridge: Bridge) -> None:
    """This process ends when the bridge is closed: a Node that has run all that was left for its end is
    killed then, and not waited for."""
    bridge._node.unwaited = True


def untouched(bridge: Bridge) -> bool:
    """Whether a bridge is closed whose Node has never asked Python anything: no code of the program's has run
    here."""
    return bridge._node.untouched


def started(bridge: Bridge, process: NodeProcess) -> Bridge:
    """Start a bridge with a Node that was spawned before it, with the same preload, stdin and terminal."""
    bridge._node.begun = process
    return bridge.start()


_COLLECTED = (
    "the Node process ended, and how is not known: something else in this program collected its exit status "
    "(a SIGCHLD handler, or os.waitpid(-1, ..))"
)


def _out_of_memory() -> str:
    from .failed_start import memory_limit

    limit = memory_limit()
    note = f" ({limit})" if limit else ""
    return f"JavaScript ran out of memory and Node ended{note}; Python's objects are still there"


def _at_its_end(reason: str) -> bool:
    """Was the connection lost because Node has ended?"""
    return reason == "end of file" or reason.startswith("[Errno ")


def _why(reason: str, status: int | None) -> str:
    # A broken pipe (while writing) says as little as an end of file (while reading): the status tells.
    if status is None or not _at_its_end(reason):
        return reason if reason[:1].isupper() else f"the Node process was lost ({reason})"
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"the Node process was killed by {signal.Signals(-status).name}"
    return f"the Node process ended with exit status {status}"


_LIVING: weakref.WeakSet[Bridge] = weakref.WeakSet()


def _close_all() -> None:
    for bridge in list(_LIVING):
        with contextlib.suppress(Exception):
            bridge.close()


def _after_fork() -> None:
    for bridge in list(_LIVING):
        bridge.forked()


atexit.register(_close_all)
os.register_at_fork(after_in_child=_after_fork)
