"""`js` in Python: what Python code sees of JavaScript, at every prompt and in every cell.

In: a name. Out: the value of that global.
"""

from __future__ import annotations

from typing import Any

from polyrepl.bridge import Bridge


class JsNames:
    """`js` in Python: the global names of JavaScript, and of Lisp under their JavaScript names."""

    def __init__(self, bridge: Bridge) -> None:
        object.__setattr__(self, "_bridge", bridge)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._bridge.eval("globalThis"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._bridge.eval("globalThis"), name, value)

    def __dir__(self) -> list[str]:
        return dir(self._bridge.eval("globalThis"))

    def __repr__(self) -> str:
        return "<the global names of JavaScript>"
