"""Whose code a signal has come in the midst of.

In: the frame that a signal's handler is given. Out: whether the program's own Python runs there: a task or a
callback of the event loop, beside whatever form is awaited. Code that JavaScript has called is the bridge's
to know (`Conversation.python_on_top`).
"""

from __future__ import annotations

import asyncio
import os
from types import FrameType

from .trace import is_ours

_LOOP = os.path.dirname(asyncio.__file__) + os.sep
_LIBRARY = os.path.dirname(os.__file__) + os.sep
_SITES = ("/site-packages/", "/dist-packages/")
# What the front ends stand on: it is called by the loop too, and serves the program.
_MACHINERY = ("/prompt_toolkit/", "/zmq/", "/tornado/", "/ipykernel/", "/jupyter_client/")


def is_programs(frame: FrameType | None) -> bool:
    """Has the event loop called code of the program's, which has not come back yet?"""
    inward = []
    while frame is not None and frame.f_code.co_name != "_run_once":
        inward.append(file_of(frame))
        frame = frame.f_back
    if frame is None:  # no loop takes a turn: at the bottom is whatever has started us
        return False
    # The first that is neither the loop's nor ours says who it is done for: what our own code calls of
    # libraries is ours to finish.
    for name in reversed(inward):
        if name.startswith(_LOOP) or is_ours(name):
            continue
        if name.startswith("<frozen ") or _is_library(name):
            return False
        return not any(each in name for each in _MACHINERY)
    return False


def file_of(frame: FrameType) -> str:
    """The file whose code a frame runs. Code that was made as a text belongs to who had it made: a method of
    a dataclass to the file of its class, and a namedtuple's `__new__`, which no file has, to its caller."""
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith("namedtuple_"):
        frame = frame.f_back
    name = frame.f_code.co_filename
    made = frame.f_globals.get("__file__") if name == "<string>" else None
    return made if isinstance(made, str) else name


def _is_library(name: str) -> bool:
    return name.startswith(_LIBRARY) and not any(site in name for site in _SITES)
