"""The Session behind Jupyter's messages.

In: Jupyter requests, through ipykernel's IPythonKernel. Out: its replies and IOPub messages.

IPython's own machinery stays in charge of what it does well: comms, history, display formatters,
matplotlib's inline backend. Only the language is ours: execute, is_complete, and what goes with them.
"""

from __future__ import annotations

import atexit
import contextlib
import contextvars
import signal
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator
from importlib.metadata import version
from types import FrameType
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from polyrepl.repl.display import plain_text
from polyrepl.repl.events import Exit, Lost, Problem, Value
from polyrepl.repl.session import Session

REMEMBERED_CELLS = 1_000

BANNER = "polyrepl: one prompt, Python's and JavaScript's libraries, one live heap"


class PolyreplKernel(IPythonKernel):  # type: ignore[misc]
    """A Jupyter kernel whose cells are Lisp."""

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
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # Which cell a form belongs to: late output must appear under the cell that started it.
        self._cells: OrderedDict[int, contextvars.Context] = OrderedDict()
        self.lisp = Session(output=self._write).start()
        atexit.register(self.lisp.close)

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
        self._forward_input(allow_stdin)
        shell.events.trigger("pre_execute")
        if not silent:
            shell.events.trigger("pre_run_cell", None)
        try:
            with self._interruptible():
                problem = await self._run_cell(code, f"In[{number}]", silent, number)
        finally:
            self._restore_input()
            shell.events.trigger("post_execute")
        if store_history and not silent:
            shell.history_manager.store_inputs(number, code, code)
            shell.execution_count += 1
        reply: dict[str, Any] = {"execution_count": number, "user_expressions": {}}
        if problem is None:
            reply["status"] = "ok"
            reply["user_expressions"] = shell.user_expressions(user_expressions or {})
        else:
            reply["status"] = "error"
            reply.update(error_content(problem))
        reply["payload"] = shell.payload_manager.read_payload()
        shell.payload_manager.clear_payload()
        return reply

    async def _run_cell(self, code: str, name: str, silent: bool, number: int) -> Problem | None:
        """Evaluate; publish warnings, the last value, the error. Returns the error, if any."""
        shown: Value | None = None
        context = contextvars.copy_context()
        self.lisp.on_form = lambda form: self._remember(form, context)
        async with contextlib.aclosing(self.lisp.eval(code, name)) as events:  # type: ignore[type-var]
            async for event in events:
                match event:
                    case Value():
                        shown = event
                    case Problem(severity="warning"):
                        self._write_here("stderr", event.text + "\n")
                    case Problem():
                        self._publish_error(event, silent)
                        return event
                    case Lost():
                        self._write_here("stderr", event.text + "\n")
                    case Exit():
                        self.shell.ask_exit()
        if shown is not None and not shown.quiet and not silent:
            self._publish_value(shown, number)
        return None

    def _publish_value(self, value: Value, number: int) -> None:
        if value.is_python:
            data, metadata = self.shell.display_formatter.format(value.python)
            if not data:
                return  # the object has shown itself
            data.setdefault("text/plain", plain_text(value))
            self.shell.user_ns["_"] = value.python
        else:
            data = {"text/plain": value.text, **value.data}
            metadata = value.metadata
        sys.stdout.flush()
        sys.stderr.flush()
        self.send_response(
            self.iopub_socket,
            "execute_result",
            {"execution_count": number, "data": data, "metadata": metadata},
            ident=self._topic("execute_result"),
        )

    def _publish_error(self, problem: Problem, silent: bool) -> None:
        if silent:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        self.send_response(self.iopub_socket, "error", error_content(problem), ident=self._topic("error"))

    # -- output ----------------------------------------------------------------------------------

    def _remember(self, form: int, context: contextvars.Context) -> None:
        """Form number `form` belongs to the cell of `context`."""
        self._cells[form] = context
        while len(self._cells) > REMEMBERED_CELLS:
            self._cells.popitem(last=False)

    def _write(self, stream: str, text: str, form: int | None) -> None:
        """The Session's sink: writes in the context of the cell that started the form."""
        context = self._cells.get(form) if form is not None else None
        if context is None:
            self._write_here(stream, text)
        else:
            # A copy, since a context can not be entered twice and sinks are called at any depth.
            context.copy().run(self._write_here, stream, text)

    def _write_here(self, stream: str, text: str) -> None:
        (sys.stderr if stream == "stderr" else sys.stdout).write(text)

    # -- the other requests ----------------------------------------------------------------------

    async def do_is_complete(self, code: str) -> dict[str, Any]:
        """The reader's verdict; an incomplete cell also says where the next line goes."""
        verdict = self.lisp.status(code)
        if verdict.kind == "incomplete":
            from polyrepl.lisp.indent import indent_for

            return {"status": "incomplete", "indent": " " * indent_for(code, len(code))}
        return {"status": "invalid" if verdict.kind == "invalid" else "complete"}

    async def do_complete(self, code: str, cursor_pos: int | None) -> dict[str, Any]:
        """Completions at `cursor_pos`."""
        end = len(code) if cursor_pos is None else cursor_pos
        start, found = self.lisp.complete(code, end)
        return {
            "status": "ok",
            "matches": found,
            "cursor_start": start,
            "cursor_end": end,
            "metadata": {},
        }

    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        """End Node, then let the base end this process."""
        self.lisp.close()
        super().do_shutdown(restart)
        return {"status": "ok", "restart": restart}

    # -- interrupts ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _interruptible(self) -> Iterator[None]:
        """Within, SIGINT (which an interrupt_request becomes) stops the running form."""
        if threading.current_thread() is not threading.main_thread():
            yield  # a subshell: signals belong to the main thread
            return

        def handle(number: int, frame: FrameType | None) -> None:
            self.lisp.interrupt()

        before = signal.signal(signal.SIGINT, handle)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def error_content(problem: Problem) -> dict[str, Any]:
    """The content of an `error` message, also part of an error reply."""
    return {
        "ename": problem.ename,
        "evalue": problem.evalue,
        "traceback": paint(problem.text).splitlines(),
    }


def paint(text: str) -> str:
    """The rendering of a problem with its first line in red and its caret in yellow."""
    first, *rest = text.splitlines() or [""]
    painted = [f"\x1b[33m{line}\x1b[0m" if set(line.strip()) == {"^"} else line for line in rest]
    return "\n".join([f"\x1b[31m{first}\x1b[0m", *painted])
