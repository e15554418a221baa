"""Modules that run when a name of theirs is asked for: ssl of asyncio, and what the line editor hardly needs.

In: a process of ours that is about to import asyncio, or the prompt. Out: those; the modules that were put
off stand in `sys.modules` and are anybody's, and each runs when it is first looked at. asyncio imports ssl
for connections that most programs never make: a fifth of its time. The line editor imports archives,
temporary files and (for one number of wcwidth's) all of OpenSSL, which a prompt may never need.
"""

from __future__ import annotations

import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from types import ModuleType
from typing import Any

_loading = threading.RLock()
_OF_THE_PROMPT = ("secrets", "shutil", "tempfile", "ipaddress")
"""What the line editor and pathlib import as modules, and use in functions alone."""


class _Late(ModuleType):
    """A module that has not run yet."""

    def __getattr__(self, name: str) -> Any:
        _run(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        _run(self)
        return dir(self)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("__"):
            _run(self)
        ModuleType.__setattr__(self, name, value)

    @property
    def __dict__(self) -> dict[str, Any]:  # type: ignore[override]  # a module's is no class variable
        _run(self)
        return vars(self)


def _run(module: Any) -> None:
    with _loading:
        if module.__class__ is _Late:
            loader: Any = module.__loader__
            plain: Any = ModuleType
            module.__class__ = plain
            loader.exec_module(module)


def _late(name: str, folders: list[str] | None = None) -> ModuleType | None:
    spec = PathFinder.find_spec(name, folders)
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    module.__class__ = _Late
    return sys.modules.setdefault(name, module)


def put_off_for_prompt() -> None:
    """Let who imports these from now on have them late, but for those that are there."""
    for name in _OF_THE_PROMPT:
        if name not in sys.modules and not (name == "secrets" and "_hashlib" in sys.modules):
            _late(name)


def load_asyncio() -> None:
    """Import asyncio. A Python that has no ssl is left alone."""
    if "asyncio" in sys.modules or "ssl" in sys.modules:
        return
    has_ssl = "_ssl" in sys.builtin_module_names or PathFinder.find_spec("_ssl") is not None
    found = PathFinder.find_spec("asyncio")
    folders = found.submodule_search_locations if found is not None else None
    late = None
    if has_ssl and folders and _late("ssl") is not None:
        late = _late("asyncio.sslproto", list(folders))
    import asyncio

    if late is not None:
        asyncio.sslproto = late  # type: ignore[attr-defined]
