"""Macros that run in the host: `defmacro`.

In: a `defmacro` form. Out: a Macro whose expansion sends the call's arguments to the host and turns what
comes back into forms, giving hygiene marks to what the macro made:

* a symbol of a template (id "t<n>") gets this expansion's mark: it means what it meant at the definition;
* `x#` and gensyms (id "g..") get a mark of their own: they meet nothing else;
* a symbol without id gets the marks of the call: it means what it means there.
"""

from __future__ import annotations

from typing import Any

from ..analyze.analyzer import Analyzer
from ..analyze.scope import Macro, Scope
from ..analyze.world import World
from ..errors import LispError
from ..forms import Form, List, Map, Set, Symbol, Vector
from . import wire
from .spans import expansion_span


class HostMacros:
    """Makes macros out of compiled functions."""

    def __init__(self, world: World) -> None:
        self.world = world

    def define(
        self,
        name: str,
        js: str,
        form: Form,
        doc: str | None,
        arglists: str | None,
        arities: list[tuple[int, int | None]],
    ) -> Macro:
        id = self.run(js, form, name)

        def expand(an: Analyzer, call: List, scope: Scope) -> Form:
            given = len(call.items) - 1
            if not any(low <= given and (high is None or given <= high) for low, high in arities):
                raise LispError(
                    "arity",
                    call.span,
                    f"the macro {name} does not take {given} argument{'' if given == 1 else 's'}",
                    f"its parameters are {arglists}",
                )
            an.work.spend(4 * size(call), call.span, name)  # a form takes long as JSON there and back
            return self.expand(id, name, call)

        return Macro(name, "host", expand, doc, arglists)

    def run(self, js: str, form: Form, name: str | None = None) -> int:
        """Evaluate compiled code in the host: a macro's function (its number is returned), or definitions."""
        host = self.world.host
        if host is None:
            raise LispError(
                "needs-host",
                form.span,
                f"{'defmacro' if name else 'for-macros'} needs a JavaScript host to run in",
                "use define-syntax with syntax-rules, or pass macro_host=",
            )
        try:
            return self.world.stack.foreign(host.define, js, name or "for-macros")
        except LispError:
            raise
        except Exception as error:
            what = f"the macro {name}" if name else "a definition for macros"
            raise LispError(
                "macro-failed", form.span, f"{what} could not be defined: {said(error)}"
            ) from error

    def expand(self, id: int, name: str, call: List) -> Form:
        host = self.world.host
        assert host is not None
        table: list[Form] = []
        args = []
        for item in call.items[1:]:
            args.append(wire.encode(item, table))  # noqa: PERF401
        try:
            answer = self.world.stack.foreign(host.expand, id, args)
        except LispError:
            raise
        except Exception as error:
            raise LispError(
                "macro-failed",
                call.span,
                f"the macro {name} failed: {said(error)}",
                "the error was thrown by the macro's own code",
            ) from error
        return self.received(answer, table, call, name)

    def received(self, answer: Any, table: list[Form], call: List, name: str) -> Form:
        """The wire form as a form, with this expansion's marks and spans."""
        world = self.world
        head = call.items[0]
        use_marks = head.marks if isinstance(head, Symbol) else ()
        span = expansion_span(call.span, name)
        templates: dict[Any, int] = {}

        def symbol(text: str, id: Any) -> Symbol:
            if not isinstance(id, str) or not id:
                return Symbol(text, span, use_marks)
            mark = templates.get(id)
            if mark is None:
                at = int(id[1:]) if id[0] == "t" and id[1:].isdigit() else 0
                namespace = world.namespaces[at] if at < len(world.namespaces) else world.namespace
                mark = world.marks.new("template" if id[0] == "t" else "fresh", None, namespace, name)
                templates[id] = mark
            return Symbol(text, span, (mark,))

        try:
            return wire.decode(answer, table, symbol, span)
        except (ValueError, TypeError) as error:
            raise LispError(
                "macro-result",
                call.span,
                f"the macro {name} returned something that is not code: {error}",
                "a macro returns lists, symbols and other literals (a promise cannot be awaited here)",
            ) from None


def said(error: Exception) -> str:
    """What an exception says; those of Python often need their class to be understood."""
    kind = type(error)
    return f"{kind.__name__}: {error}" if kind.__module__ == "builtins" else str(error)


def size(form: Form) -> int:
    """How many forms a form is made of."""
    count = 0
    stack: list[Any] = [form]
    while stack:
        item = stack.pop()
        count += 1
        if type(item) in (List, Vector, Map, Set):
            stack.extend(item.items)
    return count
