"""Forms -> nodes: resolves every name, expands macros on the way, dispatches special forms.

In: a form and its scope. Out: a node. This file holds the dispatch, references and calls; the special
forms live in the special_*.py tables. Which function awaits or yields is known once its body has been
analyzed, which is after expansion, so a macro that hides an `await` makes its caller async.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import analyzer_heads as heads
from . import analyzer_literals as literal
from . import hints
from .errors import Diagnostic, LispError
from .forms import (
    BigInt,
    Const,
    Form,
    FString,
    Keyword,
    List,
    Map,
    Number,
    Regex,
    Set,
    Span,
    Str,
    Symbol,
    Vector,
)
from .literals import nil
from .mangle import import_js
from .metadata import plain
from .nodes import (
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
    NamedCall,
    New,
    Node,
    Op,
    Prop,
    PyCall,
)
from .operators import OPERATORS, build_operator
from .scope import (
    CoreFn,
    Global,
    JsGlobal,
    Macro,
    Meaning,
    Scope,
    Special,
)

if TYPE_CHECKING:
    from .world import World


MAX_DEPTH = 12_000  # the reader stops at 1,000; long cond and -> chains of macros go deeper
MAX_NESTING = 2_000  # expansions of user macros, each inside what the one around it made


class Analyzer:
    """Analyzes the forms of one compile unit against a world of namespaces and macros."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.frame = Frame(kind="top")
        self.loop: Loop | None = None
        self.finals: list[Loop | None] = []  # the loop in force at each enclosing `try .. finally`
        self.tries = 0  # how many try bodies of this function stand around the form at hand
        self.locals: list[Local] = []
        self.auto = False
        self.top = False  # is the form now at hand at the top level (also inside a top-level `do`)?
        self.warnings: list[Diagnostic] = []
        self.defined: list[str] = []
        self.depth = 0
        self.nesting = 0
        self.classes: list[Class] = []  # those whose members are being analyzed, outermost first

    # -- helpers for special forms ------------------------------------------------------------

    def fail(self, code: str, at: Form | Span | None, message: str, hint: str | None = None) -> LispError:
        span = at if at is None or isinstance(at, Span) else at.span
        return LispError(code, span, message, hint)

    def warn(self, code: str, span: Span | None, message: str, hint: str | None = None) -> None:
        self.warnings.append(Diagnostic(code, span, message, hint))

    def local(self, symbol: Symbol, scope: Scope) -> Local:
        """Bind `symbol` in `scope` to a new local."""
        self.world.check_binder(symbol)
        made = Local(symbol.name, symbol.span, frame=self.frame)
        self.locals.append(made)
        scope.table[(symbol.name, symbol.marks) if symbol.marks else symbol.name] = made
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
        return _TABLE[type(form)](self, form, scope, tail)

    def value(self, form: Form, scope: Scope) -> Node:
        """A form in operand position: not a tail, not the top level."""
        top, self.top = self.top, False
        node = _TABLE[type(form)](self, form, scope, False)
        self.top = top
        return node

    def values(self, forms: tuple[Form, ...] | list[Form], scope: Scope) -> list[Node]:
        top, self.top = self.top, False
        nodes = []
        for form in forms:
            nodes.append(_TABLE[type(form)](self, form, scope, False))  # noqa: PERF401 (recursion without C frames)
        self.top = top
        return nodes

    def body(self, forms: tuple[Form, ...], scope: Scope, tail: bool, span: Span | None) -> Node:
        """Forms in sequence; the last one's value counts. Nothing is nil."""
        if len(forms) == 1:
            return _TABLE[type(forms[0])](self, forms[0], scope, tail)
        if not forms:
            return nil(span)
        nodes = []
        for form in forms[:-1]:
            nodes.append(_TABLE[type(form)](self, form, scope, False))  # noqa: PERF401
        nodes.append(_TABLE[type(forms[-1])](self, forms[-1], scope, tail))
        return Do(span, nodes)

    def form_list(self, form: List, scope: Scope, tail: bool) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.fail(
                "too-deep", form, "the program is nested too deeply", "does a macro expand to itself?"
            )
        nesting = self.nesting
        node = self.list_form(form, scope, tail)
        self.nesting = nesting
        self.depth -= 1
        return node

    def list_form(self, form: List, scope: Scope, tail: bool) -> Node:
        expansions = 0
        while True:
            items = form.items
            if not items:
                raise self.fail("empty-call", form, "() calls nothing", "write '() for an empty list")
            head = items[0]
            if type(head) is not Symbol:
                if type(head) is Keyword:
                    return heads.keyword_call(self, head, form, scope)
                if type(head) in _DATA:
                    return heads.data_call(self, head, form, scope)
                bare = plain(head)
                if bare is not head:
                    form = List((bare, *items[1:]), form.span)
                    continue
                return self.call(self.value(head, scope), form, scope)
            name = head.name
            meaning = self.world.resolve(head, scope)
            if meaning is None:
                if name[0] == "." and len(name) > 1:
                    return heads.method_shorthand(self, head, form, scope)
                if name[-1] == "." and len(name) > 1 and name != "..":
                    cls = self.reference(Symbol(name[:-1], head.span, head.marks), scope)
                    return New(form.span, cls, self.values(items[1:], scope))
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
            if type(meaning) is Local and meaning.named_frame is not None:
                return self.named_call(meaning, head, form, scope, tail)
            if type(meaning) is CoreFn and meaning.name in OPERATORS:
                node = build_operator(self, meaning.name, form, scope)
                if node is not None:
                    return node
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
        hint = hints.unbound(symbol.name, self.world.visible_names(scope, symbol)) or self.world.unbound_hint(
            symbol.name
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
                meaning.refs += 1
                if self.world.references is not None:
                    self.world.references.append((meaning, symbol))
                self.world.used.add(meaning.js)
                return GlobalRef(
                    span,
                    meaning.name,
                    meaning.js,
                    meaning.is_async_fn,
                    meaning.is_python,
                    meaning.is_collection,
                )
            case CoreFn():
                return CoreRef(span, meaning.name)
            case JsGlobal():
                if meaning.name == "this":
                    self.frame.uses_this = True
                if meaning.name == "undefined":
                    return Lit(span, "undefined")
                if meaning.imported:
                    self.world.used.add(import_js(meaning.name))
                    return JsRef(span, meaning.name, True)
                if meaning.name == "$req" and self.world.target == "browser":
                    raise self.fail(
                        "not-in-browser", symbol, "a browser has no require", '(js.import "name" :as name)'
                    )
                self.world.used.add(meaning.name)
                return JsRef(span, meaning.name)
            case Macro():
                raise self.fail(
                    "macro-value",
                    symbol,
                    f"{symbol.name} is a macro, not a value",
                    f"wrap it in a function: (fn [x] ({symbol.name} x))",
                )
            case Special():
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
                self.world.used.add(parts[1])
                parts = parts[1:]
            elif parts[0] == "py" and self.world.resolve(Symbol("py", None, symbol.marks), scope) is None:
                root = JsRef(span, "$py.builtins")
            else:
                root = self.reference(Symbol(parts[0], head_span, symbol.marks), scope)
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

    def named_call(self, local: Local, head: Symbol, form: List, scope: Scope, tail: bool) -> Node:
        """A call of a named let: a tail call is a `recur`, any other call a call of the function."""
        from .special_bind import recur_node

        if local.named_frame is not self.frame:
            return self.call(self.meaning_ref(local, head), form, scope)
        if tail and not self.tries and self.loop is local.loop and self.loop is not None:
            return recur_node(self, self.loop, form, scope)
        return NamedCall(
            form.span, self.meaning_ref(local, head), self.values(form.items[1:], scope), self.frame
        )

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


_DATA = (Vector, Map, Set)


def in_class(frame: Frame | None) -> bool:
    while frame is not None:
        if frame.kind in ("constructor", "method", "getter", "field"):
            return True
        frame = frame.parent
    return False


def is_python(node: Node) -> bool:
    """Does the node surely give a Python module, builtin or `$py` result?"""
    match node:
        case LocalRef():
            return node.local.is_python and not node.local.assigned
        case GlobalRef():
            return node.is_python
        case JsRef():
            return node.name == "$py.builtins"
        case Call():
            return type(node.fn) is JsRef and node.fn.name == "$py"
    return False


_TABLE: dict[type, Callable[[Analyzer, Any, Scope, bool], Node]] = {
    List: Analyzer.form_list,
    Symbol: Analyzer.form_symbol,
    Number: literal.number_form,
    BigInt: literal.bigint_form,
    Str: literal.str_form,
    Const: literal.const_form,
    Keyword: literal.keyword_form,
    Regex: literal.regex_form,
    FString: literal.fstring_form,
    Vector: literal.vector_form,
    Set: literal.set_form,
    Map: literal.map_form,
}
