"""polyrepl.bridge: two runtimes, one conversation. Knows nothing of Lisp.

    from polyrepl.bridge import Bridge
    js = Bridge()
    js.eval("x => x + 1")(2)        # 3

`from polyrepl.bridge import node` is a Bridge shared by everyone who asks, started at first use.
"""

from __future__ import annotations

from typing import Any

from .bridge import Bridge
from .errors import (
    BridgeError,
    Interrupted,
    JSError,
    NodeLost,
    NodeNotFound,
    ProtocolError,
    WouldBlock,
)
from .proxy import JsProxy, Keyword

__all__ = [
    "Bridge",
    "BridgeError",
    "Interrupted",
    "JSError",
    "JsProxy",
    "Keyword",
    "NodeLost",
    "NodeNotFound",
    "ProtocolError",
    "WouldBlock",
]

_shared: list[Bridge] = []


def __getattr__(name: str) -> Any:
    if name == "node":
        if not _shared:
            _shared.append(Bridge())
        return _shared[0]
    raise AttributeError(name)
