"""The public face: Lisp text -> JavaScript.

In: text or forms and options. Out: `Compiled`. A compiled top-level form is one JavaScript expression, a
function of its imports, async exactly when the form awaits:

    (def x (inc 1))   ->   "use strict";
                           ({ $rt: { .. } }) => { globalThis.x = 1 + 1; }

`Compiler` keeps macros and definitions from form to form (a session); `compile` and `compile_module`
(module.py) take whole texts. Whatever the text, only LispError is raised.
"""

from __future__ import annotations

import gc
import json
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from . import ir, wire
from . import nodes as n
from .analyzer import Analyzer
from .anf import EFFECT, RETURN, Lowerer
from .emitter import Emitter
from .errors import Diagnostic, LispError
from .forms import (
    Form,
    List,
    Source,
    Span,
    Symbol,
)
from .host import MacroHost
from .lowering import LOADED
from .mangle import import_js
from .reader import Reader, read_all
from .scope import Scope
from .sourcemap import SourceMapBuilder
from .special_import import defined_name
from .types import infer
from .world import World

assert LOADED
EVAL_SPAN = Span(Source("eval", ""), 0, 0)
RECURSION_LIMIT = 120_000
_SEQUENCES = (Symbol("do"), Symbol("begin"), Symbol("for-macros"))
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Compiled:
    """Compiled code.

    `code`: a JavaScript expression (a function of its imports). `map`: its v3 source map, or None.
    `names`: Lisp names defined. `is_async`: the function is async. `quiet`: a pure definition, nothing to
    show. `warnings`: what looked wrong but did not stop the compile.
    """

    code: str
    mappings: tuple[tuple[int, int, Span, str | None], ...] = field(default=(), repr=False)
    names: tuple[str, ...] = ()
    is_async: bool = False
    quiet: bool = False
    warnings: tuple[Diagnostic, ...] = ()
    has_map: bool = True

    @property
    def map(self) -> dict[str, Any] | None:
        return build_map(self.mappings) if self.has_map else None

    def span_at(self, line: int, column: int) -> Span | None:
        """The Lisp that the code at a place came from; lines and UTF-16 columns counted from 0."""
        at = bisect_right(self.mappings, (line, column), key=lambda mapping: mapping[:2]) - 1
        if at < 0 or self.mappings[at][0] != line:
            return None
        return self.mappings[at][2]


