"""The rooms of the house and the floors they stand on.

In: a path from the root. Out: its room. A folder is a room, a file that stands beside the folders is one of
its own: `lisp/read/lexer.py` is in `lisp/read`, `lisp/forms.py` is the room `lisp/forms`. The JavaScript of a
package lives in rooms called `node` (and in `lisp/runtime`).

A room may import from the floors below its own, in its package and in the packages that this may use, and
nothing from its own floor or from above.
"""

from __future__ import annotations

USES = {"lisp": (), "bridge": (), "repl": ("lisp", "bridge"), "kernel": ("lisp", "bridge", "repl")}
"""Package -> the packages that it may import."""

FLOORS: dict[str, tuple[tuple[str, ...], ...]] = {
    "lisp": (
        ("forms", "inside", "records"),
        ("errors",),
        ("stack",),
        ("host", "nodes", "read"),
        ("emit", "layout"),
        ("runtime",),
        ("analyze",),
        ("analyze/special", "lower"),
        ("expand", "python"),
        ("language",),
        ("incremental",),
        ("units",),
        ("compiler",),
    ),
    "bridge": (("node",), ("web",), ("bridge",)),
    "repl": (
        ("node",),
        ("colors", "config", "known", "prose", "travel"),
        ("session",),
        ("complete",),
        ("commands", "polyglot"),
        ("terminal", "web"),
        ("command_line",),
        ("cli",),
    ),
    "kernel": (("node",), ("kernel",)),
}
"""Package -> its floors, from the bottom to the top; in each the rooms, without the package's name."""

DOORS = {
    "lisp/runtime/index.mjs": "everything that emitted code calls",
    "lisp/runtime/data.mjs": "keywords and other data",
    "lisp/runtime/macros.mjs": "runs user macros",
    "bridge/web/host.mjs": "a conversation inside one process",
    "bridge/node/mailbox.mjs": "memory by which a worker waits for its page",
    "bridge/web/page.mjs": "a page's conversation with a worker",
    "bridge/node/capsule.mjs": "opens functions that were sent",
    "bridge/web/words.mjs": "how what runs in a worker is asked to stop",
    "repl/node/describe.mjs": "what names, values and calls look like",
}
"""Files of JavaScript that other packages may import, and what they are asked for."""

FACADES = ("__init__", "__main__")


def room_of(path: str) -> str:
    """`lisp/read/lexer.py` -> `lisp/read`; `lisp/forms.py` -> `lisp/forms`; `bridge/loop.py` -> `bridge`."""
    package, *folders, name = path.split("/")
    stem = name.rsplit(".", 1)[0]
    if folders:
        inner = "/".join(folders)
        known = {room for floor in FLOORS.get(package, ()) for room in floor}
        return f"{package}/{inner if inner in known else folders[0]}"
    if package in ("bridge", "kernel") or stem in FACADES:
        return package
    return f"{package}/{stem}"


def floor_of(room: str) -> int | None:
    """The floor of a room in its package, from 0; None for a room that no floor names.

    A package's own name is its `__init__` and `__main__`, above all its rooms (in `bridge` and `kernel`,
    which are flat, all of its Python).
    """
    package, _, inner = room.partition("/")
    floors = FLOORS[package]
    if not inner:
        return len(floors)
    return next((height for height, floor in enumerate(floors) if inner in floor), None)


def is_upward(source: str, target: str) -> bool:
    """Whether an arrow between two rooms goes upward, sideways, or to a package that is not allowed."""
    package, other = source.split("/")[0], target.split("/")[0]
    if package != other:
        return other not in USES[package]
    here, there = floor_of(source), floor_of(target)
    return here is None or there is None or here <= there
