"""JSON by the standard library, where there is no orjson.

In: data that marshal makes; text. Out: what orjson's functions of the same names give.
"""

from __future__ import annotations

import json
from typing import Any

_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def dumps(data: Any) -> bytes:
    """Text of data. Raises TypeError for what is none, RecursionError when it is nested too deeply."""
    return _encode(data).encode("ascii")


def loads(text: bytes) -> Any:
    """Data of a text. Raises ValueError."""
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")
