"""Whose an exception is: of the steps that were tried, or of a signal's handler that came in their midst.

In: an exception that was caught around steps of ours. Out: whether others raised it. Python calls a handler
between any two steps, and what that raises may be of any class: the TimeoutError of an alarm is an OSError,
and says nothing of a descriptor.
"""

from __future__ import annotations

_OURS = __name__.rpartition(".")[0] + "."
_WITH_OURS = ("json", "json.decoder", "json.encoder")  # which has functions of Python's that ours call


def came_between(error: BaseException) -> bool:
    """Whether code of others raised it, where the steps that were tried run none."""
    place = error.__traceback__
    if place is None:
        return False
    while place.tb_next is not None:
        place = place.tb_next
    name = str(place.tb_frame.f_globals.get("__name__"))
    return not (name.startswith(_OURS) or name in _WITH_OURS)
