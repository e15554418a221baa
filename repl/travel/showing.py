"""An exception in a function that was sent here, with its place in the Lisp.

In: an exception with JavaScript's stack, the file name of the capsule's code and its places; or one that a
`py.fn` has raised. Out: a note on the exception (which is pickled with it), and the Lisp's places in the
stack of a JSError.
"""

from __future__ import annotations

from polyrepl.bridge import JSError
from polyrepl.bridge.errors import js_stacks
from polyrepl.bridge.frames import stack_place
from polyrepl.lisp.errors import excerpt
from polyrepl.lisp.forms import Span
from polyrepl.lisp.python.placing import entries, span_of

from .places import Places


def show(error: BaseException, filename: str, places: Places) -> None:
    """See above. An exception that says its place already stays as it is."""
    if getattr(error, "lisp_place", None) is not None:
        return
    stacks = [error.stack] if isinstance(error, JSError) else js_stacks(error)
    for stack in stacks:
        shown, lines = None, []
        for line in stack.split("\n"):
            place = stack_place(line)
            span = places.span_at(place[2] - 1, place[3] - 1) if place and place[1] == filename else None
            if place is not None and span is not None:
                shown = shown or span
                line = line.replace(f"{filename}:{place[2]}:{place[3]}", repr(span))
            lines.append(line)
        if shown is None:
            continue
        if isinstance(error, JSError):
            error.stack = "\n".join(lines)
        _note(error, shown)
        return


def show_python(error: BaseException) -> None:
    """The place in the innermost function of `py.fn` that the exception has come through."""
    found = next(filter(None, map(span_of, reversed(entries(error.__traceback__)))), None)
    if found is not None and getattr(error, "lisp_place", None) is None:
        _note(error, found)


def _note(error: BaseException, place: Span) -> None:
    try:
        error.lisp_place = repr(place)  # type: ignore[attr-defined]
    except AttributeError:  # one without a __dict__
        return
    error.add_note("\n  ".join([f"in the Lisp: {place!r}", *excerpt(place)]))
