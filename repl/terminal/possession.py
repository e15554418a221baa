"""Who else can be using the terminal just now.

In: the terminal's descriptor. Out: whether this process has it to itself, and the terminal as it was when
something else has left it behind. Nobody has to say that the terminal is theirs: another process group in its
foreground, other modes than before, a child that holds it open, a thread that reads from it or waits until it
can (poll, select, epoll), each is seen.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import termios
import threading
from collections.abc import Callable, Iterator
from typing import Any

# Linux's numbers of what waits for input: read and readv, poll and ppoll, select and pselect6, epoll's waits.
_CALLS = {
    "x86_64": {"read": "0 19", "poll": "7 271", "select": "23 270", "epoll": "232 281 441"},
    "aarch64": {"read": "63 65", "poll": "73", "select": "72", "epoll": "22 441"},
}.get(os.uname().machine, {})
_WAITS = {number: kind for kind, numbers in _CALLS.items() for number in numbers.split()}
_MOST = 1024  # descriptors that one call of poll or select is looked through for
WATCHER = "polyrepl-keys"
"""The name of the thread that waits for keys without reading them (watched.py)."""


class Possession:
    """One terminal, and what it was like when a form began.

    Args:
        fd: the terminal.
        node: the number of the Node process, which may hold the terminal open without using it.
    """

    def __init__(self, fd: int, node: Callable[[], int | None] = lambda: None) -> None:
        self._fd = fd
        self._node = node
        self._devices = {os.fstat(fd).st_rdev}
        with contextlib.suppress(OSError):
            self._devices.add(os.stat("/dev/tty").st_rdev)
        self._modes: list[Any] | None = None

    def remember(self) -> None:
        """These are the modes that we want."""
        self._modes = self._now()

    def alone(self) -> bool:
        """Can nothing else be using it?"""
        return self._in_front() and self._now() == self._modes and not self._is_read() and not self._is_held()

    def is_asked(self) -> bool:
        """Does this very process wait for what is typed, and nothing else use it?"""
        return self._in_front() and self._now() == self._modes and self._is_read() and not self._is_held()

    def restore(self) -> None:
        """After something that had it: our modes, and the foreground where its owner has died."""
        group = self._group()
        if group not in (None, os.getpgrp()) and not _lives(group):
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
            try:
                with contextlib.suppress(OSError):
                    os.tcsetpgrp(self._fd, os.getpgrp())
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if self._modes is not None and self._in_front() and self._now() != self._modes:
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, self._modes)

    def _group(self) -> int | None:
        """The process group in the foreground; None where this is not our controlling terminal."""
        try:
            return os.tcgetpgrp(self._fd)
        except OSError:
            return None

    def _in_front(self) -> bool:
        return self._group() in (None, os.getpgrp())

    def _now(self) -> list[Any] | None:
        try:
            return termios.tcgetattr(self._fd)
        except termios.error:
            return None

    def _is_terminal(self, path: str | int) -> bool:
        try:
            return os.stat(path).st_rdev in self._devices
        except OSError:
            return False

    def _is_read(self) -> bool:
        """Does a thread of ours wait for what is typed? Known where /proc tells of system calls."""
        with contextlib.suppress(OSError):
            watching = {str(one.native_id) for one in threading.enumerate() if one.name == WATCHER}
            for thread in set(os.listdir("/proc/self/task")) - watching if _WAITS else ():
                with open(f"/proc/self/task/{thread}/syscall", encoding="ascii") as file:
                    number, *arguments = file.read().split()
                if number in _WAITS and any(map(self._is_terminal, _waited_for(_WAITS[number], arguments))):
                    return True
        return False

    def _is_held(self) -> bool:
        """Has a process that descends from this one the terminal open?"""
        node = self._node()
        try:
            return any(pid != node and self._holds(pid) for pid in _descendants(os.getpid()))
        except FileNotFoundError:  # no /proc, or one that does not tell of children
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PGID, os.getpgrp(), os.WEXITED | os.WNOHANG | os.WNOWAIT)
                return True
            return False

    def _holds(self, pid: int) -> bool:
        folder = f"/proc/{pid}/fd"
        try:
            return any(self._is_terminal(f"{folder}/{fd}") for fd in os.listdir(folder))
        except PermissionError:  # another user's, as of sudo: it may; but not one that has ended
            return not _has_ended(pid)
        except OSError:
            return False


def _waited_for(kind: str, arguments: list[str]) -> list[int]:
    """The descriptors that a system call of this process waits for.

    Raises:
        OSError: it has ended meanwhile.
    """
    first, second = (int(text, 16) for text in arguments[:2])
    if kind == "read":
        return [first]
    if kind == "epoll":
        with open(f"/proc/self/fdinfo/{first}", encoding="ascii") as file:
            return [int(line.split()[1]) for line in file if line.startswith("tfd:")]
    if kind == "poll":
        entries = struct.iter_unpack("=ihh", _memory(first, 8 * min(second, _MOST)))
        return [fd for fd, events, _ in entries if events & select.POLLIN]
    bits = int.from_bytes(_memory(second, (min(first, _MOST) + 7) // 8) if second else b"", "little")
    return [fd for fd in range(min(first, _MOST)) if bits >> fd & 1]


def _memory(start: int, size: int) -> bytes:
    """A piece of this process's memory. Raises OSError where there is none (any more)."""
    with open("/proc/self/mem", "rb", buffering=0) as file:
        file.seek(start)
        return file.read(size)


def _lives(group: int | None) -> bool:
    try:
        os.killpg(group or 0, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _has_ended(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except OSError:
        return True


def _descendants(pid: int) -> Iterator[int]:
    """Raises FileNotFoundError where they cannot be known."""
    waiting, begun = [pid], False
    while waiting:
        folder = f"/proc/{waiting.pop()}/task"
        try:
            for thread in os.listdir(folder):
                with open(f"{folder}/{thread}/children", encoding="ascii") as file:
                    found = [int(child) for child in file.read().split()]
                yield from found
                waiting += found
        except OSError as error:  # it has just ended, unless it is this one
            if not begun:
                raise FileNotFoundError from error
        begun = True
