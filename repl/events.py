"""What a Session reports while it evaluates: the whole vocabulary between it and a front end.

In: nothing. Out: `Value`, `Problem`, `Lost`, `Exit`; output goes to the sink the Session was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Value:
    """The value of one top-level form.

    `quiet` is true for definitions and nil: a pipe prints nothing for them. A Python value has
    `is_python` true and the live object in `python`; a JavaScript value has its Lisp notation in
    `text` and, where it knows how to show itself, a MIME bundle in `data` and `metadata`; a terminal
    gets the first page of it in `page`: {"text", "more"}.
    """

    text: str
    quiet: bool = False
    is_python: bool = False
    python: Any = None
    data: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    page: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error or a warning, rendered once for every front end.

    `severity` is `error`, `warning` or `interrupt`. `text` is the whole message as shown (position,
    excerpt, hint, folded stack), `frames` the stack lines of it, `backtrace` the unfolded text.
    `exception` is the live Python exception where there is one.
    """

    severity: str
    ename: str
    evalue: str
    text: str
    frames: tuple[str, ...] = ()
    backtrace: str = ""
    exception: BaseException | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """Node had to be replaced: what was lost and what is still there, in one sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Exit:
    """The program asked to end with this exit code."""

    code: int


Event: TypeAlias = Value | Problem | Lost | Exit
