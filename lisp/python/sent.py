"""Where pickle looks for a `py.fn`: `pickle`, `concurrent.futures` and `multiprocessing` take one as it is.

In: a function that making.py has made. Out: its `__module__`, a text that pickle writes as what the function
is made of, so that it is made on the other side before it is looked for here.

Pickle writes a function as two texts, its module and its name. It asks the module for the name and compares;
whoever reads does the same. A `Home` is the text of the module, one for each function. It reads `__main__`,
as that of any function that is made at a prompt, but `sys.modules[home]` is this module; being looked up, and
being read again, it notes for this thread whose it is, and the module gives just that function a moment
later. So functions need no names that differ, and none is kept alive. Below protocol 4 pickle writes the text
itself, and whoever reads that is told that `__main__` has no such function.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from types import FunctionType
from typing import Any

from .packing import Packed, function_of, packed


class _Asked(threading.local):
    def __init__(self) -> None:
        self.function: Callable[[], FunctionType | None] | None = None


_asked = _Asked()


class Home(str):
    """The `__module__` of one function."""

    function: weakref.ref[FunctionType]

    def __hash__(self) -> int:
        _asked.function = self.function
        return hash(__name__)

    def __eq__(self, other: object) -> bool:
        return other == __name__ or str.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __reduce_ex__(self, protocol: object) -> Any:
        function = self.function()
        if function is None:  # of a wrapper, whose function is gone
            return str, (str(self),)
        return arrived, (packed(function),)


def settle(function: FunctionType) -> None:
    """Let pickle find a function."""
    home = Home("__main__")
    home.function = weakref.ref(function)
    function.__module__ = home


def is_settled(function: FunctionType) -> bool:
    """Does pickle find it?"""
    return type(function.__module__) is Home


def arrived(made: Packed) -> str:
    """What unpickling calls: the module in which the function is looked for next. Raises as `function_of`."""
    function = function_of(made, settle)
    _asked.function = lambda: function
    return __name__


def __getattr__(name: str) -> Any:
    asked, _asked.function = _asked.function, None
    function = asked() if asked is not None else None
    if function is None or function.__qualname__ != name:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return function
