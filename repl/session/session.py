"""Session: the one read-eval-print core that every front end calls.

In: text and its name. Out: an async stream of events (events.py). Output of the program goes to the
sink given at the start, as (stream, text, form number).

    session = Session(output=sink)
    async for event in session.eval("(+ 1 2)", "<pipe>"):
        ...

Forms of one text are compiled and run one at a time, so a macro or a def is there for the next one;
an error ends the text, never the session.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from polyrepl.bridge import Bridge, Interrupted, JsProxy, NodeLost
from polyrepl.lisp.compiler import Compiled, Compiler
from polyrepl.lisp.emit.mangle import mangle
from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Form, Span
from polyrepl.lisp.read.reader import Verdict, status

from .cell_trace import CellTrace
from .ended import Ended
from .events import UNSETTLED, Event, Exit, Lost, Problem, Value, ends_unit, failed, interrupted
from .host import NodeHost
from .node_module import NodeModule
from .node_side import RESULTS, LateLoop, NodeSide
from .outcomes import event_of
from .prelude import JAVASCRIPT, Output, new_bridge
from .reflection import Files, Reflection
from .uncaught import Uncaught

if TYPE_CHECKING:  # loaded where they are used
    from polyrepl.bridge.turns import Steps, Turn

    from .renewing import Renewing


class Session:
    """One conversation: a compiler, a bridge, and what they remember.

    Args:
        output: called as output(stream, text, form) for all that the program prints: "stdout" or "stderr",
            the text, the number of the form it belongs to (0: none); sys.stdout and sys.stderr if None.
        bridge: a bridge made (and perhaps started) before by `new_bridge`; `output` is then its own.
        argv: what `*argv*` holds.
        folder: where `js.import` and `require` resolve from; the working directory if None.
        polls: loops look at the interrupt flag (off only for measuring).
        names: Lisp names beside the core's that every form knows; `begin` of a subclass makes their globals.

    `on_form`, where set, is called with the number of each form before it is compiled.
    """

    def __init__(
        self,
        *,
        output: Output | None = None,
        bridge: Bridge | None = None,
        argv: list[str] | None = None,
        folder: str | None = None,
        polls: bool = True,
        names: Iterable[str] = (),
    ) -> None:
        self.bridge = bridge or new_bridge(output)
        self.bridge.on_reset.append(self._node_was_lost)
        self.bridge.describe_late = self._told_late
        self._argv = list(argv or [])
        self.folder = folder
        """Where imports resolve from; None: the working folder, wherever that is then."""
        self._polls = polls
        self._names = (*RESULTS, "*e", "*argv*", "exit", *names)
        self.node = NodeSide(self.bridge, lambda prelude: self.begin(prelude))
        """What of it is in Node."""
        self.bridge.pickle_with(lambda proxy: self.node.stand_in(proxy, self.trace.compiled))
        self.javascript = NodeModule(self.bridge, JAVASCRIPT, ("prepareCell", "status"))
        """What reads JavaScript, in Node."""
        self.limits: dict[str, int | bool] | None = None
        """How much of a value its text holds at most; everything if None."""
        self.page_options: Callable[[], str] | None = None
        """How a terminal lays out the first page of each value: see node/pages.mjs."""
        self.steps: Steps | None = None
        """What keeps the program's steps where the loop must go on within a turn, as a kernel's must."""
        self.late_loop: LateLoop | None = None
        """The loop of a program, where that is to begin only when something needs it."""
        self.form_number = 0
        self.failed_late = False
        """Something threw that no form awaits: a timer's callback, a promise that was left alone."""
        self._renewing: Renewing | None = None
        self.on_form: Callable[[int], None] | None = None
        self._running: int | None = None
        self._interrupted: int | None = None
        self._accepted = self._in_text = self._stop_text = False
        self._compiling = False
        self.trace = CellTrace()
        self.ended = Ended(self.bridge, self.trace, lambda: self.node.program)
        """What is known of a Node that has ended."""
        self.uncaught = Uncaught(self.trace)
        self.reflection = Reflection(self)
        """What the program asks of the compiler and of the session."""
        self.compiler = self._new_compiler()

    def start(self) -> Session:
        """Spawn Node without waiting for it, so that its start overlaps with ours."""
        self.bridge.start()
        return self

    # -- reading ---------------------------------------------------------------------------------

    def status(self, text: str) -> Verdict:
        """Whether `text` is complete, incomplete, invalid or empty, with what is missing; nothing runs."""
        return status(text)

    # -- evaluation ------------------------------------------------------------------------------

    async def eval(
        self, text: str, filename: str = "<input>", *, one_turn: bool = True, keep_going: bool = False
    ) -> AsyncIterator[Event]:
        """Read all of `text`, then compile and run it form by form.

        A reader error is reported before anything runs. The stream ends after the first `Problem`
        of severity error or interrupt, and after `Exit`.

        Args:
            text: any number of forms.
            filename: the name that messages give the text.
            one_turn: neither event loop turns between two forms, as in a module, unless one awaits (or is
                a promise, which is awaited), or who takes the events does. Off: each form has its own turn.
            keep_going: the forms after one that failed run too.

        Yields:
            A `Value` for each form that ran, a `Problem` for each warning and error, `Lost` when Node had to
            be replaced before a form, `Exit` when the program asked to end. Errors of programs are never
            raised.
        """
        try:
            forms = self.compiler.read(text, filename)
        except LispError as error:
            yield self._not_compiled(error)
            return
        if self.late_loop is not None and len(forms) != 1:
            await self.late_loop
        declared = self.compiler.declare_unit(forms)
        turn = self._turn() if one_turn and (len(forms) > 1 or self.steps is not None) else None
        self._in_text, self._stop_text = True, self._stop_text and self._accepted
        self._accepted = False
        try:
            for form in forms:
                if self._stop_text:
                    break
                async for event in self.eval_form(form, turn):
                    if ends_unit(event) and not (keep_going and failed(event)):
                        self.compiler.undeclare(declared)
                        if turn is not None:
                            turn.free()
                        yield event
                        return
                    yield event
            if self._stop_text:
                yield await self._stopped()
        finally:
            self._in_text = self._stop_text = False  # it was about this text
            if turn is not None:
                turn.free()

    async def eval_form(self, form: Form, turn: Turn | None = None) -> AsyncIterator[Event]:
        """Compile and run one form that was read already, in a turn of several; yields as `eval` does."""
        number = self._begin_form()
        try:
            try:
                if self._stop_text:  # it came just before this form
                    self._stop_text = False
                    raise KeyboardInterrupt
                told = self._have_node()
                if told is not None:
                    yield told
                if isinstance(told, Exit):
                    return
                if turn is not None:
                    await turn.take(self.bridge.live(), number)
                compiled = self._compile(form)
                if self.late_loop is not None and (compiled.is_async or "$py" in compiled.code):
                    await self.late_loop
            except LispError as error:
                yield self._not_compiled(error)
                return
            for warning in compiled.warnings:
                yield self.trace.warning(warning)
            event = await self._run_compiled(compiled, number, form.span, turn)
            yield event
            self._running = None  # from here on an interrupt is about what follows
            if self._interrupted == number and not isinstance(event, Exit) and not interrupted(event):
                # Ctrl-C came when the form was all but done: what would follow it must not run.
                yield self.trace.interrupted()
        except NodeLost as lost:
            yield self.ended.within(lost)
        except (KeyboardInterrupt, Interrupted):
            yield await self._stopped()
        finally:
            self._running = None

    async def eval_javascript(self, text: str, filename: str = "<input>") -> AsyncIterator[Event]:
        """Run a JavaScript text: top-level await, imports, declarations that become globals.

        Yields as `eval`.
        """
        number = self._begin_form()
        turn = None if self.steps is None else self._turn()
        try:
            if self.stopped_early():
                raise KeyboardInterrupt
            told = self._have_node()
            if told is not None:
                yield told
            if isinstance(told, Exit):
                return
            if turn is not None:
                await turn.take(self.bridge.live(), number)
            made = self.javascript.now("prepareCell", text, filename)
            if "code" not in made:
                self.trace.remember_cell(filename, text)
                yield self.trace.syntax_problem(made["name"], made["message"], filename, made["at"])
                return
            code = made.get("inner", made["code"])
            self.trace.remember_cell(filename, text, code, made["places"], made["names"])
            if self._interrupted == number:
                raise KeyboardInterrupt
            yield await self._run_code(made["code"], filename, False, number, turn=turn)
        except NodeLost as lost:
            yield self.ended.within(lost)
        except (KeyboardInterrupt, Interrupted):
            yield await self._stopped()
        finally:
            self._running = None
            if turn is not None:
                turn.free()

    async def _stopped(self) -> Event:
        """It was interrupted. If it had not come to JavaScript yet, what keeps JavaScript goes on, and would
        keep the next form too."""
        if self.late_loop is None or self.late_loop.begun:
            await self.node.let_go()
        return self.trace.interrupted()

    def _begin_form(self) -> int:
        self.form_number += 1
        self._running = self.form_number
        if self.on_form is not None:
            self.on_form(self.form_number)
        return self.form_number

    async def _run_compiled(
        self, compiled: Compiled, number: int, span: Span | None, turn: Turn | None
    ) -> Event:
        filename = self.trace.register(str(number), compiled)
        changes = compiled.changes.js if compiled.changes is not None else []
        event: Event | None = None
        defined: Iterable[str] = compiled.names
        try:
            if self._interrupted == number:
                raise KeyboardInterrupt
            event = await self._run_code(
                compiled.code,
                filename,
                compiled.quiet,
                number,
                span,
                changes,
                turn,
                compiled.mappings.places(),
            )
            return event
        finally:
            undone = event is None or isinstance(event, Problem)
            if undone:
                defined = ()
            elif self._renewing is not None and compiled.changes is not None:
                self._renewing.files_again(compiled.changes.files)
            if changes and undone and self.alive:
                with suppress(NodeLost):  # it takes everything that is known along
                    ran = set(self.node.defined())
                    self.compiler.take_back(compiled, ran)
                    defined = [name for name in compiled.names if mangle(name) in ran]
            if defined and span is not None:
                self.trace.define(filename, defined, span)

    async def _run_code(
        self,
        code: str,
        filename: str,
        quiet: bool,
        number: int,
        span: Span | None = None,
        names: Sequence[str] | None = None,
        turn: Turn | None = None,
        places: str = "",
    ) -> Event:
        """Run the JavaScript of a form; `filename` is its name in stacks, `places` what a program reads
        there instead, `span` where the form is."""
        options = None if quiet or self.page_options is None else self.page_options()
        defines = None if names is None else " ".join(names)
        form = code, filename, quiet, options, defines, places
        outcome = await self.node.run(form, number, turn, self.late_loop)
        return event_of(outcome, span, self.trace)

    async def finish(self, wait: str = "({ $py }) => $py.idle()") -> Event:
        """Wait until what the program left running is done: its timers, sockets, servers, requests to Python.

        A program in a file ends when Node would end it. An interrupt ends the wait. `wait` is the JavaScript
        of a function that waits for something else.
        """
        if not self.alive:
            return self.ended.after() or Value("", quiet=True)
        try:
            if self.late_loop is not None and not self.late_loop.begun:
                if self.node.rests() and not self.node.signals.sent:
                    return Value("", quiet=True)
                await self.late_loop
            self.form_number += 1
            number = self._running = self.form_number
            event = await self._run_code(self.node.signals.heard(wait), "polyrepl:end", True, number)
            if isinstance(event, Problem) and event.status == UNSETTLED:
                return Value("", quiet=True)  # what nobody awaits need not come
            ended = self._interrupted != number or isinstance(event, (Problem, Exit))
            return event if ended else self.trace.interrupted()
        except NodeLost as lost:
            return self.ended.within(lost)
        except KeyboardInterrupt:
            return self.trace.interrupted()
        finally:
            self._running = None

    # -- asking ----------------------------------------------------------------------------------

    def compiled_text(self, text: str) -> str:
        """The JavaScript that the forms of `text` compile to; nothing runs, and nothing is defined.

        Raises:
            LispError: the text can not be read or compiled.
        """
        self.ready()
        return "\n".join(compiled.code for compiled in self.compiler.look(text, "<js>"))

    @property
    def definitions(self) -> dict[str, Span]:
        """The form that defined a name last, of the last 10,000 forms."""
        return self.trace.definitions

    # -- what other languages see ------------------------------------------------------------------

    @property
    def alive(self) -> bool:
        """Whether there is a Node that is ready."""
        return self.node.alive

    @property
    def renewing(self) -> Renewing:
        """What loads edited files and modules again."""
        if self._renewing is None:
            from .renewing import Renewing

            self._renewing = Renewing(self)
        return self._renewing

    # -- control ---------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a form is being compiled or run at this moment."""
        return self._running is not None or self._in_text or self._accepted

    def accept(self) -> None:
        """A text was submitted that is about to run: an interrupt that comes before it begins is about it."""
        self._accepted, self._stop_text = True, False

    def dismiss(self) -> None:
        """It has been done, whatever ran of it."""
        self._accepted = False

    def stopped_early(self) -> bool:
        """What was accepted begins now: was it asked to stop before?"""
        accepted, self._accepted = self._accepted, False
        return accepted and self._stop_text

    @property
    def awaited(self) -> int | None:
        """The form whose end is awaited, where the event loop asks; None: none."""
        return None if self._compiling else self._running

    def interrupt(self) -> None:
        """Stop the running form, in whichever language it is; may be called from a signal handler."""
        if self._running is None:
            self._stop_text = True  # between two forms of a text, or before the first
            return
        if self._compiling:
            # Python code of ours: nothing to unwind carefully; a macro's JavaScript is the bridge's affair.
            if not (self._host.busy and self.bridge.javascript_on_top and self.bridge.interrupt()):
                raise KeyboardInterrupt
            self._interrupted = self._running  # should the macro have ended just now
            return
        self._interrupted = self._running
        self.bridge.interrupt(self._running)

    def reset(self) -> None:
        """Forget all Lisp and JavaScript state; Python's objects stay."""
        self.bridge.restart()
        self.node.forget()
        self.compiler = self._new_compiler()
        self.ended.forget()

    def close(self) -> None:
        """End Node. The session can not be used afterwards."""
        self.bridge.close()

    # -- inside ----------------------------------------------------------------------------------

    def _turn(self) -> Turn:
        return self.bridge.turn(self.steps)

    def _new_compiler(self) -> Compiler:
        self._host = NodeHost(self.node.module, lambda: self._running == self._interrupted is not None)
        compiler = Compiler(host=self._host, polls=self._polls, await_wrapper=True)
        compiler.declare_names(self._names)
        compiler.loader = Files(lambda: self.folder or os.getcwd())
        self.trace.definitions.clear()
        return compiler

    def _compile(self, form: Form) -> Compiled:
        self._compiling = True
        try:
            return self.compiler.compile(form)
        finally:
            self._compiling = False

    def _not_compiled(self, error: LispError) -> Problem:
        if self.alive:
            with suppress(NodeLost):
                self.node.remember_error(error)  # it is *e as any other
        return self.trace.compile_problem(error)

    def _told_late(self, error: BaseException) -> str:
        """Text of an exception that nobody awaited, with its place in the Lisp."""
        self.failed_late = True
        return self.uncaught.text(error)

    def ready(self) -> None:
        """Have Node run with our half of the code loaded; waits for it."""
        self.node.ready()

    def work_in(self, folder: str) -> None:
        """Make a folder the working folder of this process, and what imports resolve from in the next Node.

        Raises:
            OSError: it is none, or may not be entered.
        """
        os.chdir(folder)
        self.folder = None

    def begin(self, prelude: JsProxy) -> None:
        """A Node has begun to serve, the first one or one in place of another: tell it what it must know.

        Args:
            prelude: the module node/session.mjs in it.
        """
        ask = self.reflection
        asked = ask.compile, ask.read, ask.expand, ask.failed, ask.about, lambda n: self.renewing.python(n)
        told = self.node.beginning(self.folder, self.limits)
        # All at once: each question is a way to Node and back, and this is on the way to the first result.
        self.node.take(prelude.begin(told, self._argv, self.node.signals.listen, *asked))

    def _node_was_lost(self, reason: str) -> None:
        self.node.forget()
        self.ended.note(reason)
        self.compiler = self._new_compiler()

    def _have_node(self) -> Lost | Exit | None:
        """Have a Node for a form. Returns what is to be told before: another one has ended. Where a program
        has ended that by `process.exit`, in a timer say, that is its own end too, and no Node goes on."""
        left = self.ended.left()
        if left is not None:
            return left
        self.ready()
        return self.ended.replaced()
