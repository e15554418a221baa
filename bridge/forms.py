"""Forms: numbered pieces of a program, and the contexts they were started in.

In: a form's number and the code that runs for it. Out: the number, also in what that code calls; and the
context variables as the form has them, for what Python does in its name, one call after the other or later.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

T = TypeVar("T")
_FORM: contextvars.ContextVar[int] = contextvars.ContextVar("polyrepl_form", default=0)
_KEPT = 64
_NONE: Final = object()

current = _FORM.get  # the form that the calling code runs for; 0: none


def form_of(context: contextvars.Context) -> int:
    """The form that a context belongs to; 0: none."""
    return context.get(_FORM, 0)


def outside() -> contextvars.Context:
    """A copy of the calling code's context that belongs to no form: for what is the bridge's own."""
    context = contextvars.copy_context()
    context.run(_FORM.set, 0)
    return context


class _Form:
    """A form's context, as it was last looked at, and whether somebody is in it."""

    __slots__ = ("before", "context", "inside", "used")

    def __init__(self, context: contextvars.Context) -> None:
        self.context = context
        self.before = context.copy()
        self.inside = threading.Lock()
        self.used = False


class Forms:
    """The contexts of the forms that ran last.

    What one form sets (`np.seterr`, decimal's precision) the next ones find, as in Python; what whoever
    starts them has set since then is later, and holds.
    """

    def __init__(self) -> None:
        self._forms: dict[int, _Form] = {}
        self._set: dict[contextvars.ContextVar[Any], Any] = {}  # by forms
        self._outside = contextvars.Context()  # when the last one began

    def remember(self, number: int) -> None:
        """The form begins in the context of the calling code, with what earlier ones have set."""
        if number not in self._forms:
            context = self._calling()
            context.run(_FORM.set, number)
            for variable, value in self._set.items():
                context.run(variable.set, value)
            self._forms[number] = _Form(context)
        while len(self._forms) > _KEPT:
            del self._forms[next(iter(self._forms))]

    def _calling(self) -> contextvars.Context:
        """A copy of the context of the calling code, after a look at what was set in it and by forms."""
        context = contextvars.copy_context()
        for form in self._forms.values():
            if form.used:
                before, form.before, form.used = form.before, form.context.copy(), False
                self._note(before, form.before)
        if not form_of(context):  # what calls from within a form is no outside
            for variable in [each for each in self._set if _differs(each, self._outside, context)]:
                del self._set[variable]
            self._outside = context.copy()
        return context

    def _note(self, before: contextvars.Context, after: contextvars.Context) -> None:
        for variable, value in after.items():
            if variable is not _FORM and _differs(variable, before, after):
                self._set[variable] = value
        for variable in before:
            if variable not in after:
                self._set.pop(variable, None)

    @contextlib.contextmanager
    def running(self, number: int) -> Iterator[None]:
        """The code within runs for a form, `joined`."""
        self.remember(number)
        with self.joined():
            token = _FORM.set(number)
            try:
                yield
            finally:
                _FORM.reset(token)

    @contextlib.contextmanager
    def joined(self) -> Iterator[None]:
        """The code within, which runs in the context of the calling code, finds what forms have set, and they
        what it sets."""
        self._calling()
        for variable, value in self._set.items():
            variable.set(value)
        before = contextvars.copy_context()
        try:
            yield
        finally:
            after = contextvars.copy_context()
            self._note(before, after)
            if not form_of(after):
                self._outside = after

    def run(self, number: int, function: Callable[..., T], *args: Any) -> T:
        """Call a function in the context of a form; in a copy where another call is in it. Where the form is
        not known, in that of the calling code. Raises what it raises."""
        form = self._forms.get(number)
        if form is None:
            return function(*args)
        form.used = True
        if not form.inside.acquire(blocking=False):
            return form.context.copy().run(function, *args)
        try:
            return form.context.run(function, *args)
        finally:
            form.inside.release()

    def context(self, number: int) -> contextvars.Context | None:
        """A copy of the context of a form; None for a form that is not known."""
        form = self._forms.get(number)
        return None if form is None else form.context.copy()


def _differs(
    variable: contextvars.ContextVar[Any], one: contextvars.Context, other: contextvars.Context
) -> bool:
    return one.get(variable, _NONE) is not other.get(variable, _NONE)
