"""Build hook: an editable install needs a folder in which the rooms stand under one package name.

In: the editable build of hatchling. Out: symlinks `build/editable/polyrepl/<room>` to the top-level
folders, so that `import polyrepl.lisp` finds `lisp/`. A wheel maps the same names by `sources`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOMS = ("lisp", "bridge", "repl", "kernel")


class EditableLayout(BuildHookInterface):  # type: ignore[type-arg]
    """Lay out `build/editable/polyrepl` before an editable wheel is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            return
        root = Path(self.root)
        package = root / "build" / "editable" / "polyrepl"
        package.mkdir(parents=True, exist_ok=True)
        for room in ROOMS:
            link = package / room
            if link.is_symlink():
                link.unlink()
            link.symlink_to(root / room, target_is_directory=True)
