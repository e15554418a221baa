"""Comms: messages between Python's objects and those of a notebook's page, as widgets have them.

In: the package `comm`, where a page has it (`--packages ipywidgets` brings it along); messages of the page.
Out: messages `{"op": "comm", "id", "kind", "content", "metadata", "buffers"}` for the page.
A page that opens a comm for which there is nobody is answered with "comm_close". Buffers are base64.
"""

from __future__ import annotations

import importlib.util
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .outlet import Outlet, Tell


class Comms:
    """The comms of one worker.

    Args:
        outlet: who runs.
        tell: sends a message to the page.
    """

    def __init__(self, outlet: Outlet, tell: Tell) -> None:
        self._outlet = outlet
        self._tell = tell
        self._manager: Any = None
        self.parent: str | None = None
        """The message of a notebook's that is being answered: what is shown meanwhile belongs to it."""

    @contextmanager
    def asked_by(self, message: str | None) -> Iterator[None]:
        """Answer a message; what is printed and shown meanwhile belongs to no cell."""
        before, self.parent = self.parent, message
        self._outlet.flush()
        running, self._outlet.running = self._outlet.running, None
        try:
            yield
        finally:
            self._outlet.flush()
            self.parent, self._outlet.running = before, running

    def get_parent(self) -> dict[str, Any]:
        """What a widget asks of a kernel that takes other outputs as its own (`ipywidgets.Output`)."""
        return {} if self.parent is None else {"header": {"msg_id": self.parent}}

    def take_over(self) -> None:
        """What `comm` makes goes to the page from now on; without the package nothing is done."""
        if importlib.util.find_spec("comm") is None:
            return
        import comm
        from comm.base_comm import BaseComm

        publish, here = self._publish, self

        class PageComm(BaseComm):
            """A comm whose other end is the page's."""

            kernel = here

            def publish_msg(
                self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **keys: Any
            ) -> None:
                content = {"data": data or {}, "comm_id": self.comm_id, **keys}
                publish(msg_type, content, metadata or {}, buffers or [])

            def handle_msg(self, msg: Any) -> None:
                """The package's own tells an IPython, which need not be there."""
                if self._msg_callback is not None:
                    self._msg_callback(msg)

        comm.create_comm = PageComm
        self._manager = comm.get_comm_manager()

    def heard(self, kind: str, content: dict[str, Any], metadata: dict[str, Any], buffers: list[str]) -> None:
        """A message of the page's: "comm_open", "comm_msg" or "comm_close"."""
        known = self._manager is not None and (
            kind != "comm_open" or content.get("target_name") in self._manager.targets
        )
        if known:
            raw = [memoryview(b64decode(each)) for each in buffers]
            message = {"content": content, "metadata": metadata, "buffers": raw}
            getattr(self._manager, kind)(None, "", message)
        elif kind == "comm_open":
            self._publish("comm_close", {"data": {}, "comm_id": content.get("comm_id")}, {}, [])

    def known(self, target: str | None) -> dict[str, dict[str, str]]:
        """The comms that there are, of one target or of all."""
        comms = {} if self._manager is None else self._manager.comms
        return {
            ident: {"target_name": each.target_name}
            for ident, each in comms.items()
            if target is None or each.target_name == target
        }

    def _publish(self, kind: str, content: dict[str, Any], metadata: dict[str, Any], buffers: Any) -> None:
        self._outlet.flush()
        packed = [b64encode(memoryview(each).cast("B")).decode() for each in buffers]
        about = {"kind": kind, "content": content, "metadata": metadata, "buffers": packed}
        self._tell({"op": "comm", "id": self._outlet.running, **about})
