"""The program after analysis: names resolved, macros gone, every construct a node.

In: nothing. Out: the node types that the analyzer makes and `anf` lowers. Nodes are plain slotted records;
`span` points at the Lisp they came from. A `Local` is one binding: after analysis names do not matter any
more, only which `Local` a reference means (alpha renaming happens when JavaScript names are handed out).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from .forms import Form, Span

# The value types the compiler tells apart. "any" is the top; None (unknown yet) the bottom.
Type = Literal["num", "bool", "str", "big", "arr", "data", "fn", "nil", "any"]


@dataclass(slots=True, eq=False)
class Local:
    """One local binding.

    `assigned`: a `set!` or a `recur` changes it. `captured`: a closure made inside its scope sees it.
    `sources`: every node whose value it may hold (for type inference); None when it can hold anything.
    """

    name: str
    span: Span | None = None
    assigned: bool = False
    mutated: bool = False  # by set!, so that its value changes within one iteration
    captured: bool = False
    frame: Frame | None = None
    sources: list[Node] | None = None
    type: Type | None = None
    loop: Loop | None = None
    js: str | None = None
    outer_js: str | None = None  # a loop variable's own name, where each iteration has a copy
    is_async_fn: bool = False
    is_python: bool = False
    used: bool = False
    named_frame: Frame | None = None  # of a named let: the frame of the function it names


@dataclass(slots=True, eq=False)
class Frame:
    """What is known about one JavaScript function while its body is analyzed."""

    parent: Frame | None = None
    name: str | None = None
    has_await: bool = False
    has_yield: bool = False
    uses_this: bool = False
    uses_arguments: bool = False
    kind: str = "fn"  # fn | method | constructor | getter | field | top | template
    macro_time: bool = False


@dataclass(slots=True, eq=False)
class Node:
    span: Span | None = None
    lift: bool | None = field(default=None, init=False, repr=False)
    ty: Type | None = field(default=None, init=False, repr=False)


@dataclass(slots=True, eq=False)
class Lit(Node):
    """A JavaScript literal, already spelled. `ty` is set by whoever makes it."""

    text: str = "null"


@dataclass(slots=True, eq=False)
class KeywordLit(Node):
    name: str = ""


@dataclass(slots=True, eq=False)
class LocalRef(Node):
    local: Local = field(default_factory=lambda: Local("?"))


@dataclass(slots=True, eq=False)
class GlobalRef(Node):
    """A user's global; `js` is its identifier."""

    name: str = ""
    js: str = ""
    is_async_fn: bool = False
    is_python: bool = False


@dataclass(slots=True, eq=False)
class CoreRef(Node):
    """A function of the core runtime (`$rt`)."""

    name: str = ""


@dataclass(slots=True, eq=False)
class JsRef(Node):
    """A JavaScript global by its exact name, `this`, `super`, `new.target`, `undefined`, `$py`."""

    name: str = ""


@dataclass(slots=True, eq=False)
class DataLit(Node):
    """Quoted data that needs the runtime's lists and symbols."""

    form: Form | None = None


