"""Core functions on maps, sets, numbers and text, and what is awaited, as Python's.

In: any Python values. Out: copies where the Lisp makes copies; what ends in `_` changes what it is given.
"""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence, Set
from typing import Any

from . import sequences as seqs
from . import values as v
from .values import Atom, as_function, eq, frozen, get, items, listed, truthy

# -- maps and sets --------------------------------------------------------------------------------


def hash_map(*pairs: Any) -> dict[Any, Any]:
    return dict(zip(map(frozen, pairs[::2]), pairs[1::2], strict=True))


def hash_set(*xs: Any) -> set[Any]:
    return set(map(frozen, xs))


def set_(xs: Any) -> set[Any]:
    return set(map(frozen, items(xs)))


def vector(*xs: Any) -> list[Any]:
    return [*xs]


def conj(xs: Any, *more: Any) -> Any:
    """At the end of a list; a map takes [key value] or a map."""
    if isinstance(xs, Mapping):
        return functools.reduce(_entered, more, dict(xs))
    if isinstance(xs, Set):
        return {*xs, *map(frozen, more)}
    return [*reversed(more)] if xs is None else [*xs, *more]


def _entered(m: dict[Any, Any], x: Any) -> dict[Any, Any]:
    if x is not None:
        m.update(x if isinstance(x, Mapping) else {frozen(x[0]): x[1]})
    return m


def into(to: Any, xs: Any) -> Any:
    return listed(xs) if to is None else conj(to, *items(xs))


def assoc(m: Any, *pairs: Any) -> Any:
    made: Any = {} if m is None else dict(m) if isinstance(m, Mapping) else listed(m)
    return assoc_(made, *pairs)


def assoc_(m: Any, *pairs: Any) -> Any:
    """`assoc!`."""
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(m, list):
            m[frozen(key)] = value
        elif key == len(m):
            m.append(value)
        else:
            m[v.exact(key)] = value
    return m


def dissoc(m: Any, *keys: Any) -> Any:
    gone = set(map(frozen, keys))
    return None if m is None else {key: value for key, value in m.items() if key not in gone}


def get_in(m: Any, path: Any, default: Any = None) -> Any:
    for key in items(path):
        m = get(m, key, v.MISSING)
        if m is v.MISSING:
            return default
    return m


def assoc_in(m: Any, path: Any, value: Any) -> Any:
    key, *more = items(path)
    return assoc(m, key, assoc_in(get(m, key), more, value) if more else value)


def update(m: Any, key: Any, f: Any, *args: Any) -> Any:
    return assoc(m, key, as_function(f)(get(m, key), *args))


def update_in(m: Any, path: Any, f: Any, *args: Any) -> Any:
    return assoc_in(m, path, as_function(f)(get_in(m, path), *args))


def update_vals(m: Any, f: Any) -> dict[Any, Any]:
    return {key: as_function(f)(value) for key, value in m.items()}


def update_keys(m: Any, f: Any) -> dict[Any, Any]:
    return {frozen(as_function(f)(key)): value for key, value in m.items()}


def merge(*ms: Any) -> Any:
    given = [m for m in ms if m is not None]
    return functools.reduce(lambda a, b: {**a, **b}, given) if given else None


def merge_with(f: Any, *ms: Any) -> Any:
    f = as_function(f)
    made: dict[Any, Any] = {}
    for m in ms:
        for key, value in (m or {}).items():
            made[key] = f(made[key], value) if key in made else value
    return made


def select_keys(m: Any, keys: Any) -> dict[Any, Any]:
    return {key: m[key] for key in map(frozen, items(keys)) if m is not None and key in m}


def rename_keys(m: Any, names: Any) -> dict[Any, Any]:
    return {names.get(key, key): value for key, value in m.items()}


def zipmap(keys: Any, xs: Any) -> dict[Any, Any]:
    return dict(zip(map(frozen, items(keys)), items(xs), strict=False))


def keys(m: Any) -> Any:
    return None if m is None else list(m)


def vals(m: Any) -> Any:
    return None if m is None else list(m.values())


def contains(m: Any, key: Any) -> bool:
    return get(m, key, v.MISSING) is not v.MISSING


def reduce_kv(f: Any, init: Any, m: Any) -> Any:
    pairs = m.items() if isinstance(m, Mapping) else enumerate(items(m))
    return seqs.reduce_(lambda at, pair: f(at, *pair), init, list(pairs))


def disj(s: Any, *xs: Any) -> set[Any]:
    return set(s).difference(map(frozen, xs))


def union(*sets: Any) -> set[Any]:
    return set().union(*(map(frozen, items(s)) for s in sets))


def intersection(s: Any, *sets: Any) -> set[Any]:
    return set(s).intersection(*sets)


def difference(s: Any, *sets: Any) -> set[Any]:
    return set(s).difference(*sets)


def subset(a: Any, b: Any) -> bool:
    return set(a) <= set(b)


def superset(a: Any, b: Any) -> bool:
    return set(a) >= set(b)


def push(xs: Any, *more: Any) -> Any:
    """`push!`, `conj!`."""
    if isinstance(xs, dict):
        return functools.reduce(_entered, more, xs)
    if isinstance(xs, set):
        xs.update(map(frozen, more))
    else:
        xs.extend(more)
    return xs


