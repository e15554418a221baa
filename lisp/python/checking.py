"""What a `py.fn` may take along.

In: a value of Python's, and what the Lisp calls it. Out: nothing, or an error that says what it is.
"""

from __future__ import annotations

from typing import Any


def check(name: str, value: Any, depth: int = 0) -> None:
    """Raise TypeError for a value that only JavaScript has, at any depth of copied data."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        if depth < 100:
            for item in value:
                check(name, item, depth + 1)
        return
    if kind is dict:
        check(name, [*value, *value.values()], depth)
        return
    if not any(
        base.__name__ == "JsProxy" and base.__module__.startswith("polyrepl.") for base in kind.__mro__
    ):
        return
    where = f"{name} is" if not depth else f"{name} holds"
    what = str(value.typeof())
    if what == "Promise":
        raise TypeError(f"{where} a promise, which a py.fn cannot take along: await it first")
    if "unction" in what or callable(value):
        raise TypeError(
            f"{where} a function of JavaScript's, which a py.fn cannot take along: make it by py.defn or "
            "py.fn too, or give it as an argument"
        )
    raise TypeError(
        f"{where} an object of JavaScript's ({what}), which a py.fn cannot take along: give it data"
    )
