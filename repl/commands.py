"""Commands of the prompt: lines that begin with a comma.

In: the line. Out: printed text. Each command is a function whose docstring is its help.
"""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable

from polyrepl.lisp.errors import LispError, render

from .session import Session


class Quit(Exception):
    """`,quit` was typed."""


Command = Callable[[Session, str], Awaitable[None]]


async def help_(session: Session, argument: str) -> None:
    """list the commands"""
    width = max(map(len, COMMANDS))
    for name, command in COMMANDS.items():
        print(f"  ,{name:<{width}}  {command.__doc__}")


async def js(session: Session, argument: str) -> None:
    """show the JavaScript a form compiles to: ,js (defn f (x) (+ x 1))"""
    try:
        print(session.compiled_text(argument))
    except LispError as error:
        print(render(error))


async def doc(session: Session, argument: str) -> None:
    """show what a name does: ,doc map"""
    print(session.doc(argument.strip()) or f"no documentation for {argument.strip()}")


async def backtrace(session: Session, argument: str) -> None:
    """show all of the last error's stack"""
    last = session.trace.last
    print("no error yet" if last is None else last.backtrace or last.text)


async def reset(session: Session, argument: str) -> None:
    """forget all Lisp and JavaScript state; Python's objects stay"""
    session.reset()
    print("Node was restarted; Python objects are still there")


async def quit_(session: Session, argument: str) -> None:
    """leave"""
    raise Quit


COMMANDS: dict[str, Command] = {
    "help": help_,
    "doc": doc,
    "js": js,
    "bt": backtrace,
    "reset": reset,
    "quit": quit_,
}


async def run_command(session: Session, line: str) -> None:
    """Run `,name argument`.

    Raises:
        Quit: for `,quit`.
    """
    name, _, argument = line.removeprefix(",").partition(" ")
    command = COMMANDS.get(name)
    if command is not None:
        await command(session, argument)
        return
    close = difflib.get_close_matches(name, COMMANDS, 1)
    hint = f"did you mean ,{close[0]}?" if close else ",help lists them"
    print(f"unknown command ,{name}: {hint}")
