"""Core functions on sequences, as Python's.

In: any iterables, functions as the Lisp has them (text and data may be called). Out: lists; what is taken
of an iterator reads no more of it than it needs, and `map`, `filter`, `take-while` .. of an iterator are
iterators.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence, Sized
from typing import Any

from .values import MISSING, Reduced, as_function, eq, exact, frozen, items, listed, mark, truthy


def _made(found: Iterator[Any], *sources: Any) -> Any:
    """A list, unless some source is an iterator, which may have no end."""
    if all(source is None or isinstance(source, Sized) for source in sources):
        return list(found)
    return found


def map_(f: Any, xs: Any, *more: Any) -> Any:
    return _made(map(as_function(f), items(xs), *map(items, more)), xs, *more)


def mapv(f: Any, xs: Any, *more: Any) -> list[Any]:
    return list(map(as_function(f), items(xs), *map(items, more)))


def map_indexed(f: Any, xs: Any) -> Any:
    return _made(itertools.starmap(as_function(f), enumerate(items(xs))), xs)


def mapcat(f: Any, xs: Any, *more: Any) -> Any:
    return _made(
        itertools.chain.from_iterable(map(items, map(as_function(f), items(xs), *map(items, more)))),
        xs,
        *more,
    )


def keep(f: Any, xs: Any) -> Any:
    return _made((y for y in map(as_function(f), items(xs)) if y is not None), xs)


def keep_indexed(f: Any, xs: Any) -> Any:
    found = itertools.starmap(as_function(f), enumerate(items(xs)))
    return _made((y for y in found if y is not None), xs)


def filter_(f: Any, xs: Any) -> Any:
    f = as_function(f)
    return _made((x for x in items(xs) if truthy(f(x))), xs)


def filterv(f: Any, xs: Any) -> list[Any]:
    return list(filter_(f, xs))


def remove(f: Any, xs: Any) -> Any:
    f = as_function(f)
    return _made((x for x in items(xs) if not truthy(f(x))), xs)


def some(f: Any, xs: Any) -> Any:
    f = as_function(f)
    for x in items(xs):
        found = f(x)
        if truthy(found):
            return found
    return None


def every(f: Any, xs: Any) -> bool:
    f = as_function(f)
    return all(truthy(f(x)) for x in items(xs))


def not_any(f: Any, xs: Any) -> bool:
    return some(f, xs) is None


def not_every(f: Any, xs: Any) -> bool:
    return not every(f, xs)


def find_first(f: Any, xs: Any) -> Any:
    f = as_function(f)
    return next((x for x in items(xs) if truthy(f(x))), None)


def reduce_(f: Any, *given: Any) -> Any:
    """`(reduce f xs)`, `(reduce f init xs)`; `reduced` ends it."""
    return reductions(f, *given, _every=False)[-1]


def reductions(f: Any, *given: Any, _every: bool = True) -> list[Any]:
    """Every value that `reduce` passes through."""
    f = as_function(f)
    found = iter(items(given[-1]))
    at = given[0] if len(given) == 2 else next(found, MISSING)
    if at is MISSING:
        return [f()]
    passed = [at]
    for x in found:
        at = f(at, x)
        ended = isinstance(at, Reduced)
        if ended:
            at = at.value
        if _every:
            passed.append(at)
        else:
            passed[0] = at
        if ended:
            break
    return passed


def run(f: Any, xs: Any) -> None:
    f = as_function(f)
    for x in items(xs):
        f(x)


# -- parts ----------------------------------------------------------------------------------------


def count(xs: Any) -> int:
    if xs is None:
        return 0
    return len(xs) if isinstance(xs, Sized) else sum(1 for _ in xs)


def is_empty(xs: Any) -> bool:
    return next(iter(items(xs)), MISSING) is MISSING


def not_empty(xs: Any) -> Any:
    return None if is_empty(xs) else xs


def seq(xs: Any) -> Any:
    return None if is_empty(xs) else listed(xs)


def first(xs: Any) -> Any:
    return next(iter(items(xs)), None)


def second(xs: Any) -> Any:
    return next(itertools.islice(items(xs), 1, None), None)


def last(xs: Any) -> Any:
    if isinstance(xs, Sequence):
        return xs[-1] if xs else None
    return next(iter(listed(xs)[-1:]), None)


def nth(xs: Any, at: int, otherwise: Any = MISSING) -> Any:
    found = next(itertools.islice(items(xs), exact(at), None), MISSING) if at >= 0 else MISSING
    if found is not MISSING:
        return found
    if otherwise is MISSING:
        raise IndexError(f"nth: no item {at}")
    return otherwise


def rest(xs: Any) -> Any:
    return drop(1, xs)


def next_(xs: Any) -> Any:
    found = rest(xs)
    return found if not isinstance(found, list) else found or None


def butlast(xs: Any) -> Any:
    return listed(xs)[:-1] or None


def take(n: int, xs: Any) -> list[Any]:
    return list(itertools.islice(items(xs), max(exact(n), 0)))


def drop(n: int, xs: Any) -> Any:
    return _made(itertools.islice(items(xs), max(exact(n), 0), None), xs)


def take_last(n: int, xs: Any) -> list[Any]:
    return listed(xs)[-exact(n) :] if n > 0 else []


def drop_last(*given: Any) -> list[Any]:
    n = exact(given[0]) if len(given) == 2 else 1
    found = listed(given[-1])
    return found[: max(len(found) - n, 0)]


def take_while(f: Any, xs: Any) -> Any:
    f = as_function(f)
    return _made(itertools.takewhile(lambda x: truthy(f(x)), items(xs)), xs)


def drop_while(f: Any, xs: Any) -> Any:
    f = as_function(f)
    return _made(itertools.dropwhile(lambda x: truthy(f(x)), items(xs)), xs)


def take_nth(n: int, xs: Any) -> Any:
    return _made(itertools.islice(items(xs), 0, None, exact(n)), xs)


def split_at(n: int, xs: Any) -> list[Any]:
    found, at = listed(xs), max(exact(n), 0)
    return [found[:at], found[at:]]


def split_with(f: Any, xs: Any) -> list[Any]:
    found = listed(xs)
    return [take_while(f, found), drop_while(f, found)]


def nthrest(xs: Any, n: int) -> Any:
    return drop(n, xs)


def ffirst(xs: Any) -> Any:
    return first(first(xs))


def slice_(xs: Any, start: int, end: Any = None) -> Any:
    return (xs if isinstance(xs, str) else listed(xs))[exact(start) : exact(end)]


def part(xs: Any, count: int, missing: Any = None) -> list[Any]:
    """The first `count` items, for a pattern of so many; what is not there is `missing`."""
    found = list(itertools.islice(items(xs), count))
    return found + [missing] * (count - len(found))


def whole(xs: Any, count: int, missing: Any = None) -> list[Any]:
    """All items, at least `count`."""
    found = listed(xs)
    return found + [missing] * (count - len(found))


# -- others made of them --------------------------------------------------------------------------


def range_(*bounds: Any) -> Any:
    """`(range)` never ends; of whole numbers it is Python's range."""
    if not bounds:
        return itertools.count()
    if all(isinstance(bound, int) for bound in bounds):
        return range(*bounds)
    start, end, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    made = []
    while (start < end) if step > 0 else (start > end):
        made.append(start)
        start += step
    return made


