"""IPython's `display` and its kin, where IPython is one of a page's packages: they show in the page.

In: a Notebook. Out: functions in the places of IPython's, from the moment their module is loaded: before
anyone has them by name. IPython's own print, where none of its shells has begun.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from .notebook import Notebook

_MODULE = "IPython.core.display_functions"


def take_over(notebook: Notebook) -> None:
    """Have IPython's functions show in the page. IPython is not loaded for that."""
    sys.meta_path.insert(0, _Finder(notebook))


class _Finder(MetaPathFinder):
    def __init__(self, notebook: Notebook) -> None:
        self._notebook = notebook

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path) if fullname == _MODULE else None
        if spec is not None and spec.loader is not None:
            spec.loader = _Loaded(spec.loader, self._notebook)
        return spec


class _Loaded(Loader):
    """A module's own loader; then ours are in the places of the functions."""

    def __init__(self, inner: Loader, notebook: Notebook) -> None:
        self._inner = inner
        self._notebook = notebook

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        ours = _Functions(self._notebook, module)
        for function in (ours.display, ours.clear_output, ours.publish_display_data):
            setattr(module, function.__name__, function)


class _Functions:
    """Those of the module."""

    def __init__(self, notebook: Notebook, module: ModuleType) -> None:
        self._notebook = notebook
        self._module = module

    def display(
        self,
        *objs: Any,
        metadata: dict[str, Any] | None = None,
        display_id: Any = None,
        raw: bool = False,
        clear: bool = False,
        update: bool = False,
        **_: Any,
    ) -> Any:
        """Show objects, or MIME bundles (`raw`). With `display_id` it gives a handle for another look."""
        if clear:
            self.clear_output(wait=True)
        ident = os.urandom(16).hex() if display_id is True else display_id and str(display_id)
        for each in objs:
            own = None if isinstance(each, type) else getattr(type(each), "_ipython_display_", None)
            if raw:
                self._notebook.publish(each, metadata or {}, ident, update)
            elif callable(own):
                own(each)
            else:
                self._notebook.show(each, ident, update)
        return self._module.DisplayHandle(ident) if ident and not update else None

    def publish_display_data(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        """Show a MIME bundle."""
        self._notebook.publish(data, metadata or {}, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        """Clear what was shown; with `wait` when the next output comes."""
        self._notebook.clear(wait)
