"""The JavaScript of a page, put together.

In: a folder, the script of node-inspect-extracted. Out: in the folder `bridge/web/`, and of `bridge/node/`
the files that it needs, with `bridge/web/platform.mjs` in the place of Node's; and
`bridge/node/vendor/inspect.mjs`, a module made of that script.
"""

from __future__ import annotations

import re
from pathlib import Path

import polyrepl.bridge

_BRIDGE = Path(polyrepl.bridge.__file__).resolve().parent
_IMPORTED = re.compile(r"""^(?:import|export|\}) ?[^"'\n]*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)
_PLATFORM = _BRIDGE / "node" / "platform.mjs"
_OURS = _BRIDGE / "web" / "platform.mjs"
_MODULE = """const module = {{ exports: {{}} }};
const {{ exports }} = module;
{script}
export default module.exports;
"""


def assemble(folder: Path, inspect: Path) -> None:
    """Write the files. Raises OSError.

    Args:
        folder: where to; made, if need be.
        inspect: the script.
    """
    vendor = folder / "bridge" / "node" / "vendor" / "inspect.mjs"
    vendor.parent.mkdir(parents=True, exist_ok=True)
    vendor.write_text(_MODULE.format(script=inspect.read_text("utf-8")), "utf-8")
    for file in _needed(_BRIDGE / "web" / "host.mjs"):
        target = folder / "bridge" / file.relative_to(_BRIDGE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((_OURS if file == _PLATFORM else file).read_bytes())


def _needed(first: Path) -> set[Path]:
    """A module's file and those of all that it imports, also through others."""
    found, left = {first}, [first]
    while left:
        file = left.pop()
        text = b"" if file == _PLATFORM else file.read_bytes()
        for name in _IMPORTED.findall(text.decode("utf-8")):
            target = (file.parent / name).resolve()
            if target not in found:
                found.add(target)
                left.append(target)
    return found
