"""The compiler's host: what it asks of the running Node while it expands macros.

In: JavaScript of a macro, forms as plain data. Out: forms as plain data, names that exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from polyrepl.bridge import JsProxy


class NodeHost:
    """The MacroHost of a Session. `node` gives the prelude module of a live Node, starting it if needed."""

    def __init__(self, node: Callable[[], JsProxy]) -> None:
        self._start = node
        # True while JavaScript runs for the compiler: an interrupt then belongs to the bridge.
        self.busy = False

    @contextmanager
    def _node(self) -> Iterator[JsProxy]:
        node = self._start()
        self.busy = True
        try:
            yield node
        finally:
            self.busy = False

    def define(self, js: str, name: str) -> int:
        """Evaluate the function of a macro; its number is used by `expand`."""
        with self._node() as node:
            return int(node.defineMacro(js, name))

    def expand(self, number: int, form: Any) -> Any:
        """Call macro `number` on the argument forms; plain data both ways."""
        with self._node() as node:
            return json.loads(node.expandMacro(number, json.dumps(form)))

    def known(self, names: list[str]) -> set[str]:
        """Which of `names` are JavaScript globals."""
        with self._node() as node:
            return set(node.known(names))
