"""The conversation of the two runtimes on one page: frame layout, frame kinds, operations, value tags.

In: nothing. Out: constants. `node/protocol.mjs` says the same in JavaScript; a test compares the two.

A frame is a 16-byte prefix (little endian), a JSON header of `head` bytes, then raw binary segments:

    u32 size   bytes after the prefix          u32 id     request the frame belongs to
    u32 head   bytes of JSON in front          u16 epoch  older frames are dropped after a reset
    u8  kind   one of KINDS                    u8  flags  bits of FLAGS

The header of a request is `[op, parent, form, ...operands]`: `parent` is the sender's view of the other
side's request it is serving (0 at the outermost level), `form` the number of the running form (0: none).
The header of a reply is one value; of an error reply an error envelope; of a note `[note, ...operands]`.
An output frame has no JSON: its body is the text as UTF-8, its id the form, its flags the stream.

An error envelope of JavaScript's is `[name, message, stack, value, kind, cause]` (the last two may be
missing); of Python's it is the exception itself, `["x", handle, traits, name, message]`, whose traceback
is asked for when it is wanted. Both sides answer every operation, except that `run` (an asynchronous
call that a form may be interrupted in) is only Python's to ask and `make` only JavaScript's. Releases
and cancellations are notes: nobody waits for an answer.

A value is itself when it is null, a boolean, a finite number or a well-formed string; everything else is a
JSON array that opens with one of TAGS, so no data can be taken for a tag.
"""

from __future__ import annotations

import struct
from typing import Final

VERSION: Final = 1
PREFIX: Final = struct.Struct("<IIIHBB")
PREFIX_SIZE: Final = 16
MAX_FRAME: Final = 0x7FFFFFFF
SAFE_INTEGER: Final = 9007199254740991

KINDS: Final[dict[str, int]] = {"REQUEST": 1, "REPLY": 2, "ERROR": 3, "NOTE": 4, "OUTPUT": 5}
# SEEN: a request made after JavaScript has heard of the interrupt (see interrupt.py).
FLAGS: Final[dict[str, int]] = {"BELL": 1, "ASYNC": 2, "STDERR": 4, "SEEN": 8}

OPS: Final[dict[str, int]] = {
    "ping": 1,
    "import": 2,
    "getattr": 3,
    "setattr": 4,
    "delattr": 5,
    "hasattr": 6,
    "call": 7,
    "new": 8,
    "getitem": 9,
    "setitem": 10,
    "delitem": 11,
    "len": 12,
    "iter": 13,
    "next": 14,
    "contains": 15,
    "dir": 16,
    "repr": 17,
    "str": 18,
    "display": 19,
    "await": 20,
    "eval": 21,
    "exec": 22,
    "operator": 23,
    "convert": 24,
    "make": 25,
    "run": 26,
    "stats": 27,
    "describe": 28,
    "send": 29,
}
NOTES: Final[dict[str, int]] = {"release": 1, "cancel": 2, "ready": 3, "reset": 4, "exit": 5, "late": 6}

# Tags of values. The comment says what follows the tag.
TAGS: Final[dict[str, str]] = {
    "FLOAT": "f",  # text: nan, inf, -inf, -0, or an integral number beyond 2^53
    "INT": "n",  # sign and hexadecimal digits
    "UNITS": "u",  # [UTF-16 code units] of a string with lone surrogates
    "BYTES": "b",  # offset, length in the binary segments
    "TYPED": "t",  # typed array format, offset, length
    "GRID": "g",  # format, offset, length, dimensions...: an array of arrays of typed arrays
    "ARRAY": "a",  # items...
    "OBJECT": "o",  # key, value, ...
    "MAP": "M",  # key, value, ...
    "SET": "S",  # items...
    "DATE": "d",  # milliseconds since 1970
    "REF": "r",  # number of an earlier container of this frame, in order of opening
    "KEYWORD": "k",  # name
    "HANDLE": "p",  # id, traits[, bytes it holds]: an object of the sender
    "HOME": "h",  # id: an object of the receiver comes home
    "EXCEPTION": "x",  # id, traits, name, message: a live exception of the sender
    "MISSING": "m",  # no such attribute
    "CUSTOM": "c",  # name, value: a type added with register()
}

# Low four bits of an object's traits: what it is. The other bits: what it can do.
SORTS: Final[tuple[str, ...]] = (
    "object",
    "list",
    "tuple",
    "dict",
    "set",
    "iterator",
    "callable",
    "module",
    "class",
    "promise",
    "symbol",
    "error",
)
TRAITS: Final[dict[str, int]] = {
    "CALLABLE": 16,
    "AWAITABLE": 32,
    "ITERABLE": 64,
    "ASYNC_ITERABLE": 128,
    "CONTEXT": 256,
    "ARRAY_LIKE": 512,
    "MAPPING": 1024,
    "BUFFER": 2048,
    "ITERATOR": 4096,
    "SIZED": 8192,
    "ASYNC_CONTEXT": 16384,
    "ASYNC_ITERATOR": 32768,
    "GENERATOR": 65536,
}

# Words of the shared array the interrupt ladder looks at.
WORDS: Final[dict[str, int]] = {"CANCELLED": 0, "TOP": 1, "SEEN": 2, "FORM": 3, "ASKED": 4}
