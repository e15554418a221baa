"""The line editor: prompt_toolkit put together with our scan, keys, completion and history.

In: `Services` (what the session knows) and a `Config`. Out: `Editor.read()`, one submitted text a call.
Nothing here needs a running Node: the services answer asynchronously or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from typing import Protocol

from prompt_toolkit import PromptSession
from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Always, Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output
from prompt_toolkit.styles import DummyStyle, Style

from ..colors import PYGMENTS, RULES
from ..complete import modes
from ..complete.completer import Candidate
from ..complete.lines import Lines
from ..config import Config
from ..prose import wrapped
from .beside import Beside
from .editor_lexer import EditorLexer, ModeLexer
from .history import FormHistory, SuggestForm
from .keys import bindings
from .lending import Keyboard
from .matching import MatchingBrackets
from .watched import WatchedInput

CONTINUATION = ".. "
SIGNATURE_WIDTH = 200


class Services(Protocol):
    """What the editor asks of the session; every answer may be empty."""

    def names(self) -> Mapping[str, str]:
        """Every name that means something, with its kind."""

    async def complete(self, text: str, cursor: int, mode: modes.Mode) -> tuple[int, list[Candidate]]:
        """Where the word before the cursor begins, and what it may become."""

    async def signature(self, text: str, cursor: int, mode: modes.Mode) -> tuple[str, int] | None:
        """The call shape of the function around the cursor, and which argument the cursor is in."""

    async def doc(self, text: str, cursor: int, mode: modes.Mode) -> str | None:
        """Documentation of the name under the cursor."""


class Editor:
    """The prompt of a session.

    Args:
        services: what the session knows.
        config: the user's settings; changes hold from the next key stroke on.
        history: where submitted forms go.
        color: draw in colour.
        javascript: says whether a JavaScript text is complete.
        input, output: for tests; the terminal if None.
    """

    def __init__(
        self,
        services: Services,
        config: Config,
        history: FormHistory,
        *,
        color: bool = True,
        javascript: modes.JavaScriptStatus | None = None,
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self.services = services
        self.config = config
        self.javascript = javascript
        self.mode: modes.Mode = "lisp"
        self.lines = Lines()
        self._hint: tuple[str, int] | None = None
        self._asked: tuple[str, int] | None = None
        self._asking: asyncio.Task[None] | None = None
        lisp = EditorLexer(self.lines, self._names)
        self._matching = MatchingBrackets(self.lines)
        style = Style.from_dict(RULES | PYGMENTS) if color else DummyStyle()
        self.session: PromptSession[str] = PromptSession(
            self._prompt,
            multiline=True,
            key_bindings=bindings(self),
            lexer=ModeLexer(lambda text: modes.mode_of(text, self.mode), lisp),
            style=style,
            include_default_pygments_style=False,
            prompt_continuation=lambda width, line, soft: [
                ("class:continuation", " " * width if soft else CONTINUATION.rjust(width))
            ],
            history=history,
            auto_suggest=SuggestForm() if config.suggest else None,
            completer=ServiceCompleter(self),
            complete_while_typing=Condition(lambda: config.complete_while_typing),
            complete_in_thread=False,
            input_processors=[self._matching],
            bottom_toolbar=self._toolbar,
            enable_open_in_editor=True,
            enable_suspend=True,
            tempfile_suffix=".lisp",
            editing_mode=EditingMode.VI if config.editing == "vi" else EditingMode.EMACS,
            reserve_space_for_menu=6,
            input=WatchedInput(sys.stdin) if input is None else input,
            output=output,
        )
        # Up and Down look for forms that begin like what is typed. (Given to PromptSession, this switches
        # completion while typing off.)
        self.session.default_buffer.enable_history_search = Always()
        self.session.default_buffer.on_cursor_position_changed += lambda _: self._ask_signature()

    async def read(self, default: str = "", before: Callable[[], None] | None = None) -> str:
        """One submitted text. A terminal is raw by then: see `raw`.

        Raises:
            KeyboardInterrupt: Ctrl-C; EOFError: Ctrl-D on an empty line.
        """
        self.session.editing_mode = EditingMode.VI if self.config.editing == "vi" else EditingMode.EMACS
        self.session.auto_suggest = SuggestForm() if self.config.suggest else None
        self._hint = self._asked = None
        try:
            # What fails beside the prompt is told above it; the editor's own handler would wait for Enter.
            with Keyboard(Beside(self.session.app)).waiting():
                return await self.session.prompt_async(
                    default=default, handle_sigint=False, pre_run=before, set_exception_handler=False
                )
        finally:
            if self._asking is not None:
                self._asking.cancel()

    @contextlib.contextmanager
    def raw(self) -> Iterator[None]:
        """The terminal raw while inside, for one `read` or for several in a row.

        prompt_toolkit handles keys typed ahead before it has the terminal raw: with Ctrl-L among them the
        terminal's answer (where the cursor is) would be echoed.
        """
        input = self.session.input
        with input.raw_mode():
            take_typed_ahead(input)
            # Ctrl-C, a key by now, still reaches code of the program's that keeps the event loop.
            with input.watching() if isinstance(input, WatchedInput) else contextlib.nullcontext():
                yield

    def heeded(self) -> None:
        """A Ctrl-C has been for something else: it is no key any more."""
        if isinstance(self.session.input, WatchedInput):
            self.session.input.heeded()

    # -- what is drawn ---------------------------------------------------------------------------

    def _names(self) -> Mapping[str, str]:
        return self.services.names()

    def _prompt(self) -> StyleAndTextTuples:
        self._matching.active = modes.mode_of(self.session.default_buffer.text, self.mode) == "lisp"
        if self.mode == "lisp":
            return [("class:prompt", self.config.prompt)]
        return [(f"class:prompt.{self.mode}", modes.PROMPTS[self.mode])]

    def _toolbar(self) -> StyleAndTextTuples:
        if self._hint is None:
            name = modes.NAMES[self.mode]
            vi = " vi" if self.config.editing == "vi" else ""
            return [("", f"{name}{vi}  F1 doc  Alt-Enter new line  ,help")]
        return signature_fragments(*self._hint)

    # -- what the cursor is on -------------------------------------------------------------------

    def _ask_signature(self) -> None:
        """Ask for the signature around the cursor; one question at a time, the newest wins."""
        buffer = self.session.default_buffer
        key = (buffer.text, buffer.cursor_position)
        if key == self._asked:
            return
        self._asked = key
        if self._asking is not None:
            self._asking.cancel()
        with contextlib.suppress(RuntimeError):  # no loop: the buffer is being reset between prompts
            self._asking = asyncio.get_running_loop().create_task(self._find_signature(*key))

    async def _find_signature(self, text: str, cursor: int) -> None:
        await asyncio.sleep(0.03)  # typing goes on: the answer for a place just left is of no use
        hint = None
        with contextlib.suppress(Exception):
            hint = await self.services.signature(text, cursor, modes.mode_of(text, self.mode))
        if hint != self._hint:
            self._hint = hint
            self.session.app.invalidate()

    def show_doc(self) -> None:
        """Print the documentation of the name under the cursor above the prompt."""
        buffer = self.session.default_buffer
        text, cursor = buffer.text, buffer.cursor_position

        async def show() -> None:
            try:
                found = await self.services.doc(text, cursor, modes.mode_of(text, self.mode))
            except Exception as error:
                found = f"no documentation: {error}"
            width = self.session.output.get_size().columns
            await run_in_terminal(lambda: print(wrapped(found or "no documentation here", width)))

        self.session.app.create_background_task(show())


def take_typed_ahead(input: Input) -> None:
    """Keep what was typed while the terminal was not raw for the prompt; called when it has just become so.

    A Ctrl-D among it has become a NUL: that is how the kernel hands on the end of input that nobody has read.
    (In raw mode a NUL is Ctrl-Space.)
    """
    try:
        if not os.isatty(input.fileno()):
            return
    except (NotImplementedError, OSError, ValueError):
        return
    keys = [
        KeyPress(Keys.ControlD, "\x04") if press.key == Keys.ControlAt else press
        for press in input.read_keys()
    ]
    store_typeahead(input, keys)


def signature_fragments(shape: str, argument: int) -> StyleAndTextTuples:
    """A call shape with the argument under the cursor marked (-1: none)."""
    shape = shape if len(shape) <= SIGNATURE_WIDTH else shape[: SIGNATURE_WIDTH - 1] + "…"
    parts = shape.split(" ")
    # Python's marks of how arguments may be given take no argument themselves.
    places = [at for at, part in enumerate(parts) if part not in ("/", "*", "/)", "*)")]
    if not 0 < argument < len(places):
        return [("class:toolbar.signature", shape)]
    argument = places[argument]
    marked: StyleAndTextTuples = [("class:toolbar.signature", " ".join(parts[:argument]) + " ")]
    marked.append(("class:toolbar.argument", parts[argument]))
    rest = " ".join(parts[argument + 1 :])
    if rest:
        marked.append(("class:toolbar.signature", " " + rest))
    return marked


class ServiceCompleter(Completer):
    """Completion as prompt_toolkit asks for it: never blocks, answers when the services do."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        return []

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        text, cursor = document.text, document.cursor_position
        editor = self.editor
        start, found = await editor.services.complete(text, cursor, modes.mode_of(text, editor.mode))
        for candidate in found:
            yield Completion(
                candidate.text,
                start_position=start - cursor,
                display=candidate.shown or candidate.text,
                display_meta=candidate.meta,
            )
