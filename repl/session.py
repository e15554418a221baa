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

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

from polyrepl.bridge import Bridge, JSError, JsProxy, NodeLost
from polyrepl.lisp.compiler import Compiled, Compiler, defined_in
from polyrepl.lisp.errors import Diagnostic, LispError, render
from polyrepl.lisp.forms import Form, Span
from polyrepl.lisp.mangle import mangle
from polyrepl.lisp.reader import Verdict, status

from .cell_trace import CellTrace
from .completion import complete
from .events import Event, Exit, Lost, Problem, Value
from .host import NodeHost
from .prelude import JAVASCRIPT, PRELUDE, Output, new_bridge
from .reflection import Files, Reflection

AGAIN = 0.1  # seconds
RESULTS = ("*1", "*2", "*3")


class Session:
    """One conversation: a compiler, a bridge, and what they remember.

    Args:
        output: called with (stream, text, form number) for all the program prints.
        bridge: a bridge made (and perhaps started) before by `new_bridge`; `output` is then its own.
        argv: what `*argv*` holds.
        folder: where `js.import` and `require` resolve from; the working directory if None.
        polls: loops look at the interrupt flag (off only for measuring).

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
    ) -> None:
        self.bridge = bridge or new_bridge(output)
        self.bridge.on_reset.append(self._node_was_lost)
        self.bridge.describe_late = self._late_problem
        self._argv = list(argv or [])
        self._folder = folder
        self._polls = polls
        self._prelude: JsProxy | None = None
        self._run: Any = None
        self._prepare: Any = None
        self.limits: dict[str, int] | None = None
        """How much of a value its text holds at most; everything if None."""
        self.page_options: Callable[[], str] | None = None
        """What a terminal wants of each value beside its text: see node/terminal.mjs."""
        self._lost: str | None = None
        self.form_number = 0
        self.failed_late = False
        """Something threw that no form awaits: a timer's callback, a promise that was left alone."""
        self._evaluated = 0
        self.on_form: Callable[[int], None] | None = None
        self._running: int | None = None
        self._interrupted: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._compiling = False
        self.trace = CellTrace()
        self._reflection = Reflection(lambda: self.compiler, self._register)
        self.compiler = self._new_compiler()

    def start(self) -> Session:
        """Spawn Node without waiting for it, so that its start overlaps with ours."""
        self.bridge.start()
        return self

    # -- reading ---------------------------------------------------------------------------------

    def status(self, text: str) -> Verdict:
        """Is `text` complete, incomplete, invalid or empty? Nothing runs."""
        return status(text)

    # -- evaluation ------------------------------------------------------------------------------

    async def eval(self, text: str, filename: str = "<input>") -> AsyncIterator[Event]:
        """Read all of `text`, then compile and run it form by form.

        A reader error is reported before anything runs. The stream ends after the first `Problem`
        of severity error or interrupt, and after `Exit`.
        """
        try:
            forms = self.compiler.read(text, filename)
        except LispError as error:
            yield self.trace.compile_problem(error)
            return
        declared = self.compiler.declare_unit(forms)
        for at, form in enumerate(forms):
            async for event in self.eval_form(form):
                if is_of_compiling(event):
                    self.compiler.undeclare(declared.difference(defined_in(forms[:at])))
                yield event
                if ends_unit(event):
                    return

    async def eval_form(self, form: Form) -> AsyncIterator[Event]:
        """Compile and run one form that was read already."""
        self.form_number += 1
        number = self.form_number
        self._running = number
        self._loop = asyncio.get_running_loop()
        if self.on_form is not None:
            self.on_form(number)
        try:
            try:
                self._ready()
                if self._lost is not None:
                    yield Lost(self._lost)
                    self._lost = None
                compiled = self._compile(form)
            except LispError as error:
                yield self.trace.compile_problem(error)
                return
            for warning in compiled.warnings:
                yield warning_problem(warning)
            event = await self._run_compiled(compiled, number, form.span)
            yield event
            if self._interrupted == number and not isinstance(event, (Problem, Exit)):
                # Ctrl-C came when the form was all but done: what would follow it must not run.
                yield self.trace.interrupted()
        except NodeLost as lost:
            self._lost = None  # this is where it is told
            yield self.trace.node_lost(lost)
        except KeyboardInterrupt:
            yield self.trace.interrupted()
        finally:
            self._running = None

    async def eval_javascript(self, text: str, filename: str = "<input>") -> AsyncIterator[Event]:
        """Run a JavaScript text: top-level await, imports, declarations that become globals."""
        self.form_number += 1
        number = self._running = self.form_number
        self._loop = asyncio.get_running_loop()
        if self.on_form is not None:
            self.on_form(number)
        try:
            self._ready()
            if self._lost is not None:
                yield Lost(self._lost)
                self._lost = None
            if self._prepare is None:
                self._prepare = self.bridge.import_module(JAVASCRIPT).prepare
            self.trace.remember_cell(filename, text)
            try:
                code = self._prepare(text, filename)
            except JSError as error:
                yield self.trace.syntax_problem(error, filename)
                return
            self.trace.remember_code(filename, code)
            yield await self._run_code(code, filename, False, number)
        except NodeLost as lost:
            self._lost = None  # this is where it is told
            yield self.trace.node_lost(lost)
        except KeyboardInterrupt:
            yield self.trace.interrupted()
        finally:
            self._running = None

    async def _run_compiled(self, compiled: Compiled, number: int, span: Span | None) -> Event:
        filename = self.trace.register(str(number), compiled)
        return await self._run_code(compiled.code, filename, compiled.quiet, number, span)

    def _register(self, compiled: Compiled) -> str:
        """The file name of a form that the running form made."""
        self._evaluated += 1
        return self.trace.register(f"{self.form_number}e{self._evaluated}", compiled)

    async def _run_code(
        self, code: str, filename: str, quiet: bool, number: int, span: Span | None = None
    ) -> Event:
        """Run the JavaScript of a form; `filename` is what its stacks will show, `span` where the form is."""
        options = None if quiet or self.page_options is None else self.page_options()
        outcome = await self.bridge.call_async(self._run, code, filename, quiet, options, form=number)
        kind = outcome["kind"]
        if kind == "value":
            return Value(
                outcome["text"],
                data=outcome["data"],
                metadata=outcome["metadata"],
                page=outcome.get("shown"),
            )
        if kind == "python":
            value = outcome["value"]
            return Value("", is_python=True, python=value)
        if kind == "exit":
            return Exit(int(outcome["code"]))
        if kind == "error":
            return self._failed(outcome, span)
        return Value("", quiet=True)

    async def finish(self) -> Event:
        """Wait until what the program left running is done: its timers, sockets, servers, requests to Python.

        A program in a file ends when Node would end it. An interrupt ends the wait.
        """
        if self._prelude is None or not self.bridge.alive:
            return Value("", quiet=True)
        self.form_number += 1
        number = self._running = self.form_number
        self._loop = asyncio.get_running_loop()
        try:
            return await self._run_code("({ $py }) => $py.idle()", "polyrepl:end", True, number)
        except NodeLost as lost:
            return self.trace.node_lost(lost)
        except KeyboardInterrupt:
            return self.trace.interrupted()
        finally:
            self._running = None

    def _failed(self, outcome: dict[str, Any], span: Span | None) -> Event:
        exception = outcome["exception"]
        if isinstance(exception, SystemExit):
            return Exit(exit_code(exception))
        if isinstance(exception, KeyboardInterrupt) or outcome["name"] == "Interrupt":
            return self.trace.interrupted(outcome)
        return self.trace.runtime_problem(outcome, span)

    # -- asking ----------------------------------------------------------------------------------

    def complete(self, text: str, cursor: int) -> tuple[int, list[str]]:
        """Names that begin like the symbol before `cursor`: (where it begins, candidates)."""
        return complete(self.compiler, text, cursor)

    def doc(self, name: str) -> str | None:
        """Call shape and docstring of a name, None if it has none."""
        return self.compiler.doc(name)

    def compiled_text(self, text: str) -> str:
        """The JavaScript that the forms of `text` compile to; nothing runs, and nothing is defined.

        Raises:
            LispError: the text can not be read or compiled.
        """
        self._ready()
        forms = self.compiler.read(text, "<js>")
        before = self.compiler.world.snapshot()
        try:
            return "\n".join(self.compiler.compile(form).code for form in forms)
        finally:
            self.compiler.world.restore(before)

    # -- control ---------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Is a form being compiled or run at this moment?"""
        return self._running is not None

    def interrupt(self) -> None:
        """Stop the running form (DESIGN 4.6); may be called from a signal handler."""
        if self._running is None:
            return
        if self._compiling and not self._host.busy:
            raise KeyboardInterrupt  # the compiler is Python code of ours: nothing to unwind carefully
        self.bridge.interrupt(self._running)
        if self._interrupted != self._running and self._loop is not None:
            self._interrupted = self._running
            loop = self._loop
            loop.call_soon_threadsafe(loop.call_later, AGAIN, self._interrupt_again, self._running)

    def _interrupt_again(self, number: int) -> None:
        """An interrupt between compiling a form and its start in Node meets nobody; the second one does.
        It comes before the ladder's second rung, so it does no harm to a form that is just stopping."""
        if self._running == number:
            self.bridge.interrupt(number)

    def reset(self) -> None:
        """Forget all Lisp and JavaScript state; Python's objects stay."""
        self.bridge.restart()
        self._prelude = self._prepare = None
        self.compiler = self._new_compiler()
        self._lost = None

    def close(self) -> None:
        """End Node. The session can not be used afterwards."""
        self.bridge.close()

    # -- inside ----------------------------------------------------------------------------------

    def _new_compiler(self) -> Compiler:
        self._host = NodeHost(self._node)
        compiler = Compiler(host=self._host, polls=self._polls, await_wrapper=True)
        compiler.declare_names((*RESULTS, "*e", "*argv*", "exit"))
        compiler.loader = Files(lambda: self._folder or os.getcwd())
        return compiler

    def _compile(self, form: Form) -> Compiled:
        self._compiling = True
        try:
            return self.compiler.compile(form)
        finally:
            self._compiling = False

    def _node(self) -> JsProxy:
        """The prelude module in a running Node."""
        self._ready()
        assert self._prelude is not None
        return self._prelude

    def _late_problem(self, name: str, message: str, stack: str) -> str:
        """Text of an exception that nobody awaited, with its place in the Lisp."""
        self.failed_late = True
        outcome = {"name": name, "message": message, "stack": stack, "exception": None}
        return self.trace.runtime_problem(outcome).text

    def _ready(self) -> None:
        if self._prelude is not None and self.bridge.alive:
            return
        self._prelude = prelude = self.bridge.import_module(PRELUDE)
        prelude.setNames([mangle(name) for name in RESULTS], mangle("*e"), mangle("*argv*"))
        prelude.setFolder(self._folder or os.getcwd())
        prelude.setup(self._argv)
        ask = self._reflection
        prelude.setCompiler(ask.compile, ask.read, ask.expand)
        if self.limits is not None:
            prelude.setLimits(self.limits)
        self._run = prelude.run

    def _node_was_lost(self, reason: str) -> None:
        self._prelude = self._prepare = None
        self._lost = (
            f"Node was restarted ({reason}): JavaScript state and Lisp definitions are lost; "
            "every Python object is still there"
        )
        self.compiler = self._new_compiler()


def is_of_compiling(event: Event) -> bool:
    """Has the form not been run, because it can not be compiled?"""
    return isinstance(event, Problem) and isinstance(event.exception, LispError) and not event.backtrace


def ends_unit(event: Event) -> bool:
    """Does nothing more of the same text run after this event?"""
    if isinstance(event, Problem):
        return event.severity != "warning"
    return isinstance(event, Exit)


def warning_problem(warning: Diagnostic) -> Problem:
    return Problem("warning", warning.code, warning.message, render(warning))


def exit_code(exit_: SystemExit) -> int:
    """The exit code that Python itself would use for this SystemExit."""
    if exit_.code is None:
        return 0
    if isinstance(exit_.code, int):
        return exit_.code
    print(exit_.code, file=sys.stderr)
    return 1
