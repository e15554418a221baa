"""What is known by name, in tables that can go back to what they held.

In: writes to a `Table`. Out: while somebody may want to go back, each is noted in the `Journal` with what was
there before; `back` undoes the notes, newest first. Keeping and going back cost as much as was changed,
however much is known.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

_K = TypeVar("_K")
_V = TypeVar("_V")
_D = TypeVar("_D")


class Journal:
    """What was changed since the oldest of the marks that are still open."""

    __slots__ = ("notes", "open")

    def __init__(self) -> None:
        self.open = 0
        self.notes: list[tuple[Table[Any, Any], Any, Any]] = []  # (table, key, what it held or ABSENT)

    def mark(self) -> int:
        """From here on changes are noted; every mark is closed, the newest first, by `keep` or `back`."""
        self.open += 1
        return len(self.notes)

    def keep(self, mark: int) -> None:
        """What was changed since the mark stays (unless an older mark goes back)."""
        self.open -= 1
        if not self.open:
            self.notes.clear()

    def back(self, mark: int) -> None:
        """What was changed since the mark is undone."""
        notes = self.notes
        while len(notes) > mark:
            table, key, old = notes.pop()
            if old is ABSENT:
                dict.pop(table, key, None)
            else:
                dict.__setitem__(table, key, old)
        self.keep(mark)

    def held(self, mark: int) -> dict[tuple[int, Any], Any]:
        """What is changed since the mark: (id of the table, key) -> what was there, None for nothing."""
        found: dict[tuple[int, Any], Any] = {}
        for table, key, old in self.notes[mark:]:
            found.setdefault((id(table), key), None if old is ABSENT else old)
        return found


ABSENT = object()


class Table(dict[_K, _V], Generic[_K, _V]):
    """A dict that is written by item, `pop` and `setdefault`."""

    __slots__ = ("journal",)

    def __init__(self, journal: Journal) -> None:
        super().__init__()
        self.journal = journal

    def _note(self, key: _K) -> None:
        if self.journal.open:
            self.journal.notes.append((self, key, self.get(key, ABSENT)))

    def __setitem__(self, key: _K, value: _V) -> None:
        self._note(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: _K) -> None:
        self._note(key)
        super().__delitem__(key)

    def pop(self, key: _K, default: Any = None) -> Any:
        """The value taken out, `default` where there is none."""
        if key not in self:
            return default
        self._note(key)
        return super().pop(key)

    def setdefault(self, key: _K, default: _V) -> _V:
        if key not in self:
            self[key] = default
        return self[key]
