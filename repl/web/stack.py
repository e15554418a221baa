"""Python's WebAssembly with a stack that Python can watch: deep data is a RecursionError and ends no worker.

In: the module as Pyodide builds it. Out: the same, in which each function that asks for the stack's limit
(the `repr` of a list, `==`, `json.dumps` ..) takes FAT bytes more of the stack in memory.

There are two stacks. C's is in memory, and Python looks at it (`_Py_EnterRecursiveCall`). That of the calls
is the browser's: nobody can look at it, a worker has half a megabyte or so, and what goes beyond ends Python.
A `repr` of nested lists takes 100 bytes of this one for each level and 32 of the other, whose limit would be
at megabytes. With FAT bytes more, and the limit that loading.mjs sets (PYTHONS_STACK), the one that Python
looks at is full first.

Others have FAT too (_OTHERS): the end of an object, in which its items end, looks at the limit by itself;
Python code that C calls, and calls of JavaScript, take much of the browser's stack.

Such a function `f` gets a new number, and in its place stands

    stack -= FAT; f(..); stack += FAT

What recurses without asking is made to ask (_ASKED), and says with -1 that it has failed:

    stack -= FAT; Py_EnterRecursiveCall("") ? -1 : f(..); stack += FAT
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

_T = TypeVar("_T")

FAT = 512
"""A multiple of 16, as the stack wants it."""
_TYPES, _IMPORTS, _FUNCTIONS, _EXPORTS, _CODE, _DATA = 1, 2, 3, 7, 10, 11
_ASKS = b"_Py_CheckRecursiveCall", b"Py_EnterRecursiveCall"
_STACK = b"emscripten_stack_get_current"
_OTHERS = {
    b"_Py_Dealloc": FAT,
    b"_PyEval_EvalFrameDefault": FAT,
    b"JsMethod_Vectorcall_impl": 12 * FAT,
    b"JsMethod_Construct_impl": 12 * FAT,
}
_ASKED = {b"PyObject_Hash": FAT}
"""A tuple's hash is made of those of its items, however deep they are."""
_SMALL = 70
"""Bytes of code; so short is only `_Py_EnterRecursiveCall`, where the compiler has made a function of it."""
_LOCAL_GET, _GLOBAL_GET, _GLOBAL_SET, _CALL = 0x20, 0x23, 0x24, 0x10
_CONST, _ADD, _SUB, _END = 0x41, 0x6A, 0x6B, 0x0B
_IF, _ELSE, _NUMBER, _MINUS_ONE = 0x04, 0x05, 0x7F, b"\x7f"


class NotSoError(ValueError):
    """The module is not built as this expects; the message says what is missing."""


def watched(module: bytes) -> bytes:
    """The module with fatter functions.

    Raises:
        NotSoError: a name that it needs is not exported, or the module is of another form.
    """
    if module[:8] != b"\0asm\1\0\0\0":
        raise NotSoError("no WebAssembly")
    sections = list(_sections(module))
    parts = {kind: content for kind, content in sections if kind}
    exported = dict(_exports(parts[_EXPORTS]))
    types = [*_vector(parts[_TYPES], _type)]
    imported = sum(1 for kind in _imports(parts[_IMPORTS]) if kind == 0)
    functions = [*_vector(parts[_FUNCTIONS], _number)]
    bodies = [*_vector(parts[_CODE], _sized)]
    try:
        asks = [exported[name] for name in _ASKS]
        others = {exported[name]: size for name, size in (*_OTHERS.items(), *_ASKED.items())}
        asked = {exported[name] for name in _ASKED}
        as_they_are = {*asks}
        stack = _global_of(bodies[exported[_STACK] - imported])
        ask = bytes((_CONST,)) + _signed(_empty_text(parts[_DATA])) + bytes((_CALL,)) + _leb(asks[1])
    except KeyError as error:
        raise NotSoError(f"{error} is not exported") from None
    calls = [bytes((_CALL,)) + _leb(each) for each in asks]
    for at, body in enumerate(bodies):
        if len(body) < _SMALL and at + imported not in asks and any(call in body for call in calls):
            as_they_are.add(at + imported)
    calls = [bytes((_CALL,)) + _leb(each) for each in as_they_are]
    for at, body in enumerate([*bodies]):
        size = others.get(at + imported, FAT)
        if at + imported in as_they_are or (
            at + imported not in others and not any(call in body for call in calls)
        ):
            continue
        params = types[functions[at]]
        call = b"".join((
            *(bytes((_LOCAL_GET,)) + _leb(each) for each in range(params)),
            bytes((_CALL,)), _leb(imported + len(bodies)),
        ))  # fmt: skip
        if at + imported in asked:
            failed = bytes((_IF, _NUMBER, _CONST)) + _MINUS_ONE + bytes((_ELSE,))
            call = ask + failed + call + bytes((_END,))
        bodies[at] = b"".join((
            b"\0",  # no locals
            bytes((_GLOBAL_GET,)), stack, bytes((_CONST,)), _signed(size), bytes((_SUB, _GLOBAL_SET)), stack,
            call,
            bytes((_GLOBAL_GET,)), stack, bytes((_CONST,)), _signed(size), bytes((_ADD, _GLOBAL_SET)), stack,
            bytes((_END,)),
        ))  # fmt: skip
        bodies.append(body)
        functions.append(functions[at])
    parts[_FUNCTIONS] = _leb(len(functions)) + b"".join(map(_leb, functions))
    parts[_CODE] = _leb(len(bodies)) + b"".join(_leb(len(body)) + body for body in bodies)
    made = [module[:8]]
    for kind, content in sections:
        content = parts[kind] if kind else content
        made += [bytes((kind,)), _leb(len(content)), content]
    return b"".join(made)


