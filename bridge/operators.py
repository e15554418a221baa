"""Python's operators by name, and what else JavaScript asks of a value: its hash, its number, its file URL.

In: the name and the operands. Out: the answer. Raises KeyError for another name or number of operands.
"""

from __future__ import annotations

import numbers
import operator
import os
from collections.abc import Callable
from typing import Any

from .answers import MISSING
from .containers import is_mapping


def _equals(first: Any, second: Any) -> bool:
    """Equality that is always a boolean: arrays are equal when all their elements are."""
    result = first == second
    if isinstance(result, bool):
        return result
    if type(result).__module__.split(".")[0] in ("numpy", "pandas"):
        import numpy

        return getattr(first, "shape", None) == getattr(second, "shape", None) and bool(numpy.all(result))
    return bool(result)


def _hash(value: Any) -> Any:
    """What equal things share: numbers their number, others a text (unhashable ones only their kind)."""
    if issubclass(type(value), str):
        return str(value)
    try:
        number = hash(value)
    except TypeError:
        return f"py:{type(value).__name__}"
    if issubclass(type(value), numbers.Number):
        try:
            near: Any = float(value)
            if near == value:
                return near
        except (TypeError, ValueError, OverflowError):
            pass
    return f"py#{number}"


def _text(value: Any) -> Any:
    """The text that a string of any class is; of nothing else."""
    return str.__str__(value) if issubclass(type(value), str) else MISSING


def _index(value: Any) -> Any:
    """The whole number that an integer of any class is (what has `__index__`); of nothing else."""
    try:
        return operator.index(value)
    except TypeError:
        return MISSING


def _number(value: Any) -> Any:
    """What JavaScript's arithmetic makes of a value: its number, else its text."""
    from .scalars import number  # late: what it imports is not needed at the start

    found = number(value)
    return str(value) if found is None else found


def _url(path: Any) -> str:
    """The file URL of a path, as Python finds it from its own working folder."""
    from urllib.parse import quote_from_bytes

    return "file://" + quote_from_bytes(os.fsencode(os.path.abspath(os.fspath(path))))


def _lookup(target: Any, key: Any) -> Any:
    """The item at a key; of what has no items the attribute. What is not there is missing."""
    try:
        if is_mapping(target):
            # Asked first: a defaultdict would make the item.
            return target[key] if key in target else MISSING  # noqa: SIM401
        if hasattr(type(target), "__getitem__") or not isinstance(key, str):
            return target[key]
    except (KeyError, IndexError, TypeError):
        return MISSING
    return getattr(target, key, MISSING)


def _fields(value: Any) -> Any:
    """The public attributes that an instance has itself, also in slots; those of a property are not read."""
    found = {}
    for kind in reversed(type(value).__mro__):
        slots = kind.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if not name.startswith("_") and hasattr(value, name):
                found[name] = getattr(value, name)
    own = getattr(value, "__dict__", None)
    if isinstance(own, dict):
        found.update((name, item) for name, item in own.items() if isinstance(name, str) and name[:1] != "_")
    return found


def _splice(target: Any, change: Any) -> None:
    """Put items in the place of others, as JavaScript's `splice` does: [start, how many, items]."""
    start, count, items = change
    if not (hasattr(target, "insert") and hasattr(type(target), "__delitem__")):
        raise TypeError(f"'{type(target).__name__}' object cannot change its length")
    try:
        target[start : start + count] = items
    except TypeError:  # a deque knows no slices, an array takes none but its own
        for _ in range(count):
            del target[start]
        for at, item in enumerate(items, start):
            target.insert(at, item)


_PLAIN = "add sub mul truediv floordiv mod pow matmul lt le gt ge eq ne xor lshift rshift"
_OPERATORS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in _PLAIN.split(" ")},
    "and": operator.and_,
    "or": operator.or_,
    "neg": operator.neg,
    "pos": operator.pos,
    "invert": operator.invert,
    "abs": operator.abs,
    "truth": operator.truth,
    "isinstance": isinstance,
    "equals": _equals,
    "hash": _hash,
    "lookup": _lookup,
    "text": _text,
    "index": _index,
    "number": _number,
    "url": _url,
    "fields": _fields,
    "splice": _splice,
}
_UNARY = frozenset(
    ("neg", "pos", "invert", "abs", "truth", "hash", "text", "index", "number", "url", "fields")
)


def find(name: Any, count: int) -> Callable[..., Any]:
    """The operator of a name that takes so many operands."""
    if count != (1 if name in _UNARY else 2):
        raise KeyError(name)
    return _OPERATORS[name]
