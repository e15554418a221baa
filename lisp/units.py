"""Whole texts: the library face `compile`, and ES modules (`polyrepl compile`).

In: the text of a file. Out: `Compiled` for all of it. All forms are analyzed first, so every independent
error is reported together (`LispErrors`); then they are lowered as one function or as one module.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from . import ir
from . import nodes as n
from .analyzer import Analyzer
from .anf import EFFECT, RETURN, Lowerer
from .compiler import (
    Compiled,
    Compiler,
    build_map,
    guarded,
    is_quiet,
    parameters,
)
from .emitter import Emitter
from .errors import Diagnostic, LispError, render
from .format import format_text
from .forms import Form, List, Str, Symbol, Vector
from .host import MacroHost
from .inline import embed
from .mangle import import_js
from .reader import read_all
from .scope import Scope
from .sourcemap import inline_comment
from .special_import import stem
from .types import infer

MAX_ERRORS = 50
DEFINING = {
    "defmacro", "define-syntax", "defsyntax", "import", "js.import", "py.import", "for-macros", "do", "begin",
    "declare",
}  # fmt: skip
NODE_NAMES = frozenset({"exit", "*argv*"})  # what programs in files use, as under `polyrepl FILE`
MACRO_FORMS = tuple(Symbol(name) for name in ("defmacro", "define-syntax", "defsyntax", "for-macros"))
Loader = Callable[[str, str], tuple[str, str]]


class LispErrors(LispError):
    """Several independent errors of one text; `errors` holds each. As a LispError it is the first."""

    def __init__(self, errors: list[LispError]) -> None:
        first = errors[0]
        super().__init__(first.code, first.span, first.message, first.hint, incomplete=first.incomplete)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(render(error) for error in self.errors)


class _Unit:
    """The analyzed forms of one text."""

    def __init__(self, compiler: Compiler, forms: list[Form]) -> None:
        self.nodes: list[n.Node] = []
        self.is_async = False
        self.names: list[str] = []
        self.warnings: list[Diagnostic] = []
        self.used: set[str] = set()
        world = compiler.world
        errors: list[LispError] = []
        lost: set[str] = set()  # what forms with errors would have defined
        world.ahead = True
        compiler.declare_unit(forms)
        for form in forms:
            an = Analyzer(world)
            an.top = True
            world.expansions = world.made = 0
            try:
                node = guarded(an.form, form, Scope(), False)
            except LispError as error:
                world.pending = None
                if error.code == "unbound-symbol" and error.span and root(error.span.text) in lost:
                    continue  # a consequence of an error that is reported
                lost |= names_in(form)
                errors.append(error)
                if len(errors) >= MAX_ERRORS:
                    break
                continue
            infer(an.locals)
            self.nodes.append(node)
            self.is_async |= an.frame.has_await
            self.names += an.defined
            self.warnings += an.warnings
            self.used |= world.take_used()
        if errors:
            raise LispErrors(errors) if len(errors) > 1 else errors[0]


def read(text: str, filename: str = "<text>") -> list[Form]:
    """The forms of a text, with their spans. Raises LispError."""
    return read_all(text, filename)


def format(text: str, filename: str = "<text>") -> str:
    """A text in the canonical layout, comments kept; its meaning does not change. Raises LispError."""
    return format_text(text, filename)


def expand(
    text: str, filename: str = "<text>", *, once: bool = False, macro_host: MacroHost | None = None
) -> list[Form]:
    """The forms of a text with the macro at each head expanded (until none is left there, or `once`).

    Macros that the text defines are known to its later forms. Raises LispError.
    """
    compiler = Compiler(host=macro_host, source_map=False)

    def work() -> list[Form]:
        made = []
        forms = read_all(text, filename)
        compiler.declare_unit(forms)
        for form in forms:
            an = Analyzer(compiler.world)
            an.top = True
            compiler.world.expansions = compiler.world.made = 0
            made.append(compiler.world.macroexpand(an, form, Scope(), once))
            if isinstance(form, List) and form.items and form.items[0] in MACRO_FORMS:
                an.form(form, Scope(), False)
        return made

    expanded: list[Form] = guarded(work)
    return expanded


def names_in(form: Form) -> set[str]:
    """Names that a form which defines may define: all that stand in it, in an import as file names too."""
    found: set[str] = set()
    if not (isinstance(form, List) and form.items and isinstance(form.items[0], Symbol)):
        return found
    if form.items[0].name not in DEFINING:
        return found
    stack: list[Form] = list(form.items[1:])
    while stack:
        item = stack.pop()
        if isinstance(item, Symbol):
            found.add(item.name)
        elif isinstance(item, Str):
            found.add(stem(item.value))
        elif isinstance(item, (List, Vector)):
            stack.extend(item.items)
    return found


def root(name: str) -> str:
    """lib of lib.f and lib/f."""
    return name.partition(".")[0].partition("/")[0]


def compile(
    text: str,
    filename: str = "<text>",
    *,
    import_names: Iterable[str] = (),
    pretty: bool = True,
    source_map: str | None = "object",
    target: str = "node",
    runtime: str = "inline",
    macro_host: MacroHost | None = None,
    loader: Loader | None = None,
) -> Compiled:
    """A text as one JavaScript function of its imports; calling it gives the last form's value.

    `import_names`: further names the function takes and the text may use. `runtime`: "inline" embeds the
    core functions used, "import" takes them from `imports.$rt`. `source_map`: "inline" appends the map as
    a comment, "object" leaves it in `.map`, None makes none. `target` is "node" or "browser".
    Raises LispError (LispErrors for several), and nothing else, on any text.
    """
    compiler = Compiler(
        host=macro_host,
        import_names=import_names,
        pretty=pretty,
        source_map=source_map is not None,
        runtime=runtime,
    )
    compiler.loader = loader
    compiler.world.target = target

    def work() -> Compiled:
        return _function(compiler, _Unit(compiler, read_all(text, filename)), runtime, source_map)

    compiled: Compiled = guarded(work)
    return compiled


def _function(compiler: Compiler, unit: _Unit, runtime: str, source_map: str | None) -> Compiled:
    lw = Lowerer(unit.used)
    for at, node in enumerate(unit.nodes):
        last = at == len(unit.nodes) - 1
        lw.into(node, RETURN if last and not is_quiet(node) else EFFECT)
    em = Emitter(mapped=source_map is not None)
    em.write('"use strict";')
    em.newline()
    inline = runtime == "inline" and lw.imports
    head = parameters(lw, with_runtime=not inline)
    em.write(("async " if unit.is_async else "") + f"({head}) => {{")
    em.indent += 1
    if inline:
        em.newline()
        em.write(f"const {runtime_names(lw)} = (() => {{")
        verbatim(em, embed(list(lw.imports)), 4)
        em.newline()
        em.write("  return { " + ", ".join(sorted(lw.imports)) + " };")
        em.newline()
        em.write("})();")
    em.body(lw.stmts)
    em.indent -= 1
    em.newline()
    em.write("}")
    code = em.text()
    if source_map == "inline":
        code += "\n" + inline_comment(build_map(em.mappings))
    return Compiled(
        code, tuple(em.mappings), tuple(dict.fromkeys(unit.names)), unit.is_async,
        all(is_quiet(node) for node in unit.nodes), tuple(unit.warnings), source_map is not None,
    )  # fmt: skip


def runtime_names(lw: Lowerer) -> str:
    names = [js if js == alias else f"{js}: {alias}" for js, alias in sorted(lw.imports.items())]
    return "{ " + ", ".join(names) + " }"


def verbatim(em: Emitter, text: str, indent: int) -> None:
    """Write the runtime's own lines, indented; lines inside of template literals stay as they are."""
    for line in text.split("\n"):
        em.out.append("\n")
        em.line += 1
        em.column = 0
        if line:
            em.write(" " * indent + line if "`" not in text else line)


