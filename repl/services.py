"""What the editor and the commands ask of a running session, in one place.

In: a Session. Out: names, completion, signatures, documentation. Questions to Node are asynchronous and
have a deadline: a busy or dead Node costs an answer, never a key stroke.
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from polyrepl.bridge import BridgeError, JsProxy
from polyrepl.lisp.mangle import mangle

from . import completer, names
from . import python_objects as pyo
from .context import call_at, keywords_in, word_at
from .helper import ask
from .modes import Mode
from .session import Session

TERMINAL = Path(__file__).with_name("node") / "terminal.mjs"
FUNCTIONS = ("attributes", "callShape", "globals", "pending", "show", "next")
DEADLINE = 0.3
NOUNS = {"Timeout": "timer", "ProcessWrap": "child process", "TCPServerWrap": "server"}


class SessionServices:
    """Answers for one session; see `editor.Services` and `completer.World`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._module: JsProxy | None = None
        self._functions: dict[str, Any] = {}
        self._module_pid: int | None = None
        self._table: dict[str, names.Name] = {}
        self._table_for: tuple[object, int] | None = None
        self._kinds: dict[str, str] = {}
        self._keywords: set[str] = set()

    # -- Node ------------------------------------------------------------------------------------

    def terminal(self) -> Any:
        """The module node/terminal.mjs in the living Node."""
        bridge = self.session.bridge
        if self._module is None or self._module_pid != bridge.pid or not bridge.alive:
            self._module = bridge.import_module(str(TERMINAL))
            self._module_pid = bridge.pid
            # Fetched now, since asking for an attribute waits for Node.
            self._functions = {name: getattr(self._module, name) for name in FUNCTIONS}
            self._module.setResults([mangle(name) for name in ("*1", "*2", "*3")], mangle("*e"))
            self._module.baseline()
        return self._module

    @property
    def warm(self) -> bool:
        """Has the living Node been made ready?"""
        return self._module is not None and self._module_pid == self.session.bridge.pid

    def warm_up(self) -> None:
        """Make Node ready for the first form and for completion; waits until it has started."""
        self.session._ready()
        self.terminal()
        self.table()

    async def stop_background(self) -> str:
        """Stop timers in Node and tasks in Python; says what was stopped."""
        timers = self.terminal().stopTimers()
        tasks = user_tasks()
        for task in tasks:
            task.cancel()
        found = []
        if timers:
            found.append(f"{timers} timer" + ("s" if timers > 1 else ""))
        if tasks:
            found.append(f"{len(tasks)} Python task" + ("s" if len(tasks) > 1 else ""))
        return f"stopped {' and '.join(found)}" if found else ""

    def now(self, function: str, *args: Any) -> Any:
        """Call a function of node/terminal.mjs and wait for it.

        Raises:
            BridgeError: Node is not there.
        """
        self.terminal()
        return self._functions[function](*args)

    async def node(self, function: str, *args: Any) -> Any:
        """Call a function of node/terminal.mjs; None if Node is not there, not free, or says so."""
        bridge = self.session.bridge
        if self._module is None or self._module_pid != bridge.pid or not bridge.alive or self.session.running:
            return None
        try:
            async with asyncio.timeout(DEADLINE):
                return await bridge.call_async(self._functions[function], *args)
        except (TimeoutError, BridgeError, Exception):
            return None

    # -- names -----------------------------------------------------------------------------------

    def table(self) -> Mapping[str, names.Name]:
        """All global names; made anew after each form."""
        key = (self.session.compiler, self.session.form_number)
        if key != self._table_for:
            self._table_for = key
            self._table = names.table(self.session.compiler)
            self._kinds = {name: entry.kind for name, entry in self._table.items()}
        return self._table

    def names(self) -> Mapping[str, str]:
        """Name -> kind, for the highlighter."""
        self.table()
        return self._kinds

    def js_name(self, name: str) -> str:
        """The JavaScript identifier of a Lisp name: a definition's own, else the raw global."""
        known = names.user_globals(self.session.compiler).get(name)
        if known is not None:
            return str(getattr(known, "js", mangle(name)))
        return name if name in self.table() and self.table()[name].kind == "js" else mangle(name)

    def folder(self) -> Path:
        """Where imports are resolved from."""
        return Path(os.getcwd())

    def main(self) -> dict[str, Any]:
        """Python's `__main__` namespace."""
        import __main__

        return vars(__main__)

    def keywords(self) -> set[str]:
        """Keywords that the forms of this session have used."""
        return self._keywords

    def remember(self, text: str) -> None:
        """Take note of a submitted text."""
        if len(text) < 20_000:
            self._keywords |= keywords_in(text)

    # -- the editor's questions --------------------------------------------------------------------

    async def complete(self, text: str, cursor: int, mode: Mode) -> tuple[int, list[completer.Candidate]]:
        """Candidates in the language of the text."""
        if text.startswith(","):
            command = await self._complete_command(text, cursor)
            if command is not None:
                return command
        if mode == "py":
            return await completer.complete_python(self, text, cursor)
        if mode == "js":
            return await completer.complete_javascript(self, text, cursor)
        return await completer.complete_lisp(self, text, cursor)

    async def _complete_command(self, text: str, cursor: int) -> tuple[int, list[completer.Candidate]] | None:
        from .commands import COMMANDS, complete_argument

        word, blank, _ = text[:cursor].partition(" ")
        if not blank:
            found = [
                completer.Candidate("," + name, "command", command.summary)
                for name, command in sorted(COMMANDS.items())
            ]
            return 0, completer.ranked(word, found)
        return await complete_argument(self, word[1:], text, cursor)

    async def signature(self, text: str, cursor: int, mode: Mode) -> tuple[str, int] | None:
        """The call shape of the function around the cursor, and which of its words the cursor is in."""
        if mode != "lisp":
            return await self._python_signature(text, cursor) if mode == "py" else None
        call = call_at(text, cursor)
        if call is None:
            return None
        known = self.table().get(call.head)
        if known is not None and known.shape:
            return known.shape, call.argument
        return await self._live_signature(call.head, call.argument)

    async def _live_signature(self, head: str, argument: int) -> tuple[str, int] | None:
        if head.startswith("."):
            return None
        path = head.split(".")
        if path[0] == "py" and len(path) > 1:
            answer: Any = {"python": pyo.names(self.main()), "rest": path[1:]}
        else:
            answer = await self.node("callShape", self.js_name(path[0]), path[1:])
        if answer is None:
            return None
        if "shape" in answer:
            shape = [part.strip() for part in answer["shape"].strip("()").split(",")]
            return f"({head} " + " ".join(part.replace(" ", "") for part in shape) + ")", argument
        return await python_shape(head, answer["python"], list(answer["rest"]), argument)

    async def _python_signature(self, text: str, cursor: int) -> tuple[str, int] | None:
        depth = 0
        for at in range(cursor - 1, -1, -1):
            if text[at] in ")]}":
                depth += 1
            elif text[at] in "([{":
                depth -= 1
                if depth < 0:
                    break
        else:
            return None
        name = ""
        while at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_."):
            at -= 1
            name = text[at] + name
        path = name.split(".")
        root = getattr(pyo.names(self.main()), path[0], None)
        return await python_shape(name, root, path[1:], -1) if root is not None else None

    async def doc(self, text: str, cursor: int, mode: Mode) -> str | None:
        """Documentation of the name under the cursor, else of the function around it."""
        word = word_at(text, cursor)
        if not word and mode == "lisp" and (call := call_at(text, cursor)) is not None:
            word = call.head
        return await self.describe(word, mode) if word else None

    async def describe(self, word: str, mode: Mode = "lisp") -> str | None:
        """Call shape and documentation of a name of whichever language."""
        if mode == "lisp":
            known = self.table().get(word)
            if known is not None and known.kind not in ("js", "module") and (known.shape or known.doc):
                kind = {"special": "special form", "definer": "special form"}.get(known.kind, known.kind)
                return "\n".join(part for part in (known.shape or word, kind, known.doc) if part)
            if word.startswith(":"):
                return f"{word}\nkeyword: as a function it looks itself up, (:k m)"
        path = word.lstrip(".").split(".")
        answer: Any
        if mode == "py":
            root = getattr(pyo.names(self.main()), path[0], None)
            answer = {"python": root, "rest": path[1:]} if root is not None else None
        elif path[0] == "py":
            answer = {"python": pyo.names(self.main()), "rest": path[1:]}
        else:
            js_name = path[0] if mode == "js" else self.js_name(path[0])
            answer = await self.node("callShape", js_name, path[1:])
        if answer is None:
            return None
        if "python" in answer:
            value, rest = answer["python"], list(answer["rest"])
            return await ask(lambda: python_doc(word, pyo.walk(value, rest)), 1.0)
        return f"{word}{answer['shape']}\nJavaScript function"

    async def pending(self) -> list[str]:
        """What would be cut short by leaving now, in words."""
        found = []
        for kind, many in await self.node("pending") or []:
            found.append(f"{many} {NOUNS.get(kind, kind)}" + ("s" if many > 1 else ""))
        tasks = user_tasks()
        if tasks:
            found.append(f"{len(tasks)} Python task" + ("s" if len(tasks) > 1 else ""))
        return found


