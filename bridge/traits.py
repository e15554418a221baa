"""What a Python object is and can do, as one number that travels with its handle.

In: an object. Out: traits (see protocol). Decided once per type, so that sending a handle costs a look-up.
A mapping, a set, a sequence is what `collections.abc` says, by inheritance or by registration; a class that
looks like one (a DataFrame has `keys`, too) stays an object that can do what it can do. A class that is
both is what its bases name first: networkx's `G.nodes` a mapping, its `G.edges` a set."""

from __future__ import annotations

import itertools
import sys
import types
from abc import get_cache_token
from collections import UserString
from collections.abc import Awaitable, Mapping, MutableSequence, Sequence, Set
from typing import Any, TypeGuard

from .protocol import SORTS, TRAITS

_SORT = {name: index for index, name in enumerate(SORTS)}
_CACHE: dict[type, tuple[object, int]] = {}
_TEXTS = (str, UserString, bytes, bytearray, memoryview)
_ITERABLE_COROUTINE = 256  # inspect.CO_ITERABLE_COROUTINE
_COLLECTIONS: tuple[tuple[type, str], ...] = ((Mapping, "dict"), (Set, "set"), (Sequence, "tuple"))


def is_async(function: Any) -> bool:
    """inspect.iscoroutinefunction, which costs as much as all the rest, for plain functions done by hand."""
    import inspect  # late: a start needs none

    if type(function) is types.FunctionType:
        return bool(function.__code__.co_flags & inspect.CO_COROUTINE) or inspect.iscoroutinefunction(
            function
        )
    try:
        return inspect.iscoroutinefunction(function)
    except Exception:  # it asks what the object says that it is
        return False


def is_awaitable(value: Any) -> TypeGuard[Awaitable[Any]]:
    """inspect.isawaitable by the class of an object, whatever it says that is. What stands for another object
    (`flask.g`) has the method of its class, but cannot have it read where that one has none."""
    kind = type(value)
    if kind is types.GeneratorType:
        return bool(value.gi_code.co_flags & _ITERABLE_COROUTINE)
    if not issubclass(kind, Awaitable):
        return False
    try:
        _ = value.__await__
    except Exception:
        return False
    return True


def of(value: Any) -> int:
    """Traits of an object."""
    kind = type(value)
    known = _CACHE.get(kind)
    token = get_cache_token()  # another one when a class was registered meanwhile
    if known is None or known[0] != token:
        if len(_CACHE) > 5000:
            _CACHE.clear()
        known = _CACHE[kind] = (token, _of_type(kind))
    return known[1]


def changed(kind: type) -> None:
    """A class got or lost an attribute: what it and its subclasses can do is decided anew."""
    for known in [each for each in _CACHE if kind in each.__mro__]:
        del _CACHE[known]


def collection(kind: type) -> str | None:
    """The sort of a class that is a Mapping, Set or Sequence: dict, set, list or tuple. None for others,
    and for texts and buffers, which are sequences of another kind."""
    found: type | None = None
    for base in kind.__mro__:
        found = next((known for known, _ in _COLLECTIONS if base is known), None)
        if found is not None:
            break
    if found is None:
        found = next((known for known, _ in _COLLECTIONS if _is(kind, known)), None)
    if found is None or issubclass(kind, _TEXTS) or kind.__name__ == "array":
        return None
    if found is Sequence and _is(kind, MutableSequence):
        return "list"
    return dict(_COLLECTIONS)[found]


def _is(kind: type, abstract: type) -> bool:
    try:
        return issubclass(kind, abstract)
    except Exception:
        return False  # a class of somebody's that cannot be asked


def _is_datetime(kind: type) -> bool:
    if kind.__module__ == "numpy" and kind.__name__ == "datetime64":
        return True
    module = sys.modules.get("datetime")  # a start needs none
    return module is not None and issubclass(kind, module.datetime)


def _of_type(kind: type) -> int:
    def has(name: str) -> bool:
        # In the classes themselves: getattr would find `__call__` of the metaclass, which every class has.
        for base in kind.__mro__:
            if name in base.__dict__:
                return base.__dict__[name] is not None
        return False

    bits = 0
    iterator = has("__iter__") and has("__next__")
    for trait, present in (
        ("CALLABLE", has("__call__")),
        ("AWAITABLE", has("__await__") or issubclass(kind, types.CoroutineType)),
        ("ITERABLE", has("__iter__") or (has("__getitem__") and has("__len__"))),
        ("ITERATOR", iterator),
        ("ASYNC_ITERABLE", has("__aiter__")),
        ("ASYNC_ITERATOR", has("__anext__")),
        ("CONTEXT", has("__enter__") and has("__exit__")),
        ("ASYNC_CONTEXT", has("__aenter__") and has("__aexit__")),
        ("SIZED", has("__len__")),
        ("PATH", has("__fspath__")),
        ("DATE", _is_datetime(kind)),
        ("GENERATOR", has("send") and has("throw") and has("close") and iterator),
    ):
        if present:
            bits |= TRAITS[trait]
    sort = _sort(kind, iterator, has("__call__"))
    mapping = sort == "dict" or (has("keys") and has("__getitem__") and has("__len__"))
    if mapping:
        bits |= TRAITS["MAPPING"]
    ndarray = kind.__module__ == "numpy" and kind.__name__ == "ndarray"
    buffer = issubclass(kind, (bytearray, memoryview)) or ndarray or kind.__name__ == "array"
    if buffer:
        bits |= TRAITS["BUFFER"]
    sequence = (
        sort in ("list", "tuple")
        or buffer
        or (
            has("__getitem__")
            and has("__len__")
            and has("index")
            and has("count")
            and not issubclass(kind, (str, UserString))
        )
    )
    if sequence and not mapping and sort != "set":
        bits |= TRAITS["ARRAY_LIKE"]
    return bits | _SORT[sort]


def _sort(kind: type, iterator: bool, called: bool) -> str:
    for bases, sort in (
        (list, "list"),
        (tuple, "tuple"),
        (dict, "dict"),
        ((set, frozenset), "set"),
        (types.ModuleType, "module"),
        (type, "class"),
        (BaseException, "error"),
    ):
        if issubclass(kind, bases):
            return sort
    sort_of_collection = collection(kind)
    if sort_of_collection is not None:
        return sort_of_collection
    if iterator:
        return "iterator"
    return "callable" if called else "object"


def describe(target: Any, call: bool) -> dict[str, Any]:
    """The class of an object and its module; with `call` also its name and how many arguments it takes."""
    kind = type(target)
    about: dict[str, Any] = {"type": kind.__name__, "module": kind.__module__}
    if call:
        name = _attribute(target, "__name__", "")
        about["name"] = name if isinstance(name, str) else ""
        about["length"] = _length(target)
    return about


def _attribute(target: Any, name: str, default: Any) -> Any:
    """As getattr; the default also where a stand-in has nothing that it could ask."""
    try:
        return getattr(target, name, default)
    except Exception:
        return default


def _length(function: Any) -> int:
    """How many positional arguments a callable takes before those that may be left out, as in JavaScript."""
    import inspect

    try:
        parameters = list(inspect.signature(function).parameters.values())
    except Exception:  # a builtin that does not say, or a stand-in that cannot
        count = _attribute(function, "nin", 0)  # numpy's do
        return count if isinstance(count, int) else 0
    needed = itertools.takewhile(
        lambda one: one.kind <= one.POSITIONAL_OR_KEYWORD and one.default is one.empty, parameters
    )
    return sum(1 for _ in needed)
