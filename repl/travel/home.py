"""Where functions that were sent are opened: the one Node of a process that everyone shares.

In: nothing. Out: the conversation with it, begun when it is first needed, and the versions of both sides.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import polyrepl
from polyrepl import bridge

if TYPE_CHECKING:
    from polyrepl.bridge import Bridge
    from polyrepl.bridge.capsule import Capsules
    from polyrepl.bridge.conversation import Conversation

ENTRY = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "node", "travel.mjs")
"""The module of JavaScript that makes and opens capsules."""


def home() -> Conversation:
    """The conversation that this process's functions of others are opened in."""
    return bridge.shared(_new_bridge)


def _new_bridge() -> Bridge:
    return bridge.Bridge(preload=[ENTRY])


def versions(capsules: Capsules) -> tuple[str, str]:
    """Polyrepl's and Node's, where capsules are opened."""
    capsules.module()
    return polyrepl.__version__, capsules.version
