"""What a form changes in what the compiler knows, as one thing to keep or to take back.

In: the journal of what was written into the tables of what is known (tables.py), since the form began. Out:
`Changes`: which names the form defines, with what was known of each before and what now. All that is known of
a name is immutable, so putting an entry back puts everything back.
"""

from __future__ import annotations

from collections.abc import Collection

from ..records import Record
from .scope import Global, Macro, Namespace


class Entry(Record):
    """A name that a form defines."""

    __slots__ = ("new", "old", "old_macro")
    __match_args__ = ("old", "old_macro", "new")

    def __init__(self, old: Global | None, old_macro: Macro | None, new: Global | None) -> None:
        self.old = old
        self.old_macro = old_macro
        self.new = new  # None: a macro, which is there as soon as the form is compiled


class Changes(Record):
    """The definitions of one form: `names` in the session, and `files` that it is the first to import."""

    __slots__ = ("files", "names")
    __match_args__ = ("names", "files")

    def __init__(self, names: dict[str, Entry], files: dict[str, Namespace]) -> None:
        self.names = names
        self.files = files

    @property
    def js(self) -> list[str]:
        """The JavaScript names that hold a new value when the form has run."""
        made = {entry.new.js for entry in self.names.values() if entry.new is not None and entry.new.js}
        for space in self.files.values():
            made |= own(space)
        return sorted(made)

    def take_back(self, space: Namespace, modules: dict[str, Namespace], ran: Collection[str]) -> None:
        """The form failed while it ran: only definitions whose JavaScript names are in `ran` were made."""
        lost = [path for path, made in self.files.items() if not own(made) <= set(ran)]
        for path in lost:
            modules.pop(path, None)  # the next import runs the file
        dropped = [self.files[path] for path in lost]
        for name, entry in self.names.items():
            new = entry.new
            if new is None or space.globals.get(name) is not new:
                continue  # a macro, or something newer
            if new.module is not None:
                if new.module not in dropped:
                    continue
            elif new.js in ran or (new.home is not space and new.home not in dropped):
                continue
            for table, old in ((space.globals, entry.old), (space.macros, entry.old_macro)):
                if old is not None:
                    table[name] = old  # type: ignore[assignment]
                else:
                    table.pop(name, None)


def own(space: Namespace) -> set[str]:
    """JavaScript names of what a file itself defines."""
    return {known.js for known in space.globals.values() if known.home is space and known.module is None}
