"""Loading a Lisp file again, whose definitions others use already.

In: what is known of the files that were imported. Out: which of them have changed; the names of a file as
they were, and what stands for them now wherever they are referred to. A file keeps its namespace, and with it
the JavaScript names of its definitions: functions that were compiled before call the new ones.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .scope import Namespace

if TYPE_CHECKING:
    from .world import World


def stale(world: World, paths: Iterable[str], renewed: Collection[str] = ()) -> set[str]:
    """Those of some files that have another text than when they were loaded, or were loaded again, or import
    such a file. Each is read once.

    Args:
        world: what is known.
        paths: of the files.
        renewed: the files that count as changed.
    """

    @functools.cache
    def is_changed(path: str) -> bool:
        return path not in world.modules or path in renewed or read(world, path) != world.texts.get(path)

    return {path for path in paths if any(map(is_changed, reached(world, path)))}


def reached(world: World, path: str) -> Iterator[str]:
    """A file and all that it imports."""
    seen = {path}
    waiting = [path]
    while waiting:
        path = waiting.pop()
        yield path
        if path in world.modules:
            new = world.modules[path].uses - seen
            seen |= new
            waiting.extend(new)


def read(world: World, path: str) -> str | None:
    """The text of a file now; None where it can not be read."""
    assert world.loader is not None
    try:
        text: str = world.stack.foreign(world.loader, path, path)[0]
    except (OSError, ValueError):
        return None
    return text


def forget(space: Namespace) -> dict[int, tuple[str, Any]]:
    """Take all names out of a file's namespace. Returns what they meant: (name, meaning) by its identity."""
    before: dict[int, tuple[str, Any]] = {}
    for table in (space.globals, space.macros):
        for name, meaning in list(table.items()):
            before[id(meaning)] = (name, meaning)
            table.pop(name)
    return before


def refer_anew(spaces: Iterable[Namespace], space: Namespace, before: dict[int, tuple[str, Any]]) -> None:
    """Wherever a name of the file was taken over by `:refer`, it means what the file means by it now."""
    for other in spaces:
        if other is space:
            continue
        for table in (other.globals, other.macros):
            for local, meaning in list(table.items()):
                name, old = before.get(id(meaning), ("", None))
                if old is not meaning:
                    continue
                if name in space.globals:
                    other.macros.pop(local)
                    other.globals[local] = space.globals[name]
                elif name in space.macros:
                    other.globals.pop(local)
                    other.macros[local] = space.macros[name]
