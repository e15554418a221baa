"""One connection's part of the shared memory: what crosses in it instead of in a frame.

In: bytes and arrays that are encoded, places that arrive. Out: places in blocks, views of the other side's
blocks. Node is told of the memory by a note ahead of the first frame that needs it; until it has answered,
arrays that only would be copied go in frames.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable
from typing import Any

from .errors import BridgeError
from .handles import Imports
from .plane import Plane, Unavailable
from .protocol import NOTES
from .segments import LARGE

_PART = 3  # Node allocates in an eighth of the memory: two to this power


class _Lease:
    """A block of Node's, which is given back when nothing of ours lies in it any more."""

    __slots__ = ("__weakref__", "region")

    def __init__(self, imports: Imports, handle: int, region: Any) -> None:
        self.region = region
        imports.lend(handle, self)


class End:
    """What a marshal asks.

    Args:
        planes: gives the conversation's plane, made when it is first asked for. Raises Unavailable.
        note: sends a note.
        imports: to which Node's blocks are given back.

    Attributes:
        why: why nothing is shared; "" where it is.
    """

    def __init__(
        self, planes: Callable[[], Plane], note: Callable[[list[Any]], None], imports: Imports
    ) -> None:
        self.why = ""
        self.plane: Plane | None = None
        self._planes = planes
        self._note = note
        self._imports = imports
        self._asked = self._ready = self._refused = False
        self._beginning = threading.RLock()  # several threads may be the first
        self._region: Any = None
        self._block: type | None = None

    def begin(self) -> None:
        """Tell Node of the memory; harmless twice."""
        with self._beginning:
            if not self._asked and not self._refused:
                self._begin()

    def _begin(self) -> None:
        try:
            plane = self._planes()
            region = plane.take(plane.size >> _PART)
        except (Unavailable, MemoryError) as error:
            self._refused, self.why = True, str(error)
            return
        self._asked, self.why = True, "JavaScript has not answered yet"
        self.plane, self._region, self._block = plane, region, type(region)
        file = f"/proc/{os.getpid()}/fd/{plane.fd}"
        note = [
            NOTES["plane"],
            plane.library.path,
            file,
            plane.size,
            region.start,
            region.start + region.size,
        ]
        with contextlib.suppress(BridgeError):
            self._note(note)

    def answered(self, reason: str | None) -> None:
        """Node has it, or says why not."""
        self._ready, self._refused, self.why = reason is None, reason is not None, str(reason or "")

    @property
    def ready(self) -> bool:
        """Whether arrays cross in it."""
        return self._ready

    @property
    def live(self) -> int:
        """Bytes of arrays in the memory."""
        plane = self.plane
        return 0 if plane is None or self._region is None else max(0, plane.live - self._region.size)

    @property
    def cached(self) -> int:
        """Bytes of blocks that wait to be used again."""
        return 0 if self.plane is None else self.plane.cached

    def sure(self) -> Plane:
        """The plane. Raises Unavailable where nothing can be shared."""
        self.begin()
        if self._refused or self.plane is None:
            raise Unavailable(f"arrays cannot be shared: {self.why}")
        return self.plane

    def place(self, data: Any, itemsize: int) -> tuple[Any, int] | None:
        """The block that contiguous bytes lie in, or, if they are many, a new one with a copy of them; how
        far in it. None: they go in the frame. Raises Unavailable for shared memory that Node has not."""
        if self.plane is not None:
            held = self.plane.holding(data)
            if held is not None and held[1] % itemsize == 0:
                self.sure()
                return held
        if len(data) < LARGE:
            return None
        self.begin()
        if not self._ready or self.plane is None:
            return None
        try:
            block = self.plane.take(len(data))
        except MemoryError:
            return None
        with memoryview(block) as view:
            view[:] = data
        return block, 0

    def shared(self, array: Any) -> tuple[Any, int, str] | None:
        """Where an array lies that was shared explicitly; None for any other."""
        place = None if self.plane is None else self.plane.place_of(array)
        if place is not None:
            self.sure()
        return place

    def close(self) -> None:
        """The other side is gone. What of its blocks is still in use stays."""
        self._ready, self._refused, self._region, self.why = False, True, None, "the connection has ended"

    def came(self, handle: int, start: int, size: int) -> Any:
        """A block of Node's. Raises ValueError where there can be none."""
        region, plane = self._region, self.plane
        if (
            plane is None
            or region is None
            or not region.start <= start <= start + size <= region.start + region.size
        ):
            raise ValueError(start)
        return plane.library.foreign(plane.arena, start, size, _Lease(self._imports, handle, region))

    def home(self, block: Any, start: int, size: int, letters: str) -> Any:
        """The array that was shared explicitly and is these bytes of a block; None where there is none."""
        return None if self.plane is None else self.plane.array_at(block, start, size, letters)

    def is_block(self, value: Any) -> bool:
        """Whether it is a block of ours."""
        return type(value) is self._block
