"""What the person at the terminal sees of a value or a problem: layout, colour, pages, pictures.

In: events of the Session. Out: text on the terminal. A JavaScript value is laid out by the runtime's
printer in Node; a Python value by python_text.py; a long one is cut, and `,more` goes on.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from typing import Any

from ..colors import paint, wants_color
from ..config import Config
from ..session.events import Event, Lost, Problem, Value
from ..session.session import Session
from . import images
from .python_text import Limits, Shown

_POSITION = re.compile(r"^(?P<where>\S[^\n]*?:\d+:\d+): (?P<what>(?:error|warning|[A-Z]\w*)\b[^\n]*)")
_CARET = re.compile(r"^\s*\^+\s*$")
EVERYTHING = 10**9
MORE = ",more shows more"


class Showing:
    """Shows events on one terminal.

    Args:
        session: for the pages of long values in Node.
        config: the user's limits.
        color: paint?
    """

    def __init__(self, session: Session, config: Config, color: bool) -> None:
        self.session = session
        self.config = config
        self.color = color
        self._next: Callable[[bool], str | None] | None = None
        self._images: images.Protocol | None = None

    def event(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Value(quiet=False):
                self.value(event)
            case Problem():
                self.write(self.problem_text(event) + "\n", error=True)
            case Lost():
                self.write(paint(event.text, "33", self.color) + "\n", error=True)

    def write(self, text: str, *, error: bool = False) -> None:
        stream = sys.stderr if error else sys.stdout
        stream.write(text)
        stream.flush()

    # -- values ----------------------------------------------------------------------------------

    def value(self, value: Value) -> None:
        """Show a value, as a picture where it is one."""
        if self.config.images != "off":
            png = self._png(value)
            if png is not None:
                self.picture(png)
                return
        if value.is_python:
            text = self._python(value.python, 1)
            self.write(text + "\n" + self._hint(self._next is not None))
            return
        shown = value.page or {"text": value.text, "more": False}
        self._next = self._next_of_node if shown["more"] else None
        self.write(str(shown["text"]) + "\n" + self._hint(bool(shown["more"])))

    def page_options(self) -> str:
        """How values are laid out in Node; as text, since a dict would be asked key by key."""
        options = {
            "width": self.width(),
            "color": self.color,
            "maxItems": self.config.max_items,
            "maxDepth": self.config.max_depth,
            "maxString": self.config.max_string,
            "maxLines": self.config.max_lines,
        }
        return json.dumps(options)

    def _next_of_node(self, everything: bool) -> str | None:
        shown = self.session.node.next_page(everything)
        if shown is None:
            return None
        if not shown["more"]:
            self._next = None
        return str(shown["text"])

    def _python(self, value: Any, factor: int) -> str:
        """The text of a Python value; remembers how to go on if something was left out."""
        shown = Shown(value, self.limits(factor))
        wider = 10 * factor
        self._next = (lambda all_: self._python(value, EVERYTHING if all_ else wider)) if shown.more else None
        return shown.text

    def limits(self, factor: int = 1) -> Limits:
        """How much is shown; each `,more` shows ten times as much."""
        config = self.config
        return Limits(
            self.width(),
            config.max_items * factor,
            config.max_depth + factor - 1,
            config.max_string * factor,
            config.max_lines * factor,
        )

    def more(self, everything: bool) -> None:
        """`,more`: the next part of the last long value."""
        text = self._next(everything) if self._next is not None else None
        if text is None:
            self.write("nothing more\n")
            return
        self.write(text + "\n" + self._hint(self._next is not None))

    def _hint(self, more: bool) -> str:
        return paint(MORE, "90", self.color) + "\n" if more else ""

    def width(self) -> int:
        """Columns of the terminal."""
        # The terminal itself knows best: COLUMNS, which shutil believes first, does not follow a resize.
        with contextlib.suppress(OSError):
            if columns := os.get_terminal_size(1).columns:
                return max(20, columns)
        return max(20, shutil.get_terminal_size().columns)

    # -- pictures --------------------------------------------------------------------------------

    def _png(self, value: Value) -> bytes | None:
        try:
            if value.is_python:
                return images.png_of(value.python)
            data = value.data.get("image/png")
            if isinstance(data, str):
                return base64.b64decode(data)
            return data if isinstance(data, bytes) else None
        except Exception as error:
            self.write(f"the picture can not be drawn: {error}\n", error=True)
            return None

    def figure(self, figure: Any) -> None:
        """Draw a matplotlib figure."""
        png = images.png_of(figure)
        if png is not None and self.config.images != "off":
            self.picture(png)

    def picture(self, png: bytes) -> None:
        """Show a picture in the terminal, or say where it was saved."""
        protocol = self._protocol()
        if protocol != "save":
            try:
                self.write(images.encode(png, protocol))
                return
            except ValueError as error:
                self.write(f"{error}\n", error=True)
        try:
            self.write(f"figure saved: {images.save(png)}\n")
        except OSError as error:
            self.write(f"the figure can not be saved: {error}\n", error=True)

    def _protocol(self) -> images.Protocol:
        wanted = self.config.images
        if wanted in ("kitty", "iterm2", "sixel", "save"):
            return wanted  # type: ignore[return-value]
        if self._images is None:
            self._images = images.detect() if sys.stdout.isatty() else "save"
        return self._images

    # -- problems --------------------------------------------------------------------------------

    def problem_text(self, problem: Problem) -> str:
        """The problem's text; what went wrong in red, carets and places told apart."""
        if not wants_color(sys.stderr):
            return problem.text
        strong = {"warning": "33", "interrupt": "33"}.get(problem.severity, "31;1")
        lines = problem.text.split("\n")
        match = _POSITION.match(lines[0])
        if match is not None:
            lines[0] = paint(match["where"], "90", True) + ": " + paint(match["what"], strong, True)
        else:
            lines[0] = paint(lines[0], strong, True)
        for at, line in enumerate(lines[1:], 1):
            if _CARET.match(line):
                lines[at] = paint(line, strong, True)
            elif line.startswith("  hint: "):
                lines[at] = "  " + paint("hint:", "36", True) + line[7:]
            elif re.match(r"  (lisp |js   |py   |… )", line):
                lines[at] = paint(line, "90", True)
        return "\n".join(lines)
