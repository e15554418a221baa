"""State that holds for a while: attributes set for the time of a `with` block.

In: an object and the values some of its attributes have inside. Out: a context manager that puts back what
they were before, however the block ends. (No generator and no C function stands between the levels of a deep
program: the block runs in its caller's frame.)
"""

from __future__ import annotations

from typing import Any


class Inside:
    """`with Inside(owner, {"tries": 1}): ..`"""

    __slots__ = ("owner", "values")

    def __init__(self, owner: object, values: dict[str, Any]) -> None:
        self.owner = owner
        self.values = values  # outside the block: what holds inside of it, and the other way round

    def __enter__(self) -> None:
        owner, values = self.owner, self.values
        for name in values:
            value = values[name]
            values[name] = getattr(owner, name)
            setattr(owner, name, value)

    def __exit__(self, *_: object) -> None:
        owner = self.owner
        for name, value in self.values.items():
            setattr(owner, name, value)
