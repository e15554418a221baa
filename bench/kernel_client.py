"""A Jupyter client that measures: when each answer of a kernel came.

In: the argv of a kernel. Out: `Kernel`, whose requests tell how long they took. Sockets are polled directly,
so that what is measured is the kernel and not a client's threads.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

Message = dict[str, Any]
CHANNELS = ("shell", "iopub", "control")


@dataclass
class Answer:
    """What came back for one request, with seconds since it was sent; None for what did not come."""

    reply: Message | None = None
    replied: float | None = None
    idle: float | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(m["content"]["text"] for m in self.messages if m["msg_type"] == "stream")


class Kernel:
    """A kernel process of our own."""

    def __init__(self, name: str, argv: list[str], folder: Path) -> None:
        spec = folder / "kernels" / name
        spec.mkdir(parents=True, exist_ok=True)
        described = {"argv": argv, "display_name": name, "language": name}
        (spec / "kernel.json").write_text(json.dumps(described), encoding="utf-8")
        specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        start = time.perf_counter()
        self.manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = self.manager.client()
        self.client.start_channels(hb=False)
        self._poller = zmq.Poller()
        for name_ in CHANNELS:
            self._poller.register(getattr(self.client, f"{name_}_channel").socket, zmq.POLLIN)
        self.started = self._until_idle() - start

    def _until_idle(self, patience: float = 60.0) -> float:
        """Ask until a reply and an `idle` came: a subscriber hears nothing that was sent before it joined."""
        end, asked, replied = time.perf_counter() + patience, 0.0, False
        while True:
            now = time.perf_counter()
            if now > end:
                raise TimeoutError("the kernel does not answer")
            if now - asked > (0.02 if replied else 0.3):
                self.client.kernel_info()
                asked = now
            for message in self.receive(0.01):
                replied |= message["msg_type"] == "kernel_info_reply"
                if replied and message["content"].get("execution_state") == "idle":
                    moment = time.perf_counter()
                    self.drain()
                    return moment

    def receive(self, seconds: float) -> list[Message]:
        """What has come, after at most so long."""
        found = []
        for socket, _ in self._poller.poll(int(seconds * 1e3)):
            with contextlib.suppress(zmq.Again):
                while True:
                    found.append(self.client.session.recv(socket, mode=zmq.NOBLOCK)[1])
                    if found[-1] is None:
                        found.pop()
                        break
        return found

    def drain(self, quiet: float = 0.1) -> None:
        while self.receive(quiet):
            pass

    def alive(self) -> bool:
        process = self.manager.provisioner.process
        return process is not None and process.poll() is None

    def wait(self, ident: str, start: float, patience: float, *, idle: bool = True) -> Answer:
        """The answer to a request that was sent at `start`."""
        answer = Answer()
        while answer.reply is None or (idle and answer.idle is None):
            now = time.perf_counter()
            if now - start > patience or not self.alive():
                break
            for message in self.receive(0.05):
                taken = time.perf_counter() - start
                if message["parent_header"].get("msg_id") != ident:
                    continue
                if message["msg_type"].endswith("_reply"):
                    answer.reply, answer.replied = message, taken
                elif message["content"].get("execution_state") == "idle":
                    answer.idle = taken
                else:
                    answer.messages.append(message)
        return answer

    def run(self, code: str, patience: float = 30.0) -> Answer:
        start = time.perf_counter()
        return self.wait(self.client.execute(code), start, patience)

    def ask(self, question: str, code: str, cursor: int, patience: float = 10.0) -> Answer:
        start = time.perf_counter()
        return self.wait(getattr(self.client, question)(code, cursor), start, patience, idle=False)

    def interrupt(self, code: str, patience: float = 3.0) -> float | None:
        """Seconds from an interrupt_request to `idle` of the cell it stopped; None if it was not stopped."""
        cell = self.client.execute(code)
        time.sleep(0.5)  # most kernels say nothing when the code itself begins
        start = time.perf_counter()
        self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))
        return self.wait(cell, start, patience).idle

    def memory(self) -> float:
        """Proportional set size of the kernel and its children in MiB."""
        process = psutil.Process(self.manager.provisioner.pid)
        total = 0
        for each in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += each.memory_full_info().pss
        return total / 2**20

    def stop(self) -> None:
        self.client.stop_channels()
        with contextlib.suppress(Exception):
            self.manager.shutdown_kernel(now=True)


def temporary() -> tempfile.TemporaryDirectory[str]:
    """A folder for the specs."""
    return tempfile.TemporaryDirectory(prefix="polyrepl-bench-")
