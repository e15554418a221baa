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

from .protocol import OPS

_MOST_LEFT = 10_000  # values of an Error's own that go along when it is pickled


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

    It can be pickled. A value that lives in JavaScript stays behind, and is None then; what it has of its
    own (`code`, the data of an `ex-info`), its class, its cause and its notes go along, and JavaScript finds
    them on it as on the Error.
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
        value = self.value if is_data(self.value) else None
        if value is None is not self.value and (left := _left_by(self.value)) is not None:
            kept["_js_left"] = left
        kept |= with_cause(self)
        return JSError, (self.name, self.message, self.stack, value), kept or None

    @property
    def cause(self) -> BaseException | None:
        """What JavaScript calls its cause. `__cause__` is the same until a pool of processes puts a text of
        its own there."""
        return cause_of(self)

    @cause.setter
    def cause(
        self, value: BaseException | None
    ) -> None:  # Ray makes a class of its own of this one and sets it
        self.__dict__["_js_cause"] = value


_MADE = frozenset(("name", "message", "stack", "value"))


def as_error(value: Any) -> JSError | None:
    """An Error of JavaScript's, a proxy, as the exception that it would be had it been thrown; None for
    anything else."""
    if not value._js_owner.operate(OPS["describe"], value, True):
        return None
    try:
        value._js_owner.operate_on(OPS["operator"], "throw", value)
    except JSError as error:
        return error.with_traceback(None)
    return None


def _left_by(value: Any) -> dict[str, Any] | None:
    """What an Error of JavaScript's has that can be elsewhere: `kinds`, the names of its classes, and `own`,
    its properties as far as they are data."""
    try:
        found = value._js_owner.operate(OPS["describe"], value, True)
        own, room = found["own"], [_MOST_LEFT]
        return {"kinds": list(found["kinds"]), "own": {name: _as_data(own[name], room) for name in own}}
    except Exception:  # no Error, or its Node has ended
        return None


def cause_of(error: BaseException) -> BaseException | None:
    """What has led to an exception, also where it has travelled."""
    found = error.__dict__.get("_js_cause", error.__cause__)
    return found if isinstance(found, BaseException) and type(found).__name__ not in _TOLD else None


def with_cause(error: BaseException) -> dict[str, Any]:
    """The cause as state of a pickled exception, under a name that nobody sets: pools set `__cause__`."""
    cause = cause_of(error)
    if cause is None:
        return {}
    sent = portable(cause)
    return {"__cause__": sent, "_js_cause": sent}


_TOLD = "_RemoteTraceback", "RemoteTraceback"  # texts of the pools' own


def portable(error: BaseException) -> BaseException:
    """An exception that pickle takes and gives back: itself, or a JSError that says as much as there is."""
    import pickle  # late: no start needs it

    try:
        if isinstance(pickle.loads(pickle.dumps(error)), BaseException):
            return error
    except Exception:
        pass
    try:
        return JSError(type(error).__name__, str(error))
    except Exception:
        return JSError(type(error).__name__, "")


def is_data(value: Any) -> bool:
    """Whether nothing in it lives elsewhere."""
    if isinstance(value, (list, tuple)):
        return all(map(is_data, value))
    if isinstance(value, dict):
        return all(is_data(key) and is_data(item) for key, item in value.items())
    return (
        value is None or isinstance(value, (str, bytes, int, float)) or type(value).__module__ == "datetime"
    )


def _as_data(value: Any, room: list[int]) -> Any:
    """A copy in which what lives elsewhere is its text; texts, too, of what there is no room for."""
    room[0] -= 1
    if room[0] >= 0:
        if isinstance(value, (list, tuple, set, frozenset)):
            return type(value)(_as_data(item, room) for item in value)
        if isinstance(value, dict):
            return {key: _as_data(item, room) for key, item in value.items() if is_data(key)}
    if is_data(value):
        return value
    if isinstance(value, memoryview):  # a typed array, whose memory is of this process
        from array import array

        return array(value.format, value.tobytes())
    try:
        return str(value)[:1000]
    except Exception:
        return None


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
        return JSErrorGroup, (*args, value, [*map(portable, self.exceptions)]), kept

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
