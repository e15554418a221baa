"""Reading ahead: one item of many dicts at once; `node/ahead.mjs` asks for it.

In: handles of rows and the key of an item. Out: the item of each where that is a scalar. Nothing of the
program's runs for it.
"""

from __future__ import annotations

import contextlib
from operator import itemgetter
from typing import Any

from .answers import MISSING
from .bulk import plain
from .containers import key_named
from .handles import Exports

_LONG = 256  # a longer text is not read ahead
_DICTS = {dict}


def read_ahead(exports: Exports, handles: list[Any], key: str, named: bool) -> list[Any]:
    """Wire forms of the items, an empty list for one that has to be asked for.

    Args:
        named: the key is the name of a property, which a method of a dict would be as well.
    """
    if named and hasattr(dict, key):
        return [[] for _ in handles]
    rows = list(map(exports.peek, handles))
    items: list[Any] = []
    if set(map(type, rows)) == _DICTS:
        with contextlib.suppress(KeyError):  # it is not in all of them
            items = list(map(itemgetter(key), rows))
    if not items:
        items = [_item(row, key, named) for row in rows]
    known = plain(items)
    return [item if (known or plain((item,))) and _is_short(item) else [] for item in items]


def _item(row: Any, key: str, named: bool) -> Any:
    """What one of the rows, which may be none, has there."""
    if type(row) is not dict:
        return MISSING
    return row.get(key_named(row, key) if named else key, MISSING)


def _is_short(item: Any) -> bool:
    return type(item) is not str or len(item) <= _LONG