# -- what a module is made of -----------------------------------------------------------------------


def _sections(module: bytes) -> Iterator[tuple[int, bytes]]:
    at = 8
    while at < len(module):
        kind = module[at]
        content, at = _sized(module, at + 1)
        yield kind, content


def _vector(content: bytes, one: Callable[[bytes, int], tuple[_T, int]]) -> Iterator[_T]:
    count, at = _number(content, 0)
    for _ in range(count):
        value, at = one(content, at)
        yield value


def _number(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned LEB128, and where it ends."""
    found = shift = 0
    while True:
        byte = data[at]
        at += 1
        found |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return found, at


def _sized(data: bytes, at: int) -> tuple[bytes, int]:
    size, at = _number(data, at)
    return data[at : at + size], at + size


def _type(data: bytes, at: int) -> tuple[int, int]:
    """How many parameters a type of functions has."""
    if data[at] != 0x60:
        raise NotSoError("types that are no functions")
    params, at = _sized(data, at + 1)
    _, at = _sized(data, at)
    return len(params), at


def _exports(content: bytes) -> Iterator[tuple[bytes, int]]:
    """Names of functions, and their numbers."""

    def one(data: bytes, at: int) -> tuple[tuple[bytes, int, int], int]:
        name, at = _sized(data, at)
        number, end = _number(data, at + 1)
        return (name, data[at], number), end

    for name, kind, number in _vector(content, one):
        if kind == 0:
            yield name, number


def _imports(content: bytes) -> Iterator[int]:
    """The kinds of what is imported."""

    def limits(data: bytes, at: int) -> int:
        has_most = data[at] & 1
        _, at = _number(data, at + 1)
        return _number(data, at)[1] if has_most else at

    def one(data: bytes, at: int) -> tuple[int, int]:
        _, at = _sized(data, at)
        _, at = _sized(data, at)
        kind, at = data[at], at + 1
        if kind == 0:
            return kind, _number(data, at)[1]
        if kind == 1:
            return kind, limits(data, at + 1)
        if kind == 2:
            return kind, limits(data, at)
        if kind == 3:
            return kind, at + 2
        if kind == 4:
            return kind, _number(data, at + 1)[1]
        raise NotSoError(f"an import of kind {kind}")

    yield from _vector(content, one)


def _global_of(body: bytes) -> bytes:
    """The number of the global that `() -> global.get number` gives, as it is written."""
    if body[:2] != bytes((0, _GLOBAL_GET)) or body[-1] != _END:
        raise NotSoError("the stack's pointer is no global")
    return body[2:-1]


def _empty_text(content: bytes) -> int:
    """The address of an empty text: of a zero in the first piece of data, whose place is fixed."""
    _, at = _number(content, 0)
    if content[at : at + 2] != bytes((0, _CONST)):
        raise NotSoError("the first data have no place of their own")
    place, at = _number(content, at + 2)  # positive, and far from the sign of what is written
    if content[at] != _END:
        raise NotSoError("the place of the data is no number")
    data, _ = _sized(content, at + 1)
    return place + data.index(0)


def _leb(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _signed(number: int) -> bytes:
    """A positive number as a signed LEB128."""
    made = _leb(number)
    return made if made[-1] < 0x40 else made[:-1] + bytes((made[-1] | 0x80, 0))
