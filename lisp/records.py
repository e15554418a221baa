"""Records: classes of slots alone, written out where they are loaded at every start.

In: a record, what is to be another in it. Out: a copy. `dataclasses` would write such classes itself, each
time a program starts, and takes longer to load than all of them.
"""

from __future__ import annotations

from copy import copy
from typing import Any, TypeVar

_T = TypeVar("_T")


class Record:
    """A record that equals another one of the same attributes, those that `__match_args__` names."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__match_args__)

    def __eq__(self, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
        return f"{type(self).__name__}({', '.join(shown)})"


class Frozen(Record):
    """A record that stays as it is made."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        if hasattr(self, name):
            raise AttributeError(f"cannot assign to {name!r} of a {type(self).__name__}")
        object.__setattr__(self, name, value)


def changed(record: _T, **attributes: Any) -> _T:
    """A copy of a record with other attributes.

    Raises:
        AttributeError: it has none of such a name.
    """
    made = copy(record)
    for name, value in attributes.items():
        object.__setattr__(made, name, value)
    return made
