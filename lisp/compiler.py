"""The public face: Lisp text -> JavaScript.

In: text or forms and options. Out: `Compiled`. `Compiler` keeps macros and definitions from form to form (a
session); `compile` and `compile_module` take whole texts, `expand`, `format` and `read` stop on the way.
Whatever the text, only LispError is raised (LispErrors for several).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .forms import Source
from .incremental import Compiled, Compiler, defined_in

if TYPE_CHECKING:
    from .units import LispErrors, compile, compile_module, expand, format, read


def __getattr__(name: str) -> Any:
    """Whole texts are loaded when asked for: a session starts without them."""
    if name in _WHOLE_TEXTS:
        from . import units

        return getattr(units, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


_WHOLE_TEXTS = ("LispErrors", "compile", "compile_module", "expand", "format", "read")
__all__ = [
    "Compiled",
    "Compiler",
    "LispErrors",
    "Source",
    "compile",
    "compile_module",
    "defined_in",
    "expand",
    "format",
    "read",
]
