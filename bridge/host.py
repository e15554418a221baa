"""What a connection asks of the conversation that it carries.

In: frames, and moments at which something is due. Out: answers ready to be sent. `exchange.Exchange` is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from .answers import Answer
from .transport import Frame
from .waiting import Settled


class Host(Protocol):
    """See above."""

    def serve(
        self, frame: Frame, outermost: bool, unread: list[Frame] | None = None
    ) -> Answer: ...  # raises nothing; `unread` is empty once it has begun
    def call(
        self,
        ident: int,
        flags: int,
        outermost: bool,
        form: int,
        handle: int,
        names: Sequence[str],
        args: Sequence[Any],
    ) -> Any: ...  # of single values; raises nothing
    def refuse(
        self, frame: Frame, error: BaseException
    ) -> Answer: ...  # the answer where it did all the same
    def plain(self) -> tuple[dict[int, Any], Callable[..., Any], Callable[..., Any], Any]: ...
    def outcome(self, ident: int, value: Any, error: BaseException | None) -> Answer: ...
    def serve_async(self, frame: Frame, unread: list[Frame] | None = None) -> None: ...
    def value(self, frame: Frame, unread: list[Frame], form: int) -> Any: ...  # see plain.Host
    def leave(self, frame: Frame) -> None: ...  # see plain.Host
    def settle(self, waiter: Settled | None, frame: Frame) -> None: ...
    def take_back(self, segments: list[Any]) -> None: ...
    def note(self, frame: Frame) -> None: ...
    def output(self, frame: Frame) -> None: ...
    def raw_output(self, fd: int) -> bool: ...  # False when it is finished
    def lost(self, reason: str) -> BaseException: ...  # what every pending call fails with
    def wake_home(self) -> None: ...  # makes the home thread's loop call `run_ready` soon
    def flush_soon(self) -> None: ...  # makes a loop call `flush` soon
