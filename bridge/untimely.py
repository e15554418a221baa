"""A signal's handler that asks JavaScript of something.

In: the frames of the main thread, in the midst of which Python has called the handler. Out: whether the
conversation is in the midst of a message there, which nothing may come between; a handler of JavaScript's is
then called a little later.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Collection
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

from .errors import BridgeError

LATER = 0.01  # seconds
_MAIN = threading.main_thread()
_signal: Any = import_module("_signal")  # `signal` asks handlers for their repr


class Untimely(BridgeError):
    """JavaScript cannot be asked at this moment, and would not be asked twice."""

    def __init__(self) -> None:
        super().__init__(
            "a signal's handler cannot call JavaScript at this moment, in which a message is sent or "
            "received: let it note what has come, and call later"
        )


def within(codes: Collection[CodeType], owners: tuple[Any, ...]) -> bool:
    """Whether this is the main thread, and one of these methods of one of these objects calls what runs."""
    if threading.current_thread() is not _MAIN:
        return False
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code in codes and any(frame.f_locals.get("self") is owner for owner in owners):
            return True
        frame = frame.f_back
    return False


def put_off(handler: object, args: tuple[Any, ...]) -> bool:
    """Are these the arguments of a signal, which this function handles? It gets the signal once more."""
    if len(args) != 2 or not isinstance(args[1], FrameType) or _signal.getsignal(args[0]) is not handler:
        return False

    def again() -> None:
        if _signal.getsignal(args[0]) is handler:
            signal.pthread_kill(_MAIN.ident or 0, args[0])

    timer = threading.Timer(LATER, again)
    timer.name, timer.daemon = "polyrepl-signal", True
    timer.start()
    return True
