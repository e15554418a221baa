"""A snapshot of Python's memory, from which a page starts in a fraction of the time.

In: a page's parts. Out: one more, made by running them once in Node (snapshot.mjs). It belongs to just these
parts.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from polyrepl.bridge.process import find_node

from .assets import publish, run
from .folders import digest
from .problem import WebProblem

_MAKER = Path(__file__).resolve().parent / "snapshot.mjs"


class NoSnapshot(WebProblem):
    """Why there is none."""


def take(python: Path, archive: Path, target: Path, kept: Path) -> None:
    """Make a snapshot, or take the one that was made of the same parts.

    Args:
        python: the folder of Pyodide.
        archive: polyrepl.zip.
        target: the file that is written.
        kept: where it is kept.

    Raises:
        NoSnapshot: it can not be made.
    """
    parts = f"{digest(python)} {digest(archive)} {digest(_MAKER)}"
    done = kept / "snapshot" / hashlib.sha256(parts.encode()).hexdigest()[:16]
    if not done.is_dir():
        shutil.rmtree(done.parent, ignore_errors=True)  # of parts that are gone
        done.parent.mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=done.parent) as folder:
            made = Path(folder) / "made"
            made.mkdir()
            _make(python, archive, made / "snapshot.bin")
            publish(made, done)
    shutil.copyfile(done / "snapshot.bin", target)


def _make(python: Path, archive: Path, target: Path) -> None:
    said = run([find_node(), str(_MAKER), str(python), str(archive), str(target)], target.parent)
    if said is not None or not target.is_file():
        lines = [line[:200] for line in (said or "").splitlines() if line.strip()]
        words = "\n".join(f"  {line}" for line in lines[-4:])
        raise NoSnapshot(f"no snapshot can be made; a page works without one:\n{words}")
