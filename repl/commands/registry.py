"""Commands of the prompt: lines that begin with a comma.

In: the line. Out: printed text. A command is one entry of `COMMANDS`: a coroutine function whose docstring
is its help. What it acts on is the `Front` (front.py). table.py holds them all together.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from polyrepl.lisp.analyze.names import suggest
from polyrepl.lisp.records import Record

from ..complete.completer import Candidate, ranked
from ..complete.modules import files
from ..config import names
from .front import Front


class Quit(Exception):
    """`,quit` was typed."""


Action = Callable[[Front, str], Awaitable[None]]


class Command(Record):
    """One command; the first line of its docstring is `usage: summary`."""

    __slots__ = ("action", "doc", "name", "summary", "takes", "usage")
    __match_args__ = ("name", "action", "usage", "summary", "doc", "takes")

    def __init__(
        self, name: str, action: Action, usage: str, summary: str, doc: str, takes: str = ""
    ) -> None:
        self.name = name
        self.action = action
        self.usage = usage
        self.summary = summary
        self.doc = doc
        self.takes = takes

    @property
    def needs_argument(self) -> bool:
        """Optional arguments stand in square brackets."""
        return " " in self.usage and "[" not in self.usage


COMMANDS: dict[str, Command] = {}
_CALLED = re.compile(r",?(\S*)(.*)", re.DOTALL)  # a name up to the first blank or line end, and what follows

ELSEWHERE = {
    **dict.fromkeys(("pst", "traceback", "tb", "backtrace", "stacktrace", "trace"), "bt"),
    **dict.fromkeys(("exit", "q", "bye", "x", "repl/quit", "cljs/quit"), "quit"),
    **dict.fromkeys(("?", "h", "commands", "lsmagic", "magic", "quickref"), "help"),
    **dict.fromkeys(("d", "describe", "info", "i", "pinfo", "pdoc", "pdef", "man"), "doc"),
    **dict.fromkeys(("src", "psource", "pfile", "pinfo2"), "source"),
    **dict.fromkeys(("a", "find", "find-doc", "psearch"), "apropos"),
    **dict.fromkeys(("macroexpand", "macroexpand-1", "mc"), "expand"),
    **dict.fromkeys(("l", "ld", "run", "load-file", "include"), "load"),
    **dict.fromkeys(("r", "require", "refresh"), "reload"),
    **dict.fromkeys(("load_ext", "load-ext"), "autoreload"),
    **dict.fromkeys(("whos", "who_ls", "dir", "ls", "locals", "b", "bindings"), "who"),
    **dict.fromkeys(("hist", "rerun", "recall", "rep"), "history"),
    **dict.fromkeys(("page",), "more"),
    **dict.fromkeys(("logstart", "logon", "transcript", "tee"), "log"),
    **dict.fromkeys(("_", "result", "results", "last"), "out"),
    **dict.fromkeys(("shell", "system", "sx", "pip", "conda", "!"), "sh"),
    **dict.fromkeys(("chdir", "pwd"), "cd"),
    **dict.fromkeys(("bench", "benchmark"), "timeit"),
    **dict.fromkeys(("prun", "prof"), "profile"),
    **dict.fromkeys(("t", "typeof", "class"), "type"),
    **dict.fromkeys(("clear", "break"), "reset"),
    **dict.fromkeys(("e", "editor", "ed"), "edit"),
    **dict.fromkeys(("config", "option", "options", "colors", "matplotlib"), "set"),
    **dict.fromkeys(("python", "python3"), "py"),
    **dict.fromkeys(("javascript", "node"), "js"),
    **dict.fromkeys(("disassemble", "dis", "compile"), "compiled"),
}
"""What commands are called at other prompts, and what they are called here."""

_OF_OTHERS = re.compile(r"(?:%(?=%))?([%.:\\])([A-Za-z?!][\w/?-]*)([ \t][^\n]*)?")
_NOT_MEANT = {("%", "env")}  # shows the environment of the process


def command(name: str, takes: str = "") -> Callable[[Action], Action]:
    """Register a command. `takes` says what completes its argument: name, file, form, setting, command."""

    def register(action: Action) -> Action:
        doc = (action.__doc__ or "").strip()
        usage, _, summary = doc.partition("\n")[0].partition(": ")
        COMMANDS[name] = Command(name, action, usage, summary, doc, takes)
        return action

    return register


async def run_command(front: Front, line: str) -> None:
    """Run `,name argument`.

    Raises:
        Quit: for `,quit`.
    """
    called = _CALLED.match(line)
    assert called is not None  # it matches everything
    name, argument = called[1], called[2].strip()
    found = COMMANDS.get(name)
    if found is not None:
        if not argument and found.needs_argument:
            front.complain(f"usage: {found.usage}")
        else:
            await found.action(front, argument)
        return
    front.complain(unknown(name))


def unknown(name: str) -> str:
    """What is said of a command that there is not."""
    close = ELSEWHERE.get(name) or suggest(name, COMMANDS)
    hint = f"did you mean ,{close}?" if close else ",help lists them"
    return f"unknown command ,{name}: {hint}"


def of_other_prompts(line: str, signs: str) -> str | None:
    """What is said of a line that is a command of another prompt (`%timeit f`, `.load x`, `:quit`), where we
    have one for it; None for any other line.

    Args:
        line: as it was typed.
        signs: which of `%`, `.`, `:` and a backslash it may begin with.
    """
    found = _OF_OTHERS.fullmatch(line.strip())
    if found is None or found[1] not in signs or (found[1], found[2]) in _NOT_MEANT:
        return None
    name = found[2] if found[2] in COMMANDS else ELSEWHERE.get(found[2])
    # A keyword is a value: only what nobody would want as one.
    if name is None or (found[1] == ":" and not (found[3] or found[2] in ("q", "quit", "exit", "help"))):
        return None
    return f"here {line.strip().split()[0]} is ,{name}: {COMMANDS[name].summary}"


def complete_command(text: str, cursor: int, folder: Path) -> tuple[int, list[Candidate]] | None:
    """Completion of a command's name or argument; None where that is text of one of the languages.

    Args:
        text: the line, which begins with a comma.
        folder: where a file's name without one is looked for.
    """
    word, blank, _ = text[:cursor].partition(" ")
    if not blank:
        found = [Candidate("," + entry.name, "command", entry.summary) for entry in sorted_commands()]
        return 0, ranked(word, found)
    name = word[1:]
    command = COMMANDS.get(name)
    start = len(word) + 1
    typed = text[start:cursor]
    if command is None or command.takes in ("", "form", "name"):
        return None
    if command.takes == "file":
        return start, [Candidate(path, "file") for path in files(typed, folder)]
    if command.takes == "command":
        known = [Candidate(entry.name, "command", entry.summary) for entry in COMMANDS.values()]
    else:
        known = [Candidate(key, "setting", entry.metadata["help"]) for key, entry in names().items()]
    return start, [candidate for candidate in known if candidate.text.startswith(typed)]


def sorted_commands() -> list[Command]:
    return [COMMANDS[name] for name in sorted(COMMANDS)]
