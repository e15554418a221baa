"""The compiler's host: what it asks of the running Node while it expands macros.

In: JavaScript of a macro, forms as plain data. Out: forms as plain data, names that exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from polyrepl.bridge import JsProxy


class NodeHost:
    """The MacroHost of a Session.

    Args:
        node: gives the prelude module of a live Node, starting it if needed.
        stopped: has an interrupt been asked for that is about what is compiled?
    """

    def __init__(self, node: Callable[[], JsProxy], stopped: Callable[[], bool] = lambda: False) -> None:
        self._start = node
        self._stopped = stopped
        # True while JavaScript runs for the compiler: an interrupt then belongs to the bridge.
        self.busy = False

    def define(self, js: str, name: str) -> int:
        """Evaluate the function of a macro; its number is used by `expand`."""
        return int(self._ask("defineMacro", js, name))

    def expand(self, number: int, form: Any) -> Any:
        """Call macro `number` on the argument forms; plain data both ways."""
        return json.loads(self._ask("expandMacro", number, json.dumps(form)))

    def known(self, names: list[str]) -> set[str]:
        """Which of `names` are JavaScript globals."""
        return set(self._ask("known", names))

    def _ask(self, function: str, *args: Any) -> Any:
        """What a function of the prelude gives. An interrupt is about one request; one that came when that
        was all but done is told here."""
        node = self._start()
        self.busy = True
        try:
            asked = getattr(node, function)
            self._tell()
            answer = asked(*args)
        finally:
            self.busy = False
        self._tell()
        return answer

    def _tell(self) -> None:
        if self._stopped():
            raise KeyboardInterrupt
