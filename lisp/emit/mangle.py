"""Lisp names <-> JavaScript identifiers.

In: a Lisp name. Out: an identifier that reads well, and from which the name comes back.

    my-name -> my_name    even? -> even$q    push! -> push$b    snake_case -> snake__case
    class -> class$       Math -> Math$      __dirname -> __dirname$    -> -> $m$g

The rules, which together are injective:
* a single `-` between two characters other than `-` and `_` is `_`; an inner `_` is doubled; underscores
  at the start and the end stay;
* every other character that JavaScript does not allow is `$` and one letter, or `$x<hex>x`; a `$` is `$$`;
* a reserved word, or a name that is a global of JavaScript, gets a `$` at the end, where no escape ends;
* `$` and digits at the end (`x$1`) is made by nobody but `rename`, for the compiler's locals.
The letters r p f w i begin no escape: `$rt $req $read $py $flag $w $import` are the compiler's own names.
"""

from __future__ import annotations

import re
from functools import lru_cache

_RESERVED_WORDS = """
arguments await break case catch class const continue debugger default delete do else enum eval export
extends false finally for function if implements import in instanceof interface let new null package
private protected public return static super switch this throw true try typeof var void while with yield
"""
RESERVED = frozenset(_RESERVED_WORDS.split())

# Globals of ECMAScript, of Node, and those by which libraries (UMD headers) tell where they run. A user's
# `def` of such a name must not become a property of globalThis under the very name.
_GLOBAL_NAMES = """
AbortController AbortSignal AggregateError Array ArrayBuffer AsyncDisposableStack Atomics BigInt
BigInt64Array BigUint64Array Blob Boolean BroadcastChannel Buffer ByteLengthQueuingStrategy CloseEvent
CompressionStream CountQueuingStrategy Crypto CryptoKey CustomEvent DOMException DataView Date
DecompressionStream DisposableStack Error EvalError Event EventSource EventTarget File
FinalizationRegistry Float16Array Float32Array Float64Array FormData Function Headers Infinity Int16Array
Int32Array Int8Array Intl Iterator JSON Map Math MessageChannel MessageEvent MessagePort NaN Navigator
Number Object Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver
PerformanceObserverEntryList PerformanceResourceTiming Promise Proxy RangeError
ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
ReadableStreamDefaultController ReadableStreamDefaultReader ReferenceError Reflect RegExp Request Response
Set SharedArrayBuffer Storage String SubtleCrypto SuppressedError Symbol SyntaxError TextDecoder
TextDecoderStream TextEncoder TextEncoderStream TransformStream TransformStreamDefaultController TypeError
URIError URL URLPattern URLSearchParams Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap
WeakRef WeakSet WebAssembly WebSocket WritableStream WritableStreamDefaultController
WritableStreamDefaultWriter __dirname __filename atob btoa clearImmediate clearInterval clearTimeout
console crypto decodeURI decodeURIComponent define document encodeURI encodeURIComponent escape exports
fetch gc global globalThis isFinite isNaN localStorage location module navigator parseFloat parseInt
performance process queueMicrotask require self sessionStorage setImmediate setInterval setTimeout
structuredClone undefined unescape window
"""
JS_GLOBALS = frozenset(_GLOBAL_NAMES.split())

ESCAPES = {
    "?": "$q",
    "!": "$b",
    "*": "$s",
    "+": "$a",
    "-": "$m",
    "/": "$d",
    "<": "$l",
    ">": "$g",
    "=": "$e",
    "%": "$o",
    "&": "$n",
    "|": "$v",
    "'": "$t",
    ".": "$j",
    ":": "$c",
    "#": "$h",
    "$": "$$",
}
_LETTERS = {escape[1]: char for char, escape in ESCAPES.items()}
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*")
_RENAMED = re.compile(r"(.*?[^$](?:\$\$)*|(?:\$\$)+)\$[0-9]+", re.DOTALL)


@lru_cache(maxsize=8192)
def mangle(name: str) -> str:
    """The JavaScript identifier of a Lisp name. Property names are never mangled.

    Any text is accepted and distinct names give distinct identifiers; the empty name gives `$x`.
    """
    plain = name.replace("-", "_") if _PLAIN.fullmatch(name) else _escape(name)
    return plain + "$" if plain in RESERVED or plain in JS_GLOBALS else plain


def rename(name: str, number: int) -> str:
    """The identifier of the compiler's `number`-th local called `name`: `x$1`, `class$1`, `even$q$2`."""
    return f"{_escape(name)}${number}"


def _escape(name: str) -> str:
    inner = name.strip("_")
    if not inner:
        return name or "$x"
    start = name.index(inner)
    stop = start + len(inner)
    out: list[str] = []
    for at in range(start, stop):
        char = name[at]
        if char.isascii() and char.isalnum():
            # the first character may not be a digit
            out.append(char if at or char.isalpha() else f"$x{ord(char):x}x")
        elif char == "_":
            out.append("__")
        elif char == "-" and 0 < at < len(name) - 1 and name[at - 1] not in "-_" and name[at + 1] not in "-_":
            out.append("_")
        elif char in ESCAPES:
            out.append(ESCAPES[char])
        elif (char if at == 0 else "a" + char).isidentifier():
            out.append(char)
        else:
            out.append(f"$x{ord(char):x}x")
    return name[:start] + "".join(out) + name[stop:]


@lru_cache(maxsize=8192)
def demangle(identifier: str) -> str:
    """The Lisp name of an identifier that `mangle` (or the compiler's renaming) made.

    Foreign identifiers are read by the same rules as far as they go, and never fail: `getItem` -> `getItem`,
    `a$` -> `a`, `x$1` -> `x`, an unknown escape stays as it is.
    """
    renamed = _RENAMED.fullmatch(identifier)
    if renamed:
        identifier = renamed[1]
    inner = identifier.strip("_")
    if not inner:
        return identifier
    if inner == "$x":
        return ""
    start = identifier.index(inner)
    stop = start + len(inner)
    out: list[str] = []
    at = start
    while at < stop:
        char = identifier[at]
        if char == "_":
            run = at
            while run < stop and identifier[run] == "_":
                run += 1
            out.append("-" if run - at == 1 else "_" * ((run - at) // 2))
            at = run
        elif char != "$":
            out.append(char)
            at += 1
        elif at + 1 == len(identifier):
            at += 1  # the mark of a reserved or global name
        else:
            text, at = _unescape(identifier, at)
            out.append(text)
    return identifier[:start] + "".join(out) + identifier[stop:]


def _unescape(identifier: str, at: int) -> tuple[str, int]:
    """What the escape at `at` stands for and the offset after it; `$` itself when it is no escape."""
    letter = identifier[at + 1 : at + 2]
    if letter in _LETTERS:
        return _LETTERS[letter], at + 2
    end = identifier.find("x", at + 2)
    if letter == "x" and end > 0:
        try:
            return chr(int(identifier[at + 2 : end], 16)), end + 1
        except (ValueError, OverflowError):
            pass
    return "$", at + 1


def import_js(name: str) -> str:
    """The JavaScript name of a parameter of the compiled function: `$py` stays, `fetch-it` is fetch_it."""
    return name if name.startswith("$") and name.isascii() and name[1:].isalnum() else mangle(name)
