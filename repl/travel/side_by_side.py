"""Functions of the Lisp beside each other in one pickle: what they share they share there, too.

In: functions as a pickler comes upon them, one after the other. Out: `Company`, one object for all of one
pickle, with which they arrive; where some share a variable, it knows a capsule of these together, and the
first call of any of them makes all (node/side_by_side.mjs says which do).

That two functions are in one pickle nobody tells. But pickle writes an object once, and refers to it from
then on: so each function takes the same object along, and when pickle asks that one how it is written a new
pickle has begun.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from .function import LispFunction


class Company:
    """Functions that came in one pickle.

    Args:
        joint: for the key of a function that shares something: a capsule with it, and its number in that.
    """

    __slots__ = ("_copies", "came", "joint")

    def __init__(self, joint: dict[str, tuple[LispFunction, int]] | None = None) -> None:
        self.joint = joint or {}
        self.came: list[tuple[str, ref[LispFunction]]] = []
        """The functions as they were unpickled, with their keys."""
        self._copies: dict[str, int] | None = None

    def __reduce__(self) -> Any:
        return Company, ((self.joint,) if self.joint else ())

    def copy_of(self, key: str) -> int:
        """How many others before it are as it is, to the letter, and yet have their own variables."""
        if self._copies is None:
            self._copies = {}
            alike: dict[str, set[int]] = {}
            for each, known in self.came:
                made = self.joint[each][0] if each in self.joint else known()
                if made is None or each in self._copies:
                    continue
                before = alike.setdefault(made.capsule.digest, set())
                if id(made) not in before:
                    made.copy = len(before)
                    before.add(id(made))
                self._copies[each] = made.copy
        return self._copies.get(key, 0)


Join = Callable[[Any], "tuple[str, tuple[Sequence[str], LispFunction] | None]"]
"""Given the company in its Node: a function's key there; keys and capsule of those that it shares with."""


class _Pickle(threading.local):
    """The pickle that this thread writes: its functions as their Node knows them, and that Node's module."""

    company: Any = None
    module: Any = None


_now = _Pickle()


class _Begun:
    """Asked once for each pickle, since pickle remembers it."""

    __slots__ = ()

    def __reduce__(self) -> Any:
        _now.company = _now.module = None
        return Company, ()


_BEGUN = _Begun()


class Leaving:
    """A function on its way into a pickle.

    Args:
        function: what stands for it alone.
        module: node/travel.mjs in its Node.
        arrived: makes a function of what `beside` gives.
        join: gives, for the company in that Node, its key and what `arrived` takes of those it shares with.
    """

    __slots__ = ("_arrived", "_function", "_join", "_module")

    def __init__(
        self,
        function: LispFunction,
        module: Any,
        arrived: Callable[..., Any],
        join: Join,
    ) -> None:
        self._function = function
        self._module = module
        self._arrived = arrived
        self._join = join

    def __reduce__(self) -> Any:
        return self._arrived, (_BEGUN, _Beside(self))

    def beside(self) -> tuple[tuple[Any, ...], str, Any]:
        """What `arrived` takes, in the pickle that is being written."""
        if _now.company is None or _now.module is not self._module:
            _now.module = self._module
            _now.company = self._module.company()
        return (self._function.made_of(), *self._join(_now.company))


class _Beside:
    """Asked when it is known which pickle this is."""

    __slots__ = ("_leaving",)

    def __init__(self, leaving: Leaving) -> None:
        self._leaving = leaving

    def __reduce__(self) -> Any:
        return tuple, (self._leaving.beside(),)
