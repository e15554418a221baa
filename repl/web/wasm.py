"""WebAssembly as bytes: what a module is made of, and where Python's types are in it.

In: a module, or its parts. Out: numbers of functions, types, addresses. Only what stack.py needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

_T = TypeVar("_T")

TYPES, IMPORTS, FUNCTIONS, GLOBALS, EXPORTS, ELEMENTS, CODE, DATA = 1, 2, 3, 6, 7, 9, 10, 11
CONST, GLOBAL_GET, END = 0x41, 0x23, 0x0B
_FUNCTION, _GLOBAL = 0, 3
_WORD = 4
_ITERNEXT = 28 * _WORD
"""Of `tp_iternext` in a type (PyTypeObject)."""
_SLOT, _SLOTS = 63, 100
"""`Py_tp_iternext` among the slots of a type that is made at a start (PyType_Slot); none is so large."""


class NotSoError(ValueError):
    """The module is not built as this expects; the message says what is missing."""


def sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    at = 8
    while at < len(module):
        kind = module[at]
        content, at = sized(module, at + 1)
        yield kind, content


def vector(content: bytes, one: Callable[[bytes, int], tuple[_T, int]]) -> Iterator[_T]:
    count, at = number(content, 0)
    for _ in range(count):
        value, at = one(content, at)
        yield value


def number(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128, and where it ends."""
    found = shift = 0
    while True:
        byte = data[at]
        at += 1
        found |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return found, at


def sized(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = number(data, at)
    return data[at : at + size], at + size


def parameters(data: bytes, at: int) -> tuple[int, int]:
    """How many parameters a type of functions has."""
    if data[at] != 0x60:
        raise NotSoError("types that are no functions")
    params, at = sized(data, at + 1)
    _, at = sized(data, at)
    return len(params), at


def exports(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Names of functions, and their numbers."""

    def one(data: bytes, at: int) -> tuple[tuple[bytes, int, int], int]:
        name, at = sized(data, at)
        found, end = number(data, at + 1)
        return (name, data[at], found), end

    for name, kind, found in vector(content, one):
        if kind == 0:
            yield name, found


def imports(content: bytes) -> Iterator[int]:
    """The kinds of what is imported."""

    def limits(data: bytes, at: int) -> int:
        has_most = data[at] & 1
        _, at = number(data, at + 1)
        return number(data, at)[1] if has_most else at

    def one(data: bytes, at: int) -> tuple[int, int]:
        _, at = sized(data, at)
        _, at = sized(data, at)
        kind, at = data[at], at + 1
        if kind == 0:
            return kind, number(data, at)[1]
        if kind == 1:
            return kind, limits(data, at + 1)
        if kind == 2:
            return kind, limits(data, at)
        if kind == 3:
            return kind, at + 2
        if kind == 4:
            return kind, number(data, at + 1)[1]
        raise NotSoError(f"an import of kind {kind}")

    yield from vector(content, one)


def global_of(body: bytes) -> bytes:
    """The number of the global that `() -> global.get number` gives, as it is written."""
    if body[:2] != bytes((0, GLOBAL_GET)) or body[-1] != END:
        raise NotSoError("the stack's pointer is no global")
    return body[2:-1]


def empty_text(content: bytes) -> int:
    """The address of an empty text: of a zero in the first piece of data, whose place is fixed."""
    _, at = number(content, 0)
    if content[at : at + 2] != bytes((0, CONST)):
        raise NotSoError("the first data have no place of their own")
    place, at = number(content, at + 2)  # positive, and far from the sign of what is written
    if content[at] != END:
        raise NotSoError("the place of the data is no number")
    data, _ = sized(content, at + 1)
    return place + data.index(0)


def leb(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def signed(number: int) -> bytes:
    """A positive number as a signed LEB128."""
    made = leb(number)
    return made if made[-1] < 0x40 else made[:-1] + bytes((made[-1] | 0x80, 0))


# -- Python's types ---------------------------------------------------------------------------------


def iterators(parts: dict[int, bytes], imported: int) -> set[int]:
    """The functions that give the next item of Python's own iterators.

    Args:
        parts: the sections.
        imported: how many functions are not the module's own.
    """
    table, first = _table(parts[ELEMENTS])
    functions = [*vector(parts[FUNCTIONS], number)]
    types = [*vector(parts[TYPES], _signature)]
    data = [*_data(parts[DATA])]

    def function(place: int) -> int | None:
        """What a word of memory points at, where it may be such a function."""
        found = table[place - first] if first <= place < first + len(table) else -1
        return found if found >= imported and types[functions[found - imported]] == (1, 1) else None

    said = {
        found
        for address in _types(parts)
        for start, content in data
        if start <= address + _ITERNEXT <= start + len(content) - _WORD
        if (found := function(_word(content, address + _ITERNEXT - start))) is not None
    }
    for start, content in data:
        words = memoryview(content[-start % _WORD :])
        words = words[: len(words) // _WORD * _WORD].cast("I")
        for at, word in enumerate(words[:-3]):
            if word == _SLOT and words[at + 2] < _SLOTS and (at < 2 or words[at - 2] < _SLOTS):
                said.add(function(words[at + 1]) or -1)
    return said - {-1}


def _types(parts: dict[int, bytes]) -> Iterator[int]:
    """The addresses of the types that are there from the start."""
    values = [*vector(parts[GLOBALS], _value)]

    def one(data: bytes, at: int) -> tuple[tuple[bytes, int, int], int]:
        name, at = sized(data, at)
        found, end = number(data, at + 1)
        return (name, data[at], found), end

    outside = sum(1 for kind in imports(parts[IMPORTS]) if kind == _GLOBAL)
    for name, kind, found in vector(parts[EXPORTS], one):
        if kind == _GLOBAL and name.endswith(b"_Type") and found >= outside:
            yield values[found - outside]


def _value(data: bytes, at: int) -> tuple[int, int]:
    """A global's value, where it is a constant; else 0."""
    at += 2
    if data[at] == CONST:
        value, end = _integer(data, at + 1)
        return value, end + 1
    return 0, data.index(END, at) + 1


def _signature(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    """How many parameters and results a type of functions has."""
    given, at = sized(data, at + 1)
    got, at = sized(data, at)
    return (len(given), len(got)), at


def _table(content: bytes) -> tuple[list[int], int]:
    """The functions that words of memory may point at, and the number of the first."""
    if content[:3] != bytes((1, 0, CONST)):
        raise NotSoError("the table of functions is in pieces")
    first, at = _integer(content, 3)
    return [*vector(content[at + 1 :], number)], first


def _data(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The addresses of pieces of data, and what they are."""

    def one(data: bytes, at: int) -> tuple[tuple[int, bytes], int]:
        if data[at : at + 2] != bytes((0, CONST)):
            raise NotSoError("data have no place of their own")
        place, at = _integer(data, at + 2)
        piece, at = sized(data, at + 1)
        return (place, piece), at

    yield from vector(content, one)


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """A signed LEB128 as an address, and where it ends."""
    found, end = number(data, at)
    if data[end - 1] & 0x40:  # the sign
        found -= 1 << 7 * (end - at)
    return found & 0xFFFFFFFF, end


def _word(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + _WORD], "little")
