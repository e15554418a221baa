"""The Session behind Jupyter's messages.

In: Jupyter requests, through ipykernel's IPythonKernel. Out: its replies and IOPub messages.

IPython's own machinery stays in charge of what it does well: comms, history, display formatters,
matplotlib's inline backend, Python cells. Only the language is ours, and when a request is served
(dispatch.py), how text is sent (streams.py) and what SIGINT does (interrupts.py).
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import asyncio
import atexit
import contextlib
import contextvars
import os
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import Any

from ipykernel._version import kernel_protocol_version
from polyrepl.bridge import BridgeError, JsProxy
from polyrepl.bridge.foreign import said
from polyrepl.repl.session.events import Exit, Lost, Problem, Value
from polyrepl.repl.session.js_names import JsNames
from traitlets import Integer, List

from . import callbacks, threads
from .asking import Asking
from .cells import (
    command_of_the_prompt,
    is_for_ipython,
    language_hint,
    magic_hint,
    question,
    renewal,
    split,
    without_comments,
)
from .completing import KernelServices
from .dispatch import ConcurrentKernel
from .history import History
from .interrupts import Interrupts
from .ipython import adapt
from .notebook import Notebook
from .renewing import Renewal
from .results import bundle_of, error_content, exit_problem, with_hint
from .session import KernelSession
from .steps import KernelLoop
from .streams import OUTPUT_LIMIT, Stream
from .text import well_formed

Owner = tuple[dict[str, Any], int]
"""To which message code belongs, and to which form (0: none)."""

BANNER = "polyrepl: one prompt, Python's and JavaScript's libraries, one live heap"


def is_cell(message: dict[str, Any]) -> bool:
    """Is this the message of a cell?"""
    return bool(message) and message["header"]["msg_type"] == "execute_request"


class PolyreplKernel(Asking, ConcurrentKernel):
    """A Jupyter kernel whose cells are Lisp, or Python after `%%py`, or JavaScript after `%%js`."""

    implementation = "polyrepl"
    implementation_version = version("polyrepl")
    banner = BANNER
    language_info = {  # noqa: RUF012  (a trait of the base class)
        "name": "polyrepl",
        "version": version("polyrepl"),
        "mimetype": "text/x-clojure",
        "file_extension": ".lisp",
        "pygments_lexer": "polyrepl",
        "codemirror_mode": "clojure",
        "nbconvert_exporter": "script",
    }
    help_links = List(
        [
            {"text": "JavaScript (MDN)", "url": "https://developer.mozilla.org/docs/Web/JavaScript"},
            {"text": "Node.js", "url": "https://nodejs.org/docs/latest-v24.x/api/"},
            {"text": "Python", "url": "https://docs.python.org/3/"},
        ]
    ).tag(config=True)

    output_limit = Integer(OUTPUT_LIMIT, help="How many characters one cell may print.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._known = atexit._ncallbacks()
        app = self.parent
        self.lisp: KernelSession = getattr(app, "lisp", None) or KernelSession()
        self.lisp.notebook = Notebook(self)
        # A widget's own callback calls that of the program, which may be another cell's.
        self._called_for_cell = contextvars.ContextVar("called_for_cell", default=False)
        self.lisp.namespace = self.shell.user_ns
        adapt(self.shell, self.lisp.trace)
        self._history = History(self.shell.history_manager, self.iopub_thread)
        self.interrupts = Interrupts(self.lisp)
        self.services = KernelServices(self.lisp)
        self.renewal = Renewal(self.lisp)
        self.lisp.on_node.append(self._share_names)
        self._js = JsNames(self.lisp.bridge, self._have_node)
        self._lend_js()
        self.lisp.trace.file_name = self._file_name
        # Into this Python, whichever the shell's is, and by its Node's npm.
        self.lisp.trace.installer, self.lisp.trace.npm = "%pip install", "%npm install"
        if isinstance(self._stdout, Stream):
            self._stdout.tape.limit = self.output_limit

    def _lend_js(self) -> None:
        """Python has `js`, also after `%reset`; one of the program's own stays."""
        self.shell.user_ns.setdefault("js", self._js)
        self.shell.user_ns_hidden.setdefault("js", self._js)

    def _have_node(self) -> None:
        """A Python cell asks for JavaScript: the first one that does waits for Node, as one of Lisp does."""
        if not self.services.loaded:
            self.lisp.ready()

    def _share_names(self) -> None:
        """Python sees `js.name`, JavaScript `py.name`: the rules of the terminal."""
        self.services.load()
        self.lisp.node.share_names()
        self.shell.display_formatter.mimebundle_formatter.for_type(JsProxy, self.lisp.looks)

    def _file_name(self, file: str) -> str:
        """How a traceback names a file: in full, so that front ends can open it; a cell by its number."""
        cell = self.shell.compile.format_code_name(file)
        return cell[1] if cell is not None else file

    def ready(self) -> None:
        """The application is set up: take SIGINT, follow threads."""
        self.interrupts.install()
        loop = asyncio.get_event_loop()
        if isinstance(loop, KernelLoop):  # it answers questions while a form computes
            loop.inside = lambda: self.lisp.bridge.python_on_top
            self.lisp.steps = loop
        self.lisp.uncaught.heed(loop)
        self.lisp.uncaught.install()
        # What IPython sets for its own shells (FORCE_COLOR, PAGER ..) is no change of the program's.
        self.lisp.node.place.agree()
        threads.follow(self._owner, self._adopted)
        callbacks.follow(self._cell, self._call_for_cell, self.comm_manager)

    def _owner(self) -> Owner | None:
        message = self.get_parent("shell")
        return (message, self.lisp.bridge.current_form) if message else None

    @contextlib.contextmanager
    def _adopted(self, owner: Owner) -> Iterator[None]:
        message, form = owner
        self.shell.set_thread_parent(message)
        with self.lisp.bridge.form(form) if form else contextlib.nullcontext():
            yield

    def _cell(self) -> Owner | None:
        owner = self._owner()
        return owner if owner is not None and is_cell(owner[0]) else None

    def _call_for_cell(self, owner: Owner, function: Callable[[], Any]) -> Any:
        """Call what a cell has registered: for that cell, unless another cell is what calls."""
        if is_cell(self.get_parent("shell")) and not self._called_for_cell.get():
            return function()

        def call() -> Any:
            self._called_for_cell.set(True)
            self._shell_parent.set(owner[0])
            with self._adopted(owner), self._past_belongs_to(owner[0]):
                try:
                    return function()
                except Exception:  # whoever called would show it for the message
                    self.shell.showtraceback()
            return None

        return contextvars.copy_context().run(call)

    def _past_belongs_to(self, message: dict[str, Any]) -> contextlib.AbstractContextManager[None]:
        """What child processes write within is this message's."""
        stdout = self._stdout
        return (
            stdout.tape.past_belongs_to(message["header"])
            if isinstance(stdout, Stream)
            else contextlib.nullcontext()
        )

    def leave(self) -> None:
        """End Node and send what is left to send; harmless twice."""
        if atexit._ncallbacks() <= self._known:  # else what the program has registered may want Node still
            self.lisp.close()
        if isinstance(self._stdout, Stream):
            self._stdout.tape.drain()

    @property
    def kernel_info(self) -> dict[str, Any]:
        """What the kernel is and can do: nothing that it can not."""
        return {
            "protocol_version": kernel_protocol_version,
            "implementation": self.implementation,
            "implementation_version": self.implementation_version,
            "language_info": self.language_info,
            "banner": self.banner,
            "help_links": self.help_links,
            "supported_features": [],
        }

    # -- executing -------------------------------------------------------------------------------

    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, str] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: Any = None,
        cell_id: Any = None,
    ) -> dict[str, Any]:
        """Run a cell and publish what it says; returns the content of the execute_reply."""
        shell = self.shell
        number = shell.execution_count
        code = well_formed(code)  # in a string the escape means the same, in all three languages
        self._forward_input(allow_stdin)
        self.interrupts.install()
        self.lisp.accept()
        try:
            if self.interrupts.asked:  # before it began to run
                raise KeyboardInterrupt
            error = await self._run(code, silent, store_history, number)
            answers = {} if error else await self._user_expressions(user_expressions or {})
        except KeyboardInterrupt:
            await self.lisp.node.let_go()
            problem = Problem("interrupt", "KeyboardInterrupt", "", "KeyboardInterrupt: interrupted")
            error, answers = self._publish_error(problem, silent), {}
        except BridgeError as failure:  # there is no Node to start
            name = type(failure).__name__
            problem = Problem("error", name, str(failure), f"{name}: {failure}")
            error, answers = self._publish_error(problem, silent), {}
        finally:
            self.lisp.dismiss()
            self._restore_input()
            self.interrupts.install()
        if store_history and not silent and shell.execution_count == number:  # a Python cell has done it
            shell.history_manager.store_inputs(number, code, code)
            shell.execution_count += 1
        self._history.heed()
        if error and not silent and self.get_parent("shell")["content"].get("stop_on_error", True):
            await self.abort_waiting()
        payload = shell.payload_manager.read_payload()
        shell.payload_manager.clear_payload()
        return {
            "status": "error" if error else "ok",
            "execution_count": number,
            "user_expressions": answers,
            "payload": payload,
            **(error or {}),
        }

    async def _run(self, code: str, silent: bool, store_history: bool, number: int) -> dict[str, Any] | None:
        """Run a cell of any language; returns the content of its error, None if all went well."""
        cell = split(code)
        if cell.language == "py":
            await self.renewal.look()
            try:
                with self.lisp.python_cell():
                    return await self._run_python(code, cell.code, silent, store_history)
            finally:
                self.renewal.note()
        if cell.language == "lisp" and is_for_ipython(code):
            with self.lisp.python_cell():
                return await self._run_python(code, without_comments(code), silent, store_history)
        if cell.language == "lisp" and (said := command_of_the_prompt(code)) is not None:
            text = f"In[{number}]:1:1: error: {said[0]}\n  {code.strip()}\n  ^\n  hint: {said[1]}"
            return self._publish_error(Problem("error", "LispError", said[0], text), silent)
        if (asked := question(code)) is not None and await self._answered(code, *asked):
            return None
        # Figures are shown and widgets flushed by those who listen to these events.
        events = self.shell.events
        events.trigger("pre_execute")
        if not silent:
            events.trigger("pre_run_cell", None)
        try:
            name = f"In[{number}]"
            if (command := renewal(code)) is not None:
                return await self._report(self.renewal.run(*command), silent, number, code)
            await self.renewal.look()
            if cell.language == "js":
                stream = self.lisp.eval_javascript(cell.code, name)
            else:
                self.services.remember(cell.code)
                stream = self.lisp.eval(cell.code, name)
            return await self._report(stream, silent, number, code)
        finally:
            self.renewal.note()
            with self.interrupts.plainly():
                events.trigger("post_execute")
                if not silent:
                    events.trigger("post_run_cell", None)

    async def _answered(self, code: str, name: str, level: int, sure: bool) -> bool:
        """Show what a name is, where a cell asks for it and is no name itself (`even?`).

        Where the cell can mean nothing else (`sure`), also that nothing has this name.
        """
        if code.strip() in self.services.table():
            return False
        if level and not sure and f"{name}?" in self.services.table():  # `odd??` is about `odd?`
            name, level = f"{name}?", 0
        found = await self.about(name, level)
        if not found:
            if sure:
                sys.stdout.write(f"nothing is called {name}\n")
            return sure
        self.shell.payload_manager.write_payload({"source": "page", "data": found, "start": 0})
        return True

    async def _report(self, stream: Any, silent: bool, number: int, code: str) -> dict[str, Any] | None:
        """Publish warnings, the last value, the error of a stream of events."""
        shown: Value | None = None
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                match event:
                    case Value():
                        shown = event
                    case Problem(severity="warning"):
                        sys.stderr.write(event.text + "\n")
                    case Problem():
                        magics = self.shell.magics_manager.magics["cell"]
                        hint = magic_hint(code, event.evalue, magics) if event.ename == "LispError" else None
                        hint = hint or (language_hint(code) if split(code).code is code else None)
                        return self._publish_error(with_hint(event, hint) if hint else event, silent)
                    case Lost():
                        sys.stderr.write(event.text + "\n")
                    case Exit():
                        self._ask_exit()
                        return self._publish_error(exit_problem(event), silent) if event.code else None
                if self.interrupts.asked:
                    raise KeyboardInterrupt
        if shown is not None and not shown.quiet and not silent:
            with self.interrupts.plainly():
                self._publish_value(shown, number)
        return None

    def _ask_exit(self) -> None:
        """Tell a console that the program is done. The kernel itself goes on: others may be using it."""
        self.shell.payload_manager.write_payload({"source": "ask_exit", "keepkernel": True})

    def _publish_value(self, value: Value, number: int) -> None:
        data, metadata = bundle_of(value, self.shell.display_formatter)
        if value.is_python:
            self._keep(value.python, number)
        if not data:
            return
        self._stdout.flush()
        self.send_response(
            self.iopub_socket,
            "execute_result",
            {"execution_count": number, "data": data, "metadata": metadata},
            ident=self._topic("execute_result"),
        )

    def _keep(self, result: Any, number: int) -> None:
        """Python's `_` and `Out[n]`, as IPython keeps them."""
        names = self.shell.user_ns
        names["___"], names["__"], names["_"] = names.get("__"), names.get("_"), result
        names["_oh"][number] = result

    def _publish_error(self, problem: Problem, silent: bool) -> dict[str, Any]:
        content = error_content(problem)
        if not silent:
            self._stdout.flush()
            self.send_response(self.iopub_socket, "error", content, ident=self._topic("error"))
        return content

    async def _run_python(
        self, text: str, code: str, silent: bool, store_history: bool
    ) -> dict[str, Any] | None:
        """Run a Python cell as IPython does; it publishes results and errors itself."""
        shell = self.shell
        result = None
        shell._last_traceback = None  # what only prints its error (an unknown magic) has none
        self._lend_js()
        try:
            # IPython drops empty lines at the beginning; tracebacks must count the marker's.
            transformed = "\n" * split(text).offset + shell.transform_cell(code)
            failure = None
        except Exception:
            transformed, failure = code, sys.exc_info()
        await self.lisp.node.share_place()
        try:
            result = await self.interrupts.python(
                shell.run_cell_async(
                    text,
                    store_history=store_history,
                    silent=silent,
                    transformed_cell=transformed,
                    preprocessing_exc_tuple=failure,
                )
            )
        finally:
            with self.interrupts.plainly():
                shell.events.trigger("post_execute")
                if not silent:
                    shell.events.trigger("post_run_cell", result)
                await self.lisp.node.share_place()
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            if result.result is not None and not silent and self.lisp.alive:
                with contextlib.suppress(BridgeError):
                    self.lisp.node.remember(result.result)  # Lisp's *1
            return None
        if self.lisp.alive:
            with contextlib.suppress(BridgeError):
                self.lisp.node.remember_error(error)  # and *e
        return {
            "ename": type(error).__name__,
            "evalue": said(error),
            "traceback": list(getattr(shell, "_last_traceback", None) or []),
        }

    async def _user_expressions(self, expressions: dict[str, str]) -> dict[str, Any]:
        """The values of expressions, each in its language as cells are, shown to nobody but who asked."""
        answers: dict[str, Any] = {}
        for key, text in expressions.items():
            cell = split(well_formed(text))
            if cell.language == "py":
                with self.lisp.python_cell():
                    answers |= self.shell.user_expressions({key: cell.code.strip()})
                continue
            run = self.lisp.eval_javascript if cell.language == "js" else self.lisp.eval
            answer: dict[str, Any] = {"status": "ok", "data": {}, "metadata": {}}
            async for event in run(cell.code, f"<{key}>"):
                if isinstance(event, Value):
                    data, metadata = bundle_of(event, self.shell.display_formatter)
                    data["text/plain"] = data.get("text/plain") or "nil"
                    answer |= {"data": data, "metadata": metadata}
                elif isinstance(event, Exit):
                    answer = {"status": "error", **error_content(exit_problem(event))}
                elif isinstance(event, Problem) and event.severity != "warning":
                    answer = {"status": "error", **error_content(event)}
            answers[key] = answer
        return answers

    # -- the end ---------------------------------------------------------------------------------

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """Called on the control thread: stop what runs, so that the main thread can end in good order."""
        if self._running is not None:
            os.kill(os.getpid(), signal.SIGINT)
        return {"status": "ok", "restart": restart}
