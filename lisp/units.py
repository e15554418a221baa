"""Whole texts: the library face `compile`, and ES modules (`polyrepl compile`).

In: the text of a file. Out: `Compiled` for all of it. All forms are analyzed first, so every independent
error is reported together (`LispErrors`); then they are lowered as one function or as one module.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from . import nodes as n
from .analyze.analyzer import Analyzer
from .analyze.scope import Scope
from .analyze.special.imports import stem
from .analyze.world import World
from .emit import ir
from .emit.emitter import Emitter
from .emit.mangle import import_js
from .emit.sourcemap import inline_comment
from .errors import Diagnostic, LispError, render
from .forms import Form, List, Str, Symbol, Vector
from .host import MacroHost
from .incremental import Compiled, Compiler, build_map, is_quiet, parameters
from .layout.format import format_text
from .lower.lowerer import EFFECT, RETURN, Lowerer
from .lower.types import infer
from .nodes.walk import definitions
from .read.reader import read_all
from .runtime.embed import embed

MAX_ERRORS = 50
LINE_START = re.compile(r"\n(?=[^\n])")  # of a line that is not empty
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
        self.made: list[str] = []  # JavaScript names of the definitions, in their order
        self.warnings: list[Diagnostic] = []
        self.used: set[str] = set()
        self.reassigned: set[str] = set()
        world = compiler.world
        self.stack = world.stack
        errors: list[LispError] = []
        lost: set[str] = set()  # what forms with errors would have defined
        world.ahead = True
        compiler.declare_unit(forms)
        forms.reverse()
        while forms:
            form = forms.pop()  # what is kept of a long text costs at each collection of garbage
            try:
                an, node = world.guarded(analyzed, form, world)
            except LispError as error:
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
            if type(node) is n.Define and len(an.defined) == 1:
                self.made.append(node.js)
            elif an.defined:
                self.made += definitions(node)
            self.warnings += an.warnings
            self.used |= an.used
            self.reassigned |= an.reassigned
        if errors:
            raise LispErrors(errors) if len(errors) > 1 else errors[0]

    def take(self) -> Iterator[n.Node]:
        """The nodes, each of which is dropped when the next is asked for."""
        self.nodes.reverse()
        while self.nodes:
            yield self.nodes.pop()


def analyzed(form: Form, world: World) -> tuple[Analyzer, n.Node]:
    """A top-level form's node, with the analyzer that made it."""
    an = Analyzer(world)
    before = world.journal.mark()
    try:
        node = an.form(form, Scope(), False)
    except BaseException:
        world.journal.back(before)
        raise
    world.journal.keep(before)
    return an, node


def read(text: str, filename: str = "<text>") -> list[Form]:
    """The forms of a text, each with its span.

    Raises:
        LispError: the text can not be read; `incomplete` is true where more text could mend it.
    """
    return read_all(text, filename)


def format(text: str, filename: str = "<text>") -> str:
    """A text in the canonical layout; comments stay, and the meaning does not change.

    Raises:
        LispError: the text can not be read.
    """
    return format_text(text, filename)


def expand(
    text: str, filename: str = "<text>", *, once: bool = False, macro_host: MacroHost | None = None
) -> list[Form]:
    """The forms of a text with the macro at the head of each expanded.

    Macros that the text defines are known to its later forms.

    Args:
        text: the program.
        filename: the name that errors give it.
        once: one step instead of until no macro is left at the head.
        macro_host: runs the bodies of `defmacro`; without one these are an error.

    Raises:
        LispError: the text can not be read or expanded.
    """
    compiler = Compiler(host=macro_host, source_map=False)

    def work() -> list[Form]:
        made = []
        forms = read_all(text, filename)
        compiler.declare_unit(forms)
        for form in forms:
            an = Analyzer(compiler.world)
            made.append(compiler.world.macroexpand(an, form, Scope(), once))
            if isinstance(form, List) and form.items and form.items[0] in MACRO_FORMS:
                an.form(form, Scope(), False)
        return made

    expanded: list[Form] = compiler.world.guarded(work)
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
    source_map: str | None = "object",
    target: str = "node",
    runtime: str = "inline",
    macro_host: MacroHost | None = None,
    loader: Loader | None = None,
) -> Compiled:
    """A text as one JavaScript function of its imports; calling it gives the last form's value.

    Args:
        text: the program.
        filename: the name that errors and the source map give it.
        import_names: further names that the function takes and the text may use.
        source_map: "object" leaves the map in `Compiled.map`, "inline" also appends it as a comment, None
            makes none.
        target: "node", or "browser", where there is no `require` and no Python.
        runtime: "inline" embeds the core functions that are used, "import" takes them from `imports.$rt`.
        macro_host: runs the bodies of `defmacro`; without one these are an error.
        loader: finds the files of `(import "./lib.lisp")`: (name, importer) -> (text, canonical name), or
            OSError.

    Raises:
        LispError: the text can not be compiled; LispErrors where it has several independent errors. Nothing
            else is raised, whatever the text.
    """
    compiler = Compiler(
        host=macro_host,
        import_names=import_names,
        source_map=source_map is not None,
    )
    compiler.loader = loader
    compiler.world.target = target

    def work() -> Compiled:
        return _function(compiler, _Unit(compiler, read_all(text, filename)), runtime, source_map)

    compiled: Compiled = compiler.world.guarded(work)
    return compiled


