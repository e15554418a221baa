"""Every error of the reader: what is said, where it points, what to do about it.

In: what the reader knows when it cannot go on. Out: a LispError (returned, so that the reader's `raise`
stands where it happens).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import LispError
from ..forms import Form, Keyword, Number, Source, Span, Str, Symbol
from .brackets import CLOSING, examine, swallowed_quote

# (what, offset, forms) of the reader's stack, outermost first
OpenFrame = tuple[int, int, list[Form]]

LONGEST = 40
_PREFIX_NAMES = {
    "'": "quote",
    "`": "quasiquote",
    "~": "unquote",
    "~@": "splice",
    "^": "attach metadata to",
    "#_": "discard",
}


def shown(text: str) -> str:
    """Source text as part of a message: cut when long, and nothing that a terminal would act on."""
    short = text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    return "".join(char if char.isprintable() else "\ufffd" for char in short)


def opener_at(text: str, start: int) -> str:
    """The opener or prefix whose first character is at `start`."""
    two = text[start : start + 2]
    return two if two in ("#(", "#{", "~@", "#_", 'f"') else text[start]


def unclosed(source: Source, frames: Sequence[OpenFrame]) -> LispError:
    """The end of the text while something is open: names the innermost opener, guesses where it ended."""
    _, start, _ = frames[-1]
    opener = opener_at(source.text, start)
    span = Span(source, start, start + len(opener))
    if opener in _PREFIX_NAMES:
        return LispError(
            "dangling-prefix", span, f"{opener} has nothing to {_PREFIX_NAMES[opener]}", incomplete=True
        )
    found = examine(source, frames[0][1], len(source.text))
    openers = [opener_at(source.text, frame[1]) for frame in frames]
    missing = "".join(CLOSING.get(text, '"' if text == 'f"' else "") for text in reversed(openers))
    hint = found.early or f"add {missing} at the end of line {found.last_line}"
    return LispError("unclosed", span, f"{opener} is never closed", hint, incomplete=True)


def unexpected_closer(source: Source, at: int, frames: Sequence[OpenFrame]) -> LispError:
    """A closing bracket that does not fit what is open."""
    closer = source.text[at]
    span = Span(source, at, at + 1)
    if not frames:
        late = examine(source, 0, at).late
        return LispError(
            "unmatched", span, f"{closer} closes nothing", late or "remove it, or add its opening bracket"
        )
    start = frames[-1][1]
    opener = opener_at(source.text, start)
    opened = Span(source, start, start + len(opener))
    if opener in _PREFIX_NAMES:
        message = f"{opener} has nothing to {_PREFIX_NAMES[opener]}"
        return LispError("dangling-prefix", opened, message, "write a form after it")
    wanted = CLOSING[opener]
    line, column = source.position(start)
    same_line = line == source.position(at)[0]
    return LispError(
        "mismatched",
        span,
        f"{closer} cannot close the {opener} opened at {line}:{column}",
        examine(source, frames[0][1], at).early
        or f"that needs {wanted}: add {wanted} before {closer}, or replace {closer} by it",
        related=() if same_line else ((opened, f"the {opener} is here"),),
    )


def too_deep(source: Source, begin: int, end: int, limit: int) -> LispError:
    """Nesting beyond the limit."""
    return LispError("too-deep", Span(source, begin, end), f"more than {limit} levels of nesting")


def nested_short_fn(source: Source, begin: int, end: int) -> LispError:
    """`#(..)` inside `#(..)`."""
    return LispError(
        "nested-short-fn",
        Span(source, begin, end),
        "#(..) cannot stand inside #(..)",
        "write the inner one as (fn (x) ..)",
    )


def stray_argument(span: Span) -> LispError:
    """`%` outside of `#(..)`."""
    hint = (
        "for the remainder write (mod a b) or (rem a b)"
        if span.text == "%"
        else "name the parameter: (fn (x) ..)"
    )
    return LispError("stray-argument", span, f"{span.text} means an argument only inside #(..)", hint)


def argument_number(span: Span) -> LispError:
    """`%0` or `%21`."""
    return LispError("argument-number", span, f"{shown(span.text)}: arguments of #(..) are %1 to %20 and %&")


def odd_map(span: Span, items: Sequence[Form]) -> LispError:
    """A map literal with a key that has no value."""
    last = items[-1].span or span
    return LispError("odd-map", last, "key without a value in a map", "a {..} holds keys and values in turn")


def _duplicate(key: Form) -> LispError:
    span = key.span
    text = shown(span.text) if span else "key"
    return LispError("duplicate-key", span, f"{text} is there twice", "remove one of them")


def check_map(items: Sequence[Form]) -> None:
    """Refuse a literal key that stands twice in one map; `:a` and "a" are the same key."""
    seen: set[object] = set()
    for key in items[::2]:
        if isinstance(key, Keyword):
            mark: object = key.name
        elif isinstance(key, Str):
            mark = key.value
        elif isinstance(key, Number):
            mark = (key.value,)
        else:
            continue
        if mark in seen:
            raise _duplicate(key)
        seen.add(mark)


def check_set(items: Sequence[Form]) -> None:
    """Refuse a literal that stands twice in one set."""
    seen: set[Form] = set()
    for item in items:
        if isinstance(item, (Keyword, Str, Number)):
            if item in seen:
                raise _duplicate(item)
            seen.add(item)


def check_hole(source: Source, start: int, end: int, items: Sequence[Form]) -> None:
    """Refuse `{}`, `{a b}`, and Python's `{x:.2f}` and `{x!r}`, in an f-string."""
    hole = Span(source, start, end)
    if not items:
        hint = "for braces in the text write {{ and }}"
        raise LispError("empty-hole", hole, "nothing between the braces of an f-string", hint)
    if len(items) > 1:
        span = items[1].span or hole
        if isinstance(items[1], Keyword):
            raise _format_spec(span)
        hint = "a call needs its parentheses: {(f x)}"
        raise LispError("crowded-hole", span, "the braces of an f-string hold one form", hint)
    match items[0]:
        case Symbol(name=name, span=Span() as span) if name.endswith(("!r", "!s", "!a")) or ":" in name[1:]:
            raise _format_spec(span)