def user_tasks() -> list[asyncio.Task[Any]]:
    """Tasks of the user's program on the running loop."""
    current = asyncio.current_task()
    return [
        task
        for task in asyncio.all_tasks()
        if task is not current and task.get_name() != "Task-1" and not _is_ours(task)
    ]


def _is_ours(task: asyncio.Task[Any]) -> bool:
    """A task of the editor or of this package, not of the user's program."""
    code = getattr(task.get_coro(), "cr_code", None)
    name = getattr(code, "co_filename", "")
    return "prompt_toolkit" in name or str(Path(__file__).parents[1]) in name


async def python_shape(name: str, value: Any, rest: list[str], argument: int) -> tuple[str, int] | None:
    """`name a b=1 *more` of a Python callable."""
    shape = await ask(lambda: pyo.parameters(pyo.walk(value, rest)))
    return None if shape is None else (f"({name} " + " ".join(shape) + ")", argument)


def python_doc(word: str, value: Any) -> str:
    """Signature and docstring of a Python object."""
    lines = []
    shape = pyo.parameters(value) if callable(value) else None
    if shape is not None:
        lines.append(f"{word}({', '.join(shape)})")
    else:
        lines.append(f"{word}: {type(value).__name__}")
    doc = inspect.getdoc(value)
    if doc:
        lines.append(doc)
    return "\n".join(lines)