def compile_module(
    text: str,
    filename: str = "<text>",
    *,
    source_map: str | None = "inline",
    target: str = "node",
    macro_host: MacroHost | None = None,
    map_url: str | None = None,
    compiler: Compiler | None = None,
    loader: Loader | None = None,
) -> Compiled:
    """A text as an ES module: definitions become exports, the core functions used are embedded.

    `source_map`: "inline", "file" (with `map_url`, the map is in `.map`) or None. A program that uses Python
    needs polyrepl's `$py` at run time. Raises LispError, or LispErrors with every independent error.
    """
    compiler = compiler or Compiler(host=macro_host, source_map=source_map is not None)
    compiler.loader = loader or compiler.loader
    compiler.world.target = target
    if target == "node":
        compiler.world.import_names |= NODE_NAMES

    def work() -> Compiled:
        return _module(_Unit(compiler, read_all(text, filename)), source_map, target, map_url)

    compiled: Compiled = guarded(work)
    return compiled


def _module(unit: _Unit, source_map: str | None, target: str, map_url: str | None) -> Compiled:
    defined = [js for node in unit.nodes for js in definitions(node)]
    direct = {node.js for node in unit.nodes if isinstance(node, n.Define)}
    constant = {js for js in direct if defined.count(js) == 1}
    lw = Lowerer(unit.used | set(defined))
    lw.module = True
    lw.module_constants = constant
    for node in unit.nodes:
        lw.into(node, EFFECT)
    em = Emitter(mapped=source_map is not None)
    first = True
    for line in prologue(lw, target):
        if not first:
            em.newline()
        first = False
        em.write(line)
    if lw.imports:
        if not first:
            em.newline()
        first = False
        em.write(f"const {runtime_names(lw)} = (() => {{")
        verbatim(em, embed(list(lw.imports)), 2)
        em.newline()
        em.write("  return { " + ", ".join(sorted(lw.imports)) + " };")
        em.newline()
        em.write("})();")
    later = [js for js in dict.fromkeys(defined) if js not in constant]
    if later:
        if not first:
            em.newline()
        first = False
        em.write("let " + ", ".join(later) + ";")
    before: ir.Stmt | None = None
    for stmt in lw.stmts:
        if not first:
            if type(stmt) is ir.FunctionStmt or type(before) is ir.FunctionStmt:
                em.out.append("\n")  # functions stand between empty lines
                em.line += 1
            em.newline()
        first = False
        em.stmt(stmt)
        before = stmt
    exports = [js for js in dict.fromkeys(defined) if "$i" not in js]  # not those of imported files
    if exports:
        em.newline()
        em.newline()
        em.write("export { " + ", ".join(exports) + " };")
    code = em.text() + "\n"
    if source_map == "inline":
        code += inline_comment(build_map(em.mappings)) + "\n"
    elif source_map == "file" and map_url:
        code += f"//# sourceMappingURL={map_url}\n"
    return Compiled(
        code, tuple(em.mappings), tuple(dict.fromkeys(unit.names)), unit.is_async, True, tuple(unit.warnings),
        source_map is not None,
    )  # fmt: skip


