"""A snapshot of Python's memory, from which a page starts in a fraction of the time.

In: a page's parts. Out: one more, made by running them once in Node (snapshot.mjs). It belongs to just these
parts.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from polyrepl.bridge.process import find_node

from .assets import once, run
from .folders import digest
from .packed import last
from .problem import WebProblem

_MAKER = Path(__file__).resolve().parent / "snapshot.mjs"


class NoSnapshot(WebProblem):
    """Why there is none."""


def take(python: Path, library: Path, archive: Path, target: Path, kept: Path) -> None:
    """Make a snapshot, or take the one that was made of the same parts.

    Args:
        python: the folder of Pyodide.
        library: Python's own library as the page has it, a zip archive.
        archive: polyrepl.zip.
        target: the file that is written.
        kept: where it is kept.

    Raises:
        NoSnapshot: it can not be made.
    """
    parts = f"{digest(python)} {digest(library)} {digest(archive)} {digest(_MAKER)}"
    name = "snapshot.bin"
    done = once(kept / "snapshot", parts, lambda made: _make(python, library, archive, made / name))
    shutil.copyfile(done / name, target)


def _make(python: Path, library: Path, archive: Path, target: Path) -> None:
    command = [find_node(), *(str(path) for path in (_MAKER, python, library, archive, target))]
    said = run(command, target.parent)
    if said is not None or not target.is_file():
        raise NoSnapshot(f"no snapshot can be made; a page works without one:\n{last(said or '')}")
