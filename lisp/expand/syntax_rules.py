"""syntax-rules: pattern -> template, hygienic.

In: a `(syntax-rules ellipsis? (literals ..) (pattern template) ..)` form and the scope it stands in.
Out: a Macro. Symbols that a template inserts get a mark that is new for each expansion; looked up, they
mean what they meant where the macro was defined, and what they bind is seen by themselves only.
Ellipses nest; `(... ...)` escapes; patterns may have items after an ellipsis; vectors, maps in templates.
"""

from __future__ import annotations

from typing import Any

from ..analyze.analyzer import Analyzer
from ..analyze.scope import Macro, Scope
from ..analyze.work import Work
from ..errors import LispError
from ..forms import Form, FString, List, Map, Set, Span, Symbol, Vector
from .spans import expansion_span

Bindings = dict[Any, Any]  # identifier -> form, or list of Bindings values one level down


class Rules:
    """One syntax-rules macro."""

    def __init__(self, an: Analyzer, name: str, form: List, scope: Scope) -> None:
        items = list(form.items[1:])
        self.name = name
        self.scope = scope
        self.ellipsis = Symbol("...")
        if items and isinstance(items[0], Symbol):
            self.ellipsis = items[0]
            del items[0]
        if not items or not isinstance(items[0], (List, Vector)):
            raise an.fail(
                "bad-syntax", form, "syntax-rules needs its literals", "(syntax-rules () ((_ x) template))"
            )
        self.literals: set[Any] = set()
        for literal in items[0].items:
            if not isinstance(literal, Symbol):
                raise an.fail("bad-syntax", literal, "a literal of syntax-rules is a name")
            self.literals.add(ident(literal))
        self.rules: list[tuple[Form, Form]] = []
        for rule in items[1:]:
            if not isinstance(rule, (List, Vector)) or len(rule.items) != 2:
                raise an.fail("bad-syntax", rule, "a rule is (pattern template)", "((_ x) template)")
            pattern, template = rule.items
            if not isinstance(pattern, (List, Vector)) or not pattern.items:
                raise an.fail(
                    "bad-syntax", pattern, "a pattern is a list that starts with the macro's name or _"
                )
            seen: dict[Any, int] = {}
            self.check(an, List(pattern.items[1:], pattern.span), 0, seen)
            self.check_template(an, template, seen)
            self.rules.append((List(pattern.items[1:], pattern.span), template))

    def is_ellipsis(self, form: Form) -> bool:
        if not isinstance(form, Symbol) or form.name != self.ellipsis.name or ident(form) in self.literals:
            return False
        return form.name == "..." or form == self.ellipsis

    def check(self, an: Analyzer, pattern: Form, depth: int, seen: dict[Any, int]) -> None:
        if isinstance(pattern, Symbol):
            key = ident(pattern)
            if pattern.name == "_" or key in self.literals:
                return
            if key in seen:
                raise an.fail("bad-syntax", pattern, f"{pattern.name} stands twice in the pattern")
            seen[key] = depth
        elif isinstance(pattern, (List, Vector, Map)):
            items = pattern.items
            tail = dotted_tail(items)
            if tail is not None:
                self.check(an, tail, depth, seen)
                items = items[:-2]
            dots = [at for at, item in enumerate(items) if self.is_ellipsis(item)]
            if len(dots) > 1:
                raise an.fail("bad-syntax", items[dots[1]], "a second ellipsis at the same level")
            if dots and dots[0] == 0:
                raise an.fail("bad-syntax", items[0], "nothing stands before the ellipsis")
            for at, item in enumerate(items):
                if not self.is_ellipsis(item):
                    self.check(an, item, depth + (at + 1 in dots), seen)

    def check_template(self, an: Analyzer, template: Form, seen: dict[Any, int]) -> None:
        """Pattern variables need as many ellipses in the template as in the pattern."""
        stack: list[tuple[Form, int]] = [(template, 0)]
        while stack:
            form, depth = stack.pop()
            if isinstance(form, Symbol):
                wanted = seen.get(ident(form))
                if wanted is not None and depth < wanted:
                    raise an.fail(
                        "bad-syntax",
                        form,
                        f"{form.name} needs an ellipsis after it here",
                        "it was followed by one in the pattern",
                    )
            elif isinstance(form, (List, Vector, Map, Set)):
                items = form.items
                if len(items) == 2 and isinstance(form, List) and self.is_ellipsis(items[0]):
                    continue
                at = 0
                while at < len(items):
                    extra = 0
                    while at + 1 + extra < len(items) and self.is_ellipsis(items[at + 1 + extra]):
                        extra += 1
                    stack.append((items[at], depth + extra))
                    at += 1 + extra

    # -- matching -----------------------------------------------------------------------------

    def match(self, an: Analyzer, pattern: Form, form: Form, use: Scope, out: Bindings) -> bool:
        if isinstance(pattern, Symbol):
            key = ident(pattern)
            if key in self.literals:
                return isinstance(form, Symbol) and self.same(an, pattern, form, use)
            if pattern.name != "_":
                out[key] = form
            return True
        if isinstance(pattern, (List, Vector, Map)):
            if type(form) is not type(pattern):
                return False
            return self.match_items(an, pattern.items, form.items, use, out)
        return type(pattern) is type(form) and pattern == form

    def same(self, an: Analyzer, literal: Symbol, form: Symbol, use: Scope) -> bool:
        """A literal matches what means the same: the same binding, or the same unbound name."""
        a = an.world.resolve(literal, self.scope)
        b = an.world.resolve(form, use)
        if a is None and b is None:
            return literal.name == form.name
        if type(a) is type(b) and a is not None and a is not b:
            return getattr(a, "name", 1) == getattr(b, "name", 2) and type(a).__name__ in (
                "CoreFn",
                "JsGlobal",
                "Special",
            )
        return a is b

    def match_items(
        self, an: Analyzer, patterns: tuple[Form, ...], forms: tuple[Form, ...], use: Scope, out: Bindings
    ) -> bool:
        an.work.spend(len(forms), forms[0].span if forms else None, self.name)
        tail = dotted_tail(patterns)
        if tail is not None:
            patterns = patterns[:-2]
            least = len([item for item in patterns if not self.is_ellipsis(item)])
            has_dots = len(patterns) > least
            if len(forms) < least - has_dots:
                return False
            # an ellipsis takes all there is, so the tail after one is empty
            cut = len(forms) if has_dots else least
            span = forms[cut].span if cut < len(forms) else None
            if not self.match(an, tail, List(forms[cut:], span), use, out):
                return False
            forms = forms[:cut]
        dots = next((at for at, item in enumerate(patterns) if self.is_ellipsis(item)), None)
        if dots is None:
            if len(patterns) != len(forms):
                return False
            for pattern, form in zip(patterns, forms, strict=True):
                if not self.match(an, pattern, form, use, out):
                    return False
            return True
        before, repeated, after = patterns[: dots - 1], patterns[dots - 1], patterns[dots + 1 :]
        count = len(forms) - len(before) - len(after)
        if count < 0:
            return False
        for pattern, form in zip(before, forms, strict=False):
            if not self.match(an, pattern, form, use, out):
                return False
        rows: list[Bindings] = []
        for form in forms[len(before) : len(before) + count]:
            row: Bindings = {}
            if not self.match(an, repeated, form, use, row):
                return False
            rows.append(row)
        for key in self.variables(repeated):
            out[key] = [row[key] for row in rows]
        for pattern, form in zip(after, forms[len(before) + count :], strict=True):
            if not self.match(an, pattern, form, use, out):
                return False
        return True

    def variables(self, pattern: Form) -> list[Any]:
        found = []
        stack = [pattern]
        while stack:
            item = stack.pop()
            if isinstance(item, Symbol):
                if (
                    item.name not in ("_", ".")
                    and ident(item) not in self.literals
                    and not self.is_ellipsis(item)
                ):
                    found.append(ident(item))
            elif isinstance(item, (List, Vector, Map)):
                stack.extend(item.items)
        return found

    # -- building -----------------------------------------------------------------------------

    def build(
        self, work: Work, template: Form, values: Bindings, mark: int, span: Span | None, dots: bool
    ) -> Form:
        if isinstance(template, Symbol):
            key = ident(template)
            if key in values:
                value = values[key]
                if isinstance(value, list):
                    raise LispError(
                        "bad-syntax", template.span, f"{template.name} needs an ellipsis after it here"
                    )
                return value  # type: ignore[no-any-return]
            return Symbol(template.name, span, (*template.marks, mark))
        if isinstance(template, FString):
            parts: list[str | Form] = []
            for part in template.parts:
                made_of = part if isinstance(part, str) else self.build(work, part, values, mark, span, dots)
                parts.append(made_of)
            return FString(tuple(parts), span)
        if isinstance(template, (List, Vector, Map, Set)):
            items = template.items
            if dots and isinstance(template, List) and len(items) == 2 and self.is_ellipsis(items[0]):
                return self.build(work, items[1], values, mark, span, False)
            made: list[Form] = []
            at = 0
            work.spend(len(items), span, self.name)
            tail = dotted_tail(items) if isinstance(template, List) and dots else None
            if tail is not None:
                items = items[:-2]
            while at < len(items):
                depth = 0
                while dots and at + 1 + depth < len(items) and self.is_ellipsis(items[at + 1 + depth]):
                    depth += 1
                if depth:
                    made.extend(self.repeat(work, items[at], values, mark, span, depth))
                else:
                    made.append(self.build(work, items[at], values, mark, span, dots))
                at += 1 + depth
            if tail is not None:
                rest = self.build(work, tail, values, mark, span, dots)
                made += rest.items if isinstance(rest, List) else (Symbol(".", span), rest)
            return type(template)(tuple(made), span)
        return template

    def repeat(
        self, work: Work, template: Form, values: Bindings, mark: int, span: Span | None, depth: int
    ) -> list[Form]:
        lists = {key: values[key] for key in self.variables(template) if isinstance(values.get(key), list)}
        if not lists:
            raise LispError("bad-syntax", template.span, "nothing before this ellipsis repeats")
        count = max(len(value) for value in lists.values())
        if any(len(value) != count for value in lists.values()):
            raise LispError("bad-syntax", span, f"{self.name}: repeated parts of different lengths")
        made: list[Form] = []
        work.spend(count, span, self.name)
        for at in range(count):
            row = dict(values)
            for key, value in lists.items():
                row[key] = value[at]
            if depth > 1:
                made.extend(self.repeat(work, template, row, mark, span, depth - 1))
            else:
                made.append(self.build(work, template, row, mark, span, True))
        return made

    def expand(self, an: Analyzer, call: List, use: Scope) -> Form:
        world = an.world
        args = List(call.items[1:], call.span)
        for pattern, template in self.rules:
            values: Bindings = {}
            if self.match(an, pattern, args, use, values):
                mark = world.marks.new("rules", self.scope, self.namespace, self.name)
                return self.build(an.work, template, values, mark, expansion_span(call.span, self.name), True)
        shapes = [rule[0].span.text for rule in self.rules if rule[0].span is not None]
        raise LispError(
            "no-rule", call.span, f"no rule of {self.name} matches this", "; ".join(shapes[:4]) or None
        )

    namespace: Any = None


def dotted_tail(items: tuple[Form, ...]) -> Form | None:
    """x of `(a b . x)`."""
    if len(items) >= 2 and isinstance(items[-2], Symbol) and items[-2].name == ".":
        return items[-1]
    return None


def ident(symbol: Symbol) -> Any:
    return (symbol.name, symbol.marks)


def syntax_rules(an: Analyzer, name: str, form: List, scope: Scope) -> Macro:
    rules = Rules(an, name, form, scope)
    rules.namespace = an.world.namespace
    return Macro(name, "rules", rules.expand, None, None)
