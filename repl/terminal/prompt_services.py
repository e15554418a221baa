"""What the editor asks: of the session, and of the table of commands where a line begins with a comma.

In: a text and a cursor. Out: candidates.
"""

from __future__ import annotations

from ..commands.registry import complete_command
from ..complete.completer import Candidate
from ..complete.modes import Mode
from ..complete.services import SessionServices


class PromptServices(SessionServices):
    """The answers for one session at a prompt; see `editor.Services`."""

    async def complete(self, text: str, cursor: int, mode: Mode) -> tuple[int, list[Candidate]]:
        """Candidates in the language of the text, or for a command."""
        if text.startswith(","):
            command = complete_command(text, cursor, self.folder())
            if command is not None:
                return command
        return await super().complete(text, cursor, mode)
