"""Which operands the requests of JavaScript's have; the mirror of `node/shapes.mjs`.

In: a request's header. Out: whether it has the shape of its operation. Only asked about one that failed: that
a header makes no sense is then the reason, and not what the operation made of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .protocol import OPS


def _is_number(value: Any) -> bool:
    return value.__class__ is int


def _is_text(value: Any) -> bool:
    return value.__class__ is str


def _is_names(value: Any) -> bool:
    return value.__class__ is list and all(map(_is_text, value))


def _is_step(value: Any) -> bool:
    if value.__class__ is not list or len(value) != 3:
        return False
    parent, names, args = value
    if not _is_names(names) or not (_is_number(parent) or (parent.__class__ is list and len(parent) == 1)):
        return False
    if args is None:
        return bool(names)
    return args.__class__ is list and bool(args) and _is_number(args[0])


# Kinds of operands by letter: handle, text, number, flag, names, a path that may be missing, a wire value.
_KINDS: dict[str, Callable[[Any], bool]] = {
    "H": lambda value: _is_number(value) and value > 0,
    "S": _is_text,
    "I": _is_number,
    "B": lambda value: value.__class__ is bool,
    "N": lambda value: _is_names(value) and bool(value),
    "P": lambda value: value is None or _is_names(value),
    "W": lambda value: True,
}
# Operands by operation; behind `?` they may be missing, `*` stands for any number of wire values, `:` for any
# number of steps.
_NAMED = {
    "ping": "?W",
    "import": "W?W",
    "eval": "W",
    "exec": "W",
    "getattr": "HNI",
    "setattr": "HSW",
    "delattr": "HS",
    "hasattr": "HS?B",
    "call": "HPI*",
    "new": "H*",
    "getitem": "HW?B",
    "setitem": "HWW",
    "delitem": "HW",
    "len": "H",
    "iter": "HI?B",
    "next": "HI?B",
    "contains": "HW",
    "dir": "H?B",
    "repr": "H?I",
    "str": "H",
    "display": "H",
    "await": "H",
    "operator": "S*",
    "convert": "H?B",
    "make": "SW",
    "describe": "H?B",
    "stats": "",
    "send": "HSW",
    "column": "SB*",
    "exit": "?B",
    "chain": "B:",
}
_SHAPES = {OPS[name]: shape for name, shape in _NAMED.items()}


def well_formed(message: Any) -> bool:
    """Whether a request makes sense."""
    if message.__class__ is not list or len(message) < 3:
        return False
    op, parent, form, *operands = message
    if not (_is_number(op) and _is_number(parent) and _is_number(form)):
        return False
    shape = _SHAPES.get(op)
    if shape is None:
        return False
    at, needed = 0, True
    for letter in shape:
        if letter == "*":
            return True
        if letter == ":":
            return all(map(_is_step, operands[at:]))
        if letter == "?":
            needed = False
        elif at < len(operands) or needed:
            if at >= len(operands) or not _KINDS[letter](operands[at]):
                return False
            at += 1
    return at >= len(operands)
