"""The interactive loop: read a text, run it in its language, show what comes of it.

In: a Session and a person. Out: an exit code. Editing is editor.py's, showing showing.py's, Ctrl-C
interrupts.py's; here is what lies between them: the loop, the three languages, leaving.
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

import polyrepl
from polyrepl.bridge import BridgeError
from polyrepl.bridge.foreign import own
from polyrepl.lisp.forms import Form

from .. import config as settings
from ..colors import paint, wants_color
from ..commands.habits import meant
from ..commands.table import Quit, of_other_prompts, run_command
from ..complete import modes
from ..known.names import SESSION_NAMES, user_globals
from ..polyglot import JavaScript, Python
from ..prose import precise
from ..session.autoreload import Autoreload
from ..session.events import Event, Exit, Problem, Value, ends_unit, interrupted
from ..session.session import Session
from . import background, figures
from .editor import Editor
from .history import open_history
from .interrupts import Interrupts
from .plain import PlainEditor
from .prompt_services import PromptServices
from .results import Results
from .session_log import Log
from .showing import Showing
from .standing import above_the_prompt, mend
from .status import Status

FORMS_KEPT = 10_000
READ_TO_THE_END = "() => globalThis[Symbol.for('polyrepl.keyboard')]?.unused()"
WORDS = dict.fromkeys(("exit", "exit()", "quit", "quit()"), ",quit") | dict.fromkeys(("help", "?"), ",help")


class Leave(Exception):
    """The session is over with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Terminal:
    """One interactive session. The commands act on it (`commands.front.Front`).

    Args:
        session: started.
        init: read config.toml and init.lisp.
    """

    def __init__(self, session: Session, *, init: bool = True) -> None:
        self.session = session
        session.limits = {"maxItems": 5, "maxDepth": 2, "maxString": 200, "maxTotal": 100}
        self.color = wants_color(sys.stdout)
        self.config, self._init_file, complaint = load_settings(init)
        self.services = PromptServices(session)
        self.node = background.terminal_module(session.bridge)
        self.showing = Showing(session, self.config, self.color)
        session.page_options = self.showing.page_options
        if complaint:
            self.complain(complaint)
        self.editor = self._make_editor()
        self.status = Status(sys.stdout, self.color, lambda: session.bridge.pid)
        self.python = Python(session, self.services.main)
        self.javascript = JavaScript(session)
        self._autoreload = Autoreload(session, self.showing.event, self.note)
        self._results = Results(session)
        self._log = Log()
        if isinstance(self.services.main().get("Out", self._results), Results):  # the program's own stays
            self.services.main()["Out"] = self._results
        self.python_names = frozenset(self.services.main()) | {"js"}
        self.ran: list[str] = []
        self.last_error: Problem | None = None
        self._asked_to_leave = False
        self._interrupts = Interrupts(session, self.python, self.editor, lambda: self.complain("Interrupted"))
        self._keyboard_lent = False  # JavaScript has used the terminal: it must be taken back from it
        if self.config.figures == "inline":
            figures.draw_with(self.showing.figure)

    def _make_editor(self) -> Editor | PlainEditor:
        if os.environ.get("TERM", "dumb") == "dumb" or not (sys.stdin.isatty() and sys.stdout.isatty()):
            return PlainEditor(self.config, self.services.javascript_status)
        folder = settings.state_folder() if self.config.history else None
        history = open_history(folder, self.complain)
        return Editor(
            self.services, self.config, history, color=self.color, javascript=self.services.javascript_status
        )

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

    def width(self) -> int:
        """Columns of the screen."""
        return self.showing.width()

    def more(self, everything: bool) -> None:
        """Print the next part of the last long value, or all of it."""
        self.showing.more(everything)

    def switch(self, mode: modes.Mode) -> None:
        """Let the prompt speak another language."""
        self.editor.mode = mode
        if mode != "lisp":
            self.note(f"{modes.NAMES[mode]}; Backspace on an empty line or ,lisp returns to Lisp")

    # -- the loop --------------------------------------------------------------------------------

    async def loop(self) -> int:
        """Prompt until Ctrl-D, `,quit` or `(exit n)`; returns the exit code."""
        with self._interrupts.heeded():
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
            mend()
            try:
                # Raw also from a prompt that Ctrl-C ends to the next: keys that come then are not echoed.
                with self.editor.raw():
                    text = await self._typed()
            except EOFError:
                if not self._asked_to_leave and (waiting := await background.pending(self.node)):
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
                with above_the_prompt():
                    async with self._autoreload.while_idle():
                        return await self.editor.read(before=self._warm_up)
            except KeyboardInterrupt:
                self._asked_to_leave = False
                await self._interrupts.stop_javascript()

    def warm_up(self) -> None:
        """Make Node ready for the first form, completion and commands; waits until it has started."""
        self.services.load()
        self.node.load()
        self._keyboard_lent = self.node.now("tellOfKeyboard", self._javascript_reads)
        self.services.table()

    def _warm_up(self) -> None:
        """Once the prompt is drawn: warm up."""

        async def load() -> None:
            await asyncio.sleep(0)
            with contextlib.suppress(Exception):
                self.warm_up()

        if not self.node.loaded:
            self._warming = asyncio.get_running_loop().create_task(load())

    async def submit(self, text: str) -> None:
        """Do what was typed, and show what comes of it.

        Raises:
            Leave: `(exit n)`; Quit: `,quit`.
        """
        start = time.perf_counter()
        self.session.accept()
        text = self._meant(text)
        self._log.typed(text, self.editor.mode)
        self.services.remember(text)
        try:
            with self._interrupts.doing():
                self.session.trace.columns = self.width()
                await self._autoreload.look()
                await self._do(text)
                with self._interrupts.here(True):
                    await self.status.returned()
                self.session.renewing.modules.note()
        except (Leave, Quit):
            raise
        except KeyboardInterrupt:
            self.complain("Interrupted")
        except asyncio.CancelledError:
            if not self._interrupts.took():
                raise
            self.complain("Interrupted")
        except Exception:
            # A mistake of ours must not cost the person their session.
            internal = "polyrepl: internal error\n" + traceback.format_exc()
            self.complain("Interrupted" if self._interrupts.stopped else internal)
        finally:
            self.session.dismiss()
            if self._keyboard_lent:
                self._keyboard("holdKeyboard")
        if self.config.time:
            self.note(precise(time.perf_counter() - start))

    async def _do(self, text: str) -> None:
        said = of_other_prompts(text, "%.\\")
        if said is not None and (self.editor.mode != "lisp" or text.split()[0] not in self.services.table()):
            self.complain(said)
        elif text.startswith(","):
            self.session.dismiss()  # Ctrl-C is the command's
            with self._interrupts.here(True):
                await run_command(self, text)
        elif self.editor.mode == "py":
            await self.run_python(text)
        elif self.editor.mode == "js":
            await self.run_javascript(text)
        else:
            await self.run_lisp(text)
            if (said := of_other_prompts(text, ":")) is not None:
                self.note(said)

    def _meant(self, text: str) -> str:
        """`exit`, `quit` and `help` alone are commands, as at other prompts, unless the user defined them; so
        are `!ls`, and in Lisp `?name` and `name?`, where that is no name."""
        word = text.strip()
        if word not in WORDS:
            table = self.services.table
            lisp = self.editor.mode == "lisp"
            return meant(text, lambda name: name in table()) if lisp or word.startswith(("!", "?")) else text
        known = set(user_globals(self.session.compiler)) - set(SESSION_NAMES)
        own = known | set(self.services.main()) - self.python_names
        return text if word.removesuffix("()") in own else WORDS[word]

    # -- running ---------------------------------------------------------------------------------

    async def run_lisp(self, text: str, name: str | None = None, *, values: bool = True) -> Value | None:
        """Run Lisp and show what comes of it. Returns the last value, None after a problem.

        Raises:
            Leave: `(exit n)`.
        """
        one_turn = name is not None  # what is typed runs form by form
        if name is None:
            self.results.number += 1
            name = f"In[{self.results.number}]"
        last = await self._show(self.session.eval(text, name, one_turn=one_turn), values)
        if last is not None:
            self.ran.append(text)  # for ,save
            del self.ran[:-FORMS_KEPT]
        return last

    async def run_python(self, text: str) -> None:
        """Run Python in `__main__` and show the value of its last expression."""
        self.results.number += 1
        await self._show(self.python.run(text), True)

    async def run_javascript(self, text: str) -> None:
        """Run JavaScript in the global scope and show its value."""
        self.results.number += 1
        await self._show(self.javascript.run(text), True)

    async def value_of(self, form: str | Form) -> Value | None:
        """The value of a Lisp form, or of a text of some, not shown; a problem is."""
        shown: Value | None = None
        ran = self.session.eval(form, "<form>") if isinstance(form, str) else self.session.eval_form(form)
        with self._interrupts.here(False), self.status.running():
            async with contextlib.aclosing(ran) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, Value):
                        shown = event
                    else:
                        if isinstance(event, Problem) and event.severity == "error":
                            self._failed(event)
                        self._show_event(event)
                        if isinstance(event, Exit):
                            raise Leave(event.code)
        return shown

    def _show_event(self, event: Event) -> None:
        mend()
        with self._interrupts.here(True):
            self.showing.event(event)

    async def _show(self, source: AsyncIterator[Event], values: bool) -> Value | None:
        last: Value | None = Value("", quiet=True)
        with self._interrupts.here(False), self.status.running():
            if self._keyboard_lent:
                self._keyboard("lendKeyboard")
            async with contextlib.aclosing(source) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, Exit):
                        raise Leave(event.code)
                    if isinstance(event, Value):
                        last = event
                    elif isinstance(event, Problem) and event.severity == "error":
                        self._failed(event)
                    elif interrupted(event):
                        self._interrupts.beside = False
                    if values or not isinstance(event, Value):
                        if not (isinstance(event, Value) and event.quiet):
                            self.status.fresh_line()
                        self._show_event(event)
                        with self._interrupts.here(True):
                            self._log.shown(event)
                        if isinstance(event, Value):
                            self.results.keep(event)
                    if ends_unit(event):
                        last = None
            with contextlib.suppress(Exception), self._interrupts.here(True):
                figures.flush()
            if self._keyboard_lent and last is not None:
                self.showing.event(await self.session.finish(READ_TO_THE_END))
        return last

    def _failed(self, problem: Problem) -> None:
        """`,bt` and `pdb.pm()` ask for it later."""
        self.last_error = problem
        if isinstance(error := problem.exception, BaseException):
            sys.last_type, sys.last_value = type(error), error
            sys.last_traceback = own(error, "__traceback__")

    def _javascript_reads(self) -> bool:
        """JavaScript is about to use the terminal: may it?"""
        if self._interrupts.submitted:
            self.status.give()
            self._keyboard_lent = True
        return self._interrupts.submitted

    def _keyboard(self, what: str) -> None:
        with contextlib.suppress(BridgeError):
            if self.node.loaded:
                self.node.now(what)

    def stop_background(self) -> str:
        """Stop timers in Node and tasks in Python; says what was stopped, "" if there was nothing."""
        return background.stop(self.node)

    @property
    def results(self) -> Results:
        """What was shown, by number."""
        return self._results

    async def show_result(self, number: int) -> None:
        """Show a value again that In[number] has shown; it is `*1` then."""
        self.results.number += 1
        await self._show(self.results.again(number), True)

    def log_to(self, path: Path | None) -> str:
        """Write what is typed and shown to the end of a file from now on, None: no more; says what is done.

        Raises:
            OSError: the file can not be written.
        """
        return self._log.to(path)

    async def reload_when_saved(self, word: str) -> str:
        """Load what was imported again when it is saved, or no more (see Autoreload.switch)."""
        return await self._autoreload.switch(word)

    async def reload(self, name: str) -> None:
        """Load something again, and what has changed (see Autoreload.reload)."""
        with self.status.running():
            await self._autoreload.reload(name)


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
    return f"polyrepl {polyrepl.__version__}   ,help for commands   Ctrl-D to leave"
