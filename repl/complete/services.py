"""What every front end asks of a session, in one place.

In: a Session. Out: names, completion, signatures, documentation, in any of the three languages.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from polyrepl.bridge import BridgeError
from polyrepl.bridge.namespace import Names

from ..known import names
from ..known import python_objects as pyo
from ..known.describing import javascript_doc, lisp_doc, python_doc
from ..session.node_module import NodeModule
from ..session.session import Session
from . import completer, js_context
from .context import call_at, keywords_in, word_at
from .helper import ask
from .modes import Kind, Mode

DESCRIBE = Path(__file__).parents[1] / "node" / "describe.mjs"
DEADLINE = 0.3  # seconds


class SessionServices:
    """Answers for one session; see `editor.Services` and `completer.World`."""

    def __init__(self, session: Session) -> None:
        self.session = session
        asked = ("attributes", "callHead", "callShape", "globals", "memberOf", "status", "unfinished")
        self.describing = NodeModule(session.bridge, DESCRIBE, asked)
        self._table: dict[str, names.Name] = {}
        self._table_for: tuple[object, int] | None = None
        self._kinds: dict[str, str] = {}
        self._keywords: set[str] = set()

    # -- Node ------------------------------------------------------------------------------------

    def load(self) -> None:
        """Have Node loaded with what answers; waits for it."""
        self.session.ready()
        self.describing.load()

    def patience(self) -> float | None:
        """How many seconds Node may take for an answer; None: it is not asked, since a form runs."""
        return None if self.session.running else DEADLINE

    async def node(self, function: str, *args: Any) -> Any:
        """Call a function of node/describe.mjs; None if Node is not there, not free, or says so."""
        patience = self.patience()
        return None if patience is None else await self.describing.ask(function, *args, deadline=patience)

    async def javascript_word(self, text: str, cursor: int) -> list[str]:
        """The path to what is named at the cursor of a JavaScript text; empty where nothing is.

        It begins with a global's name or with an expression, as in `[1].map`.
        """
        start, end = js_context.span_at(text, cursor)
        word = text[start:end].rstrip(".")
        if js_context.is_plain(word):
            return word.split(".") if word else []
        path = await self.node("memberOf", text[:end])
        return [*path, word.rpartition(".")[2]] if path else []

    async def javascript_call(self, text: str, cursor: int) -> list[str]:
        """The path to what the innermost call around the cursor of a JavaScript text calls; may be empty."""
        return list(await self.node("callHead", text[:cursor]) or [])

    def javascript_status(self, text: str) -> Kind | None:
        """Is a JavaScript text complete? None if Node does not say in time.

        A key waits for it, so the question goes through a thread, which may be left alone with it.
        """
        patience = self.patience()
        if patience is None or not self.session.alive:
            return None
        said: list[Kind] = []

        def put_question() -> None:
            with contextlib.suppress(BridgeError):
                said.append(self.session.javascript.now("status", text))

        asking = threading.Thread(target=put_question, name="polyrepl-status", daemon=True)
        try:
            asking.start()
        except RuntimeError:  # there are no threads, as in a browser
            put_question()
        else:
            asking.join(patience)
        return said[0] if said else None

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
        return names.js_name(self.session.compiler, name)

    def js_path(self, path: Sequence[str], mode: Mode = "lisp") -> list[str]:
        """A dotted name's parts as JavaScript has them; `js.` in Lisp and Python names a global itself."""
        if mode == "js":
            return list(path)
        return names.js_path(self.session.compiler, path)

    def folder(self) -> Path:
        """Where imports are resolved from."""
        return Path(os.getcwd())

    def main(self) -> dict[str, Any]:
        """Python's `__main__` namespace."""
        import __main__

        return vars(__main__)

    def python(self) -> Names:
        """The names that Python code sees."""
        return Names(self.main)

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
        if mode == "py":
            return await completer.complete_python(self, text, cursor)
        if mode == "js":
            return await completer.complete_javascript(self, text, cursor)
        return await completer.complete_lisp(self, text, cursor)

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
            answer: Any = {"python": self.python(), "rest": path[1:]}
        else:
            root, *rest = self.js_path(path)
            answer = await self.node("callShape", root, rest)
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
        root = getattr(self.python(), path[0], None)
        return await python_shape(name, root, path[1:], -1) if root is not None else None

    async def doc(self, text: str, cursor: int, mode: Mode) -> str | None:
        """Documentation of the name under the cursor, else of the function around it."""
        if mode == "js":
            path = await self.javascript_word(text, cursor) or await self.javascript_call(text, cursor)
            return await self.describe(".".join(path), mode, path) if path else None
        word = word_at(text, cursor)
        if not word and mode == "lisp" and (call := call_at(text, cursor)) is not None:
            word = call.head
        return await self.describe(word, mode) if word else None

    async def describe(self, word: str, mode: Mode = "lisp", path: list[str] | None = None) -> str | None:
        """Call shape and documentation of a name of whichever language.

        Args:
            word: the name, dotted or not.
            mode: the language of the text that it stands in.
            path: the same where it begins with an expression.
        """
        if mode == "lisp" and (known := lisp_doc(self.session.compiler, self.table(), word)) is not None:
            return known
        path = path or word.lstrip(".").split(".")
        answer: Any
        if mode == "py":
            root = getattr(self.python(), path[0], None)
            answer = {"python": root, "rest": path[1:]} if root is not None else None
        elif path[0] == "py":
            answer = {"python": self.python(), "rest": path[1:]}
        else:
            root, *rest = self.js_path(path, mode)
            answer = await self.node("callShape", root, rest)
        if answer is None:
            return None
        if "python" in answer:
            value, rest = answer["python"], list(answer["rest"])
            return await ask(lambda: python_doc(word, pyo.walk(value, rest)), 1.0)
        return javascript_doc(word, answer["shape"])


async def python_shape(name: str, value: Any, rest: list[str], argument: int) -> tuple[str, int] | None:
    """`name a b=1 *more` of a Python callable."""
    shape = await ask(lambda: pyo.parameters(pyo.walk(value, rest)))
    return None if shape is None else (f"({name} " + " ".join(shape) + ")", argument)