def pop(xs: Any) -> Any:
    """`pop!`: the item that was last."""
    return xs.pop() if xs else None


def dissoc_(m: Any, *keys: Any) -> Any:
    """`dissoc!`."""
    for key in keys:
        m.pop(frozen(key), None)
    return m


# -- numbers --------------------------------------------------------------------------------------


def add(*xs: Any) -> Any:
    return functools.reduce(operator.add, xs) if xs else 0


def times(*xs: Any) -> Any:
    return functools.reduce(operator.mul, xs) if xs else 1


def minus(x: Any, *more: Any) -> Any:
    return functools.reduce(operator.sub, more, x) if more else -x


def over(x: Any, *more: Any) -> Any:
    return functools.reduce(v.div, more, x) if more else v.div(1, x)


def _chain(relation: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def holds(*xs: Any) -> Any:
        if len(xs) == 2:
            return relation(*xs)
        return all(truthy(relation(a, b)) for a, b in itertools.pairwise(xs))

    return holds


less, most, greater, least = map(_chain, (operator.lt, operator.le, operator.gt, operator.ge))


def inc(x: Any) -> Any:
    return x + 1


def dec(x: Any) -> Any:
    return x - 1


def max_(x: Any, *more: Any) -> Any:
    return max(x, *more) if more else x


def min_(x: Any, *more: Any) -> Any:
    return min(x, *more) if more else x


def is_even(x: Any) -> bool:
    return bool(x % 2 == 0)


def is_odd(x: Any) -> bool:
    return bool(x % 2 == 1)


def is_zero(x: Any) -> bool:
    return bool(x == 0)


def is_pos(x: Any) -> bool:
    return bool(x > 0)


def is_neg(x: Any) -> bool:
    return bool(x < 0)


def rand(limit: float = 1) -> float:
    import random  # late: few ask for it

    return random.random() * limit


def rand_int(limit: int) -> int:
    import random

    return random.randrange(limit)


def is_nan(x: Any) -> bool:
    return bool(x != x)


# -- text -----------------------------------------------------------------------------------------


def join(*given: Any) -> str:
    return (given[0] if len(given) == 2 else "").join(map(v.text, items(given[-1])))


def split(s: str, sep: str, limit: Any = None) -> list[str]:
    if not sep:
        return [*s]
    return s.split(sep) if limit is None else s.split(sep, v.exact(limit) - 1)


def subs(s: str, start: int, end: Any = None) -> str:
    first, stop = v.exact(start), len(s) if end is None else v.exact(end)
    if not 0 <= first <= stop <= len(s):
        raise IndexError(f"subs: {first} to {stop} is out of range for a text of {len(s)}")
    return s[first:stop]


def includes(s: Any, part: Any) -> bool:
    return part in s if isinstance(s, str) else any(eq(x, part) for x in items(s))


def index_of(s: Any, part: Any, start: int = 0) -> Any:
    if isinstance(s, str):
        at = s.find(part, v.exact(start))
        return None if at < 0 else at
    return next((at for at, x in enumerate(listed(s)) if at >= start and eq(x, part)), None)


def replace(s: str, what: str, by: str) -> str:
    return s.replace(what, by)


def blank(s: Any) -> bool:
    return s is None or not s.strip(v.BLANK)


def println(*xs: Any) -> None:
    print(*map(v.interpolate, xs))


def print_(*xs: Any) -> None:
    print(*map(v.interpolate, xs), end="")


def prn(*xs: Any) -> None:
    print(v.pr_str(*xs))


# -- atoms, promises, time ------------------------------------------------------------------------


def deref(a: Atom) -> Any:
    return a.value


def reset(a: Atom, x: Any) -> Any:
    a.value = x
    return x


def swap(a: Atom, f: Any, *args: Any) -> Any:
    return reset(a, as_function(f)(a.value, *args))


class Ready:
    """An awaitable that is there: `(await 5)` is 5, as in the Lisp."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, Any]:
        return self.value
        yield


def awaitable(x: Any) -> Awaitable[Any]:
    """What `(await x)` awaits: a value that is no awaitable is its own result."""
    return x if hasattr(x, "__await__") else Ready(x)


async def async_items(xs: Any) -> AsyncIterator[Any]:
    """What `(for [:await x xs] ..)` walks: an asynchronous iterable, or awaitables one after the other."""
    if hasattr(xs, "__aiter__"):
        async for x in xs:
            yield x
    else:
        for x in items(xs):
            yield await awaitable(x)


async def all_(xs: Any) -> list[Any]:
    """The values of all, awaited together."""
    import asyncio  # late: it takes as long to load as the compiler

    return await asyncio.gather(*[_awaited(x) for x in items(xs)])


async def _awaited(x: Any) -> Any:
    return await awaitable(x)


async def delay(ms: float, x: Any = None) -> Any:
    import asyncio

    await asyncio.sleep(ms / 1000)
    return x


def is_map(x: Any) -> bool:
    return isinstance(x, Mapping)


def is_list(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, (str, bytes))


def is_sequence_of(x: Any, count: int, exact: bool) -> bool:
    """What a vector pattern asks: as many items, or at least so many."""
    return is_list(x) and (len(x) == count if exact else len(x) >= count)


def instance(kind: Any, x: Any) -> bool:
    return isinstance(x, kind)
