"""A callable that pickles by value: for closures that a `py.fn` has made, which pickle does not find.

In: a function that is made at a prompt. Out: a callable with its name, docstring and signature.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

from .packing import Packed, function_of, is_ours, packed
from .sent import settle


class Portable:
    """The function as a callable object: its calls, name, docstring and signature are the function's."""

    def __init__(self, function: FunctionType) -> None:
        functools.update_wrapper(self, function)

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.__wrapped__(*args, **keywords)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<portable {self.__wrapped__!r}>"  # type: ignore[attr-defined]

    def __reduce__(self) -> Any:
        return unpacked, (packed(self.__wrapped__),)  # type: ignore[attr-defined]


class ByValue(Portable):
    """What is pickled in a function's place by who knows of it: the other side has the function itself."""

    def __reduce__(self) -> Any:
        return itself, (packed(self.__wrapped__),)  # type: ignore[attr-defined]


def travelling(value: Any) -> Any:
    """A value for pickle: a function that pickle would not find by its name is sent by value."""
    return ByValue(value) if is_ours(value) else value


def portable(function: FunctionType) -> Portable:
    """Wrap a `py.fn`.

    Raises:
        TypeError: it is no function of Python's.
    """
    if not isinstance(function, FunctionType):
        raise TypeError(f"portable takes a function that py.fn has made, not {type(function).__name__}")
    return Portable(function)


def unpacked(made: Packed) -> Portable:
    """What `portable` made. Raises as `function_of`."""
    return Portable(function_of(made, settle))


def itself(made: Packed) -> FunctionType:
    """What `travelling` wrapped. Raises as `function_of`."""
    return function_of(made, settle)
