"""Nodes of functions, classes, assignment and definition: what a program is after analysis, last part.

In: nothing. Out: the nodes of throw, await, yield, fn, class, set!, def, imports, match and case.
"""

from __future__ import annotations

from ..forms import Span
from .control import Bind, Loop
from .values import NO_NODE, Frame, Local, Node


class Throw(Node):
    __slots__ = ("value",)

    def __init__(self, span: Span | None = None, value: Node | None = None) -> None:
        super().__init__(span)
        self.value = value or NO_NODE


class Await(Node):
    __slots__ = ("value",)

    def __init__(self, span: Span | None = None, value: Node | None = None) -> None:
        super().__init__(span)
        self.value = value or NO_NODE


class CheckAwait(Node):
    """`(auto ..)`: await the value only if it is a promise."""

    __slots__ = ("value",)

    def __init__(self, span: Span | None = None, value: Node | None = None) -> None:
        super().__init__(span)
        self.value = value or NO_NODE


class Yield(Node):
    __slots__ = ("delegate", "value")

    def __init__(self, span: Span | None = None, value: Node | None = None, delegate: bool = False) -> None:
        super().__init__(span)
        self.value = value
        self.delegate = delegate


class Param:
    """One JavaScript parameter: its local and what the body does first to fill it."""

    __slots__ = ("default", "local")

    def __init__(self, local: Local, default: Node | None = None) -> None:
        self.local = local
        self.default = default


class Arity:
    __slots__ = ("binds", "body", "loop", "params", "required", "rest")

    def __init__(
        self,
        params: list[Param],
        rest: Local | None,
        binds: list[Bind],
        body: Node,
        loop: Loop | None = None,
        required: int = 0,
    ) -> None:
        self.params = params
        self.rest = rest
        self.binds = binds  # defaults and destructuring, in order
        self.body = body
        self.loop = loop
        self.required = required


class Fn(Node):
    __slots__ = ("arities", "doc", "frame", "name", "self_global", "self_local")

    def __init__(
        self,
        span: Span | None = None,
        name: str | None = None,
        self_local: Local | None = None,
        arities: list[Arity] | None = None,
        frame: Frame | None = None,
        doc: str | None = None,
        self_global: bool = False,
    ) -> None:
        super().__init__(span)
        self.name = name
        self.self_local = self_local
        self.arities = arities if arities is not None else []
        self.frame = frame or Frame()
        self.doc = doc
        self.self_global = self_global  # its body calls itself through the global it defines


class PyFn(Node):
    """`py.fn`: a function that is made in Python, of this function; `annotations`: of its parameters."""

    __slots__ = ("annotations", "fn", "returns")

    def __init__(
        self,
        span: Span | None = None,
        fn: Fn | None = None,
        annotations: dict[Local, Node] | None = None,
        returns: Node | None = None,
    ) -> None:
        super().__init__(span)
        self.fn = fn or Fn()
        self.annotations = annotations if annotations is not None else {}
        self.returns = returns


class Member:
    """One member of a class."""

    __slots__ = ("fn", "key", "kind", "span", "static", "value")

    def __init__(
        self,
        kind: str,
        key: str | Node,
        static: bool = False,
        fn: Fn | None = None,
        value: Node | None = None,
        span: Span | None = None,
    ) -> None:
        self.kind = kind  # method | get | set | field | constructor | block
        self.key = key
        self.static = static
        self.fn = fn
        self.value = value
        self.span = span


class Class(Node):
    __slots__ = ("doc", "members", "name", "parent", "self_local")

    def __init__(
        self,
        span: Span | None = None,
        name: str | None = None,
        self_local: Local | None = None,
        parent: Node | None = None,
        members: list[Member] | None = None,
    ) -> None:
        super().__init__(span)
        self.name = name
        self.self_local = self_local
        self.parent = parent
        self.members = members if members is not None else []
        self.doc: str | None = None


class SetLocal(Node):
    __slots__ = ("local", "value")

    def __init__(
        self, span: Span | None = None, local: Local | None = None, value: Node | None = None
    ) -> None:
        super().__init__(span)
        self.local = local or Local("?")
        self.value = value or NO_NODE


class SetPlace(Node):
    """`set!` of a global, a property or an index: `place` is GlobalRef, Prop or Index."""

    __slots__ = ("place", "value")

    def __init__(
        self, span: Span | None = None, place: Node | None = None, value: Node | None = None
    ) -> None:
        super().__init__(span)
        self.place = place or NO_NODE
        self.value = value or NO_NODE


class Delete(Node):
    __slots__ = ("place",)

    def __init__(self, span: Span | None = None, place: Node | None = None) -> None:
        super().__init__(span)
        self.place = place or NO_NODE


class Define(Node):
    """`def`: assigns the namespace object's property; its value is undefined."""

    __slots__ = ("js", "name", "value")

    def __init__(
        self,
        span: Span | None = None,
        name: str = "",
        js: str = "",
        value: Node | None = None,
    ) -> None:
        super().__init__(span)
        self.name = name
        self.js = js
        self.value = value or NO_NODE


class JsImport(Node):
    """`js.import`: `spec` is loaded; each (property or None, js global name) is defined from it. `reload`:
    "js", "py" where a module of JavaScript or Python is loaded again,
    "changed" if it is another, "" as usual."""

    __slots__ = ("names", "reload", "spec")

    def __init__(
        self,
        span: Span | None = None,
        spec: Node | None = None,
        names: list[tuple[str | None, str]] | None = None,
        reload: str = "",
    ) -> None:
        super().__init__(span)
        self.spec = spec or NO_NODE
        self.names = names if names is not None else []
        self.reload = reload


class MatchArm:
    """Tests and bindings in order, then an optional guard, then the body."""

    __slots__ = ("body", "guard", "steps")

    def __init__(self, steps: list[Node | Bind], guard: Node | None, body: Node) -> None:
        self.steps = steps
        self.guard = guard
        self.body = body


class Match(Node):
    __slots__ = ("arms", "subject", "value")

    def __init__(
        self,
        span: Span | None = None,
        subject: Local | None = None,
        value: Node | None = None,
        arms: list[MatchArm] | None = None,
    ) -> None:
        super().__init__(span)
        self.subject = subject or Local("?")
        self.value = value or NO_NODE
        self.arms = arms if arms is not None else []


class Case(Node):
    """`case` on literal scalars becomes `switch`."""

    __slots__ = ("arms", "default", "value")

    def __init__(
        self,
        span: Span | None = None,
        value: Node | None = None,
        arms: list[tuple[list[Node], Node]] | None = None,
        default: Node | None = None,
    ) -> None:
        super().__init__(span)
        self.value = value or NO_NODE
        self.arms = arms if arms is not None else []
        self.default = default


class Nothing(Node):
    """A definition that leaves nothing to run (`declare`, `defmacro`)."""

    __slots__ = ()
