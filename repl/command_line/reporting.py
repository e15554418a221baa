"""How the events of a program are shown: values on standard output, problems on standard error.

In: the events of a Session. Out: text, or with `--json` a line each; whether the program goes on.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from signal import SIGINT
from typing import TYPE_CHECKING

from polyrepl.bridge import NodeLost
from polyrepl.bridge.foreign import visible

from ..session.display import cut_text
from ..session.events import Event, Exit, Lost, Problem, Value, ends_unit, interrupted

if TYPE_CHECKING:
    from .json_lines import JsonLines, Request

LONGEST_VALUE = 2_000_000
"""How much of a value is shown: what takes a second to write, and longer to read."""
CUT = "the value is too large to be shown whole; --full shows all of it"


class Reporter:
    """How a job's events are shown, and whether one of its forms has failed."""

    __slots__ = ("failed", "full", "keep_going", "last", "lines")

    def __init__(
        self,
        lines: JsonLines | None = None,
        full: bool = False,
        keep_going: bool = False,
        failed: bool = False,
        last: Problem | None = None,
    ) -> None:
        self.lines = lines
        self.full = full
        self.keep_going = keep_going
        self.failed = failed
        self.last = last

    def complain(self, name: str, text: str) -> None:
        """Say what is wrong with the program's text."""
        if self.lines is not None:
            self.lines.problem("error", name, text, text)
        else:
            sys.stdout.flush()
            print(visible(text), file=sys.stderr, flush=True)

    @property
    def is_channel(self) -> bool:
        """Does a program ask, which goes on when it has ended a form by SIGINT?"""
        return self.lines is not None and self.keep_going

    def end(self, event: Event | None, request: Request | None = None) -> None:
        """A form has ended with this event, or a request; None: as it should."""
        if self.lines is not None:
            status = "ok"
            if isinstance(event, Problem):
                status = event.severity
            elif isinstance(event, Exit):
                status = "exit"
            self.lines.end(status, request)


class Ended(Exception):
    """The program is over with this exit code; `last_words` go to standard error if anybody listens."""

    def __init__(self, code: int, last_words: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.last_words = last_words


class Failed(Ended):
    """A form of the program failed; with -i the prompt comes nevertheless."""


class Stopped(Failed):
    """A form of the program was interrupted."""

    def __init__(self, last_words: str = "") -> None:
        super().__init__(1, last_words)


async def run_events(
    events: AsyncIterator[Event],
    reporter: Reporter,
    *,
    values: bool = True,
    request: Request | None = None,
    one_form: bool = False,
) -> None:
    """Show the events of one text.

    Args:
        events: of the text.
        reporter: how they are shown.
        values: values are shown, and each form's end is told to who asked for it.
        request: the text is a request, whose end is told once.
        one_form: the text is a form, whose end is told when nothing of it is left: who reads that may send
            a SIGINT, which is to find nothing.

    Raises:
        Ended: after an error, an interrupt or `(exit n)`.
    """
    last: Event | None = None
    ended: Event | None = None
    try:
        async with contextlib.aclosing(shown(events, reporter, values)) as seen:
            async for event in seen:
                last = event
                over = isinstance(event, Value) or (ends_unit(event) and not isinstance(event, Exit))
                if request is None and values and over:
                    ended = event
                    if not one_form:
                        reporter.end(event)
    finally:
        if request is not None:
            reporter.end(last, request)
        elif one_form and ended is not None:
            reporter.end(ended)


async def shown(events: AsyncIterator[Event], reporter: Reporter, values: bool) -> AsyncGenerator[Event]:
    """The events of a text when they have been shown. Raises as `run_events`."""
    async with contextlib.aclosing(events):  # type: ignore[type-var]
        async for event in events:
            event = asked_end(event, reporter.keep_going)
            if isinstance(event, Problem) and interrupted(event):
                if reporter.lines is None:
                    raise Stopped(event.text)
                reporter.lines.event(event)
                yield event
                if reporter.is_channel:
                    return
                raise Stopped
            show(event, reporter, values=values)
            yield event
            if isinstance(event, Exit):
                raise Ended(event.code)
            if ends_unit(event):
                reporter.failed = True
                reporter.last = event if isinstance(event, Problem) else None
                if not reporter.keep_going:
                    raise Failed(event.status if isinstance(event, Problem) else 1)


def asked_end(event: Event, goes_on: bool = False) -> Event:
    """The event; of a Node that is lost because of `process.exit(n)` the end that the program asked for, and
    where a listener of SIGINT has ended its own process by that, an interrupt, unless the program goes on."""
    lost = event.exception if isinstance(event, Problem) else None
    if isinstance(lost, NodeLost) and lost.signal == SIGINT and not goes_on:
        return Problem("interrupt", "KeyboardInterrupt", "", "Interrupted")
    asked = isinstance(lost, NodeLost) and lost.exit_status is not None
    return Exit(lost.exit_status) if asked else event  # type: ignore[union-attr]


def show(event: Event, reporter: Reporter, *, values: bool = True) -> None:
    """Print one event to the stream it belongs to."""
    if isinstance(event, Value) and not values:
        return
    if reporter.lines is not None:
        reporter.lines.event(event)
        return
    match event:
        case Value(quiet=False):
            text, more = cut_text(event, sys.maxsize if reporter.full else LONGEST_VALUE)
            sys.stdout.write(text + "\n")
            sys.stdout.flush()
            if event.cut or more:
                print(f"polyrepl: {CUT}", file=sys.stderr, flush=True)
        case Problem(exception=BrokenPipeError()):
            raise BrokenPipeError
        case Problem():
            sys.stdout.flush()
            print(event.text, file=sys.stderr, flush=True)
        case Lost():
            print(f"polyrepl: {event.text}", file=sys.stderr, flush=True)
