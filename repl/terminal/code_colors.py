"""Source code in colour, for `,js`, `,source` and `,expand`.

In: text and its language. Out: text with ANSI colours.
"""

from __future__ import annotations

from typing import Any

from .highlight import PolyreplLexer


def colored(text: str, language: str) -> str:
    """The text in colour; `language` is lisp, js or py."""
    from pygments import highlight
    from pygments.formatters.terminal import TerminalFormatter

    return str(highlight(text, _lexer(language), TerminalFormatter(bg="dark"))).rstrip("\n")


def _lexer(language: str) -> Any:
    if language == "js":
        from pygments.lexers.javascript import JavascriptLexer

        return JavascriptLexer()
    if language == "py":
        from pygments.lexers.python import PythonLexer

        return PythonLexer()
    return PolyreplLexer()
