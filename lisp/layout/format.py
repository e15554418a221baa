"""`polyrepl fmt`: a program in canonical layout, with the same forms, comments and line breaks.

In: text. Out: text in which every line stands where `indent` puts it, tokens on a line are one blank apart,
closing brackets stand together after the last form, nothing follows an opening bracket or a prefix but what
it opens, lines end without blanks, and there is at most one empty line inside a form and two between forms.
Formatting twice changes nothing more.

Kept: where lines are broken, commas after a form, the distance of a comment to the code it follows, and
the text of comments, strings and regexes.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..forms import Form, List, Symbol, Vector
from ..read.lexer import Lexer, Token
from ..read.reader import read_all
from .indent import Layout, body_at

_OPENING = frozenset(["open", "hole-open", "prefix", "discard"])
_CLOSING = frozenset(["close", "hole-close"])
_EMPTY_LINES_INSIDE = 1
_EMPTY_LINES_BETWEEN = 2


def format_text(text: str, filename: str = "<text>", extra: Mapping[str, int] | None = None) -> str:
    """The canonical layout of a program; empty for a text of blanks, else ending with one newline.

    `extra` says where the bodies of further macros begin (see `indent.body_at`); those of the text itself
    are known. Raises LispError if the text does not read.
    """
    forms = read_all(text, filename)
    writer = _Writer(text, {**macro_bodies(forms), **(extra or {})})
    for token in Lexer(text):
        writer.token(token)
    return writer.finish()


def macro_bodies(forms: list[Form]) -> dict[str, int]:
    """Where the bodies of the macros begin that the forms define with `& body` parameters."""
    found: dict[str, int] = {}
    for form in forms:
        match form:
            case List(items=(Symbol(name="defmacro"), Symbol(name=name), *rest)):
                for part in rest[:2]:
                    if isinstance(part, (Vector, List)):
                        shown = [item.name if isinstance(item, Symbol) else "_" for item in part.items]
                        before = body_at(" ".join(shown))
                        if before is not None:
                            found[name] = before
                        break
    return found


class _Writer:
    """Takes the tokens of a text in order and lays them out."""

    def __init__(self, text: str, extra: Mapping[str, int]) -> None:
        self.text = text
        self.layout = Layout(extra)
        self.out: list[str] = []
        self.line = 0
        self.column = 0
        self.last: Token | None = None

    def token(self, token: Token) -> None:
        """Write a token after the blanks that belong before it."""
        shown = self.text[token.start : token.end]
        if token.kind == "comment":
            shown = shown.rstrip()
        elif token.kind in ("string", "fstring", "block-comment"):
            shown = shown.replace("\r\n", "\n")
        self._blanks(token, shown)
        self.layout.add(token, self.text, self.line, self.column)
        self._write(shown)
        self.last = token

    def _blanks(self, token: Token, shown: str) -> None:
        last = self.last
        if last is None:
            return
        if last.kind == "hole-close" and token.kind == "hole-open":
            return  # a blank between two holes would be text of the f-string
        gap = self.text[last.end : token.start]
        comment = token.kind == "comment"
        newlines = gap.count("\n")
        if last.kind == "comment":
            # only a new line ends a comment
            self._break(0 if token.kind in _CLOSING else newlines - 1)
        elif token.kind in _CLOSING or (token.start == last.end and "fstring" in (token.kind, last.kind)):
            return
        elif newlines and (comment or token.kind == "block-comment" or last.kind not in _OPENING):
            self._comma(gap)
            self._break(newlines - 1 if last.kind not in _OPENING else 0)
        elif comment:
            self._comma(gap)
            self._write(" " * max(1, len(gap) - gap.count(",")))
        elif last.kind not in _OPENING:
            self._comma(gap)
            self._write(" ")
        elif last.kind == "hole-open" and shown.startswith("{"):
            self._write(" ")  # {{ would be a brace of the text

    def _comma(self, gap: str) -> None:
        last = self.last
        if "," in gap and last is not None and last.kind not in _OPENING and last.kind != "block-comment":
            self._write(",")

    def _break(self, empty: int) -> None:
        most = _EMPTY_LINES_INSIDE if self.layout.stack else _EMPTY_LINES_BETWEEN
        self.out.append("\n" * (1 + max(0, min(empty, most))))
        self.line += 1
        self.column = 0
        self._write(" " * self.layout.indent())

    def _write(self, shown: str) -> None:
        self.out.append(shown)
        newline = shown.rfind("\n")
        if newline < 0:
            self.column += len(shown)
        else:
            self.line += shown.count("\n")
            self.column = len(shown) - newline - 1

    def finish(self) -> str:
        """Everything, with one newline at the end."""
        result = "".join(self.out)
        return result + "\n" if result else ""
