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

What recurses without asking is made to ask, and says in its own way that it has failed: a hash (_ASKED) with
-1, the next item of an iterator (`map` of `map` ..; wasm.py finds them) with a null:

    stack -= FAT; Py_EnterRecursiveCall("") ? -1 : f(..); stack += FAT
"""

from __future__ import annotations

from . import wasm
from .wasm import NotSoError

FAT = 512
"""A multiple of 16, as the stack wants it."""
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
_LOCAL_GET, _GLOBAL_SET, _CALL, _ADD, _SUB = 0x20, 0x24, 0x10, 0x6A, 0x6B
_IF, _ELSE, _NUMBER, _NULL, _MINUS_ONE = 0x04, 0x05, 0x7F, b"\0", b"\x7f"


def watched(module: bytes) -> bytes:
    """The module with fatter functions.

    Raises:
        NotSoError: a name that it needs is not exported, or the module is of another form.
    """
    if module[:8] != b"\0asm\1\0\0\0":
        raise NotSoError("no WebAssembly")
    pieces = list(wasm.sections(module))
    parts = {kind: content for kind, content in pieces if kind}
    exported = dict(wasm.exports(parts[wasm.EXPORTS]))
    types = [*wasm.vector(parts[wasm.TYPES], wasm.parameters)]
    imported = sum(1 for kind in wasm.imports(parts[wasm.IMPORTS]) if kind == 0)
    functions = [*wasm.vector(parts[wasm.FUNCTIONS], wasm.number)]
    bodies = [*wasm.vector(parts[wasm.CODE], wasm.sized)]
    try:
        asks = [exported[name] for name in _ASKS]
        others = {exported[name]: size for name, size in (*_OTHERS.items(), *_ASKED.items())}
        asked = dict.fromkeys(wasm.iterators(parts, imported), _NULL)
        others.update(dict.fromkeys(asked, FAT))
        asked.update((exported[name], _MINUS_ONE) for name in _ASKED)
        as_they_are = {*asks}
        stack = wasm.global_of(bodies[exported[_STACK] - imported])
        ask = (
            bytes((wasm.CONST,))
            + wasm.signed(wasm.empty_text(parts[wasm.DATA]))
            + bytes((_CALL,))
            + wasm.leb(asks[1])
        )
    except KeyError as error:
        raise NotSoError(f"{error} is not exported") from None
    calls = [bytes((_CALL,)) + wasm.leb(each) for each in asks]
    for at, body in enumerate(bodies):
        if len(body) < _SMALL and at + imported not in asks and any(call in body for call in calls):
            as_they_are.add(at + imported)
    calls = [bytes((_CALL,)) + wasm.leb(each) for each in as_they_are]
    for at, body in enumerate([*bodies]):
        size = others.get(at + imported, FAT)
        if at + imported in as_they_are or (
            at + imported not in others and not any(call in body for call in calls)
        ):
            continue
        params = types[functions[at]]
        call = b"".join((
            *(bytes((_LOCAL_GET,)) + wasm.leb(each) for each in range(params)),
            bytes((_CALL,)), wasm.leb(imported + len(bodies)),
        ))  # fmt: skip
        if at + imported in asked:
            failed = bytes((_IF, _NUMBER, wasm.CONST)) + asked[at + imported] + bytes((_ELSE,))
            call = ask + failed + call + bytes((wasm.END,))
        top = bytes((wasm.GLOBAL_GET,)) + stack + bytes((wasm.CONST,)) + wasm.signed(size)
        bodies[at] = b"".join((
            b"\0",  # no locals
            top, bytes((_SUB, _GLOBAL_SET)), stack,
            call,
            top, bytes((_ADD, _GLOBAL_SET)), stack,
            bytes((wasm.END,)),
        ))  # fmt: skip
        bodies.append(body)
        functions.append(functions[at])
    parts[wasm.FUNCTIONS] = wasm.leb(len(functions)) + b"".join(map(wasm.leb, functions))
    parts[wasm.CODE] = wasm.leb(len(bodies)) + b"".join(wasm.leb(len(body)) + body for body in bodies)
    made = [module[:8]]
    for kind, content in pieces:
        content = parts[kind] if kind else content
        made += [bytes((kind,)), wasm.leb(len(content)), content]
    return b"".join(made)
