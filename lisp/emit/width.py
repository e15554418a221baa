"""What the emitter asks about expressions.

In: an expression. Out: about how wide it is on one line, which part of it comes first; text for templates.
"""

from __future__ import annotations

from typing import Any

from . import ir
from .ir import Expr, Function


def utf16(text: str) -> int:
    """How many UTF-16 units a text has."""
    return len(text.encode("utf-16-le", "surrogatepass")) >> 1


def template_text(text: str) -> str:
    out = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${").replace("\r", "\\r")
    if out.isascii():
        return out
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in out)


def leftmost(e: Expr) -> Expr:
    """The expression whose text comes first."""
    while True:
        match e:
            case ir.Binary(left=inner) | ir.Cond(test=inner):
                e = inner
            case ir.Dot(obj=inner, asked=None) | ir.Sub(obj=inner, asked=None):
                e = inner
            case ir.AssignExpr(target=inner):
                e = inner
            case ir.CallExpr(fn=inner, new=False):
                e = inner
            case _:
                return e


def _has_call(e: Expr) -> bool:
    while True:
        match e:
            case ir.Dot(obj=inner, asked=None) | ir.Sub(obj=inner, asked=None):
                e = inner
            case ir.Dot() | ir.Sub() | ir.CallExpr():
                return True
            case _:
                return False


def width(e: Expr, limit: int) -> int:
    """About how many columns `e` takes on one line; counting stops soon after `limit`."""
    total = 0
    stack: list[Any] = [e]
    while stack and total <= limit:
        item = stack.pop()
        kind = type(item)
        if kind is ir.Name or kind is ir.Text:
            total += len(item.text)
            continue
        # Compared, not matched: this is asked of every call and operator that may not fit on its line.
        if kind is ir.Binary:
            total += len(item.op) + 2
            stack += (item.left, item.right)
        elif kind is ir.CallExpr:
            total += 2 * len(item.args) + 2
            stack.append(item.fn)
            stack += item.args
        elif kind is ir.Dot:
            total += len(item.name) + (1 if item.asked is None else 8)
            stack.append(item.obj)
        elif kind is str:
            total += len(item)
        elif kind is ir.Cond:
            total += 6
            stack += (item.test, item.then, item.other)
        elif kind is ir.Array:
            total += 2 * len(item.items) + 2
            stack += item.items
        elif kind is ir.Object:
            total += 4 * len(item.pairs) + 2
            for key, value in item.pairs:
                stack += (key, value)
        elif kind is ir.Unary:
            total += len(item.op)
            stack.append(item.value)
        elif kind is ir.Sub:
            total += 2 if item.asked is None else 9
            stack += (item.obj, item.key)
        elif kind is ir.TemplateText:
            total += 2
            stack += item.parts
        elif kind is ir.AwaitExpr or kind is ir.SpreadExpr:
            total += 6
            stack.append(item.value)
        elif kind is Function:
            total += 10 + sum(len(p) + 2 for p in item.params)
            if len(item.body) == 1 and type(item.body[0]) is ir.Return and item.body[0].value is not None:
                stack.append(item.body[0].value)
        else:
            total += 12
    return total
