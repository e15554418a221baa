"""Where the cursor stands in a Lisp text: what could be completed there, which call it is an argument of.

In: text and cursor. Out: a `Place`. Nothing is evaluated.
"""

from __future__ import annotations

import re
from typing import Literal

from polyrepl.lisp.read.lexer import CODE, Lexer, Token
from polyrepl.lisp.records import Record, changed

from .lines import Lines
from .scan import LineState, names_in_view

What = Literal["name", "member", "path", "keyword", "string", "nothing"]
_DELIMITERS = frozenset("()[]{}\"'`~,;^@ \t\r\n\\")
_TOP = re.compile(r"^(?=[^\s;)\]}])", re.MULTILINE)
_LITERAL = re.compile(r'(?P<String>f?")|(?P<RegExp>#")|(?P<Set>#\{)|(?P<Array>\[)|(?P<Number>[+-]?\d)')
_BRACKETS = ("[", "#{")
_THREADING = frozenset(["->", "->>", "some->", "some->>", "doto", "cond->"])


class Call(Record):
    """A call around the cursor: its head, the offset of its bracket, which argument the cursor is in (0: the
    head), and the texts of the arguments before it as far as they are simple names; of a vector or set the
    bracket."""

    __slots__ = ("argument", "arguments", "head", "start")
    __match_args__ = ("head", "start", "argument", "arguments")

    def __init__(self, head: str, start: int, argument: int, arguments: tuple[str, ...] = ()) -> None:
        self.head = head
        self.start = start
        self.argument = argument
        self.arguments = arguments


class Place(Record):
    """What is before the cursor.

    `what`: a name; `path` (`np.linalg.no`, with `path` the names before the last dot); `member` (`.fo`, with
    `path` the receiver where it can be seen); `keyword`; `string` (`import_of` py or js where it names
    a module, file where it names a file); or nothing. `start` is where the word begins, `prefix` what is
    typed of it.
    """

    __slots__ = ("calls", "import_of", "local_names", "path", "prefix", "start", "what")
    __match_args__ = ("what", "start", "prefix", "path", "import_of", "calls", "local_names")

    def __init__(
        self,
        what: What,
        start: int,
        prefix: str = "",
        path: tuple[str, ...] = (),
        import_of: str = "",
        calls: tuple[Call, ...] = (),
        local_names: frozenset[str] | None = None,
    ) -> None:
        self.what = what
        self.start = start
        self.prefix = prefix
        self.path = path
        self.import_of = import_of
        self.calls = calls
        self.local_names: frozenset[str] = frozenset() if local_names is None else local_names


def path_of(text: str) -> tuple[str, ...]:
    """Where the methods of an argument are looked up: the path that it is, or that of its literal's class."""
    found = _LITERAL.match(text)
    return ("js", str(found.lastgroup), "prototype") if found is not None else tuple(text.split("."))


def form_start(text: str, cursor: int) -> int:
    """Where the top-level form around the cursor probably begins: the last line that stands at column 0
    outside of strings. A wrong guess only hides some locals."""
    start = 0
    for match in _TOP.finditer(text, 0, cursor):
        start = match.start()
    if start and Lexer(text[:start]).state == CODE:
        lexer = Lexer(text[:start])
        for _ in lexer:
            pass
        if lexer.state != CODE:
            return 0
    return start


def place_at(text: str, cursor: int) -> Place:
    """What could be completed at the cursor."""
    before = text[:cursor]
    base = form_start(text, cursor)
    state, tokens = _state(before[base:])
    calls = _calls(before, base, tokens)
    local_names = names_in_view(state)
    if state.lex.mode in ("string", "fstring"):
        start = base + tokens[-1].start + 1
        if state.lex.mode == "fstring":  # a piece of it: behind the quote, or the last hole
            start = max(before.rfind('"'), before.rfind("}")) + 1
        head = calls[-1].head if calls else ""
        module = {
            "py.import": "py",
            "js.import": "js",
            "$py": "py",
            "require": "js",
            "load-file": "file",
        }.get(head, "")
        return Place("string", start, before[start:], (), module, calls, local_names)
    if state.lex.mode != "code" or _in_line_comment(before, base, tokens):
        return Place("nothing", cursor)
    start = cursor
    while start > 0 and text[start - 1] not in _DELIMITERS:
        start -= 1
    word = before[start:]
    if word.startswith(":"):
        return Place("keyword", start, word, (), "", _outer(calls, start), local_names)
    if word[:1].isdigit() or word[:2] in ("-.", "+.") or text[start - 1 : start] == "\\":
        return Place("nothing", cursor)
    calls = _outer(calls, start)
    if word.startswith("."):
        bare = word.lstrip(".-")
        return Place(
            "member", cursor - len(bare), bare, _receiver(text, cursor, calls), "", calls, local_names
        )
    inner = calls[-1] if calls else None
    if inner is not None and inner.head == "." and inner.argument >= 2:
        path = path_of(inner.arguments[0]) + inner.arguments[1 : inner.argument - 1]
        return Place("path", start, word.lstrip("-"), path, "", calls, local_names)
    if "." in word:
        head, _, prefix = word.rpartition(".")
        return Place("path", cursor - len(prefix), prefix, tuple(head.split(".")), "", calls, local_names)
    return Place("name", start, word, (), "", calls, local_names)


