"""What a Python object is and can do, as one number that travels with its handle.

In: an object. Out: traits (see protocol). Decided once per type, so that sending a handle costs a look-up.
"""

from __future__ import annotations

import types
from typing import Any

from .protocol import SORTS, TRAITS

_SORT = {name: index for index, name in enumerate(SORTS)}
_CACHE: dict[type, int] = {}


def of(value: Any) -> int:
    """Traits of an object."""
    kind = type(value)
    known = _CACHE.get(kind)
    if known is None:
        known = _of_type(kind)
        if len(_CACHE) > 5000:
            _CACHE.clear()
        _CACHE[kind] = known
    return known


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
        ("GENERATOR", has("send") and has("throw") and has("close") and iterator),
    ):
        if present:
            bits |= TRAITS[trait]
    mapping = issubclass(kind, dict) or (has("keys") and has("__getitem__") and has("__len__"))
    if mapping:
        bits |= TRAITS["MAPPING"]
    ndarray = kind.__module__ == "numpy" and kind.__name__ == "ndarray"
    buffer = issubclass(kind, (bytearray, memoryview)) or ndarray or kind.__name__ == "array"
    if buffer:
        bits |= TRAITS["BUFFER"]
    sequence = (
        issubclass(kind, (list, tuple, range))
        or buffer
        or (
            has("__getitem__")
            and has("__len__")
            and has("index")
            and has("count")
            and not issubclass(kind, str)
        )
    )
    if sequence and not mapping:
        bits |= TRAITS["ARRAY_LIKE"]
    return bits | _SORT[_sort(kind, iterator, has("__call__"))]


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
    if iterator:
        return "iterator"
    return "callable" if called else "object"