def repeat(*given: Any) -> Any:
    return [given[1]] * exact(given[0]) if len(given) == 2 else itertools.repeat(given[0])


def turns(n: Any) -> range:
    """What `dotimes` counts through: a number with a fraction has one turn more."""
    return range(n if hasattr(n, "__index__") else math.ceil(n))


def iterate(f: Any, x: Any) -> Iterator[Any]:
    while True:
        yield x
        x = f(x)


def repeatedly(*given: Any) -> Any:
    f = as_function(given[-1])
    return [f() for _ in range(exact(given[0]))] if len(given) == 2 else iter(f, MISSING)


def cycle(xs: Any) -> Iterator[Any]:
    return itertools.cycle(items(xs))


def cons(x: Any, xs: Any) -> Any:
    return _made(itertools.chain([x], items(xs)), xs)


def concat(*xss: Any) -> Any:
    return _made(itertools.chain.from_iterable(map(items, xss)), *xss)


def reverse(xs: Any) -> list[Any]:
    return listed(xs)[::-1]


def flatten(xs: Any) -> list[Any]:
    return [y for x in items(xs) for y in (flatten(x) if isinstance(x, (list, tuple, range)) else [x])]


def distinct(xs: Any) -> Any:
    return _made(_distinct(xs), xs)


def _distinct(xs: Any) -> Iterator[Any]:
    seen = set()
    for x in items(xs):
        key = mark(x)
        if key not in seen:
            seen.add(key)
            yield x


