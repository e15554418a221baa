"""A snapshot of Python's memory, from which a page starts in a fraction of the time.

In: a page's parts. Out: one more, made by running them once in Node (snapshot.mjs). It belongs to just these
parts.
"""

from __future__ import annotations

from pathlib import Path

from polyrepl.bridge.process import find_node

from .assets import run
from .problem import WebProblem

_MAKER = Path(__file__).resolve().parent / "snapshot.mjs"


def take(python: Path, archive: Path, target: Path) -> None:
    """Make a snapshot.

    Args:
        python: the folder of Pyodide.
        archive: polyrepl.zip.
        target: the file that is written.

    Raises:
        WebProblem: it can not be made.
    """
    said = run([find_node(), str(_MAKER), str(python), str(archive), str(target)], target.parent)
    if said is not None or not target.is_file():
        lines = [line[:200] for line in (said or "").splitlines() if line.strip()]
        words = "\n".join(f"  {line}" for line in lines[-4:])
        raise WebProblem(f"no snapshot can be made; a page works without one:\n{words}")
