"""What a compiler knows between forms: namespaces, macros, hygiene marks, the core; and macro expansion.

In: symbols and macro calls. Out: meanings and expanded forms. One `World` lives as long as a session (or
as one library compile); analyzers come and go with each form.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypedDict, TypeVar, Unpack

from ..emit.mangle import JS_GLOBALS, mangle
from ..errors import LispError
from ..forms import Form, FString, List, Map, Set, Span, Symbol, Vector
from ..host import MacroHost
from ..inside import Inside
from ..nodes import Fn, Local, Node, PyFn
from ..nodes.facts import is_async_fn, is_collection, is_python, may_be_data
from ..records import changed
from ..runtime import corelib
from ..stack import Stack, apart_when_full
from .changes import Changes, Entry
from .names import suggest
from .scope import (
    CORE_MARK,
    CoreFn,
    Global,
    JsGlobal,
    Key,
    Macro,
    Mark,
    Marks_,
    Meaning,
    Namespace,
    Scope,
    Special,
)
from .tables import Journal, Table
from .work import Work

_T = TypeVar("_T")
# Words of JavaScript that are names here, and what every compiled function is given besides its imports.
GIVEN_NAMES = frozenset(("this", "super", "undefined", "globalThis", "$py", "$req", "$import"))


class Analysis(Protocol):
    """What the world asks of the analyzer that a form is in the hands of."""

    defined: list[str]
    work: Work

    def warn(self, code: str, span: Span | None, message: str, hint: str | None = None) -> None: ...


class CompileJs(Protocol):
    """The later stages, for what runs while a text is compiled: a node as a function of its imports.

    `made`: the locals in it. `used`: JavaScript names of the globals it refers to.
    """

    def __call__(self, node: Node, made: list[Local], used: set[str]) -> str: ...


class Place(TypedDict, total=False):
    """Where forms stand: in which namespace, and in which of the files being imported."""

    namespace: Namespace
    loading: tuple[str, ...]
    renewed: set[str] | None


class World:
    """Namespaces, macros and marks of one session or one compile.

    `specials`: the special forms and built-in macros. `compile_js`: the stages after analysis, for macros
    that run in the `host`. `import_names`: further names that the compiled functions take.
    """

    def __init__(
        self,
        specials: Mapping[str, Special | Macro],
        compile_js: CompileJs,
        host: MacroHost | None = None,
        import_names: tuple[str, ...] = (),
    ) -> None:
        self.specials = specials
        self.compile_js = compile_js
        self.journal = Journal()
        self.namespace = Namespace(self.journal)
        self.modules: Table[str, Namespace] = Table(self.journal)
        self.namespaces: Table[int, Namespace] = Table(self.journal)  # by their numbers
        self.namespaces[0] = self.namespace
        self.texts: Table[str, str] = Table(self.journal)  # of the files in `modules`, as they were compiled
        self.marks = Marks_()
        self.host = host
        self.import_names = frozenset(import_names)
        self.core_table = corelib.table()
        self.known_js: Table[str, bool] = Table(self.journal)
        self.inner: Table[str, str] = Table(self.journal)  # names of local definitions -> their functions
        self.stack = Stack()  # of the compile at hand
        # (name, file that imports) -> (text, canonical file name); raises OSError
        self.loader: Callable[[str, str], tuple[str, str]] | None = None
        self.loading: tuple[str, ...] = ()  # the files being imported, outermost first
        self.renewed: set[str] | None = None  # within (import .. :reload): the files that it has run again
        self.target = "node"  # or "browser"
        self.ahead = False  # are whole texts compiled, to be run later?
        # JavaScript names of definitions that (for-macros ..) ran in the host
        self.in_host: Table[str, bool] = Table(self.journal)

    def inside(self, **place: Unpack[Place]) -> Inside:
        """`with world.inside(namespace=..): ..`: whose definitions the forms in the block make and see."""
        return Inside(self, {**place})

    def guarded(self, work: Callable[..., _T], *args: Any) -> _T:
        """`work(*args)` with a stack of its own, for programs of any depth. Raises LispError `too-deep`."""
        with Inside(self, {"stack": Stack()}):
            return self.stack.run(work, *args)

    # -- resolution ---------------------------------------------------------------------------

    def resolve(self, symbol: Symbol, scope: Scope | None) -> Meaning | None:
        name, marks = symbol.name, symbol.marks
        namespace = self.namespace
        while True:
            key: Key = (name, marks) if marks else name
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
        weak = type(special) is Special and special.weak
        if special is not None and not weak:
            return special
        if name in self.core_table:
            return CoreFn(name)
        if name in GIVEN_NAMES or name in self.known_js:
            return JsGlobal(name)
        if name in JS_GLOBALS:
            return JsGlobal("$req" if name == "require" else name)
        if self.host is None or not name.replace("$", "_").isidentifier():
            return special
        if not self.stack.foreign(self.host.known, [name]):
            return special
        self.known_js[name] = True
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

    def note_inner(self, name: str, owner: str | None) -> None:
        """A definition of that name is local to a function."""
        self.inner[name] = owner or ""

    def inner_hint(self, name: str) -> str | None:
        if name not in self.inner:
            return None
        owner = self.inner[name]
        where = f"in the function {owner}" if owner else "in a function"
        return f"it is defined {where}, and known only there: (def {name} ..) there makes it global"

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

    def define(
        self,
        an: Analysis,
        symbol: Symbol,
        *,
        declared: bool = False,
        is_python: bool = False,
        is_module: bool = False,
    ) -> Global:
        self.check_binder(symbol, defining=True)
        name = symbol.name
        namespace = self.namespace
        known = namespace.globals.get(name)
        if known is None or known.module is not None or known.home is not namespace:
            known = namespace.globals[name] = self.new_global(name)
        namespace.macros.pop(name, None)
        if not declared:
            an.defined.append(name)
            is_other = known.is_python != is_python or known.is_module != is_module or known.announced
            if is_other or known.is_async_fn or known.is_collection or known.may_be_data:
                known = changed(
                    known,
                    is_async_fn=False,
                    is_python=is_python,
                    is_collection=False,
                    may_be_data=False,
                    is_module=is_module,
                    announced=False,
                )
                namespace.globals[name] = known
        return known

    def describe(self, known: Global, value: Node, doc: str | None) -> None:
        """Keep what later forms, completion and `doc` want to know of a definition."""
        arglists: tuple[str, ...] = ()
        is_fn = isinstance(value, Fn)
        described = value.fn if isinstance(value, PyFn) else value
        if isinstance(described, Fn):
            arglists = tuple(
                " ".join(
                    [known.name]
                    + [p.local.name if p.default is None else f"({p.local.name} ..)" for p in arity.params]
                    + (["&", arity.rest.name] if arity.rest else [])
                )
                for arity in described.arities
            )
        self.namespace.globals[known.name] = Global(  # `replace` takes three times as long
            known.name,
            known.js,
            is_fn and is_async_fn(value),
            is_python(value),
            is_collection(value),
            may_be_data(value),
            known.is_module,
            doc,
            arglists,
            known.module,
            known.home,
            known.ahead,
        )

    def check_arity(self, an: Analysis, name: str, args: list[Node], span: Span | None) -> None:
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
        """One that has no value yet."""
        js = self.namespace.prefix + mangle(name)
        return Global(name, js, home=self.namespace, ahead=self.ahead, announced=True)

    def changes(self, mark: int, defined: Iterable[str]) -> Changes:
        """What a form that defines these names has changed since the journal's mark."""
        globals_, macros, modules = self.namespace.globals, self.namespace.macros, self.modules
        held = self.journal.held(mark)
        names = {}
        for name in defined:
            now = globals_.get(name)
            old = held.get((id(globals_), name), now)
            names[name] = Entry(old, held.get((id(macros), name), macros.get(name)), now)
        made = [key for table, key in held if table == id(modules) and key in modules]
        files = {path: modules[path] for path in made}
        return Changes(names, files)

    def take_back(self, changes: Changes, ran: Collection[str]) -> None:
        """A form failed while it ran: of its definitions only those named in `ran` (in JavaScript) stay."""
        changes.take_back(self.namespace, self.modules, ran)

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

    def define_macro(self, an: Analysis, name: Symbol, macro: Macro) -> None:
        self.namespace.macros[name.name] = macro
        self.namespace.globals.pop(name.name, None)
        an.defined.append(name.name)

    def is_alias(self, head: str, symbol: Symbol, scope: Scope) -> bool:
        return bool(head) and self.module_of(head, symbol, scope) is not None

    # -- macros -------------------------------------------------------------------------------

    def expand(self, an: Analysis, macro: Macro, form: List, scope: Scope) -> Form:
        """One expansion step; what the macro made remembers the call it came from."""
        an.work.expand(form.span, macro.name)
        return macro.expand(an, form, scope)

    def macroexpand(self, an: Analysis, form: Form, scope: Scope, once: bool) -> Form:
        while isinstance(form, List) and form.items and isinstance(form.items[0], Symbol):
            meaning = self.resolve(form.items[0], scope)
            if not isinstance(meaning, Macro):
                break
            form = self.expand(an, meaning, form, scope)
            if once:
                break
        return form


@apart_when_full
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
