"""The conversation of the two runtimes on one page: frame layout, frame kinds, operations, value tags.

In: nothing. Out: constants. `node/protocol.mjs` says the same in JavaScript; a test compares the two.

A frame is a 16-byte prefix (little endian), a JSON header of `head` bytes, then raw binary segments:

    u32 size   bytes after the prefix          u32 id     request the frame belongs to
    u32 head   bytes of JSON in front          u16 epoch  older frames are dropped after a reset
    u8  kind   one of KINDS                    u8  flags  bits of FLAGS

The header of a request is `[op, parent, form, ...operands]`: `parent` is the sender's view of the other
side's request it is serving (0 at the outermost level), `form` the number of the running form (0: none).
The header of a reply is one value; of an error reply an error envelope; of a note `[note, ...operands]`.
A frame about the rings is the channel's own (see transport.py), its text why there are none.
An output frame has no JSON: its body is the text as UTF-8, its id the form, its flags the stream.

An error envelope of JavaScript's is `[name, message, stack, value, kind, cause, errors]` (the last three may
be missing; the kind names an exception of Python's own, `["exit", code]` is SystemExit's); of Python's it is
the exception itself, `["x", handle, traits, name, message]`, whose traceback is asked for when it is wanted.
Both sides answer every operation, except that `run` (a call that a form may be interrupted in), `hold` (see
turns.py) and `calls` (one function, once for each value) are only Python's to ask, `make`, `column` (an item
of many dicts), `chain` (see chains.py) and `exit` (with true, to hear when Python has nothing left to do)
only JavaScript's. Releases and cancellations are notes: nobody waits for an answer.

Where bytes lie is an offset in the frame's segments, or a place in the shared memory (see sharing.py):
`[handle, start, size, at]`, at byte `at` of a block of the sender's, which is an object of the sender's too,
or `[id, at]` of a block of the receiver's.

A value is itself when it is null, a boolean, a finite number or a string (half a character of UTF-16 is an
escape in it); everything else is a JSON array that opens with one of TAGS, so no data can be taken for a tag.
"""

from __future__ import annotations

import struct
from typing import Final

VERSION: Final = 1
PREFIX: Final = struct.Struct("<IIIHBB")
PREFIX_SIZE: Final = 16
MAX_FRAME: Final = 0x7FFFFFFF
MAX_TEXT: Final = 0x1FFFFFE8  # bytes of a header: JavaScript's strings are no longer
SAFE_INTEGER: Final = 9007199254740991
# The largest number of a request, behind which 1 follows: none that still waits is given again. As an
# integer of 32 bits it has one sign, and is none that the words have for something else.
LAST_REQUEST: Final = 0x7FFFFFFF

KINDS: Final[dict[str, int]] = {"REQUEST": 1, "REPLY": 2, "ERROR": 3, "NOTE": 4, "OUTPUT": 5, "RINGS": 6}
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
    "calls": 30,
    "column": 31,
    "hold": 32,
    "exit": 33,
    "chain": 34,
}
# What `getattr` does about an attribute that is missing. READ (the Lisp asks) takes an item of a mapping,
# and raises where nothing is like an attribute; PROBE (JavaScript asks) answers MISSING there; CHAIN (a path
# of names) raises always.
LOOKS: Final[dict[str, int]] = {"READ": 0, "CHAIN": 1, "PROBE": 2}
NOTES: Final[dict[str, int]] = {
    "release": 1,
    "cancel": 2,
    "ready": 3,
    "reset": 4,
    "exit": 5,
    "late": 6,
    "unwound": 7,
    "free": 8,
    # Python's: path of the library, file of the memory, its size, the part in which JavaScript allocates; the
    # answer: null, or why it can not be had.
    "plane": 9,
    # What has changed of what both sides keep alike (see conversation.Common), as text.
    "common": 10,
    # Python's: the target of an interrupt that it has raised, since JavaScript had not heard of it.
    "told": 11,
}

