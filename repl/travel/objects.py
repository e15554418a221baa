"""Python's objects on their way: modules by name, functions that no name leads to by their code.

In: an object. Out: what pickle takes in its place, which `bridge.capsule.unpacked` makes the object of again.
"""

from __future__ import annotations

import pickle
import sys
from types import FunctionType, ModuleType
from typing import Any

from polyrepl.bridge.capsule import Named, Packed
from polyrepl.lisp.python.sent import is_settled


class Coded(Packed):
    """A function by its code, as cloudpickle writes it."""

    __slots__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __reduce__(self) -> Any:
        return Coded, (self.data,)

    def unpacked(self) -> Any:
        """The function. Raises ImportError where cloudpickle or a module is missing."""
        return pickle.loads(self.data)


def packed(thing: Any) -> Any:
    """An object as it travels. Raises TypeError for a function that only cloudpickle could send, where there
    is none."""
    if isinstance(thing, ModuleType):
        return Named(thing.__name__)
    if not isinstance(thing, FunctionType) or is_settled(thing) or _is_found(thing):
        return thing
    try:
        import cloudpickle
    except ImportError:
        raise TypeError(
            f"the Python function {thing.__name__} is of this program, not of a module: "
            "cloudpickle sends such (pip install cloudpickle)"
        ) from None
    return Coded(cloudpickle.dumps(thing))


def _is_found(function: FunctionType) -> bool:
    """Does its name lead to it in other processes too?"""
    module = sys.modules.get(function.__module__)
    if module is None or function.__module__ == "__main__" or not getattr(module, "__file__", None):
        return False
    found: Any = module
    for name in function.__qualname__.split("."):
        found = getattr(found, name, None)
    return found is function
