"""Bundles: one file in place of many ES modules, made when the package is built (scripts/bundle.mjs).

In: a folder whose bundle.cjs is wanted. Out: its path, or None where there is none of today's modules: then
Node loads those themselves, which takes it longer. In a source tree, which has the script that makes it, it
is made anew when it is missing or older than a module whose text has changed; that takes Node.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

NAME = "bundle.cjs"
_ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
_MAKER = os.path.join(_ROOT, "scripts", "bundle.mjs")


def bundle(folder: str, node: Callable[[], str]) -> str | None:
    """The bundle of a folder.

    Args:
        folder: its real path.
        node: gives a Node to make it with.
    """
    path = os.path.join(folder, NAME)
    if not os.path.exists(_MAKER):
        return path if os.path.exists(path) else None
    return path if _is_fresh(path) or _make(path, node) else None


def beside(file: str, node: Callable[[], str]) -> str | None:
    """The bundle that a module of ours is in; None also for modules of others."""
    folder = os.path.dirname(os.path.realpath(file))
    ours = folder.startswith(_ROOT + os.sep) and os.path.basename(folder) == "node"
    return bundle(folder, node) if ours else None


def _is_fresh(path: str) -> bool:
    """Was it made of the modules as they are?"""
    import json

    try:
        with open(path, "rb") as file:
            about: dict[str, Any] = json.loads(file.readline()[2:])
            made = os.fstat(file.fileno()).st_mtime_ns
        folder = os.path.dirname(path)
        newest = 0
        for name, size in about["files"].items():
            found = os.stat(os.path.join(folder, name))
            if found.st_size != size:
                return False
            newest = max(newest, found.st_mtime_ns)
        for whole in about["folders"]:
            names = {name for name in os.listdir(os.path.join(folder, whole)) if name.endswith(".mjs")}
            if not names <= {os.path.basename(name) for name in about["files"]}:
                return False
    except (OSError, ValueError, LookupError):
        return False
    return newest <= made or _has_digest(path, about)


def _has_digest(path: str, about: dict[str, Any]) -> bool:
    """A checkout may have touched files and left their text."""
    from contextlib import suppress
    from hashlib import sha256

    digest = sha256()
    for name in sorted(about["files"]):
        with open(os.path.join(os.path.dirname(path), name), "rb") as module:
            data = module.read()
        digest.update(f"{name}\0{len(data)}\0".encode())
        digest.update(data)
    if digest.hexdigest() != about["digest"]:
        return False
    with suppress(OSError):  # it is compared again next time
        os.utime(path)
    return True


def _make(path: str, node: Callable[[], str]) -> bool:
    """Make it, whole or not at all: others may be reading."""
    import contextlib
    import subprocess
    import tempfile

    made = ""
    try:
        ran = subprocess.run(
            [node(), _MAKER, _ROOT, os.path.relpath(path, _ROOT)], capture_output=True, check=True, timeout=60
        )
        descriptor, made = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".bundle-")
        with os.fdopen(descriptor, "wb") as file:
            file.write(ran.stdout)
        os.chmod(made, 0o644)
        os.replace(made, path)
    except (OSError, subprocess.SubprocessError):
        if made:
            with contextlib.suppress(OSError):
                os.unlink(made)
        return False
    return True
