"""What can go wrong on the bridge, and exceptions that cross it.

In: error envelopes from Node. Out: Python exceptions (see frames for their merged stacks).

    BridgeError(Exception)          the bridge itself
      NodeNotFound                  no usable Node; the message says what to do
      NodeLost                      the Node process ended; its objects are gone
      ProtocolError                 a malformed frame, an unknown operation or handle
      WouldBlock                    a wait that could never end
    JSError(Exception)              an exception of JavaScript code; home again it is the same Error
    Interrupted(KeyboardInterrupt)  the interrupt ladder stopped JavaScript
"""

from __future__ import annotations

import contextlib
from typing import Any


class BridgeError(Exception):
    """Base of everything the bridge itself raises."""


class NodeNotFound(BridgeError):
    """No Node 24 or newer could be started; the one-line message says what to do."""


class NodeLost(BridgeError):
    """The Node process ended: objects that lived there are gone, Python's are all still here."""


class ProtocolError(BridgeError):
    """A frame, operation or handle that makes no sense."""


class WouldBlock(BridgeError):
    """A wait that could never end, refused at once."""


class JSError(Exception):
    """An exception thrown by JavaScript.

    Attributes:
        name: class name in JavaScript ("TypeError"), or "" when what was thrown is no Error.
        message: its message, or the text of what was thrown.
        stack: JavaScript's own stack text ("" when there is none).
        value: what was thrown: a JsProxy of the Error, or any converted value.
    """

    name: str
    message: str
    stack: str
    value: Any

    def __init__(self, name: str, message: str, stack: str = "", value: Any = None) -> None:
        super().__init__(name, message)
        self.name = name
        self.message = message
        self.stack = stack
        self.value = value

    def __str__(self) -> str:
        if self.name and self.message:
            return f"{self.name}: {self.message}"
        return self.name or self.message

    @property
    def error(self) -> Any:
        """The thrown value itself (the same as `value`)."""
        return self.value


class Interrupted(KeyboardInterrupt):
    """JavaScript was stopped by an interrupt. A KeyboardInterrupt, so `except Exception` lets it through."""


def crossed(error: BaseException, stack: str) -> None:
    """Note the JavaScript stack an exception of Python's has just passed through."""
    if stack:
        with contextlib.suppress(AttributeError):  # one without a __dict__ only loses those frames
            error.__dict__.setdefault("__js_stacks__", []).append(stack)


def js_stacks(error: BaseException) -> list[str]:
    """The noted stacks, the newest crossing first."""
    return list(getattr(error, "__js_stacks__", ()))
