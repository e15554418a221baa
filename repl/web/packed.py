"""Python as a page loads it: compiled, and in two pieces. See packing.mjs.

In: the folder of Pyodide, polyrepl.zip. Out: the files `library.zst`, Python's own library, and
`archive.zst`, polyrepl; made by running Pyodide once in Node, and kept as long as both are the same.
"""

from __future__ import annotations

from pathlib import Path

from polyrepl.bridge.process import find_node

from .assets import once, run
from .folders import digest
from .problem import WebProblem

_MAKER = Path(__file__).resolve().parent / "packing.mjs"
LIBRARY, ARCHIVE, PLAIN = "library.zst", "archive.zst", "library.zip"


def pack(python: Path, archive: Path, kept: Path) -> Path:
    """Pack Python.

    Args:
        python: the folder of Pyodide, with its `python_stdlib.zip`.
        archive: polyrepl.zip.
        kept: where it is kept.

    Returns:
        A folder with the files LIBRARY, ARCHIVE, and PLAIN: the first as a zip archive.

    Raises:
        WebProblem: Python does not start in this Node.
    """
    parts = f"{digest(python)} {digest(archive)} {digest(_MAKER)}"

    def make(made: Path) -> None:
        said = run([find_node(), str(_MAKER), str(python), str(archive), str(made)], made)
        if said is not None:
            raise WebProblem(f"Python can not be packed for a page:\n{last(said)}")

    return once(kept / "packed", parts, make)


def last(said: str) -> str:
    """The end of what a program said, as lines of a message."""
    lines = [line[:200] for line in said.splitlines() if line.strip()]
    return "\n".join(f"  {line}" for line in lines[-4:])
