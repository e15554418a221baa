"""Which shell request is served when.

In: messages from the shell socket. Out: handler calls between a `busy` and an `idle` status, and replies.

Cells run one after the other. While one is running, or waits in an `await`, every other request (complete,
inspect, is_complete, history, kernel_info ..) is answered at once, in a context of its own. After the
`idle` of such a request a `busy` of the running cell follows, since front ends believe the last status.
Comm messages run code of the program: they are steps of it, and wait where those do (steps.py).
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import asyncio
import contextvars
import inspect
from typing import Any

from ipykernel.kernelbase import Kernel
from traitlets import Float

from .interrupts import Interrupts
from .stdin import Stdin
from .steps import KernelLoop

Message = dict[str, Any]

HOPS_OF_A_MESSAGE = 6
STEPS = frozenset(("comm_open", "comm_msg", "comm_close"))


class Waiting:
    """A cell in the queue."""

    __slots__ = ("aborted",)

    def __init__(self) -> None:
        self.aborted = False


class ConcurrentKernel(Stdin):
    """IPythonKernel that answers while a cell runs."""

    shell: Any
    session: Any
    interrupts: Interrupts

    # ipykernel sleeps this long before each reply, against output that comes late; ours is sent in order.
    _execute_sleep = Float(0.0).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._queue: list[Waiting] = []
        self._steps: dict[asyncio.Task[None], None] = {}
        self._running: Message | None = None

    def start(self) -> None:
        """Begin to serve. Skips IPythonKernel's own start, which only sets up its debugger."""
        self.shell.exit_now = False
        Kernel.start(self)

    async def shell_main(self, subshell_id: str | None, msg: Any) -> None:
        """Serve one message as it came from the socket."""
        try:
            idents, frames = self.session.feed_identities(msg, copy=False)
            message = self.session.deserialize(frames, content=True, copy=False)
            kind = message["header"]["msg_type"]
        except Exception as error:
            self.log.warning("invalid message left aside: %s", error)
            return
        if kind == "execute_request":
            await self._serve_in_turn(idents, message)
            return
        beside = contextvars.copy_context()
        if self._main_asyncio_lock.locked():
            serving = asyncio.create_task(self._serve_beside(idents, message), context=beside)
            if kind in STEPS:
                self._steps[serving] = None
                serving.add_done_callback(self._steps.pop)
            await serving
        else:
            async with self._main_asyncio_lock:
                await asyncio.create_task(self._serve_beside(idents, message), context=beside)

    async def _serve_in_turn(self, idents: Any, message: Message) -> None:
        place, before = Waiting(), list(self._steps)
        self._queue.append(place)
        async with self._main_asyncio_lock:
            if before:  # steps that came first, and have waited for the cell before this one
                await asyncio.wait(before)
            self._queue.remove(place)
            self.set_parent(idents, message, channel="shell")
            if place.aborted:
                self._publish_status("busy", "shell", message)
                self._send_abort_reply(self.shell_stream, message, idents)
                self._publish_status("idle", "shell", message)
                return
            self._running = message
            try:
                with self.interrupts.cell(message):
                    await self._serve(idents, message)
            finally:
                self._running = None

    async def _serve_beside(self, idents: Any, message: Message) -> None:
        """Serve what is no cell. The parent is set for this context alone, so that what no context assigns
        belongs to the last cell: output of a pool's thread, of a child process.
        """
        loop = asyncio.get_running_loop()
        if message["header"]["msg_type"] in STEPS and isinstance(loop, KernelLoop):
            await loop.turn_over()
        self._shell_parent_ident.set(idents)
        self._shell_parent.set(message)
        self.shell.set_thread_parent(message)
        await self._serve(idents, message)
        if self._running is not None:
            self._publish_status("busy", "shell", self._running)

    async def _serve(self, idents: Any, message: Message) -> None:
        kind = message["header"]["msg_type"]
        self._publish_status("busy", "shell", message)
        try:
            handler = self.shell_handlers.get(kind)
            if handler is None:
                raise LookupError(f"unknown message type {kind!r}")
            check(kind, message["content"])
            if kind == "execute_request":
                await handler(self.shell_stream, idents, message)
            else:
                with self.interrupts.callback(message):
                    result = handler(self.shell_stream, idents, message)
                    if inspect.isawaitable(result):
                        await result
        except (Exception, KeyboardInterrupt) as error:
            self.log.warning("a %s failed: %r", kind, error)
            self._refuse(idents, message, error)
        self._stdout.flush()
        self._publish_status("idle", "shell", message)

    def _refuse(self, idents: Any, message: Message, error: BaseException) -> None:
        """Every request gets a reply, also one that can not be served."""
        kind = message["header"]["msg_type"]
        if not kind.endswith("_request"):
            return
        name, said = type(error).__name__, str(error)
        told = {"ename": name, "evalue": said, "traceback": [f"{name}: {said}"]}
        content: dict[str, Any] = {"status": "error", **told}
        if kind == "execute_request":
            if not (isinstance(message["content"], dict) and message["content"].get("silent")):
                # Front ends show a cell's error by this message, and look no further into the reply.
                self.session.send(
                    self.iopub_socket, "error", told, parent=message, ident=self._topic("error")
                )
            content |= {"execution_count": self.execution_count, "payload": [], "user_expressions": {}}
        reply = kind.removesuffix("_request") + "_reply"
        self.session.send(self.shell_stream, reply, content, parent=message, ident=idents)

    # -- after an error, the cells that were sent together with it do not run ----------------------

    async def abort_waiting(self) -> None:
        """Mark every cell that has arrived by now: it gets an `aborted` reply when its turn comes.

        Called before the failed cell's own reply is sent, so that a cell sent in answer to it does run.
        """
        if self.shell_stream is not None:
            self.shell_stream.flush()
        for _ in range(HOPS_OF_A_MESSAGE):  # what flush has read passes through a few tasks before it waits
            await asyncio.sleep(0)
        for place in self._queue:
            place.aborted = True

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """ipykernel's own way, not used: abort_waiting has done it."""

    # -- SIGINT is ours only while a cell runs; at other times it must not end the process -----------

    def pre_handler_hook(self) -> None:
        """Not used."""

    def post_handler_hook(self) -> None:
        """Not used."""

    async def interrupt_request(self, stream: Any, ident: Any, parent: Message) -> None:
        """Called on the control thread: stop what runs by now, and not what begins afterwards."""
        self.interrupts.request(parent)
        await super().interrupt_request(stream, ident, parent)

    # -- what we do not have, said as protocol says it ---------------------------------------------

    async def create_subshell_request(self, socket: Any, ident: Any, parent: Message) -> None:
        """Refuse: JavaScript has one thread, so a second cell would wait for the first anyway."""
        self._no_subshells(socket, ident, parent)

    async def delete_subshell_request(self, socket: Any, ident: Any, parent: Message) -> None:
        """Refuse."""
        self._no_subshells(socket, ident, parent)

    async def list_subshell_request(self, socket: Any, ident: Any, parent: Message) -> None:
        """There are none."""
        self.session.send(socket, "list_subshell_reply", {"status": "ok", "subshell_id": []}, parent, ident)

    def _no_subshells(self, socket: Any, ident: Any, parent: Message) -> None:
        kind = parent["header"]["msg_type"].removesuffix("_request") + "_reply"
        content = {
            "status": "error",
            "ename": "NotSupported",
            "evalue": "this kernel has no subshells",
            "traceback": [],
        }
        self.session.send(socket, kind, content, parent, ident)

    async def do_debug_request(self, msg: Message) -> dict[str, Any]:
        """Refuse every request of the debug adapter protocol."""
        return {
            "type": "response",
            "seq": 0,
            "request_seq": msg.get("seq", 0),
            "command": msg.get("command", ""),
            "success": False,
            "message": "this kernel has no debugger",
        }


NEEDED = {
    "execute_request": (("code", str),),
    "complete_request": (("code", str), ("cursor_pos", int)),
    "inspect_request": (("code", str), ("cursor_pos", int)),
    "is_complete_request": (("code", str),),
    "history_request": (("hist_access_type", str),),
}


def check(kind: str, content: Any) -> None:
    """Does a request hold what its handler needs?

    Raises:
        ValueError: it does not.
    """
    if not isinstance(content, dict):
        raise ValueError(f"the content of a {kind} must be an object")
    for name, type_ in NEEDED.get(kind, ()):
        if not isinstance(content.get(name), type_):
            raise ValueError(f"{kind} needs {name!r} ({type_.__name__})")
    expressions = content.get("user_expressions") or {}
    if not isinstance(expressions, dict) or not all(isinstance(each, str) for each in expressions.values()):
        raise ValueError("'user_expressions' must be an object of strings")
