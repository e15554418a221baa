"""Did-you-mean: the nearest known name.

In: an unknown name and the known ones. Out: the one that was probably meant, or None.
"""

from __future__ import annotations

from collections.abc import Iterable


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between two names; more than `limit` is cut off."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    older: list[int] = []
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        last, row = row, [i]
        for j, other in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (char != other))
            if i > 1 and j > 1 and char == b[j - 2] and a[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        older = last
        if min(row) > limit:
            return limit + 1
    return row[-1]


def suggest(name: str, known: Iterable[str]) -> str | None:
    """The best candidate within a third of the name's length; None when nothing is near."""
    limit = 1 if len(name) < 5 else 2 if len(name) < 9 else 3
    plain = name.replace("_", "-").lower()
    best: tuple[int, str] | None = None
    for candidate in known:
        if candidate == name or abs(len(candidate) - len(name)) > limit:
            continue
        if candidate.replace("_", "-").lower() == plain:
            return candidate
        edits = distance(name, candidate, limit)
        if edits <= limit and edits < len(name) and (best is None or (edits, candidate) < best):
            best = (edits, candidate)
    return best[1] if best else None
