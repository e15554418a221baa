"""Python's half of the worker: a Session, and what a page asks of it.

In: the bridge inside the process; questions of serving.mjs, whose head has the protocol. Out: events of the
Session (session/events.py) as messages, answers.

Places in a text count UTF-16 units, as JavaScript's strings do.
"""

from __future__ import annotations

import asyncio
import json
import platform
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import lru_cache
from importlib import import_module
from typing import Any

import polyrepl
from polyrepl.bridge import Bridge
from polyrepl.bridge.foreign import message
from polyrepl.lisp.runtime import corelib

from ..complete.modes import Kind, Mode, javascript_verdict, python_verdict
from ..complete.modes import indent as indent_of
from ..complete.services import SessionServices
from ..polyglot import JavaScript, Python
from ..session.events import Event, Exit, Lost, Problem, Value
from . import ipython_display
from .comms import Comms
from .mime import bundle
from .notebook import Notebook, PageSession
from .outlet import Outlet, Stream
from .stopping import Attention, Stopping

# Of a JavaScript value's text; the whole of a large one is never made.
LIMITS: dict[str, int | bool] = {"maxItems": 1_000, "maxDepth": 20, "maxString": 100_000, "maxTotal": 100_000}


def outlet(post: Callable[[str], None]) -> Outlet:
    """Where output goes: made first, since a bridge begins with it. `post` takes a message's text."""
    return Outlet(lambda told: post(json.dumps(told)))


def read_ahead() -> None:
    """Read all that a start reads of files: one from a snapshot has none of them yet (loading.mjs)."""
    for late in ("exchange", "marshal", "output", "server"):  # what a conversation imports as it begins
        import_module(f"polyrepl.bridge.{late}")
    corelib.table()
    about()


@lru_cache(maxsize=1)
def about() -> str:
    """What the page is told of a session, as JSON."""
    return json.dumps({"polyrepl": polyrepl.__version__, "python": platform.python_version()})


