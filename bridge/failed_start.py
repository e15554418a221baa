"""Why a Node has ended before it was ready, in one line that gives no advice but what would help.

In: its path, how it ended, what it has said on standard error. Out: a NodeNotFound.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess

from .errors import NodeNotFound
from .foreign import visible
from .process import ADVICE, OLDEST

# What tells more than the last line of a stack, the best first.
_TELLING = ("out of memory", "EMFILE|Too many open files", r"^\w*Error\b", "NODE_OPTIONS|bad option")
_LONGEST = 300  # characters of a line that Node has said
_MOST = 100_000  # of all that it has said are looked at
_FEW = 64  # descriptors under which it may not start


def why_not(node: str, status: int | None, stderr: str) -> NodeNotFound:
    """Explain a Node that ended before it was ready."""
    version = _version(node)
    if version is not None and version[0] < OLDEST:
        return NodeNotFound(f"{node} is Node {version[1]}, but Node {OLDEST} or newer is needed: {ADVICE}")
    said = stderr[:_MOST]
    limits = _limits(said)
    options = "NODE_OPTIONS" in os.environ and "NODE_OPTIONS" not in said
    notes = [*limits, *([f"NODE_OPTIONS is {os.environ['NODE_OPTIONS'][:_LONGEST]!r}"] if options else [])]
    why = "; ".join([_told(said, status), *notes])
    known = version is not None or limits or "NODE_OPTIONS" in os.environ
    return NodeNotFound(f"{node} did not start ({why})" + ("" if known else f": {ADVICE}"))


def _version(node: str) -> tuple[int, str] | None:
    """Which Node it is; None where it does not say so."""
    environment = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    try:
        asked = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=10, env=environment
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    found = re.fullmatch(r"v(\d{1,9})\.[\w.+-]*", asked.stdout.strip())
    return None if found is None else (int(found[1]), found[0])


def _told(said: str, status: int | None) -> str:
    """The line that says most, else how it ended."""
    lines = [line.strip(" #\t") for line in visible(said).splitlines() if line.strip(" #\t-")]
    for telling in _TELLING:
        for line in lines:
            if re.search(telling, line):
                return line[:_LONGEST]
    if status is not None and status < 0:
        try:
            return f"it was killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"it was killed by signal {-status}"
    if lines and not lines[-1].startswith(("Node.js v", "at ")):
        return lines[-1][:_LONGEST]
    return f"exit status {status if status is not None else 'unknown'}"


def memory_limit() -> str:
    """What limits the memory of this process; "" if nothing."""
    memory, _ = resource.getrlimit(resource.RLIMIT_AS)
    return (
        ""
        if memory == resource.RLIM_INFINITY
        else f"its memory is limited to {memory >> 20} MB, see ulimit -v"
    )


def _limits(said: str) -> list[str]:
    """Limits of this process that may be the reason."""
    memory = memory_limit()
    found = [memory] if memory else []
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors < _FEW or "EMFILE" in said:
        found.append(f"its descriptors are limited to {descriptors}, see ulimit -n")
    return found
