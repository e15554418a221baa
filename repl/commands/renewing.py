"""Commands that load again what was edited: ,reload ,autoreload.

In: the front end and the command's argument. Out: printed text, and a session with the new definitions.
"""

from __future__ import annotations

from .front import Front
from .registry import command
from .state import load


@command("reload", "name")
async def reload(front: Front, argument: str) -> None:
    """,reload [name]: load an import again, and what has changed; alone: run the last loaded file again

    The name is what a Lisp file, a JavaScript module or a Python module was imported as, or a path. The
    program's other files that have changed since they were loaded are loaded again too, and those that import
    them. Definitions by `defonce` keep what they hold.
    """
    if not argument and front.session.reflection.answers.loaded is not None:
        await load(front, "")
        return
    try:
        await front.reload(argument)
    except LookupError as error:
        front.complain(str(error))


@command("autoreload")
async def autoreload(front: Front, argument: str) -> None:
    """,autoreload [on|off]: load what was imported again when it is saved, before the next form"""
    try:
        front.note(await front.reload_when_saved(argument))
    except ValueError as error:
        front.complain(str(error))
