"""Forms -> nodes: resolves every name, expands macros on the way, dispatches special forms.

In: a form and its scope. Out: a node. This file holds the dispatch, references and calls; literals, heads,
operators and special forms are rules that enter themselves in the tables of rules.py. Which function awaits
or yields is known once its body has been analyzed, which is after expansion, so a macro that hides an
`await` makes its caller async.
"""

from __future__ import annotations

from typing import TypedDict, Unpack

from ..emit.mangle import import_js
from ..emit.spelling import nil
from ..errors import Diagnostic, LispError
from ..forms import (
    BigInt,
    Const,
    Form,
    Keyword,
    List,
    Number,
    Regex,
    Span,
    Str,
    Symbol,
    plain,
)
from ..inside import Inside
from ..nodes import (
    Await,
    Call,
    CheckAwait,
    Class,
    CoreRef,
    DataLit,
    Do,
    Frame,
    GlobalRef,
    Index,
    JsRef,
    Lit,
    Local,
    LocalRef,
    Loop,
    MethodCall,
    Node,
    Op,
    Prop,
    PyCall,
)
from ..nodes.facts import in_class, is_python
from ..stack import too_deep
from . import hints
from .rules import CALLS, FORMS, HEADS
from .scope import Block, CoreFn, Global, JsGlobal, Macro, Meaning, Scope, Special
from .work import Work
from .world import World

MAX_DEPTH = 24_000  # the reader stops at 1,000; long cond and -> chains of macros go deeper (2 levels each)
MAX_NESTING = 2_000  # expansions of user macros, each inside what the one around it made


class Context(TypedDict, total=False):
    """What is true of the place of a form, and may differ for the forms inside it (see `Analyzer`)."""

    frame: Frame
    loop: Loop | None
    finals: tuple[Loop | None, ...]
    tries: int
    auto: bool
    enclosing: Class | None
    block: Block | None
    locals: list[Local]
    defined: list[str]
    references: list[tuple[Global, Symbol]] | None


