"""Makes a failing program small.

In: the program's trees and a test that says whether a candidate still fails in the same way. Out: the
smallest found: forms dropped, a tree replaced by one of its parts or by a constant, parts removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

Tree = Any
CONSTANTS = ("1",)
TRIES = 1500
SECONDS = 20.0


def paths(tree: Tree, at: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Tree]]:
    """All trees with the way to them, outer ones first."""
    yield at, tree
    if isinstance(tree, list):
        for place in range(1, len(tree)):
            yield from paths(tree[place], (*at, place))


def replaced(tree: Tree, at: tuple[int, ...], new: Tree | None) -> Tree:
    """A copy with another tree (or, for None, nothing) at `at`."""
    if not at:
        return new
    place, *rest = at
    if rest:
        return [*tree[:place], replaced(tree[place], tuple(rest), new), *tree[place + 1 :]]
    return [*tree[:place], *([] if new is None else [new]), *tree[place + 1 :]]


def size(tree: Tree) -> int:
    return 1 if isinstance(tree, str) else 1 + sum(map(size, tree[1:]))


def candidates(whole: Tree) -> Iterator[Tree]:
    """Smaller programs, the largest steps first. `whole` is a list whose first item is a mark."""
    spots = sorted(paths(whole), key=lambda spot: -size(spot[1]))
    for at, tree in spots:
        if not at:
            continue
        if isinstance(tree, list):
            for constant in CONSTANTS:
                yield replaced(whole, at, constant)
            for part in sorted(tree[1:], key=size, reverse=True):
                if isinstance(part, list):
                    yield replaced(whole, at, part)
                    if part[0] in "([":  # a body inside a binding or a clause
                        for inner in part[1:]:
                            if isinstance(inner, list):
                                yield replaced(whole, at, inner)
            for part in tree[1:]:
                if isinstance(part, str) and part not in CONSTANTS:
                    yield replaced(whole, at, part)
        yield replaced(whole, at, None)
        if isinstance(tree, list) and len(tree) > 2 and tree[0] == "[":  # a pair of a binding vector
            for place in range(1, len(tree) - 1):
                yield replaced(whole, at, [*tree[:place], *tree[place + 2 :]])


def shrink(program: list[Tree], still: Callable[[list[Tree]], bool]) -> list[Tree]:
    """The smallest program found for which `still` holds."""
    whole: Tree = ["", *program]
    tries = 0
    end = time.monotonic() + SECONDS
    again = True
    while again and tries < TRIES and time.monotonic() < end:
        again = False
        for candidate in candidates(whole):
            if size(candidate) >= size(whole) and str(candidate) >= str(whole):
                continue
            tries += 1
            if tries > TRIES or time.monotonic() > end:
                break
            try:
                good = len(candidate) > 1 and still(candidate[1:])
            except Exception:
                good = False
            if good:
                whole = candidate
                again = True
                break
    return whole[1:]
