"""The text of one literal -> its form: numbers, keywords, characters, strings, regexes.

In: a token's text and span (or, for what needs scanning, the source and an offset). Out: the form.
Every function raises LispError for a malformed literal.
"""

from __future__ import annotations

import math
import re

from ..forms import BigInt, Form, Keyword, Number, Regex, Source, Span, Str, Symbol
from . import complaints as wrong
from . import lexer as lex

MAX_DIGITS = 1000  # Python converts no more than 4,300 at once, and nobody writes that many
CHARS = {
    "newline": "\n",
    "space": " ",
    "tab": "\t",
    "return": "\r",
    "backspace": "\b",
    "formfeed": "\f",
    "null": "\0",
}
ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "f": "\f",
    "v": "\v",
    "0": "\0",
    "\\": "\\",
    '"': '"',
    "'": "'",
    "`": "`",
    "/": "/",
    "\n": "",
}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(0(?![0-9])|[^ux0-9]))|(\r\n|\{\{|\}\})",
    re.DOTALL,
)
_BACKSLASH = re.compile(
    r"\\(?:u\{[^\"{}]*+\}?|u[^\"\\]{0,4}|x[^\"\\]{0,2}|\r\n|.)?|\r\n|\{\{|\}\}", re.DOTALL
)
_REGEX_FLAGS = re.compile(r"\(\?([A-Za-z]+)\)")
JS_REGEX_FLAGS = "dgimsuvy"


def read_atom(text: str, span: Span) -> Form:
    """A token that begins with a digit, a sign or a dot: a number, or a name like `-` and `->`."""
    match = lex.NUMBER.fullmatch(text)
    if match is None:
        if text == "-Infinity":
            return Number(-math.inf, text, span)
        if lex.begins_like_number(text):
            raise wrong.bad_number(text, span)
        return Symbol(text, span)
    if len(text) > MAX_DIGITS:
        raise wrong.long_number(span)
    plain = text.replace("_", "").lstrip("+")
    if match["radix"]:
        value = int(match["radix"].replace("_", ""), 0)
        value = -value if plain[0] == "-" else value
    elif match["int"]:
        value = int(plain.removesuffix("n"))
    elif match["big"]:
        raise wrong.bad_number(text, span)
    else:
        if not plain.endswith("."):
            return Number(float(plain), plain, span)
        plain = plain[:-1]
        value = int(plain)
    if match["big"]:
        return BigInt(value, span)
    if value == 0 and plain[0] == "-":
        return Number(-0.0, plain, span)
    # Beyond 2**53 the value is what JavaScript makes of it; the text still has every digit.
    return Number(value if abs(value) <= 2**53 else _double(value), plain, span)


def _double(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def read_keyword(text: str, span: Span) -> Keyword | Symbol:
    """`:name` -> Keyword; `:::` is a symbol (the usual second ellipsis of nested syntax-rules)."""
    name = text[1:]
    if len(text) >= 3 and not text.strip(":"):
        return Symbol(text, span)
    if not name or name[0] == ":" or name[-1] == ":":
        raise wrong.bad_keyword(text, span)
    return Keyword(name, span)


def read_char(text: str, span: Span) -> Str:
    r"""`\a`, `\newline`, `\u0041`: a string of one character, as in ClojureScript."""
    name = text[1:]
    if len(name) == 1:
        return Str(name, span)
    if name in CHARS:
        return Str(CHARS[name], span)
    if len(name) == 5 and name[0] == "u":
        try:
            return Str(chr(int(name[1:], 16)), span)
        except ValueError:
            pass
    raise wrong.bad_char(text, span)


def read_string(source: Source, begin: int) -> tuple[Str, int]:
    """The string whose quote is at `begin`, and the offset after it."""
    end = _rest(source, begin + 1)
    value = unescape(source, begin + 1, end)
    if not source.text.startswith('"', end):
        raise wrong.unclosed_string(source, begin, '"')
    return Str(value, Span(source, begin, end + 1)), end + 1


def read_regex(source: Source, begin: int) -> tuple[Regex, int]:
    """The regex whose `#` is at `begin`, and the offset after it. Only `\\"` is an escape of ours."""
    end = _rest(source, begin + 2)
    if not source.text.startswith('"', end):
        raise wrong.unclosed_string(source, begin, '#"')
    span = Span(source, begin, end + 1)
    pattern = source.text[begin + 2 : end].replace('\\"', '"')
    flags = ""
    match = _REGEX_FLAGS.match(pattern)
    if match:
        flags = "".join(sorted(set(match[1])))
        at = begin + 2 + match.start(1)
        for offset, flag in enumerate(match[1]):
            if flag not in JS_REGEX_FLAGS:
                raise wrong.bad_regex_flag(Span(source, at + offset, at + offset + 1))
        pattern = pattern[match.end() :]
    return Regex(pattern, flags, span), end + 1


def _rest(source: Source, start: int) -> int:
    """Where the string text from `start` ends: at its quote, or at the end of the text."""
    match = lex.STRING_REST.match(source.text, start)
    return match.end() if match else start


def unescape(source: Source, start: int, end: int, *, braces: bool = False) -> str:
    r"""The value of string text: escapes resolved, `\r\n` read as `\n`, and `{{` as `{` where `braces`.

    `end` may be the end of the text: then a last escape that is cut off is no error of ours.
    """
    text = source.text[start:end]
    if "\\" not in text and "\r" not in text and not (braces and ("{" in text or "}" in text)):
        return text

    def value(match: re.Match[str]) -> str:
        found = match[0]
        if found[0] != "\\":
            return "\n" if found == "\r\n" else found[0] if braces else found
        if found[1:] in ESCAPES and not (found == "\\0" and text[match.end() : match.end() + 1].isdigit()):
            return ESCAPES[found[1:]]
        if found == "\\\r\n":
            return ""
        if braces and found in ("\\{", "\\}"):
            return found[1]
        code = _code_point(found)
        if code is None:
            span = Span(source, start + match.start(), start + match.end())
            if span.end == len(source.text) and _cut_off(found):
                return ""
            raise wrong.bad_escape(found, span, braces)
        return code

    return _BACKSLASH.sub(value, text)


def _code_point(escape: str) -> str | None:
    match = _ESCAPE.fullmatch(escape)
    digits = match and (match[1] or match[2] or match[3])
    if not digits:
        return None
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else None


def _cut_off(escape: str) -> bool:
    """Could more text make the escape a good one?"""
    return any(
        _code_point(escape + more) is not None for more in ("0", "00", "000", "0000", "}", "0}", "{0}")
    )
