"""The writing half of a connection: frames are made, batched and sent.

In: headers, segments, releases that the collector left. Out: bytes on the channel. Asynchronous frames are
put off to the end of the loop's turn, so a thousand of them are a few writes; releases follow the frame they
may belong to.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from orjson import dumps

from .errors import BridgeError
from .protocol import FLAGS, KINDS, MAX_FRAME, NOTES, PREFIX, PREFIX_SIZE
from .transport import Channel, Closed, Frame

REQUEST, REPLY, ERROR, NOTE, OUTPUT = (
    KINDS[name] for name in ("REQUEST", "REPLY", "ERROR", "NOTE", "OUTPUT")
)
BELL, ASYNC = FLAGS["BELL"], FLAGS["ASYNC"]


class Outbox:
    """Sending, as Connection inherits it."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.epoch = 0
        self.failure: BaseException | None = None
        self.dead: deque[tuple[int, int]] = deque()  # filled by the collector, see handles
        self._owed = 0  # replies that Node, blocked in a read, is waiting for
        self._outgoing: list[bytes] = []
        self._held: list[Frame] = []

    def _read_aside(self) -> None:
        raise NotImplementedError

    def _catch_up(self) -> None:
        raise NotImplementedError

    def _lose(self, reason: str) -> BaseException:
        raise NotImplementedError

    def wake_loop(self) -> None:
        """See to it that `flush` is called soon."""
        raise NotImplementedError

    def _frame(self, kind: int, ident: int, flags: int, header: Any, segments: list[Any]) -> list[Any]:
        try:
            head = dumps(header)
        except TypeError:
            # Lone surrogates (and nothing else that marshal lets through).
            import json

            head = json.dumps(header, separators=(",", ":")).encode("ascii")
        size = len(head)
        if segments:
            # Blanks, so that typed arrays lie on multiples of eight and need not be copied.
            head += b" " * (-(size + PREFIX_SIZE) % 8)
            size = len(head)
            size += sum(len(part) for part in segments)
            if size > MAX_FRAME:
                raise BridgeError(f"a frame of {size} bytes is too large (the limit is {MAX_FRAME} bytes)")
            return [PREFIX.pack(size, ident, len(head), self.epoch, kind, flags) + head, *segments]
        if size > MAX_FRAME:
            raise BridgeError(f"a frame of {size} bytes is too large (the limit is {MAX_FRAME} bytes)")
        return [PREFIX.pack(size, ident, size, self.epoch, kind, flags) + head]

    def _send(self, parts: list[Any], bell: bool, owed: int = 0) -> None:
        channel = self.channel
        try:
            with channel.lock:
                if self._outgoing:
                    # Put off earlier, so in front.
                    outgoing, self._outgoing = self._outgoing, []
                    parts = [b"".join(outgoing) + parts[0], *parts[1:]]
                    bell = True
                if self.dead:
                    # Behind the frame: what it mentions may have died since it was encoded.
                    parts = [*parts, self._releases()] if len(parts) > 1 else [parts[0] + self._releases()]
                channel.send(parts, bell and not self._owed, self._read_aside)
                self._owed += owed
        except Closed as closed:
            raise self._lose(str(closed)) from None
        if self._held:
            self._catch_up()

    def _releases(self) -> bytes:
        pairs: list[int] = []
        while self.dead:
            pairs += self.dead.popleft()
        frame: bytes = self._frame(NOTE, 0, BELL, [NOTES["release"], pairs], [])[0]
        return frame

    def flush(self) -> None:
        """Send what was put off: asynchronous requests and releases."""
        if self._outgoing or self.dead:
            try:
                with self.channel.lock:
                    parts, self._outgoing = self._outgoing, []
                    if self.dead:
                        parts.append(self._releases())
                    if parts:
                        self.channel.send([b"".join(parts)], not self._owed, self._read_aside)
            except Closed as closed:
                self._lose(str(closed))

    def note(self, header: list[Any]) -> None:
        """A frame nobody answers."""
        self._send(self._frame(NOTE, 0, BELL, header, []), True)

    def _put_off(self, parts: list[Any]) -> None:
        # To the end of the loop's turn: a thousand requests become a few writes.
        if len(parts) > 1:
            self._send(parts, True)
            return
        with self.channel.lock:
            self._outgoing.append(parts[0])
        # Each time: whoever put off the first one may have ended before its turn.
        self.wake_loop()
