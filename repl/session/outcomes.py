"""What a form came to in Node, as an event.

In: an outcome of node/session.mjs, and what tells of its errors. Out: a `Value`, a `Problem` or an `Exit`.
"""

from __future__ import annotations

import sys
from typing import Any

from polyrepl.bridge.foreign import said
from polyrepl.lisp.forms import Span

from .events import Event, Exit, Value
from .trace import Trace


def event_of(outcome: dict[str, Any], span: Span | None, trace: Trace) -> Event:
    """The event of an outcome.

    Args:
        span: where the form is.
        trace: makes problems of errors.
    """
    kind = outcome["kind"]
    if kind == "error":
        exception = outcome["exception"]
        if isinstance(exception, SystemExit):
            return Exit(exit_code(exception))
        if isinstance(exception, KeyboardInterrupt) or outcome["name"] == "Interrupt":
            return trace.interrupted(outcome)
        return trace.runtime_problem(outcome, span)
    if kind == "unsettled":
        return trace.unsettled(list(outcome["stacks"]), span)
    if kind == "value":
        data, metadata = outcome["data"], outcome["metadata"]
        page = outcome.get("page")
        return Value(outcome["text"], data=data, metadata=metadata, page=page, cut=outcome["cut"])
    if kind == "python":
        return Value("", is_python=True, python=outcome["value"])
    return Exit(int(outcome["code"])) if kind == "exit" else Value("", quiet=True)


def exit_code(exit_: SystemExit) -> int:
    """The exit code that Python itself would use for this SystemExit."""
    if exit_.code is None:
        return 0
    if isinstance(exit_.code, int):
        return exit_.code
    print(said(exit_.code), file=sys.stderr)
    return 1
