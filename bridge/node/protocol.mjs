/**
 * The conversation of the two runtimes on one page; the twin of `protocol.py`, which explains it.
 * In: nothing. Out: constants. A test compares the two pages.
 */
export const VERSION = 1;
export const PREFIX_SIZE = 16;
export const MAX_FRAME = 0x7fffffff;

export const KINDS = { REQUEST: 1, REPLY: 2, ERROR: 3, NOTE: 4, OUTPUT: 5 };
export const FLAGS = { BELL: 1, ASYNC: 2, STDERR: 4, SEEN: 8 };

export const OPS = {
  ping: 1, import: 2, getattr: 3, setattr: 4, delattr: 5, hasattr: 6, call: 7, new: 8, getitem: 9, setitem: 10,
  delitem: 11, len: 12, iter: 13, next: 14, contains: 15, dir: 16, repr: 17, str: 18, display: 19, await: 20,
  eval: 21, exec: 22, operator: 23, convert: 24, make: 25, run: 26, stats: 27, describe: 28, send: 29,
};
export const NOTES = { release: 1, cancel: 2, ready: 3, reset: 4, exit: 5, late: 6 };

export const TAGS = {
  FLOAT: "f", INT: "n", UNITS: "u", BYTES: "b", TYPED: "t", GRID: "g", ARRAY: "a", OBJECT: "o", MAP: "M", SET: "S",
  DATE: "d", REF: "r", KEYWORD: "k", HANDLE: "p", HOME: "h", EXCEPTION: "x", MISSING: "m", CUSTOM: "c",
};

export const SORTS = [
  "object", "list", "tuple", "dict", "set", "iterator", "callable", "module", "class", "promise", "symbol", "error",
];
export const TRAITS = {
  CALLABLE: 16, AWAITABLE: 32, ITERABLE: 64, ASYNC_ITERABLE: 128, CONTEXT: 256, ARRAY_LIKE: 512, MAPPING: 1024,
  BUFFER: 2048, ITERATOR: 4096, SIZED: 8192, ASYNC_CONTEXT: 16384, ASYNC_ITERATOR: 32768, GENERATOR: 65536,
};

export const WORDS = { CANCELLED: 0, TOP: 1, SEEN: 2, FORM: 3, ASKED: 4 };
