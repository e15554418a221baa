"""Standard streams that stay the same objects as long as there is a prompt.

In: sys.stdout and sys.stderr. Out: the same, but what is written while a prompt is drawn goes above it,
whoever has kept the stream since when: a handler of `logging` that was made in a form writes while the next
is typed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prompt_toolkit.patch_stdout import StdoutProxy


class Standing(StdoutProxy):
    """One stream. It is a StdoutProxy to prompt_toolkit, which draws on the `original_stdout` of such."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
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
            written: int = (self._above or self._stream).write(data)
        return written

    def flush(self) -> None:
        """As `write`."""
        with self._changing:
            (self._above or self._stream).flush()

    def close(self) -> None:
        """The program may not close what the prompt needs."""

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
    """While inside, sys.stdout and sys.stderr are `Standing`."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Standing(before[0]), Standing(before[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


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
