"""py.import, js.import and import.

In: a form. Out: definitions of globals: `(py.import "numpy" :as np)`, `(js.import "node:os" :refer [cpus])`,
`(import "./lib.lisp" :as lib :refer [f my-macro])`.
"""

from __future__ import annotations

from .analyzer import Analyzer
from .forms import (
    Form,
    Keyword,
    List,
    Str,
    Symbol,
    Vector,
)
from .literals import js_string
from .mangle import mangle
from .metadata import plain
from .names import suggest
from .nodes import Call, Define, Do, JsImport, JsRef, Lit, Node, Nothing, PyCall
from .reader import read_all
from .scope import Global, Namespace, Scope
from .special_core import special


def options(
    an: Analyzer, form: List, what: str, shape: str
) -> tuple[Form, Symbol | None, list[tuple[Symbol, Symbol]]]:
    """The module, the :as name, and the :refer names with their local names; :default x is one of them."""
    items = form.items
    if len(items) < 2:
        raise an.fail("arity", form, f"{what} needs a module", f"write {shape}")
    alias: Symbol | None = None
    refer: list[tuple[Symbol, Symbol]] = []
    rest = items[2:]
    at = 0
    while at < len(rest):
        key = rest[at]
        if not isinstance(key, Keyword) or at + 1 >= len(rest):
            raise an.fail("bad-import", key, f"not an option of {what}", f"write {shape}")
        value = rest[at + 1]
        if key.name == "as" and isinstance(value, Symbol):
            alias = value
        elif key.name == "default" and what != "py.import" and isinstance(value, Symbol):
            refer.append((Symbol("default", value.span), value))
        elif key.name == "refer" and isinstance(value, (Vector, List)):
            names = list(value.items)
            while names:
                name = names.pop(0)
                if not isinstance(name, Symbol):
                    raise an.fail("bad-import", name, ":refer lists names", f"write {shape}")
                if len(names) >= 2 and names[0] == Keyword("as") and isinstance(names[1], Symbol):
                    refer.append((name, names[1]))
                    names = names[2:]
                else:
                    refer.append((name, name))
        else:
            raise an.fail("bad-import", value, f"not what :{key.name} takes", f"write {shape}")
        at += 2
    return items[1], alias, refer


def module_name(module: Form) -> str | None:
    if isinstance(module, Str):
        return module.value
    return module.name if isinstance(module, Symbol) else None


