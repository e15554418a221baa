"""Metadata: `^:async x` is read as `(with-meta* x {:async true})`; to the compiler it is x.

In: a form. Out: the form without its metadata.
"""

from __future__ import annotations

from .forms import Form, List, Symbol


def plain(form: Form) -> Form:
    """The form without its metadata."""
    while isinstance(form, List) and len(form.items) == 3:
        head = form.items[0]
        if not isinstance(head, Symbol) or head.name != "with-meta*":
            break
        form = form.items[1]
    return form