def _function(compiler: Compiler, unit: _Unit, runtime: str, source_map: str | None) -> Compiled:
    lw = Lowerer(unit.used, unit.stack)
    body = Emitter(unit.stack, mapped=source_map is not None)
    body.indent += 1
    quiet = True
    for node in unit.take():
        quiet = is_quiet(node) and quiet
        lw.into(node, RETURN if not unit.nodes and not is_quiet(node) else EFFECT)
        body.body(lw.take())
    em = Emitter(unit.stack, mapped=source_map is not None)
    em.write('"use strict";')
    em.newline()
    inline = runtime == "inline" and lw.imports
    head = parameters(lw, with_runtime=not inline)
    em.write(("async " if unit.is_async else "") + f"({head}) => {{")
    em.indent += 1
    if inline:
        em.newline()
        write_runtime(em, lw, 4)
    em.body(lw.constants())
    em.append(body)
    em.indent -= 1
    em.newline()
    em.write("}")
    code = em.text()
    if source_map == "inline":
        code += "\n" + inline_comment(build_map(em.mappings))
    return Compiled(
        code, em.mappings, tuple(dict.fromkeys(unit.names)), unit.is_async,
        quiet, tuple(unit.warnings), source_map is not None,
    )  # fmt: skip


def write_runtime(em: Emitter, lw: Lowerer, indent: int) -> None:
    """The core functions that are used, embedded."""
    em.write(f"const {runtime_names(lw)} = (() => {{")
    verbatim(em, embed(frozenset(lw.imports)), indent)
    em.newline()
    em.write("  return { " + ", ".join(sorted(lw.imports)) + " };")
    em.newline()
    em.write("})();")


def runtime_names(lw: Lowerer) -> str:
    names = [js if js == alias else f"{js}: {alias}" for js, alias in sorted(lw.imports.items())]
    return "{ " + ", ".join(names) + " }"


def verbatim(em: Emitter, text: str, indent: int) -> None:
    """Write the runtime's own lines, indented; where there are template literals, they stay as they are."""
    text = "\n" + text
    em.out.append(text if "`" in text else LINE_START.sub("\n" + " " * indent, text))
    em.line += text.count("\n")


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
    """A text as an ES module: definitions become exports, the core functions that are used are embedded.

    A program that uses Python needs polyrepl's `$py` at run time; any other runs in a plain Node 24.

    Args:
        text: the program.
        filename: the name that errors and the source map give it.
        source_map: "inline" appends the map as a comment, "file" writes a reference to `map_url` and leaves
            the map in `Compiled.map`, None makes none.
        target: "node" or "browser".
        map_url: where the map of "file" will be found.
        macro_host: runs the bodies of `defmacro`; without one these are an error.
        loader: finds the files of `(import "./lib.lisp")`: (name, importer) -> (text, canonical name), or
            OSError.
        compiler: one that has compiled before and whose macros and definitions are known.

    Raises:
        LispError: the text can not be compiled; LispErrors where it has several independent errors.
    """
    compiler = compiler or Compiler(host=macro_host, source_map=source_map is not None)
    compiler.loader = loader or compiler.loader
    compiler.world.target = target
    if target == "node":
        compiler.world.import_names |= NODE_NAMES

    def work() -> Compiled:
        return _module(_Unit(compiler, read_all(text, filename)), source_map, target, map_url)

    compiled: Compiled = compiler.world.guarded(work)
    return compiled


def _module(unit: _Unit, source_map: str | None, target: str, map_url: str | None) -> Compiled:
    defined = unit.made
    count = Counter(defined)
    constant = {node.js for node in unit.nodes if isinstance(node, n.Define) and count[node.js] == 1}
    lw = Lowerer(unit.used | set(defined), unit.stack)
    lw.module = True
    lw.plain = target == "browser"
    lw.module_constants = constant
    lw.module_fixed = constant - unit.reassigned
    body = Emitter(unit.stack, mapped=source_map is not None)
    before: ir.Stmt | None = None
    for node in unit.take():
        lw.into(node, EFFECT)
        for stmt in lw.take():
            if type(stmt) is ir.FunctionStmt or type(before) is ir.FunctionStmt:
                body.out.append("\n")  # functions stand between empty lines
                body.line += 1
            body.newline()
            body.stmt(stmt)
            before = stmt
    em = Emitter(unit.stack, mapped=source_map is not None)
    for line in prologue(lw, target):
        begin_line(em)
        em.write(line)
    if lw.imports:
        begin_line(em)
        write_runtime(em, lw, 2)
    later = [js for js in dict.fromkeys(defined) if js not in constant]
    if later:
        begin_line(em)
        em.write("let " + ", ".join(later) + ";")
    for stmt in lw.constants():
        begin_line(em)
        em.stmt(stmt)
    em.append(body)
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
        code, em.mappings, tuple(dict.fromkeys(unit.names)), unit.is_async, True, tuple(unit.warnings),
        source_map is not None,
    )  # fmt: skip


def begin_line(em: Emitter) -> None:
    if em.out:
        em.newline()


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
    if "$read" in lw.host_imports:
        lines.append('const $read = globalThis[Symbol.for("polyrepl.$read")] ?? ((object) => object);')
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
