"""What the emitter asks about expressions: how wide on one line, which comes first, text in templates."""

from __future__ import annotations

from typing import Any

from . import ir
from .ir import Expr, Function


def template_text(text: str) -> str:
    out = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${").replace("\r", "\\r")
    if out.isascii():
        return out
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in out)


def leftmost(e: Expr) -> Expr:
    """The expression whose text comes first."""
    while True:
        match e:
            case ir.Binary(left=inner) | ir.Cond(test=inner) | ir.Dot(obj=inner) | ir.Sub(obj=inner):
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
            case ir.Dot(obj=inner) | ir.Sub(obj=inner):
                e = inner
            case ir.CallExpr():
                return True
            case _:
                return False


def width(e: Expr, limit: int) -> int:
    """About how many columns `e` takes on one line; counting stops soon after `limit`."""
    total = 0
    stack: list[Any] = [e]
    while stack and total <= limit:
        item = stack.pop()
        match item:
            case str():
                total += len(item)
            case ir.Text() | ir.Name():
                total += len(item.text)
            case ir.Binary():
                total += len(item.op) + 2
                stack += (item.left, item.right)
            case ir.Unary():
                total += len(item.op)
                stack.append(item.value)
            case ir.Cond():
                total += 6
                stack += (item.test, item.then, item.other)
            case ir.CallExpr():
                total += 2 * len(item.args) + 2
                stack.append(item.fn)
                stack += item.args
            case ir.Dot():
                total += len(item.name) + 1
                stack.append(item.obj)
            case ir.Sub():
                total += 2
                stack += (item.obj, item.key)
            case ir.Array():
                total += 2 * len(item.items) + 2
                stack += item.items
            case ir.Object():
                total += 4 * len(item.pairs) + 2
                for key, value in item.pairs:
                    stack += (key, value)
            case ir.TemplateText():
                total += 2
                stack += item.parts
            case ir.AwaitExpr() | ir.SpreadExpr():
                total += 6
                stack.append(item.value)
            case Function():
                total += 10 + sum(len(p) + 2 for p in item.params)
                if len(item.body) == 1 and type(item.body[0]) is ir.Return and item.body[0].value is not None:
                    stack.append(item.body[0].value)
            case _:
                total += 12
    return total
