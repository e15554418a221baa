"""What is known of a Node that has ended, and what is told of it before a form, after it and between two.

In: that one has ended; what a form has failed with. Out: the events that say so: the program's own end, a
failure, another Node in its place. Each end is told once.
"""

from __future__ import annotations

from collections.abc import Callable

from polyrepl.bridge import Bridge, NodeLost

from .events import Exit, Lost, Problem
from .trace import Trace


class Ended:
    """The ends of a session's Nodes.

    Args:
        bridge: what has lost them.
        trace: what makes the events.
        of_program: whether a Node of that bridge is a program's, whose end is the program's.
    """

    def __init__(self, bridge: Bridge, trace: Trace, of_program: Callable[[], bool]) -> None:
        self._bridge = bridge
        self._trace = trace
        self._of_program = of_program
        self._lost: NodeLost | None = None
        """How a Node has ended that was between two forms, until that is told."""
        self._told: NodeLost | None = None
        """The last one that was told of before the next form."""

    def note(self, reason: str) -> None:
        """A Node has ended."""
        lost = self._bridge.ended_by
        self._lost = lost if isinstance(lost, NodeLost) else NodeLost(reason)

    def forget(self) -> None:
        """The next Node was asked for."""
        self._lost = None

    def within(self, lost: NodeLost) -> Problem:
        """A form has failed with that. Where it found only what the last Node has left, why is known here."""
        known, self._lost = self._lost, None
        return self._trace.node_lost(lost if known is None else known)

    def after(self) -> Problem | None:
        """What is to be told where nothing runs any more, if a Node has ended."""
        return None if self._lost is None else self.within(self._lost)

    def between(self, *, only_exit: bool) -> Lost | Exit | None:
        """What is to be told of a Node that has ended between two forms before the next one comes, if ever:
        the end that the program asked for, and, once, that another Node is to begin (unless `only_exit`)."""
        lost, left = self._lost, self.left()
        if left is not None:
            return left
        if lost is None or only_exit or self._told is lost:
            return None
        self._told = lost
        return self._trace.node_replaced(lost)

    def left(self) -> Exit | None:
        """The program's own end, where it has ended a Node between two forms."""
        lost = self._lost
        if lost is None or lost.exit_status is None or not self._of_program():
            return None
        return Exit(lost.exit_status)

    def replaced(self) -> Lost | None:
        """What is to be told before a form that another Node runs, where that was not told yet."""
        lost, self._lost = self._lost, None
        return None if lost is None or lost is self._told else self._trace.node_replaced(lost)
