"""Standard input as it arrives.

In: a descriptor; that something beside it has happened. Out: its bytes, piece by piece, while the event loop
goes on, and in their midst that it has happened.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator

from polyrepl.bridge.pending import hand_over

CHUNK = 1 << 16


class Chunks:
    """What arrives at a descriptor. A thread waits for it, so that the running loop never does."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._room = threading.Semaphore(4)

    def tell(self) -> None:
        """Something has happened; from whichever thread."""
        hand_over(self._loop, self._queue.put_nowait, None)

    def _pump(self) -> None:
        while self._room.acquire():
            try:
                data = os.read(self._fd, CHUNK)
            except OSError:
                data = b""
            try:
                self._loop.call_soon_threadsafe(self._queue.put_nowait, data)
            except RuntimeError:  # the loop is closed: the program ended first
                return
            if not data:
                return

    async def arrive(self) -> AsyncIterator[bytes | None]:
        """Piece by piece, ending with b""; None where something was told."""
        # A daemon: a program that ends by itself does not wait for a producer that never writes again.
        threading.Thread(target=self._pump, name="polyrepl-stdin", daemon=True).start()
        while True:
            data = await self._queue.get()
            if data is not None:
                self._room.release()
            yield data
            if data == b"":
                return
