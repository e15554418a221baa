"""What has been edited is loaded again: files of Lisp, modules of JavaScript and Python.

In: the name of something imported, or nothing. Out: the forms that load it again, with all of the program's
own that has changed since it was loaded and whatever imports that, the imported before the importing; what
was loaded again. Definitions by `defonce` keep what they hold.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from polyrepl.lisp.analyze.renewal import stale

from .node_module import NodeModule
from .prelude import PRELUDE
from .python_again import OwnModules, load_again

if TYPE_CHECKING:
    from types import ModuleType

    from .session import Session


PATIENCE = 5.0  # seconds that a busy Node has to say which files have changed


class Renewing:
    """What one Session has imported, and how it is loaded again.

    Args:
        session: whose programs import.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self.modules = OwnModules()
        self._node = NodeModule(session.bridge, PRELUDE, ("changedFiles", "watchFiles"))
        self._renewed: list[str] = []

    def python(self, name: str) -> ModuleType:
        """`(py.import name :reload)`. Raises what the import raises."""
        self.modules.note()
        known = name in sys.modules
        module = load_again(name)
        self.modules.loaded(name)
        if known:
            self._renewed.append(getattr(module, "__file__", None) or name)
        return module

    def files_again(self, paths: Iterable[str]) -> None:
        """Lisp files were loaded again."""
        self._renewed.extend(paths)

    def take(self) -> list[str]:
        """What was loaded again since this was asked last, as paths from the working folder."""
        found = [*self._renewed]
        if self._session.alive:
            found += self._session.node.ask("takeRenewed")
        self._renewed = []
        return [shown(path) for path in dict.fromkeys(found)]

    async def watch(self) -> None:
        """From now on `changed` knows of every file what it holds."""
        self.modules.note()
        if self._session.alive:
            self._node.load()
            await self._node.ask("watchFiles", deadline=PATIENCE)

    async def changed(self) -> list[str]:
        """The forms that load again what has changed."""
        return await self._forms(self.modules.changed(), [], [])

    async def forms(self, name: str) -> list[str] | None:
        """The forms that load something again, and what has changed; None where nothing is called so.

        Args:
            name: as the program calls it, a module of Python, or a path.
        """
        found = self._find(name)
        if found is None:
            return None
        kind, what = found
        changed = [module for module in self.modules.changed() if module != what]
        python, scripts, lisp = (([what] if kind == each else []) for each in ("py", "js", "lisp"))
        return await self._forms(changed + python, scripts, lisp)

    def _find(self, name: str) -> tuple[str, str] | None:
        world = self._session.compiler.world
        known = world.namespace.globals.get(name)
        if known is not None and known.module is not None:
            return "lisp", known.module.path
        path = os.path.realpath(os.path.expanduser(name))
        if path in world.modules:
            return "lisp", path
        if known is not None and self._session.alive:
            url = self._session.node.ask("importedFrom", known.js)
            if url:
                return "js", url
        if os.path.isfile(path) and name.endswith((".mjs", ".js", ".cjs", ".ts", ".mts")):
            from pathlib import Path

            return "js", Path(path).as_uri()
        for module, held in list(sys.modules.items()):
            file = getattr(held, "__file__", None)
            if isinstance(file, str) and name.endswith(".py") and os.path.realpath(file) == path:
                return "py", module
        if name in sys.modules:
            return "py", name
        if known is not None and self._session.alive:
            value = self._session.node.ask("valueOf", known.js)
            if isinstance(value, type(sys)) and value.__name__ in sys.modules:
                return "py", value.__name__
        return None

    async def _forms(self, python: list[str], scripts: list[str], lisp: list[str]) -> list[str]:
        made = [again("py.import", name) for name in python]
        if self._session.alive and not scripts:
            self._node.load()
            found = await self._node.ask("changedFiles", deadline=PATIENCE)
            scripts = list(found or ())[:1]  # it takes the others along
        made += [again("js.import", url) for url in scripts]
        return made + [again("import", path) for path in self._due(lisp)]

    def _due(self, asked: Sequence[str]) -> list[str]:
        """The Lisp files to load again, the imported before those that import them."""
        world = self._session.compiler.world
        spaces = {space.path: space for space in world.namespaces.values() if space.path}
        due = stale(world, spaces, asked)
        order: dict[str, None] = {}

        def enter(path: str) -> None:
            if path in due:
                due.discard(path)
                for used in sorted(spaces[path].uses):
                    enter(used)
                order[path] = None

        for path in spaces:
            enter(path)
        return [*order]


def again(head: str, name: str) -> str:
    """The form that loads a module again and names nothing."""
    return f"({head} {json.dumps(name, ensure_ascii=False)} :reload :refer [])"


def shown(path: str) -> str:
    """A path as seen from the working folder where it lies there."""
    near = os.path.relpath(path)
    return path if near.startswith("..") else near
