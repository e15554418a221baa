"""JSON, the text of frames.

In: data that marshal makes. Out: its text as bytes, and back; what an error says of data that make no sense.
Who reads or writes begins with Python's own `json`; orjson does the same faster, and takes longer to load
than a short program runs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from .midst import came_between

__all__ = ["DEEP", "Reader", "Writer", "depth", "excerpt"]

DEEP = 100  # the least depth that may have been what a RecursionError was about

_BRACE = ord("{")  # a number is found in bytes faster than bytes are
_FEW = 30  # texts, after which it pays to load orjson
_LARGE = 4096  # bytes of a text that is worth it by itself
_MANY = 1000  # items of one container, after which a text is
_LOOKED_AT = 16  # containers, the outer ones first
_PATH = tuple(sys.path)  # before the program's own modules can be found

# What orjson imports itself, where an exception (Ctrl-C comes between any two steps) would crash Python.
_ITS_OWN = ("dataclasses", "datetime", "enum", "uuid", "zoneinfo")

_slow = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode
_Functions = tuple[Callable[[Any], bytes], Callable[[Any], Any]]


@cache
def _fast() -> _Functions:
    """`dumps` and `loads` of orjson; where there is none, as in a browser, what does the same."""
    path = sys.path[:]
    sys.path[:] = _PATH
    try:
        for name in _ITS_OWN:
            import_module(name)
        from orjson import dumps, loads
    except ImportError:
        from ._json import dumps, loads  # type: ignore[assignment]
    finally:
        sys.path[:] = path
    return dumps, loads


def _is_large(data: Any) -> bool:
    """Whether there is a container of many items in it, by a look at some."""
    found = [data]
    for each in found:
        if each.__class__ is not list and each.__class__ is not tuple and each.__class__ is not dict:
            continue
        if len(each) >= _MANY:
            return True
        if len(found) < _LOOKED_AT:
            found += each.values() if each.__class__ is dict else each[:_LOOKED_AT]
    return False


class Writer:
    """Makes texts.

    Args:
        few: how many, before orjson is loaded.
    """

    def __init__(self, few: int = _FEW) -> None:
        self._left = few
        self._dumps: Callable[[Any], bytes] | None = None

    def plain(self, data: Any) -> bytes:
        """Text of nearly all data. Raises TypeError where only `dumps` will do."""
        if self._dumps is None:
            self._left -= 1
            if self._left >= 0 and not _is_large(data):
                try:
                    return _slow(data).encode()
                except ValueError as error:  # a lone surrogate; a number that is none
                    if came_between(error):
                        raise
            self._dumps = _fast()[0]
        return self._dumps(data)

    def dumps(self, data: Any) -> bytes:
        """Text of wire data. Raises RecursionError when it is nested too deeply."""
        try:
            return self.plain(data)
        except TypeError as error:
            if came_between(error):
                raise
            # Lone surrogates, or more than 254 levels (and nothing else that marshal lets through).
            return json.dumps(data, separators=(",", ":")).encode("ascii")


class Reader:
    """Reads texts.

    Args:
        few: how many, before orjson is loaded.
    """

    def __init__(self, few: int = _FEW) -> None:
        self._left = few
        self._loads: Callable[[Any], Any] | None = None

    def loads(self, text: bytes) -> Any:
        """Data of a frame's text: null, booleans, numbers, strings, and arrays of data. Raises ValueError for
        anything else."""
        try:
            data = self._plain(text) if self._loads is None else self._loads(text)
        except ValueError as error:
            if b"\\u" not in text or came_between(error):
                raise
            from ._json import loads  # late: nearly nothing has a lone surrogate

            data = loads(text)  # as an escape, which only the slower reader reads
        if _BRACE in text:
            _refuse_objects(data)
        return data

    def _plain(self, text: Any) -> Any:
        self._left -= 1
        if self._left < 0 or len(text) > _LARGE:
            self._loads = _fast()[1]
            return self._loads(text)
        try:
            return json.loads(str(text, "utf-8"), parse_int=_integer, parse_constant=_refuse)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _integer(digits: str) -> int | float:
    """As orjson does it."""
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(digits)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _refuse_objects(data: Any) -> None:
    open_ = [data]
    while open_:
        item = open_.pop()
        if item.__class__ is list:
            open_ += item
        elif item.__class__ is dict:
            raise ValueError("a JSON object, which no frame has")


def depth(data: Any) -> int:
    """How deep lists are nested in data that `loads` made."""
    levels, row = 0, [data]
    while row:
        row = [item for each in row if each.__class__ is list for item in each]
        levels += 1
    return levels - 1


def excerpt(data: Any) -> str:
    """The beginning of data that make no sense, for a message."""
    try:
        return str(data[:8])[:60]
    except (RecursionError, ValueError, TypeError):  # nested too deeply, an integer of too many digits
        return "of a kind that cannot be shown"
