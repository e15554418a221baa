"""Where code that a macro made stands: at the macro's call."""

from __future__ import annotations

from ..forms import Span


def expansion_span(call: Span | None, name: str) -> Span | None:
    """The span of code a macro made: the call, remembered as such."""
    if call is None:
        return None
    return Span(call.source, call.start, call.end, call, name)
