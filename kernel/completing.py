"""Completions as the kernel's reply needs them; the terminal's completer finds them.

In: code, its language and a cursor. Out: where the completed name begins and ends, and items with text, kind
and signature. While a cell runs, JavaScript's live objects are asked for 100 ms and then left out.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from polyrepl.bridge import BridgeError
from polyrepl.repl.complete.services import SessionServices
from polyrepl.repl.session.node_module import NodeModule

from .session import KernelSession

if TYPE_CHECKING:
    from polyrepl.repl.complete.modes import Mode

INSPECTING = Path(__file__).with_name("node") / "inspecting.mjs"
DEADLINE = 0.1
IDLE_DEADLINE = 1.0
# The words that front ends have icons for.
KINDS = {
    "special": "keyword",
    "macro": "keyword",
    "definer": "keyword",
    "function": "function",
    "class": "class",
    "module": "module",
    "property": "property",
    "local": "instance",
    "value": "instance",
    "js": "instance",
    "file": "path",
    "keyword": "param",
    "parameter": "param",
}
# A command of IPython's up to the cursor; what runs Python code (%time) completes as that.
_MAGIC = re.compile(r"(?:^|\n)[ \t]*(?:%%?\w*|(?:!|%(?!(?:time|timeit|prun)\b)\w+[ \t])[^\n]*)\Z")


@dataclass(frozen=True, slots=True)
class Item:
    """One completion; `kind` is a word that front ends have an icon for."""

    text: str
    kind: str = "instance"
    signature: str = ""


Found = tuple[int, int, list[Item]]


class KernelServices(SessionServices):
    """The terminal's answers, also while a form runs."""

    session: KernelSession

    def __init__(self, session: KernelSession) -> None:
        super().__init__(session)
        self.inspecting = NodeModule(session.bridge, INSPECTING, ("describe",))
        self._begun = False

    @property
    def loaded(self) -> bool:
        """Does a Node live that answers?"""
        return self.inspecting.loaded

    def load(self) -> None:
        """Have Node loaded with what answers; waits for it."""
        self._begun = True
        super().load()
        self.inspecting.load()

    def begin(self) -> None:
        """Who asks before the first cell has run has an answer too; that no Node starts is told by a cell."""
        if not self._begun and not self.session.running:
            with contextlib.suppress(BridgeError):
                self.load()

    def patience(self) -> float:
        """A running cell that keeps Node busy delays no answer for long."""
        return DEADLINE if self.session.running else IDLE_DEADLINE

    async def look_at(self, root: str, path: list[str]) -> dict[str, Any] | None:
        """What a JavaScript name is (node/inspecting.mjs)."""
        answer: dict[str, Any] | None = None
        with contextlib.suppress(KeyboardInterrupt):  # it was meant for the cell
            self.begin()
            answer = await self.inspecting.ask("describe", root, path, deadline=self.patience())
        return answer

    async def node(self, function: str, *args: Any) -> Any:
        """Call a function of repl/node/describe.mjs; None if Node does not answer in time."""
        with contextlib.suppress(KeyboardInterrupt):  # it was meant for the cell
            self.begin()
            return await super().node(function, *args)
        return None


async def complete(services: KernelServices, code: str, cursor: int, mode: Mode) -> Found:
    """Completions in a Lisp or JavaScript cell."""
    start, found = await services.complete(code, cursor, mode)
    items = [Item(c.text, KINDS.get(c.kind, c.kind or "instance"), signature_of(c.meta)) for c in found]
    return start, cursor, items


def signature_of(meta: str) -> str:
    """The part of a meta column that is a call shape."""
    begin = meta.find("(")
    return meta[begin:] if begin >= 0 else ""


async def complete_python(services: KernelServices, shell: Any, code: str, cursor: int) -> Found:
    """Completions in a Python cell: of the living objects; magics and the like by IPython's completer.

    Not by jedi, which IPython asks by default: its first answer takes seconds, each further one 150 ms.
    """
    if not _MAGIC.search(code[:cursor]):
        start, end, items = await complete(services, code, cursor, "py")
        if items:
            return start, end, items
    if not code[:cursor].rpartition("\n")[2].strip():  # which IPython's completer does not take
        return cursor, cursor, []
    from IPython.core.completer import provisionalcompleter, rectify_completions

    shell.Completer.use_jedi = False
    with provisionalcompleter():
        found = list(rectify_completions(code, shell.Completer.completions(code, cursor)))
    if not found:
        return cursor, cursor, []
    items = [Item(c.text, c.type or "instance", c.signature or "") for c in found]
    return found[0].start, found[0].end, items