def _format_spec(span: Span) -> LispError:
    hint = 'call a function: {(.toFixed x 2)} {(pr-str x)} {(py.format x ">10")}'
    return LispError("format-spec", span, "f-strings have no format specifications", hint)


def lone_brace(source: Source, at: int) -> LispError:
    """`}` in an f-string's text."""
    return LispError("lone-brace", Span(source, at, at + 1), "} alone in an f-string", "write }} for a brace")


def unclosed_comment(source: Source, begin: int, end: int) -> LispError:
    """`#|` without `|#`."""
    return LispError(
        "unclosed-comment",
        Span(source, begin, end),
        "#| is never closed",
        "end the comment with |#",
        incomplete=True,
    )


def unclosed_string(source: Source, begin: int, opener: str) -> LispError:
    """The end of the text inside a string, regex or f-string."""
    what = {'"': "string", '#"': "regex", 'f"': "f-string"}[opener]
    span = Span(source, begin, begin + len(opener))
    hint = swallowed_quote(source, begin) or 'add "'
    return LispError("unclosed-string", span, f"{what} is never closed", hint, incomplete=True)


def inside_hole(error: LispError, source: Source, holes: Sequence[int]) -> LispError:
    """An unclosed string in an f-string's braces is mostly the f-string's own end, after a forgotten `}`."""
    if error.incomplete and holes:
        line, column = source.position(holes[-1])
        error.hint = f"the {{ of {line}:{column} is still open: is }} missing before this quote?"
    return error


def bad_meta(meta: Form, span: Span) -> LispError:
    """`^5 x`."""
    return LispError(
        "bad-metadata", meta.span or span, "metadata is a keyword or a map", "write ^:name or ^{:name value}"
    )


