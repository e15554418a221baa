"""The interactive loop: read with prompt_toolkit, evaluate with Session, show.

In: a Session and a person. Out: an exit code.

Enter submits exactly when the reader says that the text is complete; otherwise it makes a new line,
indented as the form asks. Alt-Enter always makes a new line.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

from polyrepl.lisp.indent import indent_for
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion, ThreadedCompleter
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.patch_stdout import patch_stdout
from prompt_toolkit.styles import style_from_pygments_cls
from pygments.styles import get_style_by_name

from .commands import Quit, run_command
from .events import Exit
from .highlight import PolyreplLexer
from .script import show
from .session import Session, ends_unit

PROMPT = "=> "
CONTINUATION = ".. "
STYLE = "default"


async def interact(session: Session) -> int:
    """Prompt until Ctrl-D, `,quit` or `(exit n)`; returns the exit code."""
    prompt = make_prompt(session)
    print(banner())
    count = 0
    while True:
        try:
            with patch_stdout(raw=True):
                text = await prompt.prompt_async(handle_sigint=False)
        except KeyboardInterrupt:
            continue  # Ctrl-C cancels the edit
        except EOFError:
            return 0
        if not text.strip():
            continue
        count += 1
        try:
            code = await evaluate(session, text, f"In[{count}]")
        except KeyboardInterrupt:
            print("Interrupted", file=sys.stderr)
            continue
        if code is not None:
            return code


async def evaluate(session: Session, text: str, name: str) -> int | None:
    """Run one input; returns an exit code when the session is to end."""
    if text.lstrip().startswith(","):
        try:
            await run_command(session, text.strip())
        except Quit:
            return 0
        return None
    async with contextlib.aclosing(session.eval(text, name)) as events:  # type: ignore[type-var]
        async for event in events:
            show(event)
            if isinstance(event, Exit):
                return event.code
            if ends_unit(event):
                return None
    return None


def make_prompt(session: Session) -> PromptSession[str]:
    """The line editor: keys, colours, completion and history."""
    return PromptSession(
        PROMPT,
        multiline=True,
        key_bindings=keys(session),
        lexer=PygmentsLexer(PolyreplLexer, sync_from_start=True),
        style=style_from_pygments_cls(get_style_by_name(STYLE)),
        include_default_pygments_style=False,
        prompt_continuation=lambda width, line, soft: " " * (width - len(CONTINUATION)) + CONTINUATION,
        history=history(),
        completer=ThreadedCompleter(SessionCompleter(session)),
        complete_while_typing=False,
        enable_history_search=True,
    )


def keys(session: Session) -> KeyBindings:
    """Enter by the reader's verdict, Alt-Enter for a new line."""
    bindings = KeyBindings()

    def new_line(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        indent = indent_for(buffer.text, buffer.cursor_position)
        buffer.insert_text("\n" + " " * indent)

    @bindings.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = buffer.text
        whole = text.lstrip().startswith(",") or session.status(text).kind != "incomplete"
        if whole and not buffer.document.text_after_cursor.strip():
            buffer.validate_and_handle()
        else:
            new_line(event)

    @bindings.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        new_line(event)

    return bindings


class SessionCompleter(Completer):
    """Session.complete as prompt_toolkit asks for it."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> list[Completion]:
        start, found = self.session.complete(document.text, document.cursor_position)
        offset = start - document.cursor_position
        return [Completion(text, start_position=offset) for text in found]


def history() -> History:
    """History in the platform's state folder; in memory where that can not be written."""
    from platformdirs import user_state_path

    try:
        folder = Path(user_state_path("polyrepl", ensure_exists=True))
        file = folder / "history"
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        print(f"polyrepl: history is not kept: {error.strerror}", file=sys.stderr)
        return InMemoryHistory()
    return FileHistory(str(file))


def banner() -> str:
    """One line at the start of an interactive session."""
    from importlib.metadata import version

    return f"polyrepl {version('polyrepl')}   ,help for commands   Ctrl-D to leave"
