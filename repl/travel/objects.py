"""Python's objects on their way: modules by name, functions that no name leads to by their code.

In: an object. Out: what pickle takes in its place, which `bridge.capsule.unpacked` makes the object of again,
and not before: what a process lacks fails in the call there. Who unpickles for many (a pool of processes, a
worker of Dask) would end with them.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
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


class Together:
    """Objects that may know each other: as pickle writes them, read when one is wanted."""

    __slots__ = ("_data", "_found")

    def __init__(self, data: bytes | None, found: tuple[Any, ...] | None = None) -> None:
        self._data = data
        self._found = found

    def __reduce__(self) -> Any:
        return Together, (self._data if self._found is None else _by_value(self._found),)

    def __iter__(self) -> Iterator[Any]:
        self[0:0]  # reads them
        return iter(self._found or ())

    def __getitem__(self, number: Any) -> Any:
        if self._found is None:
            assert self._data is not None
            self._found, self._data = pickle.loads(self._data), None
        return self._found[number]


class Pickled(Packed):
    """One of them."""

    __slots__ = ("number", "together")

    def __init__(self, together: Together, number: int) -> None:
        self.together = together
        self.number = number

    def __reduce__(self) -> Any:
        return Pickled, (self.together, self.number)

    def unpacked(self) -> Any:
        """The object, always the same. Raises what unpickling raises."""
        return self.together[self.number]


def departing(objects: tuple[Any, ...]) -> tuple[Any, ...]:
    """Objects of a capsule for pickle: what is no Packed yet is read in the first call on the other side."""
    plain = tuple(thing for thing in objects if not isinstance(thing, Packed))
    if not plain:
        return objects
    together, numbers = Together(None, plain), iter(range(len(plain)))
    return tuple(
        thing if isinstance(thing, Packed) else Pickled(together, next(numbers)) for thing in objects
    )


def _by_value(found: tuple[Any, ...]) -> bytes:
    """As pickle writes them; by cloudpickle where it is there, and pickle refuses or would say no more than
    the name of a class that this program has made. Raises what pickle raises."""
    data, error = b"", None
    try:
        data = pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
    except Exception as caught:
        error = caught
    if error is None and b"__main__" not in data:
        return data
    try:
        import cloudpickle
    except ImportError:
        if error is not None:
            raise error from None
        return data
    by_value: bytes = cloudpickle.dumps(found)
    return by_value


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
