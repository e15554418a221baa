"""Structural editing: moves of whole forms that keep brackets balanced.

In: a text and a cursor. Out: the new text and cursor, or None where the move makes no sense there.

    slurp_forward   (a |b) c      ->  (a |b c)       barf_forward    (a |b c)     ->  (a |b) c
    slurp_backward  a (b| c)      ->  (a b| c)       barf_backward   (a b| c)     ->  a (b| c)
    raise_form      (a (f| x) b)  ->  (a f| b)       kill_form       (a |(b c) d)  ->  (a | d)
    splice          (a (b| c) d)  ->  (a b| c d)     wrap            a |b c       ->  a (|b) c
    transpose       (a |b)        ->  (b a|)
"""

from __future__ import annotations

from typing import TypeAlias

from polyrepl.lisp.read.lexer import tokens
from polyrepl.lisp.records import Record

Edit: TypeAlias = "tuple[str, int] | None"


class Node(Record):
    """A form as it lies in the text. `inner` is the offset after the opening bracket (prefixes such as
    quotes stand before it), `close` that of the closing one; both -1 for what has no inside."""

    __slots__ = ("children", "close", "end", "inner", "start")
    __match_args__ = ("start", "end", "inner", "close", "children")

    def __init__(
        self, start: int, end: int, inner: int = -1, close: int = -1, children: list[Node] | None = None
    ) -> None:
        self.start = start
        self.end = end
        self.inner = inner
        self.close = close
        self.children: list[Node] = [] if children is None else children

    @property
    def is_list(self) -> bool:
        return self.inner >= 0


def tree(text: str) -> Node:
    """The whole text as one node without brackets. Never raises: an unclosed list goes on to the end."""
    root = Node(0, len(text), 0, len(text))
    stack = [root]
    prefix = -1
    string = -1  # where an f-string that has holes began
    for kind, start, end in tokens(text):
        if kind in ("comment", "block-comment"):
            continue
        if kind in ("prefix", "discard"):
            prefix = start if prefix < 0 else prefix
            continue
        begin = start if prefix < 0 else prefix
        if kind == "open":
            node = Node(begin, len(text), end, len(text))
            stack[-1].children.append(node)
            stack.append(node)
        elif kind == "close":
            if len(stack) > 1:
                node = stack.pop()
                node.close, node.end = start, end
        elif kind == "hole-open":
            if not stack[-1].children or stack[-1].children[-1].end != start:
                stack[-1].children.append(Node(begin, end))
            string = stack[-1].children[-1].start
            hole = Node(start, len(text), end, len(text))
            stack.append(hole)
        elif kind == "hole-close":
            if len(stack) > 1:
                stack.pop()
            if stack[-1].children:
                stack[-1].children[-1].end = end
        elif kind == "fstring" and string >= 0 and stack[-1].children and stack[-1].children[-1].end == start:
            stack[-1].children[-1].end = end
        else:
            stack[-1].children.append(Node(begin, end))
        prefix = -1
    return root


def path_to(text: str, cursor: int) -> list[Node]:
    """The lists around the cursor, outermost first; the first is the text itself."""
    found = [tree(text)]
    while True:
        inner = next((n for n in found[-1].children if n.is_list and n.inner <= cursor <= n.close), None)
        if inner is None:
            return found
        found.append(inner)


def enclosing(text: str, cursor: int) -> tuple[Node, Node] | None:
    """The innermost list around the cursor and its parent; None at the top level."""
    path = path_to(text, cursor)
    return (path[-1], path[-2]) if len(path) > 1 else None


def form_at(text: str, cursor: int) -> tuple[Node, Node] | None:
    """The form under the cursor, else the next one in the same list; with its list."""
    parent = path_to(text, cursor)[-1]
    for child in parent.children:
        if child.start <= cursor < child.end or child.start >= cursor:
            return child, parent
    return None


def slurp_forward(text: str, cursor: int) -> Edit:
    """Take the form after the list in. Where the innermost list is last in its own, the outer one slurps."""
    path = path_to(text, cursor)
    for node, parent in zip(reversed(path[1:]), reversed(path[:-1]), strict=True):
        if node.close >= len(text):
            return None
        following = next((c for c in parent.children if c.start >= node.end), None)
        if following is not None:
            closer = text[node.close : node.end]
            between = text[node.end : following.start]
            if not node.children and not text[node.inner : node.close].strip():
                between = ""  # ()| a -> (a)
            elif not between:
                between = " "
            inside = text[: node.close] + between + text[following.start : following.end] + closer
            return inside + text[following.end :], cursor
    return None


