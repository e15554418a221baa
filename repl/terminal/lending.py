"""How a program comes to use the terminal by itself: it reads what is typed, or starts what may.

In: who draws on the terminal. Out: a context in which it hears of that before it happens, and in which
nothing is drawn while the program reads. What happens without a word is seen a moment later (possession.py),
but a line that was drawn would then be written over.
"""

from __future__ import annotations

import builtins
import contextlib
import functools
import os
import subprocess
import sys
import termios
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

# What waits until the other is done, and what goes on beside it.
_WAIT: tuple[tuple[Any, str], ...] = ((builtins, "input"), (os, "system"))
_START: tuple[tuple[Any, str], ...] = (
    (os, "fork"), (os, "forkpty"), (os, "posix_spawn"), (os, "posix_spawnp"), (subprocess, "_fork_exec"),
    (termios, "tcsetattr"),
)  # fmt: skip
_READS = ("read", "readline", "readlines", "readinto")
_ALL = ("fileno", "buffer", "detach")


class Lender(Protocol):
    """Who draws on the terminal."""

    def lent(self) -> contextlib.AbstractContextManager[None]:
        """While inside, something else uses it."""

    def stepping_back(self) -> contextlib.AbstractContextManager[None]:
        """While inside, something begins that may use it from then on."""

    def give(self) -> None:
        """The program may use it in any way, until its form ends."""


class Keyboard:
    """Standard input of the program. Everything is the stream's own, but the lender hears of it."""

    def __init__(self, lender: Lender, stream: Any = None) -> None:
        self._lender = lender
        self._stream = sys.stdin if stream is None else stream

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._stream, name)
        if name in _READS:
            return _within(self._lender.lent, found)
        if name in _ALL:
            self._lender.give()
        return found

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        with self._lender.lent():
            return str(next(self._stream))

    @contextlib.contextmanager
    def lending(self) -> Iterator[None]:
        """While inside, the program finds this for its standard input, and the lender hears of all else."""
        lender = self._lender
        changes = [
            (place, name, _within(lender.stepping_back, getattr(place, name)))
            for place, name in _START
            if hasattr(place, name)
        ]
        with self.waiting(), replaced(changes):
            yield

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """While inside, the lender hears of what waits for the terminal's other user, and of no more."""
        changes = [(place, name, _within(self._lender.lent, getattr(place, name))) for place, name in _WAIT]
        if self._stream is not None and self._stream.isatty():
            changes.append((sys, "stdin", self))
        with replaced(changes):
            yield


def _within(context: Callable[[], contextlib.AbstractContextManager[None]], function: Any) -> Any:
    @functools.wraps(function)
    def within(*args: Any, **kwargs: Any) -> Any:
        with context():
            return function(*args, **kwargs)

    return within


@contextlib.contextmanager
def replaced(changes: Iterable[tuple[Any, str, Any]]) -> Iterator[None]:
    """While inside, attributes are others. One that the program has set meanwhile stays as it is."""
    before = [(place, name, getattr(place, name), other) for place, name, other in changes]
    for place, name, _, other in before:
        setattr(place, name, other)
    try:
        yield
    finally:
        for place, name, was, other in reversed(before):
            if getattr(place, name, None) is other:
                setattr(place, name, was)
