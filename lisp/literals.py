"""JavaScript spellings of literals: strings, numbers, BigInts, regexes."""

from __future__ import annotations

import json

from .forms import (
    Span,
)
from .nodes import (
    Lit,
)


def js_string(text: str) -> str:
    """A JavaScript string literal; lone surrogates and line separators are escaped."""
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isascii():
        return quoted
    return "".join(
        f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" or c in "\u2028\u2029\ufeff\x7f" else c
        for c in quoted
    )


def nil(span: Span | None) -> Lit:
    node = Lit(span, "null")
    node.ty = "nil"
    return node


def constant(value: bool | None, span: Span | None) -> Lit:
    if value is None:
        return nil(span)
    node = Lit(span, "true" if value else "false")
    node.ty = "bool"
    return node


def big_text(value: int) -> str:
    """Digits of a BigInt of any size (Python refuses to print very long ones in decimal)."""
    return f"{value}n" if value.bit_length() < 10_000 else f"{'-' if value < 0 else ''}{abs(value):#x}n"


def number_text(value: int | float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return repr(value) if isinstance(value, float) else str(value)


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
