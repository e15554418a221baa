"""py.import, js.import and import.

In: a form. Out: definitions of globals: `(py.import "numpy" :as np)`, `(js.import "node:os" :refer [cpus])`,
`(import "./lib.lisp" :as lib :refer [f my-macro])`. With `:reload` what was imported before is loaded again.
"""

from __future__ import annotations

from ...emit.mangle import mangle
from ...emit.spelling import string
from ...forms import Form, Keyword, List, Map, Str, Symbol, Vector, plain
from ...nodes import Call, Define, Do, JsImport, JsRef, Node, Nothing, PyCall
from ...nodes.facts import SYNCHRONOUS
from ...read.reader import read_all
from .. import renewal
from ..analyzer import Analyzer
from ..names import suggest
from ..patterns import pattern_names
from ..rules import calls, special
from ..scope import Global, JsGlobal, Namespace, Scope
from ..world import World


class Options:
    """What an import says: the module; what it names, under which local names (also `:default x`)."""

    __slots__ = ("alias", "module", "named", "refer", "reload")

    def __init__(
        self,
        module: Form,
        alias: Symbol | None = None,
        refer: list[tuple[Symbol, Symbol]] | None = None,
        reload: bool = False,
        named: bool = False,
    ) -> None:
        self.module = module
        self.alias = alias
        self.refer: list[tuple[Symbol, Symbol]] = [] if refer is None else refer
        self.reload = reload
        self.named = named  # does it say what it names, were it nothing: `:refer []`?

    def alias_or(self, name: str) -> Symbol | None:
        """The `:as` name, or `name` where the import names nothing else."""
        if self.alias is not None or self.refer or (self.reload and self.named):
            return self.alias
        return Symbol(name, self.module.span)


def options(an: Analyzer, form: List, what: str, shape: str) -> Options:
    """The options of an import."""
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, f"{what} needs a module", f"write {shape}")
    said = Options(items[1])
    rest = list(items[2:])
    while rest:
        key = rest.pop(0)
        if key == Keyword("reload"):
            said.reload = True
            continue
        if not isinstance(key, Keyword) or not rest:
            raise an.fail("bad-import", key, f"not an option of {what}", f"write {shape}")
        value = rest.pop(0)
        said.named = True
        if key.name == "as" and isinstance(value, Symbol):
            said.alias = value
        elif key.name == "default" and what != "py.import" and isinstance(value, Symbol):
            said.refer.append((Symbol("default", value.span), value))
        elif key.name == "refer" and isinstance(value, (Vector, List)):
            names = list(value.items)
            while names:
                name = names.pop(0)
                if not isinstance(name, Symbol):
                    raise an.fail("bad-import", name, ":refer lists names", f"write {shape}")
                if len(names) >= 2 and names[0] == Keyword("as") and isinstance(names[1], Symbol):
                    said.refer.append((name, names[1]))
                    names = names[2:]
                else:
                    said.refer.append((name, name))
        else:
            raise an.fail("bad-import", value, f"not what :{key.name} takes", f"write {shape}")
    return said


def module_name(module: Form) -> str | None:
    if isinstance(module, Str):
        return module.value
    return module.name if isinstance(module, Symbol) else None


