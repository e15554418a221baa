"""`polyrepl npm ..` and `polyrepl node ..`: the tools that came with the bundled Node.

In: their arguments. Out: their exit code. A machine without a Node of its own can add packages so.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from polyrepl.bridge import NodeNotFound
from polyrepl.bridge.process import find_node

from .complaints import complain


def node(arguments: list[str]) -> int:
    """Run the Node that polyrepl uses."""
    try:
        return run([find_node(), *arguments])
    except NodeNotFound as error:
        complain(error)
        return 1


def npm(arguments: list[str]) -> int:
    """Run npm with the Node that polyrepl uses."""
    try:
        found = find_node()
    except NodeNotFound as error:
        complain(error)
        return 1
    program = npm_of(Path(found))
    if program is None:
        print(f"polyrepl: no npm beside {found}: install one, or unset POLYREPL_NODE", file=sys.stderr)
        return 1
    # Scripts of packages call `node` by name.
    path = os.pathsep.join([str(Path(found).parent), os.environ.get("PATH", "")])
    return run([found, str(program), *arguments], {**os.environ, "PATH": path})


def npm_of(found: Path) -> Path | None:
    """npm's own program beside a Node. (The wheel's bin/npm is a copy that cannot find its library.)"""
    for base in (found.parent, found.resolve().parent):
        program = base.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if program.is_file():
            return program
    return None


def run(command: list[str], env: dict[str, str] | None = None) -> int:
    """Run a program on our own terminal; Ctrl-C is the program's alone.

    Raises:
        KeyboardInterrupt: that is what the program died of.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(
            command, env=env, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
        ) as child:
            code = child.wait()
    except OSError as error:
        complain(f"{command[0]}: {error.strerror}")
        return 1
    finally:
        signal.signal(signal.SIGINT, before)
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    return code if code >= 0 else 128 - code
