"""Names: scopes, namespaces, hygiene marks, and what a name can mean.

In: symbols. Out: their bindings. An identifier is (name, marks). A macro expansion gives the symbols it
inserts a fresh mark; looking a marked symbol up tries the exact identifier first and otherwise drops the
last mark and goes on in the scope where that macro was defined. So an inserted `tmp` never meets the
user's `tmp`, and an inserted `if` means `if` even where the user has bound that name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from ..forms import Form, List, Marks, Symbol
from ..nodes import Local, Node
from .tables import Journal, Table

Key: TypeAlias = str | tuple[str, Marks]
# Rules and expanders get the Analyzer, which stands above this file, so their types do not name it here.
Build: TypeAlias = Callable[[Any, List, "Scope", bool], Node]
Expand: TypeAlias = Callable[[Any, List, "Scope"], Form]

CORE_MARK = 0  # the mark of everything the built-in macros insert


class Special:
    """A special form: builds a node.

    Attributes:
        name: its own.
        build: from a call to its node.
        weak: whatever else has the name wins, a global of JavaScript's too.
        as_value: the node for the name where it is not called; None: it must be.
    """

    __slots__ = ("as_value", "build", "name", "weak")

    def __init__(
        self,
        name: str,
        build: Build,
        weak: bool = False,
        as_value: Callable[[Any, Symbol], Node] | None = None,
    ) -> None:
        self.name = name
        self.build = build
        self.weak = weak
        self.as_value = as_value


class Macro:
    """A macro: a function from the call to a form. `kind` is builtin, rules or host."""

    __slots__ = ("arglists", "doc", "expand", "kind", "name")

    def __init__(
        self, name: str, kind: str, expand: Expand, doc: str | None = None, arglists: str | None = None
    ) -> None:
        self.name = name
        self.kind = kind
        self.expand = expand
        self.doc = doc
        self.arglists = arglists


class Global:
    """A user's global definition (or one that a later form of the unit will make); replaced, not changed."""

    __slots__ = (
        "ahead",
        "announced",
        "arglists",
        "doc",
        "home",
        "is_async_fn",
        "is_collection",
        "is_module",
        "is_python",
        "js",
        "may_be_data",
        "module",
        "name",
    )

    def __init__(
        self,
        name: str,
        js: str,
        is_async_fn: bool = False,
        is_python: bool = False,
        is_collection: bool = False,
        may_be_data: bool = False,
        is_module: bool = False,
        doc: str | None = None,
        arglists: tuple[str, ...] = (),
        module: Namespace | None = None,
        home: Namespace | None = None,
        ahead: bool = False,
        announced: bool = False,
    ) -> None:
        self.name = name
        self.js = js
        self.is_async_fn = is_async_fn
        self.is_python = is_python
        self.is_collection = is_collection
        self.may_be_data = may_be_data
        self.is_module = is_module  # one of JavaScript's
        self.doc = doc
        self.arglists = arglists
        self.module = module  # of an import alias: the imported file
        self.home = home
        self.announced = announced  # only declared so far
        self.ahead = ahead  # of a text that is compiled as a whole: not there yet when its macros run


class CoreFn:
    """A function of the core runtime."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class JsGlobal:
    """A JavaScript global; `imported`: one of the names that the compiled function takes."""

    __slots__ = ("imported", "name")

    def __init__(self, name: str, imported: bool = False) -> None:
        self.name = name
        self.imported = imported


Meaning: TypeAlias = Local | Special | Macro | Global | CoreFn | JsGlobal


class Scope:
    """One level of local bindings: identifiers -> Local, or Macro for let-syntax."""

    __slots__ = ("parent", "table")

    def __init__(self, parent: Scope | None = None) -> None:
        self.parent = parent
        self.table: dict[Key, Local | Macro] = {}

    def bind(self, symbol: Symbol, meaning: Local | Macro) -> None:
        self.table[key_of(symbol)] = meaning

    def own(self, symbol: Symbol) -> Local | Macro | None:
        """What this level binds the symbol to."""
        return self.table.get(key_of(symbol))


class Block:
    """A body in a function whose definitions are local: `owner` is the function's name, if it has one.

    `defined`: the locals its definitions made; `hoisted`: those that are declared at its beginning.
    """

    __slots__ = ("defined", "hoisted", "owner", "scope")

    def __init__(self, scope: Scope, owner: str | None) -> None:
        self.scope = scope
        self.owner = owner
        self.defined: list[Local] = []
        self.hoisted: list[Local] = []


def key_of(symbol: Symbol) -> Key:
    """The identifier of a symbol: most have no marks, and a name alone is found faster."""
    return (symbol.name, symbol.marks) if symbol.marks else symbol.name


class Namespace:
    """The globals and macros of one file or session. `prefix` keeps the JS names of files apart."""

    __slots__ = ("globals", "journal", "macros", "name", "number", "path", "prefix", "uses")

    def __init__(
        self,
        journal: Journal,
        number: int = 0,
        name: str = "",
        prefix: str = "",
        path: str = "",
        uses: set[str] | None = None,
    ) -> None:
        self.journal = journal
        self.number = number  # a template's symbols are told by it
        self.name = name
        self.prefix = prefix
        self.path = path  # of the file
        self.uses: set[str] = set() if uses is None else uses  # the files that it imports, or once did
        self.globals: Table[str, Global] = Table(journal)
        self.macros: Table[str, Macro] = Table(journal)


class Mark:
    """One expansion's mark: where its symbols are looked up. `kind`: core, rules, template, fresh."""

    __slots__ = ("kind", "macro", "namespace", "scope")

    def __init__(
        self, kind: str, scope: Scope | None, namespace: Namespace | None, macro: str | None = None
    ) -> None:
        self.kind = kind
        self.scope = scope
        self.namespace = namespace
        self.macro = macro


class Marks_:
    """The table of marks of one compiler."""

    def __init__(self) -> None:
        self.all: list[Mark] = [Mark("core", None, None)]

    def new(
        self, kind: str, scope: Scope | None, namespace: Namespace | None, macro: str | None = None
    ) -> int:
        self.all.append(Mark(kind, scope, namespace, macro))
        return len(self.all) - 1