@special("py.import")
def py_import(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    module, alias, refer = options(an, form, "py.import", '(py.import "numpy" :as np)')
    name = module_name(module)
    if name is None or not name:
        raise an.fail("bad-import", module, "py.import takes a module's name", '(py.import "numpy" :as np)')
    text = Lit(module.span, js_string(name))
    text.ty = "str"
    root = Call(form.span, JsRef(form.span, "$py"), [text])
    made: list[Node] = []
    if alias is None and not refer:
        alias = Symbol(name.rpartition(".")[2], module.span)
    if alias is not None:
        known = an.world.define(an, alias)
        known.is_python = True
        made.append(Define(form.span, alias.name, known.js, root))
    for source, target in refer:
        known = an.world.define(an, target)
        known.is_python = False
        made.append(
            Define(form.span, target.name, known.js, PyCall(form.span, root, [source.name], [], "get"))
        )
    return made[0] if len(made) == 1 else Do(form.span, made)


@special("js.import")
def js_import(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    shape = '(js.import "node:path" :as path) or (js.import "node:path" :refer [join])'
    module, alias, refer = options(an, form, "js.import", shape)
    name = module_name(module)
    if name is None or not name:
        raise an.fail("bad-import", module, "js.import takes a package's name or a path", shape)
    if an.frame.kind in ("constructor", "getter", "field"):
        raise an.fail("await-here", form, f"js.import cannot stand in a {an.frame.kind}")
    if an.world.target == "browser" and name.startswith("node:"):
        raise an.fail("not-in-browser", module, f"a browser has no {name}", "compile with --target node")
    an.frame.has_await = True
    names: list[tuple[str | None, str]] = []
    if alias is None and not refer:
        base = name.rpartition("/")[2].removeprefix("node:")
        alias = Symbol(base.partition(".")[0] or base, module.span)
    if alias is not None:
        names.append((None, an.world.define(an, alias).js))
    for source, target in refer:
        names.append((source.name, an.world.define(an, target).js))
    text = Lit(module.span, js_string(name))
    text.ty = "str"
    return JsImport(form.span, text, names)


@special("import")
def import_(an: Analyzer, form: List, scope: Scope, tail: bool) -> Node:
    """A Lisp file; anything else is a JavaScript package."""
    shape = '(import "./lib.lisp" :as lib :refer [f])'
    module, alias, refer = options(an, form, "import", shape)
    name = module_name(module)
    if name is None or not name.endswith(".lisp"):
        return js_import(an, form, scope, tail)
    return load(an, form, module, name, alias, refer)


def load(
    an: Analyzer,
    form: List,
    module: Form,
    name: str,
    alias: Symbol | None,
    refer: list[tuple[Symbol, Symbol]],
) -> Node:
    """Import a Lisp file: its forms are compiled here once, in a namespace of their own."""
    world = an.world
    if world.loader is None:
        raise an.fail(
            "no-loader", module, "Lisp files cannot be imported here", "there is no file to import from"
        )
    if an.frame.kind != "top":
        raise an.fail("import-here", form, "a Lisp file is imported at the top level")
    importer = world.loading[-1] if world.loading else form.span.source.name if form.span is not None else ""
    try:
        text, path = world.loader(name, importer)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise an.fail("no-file", module, f"cannot read {name}: {reason}") from None
    if path in world.loading:
        chain = " imports ".join([*world.loading[world.loading.index(path) :], path])
        raise an.fail("import-cycle", module, f"the files import each other: {chain}")
    nodes: list[Node] = []
    space = world.modules.get(path)
    if space is None:
        space = Namespace(name, f"{mangle(stem(name))}$i{len(world.namespaces)}$")
        nodes = file_nodes(an, text, path, space)
        world.modules[path] = space
    if alias is None and not refer:
        alias = Symbol(stem(name), module.span)
    if alias is not None:
        world.check_binder(alias, defining=True)
        world.namespace.globals[alias.name] = Global(alias.name, "", module=space, home=world.namespace)
        an.defined.append(alias.name)
    for source, target in refer:
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


def file_nodes(an: Analyzer, text: str, path: str, space: Namespace) -> list[Node]:
    """The forms of a file, analyzed in its namespace."""
    world = an.world
    outer, defined = world.namespace, an.defined
    world.namespaces.append(space)
    world.loading.append(path)
    world.namespace, an.defined = space, []
    try:
        forms = read_all(text, path)
        for form in forms:
            declared = defined_name(form)
            if declared is not None:
                space.globals.setdefault(declared.name, world.new_global(declared.name))
        nodes = []
        for form in forms:
            nodes.append(an.form(form, Scope(), False))  # noqa: PERF401
        return nodes
    finally:
        world.loading.pop()
        world.namespace, an.defined = outer, defined


def stem(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2].removesuffix(".lisp") or "file"


def defined_name(form: Form) -> Symbol | None:
    """The name that a top-level form defines, judged by its look."""
    if not (isinstance(form, List) and len(form.items) >= 2 and isinstance(form.items[0], Symbol)):
        return None
    if form.items[0].name not in ("def", "defn", "defn-", "define", "defonce", "defclass"):
        return None
    target = plain(form.items[1])
    while isinstance(target, List) and target.items:
        target = plain(target.items[0])  # (define (f x) ..)
    return target if isinstance(target, Symbol) and "." not in target.name else None
