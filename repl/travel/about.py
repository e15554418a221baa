"""What a function that has travelled says of itself to Python: inspect, help, functools, click, Dask.

In: the function where it is at home. Out: `About`, which travels with it, and attributes that are made of
that when they are asked for, unless Python's code has set its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from polyrepl.bridge import JsProxy
from polyrepl.bridge.errors import is_data
from polyrepl.bridge.functions import parameters
from polyrepl.bridge.protocol import OPS, SORT_BITS, SORTS

About = tuple[str | None, tuple[str, ...], tuple[Any, ...], bool]
"""Its docstring; parameters and defaults, as bridge.functions.parameters takes them; is it a class?"""
NOTHING: About = None, ("...args",), (None,), False


def about(function: JsProxy) -> About:
    """What a function of this process says."""
    found = function._js_owner.operate(OPS["describe"], function)
    doc = function.__doc__
    defaults = (
        None if each is None else (True, each[1]) if each[0] and is_data(each[1]) else (False, str(each[1]))
        for each in found["defaults"]
    )
    is_class = function._js_traits & SORT_BITS == SORTS.index("class")
    return doc if isinstance(doc, str) else None, tuple(found["parameters"]), tuple(defaults), is_class


def signature(function: Any) -> Any:
    """Of a function that has travelled."""
    if "__wrapped__" in function.__dict__:
        raise AttributeError("__signature__")  # then inspect looks at what it wraps
    import inspect

    _, names, defaults, _ = function._rest[4]
    return inspect.Signature(parameters(list(names), list(defaults)))


class Described:
    """An attribute that is made when it is asked for, until Python's code has set its own."""

    def __init__(self, of_class: Any, make: Callable[[Any], Any]) -> None:
        self._of_class = of_class
        self._make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, function: Any, owner: Any = None) -> Any:
        if function is not None:
            found = function.__dict__
            return found[self._name] if self._name in found else self._make(function)
        if self._of_class is None:
            raise AttributeError(self._name)
        return self._of_class

    def __set__(self, function: Any, value: Any) -> None:
        function.__dict__[self._name] = value