def dedupe(xs: Any) -> Any:
    return _made(_deduped(xs), xs)


def _deduped(xs: Any) -> Iterator[Any]:
    last = MISSING
    for x in items(xs):
        if last is MISSING or not eq(last, x):
            yield x
        last = x


def interleave(*xss: Any) -> Any:
    return _made(itertools.chain.from_iterable(zip(*map(items, xss), strict=False)), *xss)


def zip_(*xss: Any) -> list[Any]:
    return list(map(list, zip(*map(items, xss), strict=False)))


def enumerate_(xs: Any, start: int = 0) -> list[Any]:
    return list(map(list, enumerate(items(xs), exact(start))))


def interpose(sep: Any, xs: Any) -> Any:
    return _made(itertools.islice((y for x in items(xs) for y in (sep, x)), 1, None), xs)


def partition(n: int, *given: Any) -> list[Any]:
    """`(partition n xs)`, `(partition n step xs)`, `(partition n step pad xs)`."""
    n = exact(n)
    step = exact(given[0]) if len(given) > 1 else n
    found = listed(given[-1])
    made = [found[at : at + n] for at in range(0, len(found), step)]
    if len(given) == 3:
        short = next((at for at, piece in enumerate(made) if len(piece) < n), None)
        if short is not None:
            made[short:] = [made[short] + take(n - len(made[short]), given[1])]
        return made
    return [piece for piece in made if len(piece) == n]


def partition_all(n: int, *given: Any) -> list[Any]:
    n = exact(n)
    step = exact(given[0]) if len(given) > 1 else n
    found = listed(given[-1])
    return [found[at : at + n] for at in range(0, len(found), step)]


def partition_by(f: Any, xs: Any) -> list[Any]:
    return [list(group) for _, group in itertools.groupby(items(xs), as_function(f))]


def compare(a: Any, b: Any) -> int:
    """-1, 0 or 1; nil comes first."""
    if eq(a, b):
        return 0
    if a is None or b is None:
        return -1 if a is None else 1
    return -1 if a < b else 1


def _order(f: Any) -> Callable[[Any, Any], int]:
    """What `sort` asks: a function that gives a number, or whether the first comes first."""

    def asked(a: Any, b: Any) -> int:
        found = f(a, b)
        if isinstance(found, bool) or found is None:
            return -1 if truthy(found) else 1 if truthy(f(b, a)) else 0
        return -1 if found < 0 else 1 if found > 0 else 0

    return asked


def sort(*given: Any) -> list[Any]:
    asked = compare if len(given) == 1 else _order(as_function(given[0]))
    return sorted(items(given[-1]), key=functools.cmp_to_key(asked))


def sort_by(key: Any, *given: Any) -> list[Any]:
    key = as_function(key)
    asked = functools.cmp_to_key(compare if len(given) == 1 else _order(as_function(given[0])))
    return sorted(items(given[-1]), key=lambda x: asked(key(x)))


def max_key(f: Any, x: Any, *more: Any) -> Any:
    return max(reversed((x, *more)), key=as_function(f))


def min_key(f: Any, x: Any, *more: Any) -> Any:
    return min(reversed((x, *more)), key=as_function(f))


def shuffle(xs: Any) -> list[Any]:
    import random  # late: few ask for it

    return random.sample(listed(xs), count(xs))


def rand_nth(xs: Any) -> Any:
    import random

    found = listed(xs)
    if not found:
        raise IndexError("rand-nth: the collection is empty")
    return random.choice(found)


def group_by(f: Any, xs: Any) -> dict[Any, Any]:
    f = as_function(f)
    made: dict[Any, list[Any]] = {}
    for x in items(xs):
        made.setdefault(frozen(f(x)), []).append(x)
    return made


def frequencies(xs: Any) -> dict[Any, int]:
    made: dict[Any, int] = {}
    for x in map(frozen, items(xs)):
        made[x] = made.get(x, 0) + 1
    return made
