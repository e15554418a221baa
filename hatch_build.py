"""Build hook: the table of the runtime, the bundles of modules, the library of the shared memory, and the
folder that an editable install imports from.

In: a build of hatchling. Out: lisp/runtime/table.json, bridge/node/bundle.cjs and repl/node/bundle.cjs, which
sdist and wheel take along; in an editable build also symlinks `build/editable/polyrepl/<room>` to the
top-level folders, so that `import polyrepl.lisp` finds `lisp/`, and to the files of `package/`, which are
`polyrepl` itself. A wheel maps the same names by `sources`. Where there is a C compiler the wheel has the
library (bridge/native), and is for one platform; without one, or with POLYREPL_PURE, it is for all, and
arrays cross by pipes.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import platform_tags

ROOMS = ("lisp", "bridge", "repl", "kernel")


def make_table(root: Path) -> None:
    """Have the table of the runtime there (lisp/runtime/table.json), made of the runtime as it is.

    An sdist brings it along, so that what is built from one needs no Node.
    """
    _module("runtime_table", root / "lisp" / "runtime" / "table.py").load()


def make_bundles(root: Path) -> None:
    """Have the bundles of Node's modules there, made of them as they are.

    Raises:
        SystemExit: they have to be made, and can not be.
    """
    bundle = _module("bundles", root / "bridge" / "bundles.py").bundle
    find_node = _module("runtime_table_maker", root / "scripts" / "runtime_table.py").find_node
    for package in ("bridge", "repl"):
        folder = root / package / "node"
        if bundle(str(folder.resolve()), find_node) is None:
            raise SystemExit(f"no bundle of {folder} can be made")


def _module(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _platform() -> str:
    """The platform of a wheel that has a library: what it was made for, not the oldest that would do."""
    given = os.environ.get("_PYTHON_HOST_PLATFORM")
    if given:  # it is made for another machine
        return given.replace("-", "_").replace(".", "_")
    general = ("manylinux", "musllinux")
    return next(platform for platform in platform_tags() if not platform.startswith(general))


class Prepare(BuildHookInterface):  # type: ignore[type-arg]
    """Make what is made, and lay out `build/editable/polyrepl` before an editable wheel is."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        make_table(Path(self.root))
        make_bundles(Path(self.root))
        if self.target_name == "wheel":
            self._library(version, build_data)
        if self.target_name != "wheel" or version != "editable":
            return
        root = Path(self.root)
        package = root / "build" / "editable" / "polyrepl"
        package.mkdir(parents=True, exist_ok=True)
        for place in (*(root / room for room in ROOMS), *sorted((root / "package").iterdir())):
            link = package / place.name
            if link.is_symlink():
                link.unlink()
            if place.name != "__pycache__":
                link.symlink_to(place, target_is_directory=place.is_dir())

    def _library(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile bridge/native/plane.c. That it can not be is no error."""
        building = _module("building", Path(self.root) / "bridge" / "building.py")
        if version == "editable":  # it stands beside its source, and is made anew when that is newer
            reason = building.refused() or building.library()[1]
        else:
            self._folder = tempfile.mkdtemp()
            made = Path(self._folder) / building.NAME
            reason = building.refused() or building.build(str(made))
            if reason is None:
                build_data["force_include"][str(made)] = f"polyrepl/bridge/native/{building.NAME}"
                build_data["pure_python"] = False
                build_data["tag"] = f"cp311-abi3-{_platform()}"
        if reason is not None:
            self.app.display_warning(f"arrays will cross by pipes, not by shared memory: {reason}")

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """What was made for the wheel is in it."""
        folder = getattr(self, "_folder", None)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
