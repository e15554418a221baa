"""The macro host: whoever can run JavaScript for the compiler.

`defmacro` bodies are compiled to JavaScript and run by the host, synchronously. A Session, `polyrepl
compile` and Pyodide each supply one; without a host, `defmacro` is LispError `needs-host`.
"""

from __future__ import annotations

from typing import Any, Protocol


class MacroHost(Protocol):
    """Implemented outside `lisp/`; `runtime/macros.mjs` is its other half in JavaScript."""

    def define(self, js: str, name: str) -> int:
        """Evaluate `js` (a compiled function of its imports) and keep the macro function; returns its id."""

    def expand(self, id: int, form_wire: Any) -> Any:
        """Call macro `id` with the wire form of the call's arguments; returns the wire form of the result.

        A JavaScript exception comes out as any Python exception; its text becomes the message.
        """

    def known(self, names: list[str]) -> set[str]:
        """Those of the (raw JavaScript) names that exist as globals in the running program."""
