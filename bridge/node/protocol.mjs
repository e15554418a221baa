/**
 * The conversation of the two runtimes on one page; the twin of `protocol.py`, which explains it.
 * In: nothing. Out: constants. A test compares the two pages.
 */
export const VERSION = 1;
export const PREFIX_SIZE = 16;
export const MAX_FRAME = 0x7fffffff;
/** Bytes of a header: strings are no longer. */
export const MAX_TEXT = 0x1fffffe8;

export const KINDS = { REQUEST: 1, REPLY: 2, ERROR: 3, NOTE: 4, OUTPUT: 5, RINGS: 6 };
export const FLAGS = { BELL: 1, ASYNC: 2, STDERR: 4, SEEN: 8 };

export const OPS = {
  ping: 1, import: 2, getattr: 3, setattr: 4, delattr: 5, hasattr: 6, call: 7, new: 8, getitem: 9, setitem: 10,
  delitem: 11, len: 12, iter: 13, next: 14, contains: 15, dir: 16, repr: 17, str: 18, display: 19, await: 20,
  eval: 21, exec: 22, operator: 23, convert: 24, make: 25, run: 26, stats: 27, describe: 28, send: 29,
  calls: 30, column: 31, hold: 32, exit: 33, chain: 34,
};
/** What `getattr` does about an attribute that is missing. */
export const LOOKS = { READ: 0, CHAIN: 1, PROBE: 2 };
export const NOTES = { release: 1, cancel: 2, ready: 3, reset: 4, exit: 5, late: 6, unwound: 7, free: 8, plane: 9, common: 10, told: 11 };

export const TAGS = {
  FLOAT: "f", INT: "n", BYTES: "b", TYPED: "t", GRID: "g", ARRAY: "a", OBJECT: "o", MAP: "M", SET: "S",
  DATE: "d", REF: "r", KEYWORD: "k", HANDLE: "p", HOME: "h", EXCEPTION: "x", MISSING: "m", CUSTOM: "c",
  ROWS: "w", AS_IS: "=", ITEMS: "i", DATES: "D", WHOLE: "z", PICKS: "q", LISTS: "l", COLUMN: "C",
  HANDLES: "P", TEXTS: "T",
};

export const SORTS = [
  "object", "list", "tuple", "dict", "set", "iterator", "callable", "module", "class", "promise", "symbol", "error",
];
export const SORT_BITS = 15;
export const TRAITS = {
  CALLABLE: 16, AWAITABLE: 32, ITERABLE: 64, ASYNC_ITERABLE: 128, CONTEXT: 256, ARRAY_LIKE: 512, MAPPING: 1024,
  BUFFER: 2048, ITERATOR: 4096, SIZED: 8192, ASYNC_CONTEXT: 16384, ASYNC_ITERATOR: 32768, GENERATOR: 65536,
  ASYNC_FUNCTION: 131072, GENERATOR_FUNCTION: 262144, PATH: 524288, DATE: 1048576,
};

export const WORDS = { CANCELLED: 0, TOP: 1, SEEN: 2, ASKED: 3, GATE: 4, ROOT: 5, INNER: 6, RUN: 7, LAST: 8, OPEN: 9, TOLD: 11, UNSENT: 12 };
export const TOPS = { NONE: 0, JS: 1, PYTHON: 2 };
export const GATES = { OPEN: 0, MAIN: 1, WATCHDOG: 2, STOPPING: 3 };
/** The largest number of a request, see protocol.py. */
export const LAST_REQUEST = 0x7fffffff;
/** In the word RUN: more than one form. */
export const SEVERAL = -1;
export const CONTROLS = { INTERRUPT: 1 };
export const CONTROL_SIZE = 8;