def barf_forward(text: str, cursor: int) -> Edit:
    """Push the last form of the list out behind it."""
    found = enclosing(text, cursor)
    if found is None or not found[0].children or found[0].close >= len(text):
        return None
    node = found[0]
    last = node.children[-1]
    keep = node.children[-2].end if len(node.children) > 1 else node.inner
    closer = text[node.close : node.end]
    moved = text[keep : node.close]
    gap = "" if moved[:1].isspace() else " "
    return text[:keep] + closer + gap + moved.rstrip() + text[node.end :], min(cursor, keep, last.start)


def slurp_backward(text: str, cursor: int) -> Edit:
    """Take the form before the list in."""
    path = path_to(text, cursor)
    for node, parent in zip(reversed(path[1:]), reversed(path[:-1]), strict=True):
        before = [c for c in parent.children if c.end <= node.start]
        if before:
            taken = before[-1]
            opener = text[node.start : node.inner]
            between = text[taken.end : node.start] or " "
            if not node.children:
                between = ""
            moved = text[: taken.start] + opener + text[taken.start : taken.end] + between
            return moved + text[node.inner :], cursor + len(between) - len(text[taken.end : node.start])
    return None


def barf_backward(text: str, cursor: int) -> Edit:
    """Push the first form of the list out before it."""
    found = enclosing(text, cursor)
    if found is None or not found[0].children:
        return None
    node = found[0]
    first = node.children[0]
    following = node.children[1].start if len(node.children) > 1 else first.end
    opener = text[node.start : node.inner]
    gap = text[first.end : following] or " "
    out = text[: node.start] + text[first.start : first.end] + gap + opener + text[following:]
    shift = len(gap) - (following - first.end)
    at = max(cursor + shift, node.start + (first.end - first.start) + len(gap) + len(opener))
    return out, min(at, len(out))


def raise_form(text: str, cursor: int) -> Edit:
    """Put the form under the cursor, or the one that ends there, in place of the list around it."""
    outer = enclosing(text, cursor)
    if outer is None:
        return None
    around = outer[0]
    touching = [form for form in around.children if form.start <= cursor <= form.end]
    found = form_at(text, cursor)
    if not touching and found is None:
        return None
    form = touching[-1] if touching else found[0]  # type: ignore[index]
    moved = text[form.start : form.end]
    return text[: around.start] + moved + text[around.end :], around.start + max(0, cursor - form.start)


def splice(text: str, cursor: int) -> Edit:
    """Take the brackets around the cursor away; what they held stays."""
    found = enclosing(text, cursor)
    if found is None:
        return None
    node = found[0]
    inside = text[node.inner : node.close]
    return text[: node.start] + inside + text[node.end :], cursor - (node.inner - node.start)


def wrap(text: str, cursor: int) -> Edit:
    """Put round brackets around the form under the cursor; the cursor goes before it."""
    found = form_at(text, cursor)
    if found is None:
        return text[:cursor] + "()" + text[cursor:], cursor + 1
    form = found[0]
    return f"{text[: form.start]}({text[form.start : form.end]}){text[form.end :]}", form.start + 1


def kill_form(text: str, cursor: int) -> Edit:
    """Remove the form under or after the cursor."""
    span = kill_span(text, cursor)
    return None if span is None else (text[: span[0]] + text[span[1] :], span[0])


def kill_span(text: str, cursor: int) -> tuple[int, int] | None:
    """What `kill_form` removes: from the cursor if it stands in the blanks before the form."""
    found = form_at(text, cursor)
    if found is None:
        return None
    form = found[0]
    return min(cursor, form.start), form.end


def transpose(text: str, cursor: int) -> Edit:
    """Swap the form under or after the cursor with the one before it; the cursor goes behind both."""
    parent = path_to(text, cursor)[-1]
    children = parent.children
    at = next((i for i, c in enumerate(children) if c.start <= cursor < c.end or c.start >= cursor), None)
    if at is None:
        at = len(children) - 1
    if at < 1:
        return None
    one, two = children[at - 1], children[at]
    first, between, second = text[one.start : one.end], text[one.end : two.start], text[two.start : two.end]
    return text[: one.start] + second + between + first + text[two.end :], two.end


def forward_form(text: str, cursor: int) -> int:
    """Where the cursor goes to jump over the next form (out of the list where there is none)."""
    found = form_at(text, cursor)
    if found is not None:
        return found[0].end
    outer = enclosing(text, cursor)
    return outer[0].end if outer is not None else len(text)


def backward_form(text: str, cursor: int) -> int:
    """Where the cursor goes to jump back over a form."""
    parent = path_to(text, cursor)[-1]
    before = [child for child in parent.children if child.start < cursor]
    if before:
        return before[-1].start
    return parent.start if parent.is_list else 0
