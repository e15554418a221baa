"""Functions of the Lisp in other processes: how they are sent, and what calls them there."""

from __future__ import annotations

from typing import Any

__all__ = ["LispFunction"]


def __getattr__(name: str) -> Any:
    if name == "LispFunction":  # loaded when asked for: the parts are wanted by themselves, too
        from .function import LispFunction

        return LispFunction
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
