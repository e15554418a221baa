"""What can go wrong on the bridge, and exceptions that cross it.

In: error envelopes from Node. Out: Python exceptions (see frames for their merged stacks).

    BridgeError(Exception)          the bridge itself
      NodeNotFound                  no usable Node; the message says what to do
      NodeLost                      the Node process ended; its objects are gone
      ProtocolError                 a malformed frame, an unknown operation or handle
        Uncopied(.., ValueError)    a value whose copy would lose something
      WouldBlock                    a wait that could never end
    JSError(Exception)              an exception of JavaScript code; home again it is the same Error
      JSErrorGroup(.., ExceptionGroup)  an AggregateError
      JSExit(.., SystemExit)    one that asks for the end of the program
    Interrupted(KeyboardInterrupt)  the interrupt ladder stopped JavaScript
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Any


class BridgeError(Exception):
    """Anything of the bridge itself: a closed bridge, an object that was given back.

    Base of the four below.
    """


class NodeNotFound(BridgeError):
    """No Node 24 or newer could be started; the one-line message says what to do."""


class NodeLost(BridgeError):
    """The Node process ended: objects that lived there are gone, Python's are all still here.

    Pending calls raise it at once, and proxies of the old process whenever they are used; the next use of the
    bridge starts another Node.

    Attributes:
        exit_status: what the program gave to `process.exit`; None where Node was lost in any other way.
        signal: the number of the signal that has killed it; None where none has, or the bridge itself.
        begun: what was asked may have begun there; False where it surely has not, and may be asked again.
    """

    exit_status: int | None = None
    signal: int | None = None
    begun: bool = True


def unbegun(lost: NodeLost) -> NodeLost:
    """The same of a request that was never sent."""
    made = NodeLost(*lost.args)
    made.exit_status, made.signal, made.begun = lost.exit_status, lost.signal, False
    return made


class ProtocolError(BridgeError):
    """A frame, operation or handle that makes no sense."""


class Uncopied(ProtocolError, ValueError):
    """A value of JavaScript's that Python's collections cannot hold without loss: pass it by reference."""


class Awaits(BridgeError):
    """Source awaits at its top, so its value is still to come."""


class WouldBlock(BridgeError):
    """A wait could never end and is refused at once: for a promise while JavaScript waits for this very call,
    or in a thread whose asyncio loop is running."""


class JSError(Exception):
    """An exception thrown by JavaScript.

    Attributes:
        name: class name in JavaScript ("TypeError"), or "" when what was thrown is no Error.
        message: its message, or the text of what was thrown.
        stack: JavaScript's own stack text ("" when there is none).
        value: what was thrown: a JsProxy of the Error, or any converted value.

    It can be pickled. A value that lives in JavaScript stays behind, and is None then.
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

    def __reduce__(self) -> Any:
        kept = {name: value for name, value in self.__dict__.items() if name not in _MADE}
        value = self.value if _is_data(self.value) else None
        return JSError, (self.name, self.message, self.stack, value), kept or None


_MADE = frozenset(("name", "message", "stack", "value"))


def _is_data(value: Any) -> bool:
    """Whether nothing in it lives elsewhere."""
    if isinstance(value, (list, tuple)):
        return all(map(_is_data, value))
    if isinstance(value, dict):
        return all(_is_data(key) and _is_data(item) for key, item in value.items())
    return value is None or isinstance(value, (str, bytes, int, float))


class JSErrorGroup(JSError, ExceptionGroup[Exception]):
    """An AggregateError of JavaScript's: its errors are `exceptions`, for `except*` too.

    One without errors, or with something else among them, is a JSError alone.
    """

    message = ""  # JSError's, which is set; a group's own cannot be

    def __new__(
        cls, name: str, message: str, stack: str, value: Any, exceptions: Sequence[Exception]
    ) -> JSErrorGroup:
        return super().__new__(cls, message, exceptions)

    def __init__(
        self, name: str, message: str, stack: str, value: Any, exceptions: Sequence[Exception]
    ) -> None:
        super().__init__(name, message, stack, value)

    def __reduce__(self) -> Any:
        _, (*args, value), kept = super().__reduce__()
        return JSErrorGroup, (*args, value, list(self.exceptions)), kept

    def derive(self, excs: Sequence[Any], /) -> Any:
        """A part is no AggregateError of JavaScript's any more."""
        return BaseExceptionGroup(self.message, excs)


class JSExit(JSError, SystemExit):
    """An error of JavaScript's that asks for the end of the program: Python heeds it as its own SystemExit,
    which asyncio lets through a task. `code` is the exit code, or a text to say."""

    def __init__(self, name: str, message: str, stack: str, value: Any, code: int | str) -> None:
        super().__init__(name, message, stack, value)
        self.code = code

    def __reduce__(self) -> Any:
        _, args, kept = super().__reduce__()
        return JSExit, (*args, self.code), kept


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
