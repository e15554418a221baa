"""Where a line begins: one set of rules for the editor's newline, the kernel and the formatter.

In: text and a cursor, or tokens as they are laid out. Out: a column.

* in `[ { #{` and in a list that begins with no name, lines stand under the first element;
* in a call, `(f a b`, they stand under the first argument if that is on the line of `f`, else two in;
* a form with a body, `(let [x 1]` or `(defn f [x]`, has the body two in, and what stands before the body
  but on a line of its own four in;
* methods of a class and functions of a `letfn` are forms with a body, whatever their name;
* a line inside a string or a block comment begins at column 0.

`BODY_FORMS` says how many arguments stand before the body. A session's macros join it: see `body_at`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..read.lexer import Lexer, Token
from ..records import Record

_BODIES = {
    0: """auto begin comment cond def define define-syntax defclass defmacro defn defn- do else finally
          for-macros py.defn testing time try""",
    1: """binding case catch cond-> cond->> constructor doseq dotimes doto extends fn for if if-let if-not
          if-some lambda let let* let-syntax letfn letrec-syntax loop match py.fn syntax-rules unless when
          when-first when-let when-not when-some while with""",
    2: "as->",
}
BODY_FORMS: dict[str, int] = {name: before for before, names in _BODIES.items() for name in names.split()}
_BODY_PREFIX = re.compile(r"def(?!ault|er)|(?:with|when|let)-(?!meta)")
# A list directly inside one of these defines a function: (area [this] body).
_MEMBERS_IN = frozenset(["defclass"])
_FUNCTIONS_IN = frozenset(["letfn"])


def body_at(arglist: str) -> int | None:
    """How many arguments stand before the body, from a macro's arglist `[test & body]`; None without one.

    A caller keeps `{name: body_at(arglist)}` of the session's macros and passes it as `extra`.
    """
    names = re.sub(r"[\[\]()]", " ", arglist).split()
    if len(names) >= 2 and names[-2] == "&" and names[-1] in ("body", "forms", "exprs", "clauses"):
        return len(names) - 2
    return None


class Open(Record):
    """One open bracket, with what of it has been laid out so far.

    `start` is its offset, `column` where it stands, `inner` the column after it (or of the first element
    of data); `head` is the name that stands first in a list; `first` the column of the first argument if
    that is on the head's line; `member` says that the list defines a function.
    """

    __slots__ = ("bracket", "column", "count", "first", "head", "head_line", "inner", "member", "start")
    __match_args__ = ("bracket", "start", "column", "inner", "member", "head", "head_line", "count", "first")

    def __init__(
        self,
        bracket: str,
        start: int,
        column: int,
        inner: int,
        member: bool = False,
        head: str | None = None,
        head_line: int = -1,
        count: int = 0,
        first: int | None = None,
    ) -> None:
        self.bracket = bracket
        self.start = start
        self.column = column
        self.inner = inner
        self.member = member
        self.head = head
        self.head_line = head_line
        self.count = count
        self.first = first

    def element(self, line: int, column: int, name: str | None) -> None:
        """An element begins at (line, column); `name` is its text if it is a name."""
        self.count += 1
        if self.count == 1:
            self.head = name if self.bracket.endswith("(") else None
            self.head_line = line
            if self.head is None:
                self.inner = column
        elif self.count == 2 and line == self.head_line:
            self.first = column

    def indent(self, extra: Mapping[str, int] | None = None) -> int:
        """The column of a line that begins with the bracket's next element."""
        if self.head is None:
            return self.inner
        base = self.inner - 1
        before = 0 if self.member else body_form(self.head, extra)
        if before is not None:
            return base + (2 if self.count > before else 4)
        return base + 2 if self.first is None else self.first


def body_form(name: str, extra: Mapping[str, int] | None = None) -> int | None:
    """How many arguments of the form `name` stand before its body; None if it has no body."""
    before = (extra or {}).get(name, BODY_FORMS.get(name))
    return 1 if before is None and _BODY_PREFIX.match(name) else before


class Layout:
    """Follows tokens and keeps the open brackets with their columns."""

    def __init__(self, extra: Mapping[str, int] | None = None) -> None:
        self.stack: list[Open] = []
        self.extra = extra
        self._glued = False  # what comes next belongs to the element that has begun

    def add(self, token: Token, text: str, line: int, column: int) -> None:
        """Take the next token, which stands at (line, column) of what is laid out."""
        kind = token.kind
        if kind in ("close", "hole-close"):
            if self.stack:
                self.stack.pop()
            self._glued = kind == "hole-close"
            return
        if kind in ("comment", "block-comment"):
            return
        shown = text[token.start : token.end]
        stack = self.stack
        if stack and not self._glued and kind != "hole-open":
            stack[-1].element(line, column, shown if kind in ("symbol", "keyword") else None)
        self._glued = kind in ("prefix", "discard")
        if kind in ("open", "hole-open"):
            member = bool(stack) and (
                (stack[-1].head in _MEMBERS_IN and stack[-1].count > 2)
                or (len(stack) > 1 and stack[-1].head is None and stack[-2].head in _FUNCTIONS_IN)
            )
            stack.append(Open(shown, token.start, column, column + len(shown), member))

    def indent(self) -> int:
        """The column of a new line here."""
        return self.stack[-1].indent(self.extra) if self.stack else 0


class Positions:
    """Offsets of a text, given in growing order -> (line, column) from 0, in linear time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = 0
        self._start = 0
        self._next = text.find("\n")  # looked for once, not once a token: lines may be a megabyte long

    def of(self, offset: int) -> tuple[int, int]:
        while 0 <= self._next < offset:
            self._line += 1
            self._start = self._next + 1
            self._next = self._text.find("\n", self._start)
        return self._line, offset - self._start


def indent_for(text: str, cursor: int | None = None, extra: Mapping[str, int] | None = None) -> int:
    """Column at which the line after a newline typed at `cursor` (default: the end) should begin.

    `extra` adds to `BODY_FORMS`. Never raises: what is no program gets some column.
    """
    before = text if cursor is None else text[: max(0, cursor)]
    lexer = Lexer(before)
    layout = _laid_out(before, lexer, extra)
    return layout.indent() if lexer.state.mode == "code" else 0


def _laid_out(text: str, lexer: Lexer, extra: Mapping[str, int] | None) -> Layout:
    layout = Layout(extra)
    positions = Positions(text)
    for token in lexer:
        line, column = positions.of(token.start)
        layout.add(token, text, line, column)
    return layout
