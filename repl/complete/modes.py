"""The three languages of the prompt: which one a text is in, whether it is complete, where a line begins.

In: a text and the language of the prompt. Out: verdicts and columns; nothing runs.

A line that begins with `,py`, `,js` or `,lisp` is in that language, whatever the prompt's is.
"""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from collections.abc import Callable
from typing import Literal, TypeAlias

from polyrepl.lisp.layout.indent import indent_for
from polyrepl.lisp.read.reader import status

Mode: TypeAlias = Literal["lisp", "py", "js"]
Kind: TypeAlias = Literal["complete", "incomplete", "invalid", "empty"]

JavaScriptStatus: TypeAlias = Callable[[str], Kind | None]

NAMES: dict[Mode, str] = {"lisp": "Lisp", "py": "Python", "js": "JavaScript"}
PROMPTS: dict[Mode, str] = {"lisp": "=> ", "py": "py> ", "js": "js> "}
_SWITCH = re.compile(r",(py|js|lisp)(?=\s|$)")
# Commands whose argument is Lisp: Enter waits until it is whole.
_LISP_ARGUMENT = re.compile(r",(js!|expand|time|profile|type|inspect|compiled)(?=\s)")
# `,js (defn ..)` shows what a Lisp form compiles to; no JavaScript begins so.
_LISP_IN_JS = re.compile(r",js\s+\((?:def[\w-]*|fn|let|loop|do|if|when|for|->>?)\s")
PY_FLAGS = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT


def mode_of(text: str, current: Mode) -> Mode:
    """The language of a text typed at a prompt in `current`."""
    match = _SWITCH.match(text)
    if match is not None:
        return "lisp" if _LISP_IN_JS.match(text) else match[1]  # type: ignore[return-value]
    return "lisp" if text.startswith(",") else current


def split(text: str) -> tuple[str, str]:
    """(`,name `, rest) of a command line; ("", text) of anything else."""
    match = re.match(r",[^\s]*[ \t]?", text)
    return (match[0], text[match.end() :]) if match else ("", text)


def verdict(text: str, current: Mode, javascript: JavaScriptStatus | None = None) -> Kind:
    """What Enter does: `complete` and `invalid` submit, `incomplete` makes a new line.

    Args:
        javascript: what the parser says of a JavaScript text; None where it can not be asked.
    """
    if not text.strip():
        return "empty"
    mode = mode_of(text, current)
    head, rest = split(text)
    if head and not _SWITCH.match(text) and not _LISP_ARGUMENT.match(text):
        return "complete"
    if head and not rest.strip():
        return "complete"
    if mode == "py":
        return python_verdict(rest)
    if mode == "js":
        return (javascript and javascript(rest)) or javascript_verdict(rest)
    return status(rest).kind


def python_verdict(text: str) -> Kind:
    """As Python's own prompt: a block ends with an empty line."""
    compiler = codeop.CommandCompiler()
    compiler.compiler.flags |= PY_FLAGS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            if compiler(text, "<input>", "exec" if "\n" in text else "single") is None:
                return "incomplete"
        except (SyntaxError, ValueError, OverflowError):
            return "invalid"
    lines = text.split("\n")
    last = lines[-1]
    if len(lines) > 1 and last.strip() and last[:1].isspace():
        return "incomplete"
    opened = re.match(r"\s*(async\s|def\s|class\s|if\s|for\s|while\s|with\s|try:|@)", lines[0])
    return "incomplete" if len(lines) == 1 and opened and last.rstrip().endswith(":") else "complete"


_WANTS_MORE = frozenset(("typeof", "new", "await", "in", "of", "instanceof", "return", "else", "=>"))


def javascript_verdict(text: str) -> Kind:
    """A rough answer where Node, whose parser knows, can not be asked.

    It goes by brackets, templates and what the text ends with, as the lexer of the colours tells them.
    """
    from pygments.lexers.javascript import JavascriptLexer
    from pygments.token import String

    depth = 0
    in_template = False
    last = ""
    wants_more = False
    for _, kind, word in JavascriptLexer().get_tokens_unprocessed(text):
        sort = kind[0] if kind else ""
        if not word.strip() or sort == "Comment":
            continue
        if sort == "Punctuation" or kind is String.Interpol:
            depth += (word in ("(", "[", "{", "${")) - (word in (")", "]", "}"))
            if depth < 0:
                return "invalid"
        elif kind is String.Backtick and word == "`":
            in_template = not in_template
        last = word
        wants_more = word in _WANTS_MORE or (sort == "Operator" and word not in ("++", "--"))
    if depth > 0 or in_template or wants_more or last in (".", ","):
        return "incomplete"
    return "complete" if last else "empty"


def indent(text: str, cursor: int, current: Mode) -> int:
    """The column of a line that is begun at `cursor`."""
    mode = mode_of(text, current)
    head, rest = split(text)
    if mode == "lisp":
        if not head:
            return indent_for(text, cursor)
        return indent_for(" " * len(head) + rest, cursor)
    before = rest[: max(0, cursor - len(head))]
    line = before.rpartition("\n")[2]
    column = len(line) - len(line.lstrip())
    bare = re.sub(r"(#|//).*$", "", line).rstrip()
    if bare.endswith((":", "{", "(", "[")):
        return column + (4 if mode == "py" else 2)
    if mode == "py" and re.match(r"\s*(return|pass|break|continue|raise)\b", line):
        return max(0, column - 4)
    return column
