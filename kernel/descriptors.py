"""What is written past sys.stdout: by child processes and C libraries, to the descriptors 1 and 2.

In: a descriptor that is the reading end of a pipe. Out: its text, whoever asks first for it: the thread that
waits for it, or whoever must know that nothing is left (a cell that ends).
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select

READ_BYTES = 64 * 1024
"""As much as a pipe holds: all that was written before, and an end where a child writes without one."""
ECHO_BYTES = 4096
"""POSIX: a pipe that can be written to takes as much without waiting."""


class Descriptor:
    """The reading end of a pipe. Not safe for threads: its owner has the lock.

    Args:
        fd: the reading end; from now on it does not block.
        echo: where all of it goes too, as far as that takes it without waiting: the server's log.
    """

    def __init__(self, fd: int, echo: int) -> None:
        os.set_blocking(fd, False)
        self._fd = fd
        self._echo = echo
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._owner = os.getpid()
        self.ended = False

    def take(self) -> str:
        """What there is to read now; nothing in a forked child, whose parent reads."""
        if self.ended or os.getpid() != self._owner:
            return ""
        try:
            data = os.read(self._fd, READ_BYTES)
        except BlockingIOError:
            return ""
        self.ended = not data
        self._copy(data)
        return self._decoder.decode(data)

    def _copy(self, data: bytes) -> None:
        ready = select.poll()
        ready.register(self._echo, select.POLLOUT)
        with contextlib.suppress(OSError):
            for start in range(0, len(data), ECHO_BYTES):
                if ready.poll(0) != [(self._echo, select.POLLOUT)]:
                    return
                os.write(self._echo, data[start : start + ECHO_BYTES])

    def wait(self) -> None:
        """Sleep until there is something to read."""
        ready = select.poll()
        ready.register(self._fd, select.POLLIN)
        ready.poll()
