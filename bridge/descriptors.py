"""Descriptors that know what they were opened as.

In: numbers of open files. Out: the same numbers, and whether they are still those files. A program may
close what is not its own (`os.closerange`, as a daemon does), and the numbers are soon others': nothing may
be written to them, read from them, or closed then.
"""

from __future__ import annotations

import contextlib
import os


class Descriptor(int):
    """A number of an open file of ours, for whatever takes such numbers."""

    _file: tuple[int, int] | None

    def __new__(cls, fd: int) -> Descriptor:
        """Remember what `fd` is; a negative one is nothing."""
        made = super().__new__(cls, fd)
        made._file = _file(fd)
        return made

    @property
    def ours(self) -> bool:
        """Whether it is what it was."""
        return self._file is not None and _file(self) == self._file

    def close(self) -> None:
        """Close it if it is ours; harmless twice."""
        if self.ours:
            with contextlib.suppress(OSError):
                os.close(self)
        self._file = None


def _file(fd: int) -> tuple[int, int] | None:
    try:
        found = os.fstat(fd)
    except OSError:
        return None
    return found.st_dev, found.st_ino
