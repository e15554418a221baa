"""What a name means to Python code: `py.name` in Lisp, `$py.builtins` in JavaScript.

In: a name. Out: its value in the namespace that eval and exec use (`__main__`'s), else the builtin.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any


class Names:
    """Python's names as attributes, by Python's own rule: a global hides a builtin.

    Args:
        namespace: gives the globals; called at each look-up, since a front end may choose another later.

    To set an attribute defines a global; to delete one deletes it.

    Raises:
        AttributeError: neither a global nor a builtin has the name.
    """

    __slots__ = ("_namespace",)

    _namespace: Callable[[], dict[str, Any]]

    def __init__(self, namespace: Callable[[], dict[str, Any]]) -> None:
        object.__setattr__(self, "_namespace", namespace)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._namespace()[name]
        except KeyError:
            pass
        try:
            return getattr(builtins, name)
        except AttributeError:
            text = f"Python has no name {name}: neither a global of __main__ nor a builtin"
            raise AttributeError(text, name=name, obj=self) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._namespace()[name] = value

    def __delattr__(self, name: str) -> None:
        try:
            del self._namespace()[name]
        except KeyError:
            raise AttributeError(f"__main__ has no global {name}", name=name, obj=self) from None

    def __dir__(self) -> list[str]:
        return sorted({*self._namespace(), *dir(builtins)})

    def __repr__(self) -> str:
        return "<the names of Python>"
