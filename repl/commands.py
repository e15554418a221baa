"""Commands of the prompt: lines that begin with a comma.

In: the line. Out: printed text. A command is one entry of `COMMANDS`: a coroutine function whose docstring
is its help. What they act on is the `Terminal`. The longer ones live in commands_code.py and
commands_state.py.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .completer import Candidate
from .modules import files
from .prose import row, wrapped

if TYPE_CHECKING:
    from .services import SessionServices
    from .terminal import Terminal


class Quit(Exception):
    """`,quit` was typed."""


Action = Callable[["Terminal", str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """One command; the first line of its docstring is `usage: summary`."""

    name: str
    action: Action
    usage: str
    summary: str
    doc: str
    takes: str = ""

    @property
    def needs_argument(self) -> bool:
        """Optional arguments stand in square brackets."""
        return " " in self.usage and "[" not in self.usage


COMMANDS: dict[str, Command] = {}


def command(name: str, takes: str = "") -> Callable[[Action], Action]:
    """Register a command. `takes` says what completes its argument: name, file, form, setting, command."""

    def register(action: Action) -> Action:
        doc = (action.__doc__ or "").strip()
        usage, _, summary = doc.partition("\n")[0].partition(": ")
        COMMANDS[name] = Command(name, action, usage, summary, doc, takes)
        return action

    return register


async def run_command(terminal: Terminal, line: str) -> None:
    """Run `,name argument`.

    Raises:
        Quit: for `,quit`.
    """
    name, _, argument = line.removeprefix(",").partition(" ")
    name, _, more = name.partition("\n")
    argument = (more + "\n" + argument if more else argument).strip()
    found = COMMANDS.get(name)
    if found is not None:
        if not argument and found.needs_argument:
            terminal.complain(f"usage: {found.usage}")
        else:
            await found.action(terminal, argument)
        return
    terminal.complain(unknown(name))


def unknown(name: str) -> str:
    """What is said of a command that there is not."""
    close = difflib.get_close_matches(name, COMMANDS, 1)
    hint = f"did you mean ,{close[0]}?" if close else ",help lists them"
    return f"unknown command ,{name}: {hint}"


async def complete_argument(
    services: SessionServices, name: str, text: str, cursor: int
) -> tuple[int, list[Candidate]] | None:
    """Completion of a command's argument; None where it is text of one of the languages."""
    found = COMMANDS.get(name)
    start = len(name) + 2
    typed = text[start:cursor]
    if found is None or found.takes in ("", "form", "name"):
        return None
    if found.takes == "file":
        return start, [Candidate(path, "file") for path in files(typed, services.folder())]
    if found.takes == "command":
        known = [Candidate(entry.name, "command", entry.summary) for entry in COMMANDS.values()]
        return start, [candidate for candidate in known if candidate.text.startswith(typed)]
    from .config import names

    settings = [Candidate(key, "setting", entry.metadata["help"]) for key, entry in names().items()]
    return start, [candidate for candidate in settings if candidate.text.startswith(typed)]


@command("help", "command")
async def help_(terminal: Terminal, argument: str) -> None:
    """,help [command]: the commands, or one of them in full"""
    width = terminal.showing.width()
    if argument:
        name = argument.lstrip(",")
        found = COMMANDS.get(name)
        if found is None:
            terminal.complain(f"{unknown(name)}; ,doc tells of functions")
        else:
            terminal.say(wrapped(found.doc, width))
        return
    at = max(len(entry.usage) for entry in COMMANDS.values()) + 4
    for entry in COMMANDS.values():
        terminal.say(row("  " + entry.usage, entry.summary, at, width))


@command("quit")
async def quit_(terminal: Terminal, argument: str) -> None:
    """,quit: leave (so does Ctrl-D)"""
    raise Quit


# Importing them fills the table.
from . import commands_code, commands_state  # noqa: E402

__all__ = ["COMMANDS", "Command", "Quit", "command", "commands_code", "commands_state", "run_command"]
