"""What was shown at the prompt, by number: `Out[n]` in Python, `,out n` in Lisp.

In: values as they are shown. Out: the same values. JavaScript's stay in Node until they are asked for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from ..session.events import Event, Value
from ..session.session import Session

KEPT = 1_000
IN_NODE = object()  # in place of a value of JavaScript's


class Results(Mapping[int, Any]):
    """The last thousand values.

    Args:
        session: keeps those of JavaScript.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._kept: dict[int, Any] = {}
        self.number = 0
        """Of what was typed last."""

    def keep(self, value: Value) -> None:
        """A value was shown."""
        if value.quiet:
            return
        if not value.is_python:
            self._session.node.keep_result(self.number, KEPT)
        self._kept.pop(self.number, None)  # so that it is the newest
        self._kept[self.number] = value.python if value.is_python else IN_NODE
        while len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    async def again(self, number: int) -> AsyncIterator[Event]:
        """A value as an event, which makes it `*1`."""
        value = self._kept[number]
        if value is not IN_NODE:
            self._session.node.remember(value)
            yield Value("", is_python=True, python=value)
            return
        code = f'globalThis[Symbol.for("polyrepl.resultAt")]({number})'
        async for event in self._session.eval_javascript(code, f"Out[{number}]"):
            yield event

    def __getitem__(self, number: int) -> Any:
        value = self._kept[number]
        if value is not IN_NODE:
            return value
        found = self._session.node.ask("resultAt", number)
        if not found:
            raise KeyError(number)  # it went with its Node
        return found[0]

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def __repr__(self) -> str:
        return f"<the values that were shown: Out[{min(self._kept, default=1)}] to Out[{self.number}]>"
