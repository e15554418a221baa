"""What the interpreter's modules share: environments, scopes, contexts, the table of special forms.

In: nothing. Out: types and small helpers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from polyrepl.lisp.forms import Form, List, Map, Symbol, Vector

if TYPE_CHECKING:
    from interpreter import Interpreter

Run = Callable[["Env | None"], Generator[Any, Any, Any]]


class Env:
    """One binding: a cell."""

    __slots__ = ("binder", "up", "value")

    def __init__(self, binder: Binder, value: Any, up: Env | None) -> None:
        self.binder = binder
        self.value = value
        self.up = up


UNBOUND = object()  # the value of a letfn name before its function exists


class Binder:
    """What a name in a scope stands for. `named` is the function of a named let."""

    __slots__ = ("macro", "name", "named")

    def __init__(self, name: str, named: Function | None = None) -> None:
        self.name = name
        self.macro: Callable[[List, Scope | None], Form] | None = None
        self.named = named


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that can be seen, innermost first; key is (name, marks)."""

    key: tuple[str, tuple[int, ...]]
    binder: Binder
    up: Scope | None


class Function:
    """The function (or top-level form) being analyzed: does it await, and what a recur goes back to."""

    __slots__ = ("awaits", "yields")

    def __init__(self) -> None:
        self.awaits = self.yields = False


@dataclass(slots=True)
class Target:
    """A loop or a function."""

    rest: bool = False


@dataclass(slots=True)
class Again:
    """The value of a `recur`."""

    target: Target
    args: list[Any]


@dataclass(frozen=True, slots=True)
class Context:
    """Where a form stands."""

    function: Function
    target: Target | None = None

    def inside(self, target: Target | None) -> Context:
        return Context(self.function, target)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. `error` is None or what was thrown; `value` is the text of the last value."""

    value: str | None
    error: str | None
    log: tuple[str, ...]


Special = Callable[["Interpreter", List, "Scope | None", Context], Run]
SPECIALS: dict[str, Special] = {}


def special(*names: str) -> Callable[[Special], Special]:
    def register(build: Special) -> Special:
        for name in names:
            SPECIALS[name] = build
        return build

    return register


def constant(value: Any) -> Run:
    def run(env: Env | None) -> Generator[Any, Any, Any]:
        return value
        yield

    return run


def in_order(parts: list[Run], env: Env | None) -> Generator[Any, Any, Any]:
    """The values of the parts, evaluated from left to right."""
    values = []
    for part in parts:
        values.append((yield from part(env)))  # noqa: PERF401 - a comprehension cannot yield
    return values


def plain(form: Form) -> Form:
    """A form without marks: data."""
    if isinstance(form, Symbol):
        return Symbol(form.name)
    if isinstance(form, (List, Vector, Map)):
        return type(form)(tuple(plain(item) for item in form.items))
    return form


def head_name(form: Form) -> str | None:
    """`f` of `(f ..)`."""
    if isinstance(form, List) and form.items and isinstance(form.items[0], Symbol):
        return form.items[0].name
    return None
