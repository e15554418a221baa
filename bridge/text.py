"""JSON, the text of frames.

In: data that marshal makes. Out: its text as bytes, and back; what an error says of data that make no sense.
"""

from __future__ import annotations

import json
import sys
from typing import Any

__all__ = ["DEEP", "depth", "dumps", "dumps_plain", "excerpt", "loads"]

DEEP = 100  # the least depth that may have been what a RecursionError was about

_BRACE = ord("{")  # a number is found in bytes faster than bytes are

# Until so many texts, or a large one, Python's own `json` does what orjson does, which takes longer to load
# than a short program runs.
_left, _LARGE = 60, 4096
_PATH = list(sys.path)  # before the program's own modules can be found


def _quicken() -> None:
    """From now on it is orjson's affair."""
    global _plain, dumps_plain
    path = sys.path[:]
    sys.path[:] = _PATH
    try:
        from orjson import dumps, loads
    except ImportError:  # it is compiled, and not to be had in a browser
        from ._json import dumps, loads  # type: ignore[assignment]
    finally:
        sys.path[:] = path
    _plain, dumps_plain = loads, dumps


def _begin_loads(text: Any) -> Any:
    """As orjson does it."""
    global _left
    _left -= 1
    if _left < 0 or len(text) > _LARGE:
        _quicken()
        return _plain(text)
    try:
        return json.loads(str(text, "utf-8"), parse_int=_integer, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _integer(digits: str) -> int | float:
    number = int(digits)
    return number if -(2**63) <= number < 2**64 else float(digits)


def _begin_dumps(data: Any) -> bytes:
    """As orjson does it."""
    global _left
    _left -= 1
    if _left < 0:
        _quicken()
        return bytes(dumps_plain(data))
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError:  # a lone surrogate; a number that is none
        _quicken()
        return bytes(dumps_plain(data))


_plain: Any = _begin_loads
dumps_plain: Any = _begin_dumps
"""Text of nearly all data. Raises TypeError where only `dumps` will do. It may be another function later."""


def dumps(data: Any) -> bytes:
    """Text of wire data. Raises RecursionError when it is nested too deeply."""
    try:
        return bytes(dumps_plain(data))
    except TypeError:
        # Lone surrogates, or more than 254 levels (and nothing else that marshal lets through).
        return json.dumps(data, separators=(",", ":")).encode("ascii")


def loads(text: bytes) -> Any:
    """Data of a frame's text: null, booleans, numbers, strings, and arrays of data. Raises ValueError for
    anything else."""
    try:
        data = _plain(text)
    except ValueError:
        if b"\\u" not in text:
            raise
        data = _halved(text)
    if _BRACE in text:
        _refuse_objects(data)
    return data


def _halved(text: bytes) -> Any:
    """Data with lone surrogates, which JavaScript writes as escapes, and only the slower reader reads."""
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


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
