"""Chains: calls and reads of what other calls come to, in one request (see node/chains.mjs).

In: steps `[parent, names, args]` in the order they were written. `parent` is the number of an earlier step
or `[value]`, `args` None for a read, else as those of a call; an argument may be the CUSTOM value STEP, the
result of an earlier step. Out: for each step whether it failed, and its value or the exception. A step that
needs one that failed fails as that did; what an awaitable comes to is the value of its step.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable
from typing import Any, Protocol

from . import traits
from .answers import MISSING, Wired
from .errors import ProtocolError
from .marshal import Marshal
from .protocol import TAGS
from .segments import Segments

_ARRAY, _MISSING_TAG = TAGS["ARRAY"], TAGS["MISSING"]
STEP = "polyrepl.step"


class Server(Protocol):
    """What a chain asks of the operations on Python's objects."""

    marshal: Marshal

    def arguments(
        self, split: int, wires: list[Any], body: Any, decode: Any
    ) -> tuple[list[Any], dict[str, Any]]: ...
    def apply(self, function: Any, args: Any, kwargs: Any, /) -> Any: ...

    def look(self, value: Any, path: list[str]) -> Any:
        """A read by JavaScript, MISSING when it finds nothing."""

    def part(self, value: Any, name: str) -> Any:
        """The same on the way to something; AttributeError when it finds nothing."""


class Chain:
    """One request's steps.

    Attributes:
        quiet: set when it waits for an awaitable.
    """

    def __init__(self, server: Server, steps: list[Any], body: Any) -> None:
        self.quiet = asyncio.Event()
        self._server = server
        self._steps = steps
        self._body = body
        self._done: list[tuple[bool, Any]] = []
        self._refused: BaseException | None = None
        self._decode = server.marshal.reviving(STEP, self._result).decode

    async def run(self) -> Wired:
        """Plain functions run in a thread, one after the other; what is to be awaited is awaited here."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        while len(self._done) < len(self._steps):
            context = contextvars.copy_context()
            awaitable = await loop.run_in_executor(None, context.run, self._go)
            if awaitable is None:
                break
            self.quiet.set()
            try:
                self._done.append((False, await awaitable))
            except BaseException as error:
                if task.cancelling():
                    raise
                self._done.append((True, error))
        return self._answer()

    def _go(self) -> Awaitable[Any] | None:
        """Do steps until one gives something to be awaited, which is returned."""
        for at in range(len(self._done), len(self._steps)):
            try:
                value = self._do(*self._steps[at])
                if self._steps[at][2] is not None and traits.is_awaitable(value):
                    return value
                self._done.append((False, value))
            except BaseException as error:
                self._done.append((True, error))
        return None

    def _do(self, parent: Any, names: list[str], args: list[Any] | None) -> Any:
        self._refused = None
        # First of all: what a step that fails mentions has been received all the same.
        given, keywords = ([], {}) if args is None else self._server.arguments(
            args[0], args[1:], self._body, self._decode
        )  # fmt: skip
        value = self._result(parent) if parent.__class__ is int else self._decode(parent[0], self._body)
        if self._refused is not None:
            raise self._refused
        if args is None:
            return self._server.look(value, names)
        for name in names:
            value = self._server.part(value, name)
        return self._server.apply(value, given, keywords)

    def _result(self, number: Any) -> Any:
        """The value of an earlier step; of one that failed the step that needs it will be refused."""
        if number.__class__ is not int or not 0 <= number < len(self._done):
            raise ProtocolError(f"no earlier step {number!r}")
        failed, value = self._done[number]
        if failed:
            self._refused = self._refused or value
            return None
        return value

    def _answer(self) -> Wired:
        segments = Segments()
        steps = [[_ARRAY, *self._outcome(failed, value, segments)] for failed, value in self._done]
        return Wired([_ARRAY, *steps], segments)

    def _outcome(self, failed: bool, value: Any, segments: Segments) -> tuple[bool, Any]:
        """Wire form of a step's end; a value that cannot be sent is its failure."""
        marshal = self._server.marshal
        if failed:
            return True, marshal.encode_exception(value, segments)
        if value is MISSING:
            return False, [_MISSING_TAG]
        mark = segments.mark()
        try:
            return False, marshal.encode(value, segments)
        except Exception as error:
            marshal.take_back(segments, mark)
            return True, marshal.encode_exception(error, segments)
