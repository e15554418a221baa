"""The compiler's host: what it asks of the running Node while it expands macros.

In: JavaScript of a macro, forms as plain data. Out: forms as plain data, names that exist.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from polyrepl.bridge import JsProxy


class NodeHost:
    """The MacroHost of a Session. `node` gives the prelude module of a live Node, starting it if needed."""

    def __init__(self, node: Callable[[], JsProxy]) -> None:
        self._node = node

    def define(self, js: str, name: str) -> int:
        """Evaluate the function of a macro; its number is used by `expand`."""
        return int(self._node().defineMacro(js, name))

    def expand(self, number: int, form: Any) -> Any:
        """Call macro `number` on the argument forms; plain data both ways."""
        return json.loads(self._node().expandMacro(number, json.dumps(form)))

    def known(self, names: list[str]) -> set[str]:
        """Which of `names` are JavaScript globals."""
        return set(self._node().known(names))