class Analyzer:
    """Analyzes the forms of one compile unit against a world of namespaces and macros."""

    def __init__(self, world: World, work: Work | None = None) -> None:
        self.world = world
        self.work = work or Work()
        self.used: set[str] = set()  # JavaScript names of the globals that the forms refer to
        self.frame = Frame(kind="top")
        self.loop: Loop | None = None
        self.finals: tuple[Loop | None, ...] = ()  # the loop in force at each enclosing `try .. finally`
        self.tries = 0  # how many try bodies of this function stand around the form at hand
        self.locals: list[Local] = []
        self.auto = False
        self.warnings: list[Diagnostic] = []
        self.defined: list[str] = []
        self.stack = world.stack
        self.nesting = 0
        self.reassigned: set[str] = set()  # JavaScript names of globals that a `set!` changes
        self.mentions: dict[str, int] = {}  # JavaScript name of a global -> how often it was referred to
        self.enclosing: Class | None = None  # the class whose member is being analyzed
        self.block: Block | None = None  # the body, in a function, that a definition belongs to
        # the globals that code for the macro host refers to, while such code is analyzed
        self.references: list[tuple[Global, Symbol]] | None = None

    # -- helpers for rules --------------------------------------------------------------------

    def inside(self, **context: Unpack[Context]) -> Inside:
        """`with an.inside(loop=None): ..`: what is different for the forms analyzed in the block."""
        return Inside(self, {**context})

    def fail(self, code: str, at: Form | Span | None, message: str, hint: str | None = None) -> LispError:
        span = at if at is None or isinstance(at, Span) else at.span
        return LispError(code, span, message, hint)

    def warn(self, code: str, span: Span | None, message: str, hint: str | None = None) -> None:
        found = Diagnostic(code, span, message, hint)
        if found not in self.warnings:  # a macro may write one form where two things are done with it
            self.warnings.append(found)

    def local(self, symbol: Symbol, scope: Scope) -> Local:
        """Bind `symbol` in `scope` to a new local."""
        self.world.check_binder(symbol)
        made = Local(symbol.name, symbol.span, frame=self.frame)
        self.locals.append(made)
        scope.bind(symbol, made)
        return made

    def temp(self, name: str, span: Span | None = None) -> Local:
        made = Local(name, span, frame=self.frame)
        self.locals.append(made)
        return made

    def refer(self, local: Local, span: Span | None) -> LocalRef:
        local.used = True
        if local.frame is not self.frame:
            local.captured = True
        return LocalRef(span, local)

    # -- dispatch -----------------------------------------------------------------------------

    def form(self, form: Form, scope: Scope, tail: bool = False) -> Node:
        return FORMS[type(form)](self, form, scope, tail)

    def value(self, form: Form, scope: Scope) -> Node:
        """A form in operand position: not a tail."""
        stack = self.stack
        stack.depth += 1
        if stack.depth <= stack.room:
            node = FORMS[type(form)](self, form, scope, False)
        else:
            node = stack.deeper(FORMS[type(form)], self, form, scope, False)
        stack.depth -= 1
        return node

    def values(self, forms: tuple[Form, ...] | list[Form], scope: Scope) -> list[Node]:
        stack = self.stack
        stack.depth += 1
        nodes = (
            self.each(forms, scope) if stack.depth <= stack.room else stack.deeper(self.each, forms, scope)
        )
        stack.depth -= 1
        return nodes

    def each(self, forms: tuple[Form, ...] | list[Form], scope: Scope) -> list[Node]:
        nodes = []
        for form in forms:
            nodes.append(FORMS[type(form)](self, form, scope, False))  # noqa: PERF401 (recursion without C frames)
        return nodes

    def body(self, forms: tuple[Form, ...], scope: Scope, tail: bool, span: Span | None) -> Node:
        """Forms in sequence; the last one's value counts. Nothing is nil."""
        if len(forms) == 1:
            return FORMS[type(forms[0])](self, forms[0], scope, tail)
        if not forms:
            return nil(span)
        nodes = []
        for form in forms[:-1]:
            nodes.append(FORMS[type(form)](self, form, scope, False))  # noqa: PERF401
        nodes.append(FORMS[type(forms[-1])](self, forms[-1], scope, tail))
        return Do(span, nodes)

    def form_list(self, form: List, scope: Scope, tail: bool) -> Node:
        stack = self.stack
        stack.depth += 1
        nesting = self.nesting
        if stack.depth <= stack.room:
            node = self.list_form(form, scope, tail)
        elif stack.depth > MAX_DEPTH:
            raise too_deep(form)
        else:
            node = stack.deeper(self.list_form, form, scope, tail)
        self.nesting = nesting
        stack.depth -= 1
        return node

    def list_form(self, form: List, scope: Scope, tail: bool) -> Node:
        expansions = 0
        while True:
            items = form.items
            if not items:
                raise self.fail("empty-call", form, "() calls nothing", "write '() for an empty list")
            head = items[0]
            if type(head) is not Symbol:
                rule = HEADS.get(type(head))
                made = rule(self, head, form, scope) if rule is not None else None
                if made is not None:
                    return made
                bare = plain(head)
                if bare is not head:
                    form = List((bare, *items[1:]), form.span)
                    continue
                return self.call(self.value(head, scope), form, scope)
            name = head.name
            meaning = self.world.resolve(head, scope)
            if meaning is None:
                made = HEADS[Symbol](self, head, form, scope)
                if made is not None:
                    return made
                meaning = self.world.resolve_macro_path(head, scope)
            if meaning is None:
                return self.call(self.reference(head, scope), form, scope)
            kind = type(meaning)
            if kind is Special:
                return meaning.build(self, form, scope, tail)  # type: ignore[union-attr]
            if kind is Macro:
                expansions += 1
                if expansions == 1 and meaning.kind != "builtin":  # type: ignore[union-attr]
                    self.nesting += 1
                if expansions > 10_000 or self.nesting > MAX_NESTING:
                    raise self.fail("endless-macro", form, f"the macro {name} expands to itself for ever")
                expanded = self.world.expand(self, meaning, form, scope)  # type: ignore[arg-type]
                if type(expanded) is not List:
                    return self.form(expanded, scope, tail)
                form = expanded
                continue
            rule = CALLS.get(kind)
            if rule is not None:
                made = rule(self, meaning, form, scope, tail)
                if made is not None:
                    return made
            return self.call(self.meaning_ref(meaning, head), form, scope)

    # -- references ---------------------------------------------------------------------------

    def form_symbol(self, form: Symbol, scope: Scope, tail: bool) -> Node:
        return self.reference(form, scope)

    def reference(self, symbol: Symbol, scope: Scope) -> Node:
        meaning = self.world.resolve(symbol, scope)
        if meaning is None:
            name = symbol.name
            if "/" in name and self.world.is_alias(name.partition("/")[0], symbol, scope):
                return self.dotted(Symbol(name.replace("/", ".", 1), symbol.span, symbol.marks), scope)
            if "." in name and name.strip("."):
                if name[0] == ".":
                    raise self.fail(
                        "bad-name",
                        symbol,
                        f"{name} is only meaningful at the head of a list",
                        f"write ({name} object)",
                    )
                return self.dotted(symbol, scope)
            raise self.unbound(symbol, scope)
        return self.meaning_ref(meaning, symbol)

    def unbound(self, symbol: Symbol, scope: Scope) -> LispError:
        name = symbol.name
        hint = (
            self.world.inner_hint(name)
            or hints.made_later(symbol, self.world.namespace.macros)
            or hints.unbound(name, self.world.visible_names(scope, symbol))
            or self.world.unbound_hint(name)
        )
        return self.fail("unbound-symbol", symbol, f"unbound symbol {symbol.name}", hint)

    def meaning_ref(self, meaning: Meaning, symbol: Symbol) -> Node:
        span = symbol.span
        match meaning:
            case Local():
                meaning.used = True
                if meaning.frame is not self.frame:
                    meaning.captured = True
                return LocalRef(span, meaning)
            case Global():
                if meaning.module is not None:
                    raise self.fail(
                        "namespace-value",
                        symbol,
                        f"{symbol.name} is an imported file, not a value",
                        f"its definitions are {symbol.name}.name",
                    )
                self.mentions[meaning.js] = self.mentions.get(meaning.js, 0) + 1
                if self.references is not None:
                    self.references.append((meaning, symbol))
                self.used.add(meaning.js)
                return GlobalRef(
                    span,
                    meaning.name,
                    meaning.js,
                    meaning.is_async_fn,
                    meaning.is_python,
                    meaning.is_collection,
                    meaning.may_be_data,
                    meaning.is_module,
                    meaning.announced,
                )
            case CoreFn():
                return CoreRef(span, meaning.name)
            case JsGlobal():
                if meaning.name == "this":
                    self.frame.uses_this = True
                if meaning.name == "undefined":
                    return Lit(span, "undefined")
                if meaning.imported:
                    self.used.add(import_js(meaning.name))
                    return JsRef(span, meaning.name, True)
                if meaning.name == "$req" and self.world.target == "browser":
                    raise self.fail(
                        "not-in-browser", symbol, "a browser has no require", '(js.import "name" :as name)'
                    )
                self.used.add(meaning.name)
                return JsRef(span, meaning.name)
            case Macro():
                raise self.fail(
                    "macro-value",
                    symbol,
                    f"{symbol.name} is a macro, not a value",
                    f"wrap it in a function: (fn [x] ({symbol.name} x))",
                )
            case Special():
                if meaning.as_value is not None:
                    return meaning.as_value(self, symbol)
                raise self.fail(
                    "special-value",
                    symbol,
                    f"{symbol.name} is a special form, not a value",
                    f"call it: ({symbol.name} ..)",
                )

    def dotted(self, symbol: Symbol, scope: Scope) -> Node:
        """`a.b.c`: a property chain on `a` (one round trip when `a` is Python)."""
        parts = symbol.name.split(".")
        if not all(parts):
            raise self.fail("bad-name", symbol, f"{symbol.name} is not a name", "a dotted name is a.b.c")
        found = self.world.resolve_alias(symbol, scope)
        if found is not None:
            root: Node = self.meaning_ref(found[0], symbol)
            parts = found[1]
        else:
            span = symbol.span
            head_span = span
            if span is not None and span.text == symbol.name:
                head_span = Span(
                    span.source, span.start, span.start + len(parts[0]), span.expansion, span.macro
                )
            if (
                parts[0] == "super"
                and len(parts) > 1
                and type(self.world.resolve(Symbol("super"), None)) is Special
            ):
                if not in_class(self.frame):
                    raise self.fail(
                        "super-here", symbol, "super outside a class", "write it in a method of a class"
                    )
                root = JsRef(span, "super")
                self.frame.uses_this = True
            elif parts[0] == "js" and self.world.resolve(Symbol("js", None, symbol.marks), scope) is None:
                root = JsRef(span, parts[1])
                self.used.add(parts[1])
                parts = parts[1:]
            elif parts[0] == "py" and self.world.resolve(Symbol("py", None, symbol.marks), scope) is None:
                root = JsRef(span, "$py.builtins")
            else:
                first = Symbol(parts[0], head_span, symbol.marks)
                if "/" in symbol.name and self.world.resolve(first, scope) is None:
                    raise self.unbound(symbol, scope)  # of another language: a.b/c
                root = self.reference(first, scope)
            parts = parts[1:]
        return self.property_chain(root, parts, symbol.span)

    def property_chain(self, root: Node, parts: list[str], span: Span | None) -> Node:
        if not parts:
            return root
        if is_python(root):
            return PyCall(span, root, parts, [], "get")
        if type(root) is PyCall and root.mode == "get":
            return PyCall(span, root.root, root.path + parts, [], "get")
        for part in parts:
            root = Prop(span, root, part)
        return root

    # -- calls --------------------------------------------------------------------------------

    def call(self, fn: Node, form: List, scope: Scope) -> Node:
        return self.apply(fn, self.values(form.items[1:], scope), form.span)

    def apply(self, fn: Node, args: list[Node], span: Span | None) -> Node:
        kind = type(fn)
        made: Node
        if kind is Prop:
            made = MethodCall(span, fn.obj, fn.name, args)  # type: ignore[attr-defined]
        elif kind is Index:
            made = MethodCall(span, fn.obj, fn.key, args)  # type: ignore[attr-defined]
        elif kind is PyCall and fn.mode == "get":  # type: ignore[attr-defined]
            made = PyCall(span, fn.root, fn.path, args, "call")  # type: ignore[attr-defined]
        elif is_python(fn):
            made = PyCall(span, fn, [], args, "call")
        else:
            made = Call(span, fn, args)
            if kind is CoreRef:
                self.world.check_arity(self, fn.name, args, span)  # type: ignore[attr-defined]
        return self.checked(made)

    def checked(self, made: Node) -> Node:
        """Inside `(auto ..)` every call is followed by check-then-await."""
        if self.auto:
            self.frame.has_await = True
            return CheckAwait(made.span, made)
        return made

    def quoted(self, form: Form) -> Node:
        """A form as data: scalars as themselves, the rest built by the runtime."""
        if isinstance(form, (Number, BigInt, Str, Const, Keyword, Regex)):
            return self.form(form, Scope())
        return DataLit(form.span, form)

    def await_node(self, value: Node, span: Span | None) -> Node:
        self.frame.has_await = True
        return Await(span, value)

    def operator(self, op: str, args: list[Node], span: Span | None) -> Op:
        return Op(span, op, args)


FORMS[List] = Analyzer.form_list
FORMS[Symbol] = Analyzer.form_symbol
