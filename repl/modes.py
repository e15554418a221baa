"""The three languages of the prompt: which one a text is in, whether it is complete, where a line begins.

In: a text and the language of the prompt. Out: verdicts and columns; nothing runs.

A line that begins with `,py`, `,js` or `,lisp` is in that language, whatever the prompt's is.
"""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from typing import Literal, TypeAlias

from polyrepl.lisp.indent import indent_for
from polyrepl.lisp.reader import status

Mode: TypeAlias = Literal["lisp", "py", "js"]
Kind: TypeAlias = Literal["complete", "incomplete", "invalid", "empty"]

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


def verdict(text: str, current: Mode) -> Kind:
    """What Enter does: `complete` and `invalid` submit, `incomplete` makes a new line."""
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
        return javascript_verdict(rest)
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


_OPERATOR_AT_END = re.compile(
    r"(?:=>|[-+*/%=<>&|^?:.,!~]|\b(?:typeof|new|await|in|of|instanceof|return|else))\s*$"
)


def javascript_verdict(text: str) -> Kind:
    """By brackets, strings and a trailing operator; what is really wrong is for Node to say."""
    depth = 0
    tail = ""
    for kind, word in js_tokens(text):
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
            if depth < 0:
                return "invalid"
        elif kind == "unclosed":
            return "incomplete"
        if kind != "comment" and word.strip():
            tail = (tail + word)[-40:]
    if depth > 0:
        return "incomplete"
    if _OPERATOR_AT_END.search(tail) and not tail.rstrip().endswith(("++", "--", "*/")):
        return "incomplete"
    return "complete" if tail.strip() else "empty"


_JS = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | (?P<unclosed>/\*)
      | (?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<template>`)
      | (?P<regex>(?<![\w$)\]}"'`])/(?![*/ ])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/[a-z]*)
      | (?P<open>[(\[{])
      | (?P<close>[)\]}])
      | (?P<word>[\w$]+)
      | (?P<other>\s+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_TEMPLATE_REST = re.compile(r"(?:[^`\\$]|\\.|\$(?!\{))*")


def js_tokens(text: str) -> list[tuple[str, str]]:
    """JavaScript in rough tokens (kind, text): enough for brackets, declarations and completeness.

    A template literal gives `template` pieces with the tokens of its holes between them.
    """
    found: list[tuple[str, str]] = []
    holes: list[int] = []  # for each template around: brackets open in its hole
    pos = 0

    def template(start: int) -> int:
        match = _TEMPLATE_REST.match(text, start)
        end = match.end() if match else start
        if text.startswith("`", end):
            found.append(("template", text[start : end + 1]))
            return end + 1
        if text.startswith("${", end):
            found.append(("template", text[start:end]))
            found.append(("open", "${"))
            holes.append(0)
            return end + 2
        found.append(("unclosed", text[start:]))
        return len(text)

    while pos < len(text):
        match = _JS.match(text, pos)
        assert match is not None
        kind, word = match.lastgroup or "other", match[0]
        pos = match.end()
        if kind == "template":
            found.append(("template", "`"))
            pos = template(pos)
            continue
        if holes and word == "{":
            holes[-1] += 1
        elif holes and word == "}":
            if holes[-1] == 0:
                holes.pop()
                found.append(("close", word))
                pos = template(pos)
                continue
            holes[-1] -= 1
        found.append((kind, word))
    return found


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
