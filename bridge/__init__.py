"""polyrepl.bridge: two runtimes, one conversation. Knows nothing of Lisp but what a keyword is.

    from polyrepl.bridge import Bridge
    js = Bridge()
    js.eval("x => x + 1")(2)        # 3

`from polyrepl.bridge import node` is a Bridge shared by everyone who asks, started at first use.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

if sys.platform == "win32":
    raise ImportError(
        "polyrepl needs a POSIX system (Linux, macOS), and Windows is none: install and run it in WSL, "
        "https://learn.microsoft.com/windows/wsl/install"
    )

if TYPE_CHECKING:
    from .bridge import Bridge
    from .conversation import Conversation
    from .errors import (
        BridgeError,
        Interrupted,
        JSError,
        JSErrorGroup,
        JSExit,
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
    "JSErrorGroup",
    "JSExit",
    "JsProxy",
    "Keyword",
    "NodeLost",
    "NodeNotFound",
    "ProtocolError",
    "WouldBlock",
]

# Loaded when they are asked for: who starts Node needs process.py alone, and goes on importing beside it.
_WHERE = {"Bridge": ".bridge", "JsProxy": ".proxy", "Keyword": ".proxy"}

_shared: list[Conversation] = []
_sharing = threading.Lock()


def share(conversation: Conversation) -> None:
    """Let a conversation be what `from polyrepl.bridge import node` gives."""
    _shared[:] = [conversation]


def shared(make: Callable[[], Conversation]) -> Conversation:
    """The conversation that everyone shares; made now if nobody has asked for it before."""
    with _sharing:
        if not _shared:
            _shared.append(make())
        return _shared[0]


def __getattr__(name: str) -> Any:
    if name == "node":
        from .bridge import Bridge

        return shared(Bridge)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_WHERE.get(name, ".errors"), __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
