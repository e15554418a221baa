"""What a program prints, on its way to the page, under the request that it was printed for.

In: text of JavaScript's (the sink of a bridge), and of Python's (`sys.stdout`, `sys.stderr`). Out: messages
`{"op": "output", "id", "stream", "text"}`, each as it comes; a flood of them is put together.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable
from typing import Any

from polyrepl.bridge.forms import current

Tell = Callable[[dict[str, Any]], None]

MOST_FORMS = 1_000  # whose requests are remembered: what prints after that prints for nobody
FLOOD, WINDOW = 100, 0.1  # so many texts in so many seconds are a flood
PAUSE = 0.02  # seconds in which a flood gathers
LARGE = 1 << 16  # characters that are not kept back


class Outlet:
    """Knows which request each form belongs to.

    Args:
        tell: sends a message to the page.
    """

    def __init__(self, tell: Tell) -> None:
        self.running: Any = None
        """The request that runs; None: none."""
        self._tell = tell
        self._requests: dict[int, Any] = {}
        self._kept: list[tuple[Any, str, str]] = []
        self._size = 0
        self._began = self._sent = 0.0
        self._count = 0
        self._timer: asyncio.TimerHandle | None = None

    def form(self, number: int) -> None:
        """A form of the running request begins."""
        self._requests[number] = self.running
        if len(self._requests) > MOST_FORMS:
            del self._requests[next(iter(self._requests))]

    def write(self, stream: str, text: str, form: int | None) -> None:
        """The sink of a bridge."""
        if not text:
            return
        request = self._requests.get(form) if form else self.running
        now = time.monotonic()
        if (passed := now - self._began) > WINDOW:
            # A flood is over when it has been quiet for so long.
            goes_on = self._count > FLOOD and passed < 2 * WINDOW
            self._began, self._count = now, FLOOD if goes_on else 0
        self._count += 1
        if self._kept and self._kept[-1][:2] == (request, stream):
            before = self._kept.pop()[2]
            self._size -= len(before)
            text = before + text
        self._kept.append((request, stream, text))
        self._size += len(text)
        if self._count <= FLOOD or now - self._sent > PAUSE or self._size > LARGE:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_event_loop().call_later(PAUSE, self.flush)

    def flush(self) -> None:
        """Send what was kept back."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        kept, self._kept, self._size = self._kept, [], 0
        self._sent = time.monotonic()
        for request, stream, text in kept:
            self._tell({"op": "output", "id": request, "stream": stream, "text": text})


class Stream(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of Python's code.

    Args:
        outlet: which takes the text.
        name: "stdout" or "stderr".
    """

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, outlet: Outlet, name: str) -> None:
        self._outlet = outlet
        self._name = name

    @property
    def name(self) -> str:
        """As with Python's own."""
        return f"<{self._name}>"

    def writable(self) -> bool:
        return True

    def write(self, text: str, /) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._outlet.write(self._name, text, current())
        return len(text)

    def flush(self) -> None:
        """It has been sent, or will be in a moment."""
