"""Commands about the prompt itself: ,help ,quit.

In: the front end and the command's argument. Out: printed text; the end.
"""

from __future__ import annotations

from ..prose import row, wrapped
from .front import Front
from .registry import COMMANDS, Quit, command, unknown


@command("help", "command")
async def help_(front: Front, argument: str) -> None:
    """,help [command]: the commands, or one of them in full"""
    width = front.width()
    if argument:
        name = argument.lstrip(",")
        found = COMMANDS.get(name)
        if found is None:
            front.complain(f"{unknown(name)}; ,doc tells of functions")
        else:
            front.say(wrapped(found.doc, width))
        return
    at = max(len(entry.usage) for entry in COMMANDS.values()) + 4
    for entry in COMMANDS.values():
        front.say(row("  " + entry.usage, entry.summary, at, width))


@command("quit")
async def quit_(front: Front, argument: str) -> None:
    """,quit: leave (so does Ctrl-D)"""
    raise Quit
