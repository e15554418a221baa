"""Pipes that can be opened twice, on every POSIX system.

In: nothing but a folder to make a FIFO in. Out: descriptors of a pipe without a name. Whether a read waits
belongs to an open description, not to a descriptor, and an anonymous pipe has one description an end (a
second one is to be had through Linux's /proc alone). A FIFO gives one with each `open`: it lies in a folder
that only this user may enter, and is unlinked as soon as everybody has opened it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Sequence

from .errors import NodeNotFound

# Memory before disks: the clock of a FIFO's inode is set with each write, and a disk would have to keep it.
PLACES = ("/dev/shm", "/tmp", "/var/tmp")
_LOOK, _WRITE = os.O_RDONLY | os.O_NONBLOCK, os.O_WRONLY | os.O_NONBLOCK


@contextlib.contextmanager
def fifos(*names: str, places: Sequence[str] = PLACES) -> Iterator[list[str]]:
    """New FIFOs of these names in a private folder, by their paths; all is gone afterwards.

    Args:
        names: of the FIFOs.
        places: where the folder may be, the first that serves, if the user's TMPDIR does not.

    Raises:
        NodeNotFound: there is no folder where this user may make one.
    """
    # Not `tempfile`: what it imports takes longer than all else that is done here.
    chosen = [place for name in ("TMPDIR", "TEMP", "TMP") if (place := os.environ.get(name))]
    problem = ""
    for place in (*chosen, *places):
        folder = os.path.join(place, f"polyrepl-{os.urandom(8).hex()}")
        paths = [os.path.join(folder, name) for name in names]
        try:
            os.mkdir(folder, 0o700)
            for path in paths:
                os.mkfifo(path, 0o600)
        except OSError as error:
            problem = problem or f"{place}: {error.strerror}"
            _remove(folder, paths)
        else:
            break
    else:
        raise NodeNotFound(
            f"no place for a pipe to Node ({problem}): set TMPDIR to a folder you may write to"
        )
    try:
        yield paths
    finally:
        _remove(folder, paths)


def _remove(folder: str, paths: list[str]) -> None:
    for path in paths:
        with contextlib.suppress(OSError):  # the other side may have been first
            os.unlink(path)
    with contextlib.suppress(OSError):
        os.rmdir(folder)


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """No signal is delivered to this thread: what ends the process must not leave a file behind."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def pipe() -> tuple[int, int, int]:
    """A pipe of three descriptors: the end that reads and waits, the same end for a look that never waits,
    and the writing end, which never waits either.

    Raises:
        NodeNotFound: there is no folder to make it in.
    """
    with undisturbed(), contextlib.ExitStack() as opened, fifos("pipe") as (path,):

        def held(flags: int) -> int:
            fd = os.open(path, flags)
            opened.callback(os.close, fd)
            return fd

        # In this order nobody waits for another end to be opened.
        look, write, read = held(_LOOK), held(_WRITE), held(os.O_RDONLY)
        opened.pop_all()
        return read, look, write


@contextlib.contextmanager
def offered() -> Iterator[tuple[str, int, int]]:
    """A pair of pipes to another process, which opens its ends in the meantime: the folder where they lie as
    `in` and `out`, seen from there, and our ends, which never wait: what reads and what writes.

    Raises:
        NodeNotFound: there is no folder to make them in.
    """
    with fifos("in", "out") as (theirs, ours):
        read = os.open(ours, _LOOK)
        reader = os.open(theirs, _LOOK)  # a FIFO that nobody reads cannot be opened for writing
        try:
            write = os.open(theirs, _WRITE)
            yield os.path.dirname(theirs), read, write
        finally:
            os.close(reader)
