"""Which language a cell is in.

In: the text of a cell. Out: its language and its code. The code keeps its line numbers: the marker line
becomes an empty one.

    %%py
    1 + 1        ->   Cell("py", "\\n1 + 1")
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from polyrepl.lisp.analyze.names import suggest

if TYPE_CHECKING:
    from polyrepl.repl.complete.modes import Mode


MARKERS: dict[str, Mode] = {"py": "py", "python": "py", "js": "js", "javascript": "js", "lisp": "lisp"}

_MAGIC = re.compile(r"(?:^|(?<=\n))[ \t]*(?P<word>(?P<sign>%%?|!)(?P<name>[A-Za-z]\w*))")
# Magics whose cell is text of another kind, and no Python.
TEXT_MAGICS = frozenset(
    (
        *("bash", "sh", "script", "system", "sx", "perl", "ruby"),
        *("html", "HTML", "latex", "markdown", "svg", "SVG", "writefile", "file"),
    )
)
# Magics for a line that run what stands behind them as Python.
RUN_PYTHON = frozenset(("time", "timeit", "prun"))
_TEXT_MAGIC = re.compile(r"\s*%%(\w+)")
_LINE_MAGIC = re.compile(r"\s*(?:!!?[ \t]*[^=\s]|%(?!time(?:it)?\s+\()[A-Za-z]\w*(?:\s|\Z))")
_NAME = r"[^\s()\[\]{}\"'`~,;:?!]+"
_QUESTION = re.compile(
    rf"\s*(?:(?P<before>\?\??)[ \t]*(?P<name>{_NAME}[?!]?)|(?P<other>{_NAME}!?)(?P<after>\?\??)"
    r"|,doc\s+(?P<doc>\S+))\s*"
)
_COMMAND = re.compile(r"\s*,([a-z]+)\b")
HELP = (
    'here ?name tells of a name, (doc name), (source name) and (apropos "text") print, Tab and Shift-Tab help'
)
_COMMENT = re.compile(r"^[ \t]*;[^\n]*", re.MULTILINE)
_ASSIGNED = re.compile(r"\s*[\w., ]+=[ \t]*([!%]\w*)")
_BARE_PIP = re.compile(r"\s*\(?(pip3?|conda)[ \t]+([\w -]+)")
# What does here what a command of the prompt's does there.
_INSTEAD = {
    "doc": "?name",
    "source": "(source name), or ??name",
    "apropos": '(apropos "text")',
    "time": "(time form)",
    "timeit": "%timeit below %%py",
    "sh": "!command",
    "cd": "%cd folder",
    "load": '(load-file "file.lisp")',
    "py": "%%py on the first line of a cell",
    "js": "%%js on the first line of a cell",
    "lisp": "nothing: a cell is Lisp",
    "bt": "(pst)",
    "history": "%history",
    "who": "%who, for Python's names",
}
_JAVASCRIPT = re.compile(
    r"\s*(?:(?:const|let|var)\s+[\w$\[{][^=\n]*=|(?:async\s+)?function\b\*?\s*\w*\s*\(|class\s[^:()\n]*\{"
    r"|console\.\w+\(|//|/\*|import\s[^\n]*\bfrom\s*['\"]|(?:\w+|\([\w, ]*\))\s*=>)"
)
_RENEWAL = re.compile(r"\s*,(reload|autoreload)(?:[ \t]+(\S+))?\s*")
_TYPED = re.compile(r"\s*(%%?\w*)")
_MARKER = re.compile(r"\s*%%(\w+)[ \t]*(?:\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class Cell:
    """Code and its language: `lisp`, `py` or `js`."""

    language: Mode
    code: str

    @property
    def offset(self) -> int:
        """How many lines of the code stand for the marker."""
        return len(self.code) - len(self.code.lstrip("\n"))


def split(text: str) -> Cell:
    """The language of a cell and its code; Lisp unless a marker stands on the first line."""
    found = _MARKER.match(text)
    if found is None or found[1] not in MARKERS:
        return Cell("lisp", text)
    return Cell(MARKERS[found[1]], "\n" * found[0].count("\n") + text[found.end() :])


def is_marker(text: str) -> bool:
    """Is the text a marker alone, whose code is still to come?"""
    found = _MARKER.match(text)
    if found is None or text[found.end() :].strip():
        return False
    return found[1] in MARKERS or found[1] in TEXT_MAGICS


def markers(before: str, commands: Iterable[str] = ()) -> tuple[int, int, list[str]] | None:
    """Where a marker or a command of IPython's is being typed, and those it may be; None where none is.

    Args:
        before: the text before the cursor.
        commands: IPython's magics for a line.
    """
    found = _TYPED.fullmatch(before)
    if found is None:
        return None
    typed = found[1]
    names = [f"%%{name}" for name in MARKERS]  # front ends sort them: alone where nothing else is typed yet
    if len(typed) > 2 and typed.startswith("%%"):
        names += [f"%%{name}" for name in sorted(TEXT_MAGICS)]
    elif len(typed) > 1 and not typed.startswith("%%"):
        names = [f"%{name}" for name in sorted(commands)]
    return found.start(1), found.end(1), [name for name in names if name.startswith(typed)]


def is_for_ipython(text: str) -> bool:
    """Does an unmarked cell hold nothing but commands of IPython's: `!ls`, `%pip install x`, `%%bash ..`?

    Lines that are comments of the Lisp may stand between them. Not the magics that run the rest of the cell
    as Python (`%%time`): that rest is Lisp.
    """
    if _TEXT_MAGIC.match(text):
        return is_text_magic(text)
    lines = [line for line in without_comments(text).splitlines() if line.strip()]
    return bool(lines) and all(_LINE_MAGIC.match(line) for line in lines)


def is_text_magic(text: str) -> bool:
    """Does a cell hold text of another kind, below a magic of IPython's (`%%bash`)?"""
    found = _TEXT_MAGIC.match(text)
    return found is not None and found[1] in TEXT_MAGICS


