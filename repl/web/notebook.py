"""What a program can ask of the page: to show something now, to clear it, to let a person type a line.

In: values and MIME bundles of Lisp and JavaScript (node/notebook.mjs calls), `input`, `sys.stdin` and
`getpass` of Python. Out: messages under the request that runs; lines. A worker waits for a line in shared
memory (reader.mjs): where the page has none to share, asking is refused, and it is said what the page must
send.
"""

from __future__ import annotations

import builtins
import getpass
import io
import os
import sys
from collections.abc import Callable
from typing import Any

from ..session.events import Value
from ..session.session import Session
from .mime import bundle, plain
from .outlet import Outlet, Tell

NAMES = ("display", "update-display", "clear-output", "progress", "read-line")
MODULE = os.path.join(os.path.dirname(os.path.dirname(os.path.realpath(__file__))), "node", "notebook.mjs")

REFUSED = (
    "the page cannot be asked for a line: it has no memory to share with its worker. It has some when it is "
    "sent with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp"
)
# What reader.mjs says.
_LINE, _END, _STOPPED = "=", "!", "x"


class PageSession(Session):
    """A Session whose Lisp has the notebook's functions.

    Args:
        bridge: inside the process.
        notebook: what they ask.
    """

    def __init__(self, bridge: Any, notebook: Notebook) -> None:
        super().__init__(bridge=bridge, names=NAMES)
        self._notebook = notebook

    def begin(self, prelude: Any) -> None:
        """Give JavaScript the functions too."""
        super().begin(prelude)
        self.bridge.import_module(MODULE).install(self._notebook)


class Notebook:
    """The page, as far as a program may use it.

    Args:
        outlet: where output goes, and who runs.
        tell: sends a message to the page.
        ask: asks the page for a line, and waits; given the request, the prompt, and whether it is secret.
    """

    def __init__(self, outlet: Outlet, tell: Tell, ask: Callable[[Any, str, bool], str]) -> None:
        self._outlet = outlet
        self._tell = tell
        self._ask = ask

    def take_over(self) -> None:
        """`input`, `getpass` and `sys.stdin` ask the page from now on."""
        sys.stdin = Typed(self)
        builtins.input = self.input
        getpass.getpass = self.secret

    def show(self, value: Any, ident: str | None = None, update: bool = False) -> None:
        """Show a Python object."""
        data, metadata = bundle(Value("", is_python=True, python=value), self._complain)
        self._display(data, metadata, ident, update)

    def publish(
        self, data: dict[str, Any], metadata: dict[str, Any], ident: str | None = None, update: bool = False
    ) -> None:
        """Show a MIME bundle."""
        self._display(plain(data), plain(metadata), ident, update)

    def clear(self, wait: bool = False) -> None:
        """Clear what the request has shown so far; with `wait`, when the next output comes."""
        self._outlet.flush()
        self._tell({"op": "clear", "id": self._outlet.running, "wait": bool(wait)})

    def read_line(self, prompt: str = "") -> str | None:
        """A line from the person; None at the end of input.

        Raises:
            OSError: the page cannot be asked.
        """
        return self.line(str(prompt))

    def line(self, prompt: str = "", secret: bool = False) -> str | None:
        """As `read_line`; what is secret is not shown as it is typed.

        Raises:
            OSError: the page cannot be asked. KeyboardInterrupt: it was told to stop instead.
        """
        self._outlet.flush()
        said = self._ask(self._outlet.running, prompt, secret)
        if said == _STOPPED:
            raise KeyboardInterrupt
        if not said:
            raise io.UnsupportedOperation(REFUSED)
        return None if said == _END else said.removeprefix(_LINE)

    def input(self, prompt: Any = "", /) -> str:
        """Python's `input`."""
        line = self.line(str(prompt))
        if line is None:
            raise EOFError
        return line

    def secret(self, prompt: str = "Password: ", stream: Any = None) -> str:
        """Python's `getpass`."""
        line = self.line(prompt, True)
        if line is None:
            raise EOFError
        return line

    def _display(
        self, data: dict[str, Any], metadata: dict[str, Any], ident: str | None, update: bool
    ) -> None:
        self._outlet.flush()
        about = {"data": data, "metadata": metadata, "name": ident, "update": bool(update)}
        self._tell({"op": "display", "id": self._outlet.running, **about})

    def _complain(self, line: str) -> None:
        self._outlet.write("stderr", line, None)


class Typed(io.TextIOBase):
    """`sys.stdin`: what a person types when it is asked for."""

    encoding = "utf-8"
    errors = "strict"

    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def readable(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        """A line with its end; "" where input has ended. All of it, whatever the size."""
        line = self._notebook.line()
        return "" if line is None else line + "\n"

    def read(self, size: int | None = -1, /) -> str:
        """Lines until input ends, or one where only so much is wanted."""
        if size is not None and size >= 0:
            return self.readline() if size else ""
        lines = []
        while line := self.readline():
            lines.append(line)
        return "".join(lines)