@dataclass(slots=True, eq=False)
class ArrayLit(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class ObjectLit(Node):
    """Keys are nodes; a string literal key needs no brackets."""

    pairs: list[tuple[Node, Node]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SetLit(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Template(Node):
    parts: list[str | Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Spread(Node):
    value: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Prop(Node):
    """`(.-name o)`, `o.name`; name is never mangled."""

    obj: Node = field(default_factory=Lit)
    name: str = ""


@dataclass(slots=True, eq=False)
class Index(Node):
    """`(. o [k])`. `native` when the object is known to be JavaScript data."""

    obj: Node = field(default_factory=Lit)
    key: Node = field(default_factory=Lit)
    native: bool = False


@dataclass(slots=True, eq=False)
class Lookup(Node):
    """A key of a map that is being taken apart; undefined when missing."""

    obj: Node = field(default_factory=Lit)
    key: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Call(Node):
    fn: Node = field(default_factory=Lit)
    args: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class NamedCall(Call):
    """A call of a named let's function: awaited when that function turned out async."""

    frame: Frame = field(default_factory=Frame)


@dataclass(slots=True, eq=False)
class MethodCall(Node):
    """Receiver, then method lookup, then arguments. `key` is a property name or an index node."""

    obj: Node = field(default_factory=Lit)
    key: str | Node = ""
    args: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class New(Node):
    fn: Node = field(default_factory=Lit)
    args: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class PyCall(Node):
    """`root.a.b(args)` on a Python root: one round trip. `mode` is call, get or async."""

    root: Node = field(default_factory=Lit)
    path: list[str] = field(default_factory=list)
    args: list[Node] = field(default_factory=list)
    mode: str = "call"


@dataclass(slots=True, eq=False)
class Op(Node):
    """An operator of Lisp on two or more operands (one for unary): `+ - * / < = not ..`."""

    op: str = "+"
    args: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class If(Node):
    test: Node = field(default_factory=Lit)
    then: Node = field(default_factory=Lit)
    other: Node | None = None


@dataclass(slots=True, eq=False)
class Logic(Node):
    """`and`, `or`."""

    op: str = "and"
    args: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Do(Node):
    body: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Bind(Node):
    """One step of binding: a plain local, an array pattern, or a default (`init` undefined -> `default`)."""

    local: Local = field(default_factory=lambda: Local("?"))
    init: Node | None = None
    default: Node | None = None
    elements: list[Local | None] | None = None
    rest: Local | None = None


@dataclass(slots=True, eq=False)
class Let(Node):
    binds: list[Bind] = field(default_factory=list)
    body: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Letfn(Node):
    fns: list[tuple[Local, Node]] = field(default_factory=list)
    body: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Loop(Node):
    """`loop`, and the body of a function that recurs to itself (`is_fn`)."""

    binds: list[Bind] = field(default_factory=list)
    locals: list[Local] = field(default_factory=list)
    inner: list[Bind] = field(default_factory=list)  # destructuring repeated on every iteration
    body: Node = field(default_factory=Lit)
    is_fn: bool = False
    has_rest: bool = False
    recurs: int = 0
    crosses_finally: bool = False
    recur_args: list[list[Node]] = field(default_factory=list)
    # where a pattern's names are loop variables: those, the patterns of all bindings, and their scope
    extra: list[Local] = field(default_factory=list)
    targets: list[Form] | None = None
    scope: object = None


@dataclass(slots=True, eq=False)
class Recur(Node):
    loop: Loop = field(default_factory=Loop)
    args: list[Node] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class While(Node):
    test: Node = field(default_factory=Lit)
    body: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Clause:
    """One clause of `for`/`doseq`: kind in, await, range, let, when, while."""

    kind: str
    local: Local | None = None
    value: Node | None = None
    binds: list[Bind] = field(default_factory=list)
    span: Span | None = None


@dataclass(slots=True, eq=False)
class For(Node):
    """A comprehension (`collect`) or a run for effect. Clauses nest in order."""

    clauses: list[Clause] = field(default_factory=list)
    body: Node = field(default_factory=Lit)
    collect: bool = False


@dataclass(slots=True, eq=False)
class Catch:
    local: Local
    body: Node
    kind: Node | None = None  # the class of a typed clause
    interrupt: bool = False
    span: Span | None = None


@dataclass(slots=True, eq=False)
class Try(Node):
    body: Node = field(default_factory=Lit)
    catches: list[Catch] = field(default_factory=list)
    final: Node | None = None


@dataclass(slots=True, eq=False)
class With(Node):
    local: Local = field(default_factory=lambda: Local("?"))
    value: Node = field(default_factory=Lit)
    binds: list[Bind] = field(default_factory=list)
    body: Node = field(default_factory=Lit)
    is_async: bool = False
    entered: Local | None = None


@dataclass(slots=True, eq=False)
class Throw(Node):
    value: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Await(Node):
    value: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class CheckAwait(Node):
    """`(auto ..)`: await the value only if it is a promise."""

    value: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Yield(Node):
    value: Node | None = None
    delegate: bool = False


@dataclass(slots=True, eq=False)
class Param:
    """One JavaScript parameter: its local and what the body does first to fill it."""

    local: Local
    default: Node | None = None


@dataclass(slots=True, eq=False)
class Arity:
    params: list[Param]
    rest: Local | None
    binds: list[Bind]  # defaults and destructuring, in order
    body: Node
    loop: Loop | None = None
    required: int = 0


@dataclass(slots=True, eq=False)
class Fn(Node):
    name: str | None = None
    self_local: Local | None = None
    arities: list[Arity] = field(default_factory=list)
    frame: Frame = field(default_factory=Frame)
    doc: str | None = None
    self_global: bool = False  # its body calls itself through the global it defines


@dataclass(slots=True, eq=False)
class Member:
    """One member of a class."""

    kind: str  # method | get | set | field | constructor | block
    key: str | Node
    static: bool = False
    fn: Fn | None = None
    value: Node | None = None
    span: Span | None = None


@dataclass(slots=True, eq=False)
class Class(Node):
    name: str | None = None
    self_local: Local | None = None
    parent: Node | None = None
    members: list[Member] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SetLocal(Node):
    local: Local = field(default_factory=lambda: Local("?"))
    value: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class SetPlace(Node):
    """`set!` of a global, a property or an index: `place` is GlobalRef, Prop or Index."""

    place: Node = field(default_factory=Lit)
    value: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Delete(Node):
    place: Node = field(default_factory=Lit)


@dataclass(slots=True, eq=False)
class Define(Node):
    """`def`: assigns the namespace object's property; its value is undefined."""

    name: str = ""
    js: str = ""
    value: Node = field(default_factory=Lit)
    meta: Node | None = None


@dataclass(slots=True, eq=False)
class JsImport(Node):
    """`js.import`: `spec` is loaded; each (property or None, js global name) is defined from it."""

    spec: Node = field(default_factory=Lit)
    names: list[tuple[str | None, str]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class MatchArm:
    """Tests and bindings in order, then an optional guard, then the body."""

    steps: list[Node | Bind]
    guard: Node | None
    body: Node


@dataclass(slots=True, eq=False)
class Match(Node):
    subject: Local = field(default_factory=lambda: Local("?"))
    value: Node = field(default_factory=Lit)
    arms: list[MatchArm] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Case(Node):
    """`case` on literal scalars becomes `switch`."""

    value: Node = field(default_factory=Lit)
    arms: list[tuple[list[Node], Node]] = field(default_factory=list)
    default: Node | None = None


@dataclass(slots=True, eq=False)
class Nothing(Node):
    """A definition that leaves nothing to run (`declare`, `defmacro`)."""

