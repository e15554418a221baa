"""What may stand in an import: Python modules, npm packages, files. Nothing is imported for it.

In: what is typed of the name. Out: candidates. Run in the helper thread, because folders may be slow.
"""

from __future__ import annotations

import contextlib
import os
import sys
from functools import lru_cache
from importlib.machinery import PathFinder
from pathlib import Path

NODE_MODULES = """
    assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel dns
    domain events fs fs/promises http http2 https inspector module net os path path/posix path/win32
    perf_hooks process punycode querystring readline readline/promises repl sqlite stream stream/promises
    string_decoder test timers timers/promises tls trace_events tty url util v8 vm wasi worker_threads zlib
""".split()  # noqa: SIM905  (a table of words reads better as words)


@lru_cache(maxsize=4)
def _top_level(path: tuple[str, ...]) -> tuple[str, ...]:
    import pkgutil

    found = {name for _, name, _ in pkgutil.iter_modules(list(path))}
    found.update(sys.builtin_module_names)
    found.update(sys.stdlib_module_names)
    return tuple(sorted(name for name in found if not name.startswith("_")))


def python_modules(typed: str) -> list[str]:
    """Modules whose dotted name begins with `typed`."""
    package, dot, _ = typed.rpartition(".")
    if not dot:
        return [name for name in _top_level(tuple(sys.path)) if name.startswith(typed)]
    import pkgutil

    places = _places(package)
    found = {f"{package}.{name}" for _, name, _ in pkgutil.iter_modules(places)} if places else set()
    return sorted(name for name in found if name.startswith(typed))


def _places(package: str) -> list[str]:
    """The folders of a package, found without importing it."""
    loaded = sys.modules.get(package)
    if loaded is not None:
        return list(getattr(loaded, "__path__", []))
    places: list[str] | None = None
    for part in package.split("."):
        with contextlib.suppress(Exception):
            spec = PathFinder.find_spec(part, places)
            if spec is not None and spec.submodule_search_locations is not None:
                places = list(spec.submodule_search_locations)
                continue
        return []
    return places or []


def node_packages(typed: str, folder: Path) -> list[str]:
    """Node's own modules as `node:fs`, packages of the node_modules folders above, and files for `./`."""
    if typed.startswith((".", "/")):
        return files(typed, folder)
    found = {f"node:{name}" for name in NODE_MODULES}
    for parent in (folder, *folder.parents):
        home = parent / "node_modules"
        with contextlib.suppress(OSError):
            for entry in os.scandir(home):
                if entry.name.startswith("@"):
                    found.update(f"{entry.name}/{inner.name}" for inner in os.scandir(entry.path))
                elif not entry.name.startswith("."):
                    found.add(entry.name)
    # `fs` is looked for as what it will be imported as.
    return sorted(name for name in found if name.startswith((typed, f"node:{typed}")))


def files(typed: str, folder: Path, most: int = 500) -> list[str]:
    """Paths that begin with `typed`; folders end with a slash."""
    head, slash, name = typed.rpartition("/")
    shown = head + slash
    place = folder / os.path.expanduser(shown) if shown else folder
    found = []
    with contextlib.suppress(OSError):
        for entry in os.scandir(place):
            if entry.name.startswith(name) and (name.startswith(".") or not entry.name.startswith(".")):
                found.append(shown + entry.name + ("/" if entry.is_dir() else ""))
            if len(found) >= most:
                break
    return sorted(found)
