"""A running kernel as tests see it: cells in, everything they said out.

In: a kernel manager and its client. Out: `Kernel`, with requests that wait for their own answers, and `Cell`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from queue import Empty
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

TIMEOUT = 60  # seconds; only what never comes takes so long
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def plain(lines: list[str]) -> str:
    """A traceback without its colours."""
    return COLOURS.sub("", "\n".join(lines))


@dataclass
class Cell:
    """What one execute said: the reply and everything on IOPub."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The message id of its request."""
        return str(self.messages[0]["parent_header"]["msg_id"])

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    @property
    def result(self) -> str | None:
        found = self.of("execute_result")
        return found[0]["data"]["text/plain"] if found else None

    @property
    def data(self) -> dict[str, Any]:
        """The MIME bundle of the result."""
        return self.of("execute_result")[0]["data"]

    @property
    def error(self) -> str:
        """The traceback, without colours."""
        return plain(self.of("error")[0]["traceback"])

    @property
    def kinds(self) -> list[str]:
        """Kinds of the messages between busy and idle; a stream counts as one, in how many pieces ever."""
        kinds = [m["msg_type"] for m in self.messages if m["msg_type"] != "status"]
        return [kind for kind, _ in groupby(kinds)]

    @property
    def streams(self) -> list[tuple[str, str]]:
        """Names and texts of the streams, in their order; pieces of one are together."""
        return [
            (name, "".join(content["text"] for content in pieces))
            for name, pieces in groupby(self.of("stream"), key=lambda content: content["name"])
        ]

    def text(self, stream: str = "stdout") -> str:
        return "".join(c["text"] for c in self.of("stream") if c["name"] == stream)


@dataclass
class Kernel:
    manager: KernelManager
    client: BlockingKernelClient
    mark: str
    home: Path

    def run(self, code: str, **options: Any) -> Cell:
        messages: list[dict[str, Any]] = []
        options.setdefault("allow_stdin", False)
        reply = self.client.execute_interactive(code, timeout=TIMEOUT, output_hook=messages.append, **options)
        return Cell(reply["content"], messages)

    def start(self, code: str, **options: Any) -> str:
        """Send a cell without waiting for it; returns its message id."""
        return self.client.execute(code, allow_stdin=False, **options)

    def next_of(self, parent: str) -> dict[str, Any]:
        """The next IOPub message that belongs to `parent`."""
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == parent:
                return message

    def wait_for(self, kind: str, parent: str) -> dict[str, Any]:
        """The content of the next IOPub message of this kind that belongs to `parent`."""
        while True:
            message = self.next_of(parent)
            if message["msg_type"] == kind:
                return message["content"]

    def wait_for_text(self, text: str, parent: str) -> None:
        """Until the next stream messages of `parent` have said `text`, in how many pieces ever.

        A stream is sent every moment, and Python's `print` writes its text and its line break apart.
        """
        said = ""
        while len(said) < len(text):
            said += self.wait_for("stream", parent)["text"]
        assert said == text

    def wait_idle(self, parent: str) -> None:
        while self.wait_for("status", parent)["execution_state"] != "idle":
            pass

    def reply_to(self, parent: str, channel: str = "shell") -> dict[str, Any]:
        get = self.client.get_shell_msg if channel == "shell" else self.client.get_control_msg
        while True:
            message = get(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == parent:
                return message["content"]

    def ask(self, question: str, *args: Any, **options: Any) -> dict[str, Any]:
        """A request that is no cell, and the content of its reply."""
        return self.reply_to(getattr(self.client, question)(*args, **options))

    def control(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """A request on the control channel, and the content of its reply."""
        message = self.client.session.msg(kind, content)
        self.client.control_channel.send(message)
        return self.reply_to(message["header"]["msg_id"], "control")

    def interrupt(self, code: str) -> dict[str, Any]:
        """Start a cell that prints "go", interrupt it then; returns its error."""
        cell = self.start(code)
        assert self.wait_for("stream", cell)["text"].startswith("go")
        self.manager.interrupt_kernel()
        error = self.wait_for("error", cell)
        assert self.reply_to(cell)["status"] == "error"
        self.wait_idle(cell)
        return error

    def drain(self) -> None:
        """Forget what has arrived."""
        for get in (self.client.get_iopub_msg, self.client.get_shell_msg):
            try:
                while True:
                    get(timeout=0.05)
            except Empty:
                pass


def send_comm(kernel: Kernel, kind: str, **content: Any) -> str:
    """What a front end sends; returns the message id."""
    message = kernel.client.session.msg(kind, content)
    kernel.client.shell_channel.send(message)
    return str(message["header"]["msg_id"])
