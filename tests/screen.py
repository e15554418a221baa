"""The real program on a real terminal: tmux, with its screen to read.

In: keys. Out: the screen. Everything waits for what is to be seen, with a deadline, never for a time.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
from running import COMMAND, MARKER, assert_nothing_left, environment, node_of

PATIENCE = 20.0


class Screen:
    """One terminal with polyrepl, or another program, in it."""

    program = COMMAND

    def __init__(self, home: Path, *args: str, columns: int = 90, rows: int = 30, **env: str) -> None:
        self.socket = f"polyrepl-{uuid.uuid4().hex[:8]}"
        self.env = environment(home, **env)
        self.env.setdefault("TERM", "xterm-256color")
        self.mark = self.env[MARKER]
        self.home = home
        # tmux itself must not carry the marker; what runs in it gets its environment from `env -i`.
        settings = [f"{k}={v}" for k, v in self.env.items() if k not in ("TERM", "TMUX", "TMUX_PANE")]
        command = shlex.join(
            ["env", "-i", *settings, f"TERM={env.get('TERM', 'screen-256color')}", *self.program, *args]
        )
        self.tmux(
            "-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
            f"cd {shlex.quote(str(home))} && {command}; echo \"[exit $?]\"; exec sleep 600",
        )  # fmt: skip

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *exc: object) -> None:
        subprocess.run(["tmux", "-L", self.socket, "kill-server"], check=False, capture_output=True)
        assert_nothing_left(self.mark)

    def tmux(self, *arguments: str) -> str:
        env = {k: v for k, v in os.environ.items() if not k.startswith("TMUX")}
        done = subprocess.run(
            ["tmux", "-L", self.socket, *arguments], check=True, capture_output=True, text=True, env=env
        )
        return done.stdout

    # -- keys ------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Type a text."""
        self.tmux("send-keys", "-l", "--", text)

    def key(self, *names: str) -> None:
        """Press keys by tmux's names: Enter, C-c, Tab, M-s, Up .."""
        self.tmux("send-keys", *names)

    def submit(self, text: str) -> None:
        """Type a text and press Enter."""
        self.type(text)
        # Only then is what is on the screen later an answer to it.
        self.shows(text[-20:])
        self.key("Enter")

    def paste(self, text: str) -> None:
        """Paste as a terminal does, in brackets."""
        self.tmux("set-buffer", "--", text)
        self.tmux("paste-buffer", "-p")

    def resize(self, columns: int, rows: int) -> None:
        """Resize the window; tmux tells the program in its pane a little later."""
        tty = os.open(self.tmux("display-message", "-p", "#{pane_tty}").strip(), os.O_RDWR | os.O_NOCTTY)
        try:
            self.tmux("resize-window", "-x", str(columns), "-y", str(rows))
            end = time.monotonic() + PATIENCE
            while os.get_terminal_size(tty) != (columns, rows) and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            os.close(tty)

    def clear(self) -> None:
        """An empty prompt on an empty screen."""
        self.key("C-l")
        self.until(lambda screen: typed_rows(screen) == ["=>"], "a cleared screen")

    def offered(self, text: str, pattern: str) -> str:
        """Type a text at an empty prompt, for which something is offered that matches.

        A busy machine may have nothing ready at a key stroke: then it is typed again, as a person would.
        """
        for _ in range(9):
            self.type(text)
            self.shows(text.strip())
            with contextlib.suppress(AssertionError):
                return self.matches(pattern, within=2)
            self.key("C-c")
            self.ready()
        self.type(text)
        return self.matches(pattern)

    # -- looking ---------------------------------------------------------------------------------

    def capture(self, *, colors: bool = False, history: bool = False) -> str:
        """The screen as text."""
        options = ["-e"] if colors else []
        options += ["-S", "-500"] if history else []
        return self.tmux("capture-pane", "-p", *options).rstrip("\n")

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.capture().split("\n")]

    def until(self, seen: Callable[[str], object], what: str, within: float = PATIENCE) -> str:
        """The screen as soon as `seen` says so."""
        end = time.monotonic() + within
        while True:
            screen = self.capture()
            if seen(screen):
                return screen
            if time.monotonic() > end:
                raise AssertionError(f"not seen within {within} s: {what}\n{screen}")
            time.sleep(0.02)

    def shows(self, text: str, within: float = PATIENCE) -> str:
        """Wait for a text anywhere on the screen."""
        return self.until(lambda screen: text in screen, text, within)

    def line(self, text: str, within: float = PATIENCE) -> str:
        """Wait for a line that is exactly this text."""
        return self.until(
            lambda screen: text in [line.rstrip() for line in screen.split("\n")], f"line {text!r}", within
        )

    def matches(self, pattern: str, within: float = PATIENCE) -> str:
        """Wait for a regular expression."""
        return self.until(lambda screen: re.search(pattern, screen, re.MULTILINE), pattern, within)

    def ready(self, prompt: str = "=>", within: float = PATIENCE) -> str:
        """Wait until the last line with something typed on it is an empty prompt."""

        def empty(screen: str) -> bool:
            return typed_rows(screen)[-1:] == [prompt]

        return self.until(empty, f"an empty prompt {prompt}", within)

    def result(self, text: str, within: float = PATIENCE) -> str:
        """Wait for a result line, and for the prompt after it."""
        self.line(text, within)
        return self.ready(within=within)

    # -- processes -------------------------------------------------------------------------------

    def node(self) -> psutil.Process:
        return node_of(self.mark)


TOOLBAR = re.compile(r"F1 doc")


def typed_rows(screen: str) -> list[str]:
    """The rows with something on them, without the toolbar."""
    return [line.rstrip() for line in screen.split("\n") if line.strip() and not TOOLBAR.search(line)]
