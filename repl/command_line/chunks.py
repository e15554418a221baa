"""Standard input as it arrives.

In: a descriptor. Out: its bytes, piece by piece, while the event loop goes on.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator

CHUNK = 1 << 16


async def chunks(fd: int) -> AsyncIterator[bytes]:
    """What arrives at `fd`, ending with b"". A thread waits for it, so that the loop never does."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    room = threading.Semaphore(4)

    def pump() -> None:
        while room.acquire():
            try:
                data = os.read(fd, CHUNK)
            except OSError:
                data = b""
            try:
                loop.call_soon_threadsafe(queue.put_nowait, data)
            except RuntimeError:  # the loop is closed: the program ended first
                return
            if not data:
                return

    # A daemon: a program that ends by itself does not wait for a producer that never writes again.
    threading.Thread(target=pump, name="polyrepl-stdin", daemon=True).start()
    while True:
        data = await queue.get()
        room.release()
        yield data
        if not data:
            return