def bad_number(text: str, span: Span) -> LispError:
    """`12px`, `1/2`, `010`."""
    hint = None
    sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text.removeprefix("+"))
    numerator, slash, denominator = digits.partition("/")
    if slash and numerator.isdecimal() and denominator.isdecimal():
        hint = f"there are no ratios: write (/ {sign}{numerator} {denominator})"
    elif digits.isdecimal() and digits[0] == "0":
        short = digits.lstrip("0") or "0"
        hint = f"write {sign}{short}, or {sign}0o{short} for an octal number"
    elif text in ("1+", "1-"):
        hint = f"write {'inc' if text == '1+' else 'dec'}"
    elif digits.endswith("n"):
        hint = "only whole numbers can be BigInt"
    elif digits[-1:] in "MN" and digits[:-1].isdecimal():
        hint = f"write {sign}{digits[:-1]}n for a BigInt"
    elif digits[-1:] == "M" and digits[:-1].replace(".", "", 1).isdecimal():
        hint = f'of Python: (py.import decimal), then (decimal.Decimal "{sign}{digits[:-1]}")'
    else:
        hint = "a name cannot begin with a digit"
    return LispError(
        "bad-number", span, f"{shown(text)} is not a number", hint if len(text) < LONGEST else None
    )


def long_number(span: Span) -> LispError:
    """A number of more than a thousand digits."""
    return LispError(
        "long-number", span, "number with too many digits", 'convert it at run time: (BigInt "..")'
    )


def bad_keyword(text: str, span: Span) -> LispError:
    """`:`, `::a`, `:a:`."""
    if text.startswith("::") and text.strip(":"):
        return LispError(
            "bad-keyword",
            span,
            f"{shown(text)}: keywords have no namespace of their own",
            f"write :{shown(text.strip(':'))}",
        )
    name = shown(text.strip(":"))
    return LispError(
        "bad-keyword",
        span,
        f"{shown(text)} is not a keyword",
        f"write :{name}" if name else "write :name; a map is {:name value}, and Python's text goes after ,py",
    )


def bad_char(text: str, span: Span) -> LispError:
    r"""`\foo`."""
    return LispError(
        "bad-character",
        span,
        f"{shown(text)} is not a character",
        "characters are \\a, \\newline, \\space, \\tab, \\u0041; text stands in double quotes",
    )


def bad_regex_flag(span: Span) -> LispError:
    """`#"(?x)..."`."""
    return LispError(
        "bad-regex-flag", span, f"JavaScript has no regex flag {span.text}", "flags are d g i m s u v y"
    )


def bad_escape(escape: str, span: Span, braces: bool) -> LispError:
    r"""`"\q"`."""
    if escape[1:2] in ("u", "x"):
        hint = "write \\u0041, \\u{1F600} or \\x41"
    elif escape[1:2].isdigit():
        hint = "write \\x00 to \\xFF"
    else:
        hint = 'for a backslash write \\\\ ; a regex is #".." ; escapes are \\n \\t \\r \\" \\\\ \\u0041'
    return LispError("bad-escape", span, f"unknown escape {shown(escape)}", hint)


_DISPATCH = {
    "#t": "write true",
    "#f": "write false",
    "#true": "write true",
    "#false": "write false",
    "#js": "[..] and {..} are JavaScript's own already: leave #js out",
    "#'": "there are no vars: write the name itself",
    "##Inf": "write Infinity",
    "##-Inf": "write -Infinity as (- Infinity)",
    "##NaN": "write NaN",
    "#inst": 'write (Date. "..")',
    "#py": "this is how a Python value prints; it cannot be read back",
    "#<": "this is how a value prints; it cannot be read back",
    "#": 'a comment begins with ; and # stands before ( { " _ or |',
}


def bad_token(source: Source, begin: int, end: int) -> LispError:
    """A character that begins no token, or a `#` with something unknown."""
    text = source.text[begin:end]
    span = Span(source, begin, end)
    if text == "@":
        return LispError(
            "bad-token", span, "@ means nothing here", "an atom is read by (deref a), a promise by (await p)"
        )
    if text in "“”":
        return LispError("bad-token", span, f"{text} does not delimit strings", 'write a plain "')
    if text in "‘’":
        return LispError("bad-token", span, f"{text} does not quote", "write a plain '")
    if text == "\\":
        return LispError("bad-token", span, "\\ needs a character after it", "write \\a, or \\space")
    if text[0] == "#":
        return LispError(
            "bad-dispatch",
            span,
            f"unknown {shown(text)}",
            _DISPATCH.get(text) or _DISPATCH.get(text[:2] if text[1:2] in ("'", "<") else "#"),
        )
    return LispError("bad-token", span, f"unexpected character U+{ord(text[0]):04X}", "remove it")
