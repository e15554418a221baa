"""All special forms and built-in macros in one table; importing this fills it."""

from __future__ import annotations

from . import macros_core, special_bind, special_class, special_import, special_iter, special_macro, special_match
from .scope import Macro, Special
from .special_core import SPECIALS as _specials

SPECIALS: dict[str, Special | Macro] = {**_specials, **macros_core.MACROS}

__all__ = [
    "SPECIALS",
    "special_bind",
    "special_class",
    "special_import",
    "special_iter",
    "special_macro",
    "special_match",
]
