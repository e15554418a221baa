"""Nodes of control: what a program is after analysis, second part.

In: nothing. Out: the nodes of branches, bindings, loops, try and with.
"""

from __future__ import annotations

from ..forms import Form, Span
from .values import NO_NODE, Local, Node


class If(Node):
    __slots__ = ("other", "test", "then")

    def __init__(
        self,
        span: Span | None = None,
        test: Node | None = None,
        then: Node | None = None,
        other: Node | None = None,
    ) -> None:
        self.span = span
        self.lift = None
        self.ty = None
        self.test = test or NO_NODE
        self.then = then or NO_NODE
        self.other = other


class Logic(Node):
    """`and`, `or`."""

    __slots__ = ("args", "op")

    def __init__(self, span: Span | None = None, op: str = "and", args: list[Node] | None = None) -> None:
        super().__init__(span)
        self.op = op
        self.args = args if args is not None else []


class Do(Node):
    __slots__ = ("body",)

    def __init__(self, span: Span | None = None, body: list[Node] | None = None) -> None:
        super().__init__(span)
        self.body = body if body is not None else []


class Bind(Node):
    """One step of binding: a plain local, an array pattern, or a default (`init` undefined -> `default`)."""

    __slots__ = ("default", "elements", "init", "local", "rest")

    def __init__(
        self,
        span: Span | None = None,
        local: Local | None = None,
        init: Node | None = None,
        default: Node | None = None,
        elements: list[Local | None] | None = None,
        rest: Local | None = None,
    ) -> None:
        super().__init__(span)
        self.local = local or Local("?")
        self.init = init
        self.default = default
        self.elements = elements
        self.rest = rest


class Let(Node):
    __slots__ = ("binds", "body")

    def __init__(
        self, span: Span | None = None, binds: list[Bind] | None = None, body: Node | None = None
    ) -> None:
        super().__init__(span)
        self.binds = binds if binds is not None else []
        self.body = body or NO_NODE


class Letfn(Node):
    __slots__ = ("body", "fns")

    def __init__(
        self, span: Span | None = None, fns: list[tuple[Local, Node]] | None = None, body: Node | None = None
    ) -> None:
        super().__init__(span)
        self.fns = fns if fns is not None else []
        self.body = body or NO_NODE


class Loop(Node):
    """`loop`, and the body of a function that recurs to itself (`is_fn`)."""

    __slots__ = (
        "binds",
        "body",
        "crosses_finally",
        "extra",
        "has_rest",
        "inner",
        "is_fn",
        "locals",
        "recur_args",
        "recurs",
        "scope",
        "targets",
    )

    def __init__(
        self,
        span: Span | None = None,
        binds: list[Bind] | None = None,
        locals: list[Local] | None = None,
        inner: list[Bind] | None = None,
        body: Node | None = None,
        is_fn: bool = False,
        has_rest: bool = False,
        recurs: int = 0,
        crosses_finally: bool = False,
        recur_args: list[list[Node]] | None = None,
        extra: list[Local] | None = None,
        targets: list[Form] | None = None,
        scope: object = None,
    ) -> None:
        super().__init__(span)
        self.binds = binds if binds is not None else []
        self.locals = locals if locals is not None else []
        self.inner = inner if inner is not None else []  # destructuring repeated on every iteration
        self.body = body or NO_NODE
        self.is_fn = is_fn
        self.has_rest = has_rest
        self.recurs = recurs
        self.crosses_finally = crosses_finally
        self.recur_args = recur_args if recur_args is not None else []
        # where a pattern's names are loop variables: those, the patterns of all bindings, and their scope
        self.extra = extra if extra is not None else []
        self.targets = targets
        self.scope = scope


class Recur(Node):
    __slots__ = ("args", "loop")

    def __init__(
        self, span: Span | None = None, loop: Loop | None = None, args: list[Node] | None = None
    ) -> None:
        super().__init__(span)
        self.loop = loop or Loop()
        self.args = args if args is not None else []


class While(Node):
    __slots__ = ("body", "test")

    def __init__(self, span: Span | None = None, test: Node | None = None, body: Node | None = None) -> None:
        super().__init__(span)
        self.test = test or NO_NODE
        self.body = body or NO_NODE


class Clause:
    """One clause of `for`/`doseq`: kind in, await, range, let, when, while."""

    __slots__ = ("binds", "kind", "local", "span", "value")

    def __init__(
        self,
        kind: str,
        local: Local | None = None,
        value: Node | None = None,
        binds: list[Bind] | None = None,
        span: Span | None = None,
    ) -> None:
        self.kind = kind
        self.local = local
        self.value = value
        self.binds = binds if binds is not None else []
        self.span = span


class For(Node):
    """A comprehension (`collect`) or a run for effect. Clauses nest in order. `yields`: in a generator."""

    __slots__ = ("body", "clauses", "collect", "yields")

    def __init__(
        self,
        span: Span | None = None,
        clauses: list[Clause] | None = None,
        body: Node | None = None,
        collect: bool = False,
        yields: bool = False,
    ) -> None:
        self.yields = yields
        super().__init__(span)
        self.clauses = clauses if clauses is not None else []
        self.body = body or NO_NODE
        self.collect = collect


class Catch:
    __slots__ = ("body", "interrupt", "kind", "local", "span")

    def __init__(
        self,
        local: Local,
        body: Node,
        kind: Node | None = None,
        interrupt: bool = False,
        span: Span | None = None,
    ) -> None:
        self.local = local
        self.body = body
        self.kind = kind  # the class of a typed clause
        self.interrupt = interrupt
        self.span = span


class Try(Node):
    __slots__ = ("body", "catches", "final")

    def __init__(
        self,
        span: Span | None = None,
        body: Node | None = None,
        catches: list[Catch] | None = None,
        final: Node | None = None,
    ) -> None:
        super().__init__(span)
        self.body = body or NO_NODE
        self.catches = catches if catches is not None else []
        self.final = final


class With(Node):
    __slots__ = ("binds", "body", "entered", "is_async", "local", "value")

    def __init__(
        self,
        span: Span | None = None,
        local: Local | None = None,
        value: Node | None = None,
        binds: list[Bind] | None = None,
        body: Node | None = None,
        is_async: bool = False,
        entered: Local | None = None,
    ) -> None:
        super().__init__(span)
        self.local = local or Local("?")
        self.value = value or NO_NODE
        self.binds = binds if binds is not None else []
        self.body = body or NO_NODE
        self.is_async = is_async
        self.entered = entered
