"""JavaScript spellings of literals: strings, numbers, BigInts, regexes; and the nodes that hold them.

In: a value. Out: its JavaScript source, or a `Lit` of it with its type.
"""

from __future__ import annotations

from json.encoder import encode_basestring

from ..forms import Span
from ..nodes import Lit


def js_string(text: str) -> str:
    """A JavaScript string literal; lone surrogates and line separators are escaped."""
    quoted = encode_basestring(text)
    if quoted.isascii():
        return quoted
    return "".join(
        f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" or c in "\u2028\u2029\ufeff\x7f" else c
        for c in quoted
    )


def nil(span: Span | None) -> Lit:
    return Lit(span, "null", "nil")


def constant(value: bool | None, span: Span | None) -> Lit:
    if value is None:
        return nil(span)
    return Lit(span, "true" if value else "false", "bool")


def string(text: str, span: Span | None = None) -> Lit:
    return Lit(span, js_string(text), "str")


def integer(value: int, span: Span | None = None) -> Lit:
    return Lit(span, str(value), "num")


def big_text(value: int) -> str:
    """Digits of a BigInt of any size (Python refuses to print very long ones in decimal)."""
    return f"{value}n" if value.bit_length() < 10_000 else f"{'-' if value < 0 else ''}{abs(value):#x}n"


_REGEX_ESCAPES = {"\n": "\\n", "\r": "\\r", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def regex_text(pattern: str, flags: str) -> str:
    """A regex literal; an empty pattern and line ends need care, a `/` is escaped outside classes."""
    if not pattern:
        return f"/(?:)/{flags}"
    out: list[str] = []
    in_class = escaped = False
    for char in pattern:
        spelled = _REGEX_ESCAPES.get(char)
        if spelled is None and "\ud800" <= char <= "\udfff":
            spelled = f"\\u{ord(char):04x}"
        if escaped:
            escaped = False
            if spelled is not None:
                out.pop()  # the backslash before it means nothing more
        elif char == "\\":
            escaped = True
        elif char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif char == "/" and not in_class:
            out.append("\\")
        out.append(spelled or char)
    return f"/{''.join(out)}/{flags}"
