"""Mappings, sets and sequences of every class, by what they can do.

In: a Python collection. Out: its kind, its items, a copy of it that can be changed.
"""

from __future__ import annotations

import copy
import re
from typing import Any

from . import traits
from .protocol import SORT_BITS, SORTS

_DICT = SORTS.index("dict")
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")


MARK = "__javascript__"  # on classes whose code is JavaScript's, and what inherits from them


def is_mapping(value: Any) -> bool:
    return traits.of(value) & SORT_BITS == _DICT


def keeps_items(value: Any) -> bool:
    """Whether a property that is set is an item. To the code of a class of JavaScript's its properties are
    attributes, also where it has a mapping as its parent."""
    return is_mapping(value) and not getattr(type(value), MARK, False)


def items_of(mapping: Any) -> Any:
    """Keys and values; what is only registered as a Mapping may have no such method."""
    if hasattr(mapping, "items"):
        return mapping.items()
    return ((key, mapping[key]) for key in mapping)


def key_named(mapping: Any, name: str) -> Any:
    """The key that JavaScript means by a property's name: that text, where there is none the whole number
    which it spells; else the text."""
    if name not in mapping and _WHOLE.fullmatch(name):
        number = int(name)
        if number in mapping:
            return number
    return name


def names_of(mapping: Any) -> list[str]:
    """The keys that JavaScript can have as names of properties."""
    keys = list(mapping.keys() if hasattr(mapping, "keys") else mapping)
    names = {key: None for key in keys if isinstance(key, str)}
    if len(names) < len(keys):
        spelled = (str(int(key)) for key in keys if isinstance(key, int) and not isinstance(key, bool))
        names = {**dict.fromkeys(spelled), **names}
    return list(names)


def clone(value: Any) -> Any:
    """A shallow copy that can be changed: a read-only mapping, set or sequence as dict, set or list."""
    sort = SORTS[traits.of(value) & SORT_BITS]
    for name, fixed, change in (
        ("dict", dict, "__setitem__"),
        ("set", set, "add"),
        ("tuple", list, "append"),
    ):
        if sort == name and not (hasattr(value, change) and hasattr(value, "copy")):
            return dict(items_of(value)) if fixed is dict else fixed(value)
    if not hasattr(value, "copy"):
        return list(value) if sort == "list" else copy.copy(value)
    made = value.copy()
    if made is not value:
        return made
    # What never changes is its own copy.
    return dict(items_of(value)) if sort == "dict" else set(value) if sort == "set" else list(value)
