"""All commands: who imports the table from here has it full.

In: the files that register their commands. Out: `COMMANDS`, in the order in which ,help lists them.
"""

from __future__ import annotations

from . import about, code, habits, renewing, state
from .registry import COMMANDS, Command, Quit, of_other_prompts, run_command

__all__ = [
    "COMMANDS",
    "Command",
    "Quit",
    "about",
    "code",
    "habits",
    "of_other_prompts",
    "renewing",
    "run_command",
    "state",
]
