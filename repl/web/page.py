"""The JavaScript of a page that has Python in a worker, put together.

In: a folder. Out: in it `pyodide.mjs` and all that this imports (`bridge/node/pyodide.mjs` is the door), with
what browsers have in the place of Node's.
"""

from __future__ import annotations

import re
from pathlib import Path

_BRIDGE = Path(__file__).resolve().parents[2] / "bridge"
_IMPORTED = re.compile(r"""^(?:import|export|\}) ?[^"'\n]*["']\./([^"'/]+)["']""", re.MULTILINE)
_INSTEAD = {"platform.mjs": _BRIDGE / "node" / "browser.mjs"}


def write_page(folder: Path) -> None:
    """Write the files. Raises OSError."""
    (folder / "vendor").mkdir(parents=True, exist_ok=True)
    (folder / "vendor" / "inspect.mjs").write_bytes((_BRIDGE / "node" / "plain.mjs").read_bytes())
    done: set[str] = set()
    left = ["pyodide.mjs"]
    while left:
        name = left.pop()
        if name not in done:
            done.add(name)
            text = _INSTEAD.get(name, _BRIDGE / "node" / name).read_text("utf-8")
            (folder / name).write_text(text, "utf-8")
            left += _IMPORTED.findall(text)
