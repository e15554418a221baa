"""The kernel for JupyterLite: an addon of `jupyter lite build`.

In: a build of JupyterLite's, its settings. Out: in it a federated extension with the kernel, the worker,
Python itself and the packages that were asked for, in one folder named by its digest.

JupyterLite finds it by an entry point; whoever has no JupyterLite (the extra `lite`) never imports this file.
An ordinary JupyterLab sees nothing of it: nothing is installed among its extensions.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyterlite_core.addons.base import BaseAddon
from jupyterlite_core.manager import LiteManager
from polyrepl import __version__
from traitlets import List, Unicode

from . import folders, npm_modules, packed, wheels
from .assemble import ENTRIES, assemble
from .assets import cache, packages
from .problem import WebProblem

_HERE = Path(__file__).resolve().parent / "lite"
_NAME = "polyrepl-kernel"
_ENTRY = "repl/web/lite/remoteEntry.js"


class PolyreplAddon(BaseAddon):  # type: ignore[misc]
    """Adds the kernel `polyrepl`."""

    __all__ = ["pre_build"]  # noqa: RUF012  (the names of its hooks, as JupyterLite looks for them)

    packages = List(Unicode(), help="Python packages, as pip takes them, that the kernel has").tag(
        config=True
    )
    npm = List(Unicode(), help="JavaScript packages, as npm takes them, that the kernel has").tag(config=True)

    def pre_build(self, manager: LiteManager) -> Iterator[dict[str, Any]]:
        """A task that writes the extension: before JupyterLite looks which there are."""
        yield self.task(name="kernel", actions=[(self.write, [])])

    def write(self) -> Any:
        """Write the extension. Returns None, or what says why the build failed."""
        from doit.exceptions import TaskFailed

        target = self.manager.output_dir / "extensions" / _NAME
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=target.parent))
        try:
            self._make(made)
            made.rename(target)
        except WebProblem as problem:
            return TaskFailed(f"polyrepl: {problem}")
        finally:
            shutil.rmtree(made, ignore_errors=True)
        return None

    def _make(self, made: Path) -> None:
        modules = packages(cache())
        app = made / "static"
        assemble(app, modules)
        npm_modules.bundle(list(self.npm), app / "npm", cache())
        parts = packed.pack(app / "pyodide", app / "polyrepl.zip", cache())
        begin = {"library": packed.LIBRARY, "archive": packed.ARCHIVE}
        for part in begin.values():
            shutil.copyfile(parts / part, app / part)
        (app / "polyrepl.zip").unlink()
        (app / "pyodide" / "python_stdlib.zip").unlink()
        if self.packages:
            with tempfile.TemporaryDirectory() as place:
                wheels.download(list(self.packages), Path(place))
                folders.archive(Path(place), app / "packages.zip")
            begin["packages"] = "packages.zip"
        lite = app / "repl" / "web" / "lite"
        lite.mkdir(parents=True, exist_ok=True)
        for file in (*_HERE.glob("*.mjs"), _HERE / "remoteEntry.js", _HERE / "logo.svg"):
            shutil.copyfile(file, lite / file.name)
        npm_modules.together(app, [*ENTRIES, "repl/web/lite/kernel.mjs"], cache())
        (lite / "begin.json").write_text(json.dumps(begin), "utf-8")
        name = folders.named(app)
        about = json.loads((_HERE / "package.json").read_text("utf-8"))
        about["version"] = __version__
        about["jupyterlab"]["_build"] = {"load": f"{name}/{_ENTRY}", "extension": "./extension"}
        (made / "package.json").write_text(json.dumps(about, indent=2), "utf-8")
        (made / "LICENSES.txt").write_text(npm_modules.licences(modules), "utf-8")
