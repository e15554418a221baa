"""`js` in Python: what Python code sees of JavaScript, at every prompt and in every cell.

In: a name. Out: the value of that global.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from polyrepl.bridge import Bridge


class JsNames:
    """`js` in Python: the global names of JavaScript, and of Lisp under their JavaScript names.

    Args:
        bridge: to JavaScript.
        ready: called before each use; has what the names mean be there.
    """

    def __init__(self, bridge: Bridge, ready: Callable[[], object] = lambda: None) -> None:
        object.__setattr__(self, "_bridge", bridge)
        object.__setattr__(self, "_ready", ready)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._global(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._global(), name, value)

    def __dir__(self) -> list[str]:
        return dir(self._global())

    def _global(self) -> Any:
        self._ready()
        return self._bridge.eval("globalThis")

    def __repr__(self) -> str:
        return "<the global names of JavaScript>"
