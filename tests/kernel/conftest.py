"""A real kernel through jupyter_client, one per test module."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel
from running import MARKER, assert_nothing_left, environment

TIMEOUT = 30


@dataclass
class Cell:
    """What one execute said: the reply and everything on IOPub."""

    reply: dict[str, Any]
    messages: list[dict[str, Any]] = field(default_factory=list)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [m["content"] for m in self.messages if m["msg_type"] == kind]

    @property
    def result(self) -> str | None:
        found = self.of("execute_result")
        return found[0]["data"]["text/plain"] if found else None

    def text(self, stream: str) -> str:
        return "".join(c["text"] for c in self.of("stream") if c["name"] == stream)


@dataclass
class Kernel:
    manager: KernelManager
    client: BlockingKernelClient
    mark: str

    def run(self, code: str, **options: Any) -> Cell:
        messages: list[dict[str, Any]] = []
        reply = self.client.execute_interactive(
            code, timeout=TIMEOUT, output_hook=messages.append, allow_stdin=False, **options
        )
        return Cell(reply["content"], messages)

    def start(self, code: str) -> str:
        """Send a cell without waiting for it; returns its message id."""
        return self.client.execute(code, allow_stdin=False)

    def wait_for(self, kind: str, parent: str) -> dict[str, Any]:
        """The content of the next IOPub message of this kind that belongs to `parent`."""
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["msg_type"] == kind and message["parent_header"].get("msg_id") == parent:
                return message["content"]

    def reply_to(self, parent: str) -> dict[str, Any]:
        while True:
            message = self.client.get_shell_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") == parent:
                return message["content"]


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    home: Path = tmp_path_factory.mktemp("home")
    env = environment(home)
    manager, client = start_new_kernel(kernel_name="polyrepl", env=env, cwd=str(home))
    yield Kernel(manager, client, env[MARKER])
    client.stop_channels()
    manager.shutdown_kernel()
    assert_nothing_left(env[MARKER])
