"""A person at the prompt, for tests: key strokes through prompt_toolkit's own pipe input.

In: an Editor made over a pipe, and keys. Out: what was submitted, the buffer, the styles on screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from polyrepl.repl.complete.completer import Candidate
from polyrepl.repl.complete.modes import Mode
from polyrepl.repl.config import Config
from polyrepl.repl.terminal.editor import Editor
from polyrepl.repl.terminal.history import FormHistory, open_history
from processes import until
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

ENTER = "\r"
ALT = "\x1b"
ALT_ENTER = "\x1b\r"
CTRL_C, CTRL_D, CTRL_R = "\x03", "\x04", "\x12"
UP, DOWN, LEFT, RIGHT = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C"
ALT_RIGHT, ALT_LEFT = "\x1b[1;3C", "\x1b[1;3D"
BACKSPACE = "\x7f"
TAB = "\t"
HOME = "\x01"


def pasted(text: str) -> str:
    """A bracketed paste, as a terminal sends it."""
    return "\x1b[200~" + text + "\x1b[201~"


class KnownServices:
    """Services that answer from tables."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self.table: dict[str, str] = dict(names or {"let": "special", "defn": "definer", "inc": "function"})
        self.candidates: list[Candidate] = []
        self.start = 0
        self.shape: tuple[str, int] | None = None
        self.docs: dict[str, str] = {}

    def names(self) -> Mapping[str, str]:
        return self.table

    async def complete(self, text: str, cursor: int, mode: Mode) -> tuple[int, list[Candidate]]:
        return self.start, self.candidates

    async def signature(self, text: str, cursor: int, mode: Mode) -> tuple[str, int] | None:
        return self.shape

    async def doc(self, text: str, cursor: int, mode: Mode) -> str | None:
        return self.docs.get(text)


class Hands:
    """An editor over a pipe. Use as a context manager inside of a running loop."""

    def __init__(self, config: Config | None = None, history: Path | None = None) -> None:
        self._stack = ExitStack()
        self.pipe = self._stack.enter_context(create_pipe_input())
        self.services = KnownServices()
        self.said: list[str] = []
        past = open_history(history, self.said.append) if history else FormHistory(None, self.said.append)
        self.editor = Editor(self.services, config or Config(), past, input=self.pipe, output=DummyOutput())

    def __enter__(self) -> Hands:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    async def type(self, *keys: str, within: float = 10) -> str:
        """Type the keys; returns what was submitted. Raises what the prompt raises."""
        for part in keys:
            self.pipe.send_text(part)
        async with asyncio.timeout(within):
            return await self.editor.read()

    async def buffer_after(self, *keys: str) -> str:
        """Type the keys and return the buffer with | at the cursor, then cancel."""
        buffer = self.editor.session.default_buffer
        seen: list[str] = []

        async def watch() -> None:
            # The pipe is read in the loop's turns; F12 is bound to nothing and marks the end of the keys.
            app = self.editor.session.app
            done = asyncio.Event()

            @self.editor.session.key_bindings.add("f12")  # type: ignore[union-attr]
            def _(event: object) -> None:
                done.set()

            for part in (*keys, "\x1b[24~"):
                self.pipe.send_text(part)
            await asyncio.wait_for(done.wait(), 10)
            text, at = buffer.text, buffer.cursor_position
            seen.append(text[:at] + "|" + text[at:])
            app.exit(result="")

        reading = asyncio.ensure_future(self.editor.read())
        await until(lambda: self.editor.session.app.is_running)
        await watch()
        await reading
        return seen[0]
