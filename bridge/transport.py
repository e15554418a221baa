"""Frames over file descriptors, or over rings in shared memory: bytes only, no meaning.

In: bytes from Node. Out: Frame tuples, complete ones only; all read state lives in the Channel, never in a
local, so a nested read (a callback inside a callback) or an exception between two reads loses nothing.
Descriptors are non-blocking; who has to wait decides how (see connection).

Each conversation begins on the pipes. A side that has the rings (rings.py) says so by a frame of the kind
RINGS, its last on its pipe; that pipe is a bell from then on, which is readable when something has come. A
side that has not says why by such a frame, and goes on. Python answers Node's, so each way has one moment.
"""

from __future__ import annotations

import _thread
import contextlib
import errno
import os
import select
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .descriptors import Descriptor
from .errors import ProtocolError
from .foreign import clip
from .midst import came_between
from .protocol import KINDS, MAX_FRAME, PREFIX, PREFIX_SIZE

if TYPE_CHECKING:  # most programs have a Node of their own, which is started first
    from .rings import Rings

_CHUNK = 1 << 16
_AT_MOST = (_CHUNK,)
_A_WHILE = 0.02  # seconds
_LONGEST = 300  # characters of a reason
_NOBODY = -1
_monotonic, _perf_counter = time.monotonic, time.perf_counter
_unpack = PREFIX.unpack_from
_tuple = tuple.__new__
_read, _write = os.read, os.write
_RINGS = KINDS["RINGS"]
_LAST_KIND = _RINGS - 1  # of those that have a meaning
_GO_ON = [PREFIX.pack(0, 0, 0, 0, _RINGS, 0)]  # to the rings
# How long a wait spins before it sleeps: a look at a pipe costs more than one at memory.
_SPIN_ON_PIPES, _SPIN_ON_RINGS = 0.00008, 0.00005
_NONE = "only a Node that Python has started has rings"
_FULL = 10  # milliseconds: another thread may have heard that there is room


class Frame(NamedTuple):
    """One frame: head is JSON text, body the binary segments behind it."""

    kind: int
    id: int
    epoch: int
    flags: int
    head: bytes
    body: bytes | memoryview


def _room_for(size: int) -> bytearray:
    try:
        return bytearray(size)
    except MemoryError:
        raise ProtocolError(f"no memory for a frame of {size} bytes") from None


def _owned(fd: int, owner: int) -> int:
    """Mark an open file of ours by its owner, as F_GETOWN tells it. `_NOBODY` where that cannot be done."""
    from fcntl import F_GETOWN, F_SETOWN, fcntl

    if fd >= 0 and owner > 0:
        with contextlib.suppress(OSError):
            fcntl(fd, F_SETOWN, owner)
            if fcntl(fd, F_GETOWN) == owner:
                return owner
    return _NOBODY


class Closed(Exception):
    """The other end is gone."""


TAKEN = "its pipes were closed by something else in this program (os.closerange?)"


def closed(error: OSError) -> Closed:
    """What an error of the descriptors says: the other end is gone, or they are others' by now."""
    return Closed(TAKEN if error.errno == errno.EBADF else str(error))