def build_map(mappings: Iterable[tuple[int, int, Span, str | None]]) -> dict[str, Any]:
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
    """Compiles forms one after another; later forms see the macros and definitions of earlier ones."""

    def __init__(
        self,
        *,
        host: MacroHost | None = None,
        polls: bool = False,
        await_wrapper: bool = False,
        runtime: str = "import",
        pretty: bool = True,
        import_names: Iterable[str] = (),
        source_map: bool = True,
    ) -> None:
        self.world = World(host, tuple(import_names))
        self.world.compile_js = self._function_js
        self.polls = polls
        self.await_wrapper = await_wrapper
        self.runtime = runtime
        self.pretty = pretty
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
        """Call shapes and docstring of a function or macro, or None."""
        return self.world.doc(name)

    @property
    def loader(self) -> Callable[[str, str], tuple[str, str]] | None:
        """How `(import "./lib.lisp")` finds files: (name, importer) -> (text, canonical name), or OSError."""
        return self.world.loader

    @loader.setter
    def loader(self, loader: Callable[[str, str], tuple[str, str]] | None) -> None:
        self.world.loader = loader

    def read(self, text: str, filename: str = "<text>") -> list[Form]:
        """All forms of a text. Raises LispError."""
        return read_all(text, filename)

    def declare_unit(self, forms: Iterable[Form]) -> set[str]:
        """Names that later forms of the same unit define count as known from now on; returns the new ones."""
        made = set()
        for name in defined_in(forms):
            if not self.world.knows(name):
                self.world.namespace.globals[name] = self.world.new_global(name)
                made.add(name)
        return made

    def undeclare(self, names: Iterable[str]) -> None:
        """What the rest of a unit would have defined, had it been compiled, is not known after all."""
        for name in names:
            self.world.namespace.globals.pop(name, None)

    def declare_names(self, names: Iterable[str]) -> None:
        """Names that exist as globals already, under their mangled names (made outside of the Lisp)."""
        for name in names:
            known = self.world.new_global(name)
            known.ahead = False
            self.world.namespace.globals.setdefault(name, known)

    def compile(self, form: Form) -> Compiled:
        """One top-level form. Raises LispError."""
        compiled: Compiled = guarded(self._compile, form)
        return compiled

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
        expanded = guarded(self.world.macroexpand, Analyzer(self.world), form, Scope(), once)
        return json.dumps(wire.encode(expanded, []))

    # -- stages -------------------------------------------------------------------------------

    def _compile(self, form: Form) -> Compiled:
        world = self.world
        world.expansions = world.made = 0
        an = Analyzer(world)
        an.top = True
        snapshot = world.snapshot()
        try:
            node = an.form(form, Scope(), False)
        except BaseException:
            world.restore(snapshot)
            raise
        quiet = is_quiet(node)
        code, mappings = self._emit(an, node, quiet)
        return Compiled(
            code,
            tuple(mappings),
            tuple(dict.fromkeys(an.defined)),
            an.frame.has_await,
            quiet,
            tuple(an.warnings),
            self.source_map,
        )

    def _emit(
        self, an: Analyzer, node: n.Node, quiet: bool
    ) -> tuple[str, list[tuple[int, int, Span, str | None]]]:
        infer(an.locals)
        lw = Lowerer(self.world.take_used(), polls=self.polls, await_wrapper=self.await_wrapper)
        lw.into(node, EFFECT if quiet else RETURN)
        return self._unit(lw, lw.stmts, an.frame.has_await)

    def _unit(
        self, lw: Lowerer, body: list[ir.Stmt], is_async: bool
    ) -> tuple[str, list[tuple[int, int, Span, str | None]]]:
        em = Emitter(mapped=self.source_map)
        em.write('"use strict";')
        em.newline()
        em.write(("async " if is_async else "") + f"({parameters(lw)}) => ")
        if len(body) == 1 and type(body[0]) is ir.Return and body[0].value is not None:
            value = body[0].value
            from .emit_width import leftmost

            if type(leftmost(value)) is ir.Object:
                em.write("(")
                em.expr(value, 0)
                em.write(")")
            else:
                em.expr(value, 1)
        else:
            em.block(body)
        return em.text(), em.mappings

    def _function_js(self, an: Analyzer, node: n.Node, made: list[n.Local]) -> str:
        """A macro's function (or a definition for macros), as a function of its imports."""
        infer(made)
        lw = Lowerer(self.world.take_used())
        lw.into(node, RETURN)
        return self._unit(lw, lw.stmts, False)[0]


def defined_in(forms: Iterable[Form]) -> Iterator[str]:
    """The names that the forms of a text define, where their heads tell."""
    stack = list(forms)
    for form in stack:
        name = defined_name(form)
        if name is not None:
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
    if isinstance(node, n.Do):
        return is_quiet(node.body[-1])
    return isinstance(node, (n.Define, n.Nothing, n.JsImport))


def guarded(work: Any, *args: Any) -> Any:
    """Run a stage with room for deep programs; nothing but LispError comes out.

    The passes are plain recursive functions that call each other directly (no C function in between), and
    since Python 3.11 such calls take no C stack, so a high limit is safe; memory is what bounds them.
    """
    limit = sys.getrecursionlimit()
    collecting = gc.isenabled()
    if collecting:
        gc.disable()  # a tree under construction holds no garbage; looking for it takes most of the time
    if limit < RECURSION_LIMIT:
        sys.setrecursionlimit(RECURSION_LIMIT)
    try:
        return work(*args)
    except RecursionError:
        span = getattr(args[0], "span", None) if args else None
        raise LispError(
            "too-deep", span, "the program is nested too deeply", "does a macro expand to itself?"
        ) from None
    finally:
        if limit < RECURSION_LIMIT:
            sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()


def __getattr__(name: str) -> Any:
    """The library's functions live in units.py, which needs this module first."""
    if name in _LIBRARY:
        from . import units

        return getattr(units, name)
    raise AttributeError(name)


_LIBRARY = ("compile", "compile_module", "expand", "format", "read", "LispErrors")
__all__ = ["Compiled", "Compiler", "Source"]
