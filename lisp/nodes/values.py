"""Nodes that give values: what a program is after analysis, first part.

In: nothing. Out: `Local` (one binding), `Frame` (what is known of one function), and the nodes of
literals, references, calls and operators. Nodes are plain slotted records, written out because these modules
are imported at every start; `span` points at the Lisp they came from. After analysis names do not
matter any more, only which `Local` a reference means.
"""

from __future__ import annotations

from typing import Literal

from ..forms import Form, Span

# The value types the compiler tells apart. "any" is the top; None (unknown yet) the bottom.
Type = Literal["num", "bool", "str", "big", "arr", "data", "fn", "nil", "any"]


class Local:
    """One local binding.

    `assigned`: a `set!` or a `recur` changes it. `captured`: a closure made inside its scope sees it.
    `sources`: every node whose value it may hold (for type inference); None when it can hold anything.
    `result`: of a numeric twin: a local that has the type of what its calls give. `is_quick`: it neither
    repeats nor calls anything.
    """

    __slots__ = (
        "assigned",
        "captured",
        "frame",
        "is_async_fn",
        "is_python",
        "is_quick",
        "is_rest",
        "js",
        "loop",
        "mutated",
        "name",
        "named_frame",
        "outer_js",
        "result",
        "sources",
        "span",
        "type",
        "used",
    )

    def __init__(
        self,
        name: str,
        span: Span | None = None,
        assigned: bool = False,
        mutated: bool = False,
        captured: bool = False,
        frame: Frame | None = None,
        sources: list[Node] | None = None,
        type: Type | None = None,
        loop: Node | None = None,
        js: str | None = None,
        outer_js: str | None = None,
        is_async_fn: bool = False,
        is_python: bool = False,
        used: bool = False,
        named_frame: Frame | None = None,
    ) -> None:
        self.name = name
        self.span = span
        self.assigned = assigned
        self.mutated = mutated  # by set!, so that its value changes within one iteration
        self.captured = captured
        self.frame = frame
        self.sources = sources
        self.type = type
        self.loop = loop  # of a named let: the loop its tail calls are steps of
        self.js = js
        self.outer_js = outer_js  # a loop variable's own name, where each iteration has a copy
        self.is_async_fn = is_async_fn
        self.is_python = is_python
        self.result: Local | None = None
        self.is_quick = False
        self.is_rest = False  # `more` of [a & more]: an array, also when it is empty
        self.used = used
        self.named_frame = named_frame  # of a named let: the frame of the function it names


class Frame:
    """What is known about one JavaScript function while its body is analyzed."""

    __slots__ = (
        "has_await",
        "has_yield",
        "kind",
        "name",
        "parent",
        "uses_this",
    )

    def __init__(
        self,
        parent: Frame | None = None,
        name: str | None = None,
        has_await: bool = False,
        has_yield: bool = False,
        uses_this: bool = False,
        kind: str = "fn",
    ) -> None:
        self.parent = parent
        self.name = name
        self.has_await = has_await
        self.has_yield = has_yield
        self.uses_this = uses_this
        self.kind = kind  # fn | method | constructor | getter | field | top | template


class Node:
    """What all nodes have. (The most frequent kinds write its `__init__` out in theirs.)"""

    __slots__ = ("lift", "span", "ty")

    def __init__(self, span: Span | None = None) -> None:
        self.span = span
        self.lift: bool | None = None
        self.ty: Type | None = None


NO_NODE = Node()


class Lit(Node):
    """A JavaScript literal, already spelled, and the type of its value."""

    __slots__ = ("text",)

    def __init__(self, span: Span | None = None, text: str = "null", ty: Type | None = None) -> None:
        self.span = span
        self.lift = None
        self.ty = ty
        self.text = text


class KeywordLit(Node):
    __slots__ = ("name",)

    def __init__(self, span: Span | None = None, name: str = "") -> None:
        super().__init__(span)
        self.name = name


class LocalRef(Node):
    __slots__ = ("local",)

    def __init__(self, span: Span | None = None, local: Local | None = None) -> None:
        self.span = span
        self.lift = None
        self.ty = None
        self.local = local or Local("?")


class GlobalRef(Node):
    """A user's global; `js` is its identifier. `is_collection`: it was last defined as one; may change.
    `may_be_data`: it was defined as what is not known to be a function. `is_module`: one of JavaScript's.
    `announced`: it was only declared so far."""

    __slots__ = (
        "announced", "is_async_fn", "is_collection", "is_module", "is_python", "js", "may_be_data", "name",
    )  # fmt: skip

    def __init__(
        self,
        span: Span | None = None,
        name: str = "",
        js: str = "",
        is_async_fn: bool = False,
        is_python: bool = False,
        is_collection: bool = False,
        may_be_data: bool = False,
        is_module: bool = False,
        announced: bool = False,
    ) -> None:
        self.announced = announced
        self.may_be_data = may_be_data
        self.is_module = is_module
        self.span = span
        self.lift = None
        self.ty = None
        self.name = name
        self.js = js
        self.is_async_fn = is_async_fn
        self.is_python = is_python
        self.is_collection = is_collection


