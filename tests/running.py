"""Running the real program from tests: the command, its environment, and proof that nothing is left.

Every process started for a test carries a marker in its environment, so that a Node left behind is
found whoever its parent is by then.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, AnyStr

import psutil

COMMAND = [sys.executable, "-m", "polyrepl.repl"]
MARKER = "POLYREPL_TEST_MARK"
TIMEOUT = 60
# By these Node and npm packages tell that nobody looks at the terminal; in tests somebody does.
NOBODY_THERE = ("CI", "CONTINUOUS_INTEGRATION", "BUILD_NUMBER", "TEAMCITY_", "TF_BUILD")


class Child(subprocess.Popen[AnyStr]):
    """A process that does not outlive a test that fails: leaving `with` would wait for it for ever."""

    def __exit__(self, kind: type[BaseException] | None, *rest: Any) -> None:
        if kind is not None:
            self.kill()
        super().__exit__(kind, *rest)


@dataclass(frozen=True)
class Done:
    """A finished run."""

    code: int
    out: str
    err: str


def environment(folder: Path | None = None, **more: str) -> dict[str, str]:
    """An environment with a home of its own and a marker."""
    # ipykernel does less where pytest has said that it runs.
    unlike = ("POLYREPL_", "NO_COLOR", "FORCE_COLOR", "PYTEST_CURRENT_TEST", *NOBODY_THERE)
    env = {k: v for k, v in os.environ.items() if not k.startswith(unlike)}
    env[MARKER] = uuid.uuid4().hex
    env["PYTHONUNBUFFERED"] = "1"  # what a program has printed is read while it runs
    if folder is not None:
        env.setdefault("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))  # compiled code is found there
        env |= {"HOME": str(folder), "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        env |= {"IPYTHONDIR": str(folder / "ipython"), "MPLCONFIGDIR": str(folder / "mpl")}
    return env | more


def polyrepl(
    *args: str, stdin: str | bytes = "", cwd: Path | None = None, within: float = TIMEOUT, **env: str
) -> Done:
    """Run the command line to its end; fails if it leaves a process behind, or takes too many seconds."""
    marked = environment(cwd, **env)
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        [*COMMAND, *args], input=data, capture_output=True, timeout=within, env=marked, cwd=cwd, check=False
    )
    assert_nothing_left(marked[MARKER])
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def marked_processes(mark: str) -> list[psutil.Process]:
    """Live processes that carry the marker."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARKER) == mark:
                found.append(process)
    return found


def assert_nothing_left(mark: str, within: float = 20.0) -> None:
    """No process with the marker lives on; those that are just ending get `within` seconds."""
    _, alive = psutil.wait_procs(marked_processes(mark), timeout=within)
    assert not alive, f"left behind: {[p.cmdline() for p in alive]}"


def node_of(mark: str) -> psutil.Process:
    """The one Node process with the marker."""
    nodes = [p for p in marked_processes(mark) if Path(p.cmdline()[0]).name == "node"]
    assert len(nodes) == 1, nodes
    return nodes[0]


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Fails when the body took longer: a guard against waits that should not happen at all."""
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    assert took < seconds, f"took {took:.1f} s, more than {seconds} s"
