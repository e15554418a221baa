"""The table of the runtime, made when the package is built (scripts/runtime_table.mjs says what is in it).

In: table.json beside this file. Out: `load()`, its content. In a source tree, which has the script that makes
it, it is made anew when it is missing or older than a .mjs whose text has changed; that takes Node.
"""

from __future__ import annotations

import contextlib
import json
import os
from functools import lru_cache
from typing import Any

# Not with pathlib: all that is imported here delays the start.
FOLDER = os.path.dirname(os.path.realpath(__file__))
_MAKER = os.path.join(os.path.dirname(os.path.dirname(FOLDER)), "scripts", "runtime_table.py")


@lru_cache(maxsize=1)
def load() -> dict[str, Any]:
    """The table.

    Raises:
        RuntimeError: it has to be made, and can not be.
    """
    path = os.path.join(FOLDER, "table.json")
    try:
        table: dict[str, Any] | None = json.loads(_bytes(path))
    except (OSError, ValueError):
        table = None
    is_source = os.path.exists(_MAKER)
    if table is not None and (not is_source or is_fresh(table, path)):
        return table
    if not is_source:
        raise RuntimeError(f"{path} is missing or damaged: install polyrepl again")
    made: dict[str, Any] = json.loads(_make())
    return made


def text_of(name: str) -> str:
    """The text of a file of the runtime."""
    return _bytes(os.path.join(FOLDER, name)).decode()


def is_fresh(table: dict[str, Any], path: str) -> bool:
    """Was the table made of the runtime as it is?"""
    sources = {entry.name: entry.stat() for entry in os.scandir(FOLDER) if entry.name.endswith(".mjs")}
    files = table["files"]
    if sources.keys() != files.keys() or any(files[name][0] != at.st_size for name, at in sources.items()):
        return False
    maker = _MAKER.removesuffix(".py") + ".mjs"
    newest = max(os.stat(maker).st_mtime_ns, *(at.st_mtime_ns for at in sources.values()))
    if newest <= os.stat(path).st_mtime_ns:
        return True
    # A checkout may have touched files and left their text.
    from hashlib import sha256

    if sha256(_bytes(maker)).hexdigest() != table["maker"]:
        return False
    for name, (_, digest) in files.items():
        if sha256(_bytes(os.path.join(FOLDER, name))).hexdigest() != digest:
            return False
    with contextlib.suppress(OSError):  # it is compared again next time
        os.utime(path)
    return True


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _make() -> bytes:
    import subprocess
    import sys

    ran = subprocess.run([sys.executable, _MAKER], capture_output=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr.decode(errors="replace").strip())
    return ran.stdout
