"""Form after form: the compiler of a session, and what a compiled text is.

In: a form. Out: `Compiled`: one JavaScript expression, a function of its imports, async exactly when the
form awaits:

    (def x (inc 1))   ->   "use strict";
                           ({ $rt: { .. } }) => { globalThis.x = 1 + 1; }

`Compiler` keeps macros and definitions from form to form; units.py compiles whole texts with it. Whatever
the form, only LispError is raised.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar

from . import nodes as n
from .analyze.analyzer import Analyzer
from .analyze.changes import Changes
from .analyze.scope import Global, Scope
from .analyze.special.imports import defined_names
from .analyze.tables import Table
from .analyze.world import World
from .emit import ir
from .emit.emitter import Emitter
from .emit.mangle import import_js
from .emit.sourcemap import Mapping, Mappings, SourceMapBuilder
from .emit.width import leftmost
from .errors import Diagnostic
from .expand import wire
from .forms import Form, List, Source, Span, Symbol
from .host import MacroHost
from .language import SPECIALS
from .lower.known import Known
from .lower.lowerer import EFFECT, RETURN, Lowerer
from .lower.table import LOADED
from .lower.types import infer
from .python import rule
from .read.reader import Reader, read_all
from .records import Frozen, changed

assert LOADED and rule
EVAL_SPAN = Span(Source("eval", ""), 0, 0)
_SEQUENCES = (Symbol("do"), Symbol("begin"), Symbol("for-macros"))
KEPT = 3000  # characters of a form whose function is remembered
_T = TypeVar("_T")


class Compiled(Frozen):
    """Compiled code.

    Attributes:
        code: a JavaScript expression, a function of one object that holds its imports (`$rt`: the core
            functions it uses, `$py`: the bridge, and the `import_names`); of `compile_module` a whole ES
            module.
        mappings: (line, column, span, name) for each mapped place, in order; lines and UTF-16
            columns count from 0.
        names: the Lisp names that it defines, in their order.
        is_async: calling the function gives a promise (a module: it awaits at its top level).
        quiet: a definition alone, whose value nobody wants to see.
        warnings: what looked wrong but did not stop the compile.
        has_map: a source map was asked for.
        changes: what a form of a session has changed in what its compiler knows; None for whole texts.
    """

    __match_args__ = ("code", "mappings", "names", "is_async", "quiet", "warnings", "has_map")
    __slots__ = ("changes", "code", "has_map", "is_async", "mappings", "names", "quiet", "warnings")

    def __init__(
        self,
        code: str,
        mappings: Mappings | None = None,
        names: tuple[str, ...] = (),
        is_async: bool = False,
        quiet: bool = False,
        warnings: tuple[Diagnostic, ...] = (),
        has_map: bool = True,
        changes: Changes | None = None,
    ) -> None:
        self.code = code
        self.mappings: Mappings = Mappings() if mappings is None else mappings
        self.names, self.is_async, self.quiet = names, is_async, quiet
        self.warnings = warnings
        self.has_map = has_map
        self.changes = changes

    @property
    def map(self) -> dict[str, Any] | None:
        """The source map, version 3, as data for `json.dumps`; None where none was asked for."""
        return build_map(self.mappings) if self.has_map else None

    def span_at(self, line: int, column: int) -> Span | None:
        """The Lisp that the code at a place came from, or None; lines and UTF-16 columns count from 0."""
        return self.mappings.span_at(line, column)


def build_map(mappings: Iterable[Mapping]) -> dict[str, Any]:
    """The v3 map of emitted text, with the sources' texts."""
    builder = SourceMapBuilder()
    seen: set[int] = set()
    for line, column, span, name in mappings:
        source = span.source
        if id(source) not in seen:
            seen.add(id(source))
            builder.set_content(source.name, source.text)
        at_line, at_column = source.position(span.start)
        at_column -= 1
        if not source.text.isascii():  # columns are UTF-16 units on both sides
            before = source.text[span.start - at_column : span.start]
            at_column = len(before.encode("utf-16-le", "surrogatepass")) >> 1
        builder.add(line, column, source.name, at_line - 1, at_column, name)
    return builder.build()