# Tags of values. The comment says what follows the tag.
TAGS: Final[dict[str, str]] = {
    "FLOAT": "f",  # text: nan, inf, -inf, -0, or an integral number beyond 2^53
    "INT": "n",  # sign and hexadecimal digits
    "BYTES": "b",  # offset, length in the binary segments
    "TYPED": "t",  # typed array format, offset, length
    "GRID": "g",  # format, offset, length, dimensions...: an array of arrays of typed arrays
    "ARRAY": "a",  # items...
    "OBJECT": "o",  # key, value, ...
    "MAP": "M",  # key, value, ...
    "SET": "S",  # items...
    "DATE": "d",  # milliseconds since 1970
    "REF": "r",  # number of an earlier container of this frame, in order of opening, and keys into it
    "KEYWORD": "k",  # name
    # id, traits[, bytes it holds, or of a function the home id of what Python has left on it]: an object of
    # the sender
    "HANDLE": "p",
    "HANDLES": "P",  # traits, ids...: an array of objects of the sender that have the same traits
    "HOME": "h",  # id: an object of the receiver comes home
    # id, traits, name, message[, whether that is its beginning only[, what is left of an Error]]: a live
    # exception of the sender
    "EXCEPTION": "x",
    "MISSING": "m",  # no such attribute
    "CUSTOM": "c",  # name, value: a type added with register()
    # count, [keys], column, ...: an array of objects with the same keys; without keys, of arrays with an item
    # of each column. The rows are numbered before what is in them. A column is one of
    "ROWS": "w",
    "AS_IS": "=",  # (of numbers: TYPED) items that are their own wire form; by itself: one such container
    "ITEMS": "i",  # items
    "DATES": "D",  # milliseconds since 1970 (TYPED, doubles), or nan, which is null
    "WHOLE": "z",  # integers: as numbers, those beyond 2^53 in hexadecimal digits
    # array, numbers: containers; -1 is the first item of the array, 0 the container of that number (see REF).
    # Without numbers all items of the array, which is null where there are only numbers
    "PICKS": "q",
    "LISTS": "l",  # lengths (TYPED), column: an array of arrays, which are numbered before what is in them
    "COLUMN": "C",  # column: an array of its items
    "TEXTS": "T",  # text: an array of its parts, between which U+007F stands
}

# Low four bits of an object's traits (SORT_BITS): what it is. The other bits: what it can do.
SORT_BITS: Final = 15
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
    "ASYNC_FUNCTION": 131072,
    "GENERATOR_FUNCTION": 262144,
    "PATH": 524288,
    "DATE": 1048576,
}

# Words of the shared array the interrupt ladder looks at. Numbers in them are those of requests of Python's.
WORDS: Final[dict[str, int]] = {
    "CANCELLED": 0,  # polled: what is to stop
    "TOP": 1,
    "SEEN": 2,  # the watchdog's last message that was heard
    "ASKED": 3,  # its last message
    "GATE": 4,
    "ROOT": 5,  # what runs at the bottom of the stack; 0: a callback of the event loop, or nothing
    "INNER": 6,  # what runs on top of it
    "RUN": 7,  # the form that runs, or awaits
    "LAST": 8,  # the last one that began
    "OPEN": 9,  # how many will be answered later
    # 10 is a page's own (web/words.mjs)
    "TOLD": 11,  # what Python has told before the watchdog has heard of it
    "UNSENT": 12,  # whether something waits for the end of this turn of the event loop to be sent
}
# Values of the word TOP: what is on top of the stack.
TOPS: Final[dict[str, int]] = {"NONE": 0, "JS": 1, "PYTHON": 2}
# Values of the word GATE: who has closed it, or that a termination is on its way (node/gate.mjs).
GATES: Final[dict[str, int]] = {"OPEN": 0, "MAIN": 1, "WATCHDOG": 2, "STOPPING": 3}
# In the word RUN: more than one form.
SEVERAL: Final = -1
# Records to the watchdog: one of CONTROLS and the number of a request, 32 bits each.
CONTROLS: Final[dict[str, int]] = {"INTERRUPT": 1}
CONTROL: Final = struct.Struct("<II")
CONTROL_SIZE: Final = 8
