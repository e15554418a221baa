"""A name that a `py.fn` uses before it is defined: `(declare odd)`, then the function, then `odd`.

In: the Lisp's name, and what gives its value when there is one. Out: a callable that stands in the name's
place until it is called for the first time, or pickled; from then on the value itself is there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .checking import check


class Later:
    """See above.

    Args:
        name: the Lisp's.
        ask: gives the value; raises a JSError where the name is not defined yet.
        space: the globals of the function that uses it.
        key: the name there.
    """

    __slots__ = ("_ask", "_key", "_name", "_space")

    def __init__(self, name: str, ask: Callable[[], Any], space: dict[str, Any], key: str) -> None:
        self._name = name
        self._ask = ask
        self._space = space
        self._key = key

    def found(self) -> Any:
        """The value.

        Raises:
            NameError: there is none yet.
            TypeError: it is JavaScript's.
        """
        try:
            value = self._ask()
        except Exception as error:
            if type(error).__name__ != "JSError":
                raise
            hint = f"(py.defn {self._name} ..) comes before the first call"
            raise NameError(f"{self._name} was declared, and is not defined yet: {hint}") from None
        check(self._name, value)
        if self._space.get(self._key) is self:
            self._space[self._key] = value
        return value

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.found()(*args, **keywords)

    def __reduce__(self) -> Any:
        return _itself, (self.found(),)

    def __repr__(self) -> str:
        return f"<{self._name}, which is defined later>"


def _itself(value: Any) -> Any:
    return value
