"""`python -m polyrepl.bridge`: serve a Node parent (`createNodePythonBridge` in node/library.mjs starts it).

In: descriptor 3, a pair of sockets to the parent: a hand-shake, afterwards the bell. Out: the same
operations as for a Node child. The call channel is a pair of pipes made here, which the parent opens through
/proc.
"""

from __future__ import annotations

import asyncio
import os
import sys

from . import _shared
from .bridge import Bridge
from .connection import loads
from .errors import BridgeError, NodeLost
from .handles import Exports, Imports
from .marshal import Marshal
from .output import Output, default_sink
from .server import Server
from .transport import Channel

_CONTROL = 3


class ParentBridge(Bridge):
    """A bridge whose Node is the parent process."""

    def serve_parent(self) -> asyncio.Event:
        """Shake hands and begin to serve on the running loop. The event is set when the parent is gone."""
        their_read, write = os.pipe()
        read, their_write = os.pipe()
        for fd in (read, write):
            os.set_blocking(fd, False)
        os.write(_CONTROL, f"{os.getpid()},{their_read},{their_write}\n".encode())
        if os.read(_CONTROL, 1) != b"!":
            raise BridgeError("the parent process is gone")
        os.close(their_read)
        os.close(their_write)
        os.set_blocking(_CONTROL, False)
        self._loads = loads
        self._exports = Exports()
        self._imports = Imports(self._make)
        self.marshal = Marshal(self._exports, self._imports, self._custom, self._revive)
        self.server = Server(self.marshal, self.stats)
        self._output = Output(default_sink, [])
        self._ready = True
        self._gone = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        connection = self._connect(Channel(read, write, _CONTROL), [])
        self.loops.attach(self._loop, connection)
        return self._gone

    def start(self) -> Bridge:
        """A lost parent does not come back."""
        if self.connection is None or self.connection.failure is not None:
            raise NodeLost("the parent process is gone")
        return self

    def lost(self, reason: str) -> BaseException:
        self._loop.call_soon_threadsafe(self._gone.set)
        if self._loops is not None and self.connection is not None:
            self._loops.detach(self.connection)
        return NodeLost("the parent process is gone")


async def _main() -> None:
    bridge = ParentBridge()
    gone = bridge.serve_parent()
    _shared.append(bridge)  # `from polyrepl.bridge import node` is the parent here
    await gone.wait()


def main() -> int:
    """Exit code 0 when the parent is gone, 2 when there is none."""
    try:
        os.fstat(_CONTROL)
    except OSError:
        print(
            "python -m polyrepl.bridge is started by createNodePythonBridge (docs/bridge.md)", file=sys.stderr
        )
        return 2
    asyncio.run(_main())
    sys.stdout.flush()
    # Threads that still run for a parent that is gone keep nobody waiting.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
