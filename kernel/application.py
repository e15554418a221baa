"""IPython's kernel application with our kernel, streams and sockets in it.

In: traitlets configuration and a connection file. Out: a kernel that serves on its sockets.

It differs from ipykernel's in three places: no thread stands between the shell socket and the kernel (it is
there for subshells, which we do not have, and costs two hand-overs a message), the IOPub socket never drops
what a slow client has not read yet, and our streams stand in for sys.stdout and sys.stderr.
"""

# mypy: disallow-untyped-calls=False

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import zmq
from ipykernel.kernelapp import IPKernelApp
from platformdirs import user_state_path
from polyrepl import stand_before_sites
from tornado.ioloop import IOLoop
from traitlets import DottedObjectName, Type

from .ipython import Installed
from .kernel import PolyreplKernel
from .session import KernelSession
from .text import safely

HIGH_WATER_MARK = 100_000
SEND_TIMEOUT_MS = 10_000
JSON_PACKERS = ("json", "orjson")


class PolyreplKernelApp(IPKernelApp):
    """IPKernelApp that makes a PolyreplKernel."""

    name = "polyrepl-kernel"
    kernel_class = Type(PolyreplKernel, klass="ipykernel.kernelbase.Kernel").tag(config=True)  # type: ignore[assignment]
    outstream_class = DottedObjectName("polyrepl.kernel.streams.Stream", allow_none=True).tag(config=True)

    lisp: KernelSession | None = None
    """The Session that main() started early; the kernel takes it."""

    def initialize(self, argv: Any = None) -> None:
        """Everything up to, not including, the serving loop."""
        super().initialize(argv)
        if self.kernel is not None:
            self.kernel.ready()

    def init_path(self) -> None:
        """Let the notebook's folder be imported from: behind the standard library, before what is installed.

        The kernelspec's -P has kept it out until now, and is no wish of the person's; PYTHONSAFEPATH is one.
        """
        if "" in sys.path or self.ignore_cwd or os.environ.get("PYTHONSAFEPATH"):
            return
        stand_before_sites("")
        sys.meta_path.insert(0, Installed)

    def get_default_logging_config(self) -> dict[str, Any]:
        """As traitlets', except that nothing is made into text that its handler does not let through."""
        config = super().get_default_logging_config()
        for logger in config["loggers"].values():
            logger["level"] = config["handlers"]["console"]["level"]
        return config

    def load_config_file(self, *args: Any, **options: Any) -> None:
        """Read IPython's configuration; history goes to a file of its own, Lisp is no IPython input."""
        super().load_config_file(*args, **options)
        manager = self.config.HistoryManager
        if "hist_file" not in manager:
            file = history_file()
            manager.hist_file = ":memory:" if file is None else str(file)

    def init_sockets(self) -> None:
        """Make the sockets, and let every message through them carry any text."""
        if self.session.packer in JSON_PACKERS:
            self.session.pack = safely(self.session.pack)
        super().init_sockets()

    def init_control(self, context: Any) -> None:
        """Make the control channel and its thread, and no thread for subshells."""
        super().init_control(context)
        unused, self.shell_channel_thread = self.shell_channel_thread, None
        unused.io_loop.close(all_fds=True)

    def _bind_socket(self, s: Any, port: int) -> Any:
        if s.type == zmq.XPUB:  # these options must be set before it is bound
            s.setsockopt(zmq.XPUB_NODROP, 1)
            s.setsockopt(zmq.SNDHWM, HIGH_WATER_MARK)
            # A client that stopped reading altogether must not stop the others for ever.
            s.setsockopt(zmq.SNDTIMEO, SEND_TIMEOUT_MS)
        return super()._bind_socket(s, port)

    def start(self) -> None:
        """Serve until shut down. A KeyboardInterrupt that got away ends what raised it, not the kernel."""
        if self.subapp is not None:
            self.subapp.start()
            return
        if self.poller is not None:
            self.poller.start()
        self.kernel.start()
        self.io_loop = IOLoop.current()
        while True:
            try:
                self.io_loop.start()
                break
            except KeyboardInterrupt:
                self.log.warning("an interrupt reached the kernel's own loop")
        self.kernel.leave()

    def close(self) -> None:
        """Send what is left, end Node, close the sockets."""
        if self.kernel is not None:
            self.kernel.leave()
        super().close()


def history_file() -> Path | None:
    """Where the kernel's history is kept; None where that can not be written."""
    folder = user_state_path("polyrepl")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    file = folder / "kernel-history.sqlite"
    try:
        # What was typed may hold secrets: nobody else reads it.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
    except OSError:
        return None
    return file if os.access(folder, os.W_OK) else None
