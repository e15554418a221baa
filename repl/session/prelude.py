"""The bridge of a Session: Node with the Session's half of the code loaded.

In: a sink. Out: a Bridge. Imports nothing of the compiler, and of the bridge only what starts Node, so that a
program can start it first (`spawn`) and go on importing meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from polyrepl.bridge import process as node

if TYPE_CHECKING:
    from polyrepl.bridge import Bridge

Output = Callable[[str, str, int | None], None]

_NODE = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "node")
PRELUDE = os.path.join(_NODE, "session.mjs")
JAVASCRIPT = os.path.join(_NODE, "javascript.mjs")


def spawn(stdin: int | None = None, *, terminal: bool = False) -> node.NodeProcess:
    """Start the Node of a bridge that `new_bridge` makes with the same arguments.

    Raises:
        NodeNotFound: there is no Node 24 or newer to start.
    """
    return node.spawn(None, None, [PRELUDE], stdin, terminal)


def new_bridge(
    output: Output | None = None,
    stdin: int | None = None,
    *,
    terminal: bool = False,
    process: node.NodeProcess | None = None,
) -> Bridge:
    """A bridge, started where `spawn` has given its process; `output` gets (stream, text, form number).

    `stdin` is a descriptor that JavaScript may read as its standard input; it is empty otherwise. With
    `terminal` what it prints to is one where it is Python's.
    """
    from polyrepl.bridge.bridge import Bridge, started

    bridge = Bridge(output=output, preload=[PRELUDE], stdin=stdin, terminal=terminal)
    return bridge if process is None else started(bridge, process)
