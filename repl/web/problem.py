"""Why a page can not be built or served."""

from __future__ import annotations


class WebProblem(Exception):
    """The text says what is wrong and what to do."""
