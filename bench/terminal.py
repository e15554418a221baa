"""The terminal beside other prompts, on real pseudo-terminals: start, keys, results; and the highlighter.

In: where the references are installed. Out: rows of text. What is timed is what a person waits for: from the
start of the process to the prompt, from the key to its character on the screen, from Enter to the value.
"""

from __future__ import annotations

import math
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path
from typing import Any

from polyrepl.bridge.process import find_node

KEYS = "abcdefghijklmnopqrstuvwxyzabcdefghijklmn"
STARTS = 5
PYTHON_LOOP = "exec('while True: pass')"
ESCAPE = re.compile(rb"\x1b(?:\[[\d;?]*[@-~]|\][^\x07]*\x07|[()].)")


@dataclass(frozen=True)
class Prompt:
    """A program with a prompt: how it is started, what its prompt ends with, an expression and its value."""

    name: str
    command: list[str]
    prompt: bytes
    expression: str
    loop: str  # runs for ever


class Terminal:
    """One program on a pseudo-terminal."""

    def __init__(self, program: Prompt, home: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            keep = {k: os.environ[k] for k in ("PATH", "LANG") if k in os.environ}
            env = keep | {
                "TERM": "xterm-256color",
                "HOME": home,
                "XDG_CONFIG_HOME": home,
                "XDG_STATE_HOME": home,
            }
            env |= {"IPYTHONDIR": f"{home}/ipython", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
            os.execvpe(program.command[0], program.command, env)
        ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.seen = b""

    def send(self, text: str) -> float:
        self.seen = b""
        start = time.perf_counter()
        os.write(self.fd, text.encode())
        return start

    def until(self, wanted: bytes, seconds: float = 15) -> float:
        """When `wanted` has been read."""
        end = time.perf_counter() + seconds
        while wanted not in ESCAPE.sub(b"", self.seen):
            if not self.readable(max(0, end - time.perf_counter())):
                raise TimeoutError(f"{wanted!r} not in {self.seen[-200:]!r}")
            data = os.read(self.fd, 1 << 16)
            # A terminal answers the request for the cursor's position, or the editors wait for it.
            if b"\x1b[6n" in data:
                os.write(self.fd, b"\x1b[1;1R")
            self.seen += data
        return time.perf_counter()

    def readable(self, seconds: float) -> bool:
        waiting = select.poll()
        waiting.register(self.fd, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def quiet(self, seconds: float = 0.3) -> None:
        """Read until nothing comes any more."""
        end = time.perf_counter() + 5
        while time.perf_counter() < end and self.readable(seconds):
            if b"\x1b[6n" in os.read(self.fd, 1 << 16):
                os.write(self.fd, b"\x1b[1;1R")

    def close(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def prompts(peers: Any) -> Iterator[Prompt]:
    """Ours first, then what is installed of the others."""
    yield Prompt(
        "polyrepl", [str(Path(sys.executable).with_name("polyrepl"))], b"=>", "(+ 1 2)", "(while true nil)"
    )
    yield Prompt("python", [sys.executable, "-q"], b">>>", "1+2", PYTHON_LOOP)
    yield Prompt("IPython", [peers.command("ipython"), "--no-banner"], b"In [1]:", "1+2", PYTHON_LOOP)
    yield Prompt("ptpython", [peers.command("ptpython")], b">>>", "1+2", PYTHON_LOOP)
    yield Prompt("hy", [peers.command("hy")], b"=>", "(+ 1 2)", "(while True)")
    yield Prompt("node", [find_node()], b"> ", "1+2", "for (;;) {}")
    yield Prompt("deno", [str(peers.folder / "node_modules" / ".bin" / "deno")], b"> ", "1+2", "for (;;) {}")


def measure(program: Prompt) -> dict[str, float]:
    """Seconds: start to prompt (best of some), the rest medians."""
    with tempfile.TemporaryDirectory() as home:
        starts = []
        for _ in range(STARTS):
            began = time.perf_counter()
            terminal = Terminal(program, home)
            try:
                starts.append(terminal.until(program.prompt) - began)
            finally:
                terminal.close()
        terminal = Terminal(program, home)
        try:
            terminal.until(program.prompt)
            terminal.quiet(1.0)
            keys = []
            for key in KEYS:
                began = terminal.send(key)
                keys.append(terminal.until(key.encode()) - began)
                terminal.quiet(0.05)
            terminal.send("\x03")
            terminal.quiet(0.5)
            results = []
            for _ in range(15):
                terminal.send(program.expression)
                terminal.quiet(0.15)
                began = terminal.send("\r")
                results.append(terminal.until(b"3") - began)
                terminal.quiet(0.15)
            stops = interruptions(terminal, program)
        finally:
            terminal.close()
    return {
        "start": min(starts),
        "key": statistics.median(keys),
        "result": statistics.median(results),
        "stop": statistics.median(stops),
    }


def interruptions(terminal: Terminal, program: Prompt) -> list[float]:
    """Seconds from Ctrl-C in an endless loop to the next prompt; infinite where there is none."""
    stops = []
    for _ in range(5):
        terminal.send(program.loop + "\r")
        terminal.quiet(1.0)
        began = terminal.send("\x03")
        try:
            # The next prompt: IPython's has another number.
            stops.append(terminal.until(program.prompt.partition(b"1")[0]) - began)
        except TimeoutError:
            return [math.inf]
        terminal.quiet(0.3)
    return stops


def terminal(peers: Any) -> Iterator[tuple[str, str, str]]:
    """Rows: our figure, and each other prompt's."""
    found: dict[str, dict[str, float]] = {}
    for program in prompts(peers):
        if not os.path.exists(program.command[0]):
            continue
        try:
            found[program.name] = measure(program)
        except (TimeoutError, OSError) as error:
            print(f"{program.name}: {error}", file=sys.stderr)
    ours = found.pop("polyrepl")
    for key, what in (
        ("start", "start to prompt"),
        ("key", "key to screen"),
        ("result", "Enter to the value of 1+2"),
        ("stop", "Ctrl-C in an endless loop to the prompt"),
    ):
        theirs = ", ".join(f"{name} {shown(row[key])}" for name, row in found.items())
        yield what, shown(ours[key]), theirs
    yield from highlighter()


def shown(seconds: float) -> str:
    if seconds == math.inf:
        return "never"
    return f"{seconds * 1e3:.0f} ms" if seconds >= 0.1 else f"{seconds * 1e3:.1f} ms"


def highlighter() -> Iterator[tuple[str, str, str]]:
    """A key in the middle of a buffer of 1,000 lines: everything that is done to draw 50 lines again."""
    from polyrepl.repl.complete.lines import Lines
    from polyrepl.repl.terminal.editor_lexer import EditorLexer
    from polyrepl.repl.terminal.highlight import PolyreplLexer
    from prompt_toolkit.document import Document
    from prompt_toolkit.lexers import PygmentsLexer

    form = ["(defn area-{0} [w h]", '  (let [a (* w h) s "text"]', "    (when (> a {0})", "      (inc a))))"]
    text = "\n".join(line.replace("{0}", str(number)) for number in range(250) for line in form)
    middle = text.index("(defn area-125") + 60

    def times(lexer: Any) -> float:
        taken = []
        now = text
        for key in "typing some words here":
            now = now[:middle] + key + now[middle:]
            began = time.perf_counter()
            line = lexer.lex_document(Document(now, middle))
            for number in range(480, 530):
                line(number)
            taken.append(time.perf_counter() - began)
        return statistics.median(taken)

    names = {"defn": "definer", "let": "special", "when": "macro", "inc": "function"}
    lines = Lines().update(text)
    for number in range(1000):
        lines.scan(number)
    ours = times(EditorLexer(lines, lambda: names))
    yield (
        "highlight a key, 1,000 lines",
        shown(ours),
        f"Pygments from prompt_toolkit {shown(times(PygmentsLexer(PolyreplLexer)))}",
    )
