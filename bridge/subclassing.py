"""Python classes whose code is JavaScript's; `node/classes.mjs` asks for them.

In: a base, a name, members as `[kind, name, ..]` with their functions, which take the instance first. Out: a
class made as Python's `class` statement makes one, metaclass, `__prepare__` and `__init_subclass__` included.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any

from .answers import MISSING
from .containers import MARK
from .functions import Itself, parameters
from .protocol import TRAITS

_OTHER = TRAITS["ASYNC_FUNCTION"] | TRAITS["GENERATOR_FUNCTION"]
_UNBOUND = frozenset(("__new__",))  # takes the class as an argument although it is no class method


def make(
    base: type, name: str, members: list[list[Any]], start: list[Any] | None, docs: list[tuple[str, str]]
) -> type:
    """A class with one base. `start`: its constructor, when it has one; `docs`: docstrings by member, "" is
    the class. Raises what Python raises of such a base."""
    told = dict(docs)

    def fill(namespace: Any) -> None:
        namespace["__module__"] = "__main__"
        namespace["__qualname__"] = name
        namespace["__doc__"] = told.get("")
        namespace[MARK] = True
        if not hasattr(base, "constructor"):
            namespace["constructor"] = property(type)  # `this.constructor`, as JavaScript's objects have it
        if start is not None:
            namespace["__init__"] = _function("__init__", name, *start)
            namespace["__init__"].__doc__ = told.get("constructor")
        for kind, key, *rest in members:
            namespace[key] = made = _MEMBERS[kind](key, name, *rest)
            if kind != "value" and key in told:
                getattr(made, "__func__", made).__doc__ = told[key]

    return types.new_class(name, (base,), {}, fill)


def _function(key: str, owner: str, function: Any, _: None, names: list[str], defaults: list[Any]) -> Any:
    """A method: a function of Python's own, which libraries that look at classes expect. Async and generator
    functions stay JavaScript's, so that `inspect` sees what they are."""
    if function._js_traits & _OTHER:
        function.__qualname__ = f"{owner}.{key}"
        return function

    def method(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        given = function(Itself(self), *args, **kwargs)
        return None if key == "__init__" else given  # a function of the Lisp always gives a value

    method.__name__, method.__qualname__, method.__module__ = key, f"{owner}.{key}", "__main__"
    method.__signature__ = inspect.Signature(parameters(names, defaults))  # type: ignore[attr-defined]
    return method


def _static(key: str, owner: str, *made: Any) -> Any:
    function = _function(key, owner, *made)
    return function if key in _UNBOUND else classmethod(function)


def _property(key: str, owner: str, getter: Any, setter: Any) -> Any:
    return property(_plain(getter), _plain(setter))


def _plain(function: Any) -> Any:
    return None if function is None else lambda self, *args: function(Itself(self), *args)


_MEMBERS: dict[str, Callable[..., Any]] = {
    "method": _function,
    "static": _static,
    "property": _property,
    "value": lambda key, owner, value: value,
}


def begin(kind: Any, level: Any, above: bool, /, *args: Any, **kwargs: Any) -> Any:
    """An instance of `kind`, initialized as the constructor of a class on its way up asks for."""
    self = kind.__new__(kind, *args, **kwargs)
    initialize(level, above, self, *args, **kwargs)
    return self


def initialize(level: Any, above: bool, self: Any, /, *args: Any, **kwargs: Any) -> None:
    """`super(level, self).__init__(..)`, or that of `level` itself."""
    if above:
        super(level, self).__init__(*args, **kwargs)
    else:
        level.__init__(self, *args, **kwargs)


def above(level: Any, receiver: Any, name: str, /) -> Any:
    """`super(level, receiver).name`."""
    return getattr(super(level, receiver), name, MISSING)


def set_above(level: Any, receiver: Any, name: str, value: Any, /) -> None:
    """`super(level, receiver).name = value`, which Python has not: by the setter of a class above, else as an
    attribute. Raises AttributeError where that is a property of `level` itself."""
    classes = type(receiver).__mro__
    above = classes[classes.index(level) + 1 :]
    found: Any = next((vars(each)[name] for each in above if name in vars(each)), None)
    if hasattr(type(found), "__set__"):
        type(found).__set__(found, receiver, value)
    elif hasattr(type(vars(level).get(name)), "__set__"):
        raise AttributeError(f"no parent of {level.__name__} has a setter of {name!r}")
    else:
        setattr(receiver, name, value)
