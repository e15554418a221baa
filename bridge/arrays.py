"""Arrays that are made for a frame: nobody has them, only their items are somebody's.

In: values, such as the next of an iterator, or those that a callback is asked about. Out: the wire form of
an array of them, in as few steps as they allow: what is its own wire form goes as it is, objects of one plain
class as their handles in a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from . import traits
from .bulk import column_of_numbers, plain
from .handles import Exports
from .protocol import TAGS
from .segments import Segments

_ARRAY, _AS_IS, _HANDLE, _HANDLES = TAGS["ARRAY"], TAGS["AS_IS"], TAGS["HANDLE"], TAGS["HANDLES"]
_TEXTS, _COLUMN = TAGS["TEXTS"], TAGS["COLUMN"]
_MANY = 16  # texts that are worth to be one
_MANY_NUMBERS = 64  # that are worth to be bytes
_SHORT = 12  # characters: of longer ones JavaScript keeps the whole for each part, and gains nothing
_BETWEEN = "\x7f"  # which JSON writes as it is, and hardly a text has
_TEXT = {str}
# Of these any object goes by its handle, and has the traits of its class.
_ALIKE = frozenset((dict, list, tuple, set, frozenset))


class Items(list[Any]):
    """An operand that is an array of its items, where a list of the program's goes by its handle."""


class Encoder(Protocol):
    """What is needed of a Marshal."""

    exports: Exports
    custom: dict[type, Any]
    by_handle: bool

    def encode(self, value: Any, segments: list[Any]) -> Any:
        """Wire form of one value."""


def array(marshal: Encoder, items: Sequence[Any], segments: list[Any]) -> list[Any]:
    """Wire form of an array of these items. Raises what the encoding of one raises."""
    wire, error = beginning(marshal, items, segments)
    if error is not None:
        raise error
    return wire


def beginning(
    marshal: Encoder,
    items: Sequence[Any],
    segments: list[Any],
    kinds: set[type] | None = None,
    to_join: bool = False,
) -> tuple[list[Any], Exception | None]:
    """Wire form of an array of these items, or of those before one that cannot be encoded, and the reason.

    Args:
        kinds: the classes of the items, where they are known.
        to_join: it has no binary parts, since others come behind it.
    """
    if kinds is None:
        kinds = set(map(type, items))
    if len(items) >= _MANY_NUMBERS and not to_join:
        column = column_of_numbers(items, kinds, segments)
        if column is not None:
            return [_COLUMN, column], None
    if len(items) >= _MANY and kinds == _TEXT and (text := _one(items)) is not None:
        return [_TEXTS, text], None
    if plain(items, kinds):
        return [_AS_IS, items if items.__class__ is list else list(items)], None
    if len(kinds) == 1 and _ALIKE.issuperset(kinds) and marshal.by_handle and isinstance(segments, Segments):
        (kind,) = kinds
        if not marshal.custom or marshal.custom.keys().isdisjoint(kind.__mro__):
            handles = marshal.exports.add_all(items, segments.handles())
            return [_HANDLES, traits.of(items[0]), *handles], None
    wire: list[Any] = [_ARRAY]
    encode = marshal.encode
    try:
        for item in items:
            wire.append(encode(item, segments))  # noqa: PERF401 (what came before an error stays)
    except Exception as error:
        return wire, error
    return wire, None


def _one(items: Sequence[Any]) -> str | None:
    """Texts as one where they are short, else None. JavaScript cuts it in a third of the time: the parser of
    JSON looks each short text up among those that it knows."""
    text = _BETWEEN.join(items)
    few = len(text) <= (_SHORT + 1) * len(items)
    return text if few and text.count(_BETWEEN) == len(items) - 1 else None


def joined(first: list[Any], second: list[Any]) -> list[Any]:
    """Wire form of one array behind the other; the first may be changed."""
    if first[0] == _ARRAY:
        first += _each(second)
    elif first[0] != second[0] or (first[0] == _HANDLES and first[1] != second[1]):
        return [_ARRAY, *_each(first), *_each(second)]
    elif first[0] == _AS_IS:
        first[1] += second[1]
    elif first[0] == _TEXTS:
        first[1] += _BETWEEN + second[1]
    else:
        first += second[2:]
    return first


def _each(wire: list[Any]) -> list[Any]:
    """Wire forms of the items of an array."""
    if wire[0] == _AS_IS:
        items: list[Any] = wire[1]
        return items
    if wire[0] == _TEXTS:
        return list(wire[1].split(_BETWEEN))
    if wire[0] == _HANDLES:
        return [[_HANDLE, handle, wire[1]] for handle in wire[2:]]
    return wire[1:]
