"""What a conversation asks of whatever carries it: the mirror of `host.py`.

In: requests and answers of this side. Out: those of the other. `connection.Connection` is one, by a channel
to another process, `local.Local` another, within one process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from .answers import Answer
from .transport import Frame


class Waiter(Protocol):
    """Who waits for an answer without a thread."""

    def settle(self, value: Any, error: BaseException | None) -> None: ...


class Waits(Protocol):
    """What a connection knows of the requests that wait for their answers (see waiting.Waits)."""

    def __contains__(self, ident: object, /) -> bool: ...
    def __iter__(self) -> Iterator[int]: ...
    def newest(self) -> int: ...
    def of_form(self, form: int) -> tuple[int, int]: ...


class Line(Protocol):
    """What a conversation asks of a connection: something that carries requests and answers."""

    home: int  # the thread on which requests of JavaScript's run
    top_python: bool  # on that thread code called by JavaScript is running
    kept: bool  # asynchronous requests wait

    @property
    def failure(self) -> BaseException | None:
        """What ended it; None while it lives."""

    @property
    def depth(self) -> int:
        """How many synchronous calls of the home thread wait."""

    @property
    def waiting(self) -> bool:
        """Whether any does."""

    @property
    def ids(self) -> Callable[[], int]:
        """The next number of a request: they are counted, whoever asks."""

    @property
    def outer(self) -> int:
        """The outermost of them; 0: none."""

    @property
    def plainly(self) -> int:
        """The plain call of the home thread that has no answer yet; 0: none."""

    @property
    def latest(self) -> int:
        """The last outermost one, also when it has ended."""

    @property
    def waits(self) -> Waits:
        """What waits for its answer, by its number."""

    @property
    def queued(self) -> bool:
        """Whether asynchronous requests wait for a turn of the home loop."""

    @property
    def fd(self) -> int:
        """Readable when something has come."""

    def look(self) -> None:
        """Before something outermost is asked: notice whether what carries it was closed by others. It is
        lost then."""

    def request(self, header: list[Any], segments: list[Any], until: float | None = None) -> Frame: ...
    def post(self, header: list[Any], segments: list[Any], waiter: Waiter) -> int: ...
    def forget(self, ident: int) -> None: ...
    def note(self, header: list[Any]) -> None: ...
    def pack(self, kind: int, ident: int, sync: bool, wire: Any, segments: list[Any]) -> Any: ...
    def send_answer(self, answer: Answer, epoch: int, sync: bool) -> None: ...
    def flush(self) -> None: ...
    def run_ready(self) -> None: ...
    def read_aside(self) -> None: ...
    def catch_up(self) -> None: ...
    def reset(self, epoch: int, lost: Sequence[int]) -> None: ...
    def lose(self, reason: str) -> BaseException: ...
    def close(self, reason: str) -> None: ...
    def abandon(self, failure: BaseException) -> None: ...
