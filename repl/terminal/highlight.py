"""Colours for Lisp: a pygments lexer over the language's own tokens.

In: text. Out: pygments tokens; used by the terminal, by nbconvert and by any tool that asks pygments for
the lexer `polyrepl` (an entry point of the package).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from polyrepl.lisp.read.lexer import Lexer
from pygments import token as t
from pygments.lexer import Lexer as PygmentsLexerBase

from ..known.words import DEFINERS, OPERATORS, SPECIAL

MARKER = re.compile(r"\s*%%(py|python|js|javascript)[ \t]*(?:\r?\n|\Z)")
KINDS = {
    "symbol": t.Name,
    "keyword": t.String.Symbol,
    "number": t.Number,
    "constant": t.Keyword.Constant,
    "char": t.String.Char,
    "string": t.String.Double,
    "regex": t.String.Regex,
    "fstring": t.String.Interpol,
    "hole-open": t.Punctuation,
    "hole-close": t.Punctuation,
    "open": t.Punctuation,
    "close": t.Punctuation,
    "prefix": t.Operator,
    "discard": t.Comment,
    "comment": t.Comment.Single,
    "block-comment": t.Comment.Multiline,
    "error": t.Error,
}


class PolyreplLexer(PygmentsLexerBase):
    """Pygments' view of the language."""

    name = "polyrepl"
    aliases: ClassVar[list[str]] = ["polyrepl"]
    filenames: ClassVar[list[str]] = ["*.lisp"]
    mimetypes: ClassVar[list[str]] = ["text/x-polyrepl"]
    url = ""

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, t._TokenType, str]]:
        """Every character once: tokens, and the blanks between them as white space.

        A cell of a notebook that begins with `%%py` or `%%js` has that language's colours.
        """
        marker = MARKER.match(text)
        if marker is not None:
            yield 0, t.Comment.Preproc, marker[0]
            for at, kind, word in lexer_of(marker[1]).get_tokens_unprocessed(text[marker.end() :]):
                yield marker.end() + at, kind, word
            return
        done = 0
        head = False  # does the next symbol stand first in a list?
        for token in Lexer(text):
            if token.start > done:
                yield done, t.Whitespace, text[done : token.start]
            word = text[token.start : token.end]
            kind = KINDS.get(token.kind, t.Text)
            if token.kind == "symbol":
                kind = symbol_kind(word, head)
            yield token.start, kind, word
            head = token.kind == "open" and word.endswith("(")
            done = token.end
        if done < len(text):
            yield done, t.Whitespace, text[done:]


def lexer_of(marker: str) -> PygmentsLexerBase:
    """Pygments' lexer of the language that a marker names."""
    if marker.startswith("py"):
        from pygments.lexers.python import PythonLexer

        return PythonLexer()
    from pygments.lexers.javascript import JavascriptLexer

    return JavascriptLexer()


def symbol_kind(word: str, head: bool) -> t._TokenType:
    """Special forms and definers as keywords, what is called as a function, the rest as a name."""
    if head and word in DEFINERS:
        return t.Keyword.Declaration
    if head and word in SPECIAL:
        return t.Keyword
    if word in OPERATORS:
        return t.Operator
    if word.startswith(("py.", "js.", "$py")):
        return t.Name.Namespace
    return t.Name.Function if head else t.Name
