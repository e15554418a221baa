"""What a compiler knows between forms: namespaces, macros, hygiene marks, the core; and macro expansion.

In: symbols and macro calls. Out: meanings and expanded forms. One `World` lives as long as a session (or
as one library compile); analyzers come and go with each form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from . import corelib
from .errors import LispError
from .forms import (
    Form,
    FString,
    List,
    Map,
    Set,
    Span,
    Symbol,
    Vector,
)
from .hosting import HostMacros
from .mangle import JS_GLOBALS, mangle
from .nodes import Fn, Local, Node
from .scope import (
    CORE_MARK,
    CoreFn,
    Global,
    JsGlobal,
    Macro,
    Mark,
    Marks_,
    Meaning,
    Namespace,
    Scope,
)

if TYPE_CHECKING:
    from .analyzer import Analyzer
    from .host import MacroHost

MAX_EXPANSIONS = 100_000
MAX_WORK = 1_500_000  # items that macros of one top-level form may match and make: about a second
KEYWORDS_JS = {"this": "this", "super": "super", "undefined": "undefined", "globalThis": "globalThis"}
IMPORTS = {"$py", "$req", "$import"}


class World:
    """Namespaces, macros and marks of one session or one compile."""

    def __init__(self, host: MacroHost | None = None, import_names: tuple[str, ...] = ()) -> None:
        from .specials import SPECIALS  # the tables fill themselves on import

        self.specials = SPECIALS
        self.namespace = Namespace()
        self.modules: dict[str, Namespace] = {}
        self.namespaces: list[Namespace] = [self.namespace]  # a template id names one of these
        self.marks = Marks_()
        self.host = host
        self.hosted = HostMacros(self)
        self.imports = IMPORTS
        self.import_names = frozenset(import_names)
        self.core_table = corelib.table()
        self.known_js: set[str] = set()
        self.pending: Global | None = None
        self.expansions = 0
        self.made = 0  # items that macros matched and made in the top-level form at hand
        # (name, file that imports) -> (text, canonical file name); raises OSError
        self.loader: Callable[[str, str], tuple[str, str]] | None = None
        self.loading: list[str] = []  # the files being imported, outermost first
        self.used: set[str] = set()
        self.compile_js: Any = None
        self.target = "node"  # or "browser"
        self.ahead = False  # are whole texts compiled, to be run later?
        self.in_host: set[str] = set()  # JavaScript names of definitions that (for-macros ..) ran in the host
        self.references: list[tuple[Global, Symbol]] | None = None  # of what is to run in the host

    # -- resolution ---------------------------------------------------------------------------

    def resolve(self, symbol: Symbol, scope: Scope | None) -> Meaning | None:
        name, marks = symbol.name, symbol.marks
        namespace = self.namespace
        while True:
            key: Any = (name, marks) if marks else name
            while scope is not None:
                found = scope.table.get(key)
                if found is not None:
                    return found
                scope = scope.parent
            if not marks:
                break
            mark: Mark = self.marks.all[marks[-1]]
            if mark.kind == "core":
                return self.core_meaning(name)
            marks, scope = marks[:-1], mark.scope
            namespace = mark.namespace or namespace
        return self.resolve_global(name, namespace)

    def core_meaning(self, name: str) -> Meaning | None:
        special = self.specials.get(name)
        if special is not None:
            return special
        if name in self.core_table:
            return CoreFn(name)
        return None

    def resolve_global(self, name: str, namespace: Namespace) -> Meaning | None:
        user = namespace.globals.get(name)
        if user is not None:
            return user
        macro = namespace.macros.get(name)
        if macro is not None:
            return macro
        if name in self.import_names:
            return JsGlobal(name, True)
        special = self.specials.get(name)
        if special is not None:
            return special
        if name in self.core_table:
            return CoreFn(name)
        if name in KEYWORDS_JS or name in self.imports or name in self.known_js:
            return JsGlobal(name)
        if name in JS_GLOBALS:
            return JsGlobal("$req" if name == "require" and "$req" in self.imports else name)
        if self.host is None or not name.replace("$", "_").isidentifier() or not self.host.known([name]):
            return None
        self.known_js.add(name)
        return JsGlobal(name)

    def resolve_alias(self, symbol: Symbol, scope: Scope) -> tuple[Meaning, list[str]] | None:
        """`lib.name..` where lib is an imported Lisp file: the meaning of name there, and what follows."""
        head, _, rest = symbol.name.partition(".")
        module = self.module_of(head, symbol, scope)
        if module is None or not rest:
            return None
        name, _, more = rest.partition(".")
        meaning: Meaning | None = module.globals.get(name) or module.macros.get(name)
        if meaning is None:
            from .names import suggest

            near = suggest(name, [*module.globals, *module.macros])
            raise LispError(
                "unbound-symbol",
                symbol.span,
                f"{name} is not defined in {module.name}",
                f"did you mean {head}.{near}?" if near else None,
            )
        return meaning, more.split(".") if more else []

    def module_of(self, head: str, symbol: Symbol, scope: Scope) -> Namespace | None:
        root = self.resolve(Symbol(head, None, symbol.marks), scope)
        return root.module if isinstance(root, Global) else None

    def resolve_macro_path(self, symbol: Symbol, scope: Scope) -> Meaning | None:
        """The head `lib.name` or `lib/name` of a call."""
        name = symbol.name
        if "." not in name or name[0] == "." or name[-1] == ".":
            return None
        found = self.resolve_alias(symbol, scope)
        return found[0] if found is not None and not found[1] else None

    def core(self, name: str, span: Span | None) -> Symbol:
        """A symbol that means the core's `name` whatever the user has bound."""
        return Symbol(name, span, (CORE_MARK,))

    def fresh(self, name: str, span: Span | None) -> Symbol:
        """A symbol that no other symbol is equal to."""
        return Symbol(name, span, (self.marks.new("fresh", None, self.namespace),))

    def visible_names(self, scope: Scope | None, symbol: Symbol) -> Iterator[str]:
        while scope is not None:
            for key in scope.table:
                yield key if isinstance(key, str) else key[0]
            scope = scope.parent
        yield from self.namespace.globals
        yield from self.namespace.macros
        yield from (name for name in self.specials if not name.endswith("*"))
        yield from self.core_table

    def unbound_hint(self, name: str) -> str | None:
        if name[:1].isupper():
            return (
                f'a JavaScript global is used by its name; a package needs (js.import ".." :refer [{name}])'
            )
        return f"(def {name} ..) defines it, (declare {name}) announces a later definition"

    # -- definitions --------------------------------------------------------------------------

    def check_binder(self, symbol: Symbol, *, defining: bool = False) -> None:
        """May the symbol be bound? Raises for reserved names and for plain template symbols of a defmacro."""
        name = symbol.name
        if name == "await":
            raise LispError("reserved-name", symbol.span, "await is a reserved name", "choose another name")
        if symbol.marks and not defining and self.marks.all[symbol.marks[-1]].kind == "template":
            raise LispError(
                "template-binding",
                symbol.span,
                f"the macro binds the plain template symbol {name}",
                f"write {name}# for a fresh name, or ~'{name} to capture on purpose",
            )
        if "." in name and name.strip("."):
            raise LispError(
                "bad-name",
                symbol.span,
                f"{name} cannot be bound: a name has no dot",
                f"for instance {name.replace('.', '-')}",
            )
        if name == "&":
            raise LispError("bad-name", symbol.span, "& cannot be bound", "a rest parameter is & name")

    def define(self, an: Analyzer, symbol: Symbol, *, declared: bool = False) -> Global:
        self.check_binder(symbol, defining=True)
        name = symbol.name
        namespace = self.namespace
        known = namespace.globals.get(name)
        if known is None or known.module is not None or known.home is not namespace:
            known = namespace.globals[name] = self.new_global(name)
        namespace.macros.pop(name, None)
        if not declared:
            an.defined.append(name)
            known.is_async_fn = known.is_python = known.is_collection = False
        return known

    def describe(self, known: Global, value: Node, doc: str | None) -> None:
        """Keep what later forms, completion and `doc` want to know of a definition."""
        from .analyzer import is_python
        from .types import is_collection

        known.is_python = is_python(value)
        known.is_collection = is_collection(value)
        known.doc = doc
        known.arglists = ()
        if isinstance(value, Fn):
            known.is_async_fn = value.frame.has_await and not value.frame.has_yield
            known.arglists = tuple(
                " ".join(
                    [known.name]
                    + [p.local.name if p.default is None else f"({p.local.name} ..)" for p in arity.params]
                    + (["&", arity.rest.name] if arity.rest else [])
                )
                for arity in value.arities
            )

    def check_arity(self, an: Analyzer, name: str, args: list[Node], span: Span | None) -> None:
        """Too few or too many arguments for a core function is a warning."""
        entry = self.core_table.get(name)
        if entry is None or entry.accepts(len(args)):
            return
        shapes = " or ".join(entry.arglists)
        an.warn(
            "arity",
            span,
            f"{name} is called with {len(args)} argument{'' if len(args) == 1 else 's'}",
            f"{shapes}",
        )

    def knows(self, name: str) -> bool:
        """Is the name a user's global or macro, or a core function?"""
        return name in self.namespace.globals or name in self.namespace.macros or name in self.core_table

    def new_global(self, name: str) -> Global:
        return Global(name, self.namespace.prefix + mangle(name), home=self.namespace, ahead=self.ahead)

    def take_used(self) -> set[str]:
        """JavaScript identifiers of the globals that the unit refers to; locals must not shadow them."""
        used, self.used = self.used, set()
        return used

    def snapshot(self) -> tuple[dict[str, Global], dict[str, Macro], dict[str, Namespace]]:
        return dict(self.namespace.globals), dict(self.namespace.macros), dict(self.modules)

    def restore(self, saved: tuple[dict[str, Global], dict[str, Macro], dict[str, Namespace]]) -> None:
        """A form that failed to compile has defined nothing."""
        self.namespace.globals, self.namespace.macros, self.modules = saved
        self.loading = []
        self.used = set()
        self.pending = None

    def doc(self, name: str) -> str | None:
        known = self.namespace.globals.get(name)
        if known is not None:
            shapes = "\n".join(f"({shape})" for shape in known.arglists)
            return "\n".join(part for part in (shapes, known.doc) if part) or name
        macro = self.namespace.macros.get(name) or self.specials.get(name)
        if isinstance(macro, Macro):
            return "\n".join(part for part in (macro.arglists, "macro", macro.doc) if part)
        if macro is not None:
            return f"{name}\nspecial form"
        entry = self.core_table.get(name)
        if entry is not None:
            return "\n".join([*entry.arglists, entry.doc])
        return None

    def compile_function(self, an: Analyzer, fn: Node, made: list[Local]) -> str:
        used, self.used = self.used, set(self.used)
        js: str = self.compile_js(an, fn, made)
        self.used = used
        return js

    def define_macro(self, an: Analyzer, name: Symbol, macro: Macro) -> None:
        self.namespace.macros[name.name] = macro
        self.namespace.globals.pop(name.name, None)
        an.defined.append(name.name)

    def is_alias(self, head: str, symbol: Symbol, scope: Scope) -> bool:
        return bool(head) and self.module_of(head, symbol, scope) is not None

    # -- macros -------------------------------------------------------------------------------

    def expand(self, an: Analyzer, macro: Macro, form: List, scope: Scope) -> Form:
        """One expansion step; what the macro made remembers the call it came from."""
        self.expansions += 1
        if self.expansions > MAX_EXPANSIONS:
            raise LispError("endless-macro", form.span, f"the macro {macro.name} expands for ever")
        return macro.expand(an, form, scope)

    def spend(self, items: int, span: Span | None, name: str) -> None:
        """Count work, so that a macro that expands to ever more code ends as an error soon."""
        self.made += items
        if self.made > MAX_WORK:
            raise LispError("endless-macro", span, f"the macro {name} makes more and more code")

    def macroexpand(self, an: Analyzer, form: Form, scope: Scope, once: bool) -> Form:
        while isinstance(form, List) and form.items and isinstance(form.items[0], Symbol):
            meaning = self.resolve(form.items[0], scope)
            if not isinstance(meaning, Macro):
                break
            form = self.expand(an, meaning, form, scope)
            if once:
                break
        return form


def strip(form: Form) -> Form:
    """The form without hygiene marks (for quoting)."""
    match form:
        case Symbol():
            return Symbol(form.name, form.span) if form.marks else form
        case List() | Vector() | Map() | Set():
            return type(form)(tuple([strip(item) for item in form.items]), form.span)
        case FString():
            return FString(tuple([p if isinstance(p, str) else strip(p) for p in form.parts]), form.span)
    return form