def without_comments(text: str) -> str:
    """Commands of IPython's without comments of the Lisp between them; lines keep their numbers."""
    return text if _TEXT_MAGIC.match(text) else _COMMENT.sub("", text)


def command_of_the_prompt(text: str) -> tuple[str, str] | None:
    """What is said of a cell that is a line `,command ..`, and what to write in its place.

    Lisp would leave the comma aside and give the value of a name. None for other cells, and for the commands
    that cells know.
    """
    found = _COMMAND.match(text)
    if found is None or "\n" in text.strip() or question(text) is not None or renewal(text) is not None:
        return None
    from polyrepl.repl.commands.table import COMMANDS

    if found[1] not in COMMANDS:
        return None
    instead = _INSTEAD.get(found[1])
    told = f"here write {instead}" if instead is not None else HELP
    return f",{found[1]} is a command of the prompt", f"commands with a comma are the prompt's; {told}"


def question(text: str) -> tuple[str, int, bool] | None:
    """What a cell asks about, if it does.

    Returns:
        The name (`?x`, `x?`, `,doc x`), 1 where for its source too (`??x`, `x??`), and whether the cell can
        mean nothing else: `x?` may be a name itself.
    """
    found = _QUESTION.fullmatch(text)
    if found is None:
        return None
    marks = found["before"] or found["after"] or ""
    return found["name"] or found["other"] or found["doc"], int(len(marks) == 2), not found["other"]


def asked_by(text: str) -> tuple[int, int] | None:
    """Where the name stands that a cell asks about, if it does."""
    found = _QUESTION.fullmatch(text)
    return (
        None
        if found is None
        else found.span("name" if found["name"] else "other" if found["other"] else "doc")
    )


def renewal(text: str) -> tuple[str, str] | None:
    """The command of a cell that is `,reload [name]` or `,autoreload [on|off]`, and its argument."""
    found = _RENEWAL.fullmatch(text)
    return None if found is None else (found[1], found[2] or "")


def shift(text: str, cursor: int) -> int:
    """Where a cursor of the text stands in the code of its cell."""
    code = split(text).code
    return max(0, cursor - (len(text) - len(code)))


def language_hint(text: str) -> str | None:
    """What helps who has left out the marker: of a cell that failed as Lisp and is plainly none."""
    if _JAVASCRIPT.match(text):
        return "a JavaScript cell begins with %%js, alone on its first line"
    start = text.lstrip()
    if not start or (start[0] in "([{'\"`;,@:%!?~^" or (start[0] == "#" and not start.startswith("# "))):
        return None
    try:
        body = ast.parse(start).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if any(not isinstance(each, ast.Expr) for each in body):
        return "a Python cell begins with %%py, alone on its first line"
    if any(_is_call(each.value, start) for each in body if isinstance(each, ast.Expr)):
        return "a Python cell begins with %%py, a JavaScript cell with %%js, alone on its first line"
    return None


def _is_call(value: ast.expr, text: str) -> bool:
    """Is an expression of Python's a call `f(x)`? In Lisp `f (x)` are two forms."""
    while isinstance(value, ast.Await | ast.Attribute):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    line = text.splitlines()[(value.func.end_lineno or 1) - 1].encode()
    return line[value.func.end_col_offset or 0 :].startswith(b"(")


def magic_hint(text: str, said: str, magics: Container[str]) -> str | None:
    """What helps who wrote an IPython magic, a command of the prompt's or a marker out of its place.

    Lisp cells only.

    Args:
        text: the cell.
        said: what the Lisp reader or compiler said of it.
        magics: the names of IPython's magics for cells.
    """
    command = _COMMAND.match(text)
    if command is not None and re.search(rf"(?:^| ){command[1]}(?: |$)", said):
        return f"commands with a comma are the prompt's; {HELP}"
    if (assigned := _ASSIGNED.match(text)) is not None:
        return f"what {assigned[1]} gives is assigned in a Python cell, below %%py"
    if (bare := _BARE_PIP.match(text)) is not None and said.strip() == f"unbound symbol {bare[1]}":
        return f"%{bare[1].rstrip('3')} {bare[2].strip()}, for the kernel's own Python"
    for found in _MAGIC.finditer(text):
        first = not re.sub(r";[^\n]*", "", text[: found.start()]).strip()
        if not first and said.strip() != f"unbound symbol {found['word']}":
            continue
        name, word = found["name"], found["word"]
        if found["sign"] == "%%" and name.lower() in MARKERS:
            return f"%%{name.lower()} stands alone on the very first line of its cell"
        if found["sign"] == "%%" and name not in magics:
            near = suggest(name.lower(), [*MARKERS, *TEXT_MAGICS, "time", "timeit"])
            return (
                f"did you mean %%{near}?"
                if near
                else "a cell is Lisp, or Python below %%py, or JavaScript below %%js"
            )
        hint = f"{word} is IPython's: it works in a Python cell, below %%py"
        if found["sign"] != "%%" and name not in RUN_PYTHON:
            hint += ", or in a cell of such lines alone"
        return f"(time form) says how long a form takes; {hint}" if name == "time" else hint
    return None
