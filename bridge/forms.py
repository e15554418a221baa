"""Forms: numbered pieces of a program, and the contexts they were started in.

In: a form's number and the code that runs for it. Out: the number, also in what that code calls; and the
context variables as they were when the form began, for what Python does later in its name.
"""

from __future__ import annotations

import contextlib
import contextvars
from collections.abc import Iterator

_FORM: contextvars.ContextVar[int] = contextvars.ContextVar("polyrepl_form", default=0)
_KEPT = 64

current = _FORM.get  # the form that the calling code runs for; 0: none


def form_of(context: contextvars.Context) -> int:
    """The form that a context belongs to; 0: none."""
    return context.get(_FORM, 0)


def outside() -> contextvars.Context:
    """A copy of the calling code's context that belongs to no form: for what is the bridge's own."""
    context = contextvars.copy_context()
    context.run(_FORM.set, 0)
    return context


class Forms:
    """The contexts of the forms that ran last."""

    def __init__(self) -> None:
        self._contexts: dict[int, contextvars.Context] = {}

    def remember(self, number: int) -> None:
        """The form begins in the context of the calling code; what runs in a copy of it runs for the form."""
        if number not in self._contexts:
            self._contexts[number] = context = contextvars.copy_context()
            context.run(_FORM.set, number)
        while len(self._contexts) > _KEPT:
            del self._contexts[next(iter(self._contexts))]

    @contextlib.contextmanager
    def running(self, number: int) -> Iterator[None]:
        """The code within runs for a form."""
        token = _FORM.set(number)
        self.remember(number)
        try:
            yield
        finally:
            _FORM.reset(token)

    def context(self, number: int) -> contextvars.Context | None:
        """A copy of the context a form was started in; None for a form that is not known."""
        saved = self._contexts.get(number)
        return None if saved is None else saved.copy()

    def of(self, number: int) -> contextvars.Context:
        """The context of a form that begins, or has begun, as a copy."""
        if number:
            self.remember(number)
        return self.context(number) or contextvars.copy_context()
