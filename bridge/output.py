"""Text that JavaScript prints.

In: output frames (console and process.stdout, tagged with their form) and raw bytes of Node's descriptors 1
and 2. Out: calls of the output callback (stream, text, form), in the order the text was written.
"""

from __future__ import annotations

import codecs
import os
import sys
import threading
from collections.abc import Callable

from .descriptors import Descriptor
from .protocol import FLAGS
from .transport import Frame

Sink = Callable[[str, str, "int | None"], None]
_STREAMS = ("stdout", "stderr")
_STDERR = FLAGS["STDERR"]
_NOISE = ("Debugger attached.", "Waiting for the debugger to disconnect...", "Debugger ending on ")


def default_sink(stream: str, text: str, form: int | None) -> None:
    """Write to Python's own sys.stdout / sys.stderr."""
    target = sys.stderr if stream == "stderr" else sys.stdout
    if target is not None:
        target.write(text)
        target.flush()


class Output:
    """Decodes and delivers; an error of the sink never reaches the connection."""

    def __init__(self, sink: Sink, fds: list[Descriptor]) -> None:
        self.sink = sink
        self.fds = fds
        self._lock = threading.Lock()  # between looking a descriptor up and reading it
        # Bytes that are no UTF-8 survive as \\xNN.
        make = codecs.getincrementaldecoder("utf-8")
        self._raw = [make("backslashreplace") for _ in fds]
        self.ran_out = False  # of memory, as V8 says when it gives up
        self._early: list[str] | None = []  # stderr of a Node that is not ready yet: an error message has it

    def frame(self, frame: Frame) -> None:
        """Deliver one output frame."""
        text = bytes(frame.body or frame.head).decode("utf-8", "backslashreplace")
        self.deliver(_STREAMS[1 if frame.flags & _STDERR else 0], text, frame.id or None)

    def raw(self, fd: int) -> bool:
        """Read a raw descriptor once. False when it is finished."""
        try:
            with self._lock:
                which = [int(each) for each in self.fds].index(fd)
                if not self.fds[which].ours:
                    return False
                data = os.read(fd, 1 << 16)
                text = self._text(which, data)
        except BlockingIOError:
            return True
        except (OSError, ValueError):
            return False
        self._show(which, text)
        return bool(data)

    def close(self) -> None:
        """Close the raw descriptors. Their numbers are soon others'."""
        with self._lock:
            while self.fds:
                self.fds.pop().close()

    def _text(self, which: int, data: bytes) -> str:
        """Decoded, without what Node says of a debugger session's end (the interrupt ladder uses one)."""
        text = self._raw[which].decode(data, final=not data)
        if which == 1 and "ebugger" in text:
            text = "".join(line for line in text.splitlines(True) if not line.startswith(_NOISE))
        return text

    def ready(self) -> None:
        """Node runs; what it said until now is shown."""
        early, self._early = self._early, None
        for text in early or ():
            self.deliver("stderr", text, None)

    def _show(self, which: int, text: str) -> None:
        if which == 1 and ("heap out of memory" in text or "Fatal process out of memory" in text):
            self.ran_out = True
        if which == 1 and self._early is not None:
            self._early.append(text)
        elif text:
            self.deliver(_STREAMS[which], text, None)

    def drain(self) -> str:
        """Read what is left. Returns the stderr of a Node that never became ready, for diagnosis."""
        for fd in [fd for fd in self.fds if fd.ours]:
            for _ in range(64):
                try:
                    data = os.read(fd, 1 << 16)
                except (BlockingIOError, OSError):
                    break
                if not data:
                    break
                which = self.fds.index(fd)
                self._show(which, self._text(which, data))
        return "".join(self._early or ())

    def deliver(self, stream: str, text: str, form: int | None) -> None:
        try:
            self.sink(stream, text, form)
        except Exception as error:
            if sys.__stderr__ is not None:
                sys.__stderr__.write(f"polyrepl: the output callback failed: {error!r}\n")