class Channel:
    """A frame stream over a readable and a writable descriptor, both non-blocking.

    Args:
        read_fd: what is read.
        write_fd: what is written.
        bell_fd: what wakes the other side.
        peer: the process on the other side, 0 if it is not known.
        rings: what frames cross by when the other side has it too, or why there is none.

    Attributes:
        why: why frames cross by the pipes; "" where they do not.
        spin: for how many seconds a wait may spin.
        plain: the rings, once both sides write to them.
    """

    def __init__(
        self, read_fd: int, write_fd: int, bell_fd: int, peer: int = 0, rings: Rings | str = _NONE
    ) -> None:
        self.read_fd = Descriptor(read_fd)
        self.write_fd = Descriptor(write_fd)
        self.bell_fd = Descriptor(bell_fd)
        from fcntl import F_GETOWN, fcntl  # late: not all conversations go over descriptors

        self._fcntl, self._get_owner = fcntl, F_GETOWN
        # Who would get signals of the file, if it sent any. It belongs to the open file, not to its number
        # and no other file has it, and it is read in a fraction of the time of an fstat.
        self._owner = _owned(self.write_fd, peer)
        self._looked = 0.0
        self.lock = threading.Lock()
        self._came: list[bytes] = []  # one piece at most, until its frames are told of
        self._rest: bytes = b""
        self._large: bytearray | None = None
        self._filled = 0
        self.spin = _SPIN_ON_PIPES
        self.why = rings if isinstance(rings, str) else "Node has not said yet whether it has them"
        self._rings = None if isinstance(rings, str) else rings
        self._take: Callable[[float], bytes] | None = None  # from the ring, once Node writes to it
        self._put: Callable[[bytes | memoryview], int] | None = None  # to the ring, once Node was told
        self._accepted = False  # Node is to be told
        self.plain: Rings | None = None  # once both sides write to them
        if self._rings is not None:
            self._rings.bells(self.read_fd, self.write_fd, self.bell_fd)
        self._sent = 0
        self._received = 0
        self.broken: ProtocolError | None = None  # what came behind the last good frame

    def intact(self) -> bool:
        """Whether the descriptors are still ours, which `send` looks at too before it writes: what writes
        each time, the others now and then."""
        try:
            if (
                self._fcntl(self.write_fd, self._get_owner) != self._owner
                or _monotonic() - self._looked >= _A_WHILE
            ):
                self._look()
        except (OSError, ValueError, Closed):
            return False
        return True

    def _look(self) -> None:
        """Raise Closed where the descriptors are not ours any more."""
        intact = self.write_fd.ours
        now = _monotonic()
        if now - self._looked >= _A_WHILE:
            self._looked = now
            intact = intact and self.read_fd.ours and self.bell_fd.ours
        if not intact:
            raise Closed(TAKEN)

    def receive(self, until: float = 0.0) -> Sequence[Frame]:
        """Frames that are complete now, possibly none; where nothing has come it looks again and again until
        a time (of time.perf_counter). Raises Closed at end of file, ProtocolError on junk."""
        if self._take is not None:
            return self._receive_rings(self._take, until)
        if self._large is not None:
            return self._receive_large(self._large)
        came = self._came
        while not came:
            try:
                came.extend(map(_read, (self.read_fd,), _AT_MOST))
            except BlockingIOError:
                if not until or _perf_counter() >= until:
                    return ()
            except OSError as error:
                if came_between(error):
                    raise
                raise closed(error) from None
        if not came[0]:
            came.clear()
            raise Closed("end of file")
        return self._parse(came[0])

    def _receive_rings(self, take: Callable[[float], bytes], until: float) -> Sequence[Frame]:
        whole: list[Frame] = []
        try:
            if self._large is not None:
                assert self._rings is not None
                self._filled += self._rings.into(self._large, self._filled)
                if self._filled < len(self._large):
                    return ()
                whole.append(self._whole(self._large))
                until = 0.0
            if not self._came:
                self._came.extend(map(take, (until,)))
            data = self._came[0]
        except (OSError, EOFError, ValueError) as error:
            if not isinstance(error, EOFError) and came_between(error):
                raise
            if whole:  # it came before that, which the next look finds again
                return whole
            if isinstance(error, OSError):
                raise closed(error) from None
            if isinstance(error, EOFError):
                raise Closed(str(error)) from None
            raise ProtocolError(str(error)) from None
        if not data:
            self._came.clear()
            return whole
        return [*whole, *self._parse(data)] if whole else self._parse(data)

    def _parse(self, data: bytes) -> Sequence[Frame]:
        """The frames that are complete with these bytes, which have come. Up to its last steps, which are one
        for the interpreter, nothing is changed: an exception of a signal's handler may come before."""
        if self._rest:
            data = self._rest + data
        position, end = 0, len(data)
        if end >= PREFIX_SIZE:  # nearly always it is one frame
            size, ident, head, epoch, kind, flags = _unpack(data)
            if head == size == end - PREFIX_SIZE and 0 < kind <= _LAST_KIND:
                only = (_tuple(Frame, (kind, ident, epoch, flags, data[PREFIX_SIZE:], b"")),)
                self._received += 1
                self._came, self._rest = [], b""
                return only
        frames: list[Frame] = []
        large, filled = self._large, self._filled
        while end - position >= PREFIX_SIZE:
            size, ident, head, epoch, kind, flags = _unpack(data, position)
            about_rings = kind == _RINGS and self._rings is not None and self._take is None
            if size > MAX_FRAME or head > size or not (0 < kind <= _LAST_KIND or about_rings):
                self.broken = ProtocolError(f"malformed frame (size {size}, head {head}, kind {kind})")
                self._came, self._rest = [], b""
                if not frames:
                    raise self.broken
                return frames  # what came before it is valid
            start = position + PREFIX_SIZE
            stop = start + size
            if stop > end:
                if size > _CHUNK:
                    large, filled = _room_for(PREFIX_SIZE + size), end - position
                    large[:filled] = data[position:]
                    position = end
                break
            if about_rings:
                if self._heard(data[start:stop]):  # what is behind it has only rung
                    self._received += len(frames)
                    self._came, self._rest = [], b""
                    return [*frames, *self.receive()]
                position = stop
                continue
            middle = start + head
            body = data[middle:stop] if middle < stop else b""
            # As its constructor does, without a call of Python's.
            frames.append(_tuple(Frame, (kind, ident, epoch, flags, data[start:middle], body)))
            position = stop
        received = self._received + len(frames)
        self._came, self._rest = [], data[position:]
        self._large, self._filled, self._received = large, filled, received
        return frames

    def _heard(self, reason: bytes) -> bool:
        """Node has said whether it has the rings: the text is why not."""
        rings = self._rings
        assert rings is not None
        if reason:
            self._rings, self.why = None, clip(" ".join(reason.decode(errors="replace").split()), _LONGEST)
            rings.close()
            return False
        self.why, self.spin = "", _SPIN_ON_RINGS
        self._take, self._accepted = rings.receive, True
        return True

    def _receive_large(self, large: bytearray) -> Sequence[Frame]:
        # Straight into its place: an array of 8 MB is never copied on its way in.
        view = memoryview(large)
        while self._filled < len(large):
            try:
                count = os.readv(self.read_fd, [view[self._filled :]])
            except BlockingIOError:
                return ()
            except OSError as error:
                if came_between(error):
                    raise
                raise closed(error) from None
            if not count:
                raise Closed("end of file")
            self._filled += count
        return (self._whole(large),)

    def _whole(self, large: bytearray) -> Frame:
        """A frame that was read to its place."""
        view = memoryview(large)
        self._large = None
        self._received += 1
        _, ident, head, epoch, kind, flags = _unpack(large, 0)
        middle = PREFIX_SIZE + head
        return Frame(kind, ident, epoch, flags, bytes(view[PREFIX_SIZE:middle]), view[middle:].toreadonly())

    def beside(self, reads: Callable[[], bool]) -> None:
        """Whether somebody reads: plain calls look before they do."""
        if self._rings is not None:
            self._rings.among(self.lock.locked, reads, _thread._count)

    @property
    def end(self) -> int | None:
        """How much was written to the rings; None: they are not in use."""
        return None if self.plain is None else self.plain.written()

    def reached(self, end: int | None) -> bool:
        """Whether the other side may have read what was written until then."""
        return end is None or self.plain is None or self.plain.reached(end)

    @property
    def sent(self) -> int:
        """How often something was sent."""
        return self._sent + (0 if self.plain is None else self.plain.counts()[0])

    @property
    def received(self) -> int:
        """How many frames have come."""
        return self._received + (0 if self.plain is None else self.plain.counts()[1])

    @property
    def unread(self) -> bool:
        """Whether a frame has come in part."""
        return self._large is not None or self._rest != b"" or bool(self._came)

    @property
    def filling(self) -> bool:
        """Whether a large frame has come in part."""
        return self._large is not None

    def send(
        self, parts: Sequence[bytes | memoryview], bell: bool, meanwhile: Callable[[], object] | None
    ) -> None:
        """Write parts completely. The caller holds `lock`. While the pipe is full, what arrives is read by
        `meanwhile` (two sides writing a megabyte at once would wait for each other for ever)."""
        if self._accepted and self._rings is not None:
            self._send(_GO_ON, False, meanwhile)
            self._put, self.plain = self._rings.send, self._rings
            self._accepted = False
        if self._put is not None:
            self._send_rings(self._put, parts, meanwhile)
        else:
            self._send(parts, bell, meanwhile)
        self._sent += 1

    def _send(
        self, parts: Sequence[bytes | memoryview], bell: bool, meanwhile: Callable[[], object] | None
    ) -> None:
        data = parts[0]
        fd = self.write_fd
        try:
            if self._fcntl(fd, self._get_owner) != self._owner or _monotonic() - self._looked >= _A_WHILE:
                self._look()
            count = _write(fd, data)
        except BlockingIOError:
            count = 0
        except OSError as error:
            if came_between(error):
                raise
            raise closed(error) from None
        except ValueError as error:  # -1: closed by ourselves
            if came_between(error):
                raise
            raise Closed("closed") from None
        # Rung before the rest is written: more than the pipe holds goes through only while Node reads.
        if bell:
            self.ring()
        if count != len(data) or len(parts) > 1:
            self._send_rest(parts, count, meanwhile)
            if bell and not count:
                self.ring()  # Node may have looked before the first byte was there

    def _send_rings(
        self,
        put: Callable[[bytes | memoryview], int],
        parts: Sequence[bytes | memoryview],
        meanwhile: Callable[[], object] | None,
    ) -> None:
        poll: select.poll | None = None
        try:
            for part in parts:
                count = put(part)
                if count == len(part):
                    continue
                view = memoryview(part).cast("B")[count:]
                while view:
                    if poll is None:
                        poll = select.poll()
                        poll.register(self.read_fd, select.POLLIN)
                    if poll.poll(_FULL) and meanwhile is not None:
                        meanwhile()
                    view = view[put(view) :]
        except OSError as error:
            if came_between(error):
                raise
            raise closed(error) from None
        except ValueError as error:
            if came_between(error):
                raise
            raise Closed(str(error)) from None

    def ring(self) -> None:
        """One byte that wakes Node's event loop. A full bell socket rings anyway, so it may be dropped."""
        try:
            _write(self.bell_fd, b"!")
        except BlockingIOError:
            pass
        except OSError as error:
            if came_between(error):
                raise
            raise closed(error) from None

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
                    view = view[_write(self.write_fd, view) :]
                    continue
                except BlockingIOError:
                    pass
                except OSError as error:
                    if came_between(error):
                        raise
                    raise closed(error) from None
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
        if self._rings is not None:
            self._rings.close()
        for name in ("read_fd", "write_fd", "bell_fd"):
            fd: Descriptor = getattr(self, name)
            setattr(self, name, Descriptor(-1))
            fd.close()
