"""Standard streams that stay the same objects as long as there is a prompt.

In: sys.stdin, sys.stdout and sys.stderr. Out: the same, but what is written while a prompt is drawn goes
above it, whoever has kept the stream since when: a handler of `logging` that was made in a form writes while
the next is typed. What a program closes of them (as `exit()` of Python's site does, `open(0)`, `os.close(1)`)
is there again for the prompt.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from prompt_toolkit.patch_stdout import StdoutProxy

FIRST = 10  # of the descriptors that are kept: below it a program may count on its own numbers


class Descriptor:
    """A standard descriptor, and a copy by which it is there again.

    Args:
        number: its number.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._copy = fcntl.fcntl(number, fcntl.F_DUPFD_CLOEXEC, FIRST)

    def mend(self) -> None:
        """Open it where it is closed."""
        try:
            os.fstat(self._number)
        except OSError:
            with suppress(OSError):
                os.dup2(self._copy, self._number)

    def forget(self) -> None:
        """There is no prompt any more."""
        with suppress(OSError):
            os.close(self._copy)


class Input:
    """Standard input. Whoever closes it, or takes its buffer, finds another on the same descriptor."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._open(), name)

    def _open(self) -> Any:
        try:
            closed = self._stream.closed
        except ValueError:  # its buffer was detached
            closed = True
        if closed:
            self._stream = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
        return self._stream

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return str(next(self._open()))

    def __enter__(self) -> Input:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """The program may not close what the prompt needs."""


class Standing(StdoutProxy):
    """One stream. It is a StdoutProxy to prompt_toolkit, which draws on the `original_stdout` of such.

    Args:
        stream: it.
        descriptors: that stay open.
    """

    def __init__(self, stream: Any, descriptors: Sequence[Descriptor] = ()) -> None:
        self._stream = stream
        self._descriptors = descriptors
        self._above: StdoutProxy | None = None
        self._changing = threading.RLock()

    def go_above(self, proxy: StdoutProxy | None) -> None:
        """What is written goes above the prompt that is drawn from now on; None: there is none any more."""
        with self._changing:
            self._above = proxy

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, data: str) -> int:
        """Above the prompt, or where there is none to the stream."""
        with self._changing:
            try:
                (self._above or self._stream).write(data)
            except OSError as error:
                self._mended(error)
        return len(data)

    def flush(self) -> None:
        """As `write`."""
        with self._changing:
            try:
                (self._above or self._stream).flush()
            except OSError as error:
                self._mended(error)

    def close(self) -> None:
        """The program may not close what the prompt needs."""

    def _mended(self, error: OSError) -> None:
        """Write what the stream still has, where it was closed."""
        if error.errno != errno.EBADF or not self._descriptors:
            raise error
        self.mend()
        (self._above or self._stream).flush()

    def mend(self) -> None:
        """Open what is closed of the descriptors."""
        for each in self._descriptors:
            each.mend()

    @property
    def original_stdout(self) -> Any:
        """The stream itself."""
        return self._stream

    def fileno(self) -> int:
        """The stream's."""
        return int(self._stream.fileno())

    def isatty(self) -> bool:
        """Is the stream a terminal?"""
        return bool(self._stream.isatty())

    @property
    def encoding(self) -> str:
        """The stream's."""
        return str(self._stream.encoding)

    @property
    def errors(self) -> str:
        """The stream's."""
        return str(self._stream.errors)


@contextmanager
def standing() -> Iterator[None]:
    """While inside, sys.stdout and sys.stderr are `Standing`, and sys.stdin is `Input`; where they are those
    of the process, their descriptors are open for each prompt."""
    before = sys.stdin, sys.stdout, sys.stderr
    descriptors = [Descriptor(number) for number, stream in enumerate(before) if _stands_on(number, stream)]
    if descriptors and _stands_on(0, sys.stdin):
        sys.stdin = Input(sys.stdin)
    sys.stdout, sys.stderr = Standing(before[1], descriptors), Standing(before[2], descriptors)
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        for each in descriptors:
            each.forget()


def _stands_on(number: int, stream: Any) -> bool:
    """Is it the stream of a standard descriptor?"""
    try:
        return bool(stream.fileno() == number)
    except (AttributeError, OSError, ValueError):
        return False


def mend() -> None:
    """Open what a program has closed of the standard descriptors."""
    if isinstance(sys.stdout, Standing):
        sys.stdout.mend()


@contextmanager
def above_the_prompt() -> Iterator[None]:
    """While inside, a prompt is drawn, and what is printed goes above it."""
    with StdoutProxy(raw=True) as proxy:
        before = sys.stdout, sys.stderr
        kept = [each for each in before if isinstance(each, Standing)]
        for each in kept:
            each.go_above(proxy)
        if len(kept) < 2:  # the program has put others there
            sys.stdout = sys.stderr = proxy
        try:
            yield
        finally:
            for each in kept:
                each.go_above(None)
            if len(kept) < 2:
                sys.stdout, sys.stderr = before
