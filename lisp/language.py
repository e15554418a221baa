"""The language: all special forms and built-in macros in one table.

Importing this loads every file with rules, which fills the analyzer's tables (analyze/rules.py).
"""

from __future__ import annotations

from .analyze import heads, literal_forms, operators, recur
from .analyze.rules import SPECIALS as _specials
from .analyze.scope import Macro, Special
from .analyze.special import (
    bind,
    classes,
    core,
    definitions,
    functions,
    imports,
    iteration,
    matching,
    python,
    reflection,
    trying,
)
from .expand import definitions as macro_definitions
from .expand.builtin import MACROS

LOADED = (
    heads, literal_forms, operators, recur, bind, classes, core, definitions, functions, imports, iteration,
    matching, python, reflection, trying, macro_definitions,
)  # fmt: skip
SPECIALS: dict[str, Special | Macro] = {**_specials, **MACROS}
