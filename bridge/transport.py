"""Frames over file descriptors: bytes only, no meaning.

In: bytes from Node. Out: Frame tuples, complete ones only; all read state lives in the Channel, never in a
local, so a nested read (a callback inside a callback) or an exception between two reads loses nothing.
Descriptors are non-blocking; who has to wait decides how (see connection).
"""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .errors import ProtocolError
from .protocol import KINDS, MAX_FRAME, PREFIX, PREFIX_SIZE

_CHUNK = 1 << 16
_LAST_KIND = max(KINDS.values())


class Frame(NamedTuple):
    """One frame: head is JSON text, body the binary segments behind it."""

    kind: int
    id: int
    epoch: int
    flags: int
    head: bytes
    body: bytes | memoryview


class Closed(Exception):
    """The other end is gone."""


class Channel:
    """A frame stream over a readable and a writable descriptor, both non-blocking."""

    def __init__(self, read_fd: int, write_fd: int, bell_fd: int) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd
        self.bell_fd = bell_fd
        self.lock = threading.Lock()
        self._rest: bytes = b""
        self._large: bytearray | None = None
        self._filled = 0
        self.sent = 0
        self.received = 0
        self.broken: ProtocolError | None = None  # what came behind the last good frame

    def receive(self) -> Sequence[Frame]:
        """Frames that are complete now, possibly none. Raises Closed at end of file, ProtocolError on
        junk."""
        if self._large is not None:
            return self._receive_large(self._large)
        try:
            data = os.read(self.read_fd, _CHUNK)
        except BlockingIOError:
            return ()
        except OSError as error:
            raise Closed(str(error)) from None
        if not data:
            raise Closed("end of file")
        if self._rest:
            data = self._rest + data
            self._rest = b""
        frames: list[Frame] = []
        position, end = 0, len(data)
        while end - position >= PREFIX_SIZE:
            size, ident, head, epoch, kind, flags = PREFIX.unpack_from(data, position)
            if size > MAX_FRAME or head > size or not 0 < kind <= _LAST_KIND:
                self.broken = ProtocolError(f"malformed frame (size {size}, head {head}, kind {kind})")
                if not frames:
                    raise self.broken
                return frames  # what came before it is valid
            start = position + PREFIX_SIZE
            stop = start + size
            if stop > end:
                if size > _CHUNK:
                    self._large = bytearray(PREFIX_SIZE + size)
                    self._filled = end - position
                    self._large[: self._filled] = data[position:]
                    position = end
                break
            middle = start + head
            body = data[middle:stop] if middle < stop else b""
            frames.append(Frame(kind, ident, epoch, flags, data[start:middle], body))
            position = stop
        if position < end:
            self._rest = data[position:]
        self.received += len(frames)
        return frames

    def _receive_large(self, large: bytearray) -> Sequence[Frame]:
        # Straight into its place: an array of 8 MB is never copied on its way in.
        view = memoryview(large)
        while self._filled < len(large):
            try:
                count = os.readv(self.read_fd, [view[self._filled :]])
            except BlockingIOError:
                return ()
            except OSError as error:
                raise Closed(str(error)) from None
            if not count:
                raise Closed("end of file")
            self._filled += count
        self._large = None
        self.received += 1
        _, ident, head, epoch, kind, flags = PREFIX.unpack_from(large, 0)
        middle = PREFIX_SIZE + head
        return (
            Frame(kind, ident, epoch, flags, bytes(view[PREFIX_SIZE:middle]), view[middle:].toreadonly()),
        )

    def send(
        self, parts: Sequence[bytes | memoryview], bell: bool, meanwhile: Callable[[], object] | None
    ) -> None:
        """Write parts completely. The caller holds `lock`. While the pipe is full, what arrives is read by
        `meanwhile` (two sides writing a megabyte at once would wait for each other for ever)."""
        data = parts[0]
        try:
            count = os.write(self.write_fd, data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            raise Closed(str(error)) from None
        # Rung before the rest is written: more than the pipe holds goes through only while Node reads.
        if bell:
            self.ring()
        if count != len(data) or len(parts) > 1:
            self._send_rest(parts, count, meanwhile)
            if bell and not count:
                self.ring()  # Node may have looked before the first byte was there
        self.sent += 1

    def ring(self) -> None:
        """One byte that wakes Node's event loop. A full bell socket rings anyway, so it may be dropped."""
        try:
            os.write(self.bell_fd, b"!")
        except BlockingIOError:
            pass
        except OSError as error:
            raise Closed(str(error)) from None

    def _send_rest(
        self, parts: Sequence[bytes | memoryview], skip: int, meanwhile: Callable[[], object] | None
    ) -> None:
        poll: select.poll | None = None
        for part in parts:
            view = memoryview(part).cast("B")
            if skip >= len(view):
                skip -= len(view)
                continue
            view, skip = view[skip:], 0
            while view:
                try:
                    view = view[os.write(self.write_fd, view) :]
                    continue
                except BlockingIOError:
                    pass
                except OSError as error:
                    raise Closed(str(error)) from None
                if poll is None:
                    poll = select.poll()
                    poll.register(self.write_fd, select.POLLOUT)
                    poll.register(self.read_fd, select.POLLIN)
                if meanwhile is not None:
                    for fd, _ in poll.poll(1000):
                        if fd == self.read_fd:
                            meanwhile()
                else:
                    poll.poll(1000)

    def close(self) -> None:
        """Close all descriptors; harmless twice."""
        for name in ("read_fd", "write_fd", "bell_fd"):
            fd: int = getattr(self, name)
            if fd >= 0:
                setattr(self, name, -1)
                os.close(fd)
