"""Names: scopes, namespaces, hygiene marks, and what a name can mean.

In: symbols. Out: their bindings. An identifier is (name, marks). A macro expansion gives the symbols it
inserts a fresh mark; looking a marked symbol up tries the exact identifier first and otherwise drops the
last mark and goes on in the scope where that macro was defined. So an inserted `tmp` never meets the
user's `tmp`, and an inserted `if` means `if` even where the user has bound that name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .forms import Marks
from .nodes import Local, Node

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .forms import Form, List

Key: TypeAlias = "str | tuple[str, Marks]"

CORE_MARK = 0  # the mark of everything the built-in macros insert


@dataclass(slots=True, eq=False)
class Special:
    """A special form: builds a node."""

    name: str
    build: Callable[[Analyzer, List, Scope, bool], Node]


@dataclass(slots=True, eq=False)
class Macro:
    """A macro: a function from the call to a form. `kind` is builtin, rules or host."""

    name: str
    kind: str
    expand: Callable[[Analyzer, List, Scope], Form]
    doc: str | None = None
    arglists: str | None = None


@dataclass(slots=True, eq=False)
class Global:
    """A user's global definition (or one that a later form of the unit will make)."""

    name: str
    js: str
    is_async_fn: bool = False
    is_python: bool = False
    is_collection: bool = False
    doc: str | None = None
    arglists: tuple[str, ...] = ()
    module: Namespace | None = None  # of an import alias: the imported file
    home: Namespace | None = None
    refs: int = 0
    ahead: bool = False  # of a text that is compiled as a whole: not there yet when its macros run


@dataclass(slots=True, eq=False)
class CoreFn:
    """A function of the core runtime."""

    name: str


@dataclass(slots=True, eq=False)
class JsGlobal:
    """A JavaScript global; `imported`: one of the names that the compiled function takes."""

    name: str
    imported: bool = False


Meaning: TypeAlias = Local | Special | Macro | Global | CoreFn | JsGlobal


class Scope:
    """One level of local bindings: identifiers -> Local, or Macro for let-syntax."""

    __slots__ = ("parent", "table")

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.table: dict[Any, Local | Macro] = {}


@dataclass(slots=True, eq=False)
class Namespace:
    """The globals and macros of one file or session. `prefix` keeps the JS names of files apart."""

    name: str = ""
    prefix: str = ""
    globals: dict[str, Global] = field(default_factory=dict)
    macros: dict[str, Macro] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Mark:
    """One expansion's mark: where its symbols are looked up. `kind`: core, rules, template, fresh."""

    kind: str
    scope: Scope | None
    namespace: Namespace | None
    macro: str | None = None


class Marks_:
    """The table of marks of one compiler."""

    def __init__(self) -> None:
        self.all: list[Mark] = [Mark("core", None, None)]

    def new(
        self, kind: str, scope: Scope | None, namespace: Namespace | None, macro: str | None = None
    ) -> int:
        self.all.append(Mark(kind, scope, namespace, macro))
        return len(self.all) - 1
