"""Nodes seen as trees.

In: a node. Out: the nodes directly inside of it (`children`), the names it defines (`definitions`).
"""

from __future__ import annotations

from .. import nodes as n
from ..stack import apart_when_full


@apart_when_full
def definitions(node: n.Node) -> list[str]:
    """JavaScript names that a top-level node defines."""
    if isinstance(node, n.Define):
        return [node.js, *definitions(node.value)]
    if isinstance(node, n.JsImport):
        return [js for _, js in node.names]
    found: list[str] = []
    for child in children(node):
        found += definitions(child)
    return found


def children(node: object) -> list[n.Node]:
    """Nodes directly inside a node, found by looking at its fields."""
    found: list[n.Node] = []
    stack: list[object] = [
        getattr(node, name, None) for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())
    ]
    seen: set[int] = set()
    while stack:
        item = stack.pop()
        if isinstance(item, n.Node):
            if not isinstance(item, n.Loop) or not isinstance(node, n.Recur):
                found.append(item)
        elif isinstance(item, (list, tuple)):
            stack.extend(item)
        elif (
            isinstance(item, (n.Arity, n.Member, n.Clause, n.Catch, n.MatchArm, n.Param))
            and id(item) not in seen
        ):
            seen.add(id(item))
            stack.extend(
                getattr(item, name, None)
                for kind in type(item).__mro__
                for name in getattr(kind, "__slots__", ())
                if name != "loop"
            )
    return found
