"""What a conversation asks of whatever is at its other end.

In: the moments at which one begins and ends. Out: a connection, and why it is over. A Node process of ours is
one life (bridge.py), the parent of this process another (__main__.py); one that could not end would be too.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Protocol

from .asking import Interrupts as Asked
from .descriptors import Descriptor

if TYPE_CHECKING:  # they are loaded while Node starts
    from .exchange import Exchange
    from .handles import Dead
    from .line import Line
    from .loop import Loops, Watched


class Interrupts(Asked, Protocol):
    """What a conversation asks of the interrupt ladder."""

    def interrupt(self, form: int | None) -> bool: ...


class Life(Protocol):
    """How the other side begins and ends."""

    @property
    def interrupts(self) -> Interrupts:
        """The one ladder for all that lives."""

    def begin(self) -> list[Descriptor]:
        """Start the other side, without waiting for it. Returns the descriptors of its raw output. Raises
        what says that it cannot be started."""

    def connect(self, host: Exchange, dead: deque[Dead], ending: threading.RLock) -> Line:
        """A connection with it (see connection.Connection for the arguments)."""

    def loops(self, conversation: Watched) -> Loops:
        """The asyncio loops that watch the connection."""

    def welcome(self, versions: list[Any]) -> BaseException | None:
        """It is ready: the platform's version, the protocol's. Returns why it is of no use, if so."""

    def ended(self, reason: str, unready: str | None, out_of_memory: bool) -> BaseException:
        """It is gone; whatever is left of it is ended. Returns what pending calls fail with. `unready`: what
        it had said until then, if it never was ready."""

    def leave(self, line: Line) -> None:
        """Ask it to end."""

    def dismiss(self) -> None:
        """The other side has asked this process to end. Raises ProtocolError where it has no say in that."""

    def wait(self) -> None:
        """Give it a moment to end by itself."""

    def end(self) -> None:
        """End it now; harmless when it has ended."""

    def forked(self) -> None:
        """This is a forked child, and the other side its parent's: only close what was inherited."""