def prologue(lw: Lowerer, target: str) -> list[str]:
    """Lines that give the module what a session gives its forms."""
    lines = []
    if "$req" in lw.host_imports and target == "node":
        lines += [
            'import { createRequire } from "node:module";',
            "const $req = createRequire(import.meta.url);",
        ]
    if "exit" in lw.host_imports:
        lines.append("const exit = (code = 0) => process.exit(code);")
    if "*argv*" in lw.host_imports:
        lines.append(f"const {import_js('*argv*')} = process.argv.slice(2);")
    if "$import" in lw.host_imports:
        # a CommonJS package gives what require would give, as in a session
        lines += [
            "const $import = async (name) => {",
            "  const found = await import(name);",
            '  return "module.exports" in found ? found["module.exports"] : found;',
            "};",
        ]
    if "$py" in lw.host_imports:
        missing = json.dumps(
            "this program uses Python: run it with polyrepl, or set up createNodePythonBridge first"
        )
        lines.append(
            'const $py = globalThis[Symbol.for("polyrepl.$py")] ?? (() => { throw new Error('
            + missing
            + "); })();"
        )
    return lines


def definitions(node: n.Node) -> list[str]:
    """JavaScript names that a top-level node defines."""
    if isinstance(node, n.Define):
        return [node.js, *definitions(node.value)]
    if isinstance(node, n.JsImport):
        return [js for _, js in node.names]
    found: list[str] = []
    for child in children(node):
        found += definitions(child)
    return found


def children(node: object) -> list[n.Node]:
    """Nodes directly inside a node, found by looking at its fields."""
    found: list[n.Node] = []
    stack: list[object] = [
        getattr(node, name, None) for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())
    ]
    seen: set[int] = set()
    while stack:
        item = stack.pop()
        if isinstance(item, n.Node):
            if not isinstance(item, n.Loop) or not isinstance(node, n.Recur):
                found.append(item)
        elif isinstance(item, (list, tuple)):
            stack.extend(item)
        elif (
            isinstance(item, (n.Arity, n.Member, n.Clause, n.Catch, n.MatchArm, n.Param))
            and id(item) not in seen
        ):
            seen.add(id(item))
            stack.extend(
                getattr(item, name, None)
                for kind in type(item).__mro__
                for name in getattr(kind, "__slots__", ())
                if name != "loop"
            )
    return found
