"""The house in figures: rooms, arrows between rooms, those that run upward, and circles of files.

In: the imports of a tree. Out: a `Count` for each package; an arrow is a pair of rooms, however many imports
make it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .floors import is_upward, room_of
from .imports import PARTS, Import

MOMENTS = {"load": ("load",), "call": ("load", "call"), "type": ("load", "call", "type")}
"""What is looked at -> the moments that count; each adds to the one before."""

Arrow = tuple[str, str]


@dataclass(frozen=True)
class Count:
    """What stands in one package, or in the whole house."""

    files: int
    imports: int
    rooms: int
    arrows: int
    upward: int
    """Imports that run against the floors."""
    circles: dict[str, list[tuple[str, ...]]]
    """What is looked at (`load`, `call`, `type`) -> the circles found, each as its files, longest first."""


def arrows(found: Iterable[Import], moments: tuple[str, ...] = MOMENTS["type"]) -> dict[Arrow, list[Import]]:
    """Every pair of rooms of which the first imports the second -> the imports that make it so."""
    table: dict[Arrow, list[Import]] = defaultdict(list)
    for one in found:
        pair = room_of(one.source), room_of(one.target)
        if pair[0] != pair[1] and one.moment in moments:
            table[pair].append(one)
    return dict(sorted(table.items()))


def upward(found: Iterable[Import], moments: tuple[str, ...] = MOMENTS["type"]) -> dict[Arrow, list[Import]]:
    """The arrows that run against the floors."""
    return {pair: made for pair, made in arrows(found, moments).items() if is_upward(*pair)}


def circles(found: Iterable[Import], moments: tuple[str, ...] = MOMENTS["type"]) -> list[tuple[str, ...]]:
    """The sets of files of which each reaches every other by imports, longest first.

    Tarjan's algorithm on a stack of its own: linear in files and imports.
    """
    graph: dict[str, list[str]] = defaultdict(list)
    for one in found:
        if one.moment in moments:
            graph[one.source].append(one.target)
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    on_path: set[str] = set()
    result = []
    for start in sorted(graph):
        if start in order:
            continue
        work = [(start, iter(sorted(set(graph[start]))))]
        order[start] = low[start] = len(order)
        path.append(start)
        on_path.add(start)
        while work:
            file, targets = work[-1]
            for target in targets:
                if target not in order:
                    order[target] = low[target] = len(order)
                    path.append(target)
                    on_path.add(target)
                    work.append((target, iter(sorted(set(graph.get(target, ()))))))
                    break
                if target in on_path:
                    low[file] = min(low[file], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[file])
                if low[file] == order[file]:
                    at = path.index(file)
                    members, path = path[at:], path[:at]
                    on_path -= set(members)
                    if len(members) > 1:
                        result.append(tuple(sorted(members)))
    return sorted(result, key=lambda members: (-len(members), members))


def counts(there: list[str], found: list[Import]) -> dict[str, Count]:
    """Package -> its figures, and `all` for the whole house."""
    result = {part: _count([f for f in there if f.startswith(f"{part}/")],
                           [one for one in found if one.source.startswith(f"{part}/")
                            and one.target.startswith(f"{part}/")]) for part in PARTS}  # fmt: skip
    return {**result, "all": _count(there, found)}


def _count(there: list[str], found: list[Import]) -> Count:
    return Count(
        files=len(there),
        imports=len({(one.source, one.target) for one in found}),
        rooms=len({room_of(file) for file in there} - set(PARTS)) or 1,
        arrows=len(arrows(found)),
        upward=sum(len({(one.source, one.target) for one in made}) for made in upward(found).values()),
        circles={what: circles(found, moments) for what, moments in MOMENTS.items()},
    )