def call_at(text: str, cursor: int) -> Call | None:
    """The innermost call around the cursor whose head is a plain name."""
    before = text[:cursor]
    base = form_start(text, cursor)
    _, tokens = _state(before[base:])
    for call in reversed(_calls(before, base, tokens)):
        if call.head:
            return call
    return None


def word_at(text: str, cursor: int) -> str:
    """The whole name under or before the cursor."""
    start = end = cursor
    while start > 0 and text[start - 1] not in _DELIMITERS:
        start -= 1
    while end < len(text) and text[end] not in _DELIMITERS:
        end += 1
    return text[start:end]


def keywords_in(text: str) -> set[str]:
    """The keywords that a text uses."""
    return {text[t.start : t.end] for t in Lexer(text) if t.kind == "keyword" and t.end - t.start > 1}


# -- inside ---------------------------------------------------------------------------------------


def _state(part: str) -> tuple[LineState, list[Token]]:
    lines = Lines().update(part)
    last = len(lines.lines) - 1
    return lines.scan(last).state, list(Lexer(part))


def _in_line_comment(before: str, base: int, tokens: list[Token]) -> bool:
    return bool(tokens) and tokens[-1].kind == "comment" and base + tokens[-1].end == len(before)


def _outer(calls: tuple[Call, ...], start: int) -> tuple[Call, ...]:
    return tuple(call for call in calls if call.start < start)


def _calls(before: str, base: int, tokens: list[Token]) -> tuple[Call, ...]:
    """The open round brackets, outermost first. Elements are counted as the reader would."""
    stack: list[tuple[str, int, list[str]]] = []
    glued = False
    for token in tokens:
        word = before[base + token.start : base + token.end]
        if token.kind in ("comment", "block-comment"):
            continue
        if token.kind in ("close", "hole-close"):
            if stack:
                stack.pop()
            continue
        if token.kind in ("prefix", "discard"):
            glued = True
            continue
        if stack and token.kind != "hole-open":
            simple = token.kind in ("symbol", "keyword", "number", "string", "constant") or word in _BRACKETS
            stack[-1][2].append(word if simple and not glued else "")
        glued = False
        if token.kind in ("open", "hole-open"):
            stack.append((word, base + token.start, []))
    found = []
    for bracket, start, items in stack:
        if bracket not in ("(", "#("):
            continue
        at_end = items and before.endswith(items[-1]) and items[-1] not in ("", *_BRACKETS)
        argument = len(items) - (1 if at_end else 0)
        found.append(Call(items[0] if items else "", start, argument, tuple(items[1:])))
    return tuple(found)


def _receiver(text: str, cursor: int, calls: tuple[Call, ...]) -> tuple[str, ...]:
    """The path of the object that `.meth` is looked up on, where it is a plain name."""
    if not calls:
        return ()
    inner = calls[-1]
    if inner.argument == 0:
        match = re.match(r"[^\s()]*\s+", text[cursor:])
        if match is not None:
            behind = text[cursor + match.end() :]
            argument = _LITERAL.match(behind) or re.match(r"[^\s()\[\]{}\"'`~,;:^@\\]+", behind)
            if argument is not None:
                return path_of(argument[0])
        if len(calls) > 1 and calls[-2].head in _THREADING:
            # (-> x (.meth ..)): the form being typed is itself an argument.
            inner = changed(calls[-2], argument=calls[-2].argument - 1)
    if inner.head in _THREADING and inner.arguments and (inner.argument == 2 or inner.head == "doto"):
        return path_of(inner.arguments[0]) if inner.arguments[0] else ()
    return ()