class Answering:
    """One worker's Session.

    Args:
        bridge: which prints to `outlet`.
        outlet: where output goes.
        attention: what a page has asked to stop.
        post: takes the text of a message for the page.
        ask: see Notebook.
    """

    def __init__(
        self,
        bridge: Bridge,
        outlet: Outlet,
        attention: Attention,
        post: Callable[[str], None],
        ask: Callable[[Any, str, bool], str],
    ) -> None:
        self.outlet = outlet
        self._post = post
        notebook = Notebook(outlet, lambda told: post(json.dumps(told)), ask)
        self.session = PageSession(bridge, notebook)
        self.session.limits = LIMITS
        self.session.on_form = outlet.form
        self.services = SessionServices(self.session)
        self._python = Python(self.session, self.services.main)
        self._javascript = JavaScript(self.session)
        self._attention = attention
        self._stopping = Stopping(self.session, self._python, attention)
        self._turn = asyncio.Lock()
        self._comms = Comms(outlet, lambda told: post(json.dumps(told)))
        notebook.take_over()
        self._comms.take_over()
        ipython_display.take_over(notebook)
        sys.stdout, sys.stderr = Stream(outlet, "stdout"), Stream(outlet, "stderr")

    def start(self) -> str:
        """Have both halves ready. Returns what the page is told."""
        self.services.load()
        return about()

    async def ask(self, question: str, fields: str) -> str:
        """Answer one of the questions below. Raises nothing: `=` and the answer as JSON, or `!` and what is
        wrong."""
        try:
            return "=" + json.dumps(await _QUESTIONS[question](self, **json.loads(fields)))
        except BaseException as error:
            return f"!{message(error) or type(error).__name__}"

    # -- evaluation ------------------------------------------------------------------------------

    async def eval(
        self,
        id: Any,
        text: str,
        language: str = "lisp",
        name: str = "<input>",
        keepGoing: bool = False,
        parent: str | None = None,
    ) -> dict[str, Any]:
        """Run a text. Events go out as messages."""
        events = self._events(text, language, "_".join(name.split()), keepGoing)
        async with self._turn:
            self.outlet.running, self._comms.parent = id, parent
            self._attention.begin()
            try:
                async for event in events:
                    self._tell(id, event)
            except KeyboardInterrupt:  # it came while a value was shown
                self._tell(id, Problem("interrupt", "KeyboardInterrupt", "", "Interrupted"))
            finally:
                self.outlet.flush()
                self.outlet.running = None
        return {"form": self.session.form_number}

    def _events(self, text: str, language: str, name: str, keep_going: bool) -> AsyncIterator[Event]:
        if language == "lisp":
            self.services.remember(text)
            return self.session.eval(text, name, keep_going=keep_going)
        if language == "py":
            return self._python.run(text, name)
        if language == "js":
            return self._javascript.run(text, name)
        raise ValueError(f"there is no language {language!r}: lisp, py, js")

    def _tell(self, ident: Any, event: Event) -> None:
        self.outlet.flush()
        self._post(json.dumps({"id": ident, **self._told(event)}))

    def _told(self, event: Event) -> dict[str, Any]:
        match event:
            case Value():
                data: dict[str, Any] = {}
                metadata: dict[str, Any] = {}
                if not event.quiet:
                    data, metadata = bundle(event, lambda line: self.outlet.write("stderr", line, None))
                    self.outlet.flush()
                about = {"quiet": event.quiet, "python": event.is_python, "cut": event.cut}
                return {"op": "value", "data": data, "metadata": metadata, **about}
            case Problem():
                told = {"ename": event.ename, "evalue": event.evalue, "text": event.text}
                more = {"frames": list(event.frames), "backtrace": event.backtrace}
                return {"op": "problem", "severity": event.severity, **told, **more}
            case Lost():
                return {"op": "lost", "text": event.text}
            case Exit():
                return {"op": "exit", "code": event.code}

    async def interrupt(self, target: Any) -> bool:
        """Stop a request that runs. Whether it does run."""
        if self.outlet.running != target:
            return False
        self._stopping.interrupt()
        return True

    # -- questions -------------------------------------------------------------------------------

    async def complete(self, text: str, cursor: int, language: Mode = "lisp") -> dict[str, Any]:
        """Candidates before the cursor."""
        at = _offset(text, cursor)
        start, found = await self.services.complete(text, at, language)
        each = [{"text": one.text, "kind": one.kind, "meta": one.meta, "shown": one.shown} for one in found]
        return {"start": _units(text, start), "end": _units(text, at), "candidates": each}

    async def inspect(self, text: str, cursor: int, language: Mode = "lisp") -> dict[str, Any]:
        """Documentation of what is under the cursor, and the call shape around it."""
        at = _offset(text, cursor)
        shape = await self.services.signature(text, at, language)
        doc = await self.services.doc(text, at, language)
        return {"doc": doc, "signature": shape and {"text": shape[0], "argument": shape[1]}}

    async def doc(self, name: str, language: Mode = "lisp") -> str | None:
        """Documentation of a name."""
        return await self.services.describe(name, language)

    async def status(self, text: str, language: Mode = "lisp") -> dict[str, Any]:
        """Whether a text is complete, and where the line after it begins."""
        wrong = None
        kind: Kind
        if not text.strip():
            kind = "empty"
        elif language == "py":
            kind = python_verdict(text)
        elif language == "js":
            kind = self.services.javascript_status(text) or javascript_verdict(text)
        else:
            found = self.session.status(text)
            kind = found.kind
            wrong = found.error.message if found.error is not None else None
        column = indent_of(text, len(text), language) if kind == "incomplete" else 0
        return {"kind": kind, "message": wrong, "indent": column}

    async def comm(
        self,
        kind: str,
        content: dict[str, Any],
        metadata: dict[str, Any],
        buffers: list[str],
        parent: str | None = None,
    ) -> None:
        """A message of the page's for one of Python's comms, or to open one."""
        with self._comms.asked_by(parent):
            self._comms.heard(kind, content, metadata, buffers)

    async def comms(self, target: str | None = None) -> dict[str, dict[str, str]]:
        """The comms that there are: identifier -> {"target_name"}."""
        return self._comms.known(target)

    async def names(self) -> dict[str, str]:
        """Lisp name -> its kind, of all that are global: for the colours of an editor."""
        return dict(self.services.names())

    async def compiled(self, text: str) -> str:
        """The JavaScript of a text's forms, which are not run. Raises LispError."""
        return self.session.compiled_text(text)


_QUESTIONS: dict[str, Callable[..., Coroutine[Any, Any, Any]]] = {
    method.__name__: method
    for method in (
        Answering.eval, Answering.interrupt, Answering.complete, Answering.inspect, Answering.doc,
        Answering.status, Answering.names, Answering.compiled, Answering.comm, Answering.comms,
    )
}  # fmt: skip


def _offset(text: str, units: int) -> int:
    """A place in Python's characters."""
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))


def _units(text: str, offset: int) -> int:
    """A place in JavaScript's."""
    return len(text[:offset].encode("utf-16-le", "surrogatepass")) // 2
