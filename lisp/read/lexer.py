"""Text -> tokens with offsets: the one lexer, shared by reader, highlighter, indenter and formatter.

In: text, and where needed the state in which it starts. Out: `tokens`, which never raises (what is no
token comes out as an `error` token), and `MASTER`, the compiled pattern that the reader drives itself
because it is on the hot path of every compile.

A token is `text[start:end]`; what lies between two tokens is blank. Strings, regexes and comments that
run over the end of the text come out as tokens too, and the lexer's `state` says what was still open, so
a highlighter can go on at any line with the state kept from the line before.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

# Control characters are never part of a token. Those that Unicode calls white space separate tokens,
# and so does a byte order mark; the others are errors, like characters nobody can see.
BLANK = r" ,\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_UNSEEN = r"\x00-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufff9-\uffff\ud800-\udfff"
_STOP = BLANK + _UNSEEN + r"()\[\]{}\";`~^@\\“”‘’"
_SKIP = rf"[{BLANK}]*+(?:;[^\n]*+[{BLANK}]*+)*+"

# Group numbers of MASTER, in the order the alternatives stand in it (most frequent first).
SYMBOL, OPEN, CLOSE, KEYWORD, ATOM, STRING, QUOTED, PREFIX, HASH, FSTRING, META, CHAR, END, BAD = range(1, 15)

MASTER = re.compile(
    _SKIP
    + "(?:"
    + rf"((?:[^{_STOP}:0-9+\-.%'#f]|f(?!\"))[^{_STOP}]*)"  # SYMBOL: surely a name (or nil, true, false)
    + r"|([(\[{])"  # OPEN
    + r"|([)\]}])"  # CLOSE
    + rf"|(:[^{_STOP}]*)"  # KEYWORD
    + rf"|([0-9+\-.%][^{_STOP}]*)"  # ATOM: a number, or a name that begins like one
    + r"|(\"[^\"\\\r]*+\")"  # STRING: without escapes, so its value is its text
    + r"|(\")"  # QUOTED: any other string
    + r"|(['`]|~@?)"  # PREFIX
    + r"|(\#[({_\"|])"  # HASH
    + r"|(f\")"  # FSTRING
    + r"|(\^)"  # META
    + rf"|(\\(?:[^{_STOP}]+|[^{BLANK}{_UNSEEN}]))"  # CHAR
    + r"|(\Z)"  # END
    + rf"|(\#[^{_STOP}]*|@|.)"  # BAD
    + ")",
    re.DOTALL,
)

# The rest of a string, regex or f-string after its opening quote. Each always matches; whether what
# follows is the closing quote is for the caller to see.
STRING_REST = re.compile(r"[^\"\\]*+(?:\\.[^\"\\]*+)*+", re.DOTALL)
FSTRING_REST = re.compile(r"[^\"\\{}]*+(?:(?:\\u\{[^\"{}]*+\}|\\.|\{\{|\}\})[^\"\\{}]*+)*+", re.DOTALL)
_COMMENT_EDGE = re.compile(r"\|\#|\#\|")
_LINE_COMMENT = re.compile(r";[^\n]*")

NUMBER = re.compile(
    r"""(?P<sign>[+-]?)(?:
        (?P<radix>0[xX][0-9a-fA-F]+(?:_[0-9a-fA-F]+)* | 0[oO][0-7]+(?:_[0-7]+)* | 0[bB][01]+(?:_[01]+)*)
      | (?P<int>0|[1-9][0-9]*(?:_[0-9]+)*)
      | (?P<float>(?:(?:0|[1-9][0-9]*(?:_[0-9]+)*)(?:\.(?:[0-9]+(?:_[0-9]+)*)?)? | \.[0-9]+(?:_[0-9]+)*)
                  (?:[eE][+-]?[0-9]+)?)
    )(?P<big>n?)""",
    re.VERBOSE,
)
CONSTANTS: dict[str, bool | None] = {"nil": None, "true": True, "false": False}


class Token(NamedTuple):
    """`text[start:end]` of one kind.

    Kinds: symbol keyword number constant char string regex fstring (a piece of its text, quotes
    included) hole-open hole-close open close prefix discard comment block-comment error.
    """

    kind: str
    start: int
    end: int


class State(NamedTuple):
    """What is still open. `mode`: code, string, regex, fstring, comment, or begin (where a `#!` line may
    stand); `depth` of nested block comments; `holes`: braces open in each f-string hole around."""

    mode: str = "code"
    depth: int = 0
    holes: tuple[int, ...] = ()


CODE = State()
BEGIN = State("begin")


def block_comment_end(text: str, start: int, depth: int = 1) -> tuple[int, int]:
    """Offset after the `|#` that ends `depth` open block comments; (len(text), depth left) if none does."""
    for edge in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if edge[0] == "#|" else -1
        if depth == 0:
            return edge.end(), 0
    return len(text), depth


def shebang_end(text: str) -> int:
    """Offset where code starts: after a byte order mark and a `#!` line."""
    start = 1 if text.startswith("\ufeff") else 0
    if text.startswith("#!", start):
        newline = text.find("\n", start)
        return len(text) if newline < 0 else newline
    return start


class Lexer:
    """Iterate for tokens; afterwards `state` is what was open at the end of the text."""

    def __init__(self, text: str, start: int = 0, state: State = BEGIN) -> None:
        self.text = text
        self.start = start
        self.state = state

    def __iter__(self) -> Iterator[Token]:
        text, pos, state = self.text, self.start, self.state
        holes = list(state.holes)
        if state.mode == "comment":
            end, depth = block_comment_end(text, pos, state.depth)
            yield Token("block-comment", pos, end)
            self.state = State("comment" if depth else "code", depth, tuple(holes))
            pos = end
        elif state.mode == "begin":
            self.state = CODE
            if pos == 0 and (pos := shebang_end(text)) > 1:
                yield Token("comment", 1 if text[0] == "\ufeff" else 0, pos)
        elif state.mode != "code":
            pos = yield from self._string(state.mode, pos, pos, holes)
        while pos >= 0 and self.state.mode == "code":
            pos = yield from self._code(pos, holes)
        self.state = self.state._replace(holes=tuple(holes))

    def _code(self, pos: int, holes: list[int]) -> Generator[Token, None, int]:
        """Tokens up to something the pattern cannot cross; returns the offset to go on at, -1 at the end."""
        text = self.text
        for match in MASTER.finditer(text, pos):
            group = match.lastindex or BAD
            start, end = match.span(group)
            if start > match.start() and ";" in match[0]:
                for comment in _LINE_COMMENT.finditer(text, match.start(), start):
                    yield Token("comment", comment.start(), comment.end())
            if group == SYMBOL:
                yield Token("constant" if match[group] in CONSTANTS else "symbol", start, end)
            elif group == OPEN:
                if holes and text[start] == "{":
                    holes[-1] += 1
                yield Token("open", start, end)
            elif group == CLOSE:
                if holes and text[start] == "}":
                    if holes[-1] == 0:
                        holes.pop()
                        yield Token("hole-close", start, end)
                        return (yield from self._string("fstring", end, end, holes))
                    holes[-1] -= 1
                yield Token("close", start, end)
            elif group == ATOM:
                yield Token(atom_kind(match[group]), start, end)
            elif group == STRING:
                yield Token("string", start, end)
            elif group == END:
                return -1
            elif group == QUOTED:
                return (yield from self._string("string", start, end, holes))
            elif group == FSTRING:
                return (yield from self._string("fstring", start, end, holes))
            elif group == HASH:
                kind = text[end - 1]
                if kind == '"':
                    return (yield from self._string("regex", start, end, holes))
                if kind == "|":
                    stop, depth = block_comment_end(text, end)
                    yield Token("block-comment", start, stop)
                    if depth:
                        self.state = State("comment", depth)
                    return stop
                if kind == "{" and holes:
                    holes[-1] += 1
                yield Token("discard" if kind == "_" else "open", start, end)
            else:
                yield Token(_SIMPLE_KINDS[group], start, end)
        return -1

    def _string(self, mode: str, start: int, pos: int, holes: list[int]) -> Generator[Token, None, int]:
        """The rest of a string from `pos`; the token begins at `start`. Returns the offset to go on at."""
        text = self.text
        pattern = FSTRING_REST if mode == "fstring" else STRING_REST
        match = pattern.match(text, pos)
        end = match.end() if match else pos
        self.state = CODE
        while mode == "fstring" and text.startswith("}", end):  # a lone brace: the reader's error, not ours
            match = pattern.match(text, end + 1)
            end = match.end() if match else end + 1
        if text.startswith('"', end):
            yield Token(mode, start, end + 1)
            return end + 1
        if mode == "fstring" and text.startswith("{", end):
            if end > start:
                yield Token(mode, start, end)
            yield Token("hole-open", end, end + 1)
            holes.append(0)
            return end + 1
        yield Token(mode, start, len(text))
        self.state = State(mode)
        return -1


_SIMPLE_KINDS = {KEYWORD: "keyword", PREFIX: "prefix", META: "prefix", CHAR: "char", BAD: "error"}


def atom_kind(text: str) -> str:
    """`number`, `symbol` or `error` for an atom that begins with a digit, sign, dot or percent sign."""
    if NUMBER.fullmatch(text):
        return "number"
    return "error" if begins_like_number(text) else "symbol"


def begins_like_number(text: str) -> bool:
    """True for `12px`, `-3x`, `.5.5`: a name may not begin so."""
    return text.lstrip("+-.")[:1].isdigit() and (text[0].isdigit() or text[1].isdigit() or text[1] == ".")


def tokens(text: str, start: int = 0, state: State = BEGIN) -> Iterator[Token]:
    """The tokens of `text` from `start` on; never raises. Use `Lexer` to know the state at the end."""
    return iter(Lexer(text, start, state))
