"""The writing half of a connection: frames are made, batched and sent.

In: headers, segments, releases that the collector left. Out: bytes on the channel. Asynchronous frames are
put off to the end of the loop's turn, so a thousand of them are a few writes; releases follow the frame they
may belong to.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

from .errors import BridgeError
from .handles import Dead, releases
from .midst import came_between
from .protocol import FLAGS, KINDS, MAX_FRAME, MAX_TEXT, NOTES, PREFIX, PREFIX_SIZE
from .text import Writer
from .transport import Channel, Closed, Frame

_NOTE = KINDS["NOTE"]
_pack = PREFIX.pack
BELL, ASYNC = FLAGS["BELL"], FLAGS["ASYNC"]


class Reader(Protocol):
    """What the writing half asks of the reading half (see receiving.Intake)."""

    @property
    def held(self) -> list[Frame]:
        """Frames that were read while a write could not go on, and wait for `catch_up`."""

    def read_aside(self) -> None:
        """Read and queue what is there, serve nothing."""

    def catch_up(self) -> None:
        """Deliver what is held."""


class Line(Protocol):
    """What it asks of the connection."""

    def lose(self, reason: str) -> BaseException:
        """The other end is gone. Returns the exception that says so."""

    def flush_soon(self) -> None:
        """See to it that `flush` is called soon."""


class Outbox:
    """What goes out.

    Args:
        channel: where to.
        reader: the half that reads.
        line: the connection.
        dead: what is to be given back; the collector fills it, see handles.
    """

    def __init__(self, channel: Channel, reader: Reader, line: Line, dead: deque[Dead]) -> None:
        self.channel = channel
        self.epoch = 0
        self.dead = dead
        self.owed = 0  # replies that Node, blocked in a read, is waiting for
        self.outgoing: list[bytes] = []
        self._given: list[int] = []  # back, see `releases`
        self._reader = reader
        self._line = line
        self._text = Writer()

    def frame(self, kind: int, ident: int, flags: int, header: Any, segments: list[Any]) -> list[Any]:
        """Parts of a frame. Raises BridgeError for one that is too large."""
        try:
            head = self._text.plain(header)
        except TypeError as error:
            if came_between(error):
                raise
            head = self._text.dumps(header)
        size = len(head)
        if size > MAX_TEXT:
            why = f"a frame's text of {size} bytes is too large (JavaScript's limit is {MAX_TEXT} bytes)"
            raise BridgeError(f"{why}: pass it in parts, or as bytes")
        if segments:
            # Blanks, so that typed arrays lie on multiples of eight and need not be copied.
            head += b" " * (-(size + PREFIX_SIZE) % 8)
            size = len(head)
            size += sum(len(part) for part in segments)
            if size > MAX_FRAME:
                raise BridgeError(f"a frame of {size} bytes is too large (the limit is {MAX_FRAME} bytes)")
            return [_pack(size, ident, len(head), self.epoch, kind, flags) + head, *segments]
        return [_pack(size, ident, size, self.epoch, kind, flags) + head]

    def send(self, parts: list[Any], bell: bool, owed: int = 0) -> None:
        """Write a frame, behind what was put off. `owed`: by how much it changes what Node waits for."""
        channel = self.channel
        reader = self._reader
        try:
            with channel.lock:
                bell = bell and not self.owed
                # Before it is written: an exception of a signal's handler may come right after, and a bell
                # too many does no harm, where one too few would leave Node asleep.
                self.owed += owed
                if self.outgoing or self.dead or self._given:
                    self._send_all(parts, bell)
                else:
                    channel.send(parts, bell, reader.read_aside)
        except Closed as closed:
            raise self._line.lose(str(closed)) from None
        if reader.held:
            reader.catch_up()

    def _send_all(self, parts: list[Any], bell: bool) -> None:
        """Write a frame and what waits for it; that waits on where an exception comes before."""
        channel, outgoing = self.channel, self.outgoing
        given = releases(self.dead, self._given)
        after = self.frame(_NOTE, 0, BELL, [NOTES["release"], given], [])[0] if given else b""
        if outgoing:  # put off earlier, so in front
            parts, bell = [b"".join([*outgoing, *parts[:1]]), *parts[1:]], True
        if after:  # behind the frame: what it mentions may have died since it was encoded
            parts = [*parts, after] if len(parts) > 1 else [b"".join([*parts, after])]
        before = channel.end
        try:
            if parts:
                channel.send(parts, bell and not self.owed, self._reader.read_aside)
        except BaseException:
            if before is None or channel.end != before:  # pipes do not tell
                self.outgoing, self._given = [], []
            raise
        self.outgoing, self._given = [], []

    def flush(self) -> None:
        """Send what was put off: asynchronous requests and releases."""
        if self.outgoing or self.dead or self._given:
            try:
                with self.channel.lock:
                    self._send_all([], True)
            except Closed as closed:
                self._line.lose(str(closed))

    def note(self, header: list[Any]) -> None:
        """A frame nobody answers."""
        self.send(self.frame(_NOTE, 0, BELL, header, []), True)

    def put_off(self, parts: list[Any]) -> None:
        """To the end of the loop's turn: a thousand requests become a few writes."""
        if len(parts) > 1:
            self.send(parts, True)
            return
        with self.channel.lock:
            self.outgoing.append(parts[0])
        # Each time: whoever put off the first one may have ended before its turn.
        self._line.flush_soon()
