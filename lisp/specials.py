"""All special forms and built-in macros in one table; importing this fills it."""

from __future__ import annotations

from . import (
    macros_core,
    special_bind,
    special_class,
    special_def,
    special_fn,
    special_import,
    special_iter,
    special_macro,
    special_match,
    special_py,
    special_try,
)
from .scope import Macro, Special
from .special_core import SPECIALS as _specials

LOADED = (
    special_bind, special_class, special_def, special_fn, special_import, special_iter, special_macro,
    special_match, special_py, special_try,
)  # fmt: skip
SPECIALS: dict[str, Special | Macro] = {**_specials, **macros_core.MACROS}