class Compiler:
    """Compiles forms one after another; later forms see the macros and definitions of earlier ones.

    Args:
        host: runs the bodies of `defmacro` and tells which globals exist; without one, `defmacro` is the
            LispError `needs-host`.
        polls: loops look whether they were interrupted.
        await_wrapper: awaits go through `$w`, which an interrupt can reject.
        import_names: names that the host gives each compiled function, as `$py`; texts may use them.
        source_map: keep what `Compiled.map` and `Compiled.span_at` need.
    """

    def __init__(
        self,
        *,
        host: MacroHost | None = None,
        polls: bool = False,
        await_wrapper: bool = False,
        import_names: Iterable[str] = (),
        source_map: bool = True,
    ) -> None:
        self.world = World(SPECIALS, self._function_js, host, tuple(import_names))
        self.known: Table[str, Known] = Table(self.world.journal)
        self.polls = polls
        self.await_wrapper = await_wrapper
        self.source_map = source_map

    # -- what front ends ask ------------------------------------------------------------------

    @property
    def macros(self) -> list[str]:
        """Names of all macros and special forms."""
        return sorted({*self.world.specials, *self.world.namespace.macros})

    @property
    def globals(self) -> list[str]:
        """Names of the user's definitions and of the core functions."""
        return sorted({*self.world.namespace.globals, *self.world.core_table})

    def doc(self, name: str) -> str | None:
        """Call shapes and docstring of a function, macro or special form; None if it is unknown."""
        return self.world.doc(name)

    @property
    def loader(self) -> Callable[[str, str], tuple[str, str]] | None:
        """How `(import "./lib.lisp")` finds a file; None: there are no files.

        Called with the name as written and the name of the text that imports it; gives the text and its
        canonical name, or raises OSError.
        """
        return self.world.loader

    @loader.setter
    def loader(self, loader: Callable[[str, str], tuple[str, str]] | None) -> None:
        self.world.loader = loader

    def read(self, text: str, filename: str = "<text>") -> list[Form]:
        """All forms of a text. Raises LispError."""
        return read_all(text, filename)

    def declare_unit(self, forms: Iterable[Form]) -> dict[str, Global]:
        """Names that later forms of the same unit define count as known from now on; returns the new ones."""
        made = {}
        for name in defined_in(forms):
            if not self.world.knows(name):
                made[name] = self.world.namespace.globals[name] = self.world.new_global(name)
        return made

    def undeclare(self, declared: dict[str, Global]) -> None:
        """The unit has ended; what it would have defined further on is not known after all."""
        known = self.world.namespace.globals
        for name, announced in declared.items():
            if known.get(name) is announced:
                del known[name]

    def declare_names(self, names: Iterable[str]) -> None:
        """Names that exist as globals already, under their mangled names (made outside of the Lisp)."""
        for name in names:
            known = changed(self.world.new_global(name), ahead=False, announced=False)
            self.world.namespace.globals.setdefault(name, known)

    def compile(self, form: Form) -> Compiled:
        """One top-level form. Raises LispError."""
        compiled: Compiled = self.world.guarded(self._compile, form)
        return compiled

    def take_back(self, compiled: Compiled, ran: Collection[str]) -> None:
        """A compiled form failed while it ran.

        Args:
            compiled: the form.
            ran: those of `compiled.changes.js` that the program did define; the other names are again what
                they were before the form.
        """
        if compiled.changes is not None:
            self.world.take_back(compiled.changes, ran)

    def look(self, form_texts: str, filename: str) -> list[Compiled]:
        """Compile the forms of a text and define nothing. Raises LispError."""
        journal = self.world.journal
        before = journal.mark()
        try:
            return [self.compile(form) for form in self.read(form_texts, filename)]
        finally:
            journal.back(before)

    # -- the compiler as programs see it (eval, read-string, macroexpand), on forms as JSON text ----

    def eval_wire(self, wire_json: str) -> Compiled:
        """Compile a form that a running program made. Raises LispError, ValueError for what is no form."""
        form = wire.decode(json.loads(wire_json), [], lambda name, _: Symbol(name, EVAL_SPAN), EVAL_SPAN)
        return self.compile(form)

    def read_wire(self, text: str) -> str:
        """The first form of a text, in wire form. Raises LispError."""
        form = Reader(Source("read-string", text)).read()
        return json.dumps(wire.encode(form, []) if form is not None else None)

    def expand_wire(self, wire_json: str, once: bool) -> str:
        """A form expanded, in wire form. Raises LispError, ValueError."""
        form = wire.decode(json.loads(wire_json), [], lambda name, _: Symbol(name, EVAL_SPAN), EVAL_SPAN)
        expanded = self.world.guarded(self._expand, form, once)
        return json.dumps(wire.encode(expanded, []))

    # -- stages -------------------------------------------------------------------------------

    def _compile(self, form: Form) -> Compiled:
        world = self.world
        an = Analyzer(world)
        before = world.journal.mark()
        try:
            node = an.form(form, Scope(), False)
            quiet = is_quiet(node)
            code, mappings = self._emit(an, node, quiet)
            changes = world.changes(before, an.defined)
        except BaseException:
            world.journal.back(before)
            raise
        world.journal.keep(before)
        return Compiled(
            code,
            mappings,
            tuple(dict.fromkeys(an.defined)),
            an.frame.has_await,
            quiet,
            tuple(an.warnings),
            self.source_map,
            changes,
        )

    def _expand(self, form: Form, once: bool) -> Form:
        return self.world.macroexpand(Analyzer(self.world), form, Scope(), once)

    def _emit(self, an: Analyzer, node: n.Node, quiet: bool) -> tuple[str, Mappings]:
        infer(an.locals)
        lw = Lowerer(an.used, self.world.stack, polls=self.polls, await_wrapper=self.await_wrapper)
        lw.known = self.known
        lw.into(node, EFFECT if quiet else RETURN)
        code, mappings = self._unit(lw, lw.stmts, an.frame.has_await)
        self._remember(node, code)
        return code, mappings

    def _remember(self, node: n.Node, code: str) -> None:
        """The functions that later forms may have twins of."""
        if type(node) is n.Define:
            if type(node.value) is n.Fn and len(code) < KEPT:
                self.known[node.js] = Known(node, code)
            else:
                self.known.pop(node.js)

    def _unit(self, lw: Lowerer, body: list[ir.Stmt], is_async: bool) -> tuple[str, Mappings]:
        body = lw.constants() + body
        em = Emitter(lw.stack, mapped=self.source_map)
        em.write('"use strict";')
        em.newline()
        em.write(("async " if is_async else "") + f"({parameters(lw)}) => ")
        if len(body) == 1 and type(body[0]) is ir.Return and body[0].value is not None:
            value = body[0].value
            if type(leftmost(value)) is ir.Object:
                em.write("(")
                em.expr(value, 0)
                em.write(")")
            else:
                em.expr(value, 1)
        else:
            em.block(body)
        return em.text(), em.mappings

    def _function_js(self, node: n.Node, made: list[n.Local], used: set[str]) -> str:
        """A macro's function (or a definition for macros), as a function of its imports."""
        infer(made)
        lw = Lowerer(used, self.world.stack, polls=self.polls)
        lw.into(node, RETURN)
        return self._unit(lw, lw.stmts, False)[0]


def defined_in(forms: Iterable[Form]) -> Iterator[str]:
    """The names that the forms of a text define, where their heads tell."""
    stack = list(forms)
    for form in stack:
        for name in defined_names(form):
            yield name.name
        if isinstance(form, List) and form.items and form.items[0] in _SEQUENCES:
            stack.extend(form.items[1:])


def parameters(lw: Lowerer, *, with_runtime: bool = True) -> str:
    """The destructuring parameter: `{ $rt: { map, inc }, $py }`."""
    parts = []
    if lw.imports and with_runtime:
        names = [js if js == alias else f"{js}: {alias}" for js, alias in sorted(lw.imports.items())]
        parts.append("$rt: { " + ", ".join(names) + " }")
    for name in sorted(lw.host_imports):
        js = import_js(name)
        parts.append(name if js == name else f"{json.dumps(name)}: {js}")
    return "{ " + ", ".join(parts) + " }" if parts else ""


def is_quiet(node: n.Node) -> bool:
    while isinstance(node, n.Do):
        node = node.body[-1]
    return isinstance(node, (n.Define, n.Nothing, n.JsImport))
