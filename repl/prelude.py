"""The bridge of a Session: Node with the Session's half of the code loaded.

In: a sink. Out: a Bridge. Imports nothing of the compiler, so that a program can start Node first and go on
importing while Node starts.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from polyrepl.bridge import Bridge

Output = Callable[[str, str, int | None], None]

_NODE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "node")
PRELUDE = os.path.join(_NODE, "session.mjs")
JAVASCRIPT = os.path.join(_NODE, "javascript.mjs")


def new_bridge(output: Output | None = None, stdin: int | None = None) -> Bridge:
    """A bridge that is not started yet; `output` gets (stream, text, form number).

    `stdin` is a descriptor that JavaScript may read as its standard input; it is empty otherwise.
    """
    return Bridge(output=output, preload=[PRELUDE], stdin=stdin)
