"""The analyzer's tables: which rule analyzes what. Each rule enters itself, so the analyzer imports none.

    FORMS     type of a form             -> rule(an, form, scope, tail): the node
    HEADS     type of a list's head      -> rule(an, head, form, scope): the node of the call, or None
    CALLS     kind of a head's meaning   -> rule(an, meaning, form, scope, tail): the node, or None
    SPECIALS  name of a special form     -> `Special`, whose `build` makes the node

None means: nothing special here, an ordinary call. A head that is a symbol is looked up in HEADS only when
it has no meaning (`.method`, `Class.`). language.py imports all files with rules.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ..nodes import Node
from .scope import Special

Rule = TypeVar("Rule", bound=Callable[..., Node | None])

FORMS: dict[type, Callable[..., Node]] = {}
HEADS: dict[type, Callable[..., Node | None]] = {}
CALLS: dict[type, Callable[..., Node | None]] = {}
SPECIALS: dict[str, Special] = {}


def analyzes(kind: type) -> Callable[[Rule], Rule]:
    """The rule for forms of a type."""
    return _entering(FORMS, kind)


def heads_call(*kinds: type) -> Callable[[Rule], Rule]:
    """The rule for lists that begin with a form of these types."""
    return _entering(HEADS, *kinds)


def calls(kind: type) -> Callable[[Rule], Rule]:
    """The rule for calls of what has a meaning of this kind."""
    return _entering(CALLS, kind)


def special(*names: str) -> Callable[[Rule], Rule]:
    """The rule of a special form."""

    def register(rule: Rule) -> Rule:
        build: Any = rule
        for name in names:
            SPECIALS[name] = Special(name, build)
        return rule

    return register


def _entering(table: dict[type, Any], *kinds: type) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        for kind in kinds:
            table[kind] = rule
        return rule

    return register
