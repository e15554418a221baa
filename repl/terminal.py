"""The interactive loop: read a text, run it in its language, show what comes of it.

In: a Session and a person. Out: an exit code. Editing is editor.py's, showing showing.py's; here is what
lies between them: the loop, the three languages, interrupts, leaving.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from types import FrameType

from polyrepl.lisp.errors import excerpts_within
from prompt_toolkit.patch_stdout import patch_stdout

from . import config as settings
from . import figures, modes
from .colors import paint, wants_color
from .commands import Quit, run_command
from .commands_code import precise
from .editor import Editor
from .events import Event, Exit, Problem, Value
from .history import open_history
from .names import SESSION_NAMES, user_globals
from .plain import PlainEditor
from .polyglot import JavaScript, Python
from .services import SessionServices
from .session import Session, ends_unit
from .showing import Showing
from .status import Status
from .waking import Waker, sigint_to

FORMS_KEPT = 10_000
WORDS = {"exit": ",quit", "quit": ",quit", "help": ",help", "?": ",help"}


class Leave(Exception):
    """The session is over with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Terminal:
    """One interactive session. The commands act on it.

    Args:
        session: started.
        init: read config.toml and init.lisp.
    """

    def __init__(self, session: Session, *, init: bool = True) -> None:
        self.session = session
        session.limits = {"maxItems": 5, "maxDepth": 2, "maxString": 200, "maxTotal": 100}
        self.color = wants_color(sys.stdout)
        self.config, self._init_file, complaint = load_settings(init)
        self.services = SessionServices(session)
        self.showing = Showing(self.services, self.config, self.color)
        session.page_options = self.showing.page_options
        if complaint:
            self.complain(complaint)
        self.editor = self._make_editor()
        self.status = Status(sys.stdout, self.color)
        self.python = Python(self)
        self.javascript = JavaScript(self)
        self.python_names = frozenset(self.services.main()) | {"js"}
        self.ran: list[str] = []
        self.sources: dict[str, str] = {}
        self.loaded: Path | None = None
        self.last_error: Problem | None = None
        self._count = 0
        self._asked_to_leave = False
        self._waker: Waker | None = None
        if self.config.figures == "inline":
            figures.draw_with(self.showing.figure)

    def _make_editor(self) -> Editor | PlainEditor:
        if os.environ.get("TERM", "dumb") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return PlainEditor(self.config)
        folder = settings.state_folder() if self.config.history else None
        history = open_history(folder, self.complain)
        return Editor(self.services, self.config, history, color=self.color)

    # -- saying ----------------------------------------------------------------------------------

    def say(self, text: str, *, language: str = "") -> None:
        """Print a text, in the colours of its language."""
        if language and self.color:
            from .code_colors import colored

            text = colored(text, language)
        print(text, flush=True)

    def note(self, text: str) -> None:
        """Print a remark."""
        print(paint(text, "90", self.color), flush=True)

    def complain(self, text: str) -> None:
        """Print what went wrong."""
        color = wants_color(sys.stderr)
        print(paint(text, "31", color), file=sys.stderr, flush=True)

    def switch(self, mode: modes.Mode) -> None:
        """Let the prompt speak another language."""
        self.editor.mode = mode
        if mode != "lisp":
            self.note(f"{modes.NAMES[mode]}; Backspace on an empty line or ,lisp returns to Lisp")

    # -- the loop --------------------------------------------------------------------------------

    async def loop(self) -> int:
        """Prompt until Ctrl-D, `,quit` or `(exit n)`; returns the exit code."""
        # Ctrl-C stops whatever of the user's runs; at the prompt it is a key.
        with sigint_to(self._interrupt, asyncio.get_running_loop()) as self._waker:
            try:
                await self.initialize()
                while True:
                    text = await self._read()
                    if text is None:
                        return 0
                    await self.submit(text)
            except Leave as leave:
                return leave.code
            except Quit:
                return 0

    async def initialize(self) -> None:
        """Run init.lisp."""
        file = self._init_file
        if file is None or not file.is_file():
            return
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.complain(f"{file}: {error}")
            return
        if await self.run_lisp(text, str(file), values=False) is None:
            self.complain(f"{file} did not run to its end")

    async def _read(self) -> str | None:
        """The next text; None to leave."""
        while True:
            try:
                # Raw also from a prompt that Ctrl-C ends to the next: keys that come then are not echoed.
                with self.editor.raw():
                    text = await self._typed()
            except EOFError:
                if not self._asked_to_leave and (waiting := await self.services.pending()):
                    self._asked_to_leave = True
                    self.note(f"still running: {', '.join(waiting)}. Ctrl-D again leaves")
                    continue
                return None
            self._asked_to_leave = False
            if text.strip():
                return text

    async def _typed(self) -> str:
        """What is submitted, after whatever is cancelled."""
        while True:
            try:
                with patch_stdout(raw=True):
                    return await self.editor.read(before=self._warm_up)
            except KeyboardInterrupt:
                self._asked_to_leave = False

    def _warm_up(self) -> None:
        """Once the prompt is drawn: what completion and printing need of Node."""

        async def load() -> None:
            await asyncio.sleep(0)
            with contextlib.suppress(Exception):
                self.services.warm_up()

        if not self.services.warm:
            self._warming = asyncio.get_running_loop().create_task(load())

    async def submit(self, text: str) -> None:
        """Do what was typed, and show what comes of it.

        Raises:
            Leave: `(exit n)`; Quit: `,quit`.
        """
        start = time.perf_counter()
        text = self._meant(text)
        if self._waker is not None:
            self._waker.install()
        self.services.remember(text)
        try:
            with excerpts_within(self.showing.width()):
                await self._do(text)
        except (Leave, Quit):
            raise
        except KeyboardInterrupt:
            self.complain("Interrupted")
        except Exception:
            # A mistake of ours must not cost the person their session.
            self.complain("polyrepl: internal error\n" + traceback.format_exc())
        if self.config.time:
            self.note(precise(time.perf_counter() - start))

    async def _do(self, text: str) -> None:
        if text.startswith(","):
            await run_command(self, text)
        elif self.editor.mode == "py":
            await self.run_python(text)
        elif self.editor.mode == "js":
            await self.run_javascript(text)
        else:
            await self.run_lisp(text)

    def _meant(self, text: str) -> str:
        """`exit`, `quit` and `help` alone are commands, as at other prompts, unless the user defined them."""
        word = text.strip()
        if word not in WORDS:
            return text
        known = set(user_globals(self.session.compiler)) - set(SESSION_NAMES)
        return text if word in known | set(self.services.main()) - self.python_names else WORDS[word]

    # -- running ---------------------------------------------------------------------------------

    async def run_lisp(self, text: str, name: str | None = None, *, values: bool = True) -> Value | None:
        """Run Lisp and show what comes of it. Returns the last value, None after a problem.

        Raises:
            Leave: `(exit n)`.
        """
        if name is None:
            self._count += 1
            name = f"In[{self._count}]"
        last = await self._show(self.session.eval(text, name), values)
        if last is not None:
            self._keep(text, name)
        return last

    async def run_python(self, text: str) -> None:
        """Run Python in `__main__` and show the value of its last expression."""
        await self._show(self.python.run(text), True)

    async def run_javascript(self, text: str) -> None:
        """Run JavaScript in the global scope and show its value."""
        await self._show(self.javascript.run(text), True)

    async def value_of(self, text: str) -> Value | None:
        """The value of a Lisp form, not shown; a problem is."""
        shown: Value | None = None
        with self.status.running():
            async with contextlib.aclosing(self.session.eval(text, "<form>")) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, Value):
                        shown = event
                    else:
                        if isinstance(event, Problem) and event.severity == "error":
                            self.last_error = event
                        self.showing.event(event)
                        if isinstance(event, Exit):
                            raise Leave(event.code)
        return shown

    async def _show(self, source: AsyncIterator[Event], values: bool) -> Value | None:
        last: Value | None = Value("", quiet=True)
        with self.status.running():
            async with contextlib.aclosing(source) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, Exit):
                        raise Leave(event.code)
                    if isinstance(event, Value):
                        last = event
                    elif isinstance(event, Problem) and event.severity == "error":
                        self.last_error = event
                    if values or not isinstance(event, Value):
                        self.status.fresh_line()
                        self.showing.event(event)
                    if ends_unit(event):
                        last = None
            with contextlib.suppress(Exception):
                figures.flush()
        return last

    def _keep(self, text: str, name: str) -> None:
        """Remember what ran for `,save`, and where names are defined for `,source`."""
        from polyrepl.lisp.special_import import defined_name

        self.ran.append(text)
        del self.ran[:-FORMS_KEPT]
        with contextlib.suppress(Exception):
            for form in self.session.compiler.read(text, name):
                defined = defined_name(form)
                if defined is not None and form.span is not None:
                    self.sources[defined.name] = f"; {form.span!r}\n{form.span.text}"

    # -- interrupts ------------------------------------------------------------------------------

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.session.running:
            self.session.interrupt()
        elif not self.python.interrupt() and isinstance(self.editor, PlainEditor):
            self.editor.cancel()


def load_settings(init: bool) -> tuple[settings.Config, Path | None, str]:
    """(settings, init.lisp, complaint). A broken file is complained of, and the defaults hold."""
    if not init:
        return settings.Config(), None, ""
    folder = settings.config_folder()
    try:
        return settings.load(folder / "config.toml"), folder / "init.lisp", ""
    except settings.ConfigError as error:
        return settings.Config(), folder / "init.lisp", f"{error} (the defaults are used)"


async def interact(session: Session, *, init: bool = True, last_error: Problem | None = None) -> int:
    """Prompt until the person leaves; returns the exit code. `last_error` ended the program before it."""
    terminal = Terminal(session, init=init)
    terminal.last_error = last_error
    print(banner())
    return await terminal.loop()


def banner() -> str:
    """One line at the start of an interactive session."""
    from importlib.metadata import version

    return f"polyrepl {version('polyrepl')}   ,help for commands   Ctrl-D to leave"