@special("py.import")
def py_import(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    shape = '(py.import "numpy" :as np)'
    said = options(an, form, "py.import", shape)
    module, refer = said.module, said.refer
    name = module_name(module)
    if name is None or not name:
        raise an.fail("bad-import", module, "py.import takes a module's name", shape)
    text = string(name, module.span)
    alias = said.alias_or(name.rpartition(".")[2])
    if said.reload and not an.world.ahead:
        return loaded_again(an, form, said, text, alias, python=True)
    root = Call(form.span, JsRef(form.span, "$py"), [text])
    made: list[Node] = []
    if alias is not None:
        known = an.world.define(an, alias, is_python=True)
        made.append(Define(form.span, alias.name, known.js, root))
    for source, target in refer:
        known = an.world.define(an, target)
        made.append(
            Define(form.span, target.name, known.js, PyCall(form.span, root, [source.name], [], "get"))
        )
    return made[0] if len(made) == 1 else Do(form.span, made)


@special("js.import")
def js_import(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    shape = '(js.import "node:path" :as path) or (js.import "node:path" :refer [join])'
    said = options(an, form, "js.import", shape)
    module = said.module
    name = module_name(module)
    if name is None or not name:
        raise an.fail("bad-import", module, "js.import takes a package's name or a path", shape)
    if an.world.target == "browser" and name.startswith("node:"):
        raise an.fail("not-in-browser", module, f"a browser has no {name}", "compile with --target node")
    base = name.rpartition("/")[2].removeprefix("node:")
    alias = said.alias_or(base.partition(".")[0] or base)
    return loaded_again(an, form, said, string(name, module.span), alias, python=False)


def loaded_again(
    an: Analyzer, form: List, said: Options, text: Node, alias: Symbol | None, *, python: bool
) -> Node:
    """An import that is awaited: one of JavaScript, or (with `:reload`) one of Python."""
    if an.frame.kind in SYNCHRONOUS:
        what = "py.import with :reload" if python else "js.import"
        raise an.fail("await-here", form, f"{what} cannot stand in a {an.frame.kind}")
    an.frame.has_await = True
    names: list[tuple[str | None, str]] = []
    if alias is not None:
        names.append((None, an.world.define(an, alias, is_python=python, is_module=not python).js))
    for source, target in said.refer:
        names.append((source.name, an.world.define(an, target).js))
    world = an.world
    reload = ""
    if said.reload and not world.ahead:
        reload = "py" if python else "js"
    elif world.renewed is not None and world.loading:
        reload = "changed"  # by a Lisp file that is loaded again
    return JsImport(form.span, text, names, reload)


@special("import")
def import_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """A Lisp file; anything else is a JavaScript package."""
    said = options(an, form, "import", '(import "./lib.lisp" :as lib :refer [f])')
    name = module_name(said.module)
    if name is None or not name.endswith(".lisp"):
        return js_import(an, form, scope, tail)
    return load(an, form, name, said)


def load(an: Analyzer, form: List, name: str, said: Options) -> Node:
    """Import a Lisp file: its forms are compiled here, in a namespace of their own, at the first import, and
    where they are to be loaded again."""
    world, module, alias = an.world, said.module, said.alias_or(stem(name))
    if world.loader is None:
        raise an.fail(
            "no-loader", module, "Lisp files cannot be imported here", "there is no file to import from"
        )
    if an.frame.kind != "top":
        raise an.fail("import-here", form, "a Lisp file is imported at the top level")
    importer = world.loading[-1] if world.loading else form.span.source.name if form.span is not None else ""
    try:
        text, path = world.stack.foreign(world.loader, name, importer)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise an.fail("no-file", module, f"cannot read {name}: {reason}") from None
    if path in world.loading:
        chain = " imports ".join([*world.loading[world.loading.index(path) :], path])
        raise an.fail("import-cycle", module, f"the files import each other: {chain}")
    if world.loading:
        world.namespace.uses.add(path)
    nodes: list[Node] = []
    # A file that failed has its namespace still, and gets it again.
    space = next((known for known in world.namespaces.values() if path and known.path == path), None)
    renewed = set() if said.reload and world.renewed is None else world.renewed
    with world.inside(renewed=renewed):
        if space is None or path not in world.modules or is_due(world, path, said.reload):
            before = None if space is None else renewal.forget(space)
            if space is None:
                number = len(world.namespaces)
                prefix = f"{mangle(stem(name))}$i{number}$"
                space = Namespace(world.journal, number, name, prefix, path)
            if renewed is not None:
                renewed.add(path)
            nodes = file_nodes(an, text, path, space)
            world.modules[path] = space
            world.texts[path] = text
            if before is not None:
                renewal.refer_anew(world.namespaces.values(), space, before)
    if alias is not None:
        world.check_binder(alias, defining=True)
        world.namespace.globals[alias.name] = Global(alias.name, "", module=space, home=world.namespace)
        an.defined.append(alias.name)
    for source, target in said.refer:
        world.check_binder(target, defining=True)
        known, macro = space.globals.get(source.name), space.macros.get(source.name)
        if known is None and macro is None:
            near = suggest(source.name, [*space.globals, *space.macros])
            raise an.fail(
                "unbound-symbol",
                source,
                f"{source.name} is not defined in {name}",
                f"did you mean {near}?" if near else None,
            )
        world.namespace.globals.pop(target.name, None)
        world.namespace.macros.pop(target.name, None)
        if known is not None:
            world.namespace.globals[target.name] = known
        elif macro is not None:
            world.namespace.macros[target.name] = macro
        an.defined.append(target.name)
    return Do(form.span, [*nodes, Nothing(form.span)])


def is_due(world: World, path: str, asked: bool) -> bool:
    """Is a file to be loaded again that was loaded before?"""
    if world.renewed is None or path in world.renewed:
        return False
    return asked or bool(renewal.stale(world, [path], world.renewed))


def file_nodes(an: Analyzer, text: str, path: str, space: Namespace) -> list[Node]:
    """The forms of a file, analyzed in its namespace."""
    world = an.world
    world.namespaces[space.number] = space
    with world.inside(namespace=space, loading=(*world.loading, path)), an.inside(defined=[]):
        forms = read_all(text, path)
        for form in forms:
            for declared in defined_names(form):
                space.globals.setdefault(declared.name, world.new_global(declared.name))
        nodes = []
        for form in forms:
            nodes.append(an.form(form, Scope(), False))  # noqa: PERF401
        return nodes


@calls(JsGlobal)
def require(an: Analyzer, meaning: JsGlobal, form: List, scope: Scope, tail: bool) -> Node | None:
    """`(require "fs")` is JavaScript's; Clojure's takes libraries, which are something else here."""
    if meaning.name != "$req" or len(form.items) < 2 or not isinstance(form.items[1], (List, Vector)):
        return None
    spec = form.items[1]
    if isinstance(spec, List) and not (len(spec.items) == 2 and spec.items[0] == Symbol("quote")):
        return None
    library = spec.items[1] if isinstance(spec, List) else spec
    name = library.items[0] if isinstance(library, Vector) and library.items else library
    if isinstance(name, Symbol) and name.name.startswith("clojure."):
        hint = "Clojure's libraries are core functions here: leave it out, and write join for str/join"
        if name.name == "clojure.repl":
            hint = "doc, source, apropos and pst are there without it: leave it out"
    else:
        hint = '(import "./file.lisp" :as f), (py.import "module" :as m) or (js.import "package" :as p)'
    raise an.fail("bad-import", form, "require takes the name of a JavaScript module, as a string", hint)


def stem(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].removesuffix(".lisp") or "file"


def defined_names(form: Form) -> list[Symbol]:
    """The names that a top-level form defines, judged by its look."""
    if not (isinstance(form, List) and len(form.items) >= 2 and isinstance(form.items[0], Symbol)):
        return []
    head = form.items[0].name
    if head not in ("def", "defn", "defn-", "define", "defonce", "defclass", "py.defn"):
        return []
    target = plain(form.items[1])
    if isinstance(target, (Vector, Map)) and head in ("def", "define", "defonce"):
        return pattern_names(target)
    while isinstance(target, List) and target.items:
        target = plain(target.items[0])  # (define (f x) ..)
    return [target] if isinstance(target, Symbol) and "." not in target.name else []
