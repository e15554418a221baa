"""The binary parts of a frame that is being made.

In: bytes and arrays, in the order the values are encoded. Out: their places, as wire values have them.
"""

from __future__ import annotations

from typing import Any

# From this size on, in bytes, data cross in the shared memory where there is some (see sharing.py). Below, a
# frame is as fast.
LARGE = 1 << 16


class Segments(list[Any]):
    """Binary parts of a frame, and the handles that it mentions."""

    given: list[int] | None = None

    def handles(self) -> list[int]:
        """Those that it mentions, to add to."""
        if self.given is None:
            self.given = []
        return self.given

    def mark(self) -> tuple[int, int]:
        """How much there is so far."""
        return len(self), len(self.given or ())

    def cut(self, mark: tuple[int, int] = (0, 0)) -> list[int]:
        """Drop what came after a mark. Returns the handles among it."""
        parts, known = mark
        del self[parts:]
        given = self.given or []
        dropped = given[known:]
        del given[known:]
        return dropped


def sent(segments: list[Any]) -> None:
    """The frame has been sent: the handles that it mentions are the other side's."""
    if segments.__class__ is Segments:
        segments.given = None


def place(tag: str, data: Any, segments: list[Any]) -> list[Any]:
    """[tag, offset, length] of bytes that are appended."""
    offset = sum(len(part) for part in segments)
    segments.append(data)
    return [tag, offset, len(data)]


def place_array(tag: str, letters: str, data: Any, segments: list[Any]) -> list[Any]:
    """[tag, format, offset, length] of an array that is appended, at a multiple of eight: it need not be
    copied on the other side."""
    offset = sum(len(part) for part in segments)
    padding = -offset % 8
    if padding:
        segments.append(bytes(padding))
    segments.append(data)
    return [tag, letters, offset + padding, len(data)]
