"""What a Session reports while it evaluates: the whole vocabulary between it and a front end.

In: nothing. Out: `Value`, `Problem`, `Lost`, `Exit`; output goes to the sink the Session was given.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from polyrepl.lisp.records import Frozen

UNSETTLED = 13
"""The exit code of a program that awaits what can never come, as it is Node's."""


class Value(Frozen):
    """The value of one top-level form.

    `quiet` is true for definitions and nil: a pipe prints nothing for them. A Python value has
    `is_python` true and the live object in `python`; a JavaScript value has its Lisp notation in
    `text` and, where it knows how to show itself, a MIME bundle in `data` and `metadata`; a terminal
    gets the first page of it in `page`: {"text", "more"}. `cut` says
    that the session's limits have left out a part of `text`.
    """

    __slots__ = ("cut", "data", "is_python", "metadata", "page", "python", "quiet", "text")
    __match_args__ = ("text", "quiet", "is_python", "python", "data", "metadata", "page", "cut")

    def __init__(
        self,
        text: str,
        quiet: bool = False,
        is_python: bool = False,
        python: Any = None,
        data: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        page: dict[str, Any] | None = None,
        cut: bool = False,
    ) -> None:
        self.text = text
        self.quiet = quiet
        self.is_python = is_python
        self.python = python
        self.data: dict[str, Any] = {} if data is None else data
        self.metadata: dict[str, Any] = {} if metadata is None else metadata
        self.page = page
        self.cut = cut


class Problem(Frozen):
    """An error or a warning, rendered once for every front end.

    `severity` is `error`, `warning` or `interrupt`. `text` is the whole message as shown (position,
    excerpt, hint, folded stack), `frames` the stack lines of it, `backtrace` the unfolded text.
    `exception` is the live Python exception where there is one, `status` the exit code of a program
    that ends with it.
    """

    __slots__ = ("backtrace", "ename", "evalue", "exception", "frames", "severity", "status", "text")
    __match_args__ = ("severity", "ename", "evalue", "text", "frames", "backtrace", "exception", "status")

    def __init__(
        self,
        severity: str,
        ename: str,
        evalue: str,
        text: str,
        frames: tuple[str, ...] = (),
        backtrace: str = "",
        exception: BaseException | None = None,
        status: int = 1,
    ) -> None:
        self.severity = severity
        self.ename = ename
        self.evalue = evalue
        self.text = text
        self.frames = frames
        self.backtrace = backtrace
        self.exception = exception
        self.status = status


class Lost(Frozen):
    """Node had to be replaced: what was lost and what is still there, in one sentence."""

    __slots__ = ("text",)
    __match_args__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class Exit(Frozen):
    """The program asked to end with this exit code."""

    __slots__ = ("code",)
    __match_args__ = ("code",)

    def __init__(self, code: int) -> None:
        self.code = code


Event: TypeAlias = Value | Problem | Lost | Exit


def failed(event: Event) -> bool:
    """Is it the error of a form?"""
    return isinstance(event, Problem) and event.severity == "error"


def interrupted(event: Event) -> bool:
    """Is it what tells of Ctrl-C?"""
    return isinstance(event, Problem) and event.severity == "interrupt"


def ends_unit(event: Event) -> bool:
    """Does nothing more of the same text run after this event?"""
    if isinstance(event, Problem):
        return event.severity != "warning"
    return isinstance(event, Exit)