class CoreRef(Node):
    """A function of the core runtime (`$rt`)."""

    __slots__ = ("name",)

    def __init__(self, span: Span | None = None, name: str = "") -> None:
        self.span = span
        self.lift = None
        self.ty = None
        self.name = name


class JsRef(Node):
    """A JavaScript global by its exact name, `this`, `super`, `new.target`, `undefined`, `$py`.

    `imported`: a parameter of the compiled function, by its Lisp name.
    """

    __slots__ = ("imported", "name")

    def __init__(self, span: Span | None = None, name: str = "", imported: bool = False) -> None:
        super().__init__(span)
        self.name = name
        self.imported = imported


class DataLit(Node):
    """Quoted data that needs the runtime's lists and symbols."""

    __slots__ = ("form",)

    def __init__(self, span: Span | None = None, form: Form | None = None) -> None:
        super().__init__(span)
        self.form = form


class ArrayLit(Node):
    __slots__ = ("items",)

    def __init__(self, span: Span | None = None, items: list[Node] | None = None) -> None:
        super().__init__(span)
        self.items = items if items is not None else []


class ObjectLit(Node):
    """Keys are nodes; a string literal key needs no brackets."""

    __slots__ = ("pairs",)

    def __init__(self, span: Span | None = None, pairs: list[tuple[Node, Node]] | None = None) -> None:
        super().__init__(span)
        self.pairs = pairs if pairs is not None else []


class SetLit(Node):
    __slots__ = ("items",)

    def __init__(self, span: Span | None = None, items: list[Node] | None = None) -> None:
        super().__init__(span)
        self.items = items if items is not None else []


class Template(Node):
    __slots__ = ("parts",)

    def __init__(self, span: Span | None = None, parts: list[str | Node] | None = None) -> None:
        super().__init__(span)
        self.parts = parts if parts is not None else []


class Spread(Node):
    __slots__ = ("value",)

    def __init__(self, span: Span | None = None, value: Node | None = None) -> None:
        super().__init__(span)
        self.value = value or NO_NODE


class Prop(Node):
    """`(.-name o)`, `o.name`; name is never mangled."""

    __slots__ = ("name", "obj")

    def __init__(self, span: Span | None = None, obj: Node | None = None, name: str = "") -> None:
        super().__init__(span)
        self.obj = obj or NO_NODE
        self.name = name


class Index(Node):
    """`(. o [k])`."""

    __slots__ = ("key", "obj")

    def __init__(self, span: Span | None = None, obj: Node | None = None, key: Node | None = None) -> None:
        super().__init__(span)
        self.obj = obj or NO_NODE
        self.key = key or NO_NODE


class Lookup(Node):
    """A key of a map that is being taken apart; undefined when missing."""

    __slots__ = ("key", "obj")

    def __init__(self, span: Span | None = None, obj: Node | None = None, key: Node | None = None) -> None:
        super().__init__(span)
        self.obj = obj or NO_NODE
        self.key = key or NO_NODE


class Call(Node):
    __slots__ = ("args", "fn")

    def __init__(
        self, span: Span | None = None, fn: Node | None = None, args: list[Node] | None = None
    ) -> None:
        self.span = span
        self.lift = None
        self.ty = None
        self.fn = fn or NO_NODE
        self.args = args if args is not None else []


class NamedCall(Call):
    """A call of a named let's function: awaited when that function turned out async."""

    __slots__ = ("frame",)

    def __init__(
        self,
        span: Span | None = None,
        fn: Node | None = None,
        args: list[Node] | None = None,
        frame: Frame | None = None,
    ) -> None:
        super().__init__(span, fn, args)
        self.frame = frame or Frame()


class MethodCall(Node):
    """Receiver, then method lookup, then arguments. `key` is a property name or an index node."""

    __slots__ = ("args", "key", "obj")

    def __init__(
        self,
        span: Span | None = None,
        obj: Node | None = None,
        key: str | Node = "",
        args: list[Node] | None = None,
    ) -> None:
        super().__init__(span)
        self.obj = obj or NO_NODE
        self.key = key
        self.args = args if args is not None else []


class New(Node):
    __slots__ = ("args", "fn")

    def __init__(
        self, span: Span | None = None, fn: Node | None = None, args: list[Node] | None = None
    ) -> None:
        super().__init__(span)
        self.fn = fn or NO_NODE
        self.args = args if args is not None else []


class PyCall(Node):
    """`root.a.b(args)` on a Python root: one round trip. `mode` is call, get or async."""

    __slots__ = ("args", "mode", "path", "root")

    def __init__(
        self,
        span: Span | None = None,
        root: Node | None = None,
        path: list[str] | None = None,
        args: list[Node] | None = None,
        mode: str = "call",
    ) -> None:
        super().__init__(span)
        self.root = root or NO_NODE
        self.path = path if path is not None else []
        self.args = args if args is not None else []
        self.mode = mode


class Op(Node):
    """An operator of Lisp on two or more operands (one for unary): `+ - * / < = not ..`."""

    __slots__ = ("args", "op")

    def __init__(self, span: Span | None = None, op: str = "+", args: list[Node] | None = None) -> None:
        self.span = span
        self.lift = None
        self.ty = None
        self.op = op
        self.args = args if args is not None else []
