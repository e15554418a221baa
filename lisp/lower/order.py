"""In which order the assignments of a `recur` may be written.

In: (variable, new value) steps whose values were evaluated in source order. Out: an order in which no step
reads what an earlier one assigned, moving only what nobody can see moved; None when there is none.
"""

from __future__ import annotations

from ..emit import ir
from ..emit.ir import Expr, Name, Text
from ..stack import apart_when_full


def reorder(steps: list[tuple[str, Expr]]) -> list[tuple[str, Expr]] | None:
    """The steps in an order in which none reads what an earlier one assigned; only plain ones are moved."""
    targets = {name for name, _ in steps}
    effects = any(not is_pure(value) for _, value in steps)
    if any(assigns(value) for _, value in steps) or (
        effects and any(varies(value, targets) for _, value in steps)
    ):
        return None
    left = list(steps)
    done: list[tuple[str, Expr]] = []
    while left:
        effects = False
        for at, (name, value) in enumerate(left):
            if not is_pure(value):
                if effects:
                    continue  # effects keep their order
                effects = True
            if not any(mentions(e, name) for other, (_, e) in enumerate(left) if other != at):
                done.append(left.pop(at))
                break
        else:
            return None
    return done


@apart_when_full
def varies(e: Expr, targets: set[str]) -> bool:
    """Does a plain argument read a variable that a call in another argument may set?"""
    match e:
        case Name():
            return not e.stable and e.text not in targets
        case ir.Binary():
            return varies(e.left, targets) or varies(e.right, targets)
        case ir.Unary():
            return varies(e.value, targets)
        case ir.Cond():
            return varies(e.test, targets) or varies(e.then, targets) or varies(e.other, targets)
    return False


@apart_when_full
def assigns(e: Expr) -> bool:
    """Might evaluating `e` assign a variable that another argument reads? Calls only assign captured ones."""
    match e:
        case Name() | Text() | ir.Function():
            return False
        case ir.Binary():
            return assigns(e.left) or assigns(e.right)
        case ir.Unary() | ir.AwaitExpr() | ir.SpreadExpr():
            return assigns(e.value)
        case ir.Cond():
            return assigns(e.test) or assigns(e.then) or assigns(e.other)
        case ir.CallExpr():
            return assigns(e.fn) or some_assign(e.args)
        case ir.Array():
            return some_assign(e.items)
        case ir.Dot():
            return assigns(e.obj)
        case ir.Sub():
            return assigns(e.obj) or assigns(e.key)
    return True


def some_assign(items: list[Expr]) -> bool:
    for item in items:  # noqa: SIM110 (no C frames between the levels of a deep program)
        if assigns(item):
            return True
    return False


def is_pure(e: Expr) -> bool:
    """Without effect: names, literals, native arithmetic (any order gives the same)."""
    kind = type(e)
    return kind is Name or kind is Text or (kind in _PLAIN and _pure_parts(e))


_PLAIN = {ir.Binary, ir.Unary, ir.Cond}


@apart_when_full
def _pure_parts(e: Expr) -> bool:
    if type(e) is ir.Binary:
        return is_pure(e.left) and is_pure(e.right)
    if type(e) is ir.Unary:
        return is_pure(e.value)
    assert type(e) is ir.Cond
    return is_pure(e.test) and is_pure(e.then) and is_pure(e.other)


@apart_when_full
def mentions(e: Expr, name: str) -> bool:
    """Might evaluating `e` read the variable? Calls and closures cannot: a captured variable has a copy."""
    match e:
        case Name():
            return e.text == name
        case ir.Binary():
            return mentions(e.left, name) or mentions(e.right, name)
        case ir.Unary() | ir.AwaitExpr() | ir.SpreadExpr():
            return mentions(e.value, name)
        case ir.Cond():
            return mentions(e.test, name) or mentions(e.then, name) or mentions(e.other, name)
        case ir.CallExpr():
            return mentions(e.fn, name) or some_mentions(e.args, name)
        case ir.Array():
            return some_mentions(e.items, name)
        case ir.Dot():
            return mentions(e.obj, name)
        case Text() | ir.Function():
            return False
        case ir.Sub():
            return mentions(e.obj, name) or mentions(e.key, name)
        case ir.Object():
            return some_mentions(
                [part for pair in e.pairs for part in pair if not isinstance(part, str)], name
            )
        case ir.TemplateText():
            return some_mentions([part for part in e.parts if not isinstance(part, str)], name)
    return True


def some_mentions(items: list[Expr], name: str) -> bool:
    for item in items:  # noqa: SIM110
        if mentions(item, name):
            return True
    return False
